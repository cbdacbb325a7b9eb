// A module of TFL ops as the bytes of a .tflite.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/host.h"
#include "base/result.h"
#include "ir/module.h"

namespace litesmith::export_tflite {

struct ExportOptions {
  // Above this estimate the constants follow the FlatBuffer, which cannot exceed 2 GB
  // (formats/tflite/write.h).
  size_t max_flatbuffer_bytes = (size_t{2} << 30) - (size_t{512} << 20);
};

struct Exported {
  std::vector<std::byte> bytes;
  size_t ops = 0;                   // of all subgraphs
  std::string min_runtime_version;  // "1.14.0": the oldest runtime that has all ops in these versions
};

// One subgraph for each function that the signatures reach (without signatures: for every function), those of
// signatures first. Parameters and results keep their order, values their names; names that are taken get a
// number. Op versions are the lowest that suffice, equal constants are stored once, and the same module gives
// the same bytes. What the importer makes of a file (import/tflite/import.h) is written as it was.
//
// All nodes are TFL ops, custom ops or core ops: others are a bug of the caller. The bytes have been read
// again with all of the reader's checks. Reports kLimitExceeded, kDtypeUnsupported, and kUnknownOp for an op
// whose options were not read.
Result<Exported> ExportTflite(const ir::Module& module, const ExportOptions& options, Context& context);

}  // namespace litesmith::export_tflite
