// Vocabulary files of lookup tables: lines of text that an initialiser splits into keys and values.
#pragma once

#include <string>

#include "base/host.h"
#include "tensor/tensor.h"

namespace litesmith::import_tf {

struct TableFileFormat {
  // Column of keys and values: -1 is the line's number (from `offset`), -2 the whole line.
  int64_t key_index = -2, value_index = -1;
  int64_t vocab_size = -1;  // lines to read; -1 for all
  int64_t offset = 0;
  std::string delimiter = "\t";
  DType key_dtype = DType::kString, value_dtype = DType::kInt64;
};

struct TableContent {
  Tensor keys, values;  // one axis, of the same length
};

// Reads a table's content. Reports kVariablesMissing for a file that is not there, kFileDamaged for lines
// that do not give what the format asks for, kTableUnsupported for dtypes that no such file holds.
Result<TableContent> ReadTableFile(Context& context, const std::string& path, const TableFileFormat& format);

}  // namespace litesmith::import_tf
