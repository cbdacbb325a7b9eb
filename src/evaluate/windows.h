// Sliding windows over one to three spatial axes: what convolutions and pooling share. Everything is brought
// to [batch, depth, height, width, channels] first; missing axes have length 1.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "evaluate/evaluate.h"

namespace litesmith::evaluate {

struct WindowAxis {
  int64_t input = 1, kernel = 1, stride = 1, dilation = 1, before = 0, output = 1;
  // Where the window of output `o` starts, and the input index under tap `k` of it.
  int64_t at(int64_t o, int64_t k) const { return o * stride - before + k * dilation; }
  // The taps of output `o` that lie inside the input: [first, last).
  int64_t first_tap(int64_t o) const {
    const int64_t start = o * stride - before;
    return start >= 0 ? 0 : std::min(kernel, (-start + dilation - 1) / dilation);
  }
  int64_t last_tap(int64_t o) const {
    const int64_t room = input - (o * stride - before);  // from the start to the input's end
    return room <= 0 ? 0 : std::min(kernel, (room + dilation - 1) / dilation);
  }
};

struct Windows {
  std::array<WindowAxis, 3> axes;  // depth, height, width
  int64_t batch = 1;
  int64_t outputs() const { return axes[0].output * axes[1].output * axes[2].output; }
  int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
};

// What the attributes of a node with 4- or 5-dimensional tensors say.
struct WindowAttributes {
  int rank = 4;  // of the tensors
  bool channels_first = false;
  std::array<int64_t, 3> strides{1, 1, 1}, dilations{1, 1, 1};
  std::string padding;
  std::array<int64_t, 3> before{}, after{};  // with padding EXPLICIT
};

// Reads "strides", "dilations", "padding", "explicit_paddings" and "data_format" of a node whose tensors have
// `rank`.
Result<WindowAttributes> WindowAttributesOf(const Call& call, int rank);
// The spatial entries of a list with one entry per axis of the tensor; the others must be 1.
Result<std::array<int64_t, 3>> SpatialEntries(const Call& call, const WindowAttributes& attributes,
                                              std::span<const int64_t> list, std::string_view name);
// Places kernels of the given sizes over inputs of the given sizes: checks everything, and finds the outputs'
// sizes and the padding in front.
Result<Windows> PlaceWindows(const Call& call, const WindowAttributes& attributes,
                             std::array<int64_t, 3> input, std::array<int64_t, 3> kernel);

// [batch, depth, height, width, channels] of a tensor in the node's layout.
Result<Tensor> ToVolume(const Call& call, const WindowAttributes& attributes, const Tensor& tensor);
Result<Tensor> FromVolume(const Call& call, const WindowAttributes& attributes, const Tensor& volume);
// The volume's shape of a shape in the node's layout, and back.
Dims VolumeDims(const WindowAttributes& attributes, const Dims& dims);
inline std::array<int64_t, 3> SpatialOf(const Dims& volume) { return {volume[1], volume[2], volume[3]}; }

}  // namespace litesmith::evaluate
