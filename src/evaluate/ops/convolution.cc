// Convolutions and their transposes, in two and three dimensions.
#include <algorithm>
#include <cstring>

#include "evaluate/contraction.h"
#include "evaluate/dispatch.h"
#include "evaluate/gemm.h"
#include "evaluate/operands.h"
#include "evaluate/windows.h"

namespace litesmith::evaluate {
namespace {

using Convolved = Types<float, double, uint32_t>;  // uint32_t stands for int32, which wraps

// The taps of the windows of one output row (all x at one batch entry, depth and height): [x, tap, channel],
// zero where a tap lies outside. `volume` is dense [batch, depth, height, width, channels]; `channels` from
// `first` are taken.
template <class T>
void GatherRow(const Windows& windows, const T* volume, int64_t total_channels, int64_t first,
               int64_t channels, std::array<int64_t, 3> place, T* row) {
  const auto& [d, h, w] = windows.axes;
  const auto [batch, od, oh] = place;
  std::fill_n(row, w.output * windows.taps() * channels, T{0});
  for (int64_t ox = 0; ox < w.output; ++ox) {
    T* window = row + ox * windows.taps() * channels;
    for (int64_t kd = d.first_tap(od); kd < d.last_tap(od); ++kd) {
      for (int64_t kh = h.first_tap(oh); kh < h.last_tap(oh); ++kh) {
        const T* line =
            volume + ((batch * d.input + d.at(od, kd)) * h.input + h.at(oh, kh)) * w.input * total_channels;
        T* taps = window + (kd * h.kernel + kh) * w.kernel * channels;
        for (int64_t kw = w.first_tap(ox); kw < w.last_tap(ox); ++kw) {
          std::memcpy(taps + kw * channels, line + w.at(ox, kw) * total_channels + first,
                      static_cast<size_t>(channels) * sizeof(T));
        }
      }
    }
  }
}

// The reverse: adds a row of taps to the places they came from.
template <class T>
void ScatterRow(const Windows& windows, T* volume, int64_t total_channels, int64_t first, int64_t channels,
                std::array<int64_t, 3> place, const T* row) {
  const auto& [d, h, w] = windows.axes;
  const auto [batch, od, oh] = place;
  for (int64_t ox = 0; ox < w.output; ++ox) {
    const T* window = row + ox * windows.taps() * channels;
    for (int64_t kd = d.first_tap(od); kd < d.last_tap(od); ++kd) {
      for (int64_t kh = h.first_tap(oh); kh < h.last_tap(oh); ++kh) {
        T* line =
            volume + ((batch * d.input + d.at(od, kd)) * h.input + h.at(oh, kh)) * w.input * total_channels;
        const T* taps = window + (kd * h.kernel + kh) * w.kernel * channels;
        for (int64_t kw = w.first_tap(ox); kw < w.last_tap(ox); ++kw) {
          T* to = line + w.at(ox, kw) * total_channels + first;
          for (int64_t c = 0; c < channels; ++c) to[c] += taps[kw * channels + c];
        }
      }
    }
  }
}

// Calls body(place, output row) for each row of outputs; a row has w.output * row_elements elements.
template <class T, class Body>
void ForEachRow(const Windows& windows, T* output, int64_t row_elements, Body body) {
  for (int64_t b = 0; b < windows.batch; ++b) {
    for (int64_t d = 0; d < windows.axes[0].output; ++d) {
      for (int64_t h = 0; h < windows.axes[1].output; ++h) {
        body(std::array<int64_t, 3>{b, d, h}, output);
        output += windows.axes[2].output * row_elements;
      }
    }
  }
}

// What all of them need: windows, and the filter as [taps, in channels of a group, out channels].
struct Setting {
  WindowAttributes attributes;
  Windows windows;
  Tensor filter;
  int64_t groups = 1, in_channels = 0, out_channels = 0;  // in all groups together
  int64_t group_in() const { return in_channels / groups; }
  int64_t group_out() const { return out_channels / groups; }
};

Result<Setting> SettingOf(const Call& call, int rank, const Dims& input, const Tensor& filter) {
  Setting setting;
  LS_TRY(setting.attributes, WindowAttributesOf(call, rank));
  if (static_cast<int>(input.size()) != rank || filter.rank() != rank) {
    return call.Fail(
        fmt::format("shapes {} and {} are not those of a convolution", ToText(input), ToText(filter.dims())));
  }
  const Dims volume = VolumeDims(setting.attributes, input);
  Dims kernel = filter.dims();
  if (rank == 4) kernel.insert(kernel.begin(), 1);
  LS_TRY(setting.windows,
         PlaceWindows(call, setting.attributes, SpatialOf(volume), {kernel[0], kernel[1], kernel[2]}));
  setting.windows.batch = volume[0];
  setting.in_channels = volume[4];
  setting.out_channels = kernel[4];
  setting.groups = kernel[3] > 0 ? volume[4] / kernel[3] : 0;
  if (setting.groups < 1 || volume[4] != setting.groups * kernel[3] || kernel[4] % setting.groups != 0) {
    return call.Fail(fmt::format("a filter of shape {} for {} channels", ToText(filter.dims()), volume[4]));
  }
  setting.filter = filter.Reshaped({setting.windows.taps(), kernel[3], kernel[4]});
  return setting;
}

// Memory for one row of taps.
template <class T>
Result<std::vector<T>> RowBuffer(const Call& call, const Setting& setting) {
  const int64_t dims[] = {setting.windows.axes[2].output, setting.windows.taps(), setting.group_in()};
  LS_TRY(const int64_t count, CheckSize(call, dims, sizeof(T)));
  return std::vector<T>(static_cast<size_t>(count));
}

Dims OutputDims(const Setting& setting, int64_t channels) {
  const auto& [d, h, w] = setting.windows.axes;
  return {setting.windows.batch, d.output, h.output, w.output, channels};
}

// uint32 views of int32 tensors, so that sums wrap; other dtypes as they are.
Tensor Wrapping(const Tensor& tensor, DType from, DType to) {
  if (tensor.dtype() != from) return tensor;
  return Tensor(to, tensor.dims(), tensor.owner(), tensor.bytes());
}
Tensor Unsigned(const Tensor& tensor) { return Wrapping(tensor, DType::kInt32, DType::kUInt32); }
Tensor Signed(const Tensor& tensor) { return Wrapping(tensor, DType::kUInt32, DType::kInt32); }

template <class T>
Result<Tensor> Convolve(const Call& call, const Setting& setting, const Tensor& volume) {
  const Windows& windows = setting.windows;
  const int64_t depth = windows.taps() * setting.group_in();
  LS_TRY(auto row, RowBuffer<T>(call, setting));
  LS_TRY(Tensor output, Allocate(call, kDTypeOf<T>, OutputDims(setting, setting.out_channels)));
  const T* filter = setting.filter.data<T>().data();
  ForEachRow(windows, output.mutable_data<T>().data(), setting.out_channels, [&](auto place, T* to) {
    for (int64_t g = 0; g < setting.groups; ++g) {
      GatherRow(windows, volume.data<T>().data(), setting.in_channels, g * setting.group_in(),
                setting.group_in(), place, row.data());
      MultiplyAdd(windows.axes[2].output, setting.group_out(), depth, row.data(), depth,
                  filter + g * setting.group_out(), setting.out_channels, to + g * setting.group_out(),
                  setting.out_channels);
    }
  });
  return output;
}

Result<Outputs> ConvolutionOf(const Call& call, int rank) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, call.input(0).dtype()));
  LS_TRY(const Setting setting, SettingOf(call, rank, call.input(0).dims(), Unsigned(call.input(1))));
  LS_TRY(const Tensor volume, ToVolume(call, setting.attributes, Unsigned(call.input(0))));
  Result<Tensor> output = kFailed;
  const bool known = Dispatch(Convolved{}, volume.dtype(), [&]<class T>(std::type_identity<T>) {
    output = Convolve<T>(call, setting, volume);
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  if (!output) return kFailed;
  return One(FromVolume(call, setting.attributes, Signed(*output)));
}

// The gradient of a convolution with respect to its input: operands are the shape of that input, filter,
// gradient.
template <class T>
Result<Tensor> Transposed(const Call& call, const Setting& setting, const Tensor& gradient) {
  const Windows& windows = setting.windows;
  const int64_t depth = windows.taps() * setting.group_in();
  LS_TRY(auto row, RowBuffer<T>(call, setting));
  const WindowAxis &d = windows.axes[0], &h = windows.axes[1], &w = windows.axes[2];
  LS_TRY(Tensor output,
         Allocate(call, kDTypeOf<T>, {windows.batch, d.input, h.input, w.input, setting.in_channels}));
  // [taps * in channels, out channels] -> [out channels, taps * in channels]
  LS_TRY(const Tensor filter,
         MatrixTransposed(call, setting.filter.Reshaped({depth, setting.out_channels}), false));
  ForEachRow(windows, gradient.data<T>().data(), setting.out_channels, [&](auto place, const T* from) {
    for (int64_t g = 0; g < setting.groups; ++g) {
      std::ranges::fill(row, T{0});
      MultiplyAdd(w.output, depth, setting.group_out(), from + g * setting.group_out(), setting.out_channels,
                  filter.data<T>().data() + g * setting.group_out() * depth, depth, row.data(), depth);
      ScatterRow(windows, output.mutable_data<T>().data(), setting.in_channels, g * setting.group_in(),
                 setting.group_in(), place, row.data());
    }
  });
  return output;
}

Result<Outputs> TransposeOf(const Call& call, int rank) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(Dims dims, IntegersOf(call, 0));
  const Tensor filter = Unsigned(call.input(1)), gradient = Unsigned(call.input(2));
  LS_RETURN_IF_FAILED(ExpectDType(call, 2, call.input(1).dtype()));
  if (dims.size() == 2 && rank == 4 && filter.rank() == 4 && gradient.rank() == 4) {
    // Only height and width are given; batch and channels follow from the others.
    const bool first = call.attributes().Text("data_format", "NHWC") == "NCHW";
    const int64_t batch = gradient.dims()[0], channels = filter.dims()[2];
    dims = first ? Dims{batch, channels, dims[0], dims[1]} : Dims{batch, dims[0], dims[1], channels};
  }
  LS_RETURN_IF_FAILED(CheckSize(call, dims, 1));
  LS_TRY(const Setting setting, SettingOf(call, rank, dims, filter));
  LS_TRY(const Tensor volume, ToVolume(call, setting.attributes, gradient));
  if (volume.dims() != OutputDims(setting, setting.out_channels)) {
    return call.Fail(fmt::format("an input of shape {} gives {} after the convolution, not {}", ToText(dims),
                                 ToText(OutputDims(setting, setting.out_channels)), ToText(volume.dims())));
  }
  Result<Tensor> output = kFailed;
  const bool known = Dispatch(Convolved{}, volume.dtype(), [&]<class T>(std::type_identity<T>) {
    output = Transposed<T>(call, setting, volume);
  });
  if (!known) return WrongDType(call, call.input(1).dtype());
  if (!output) return kFailed;
  return One(FromVolume(call, setting.attributes, Signed(*output)));
}

// Filter [height, width, channels, multiplier]; output channel c * multiplier + m.
template <class T>
Result<Tensor> Depthwise(const Call& call, const Windows& windows, const Tensor& volume,
                         const Tensor& filter) {
  const int64_t channels = filter.dims()[2], multiplier = filter.dims()[3], outputs = channels * multiplier;
  const WindowAxis &d = windows.axes[0], &h = windows.axes[1], &w = windows.axes[2];
  LS_TRY(Tensor output, Allocate(call, kDTypeOf<T>, {windows.batch, d.output, h.output, w.output, outputs}));
  const T* from = volume.data<T>().data();
  const T* weights = filter.data<T>().data();
  ForEachRow(windows, output.mutable_data<T>().data(), outputs, [&](auto place, T* row) {
    const int64_t batch = place[0], oh = place[2];
    for (int64_t ox = 0; ox < w.output; ++ox) {
      T* to = row + ox * outputs;
      for (int64_t kh = h.first_tap(oh); kh < h.last_tap(oh); ++kh) {
        for (int64_t kw = w.first_tap(ox); kw < w.last_tap(ox); ++kw) {
          const T* pixel = from + ((batch * h.input + h.at(oh, kh)) * w.input + w.at(ox, kw)) * channels;
          const T* tap = weights + (kh * w.kernel + kw) * outputs;
          if (multiplier == 1) {
            for (int64_t c = 0; c < channels; ++c) to[c] += pixel[c] * tap[c];
            continue;
          }
          for (int64_t c = 0; c < channels; ++c) {
            for (int64_t m = 0; m < multiplier; ++m)
              to[c * multiplier + m] += pixel[c] * tap[c * multiplier + m];
          }
        }
      }
    }
  });
  return output;
}

Result<Outputs> DepthwiseOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 4));
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, call.input(0).dtype()));
  const Tensor& filter = call.input(1);
  LS_TRY(const WindowAttributes attributes, WindowAttributesOf(call, 4));
  LS_TRY(const Tensor volume, ToVolume(call, attributes, call.input(0)));
  if (volume.dims()[4] != filter.dims()[2]) {
    return call.Fail(
        fmt::format("a filter of shape {} for {} channels", ToText(filter.dims()), volume.dims()[4]));
  }
  LS_TRY(Windows windows,
         PlaceWindows(call, attributes, SpatialOf(volume.dims()), {1, filter.dims()[0], filter.dims()[1]}));
  windows.batch = volume.dims()[0];
  Result<Tensor> output = kFailed;
  const bool known = Dispatch(Floats{}, volume.dtype(), [&]<class T>(std::type_identity<T>) {
    output = Depthwise<T>(call, windows, volume, filter);
  });
  if (!known) return WrongDType(call, volume.dtype());
  if (!output) return kFailed;
  return One(FromVolume(call, attributes, *output));
}

}  // namespace

LS_EVALUATE(Conv2D) {
  return InFloat32(call, [](const Call& wide) { return ConvolutionOf(wide, 4); });
}
LS_EVALUATE(Conv3D) {
  return InFloat32(call, [](const Call& wide) { return ConvolutionOf(wide, 5); });
}
LS_EVALUATE(Conv2DBackpropInput) {
  return InFloat32(call, [](const Call& wide) { return TransposeOf(wide, 4); });
}
LS_EVALUATE(Conv3DBackpropInputV2) {
  return InFloat32(call, [](const Call& wide) { return TransposeOf(wide, 5); });
}
LS_EVALUATE(DepthwiseConv2dNative) { return InFloat32(call, DepthwiseOf); }

}  // namespace litesmith::evaluate
