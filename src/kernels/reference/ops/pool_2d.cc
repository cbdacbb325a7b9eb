// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D over [n, h, w, c]; padding does not count.
#include <cmath>

#include "kernels/reference/window.h"

namespace litesmith {
namespace {

enum class Kind { kAverage, kMax, kL2 };

class Pool2D : public Kernel {
 public:
  explicit Pool2D(Kind kind) : kind_(kind) {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    if (kind_ == Kind::kL2) {
      LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32}, "input"));
    } else {
      LS_RETURN_IF_FAILED(ExpectDType(
          context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt16}, "input"));
    }
    constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
    LS_TRY(const int64_t height, IntAttribute(context, "filter_height", 0, 1, kMax));
    LS_TRY(const int64_t width, IntAttribute(context, "filter_width", 0, 1, kMax));
    LS_TRY(const Padding padding, PaddingOf(context));
    LS_TRY(y_, WindowOf(context, padding, input.dim(1), height, "stride_h", "", "height"));
    LS_TRY(x_, WindowOf(context, padding, input.dim(2), width, "stride_w", "", "width"));
    LS_TRY(activation_, FusedActivation(context));
    if (input.dtype != DType::kFloat32) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
      // The kernel moves integers from input to output, so both must mean the same.
      if (std::abs(input.scale() - output.scale()) > 1.0e-6f || input.zero_point() != output.zero_point()) {
        return context.Report(
            Code::kQuantizationInvalid,
            fmt::format(
                "input and output have scales {} and {}, zero points {} and {}; pooling needs the same",
                input.scale(), output.scale(), input.zero_point(), output.zero_point()));
      }
      range_ = QuantizedRangeOf(activation_, output);
    }
    return context.SetOutput(0, {input.dim(0), y_.output, x_.output, input.dim(3)});
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (context.output().elements() == 0) return {};
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Slide<float, float>(context, RangeOf<float>(activation_));
        break;
      case DType::kInt8:
        Slide<int8_t, int64_t>(context, {range_.low, range_.high});
        break;
      case DType::kUInt8:
        Slide<uint8_t, int64_t>(context, {range_.low, range_.high});
        break;
      default:
        Slide<int16_t, int64_t>(context, {range_.low, range_.high});
        break;
    }
    return {};
  }

 private:
  template <class T, class Acc>
  void Slide(InvokeContext& context, Range<Acc> range) {
    const TensorView& input = context.input(0);
    const int64_t channels = input.dim(3);
    const T* in = input.as<T>().data();
    T* out = context.output().as_mutable<T>().data();
    const Acc start = kind_ == Kind::kMax ? Range<Acc>{}.low : Acc{0};
    context.threads->ParallelFor(input.dim(0) * y_.output, 1, [&](int64_t begin, int64_t end, int) {
      std::vector<Acc> sums(static_cast<size_t>(channels));
      for (int64_t row = begin; row < end; ++row) {
        const int64_t oy = row % y_.output;
        for (int64_t ox = 0; ox < x_.output; ++ox) {
          std::fill(sums.begin(), sums.end(), start);
          const int64_t y_first = y_.first_tap(oy), y_last = std::max(y_first, y_.last_tap(oy));
          const int64_t x_first = x_.first_tap(ox), x_last = std::max(x_first, x_.last_tap(ox));
          for (int64_t y = y_first; y < y_last; ++y) {
            const int64_t in_row = row / y_.output * y_.input + y_.origin(oy) + y;
            for (int64_t x = x_first; x < x_last; ++x) {
              AddPixel(in + (in_row * x_.input + x_.origin(ox) + x) * channels, sums);
            }
          }
          Acc count = static_cast<Acc>((y_last - y_first) * (x_last - x_first));
          T* pixel = out + (row * x_.output + ox) * channels;
          for (size_t c = 0; c < sums.size(); ++c)
            pixel[c] = static_cast<T>(range.Cut(Finish(sums[c], count)));
        }
      }
    });
  }
  template <class T, class Acc>
  void AddPixel(const T* pixel, std::vector<Acc>& sums) const {
    for (size_t c = 0; c < sums.size(); ++c) {
      const Acc value = static_cast<Acc>(pixel[c]);
      if (kind_ == Kind::kMax) {
        sums[c] = std::max(sums[c], value);
      } else {
        sums[c] += kind_ == Kind::kL2 ? value * value : value;
      }
    }
  }
  template <class Acc>
  Acc Finish(Acc sum, Acc count) const {
    if (kind_ == Kind::kMax) return sum;
    if constexpr (std::is_floating_point_v<Acc>) {
      return kind_ == Kind::kL2 ? std::sqrt(sum / count) : sum / count;
    } else {  // to the nearest, halves away from zero
      return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
    }
  }

  Kind kind_;
  Window y_, x_;
  Activation activation_ = Activation::kNone;
  Range<int32_t> range_;
};

}  // namespace

LS_KERNEL(AVERAGE_POOL_2D) { return std::make_unique<Pool2D>(Kind::kAverage); }
LS_KERNEL(MAX_POOL_2D) { return std::make_unique<Pool2D>(Kind::kMax); }
LS_KERNEL(L2_POOL_2D) { return std::make_unique<Pool2D>(Kind::kL2); }

}  // namespace litesmith
