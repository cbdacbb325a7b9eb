// The weights of a TF.js model: what model.json's manifest says of them, and their bytes in the files beside
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/host.h"
#include "tensor/tensor.h"

namespace litesmith::tfjs {

// How a weight lies in its file if not in its own dtype: as uint8 or uint16, value = stored * scale + min, or
// as float16.
struct Quantization {
  std::string_view dtype;
  std::optional<double> scale, min;
};

struct WeightEntry {
  std::string_view name, dtype;
  Dims dims;
  std::optional<Quantization> quantization;
};

// The files `paths`, one after the other, hold the weights, one after the other.
struct WeightGroup {
  std::vector<std::string_view> paths;  // relative to the folder of model.json
  std::vector<WeightEntry> weights;
};

using Weights = std::unordered_map<std::string_view, Tensor>;

// All weights by name: in their dtype, quantized ones turned back; views into the files where nothing had to
// be changed. `file` is the model.json. Reports files that are not there (kVariablesMissing), too short
// (kFileTruncated), too long, or outside of the model's folder (kFileDamaged), pointers of Git LFS
// (kLfsPointer), and entries that make no sense (kFileDamaged, kLimitExceeded).
Result<Weights> ReadWeights(Context& context, const std::string& file,
                            const std::vector<WeightGroup>& groups);

}  // namespace litesmith::tfjs
