#include "evaluate/windows.h"

#include "base/checked.h"
#include "evaluate/contraction.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// The axis of the node's tensor that holds spatial axis 0, 1 or 2 of a volume; -1 for the depth of a picture.
int SpatialAxis(const WindowAttributes& attributes, int spatial) {
  const int missing = 5 - attributes.rank;
  if (spatial < missing) return -1;
  return spatial - missing + (attributes.channels_first ? 2 : 1);
}

}  // namespace

Result<std::array<int64_t, 3>> SpatialEntries(const Call& call, const WindowAttributes& attributes,
                                              std::span<const int64_t> list, std::string_view name) {
  std::array<int64_t, 3> entries{1, 1, 1};
  if (list.empty() && name != "ksize") return entries;
  if (static_cast<int>(list.size()) != attributes.rank) {
    return call.Fail(
        fmt::format("{} {} does not fit a tensor of rank {}", name, ToText(list), attributes.rank));
  }
  const size_t channel = attributes.channels_first ? 1 : list.size() - 1;
  if (list[0] != 1 || list[channel] != 1) {
    return call.Fail(fmt::format("{} {} goes over batch or channels", name, ToText(list)));
  }
  for (int spatial = 0; spatial < 3; ++spatial) {
    const int axis = SpatialAxis(attributes, spatial);
    if (axis < 0) continue;
    // The upper bound keeps products of two of them within 64 bits.
    if (list[static_cast<size_t>(axis)] < 1 || list[static_cast<size_t>(axis)] > 0x7fffffff) {
      return call.Fail(fmt::format("{} {} has an entry that makes no sense", name, ToText(list)));
    }
    entries[static_cast<size_t>(spatial)] = list[static_cast<size_t>(axis)];
  }
  return entries;
}

Result<WindowAttributes> WindowAttributesOf(const Call& call, int rank) {
  WindowAttributes result;
  result.rank = rank;
  const std::string format = call.attributes().Text("data_format", rank == 5 ? "NDHWC" : "NHWC");
  result.channels_first = format.starts_with("NC");
  if (format != "NHWC" && format != "NCHW" && format != "NDHWC" && format != "NCDHW") {
    return call.Fail(fmt::format("data format {} is not known here", format));
  }
  LS_TRY(result.strides, SpatialEntries(call, result, call.attributes().Ints("strides"), "strides"));
  LS_TRY(result.dilations, SpatialEntries(call, result, call.attributes().Ints("dilations"), "dilations"));
  result.padding = call.attributes().Text("padding");
  if (result.padding != "EXPLICIT") return result;
  const auto pairs = call.attributes().Ints("explicit_paddings");
  if (pairs.size() != 2 * static_cast<size_t>(rank))
    return call.Fail("explicit_paddings does not fit the rank");
  for (int64_t pad : pairs) {
    if (pad < 0 || pad > 0x7fffffff) return call.Fail(fmt::format("padding {} makes no sense", pad));
  }
  for (int spatial = 0; spatial < 3; ++spatial) {
    const int axis = SpatialAxis(result, spatial);
    if (axis < 0) continue;
    result.before[static_cast<size_t>(spatial)] = pairs[2 * static_cast<size_t>(axis)];
    result.after[static_cast<size_t>(spatial)] = pairs[2 * static_cast<size_t>(axis) + 1];
  }
  return result;
}

Result<Windows> PlaceWindows(const Call& call, const WindowAttributes& attributes,
                             std::array<int64_t, 3> input, std::array<int64_t, 3> kernel) {
  Windows windows;
  for (size_t i = 0; i < 3; ++i) {
    WindowAxis& axis = windows.axes[i];
    axis.input = input[i];
    axis.kernel = kernel[i];
    axis.stride = attributes.strides[i];
    axis.dilation = attributes.dilations[i];
    const auto reach = kernel[i] < 1 ? std::nullopt : CheckedMul(kernel[i] - 1, axis.dilation);
    if (!reach || *reach > (int64_t{1} << 40) || input[i] > (int64_t{1} << 40)) {
      return call.Fail(
          fmt::format("a window of {} elements, dilated by {}, over {}", kernel[i], axis.dilation, input[i]));
    }
    const int64_t extent = *reach + 1;
    if (attributes.padding == "SAME") {
      axis.output = (input[i] + axis.stride - 1) / axis.stride;
      axis.before = std::max<int64_t>((axis.output - 1) * axis.stride + extent - input[i], 0) / 2;
    } else if (attributes.padding == "VALID" || attributes.padding == "EXPLICIT") {
      axis.before = attributes.before[i];
      const int64_t span = input[i] + attributes.before[i] + attributes.after[i] - extent;
      // A window that is too large by less than two strides gives an empty output: (span + stride) / stride
      // is cut to 0.
      if (span <= -2 * axis.stride) {
        return call.Fail(
            fmt::format("a window that reaches over {} elements does not fit into {}", extent, input[i]));
      }
      axis.output = span < 0 ? 0 : span / axis.stride + 1;
    } else {
      return call.Fail(fmt::format("padding \"{}\" is not known", attributes.padding));
    }
  }
  return windows;
}

Dims VolumeDims(const WindowAttributes& attributes, const Dims& dims) {
  Dims volume = dims;
  if (attributes.channels_first) std::rotate(volume.begin() + 1, volume.begin() + 2, volume.end());
  if (attributes.rank == 4) volume.insert(volume.begin() + 1, 1);
  return volume;
}

Result<Tensor> ToVolume(const Call& call, const WindowAttributes& attributes, const Tensor& tensor) {
  if (tensor.rank() != attributes.rank) {
    return call.Fail(
        fmt::format("a tensor of shape {} where rank {} is needed", ToText(tensor.dims()), attributes.rank));
  }
  const Dims volume = VolumeDims(attributes, tensor.dims());
  if (!attributes.channels_first) return tensor.Reshaped(volume);
  std::vector<int> order{0};
  for (int axis = 2; axis < attributes.rank; ++axis) order.push_back(axis);
  order.push_back(1);
  LS_TRY(const Tensor moved, Permuted(call, tensor, order));
  return moved.Reshaped(volume);
}

Result<Tensor> FromVolume(const Call& call, const WindowAttributes& attributes, const Tensor& volume) {
  Dims dims = volume.dims();
  if (attributes.rank == 4) dims.erase(dims.begin() + 1);
  const Tensor tensor = volume.Reshaped(dims);
  if (!attributes.channels_first) return tensor;
  std::vector<int> order{0, attributes.rank - 1};
  for (int axis = 1; axis < attributes.rank - 1; ++axis) order.push_back(axis);
  return Permuted(call, tensor, order);
}

}  // namespace litesmith::evaluate
