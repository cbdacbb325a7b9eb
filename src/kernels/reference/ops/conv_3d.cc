// CONV_3D: input [n, d, h, w, ci], weights [kd, kh, kw, ci, co], bias [co]; CONV_3D_TRANSPOSE: output shape
// [5], weights [kd, kh, kw, co, ci], input, bias. float32.
#include <array>

#include "kernels/reference/window.h"

namespace litesmith {
namespace {

constexpr std::array<std::string_view, 3> kStrides = {"stride_d", "stride_h", "stride_w"};
constexpr std::array<std::string_view, 3> kDilations = {"dilation_d_factor", "dilation_h_factor",
                                                        "dilation_w_factor"};
constexpr std::array<std::string_view, 3> kAxes = {"depth", "height", "width"};

Result<void> ExpectFloats(PrepareContext& context, const TensorView& input, const TensorView& weights,
                          const TensorView& bias, int64_t channels) {
  LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
  LS_RETURN_IF_FAILED(ExpectDType(context, weights, {DType::kFloat32}, "weights"));
  LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
  if (!bias.present) return {};
  LS_RETURN_IF_FAILED(ExpectDType(context, bias, {DType::kFloat32}, "bias"));
  if (bias.elements() == channels) return {};
  return context.Mismatch("the bias has {} elements for {} output channels", bias.elements(), channels);
}

void Finish(std::vector<float>& sums, const TensorView& bias, Range<float> range, float* out) {
  const float* offset = bias.present ? bias.as<float>().data() : nullptr;
  for (size_t c = 0; c < sums.size(); ++c)
    out[c] = range.Cut(offset != nullptr ? sums[c] + offset[c] : sums[c]);
}

class Conv3D : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 3));
    const TensorView &input = context.input(0), &weights = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 5, 5, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 5, 5, "weights"));
    LS_RETURN_IF_FAILED(ExpectFloats(context, input, weights, context.input(2), weights.dim(4)));
    if (input.dim(4) != weights.dim(3)) {
      return context.Mismatch("an input of {} channels and weights for {}", input.dim(4), weights.dim(3));
    }
    LS_TRY(const Padding padding, PaddingOf(context));
    LS_TRY(activation_, FusedActivation(context));
    Dims dims = {input.dim(0)};
    for (size_t i = 0; i < 3; ++i) {
      const int axis = static_cast<int>(i);
      LS_TRY(windows_[i], WindowOf(context, padding, input.dim(axis + 1), weights.dim(axis), kStrides[i],
                                   kDilations[i], kAxes[i]));
      dims.push_back(windows_[i].output);
    }
    dims.push_back(weights.dim(4));
    return context.SetOutput(0, std::move(dims));
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    if (output.elements() == 0) return {};
    const int64_t out_channels = output.dim(4);
    const Range<float> range = RangeOf<float>(activation_);
    float* out = output.as_mutable<float>().data();
    const int64_t planes = windows_[0].output * windows_[1].output;
    context.threads->ParallelFor(input.dim(0) * planes, 1, [&](int64_t begin, int64_t end, int) {
      std::vector<float> sums(static_cast<size_t>(out_channels));
      for (int64_t row = begin; row < end; ++row) {
        const int64_t plane = row % planes;
        for (int64_t x = 0; x < windows_[2].output; ++x) {
          std::fill(sums.begin(), sums.end(), 0.0f);
          const std::array<int64_t, 3> place = {plane / windows_[1].output, plane % windows_[1].output, x};
          SumPlace(context, row / planes, place, sums);
          Finish(sums, context.input(2), range, out + (row * windows_[2].output + x) * out_channels);
        }
      }
    });
    return {};
  }

 private:
  void SumPlace(InvokeContext& context, int64_t batch, const std::array<int64_t, 3>& place,
                std::vector<float>& sums) const {
    const auto& [dw, hw, ww] = windows_;
    const int64_t in_channels = context.input(0).dim(4);
    const float* in = context.input(0).as<float>().data();
    const float* weights = context.input(1).as<float>().data();
    for (int64_t fd = dw.first_tap(place[0]); fd < dw.last_tap(place[0]); ++fd) {
      const int64_t d = batch * dw.input + dw.origin(place[0]) + fd * dw.dilation;
      for (int64_t fh = hw.first_tap(place[1]); fh < hw.last_tap(place[1]); ++fh) {
        const int64_t h = d * hw.input + hw.origin(place[1]) + fh * hw.dilation;
        for (int64_t fw = ww.first_tap(place[2]); fw < ww.last_tap(place[2]); ++fw) {
          const float* pixel = in + (h * ww.input + ww.origin(place[2]) + fw * ww.dilation) * in_channels;
          const float* tap = weights + ((fd * hw.size + fh) * ww.size + fw) * in_channels *
                                           static_cast<int64_t>(sums.size());
          for (int64_t c = 0; c < in_channels; ++c) {
            for (size_t o = 0; o < sums.size(); ++o) sums[o] += pixel[c] * *tap++;
          }
        }
      }
    }
  }

  std::array<Window, 3> windows_;
  Activation activation_ = Activation::kNone;
};

class Conv3DTranspose : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 3, 4));
    const TensorView &shape = context.input(0), &weights = context.input(1), &input = context.input(2);
    LS_RETURN_IF_FAILED(ExpectDType(context, shape, {DType::kInt32}, "output shape"));
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 5, 5, "input"));
    LS_RETURN_IF_FAILED(ExpectRank(context, weights, 5, 5, "weights"));
    LS_RETURN_IF_FAILED(ExpectFloats(context, input, weights, context.input(3), weights.dim(3)));
    if (input.dim(4) != weights.dim(4)) {
      return context.Mismatch("an input of {} channels and weights for {}", input.dim(4), weights.dim(4));
    }
    LS_TRY(padding_, PaddingOf(context));
    LS_TRY(activation_, FusedActivation(context));
    for (size_t i = 0; i < 3; ++i) {
      LS_TRY(strides_[i], IntAttribute(context, kStrides[i], 1, 1, 32767));
      LS_TRY(dilations_[i], IntAttribute(context, kDilations[i], 1, 1, 32767));
    }
    if (!shape.constant) {
      dynamic_ = true;
      context.SetOutputDynamic(0);
      return {};
    }
    dynamic_ = false;
    LS_TRY(Dims dims, OutputDims(context));
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (dynamic_) {
      LS_TRY(Dims dims, OutputDims(context));
      LS_RETURN_IF_FAILED(context.ResizeOutput(0, std::move(dims)));
    }
    const TensorView &weights = context.input(1), &input = context.input(2), &output = context.output();
    std::array<int64_t, 3> before;
    for (size_t i = 0; i < 3; ++i) {
      const int axis = static_cast<int>(i);
      const int64_t span = (weights.dim(axis) - 1) * dilations_[i] + 1, out = output.dim(axis + 1);
      const int64_t places = padding_ == Padding::kSame ? (out + strides_[i] - 1) / strides_[i]
                                                        : (out - span + strides_[i]) / strides_[i];
      before[i] = std::max<int64_t>(0, (places - 1) * strides_[i] + span - out) / 2;
    }
    // Every input element is spread over the outputs that it reaches.
    const std::span<float> sums = output.as_mutable<float>();
    std::fill(sums.begin(), sums.end(), 0.0f);
    const float* in = input.as<float>().data();
    for (int64_t n = 0; n < input.dim(0); ++n) {
      for (int64_t d = 0; d < input.dim(1); ++d) {
        for (int64_t h = 0; h < input.dim(2); ++h) {
          for (int64_t w = 0; w < input.dim(3); ++w, in += input.dim(4)) {
            SpreadPixel(
                context, in, n,
                {d * strides_[0] - before[0], h * strides_[1] - before[1], w * strides_[2] - before[2]});
          }
        }
      }
    }
    const Range<float> range = RangeOf<float>(activation_);
    std::vector<float> pixel(static_cast<size_t>(output.dim(4)));
    for (size_t at = 0; at < sums.size(); at += pixel.size()) {
      std::copy_n(sums.begin() + static_cast<int64_t>(at), pixel.size(), pixel.begin());
      Finish(pixel, context.input(3), range, sums.data() + at);
    }
    return {};
  }

 private:
  Result<Dims> OutputDims(KernelContext& context) {
    const std::vector<int64_t> dims = context.input(0).ToInt64();
    const TensorView &weights = context.input(1), &input = context.input(2);
    const bool fits = dims.size() == 5 && dims[0] == input.dim(0) && dims[1] >= 1 && dims[2] >= 1 &&
                      dims[3] >= 1 && dims[4] == weights.dim(3) && dims[4] >= 1;
    if (fits) return dims;
    return context.Mismatch("it asks for output {} from an input {} and weights {}", ToText(dims),
                            ToText(input.dims), ToText(weights.dims));
  }
  void SpreadPixel(InvokeContext& context, const float* in, int64_t batch,
                   std::array<int64_t, 3> origin) const {
    const TensorView &weights = context.input(1), &output = context.output();
    const int64_t out_channels = weights.dim(3), in_channels = weights.dim(4);
    const float* tap = weights.as<float>().data();
    float* out = output.as_mutable<float>().data();
    for (int64_t fd = 0; fd < weights.dim(0); ++fd) {
      const int64_t d = origin[0] + fd * dilations_[0];
      for (int64_t fh = 0; fh < weights.dim(1); ++fh) {
        const int64_t h = origin[1] + fh * dilations_[1];
        for (int64_t fw = 0; fw < weights.dim(2); ++fw, tap += out_channels * in_channels) {
          const int64_t w = origin[2] + fw * dilations_[2];
          const bool inside =
              d >= 0 && d < output.dim(1) && h >= 0 && h < output.dim(2) && w >= 0 && w < output.dim(3);
          if (!inside) continue;
          float* pixel =
              out + (((batch * output.dim(1) + d) * output.dim(2) + h) * output.dim(3) + w) * out_channels;
          for (int64_t o = 0; o < out_channels; ++o) {
            float sum = 0;
            for (int64_t c = 0; c < in_channels; ++c) sum += in[c] * tap[o * in_channels + c];
            pixel[o] += sum;
          }
        }
      }
    }
  }

  Padding padding_ = Padding::kSame;
  Activation activation_ = Activation::kNone;
  std::array<int64_t, 3> strides_{}, dilations_{};
  bool dynamic_ = false;
};

}  // namespace

LS_KERNEL(CONV_3D) { return std::make_unique<Conv3D>(); }
LS_KERNEL(CONV_3D_TRANSPOSE) { return std::make_unique<Conv3DTranspose>(); }

}  // namespace litesmith
