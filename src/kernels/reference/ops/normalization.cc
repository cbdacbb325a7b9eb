// L2_NORMALIZATION and LOCAL_RESPONSE_NORMALIZATION along the last axis.
#include <cmath>

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {
namespace {

class L2Normalization : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 1, 255, "input"));
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    LS_RETURN_IF_FAILED(ExpectDType(context, input, {DType::kFloat32, DType::kInt8, DType::kUInt8}, "input"));
    LS_RETURN_IF_FAILED(
        context.Expect(context.attributes->Int("fused_activation_function") == 0, "a fused activation"));
    if (input.dtype != DType::kFloat32) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    }
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const int64_t depth = input.dim(-1);
    if (depth == 0) return {};
    for (int64_t first = 0; first < input.elements(); first += depth) {
      switch (input.dtype) {
        case DType::kFloat32:
          FloatRow(context, first, depth);
          break;
        case DType::kInt8:
          IntegerRow<int8_t>(context, first, depth);
          break;
        default:
          IntegerRow<uint8_t>(context, first, depth);
          break;
      }
    }
    return {};
  }

 private:
  static void FloatRow(InvokeContext& context, int64_t first, int64_t depth) {
    const float* in = context.input(0).as<float>().data() + first;
    float* out = context.output().as_mutable<float>().data() + first;
    float sum = 0;
    for (int64_t i = 0; i < depth; ++i) sum += in[i] * in[i];
    const float norm = std::max(std::sqrt(sum), 1e-6f);  // the op's fixed epsilon
    for (int64_t i = 0; i < depth; ++i) out[i] = in[i] / norm;
  }
  // The input's scale cancels out; the output's is 1/128.
  template <class T>
  static void IntegerRow(InvokeContext& context, int64_t first, int64_t depth) {
    const T* in = context.input(0).as<T>().data() + first;
    T* out = context.output().as_mutable<T>().data() + first;
    const int32_t zero_in = context.input(0).zero_point(), zero_out = context.output().zero_point();
    const Range<int32_t> limits = LimitsOf(context.output().dtype);
    double sum = 0;
    for (int64_t i = 0; i < depth; ++i) sum += static_cast<double>((in[i] - zero_in) * (in[i] - zero_in));
    const double factor = sum > 0 ? 128 / std::sqrt(sum) : 0;
    for (int64_t i = 0; i < depth; ++i) {
      out[i] = static_cast<T>(limits.Cut(RoundToInt32((in[i] - zero_in) * factor) + zero_out));
    }
  }
};

// out = in * (bias + alpha * sum of squares of the `radius` channels on either side and of this one) ^ -beta
class LocalResponseNormalization : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    LS_RETURN_IF_FAILED(ExpectRank(context, context.input(0), 4, 4, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.input(0), {DType::kFloat32}, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.output(), {DType::kFloat32}, "output"));
    LS_TRY(radius_, IntAttribute(context, "radius", 0, 0, std::numeric_limits<int32_t>::max()));
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const float bias = context.attributes->Float("bias"), alpha = context.attributes->Float("alpha");
    const float beta = context.attributes->Float("beta");
    const int64_t depth = input.dim(-1);
    if (depth == 0) return {};
    const float* in = input.as<float>().data();
    float* out = context.output().as_mutable<float>().data();
    for (int64_t first = 0; first < input.elements(); first += depth, in += depth, out += depth) {
      for (int64_t c = 0; c < depth; ++c) {
        float sum = 0;
        const int64_t last = std::min(depth - 1, c + radius_);
        for (int64_t i = std::max<int64_t>(0, c - radius_); i <= last; ++i) sum += in[i] * in[i];
        out[c] = in[c] * std::pow(bias + alpha * sum, -beta);
      }
    }
    return {};
  }

 private:
  int64_t radius_ = 0;
};

}  // namespace

LS_KERNEL(L2_NORMALIZATION) { return std::make_unique<L2Normalization>(); }
LS_KERNEL(LOCAL_RESPONSE_NORMALIZATION) { return std::make_unique<LocalResponseNormalization>(); }

}  // namespace litesmith
