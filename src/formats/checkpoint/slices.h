// Parts of tensors: how partitioned variables are stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace litesmith::checkpoint {

// Along one axis: from `start`, `length` elements; a length of -1 is all of the axis.
struct Extent {
  int64_t start = 0, length = -1;
  friend bool operator==(const Extent&, const Extent&) = default;
};
using SliceSpec = std::vector<Extent>;  // one per axis

// The key under which a checkpoint stores a part: TensorFlow's order-preserving code of 0, the name, the
// number of axes, and start and length of each (tensorflow/core/util/saved_tensor_slice_util.cc,
// core/lib/strings).
std::string SliceKey(std::string_view name, const SliceSpec& spec);

// Reads "10 4 0,5:-": the whole tensor's dims, then one extent an axis, joined by colons. Empty if it is
// none.
std::optional<SliceSpec> ParseSliceSpec(std::string_view text);

// The spec with every length known and inside `dims`; empty if it does not fit.
std::optional<SliceSpec> Resolve(const SliceSpec& spec, const Dims& dims);

// Copies `part`, which has the lengths of `spec`, to its place in `whole`, or that place of `whole` to
// `part`. The spec is resolved against the dims of `whole`, and both have the same dtype, of whole bytes.
void CopyIntoWhole(const SliceSpec& spec, const Tensor& part, Tensor& whole);
void CopyFromWhole(const SliceSpec& spec, const Tensor& whole, Tensor& part);

}  // namespace litesmith::checkpoint
