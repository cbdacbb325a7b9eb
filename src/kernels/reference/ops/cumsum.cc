// CUMSUM: running sums along the axis of input 1.
#include "kernels/reference/checks.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class CumSum : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView& input = context.input(0);
    LS_RETURN_IF_FAILED(
        ExpectDType(context, input, {DType::kFloat32, DType::kInt32, DType::kInt64}, "input"));
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, context.output()));
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 1, 255, "input"));
    LS_RETURN_IF_FAILED(ExpectDType(context, context.input(1), {DType::kInt32}, "axis"));
    if (context.input(1).elements() != 1)
      return context.Mismatch("the axis has {} elements", context.input(1).elements());
    return context.SetOutput(0, input.dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        return Run<float>(context);
      case DType::kInt32:
        return Run<int32_t>(context);
      default:
        return Run<int64_t>(context);
    }
  }

 private:
  template <class T>
  static Result<void> Run(InvokeContext& context) {
    const TensorView& input = context.input(0);
    int64_t axis = context.input(1).as<int32_t>()[0];
    if (axis < -input.rank() || axis >= input.rank()) {
      return context.Mismatch("axis {} of a tensor of {} dimensions", axis, input.rank());
    }
    if (axis < 0) axis += input.rank();
    const bool exclusive = context.attributes->Bool("exclusive"),
               reverse = context.attributes->Bool("reverse");
    if (input.elements() == 0) return {};
    int64_t inner = 1;
    for (int i = static_cast<int>(axis) + 1; i < input.rank(); ++i) inner *= input.dim(i);
    const int64_t depth = input.dim(static_cast<int>(axis));
    const T* in = input.as<T>().data();
    T* out = context.output().as_mutable<T>().data();
    for (int64_t block = 0; block < input.elements(); block += depth * inner) {
      for (int64_t lane = 0; lane < inner; ++lane) {
        T sum{0};
        for (int64_t step = 0; step < depth; ++step) {
          const int64_t at = block + (reverse ? depth - 1 - step : step) * inner + lane;
          const T before = sum;
          sum = WrappingAdd(sum, in[at]);
          out[at] = exclusive ? before : sum;
        }
      }
    }
    return {};
  }
};

}  // namespace

LS_KERNEL(CUMSUM) { return std::make_unique<CumSum>(); }

}  // namespace litesmith
