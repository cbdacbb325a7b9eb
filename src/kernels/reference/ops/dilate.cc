// DILATE and STABLEHLO_PAD: elements moved apart, the gaps and margins filled with one value.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"
#include "kernels/reference/spread.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;
using reference::Spread;

class Spreading : public ShapedKernel {
 protected:
  Spreading(size_t value, size_t inputs, std::vector<size_t> deciding)
      : ShapedKernel(inputs, 1, std::move(deciding)), value_(value) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(BitsOf(dtype) >= 8, "it does not move {}", NameOf(dtype)));
    if (context.input(value_).dtype != dtype || context.output().dtype != dtype ||
        context.input(value_).elements() != 1) {
      return context.Mismatch("it fills {} with one value of that type, not with {} {}", NameOf(dtype),
                              NameOf(context.input(value_).dtype), ToText(context.input(value_).dims));
    }
    return {};
  }
  Result<std::vector<Dims>> SpreadShape(KernelContext& context) {
    const auto dims = spread_.Apply(context.input(0).dims);
    if (!dims) return context.Mismatch("{} cannot be spread that way", ToText(context.input(0).dims));
    return std::vector<Dims>{*dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    spread_.Copy(input.dims, input.data, context.input(value_).data, context.output().data,
                 static_cast<size_t>(BitsOf(input.dtype)) / 8);
    return {};
  }

  size_t value_;
  Spread spread_;
};

// Inputs: tensor, how far apart its elements come to stand [rank], the value between them.
class Dilate : public Spreading {
 public:
  Dilate() : Spreading(2, 3, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    spread_.steps = context.input(1).ToInt64();
    spread_.low.assign(spread_.steps.size(), 0);
    spread_.high = spread_.low;
    return SpreadShape(context);
  }
};

// Margins may be negative and then cut away.
class StablehloPad : public Spreading {
 public:
  StablehloPad() : Spreading(1, 2, {}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    spread_.low = context.attributes->Ints("edge_padding_low");
    spread_.high = context.attributes->Ints("edge_padding_high");
    spread_.steps = context.attributes->Ints("interior_padding");
    for (int64_t& step : spread_.steps) step = CheckedAdd<int64_t>(step, 1).value_or(-1);
    return SpreadShape(context);
  }
};

}  // namespace

LS_KERNEL(DILATE) { return std::make_unique<Dilate>(); }
LS_KERNEL(STABLEHLO_PAD) { return std::make_unique<StablehloPad>(); }

}  // namespace litesmith
