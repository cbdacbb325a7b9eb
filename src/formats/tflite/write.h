// Writes a .tflite.
#pragma once

#include <cstddef>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "formats/tflite/model.h"

namespace litesmith::tflite {

struct LayoutOptions {
  // A file that would be larger gets its constants after the FlatBuffer, which cannot exceed 2 GB. As in the
  // official writer, half a gigabyte stays free for what the estimate does not see.
  size_t max_flatbuffer_bytes = (size_t{2} << 30) - (size_t{512} << 20);
};

// The file, its constants aligned to 16 bytes. The same model gives the same bytes. The model has to be one
// that ReadModel() could have given (an index out of range is a bug); a dtype that no .tflite holds is
// reported as kDtypeUnsupported, tables that exceed 2 GB without the constants as kLimitExceeded.
Result<std::vector<std::byte>> WriteModel(const Model& model, const LayoutOptions& options,
                                          FindingSink& findings);

}  // namespace litesmith::tflite
