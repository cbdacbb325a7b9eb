// MAXIMUM, MINIMUM with broadcasting; quantized tensors share one scale.
#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"

namespace litesmith {
namespace {

template <bool kMaximum>
class MinMax : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, a, b));
    SetOutputType(context, a.dtype);
    LS_RETURN_IF_FAILED(ExpectDType(context, a,
                                    {DType::kFloat32, DType::kFloat16, DType::kInt8, DType::kUInt8,
                                     DType::kInt16, DType::kInt32, DType::kInt64},
                                    "input"));
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    if (a.dims == dims) context.AllowInPlace(0, 0);
    if (b.dims == dims) context.AllowInPlace(1, 0);
    return context.SetOutput(0, std::move(dims));
  }
  Result<void> Invoke(InvokeContext& context) override {
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (requires(T x) { x < x; }) {
        broadcast_.Apply(context.input(0).as<T>().data(), context.input(1).as<T>().data(),
                         context.output().as_mutable<T>().data(),
                         [](T x, T y) { return (kMaximum ? x > y : x < y) ? x : y; });
      }
    });
    return {};
  }

 private:
  Broadcast broadcast_;
};

}  // namespace

LS_KERNEL(MAXIMUM) { return std::make_unique<MinMax<true>>(); }
LS_KERNEL(MINIMUM) { return std::make_unique<MinMax<false>>(); }

}  // namespace litesmith
