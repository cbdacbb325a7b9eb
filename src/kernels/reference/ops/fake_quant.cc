// FAKE_QUANT: what the numbers become when they are quantized and brought back.
#include <cmath>

#include "kernels/reference/checks.h"

namespace litesmith {
namespace {

class FakeQuant : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.input(0), {DType::kFloat32}, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
    LS_TRY(const int64_t bits, IntAttribute(context, "num_bits", 0, 2, 16));
    const float low = context.attributes->Float("min"), high = context.attributes->Float("max");
    if (!(low <= 0 && high >= 0 && low < high) || std::isinf(low) || std::isinf(high)) {
      return context.Report(
          Code::kQuantizationInvalid,
          fmt::format("its range is {} to {}; it must hold 0 and more than one number", low, high));
    }
    // The range is moved so that 0 is one of the steps.
    const float first = context.attributes->Bool("narrow_range") ? 1.0f : 0.0f;
    const float last = static_cast<float>((1 << bits) - 1);
    scale_ = (high - low) / (last - first);
    const float zero = std::clamp(std::round(first - low / scale_), first, last);
    range_ = {(first - zero) * scale_, (last - zero) * scale_};
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const std::span<const float> in = context.input(0).as<float>();
    float* out = context.output().as_mutable<float>().data();
    const float inverse = 1.0f / scale_;
    for (size_t i = 0; i < in.size(); ++i) {
      const float step = std::round((range_.Cut(in[i]) - range_.low) * inverse);
      out[i] = step * scale_ + range_.low;
    }
    return {};
  }

 private:
  float scale_ = 1;
  Range<float> range_;
};

}  // namespace

LS_KERNEL(FAKE_QUANT) { return std::make_unique<FakeQuant>(); }

}  // namespace litesmith
