// Ops that give the same bytes another shape or type: RESHAPE, SQUEEZE, EXPAND_DIMS, BITCAST, DENSIFY.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Input 0 becomes output 0, byte for byte.
class SameBytes : public ShapedKernel {
 protected:
  using ShapedKernel::ShapedKernel;

  Result<void> Check(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(context.input(0).dtype), "{} cannot be moved",
                                       NameOf(context.input(0).dtype)));
    if (context.input(0).dtype != context.output().dtype) {
      return context.Mismatch("it turns {} into {}, but only changes the shape",
                              NameOf(context.input(0).dtype), NameOf(context.output().dtype));
    }
    context.AllowInPlace(0, 0);
    return {};
  }
  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    if (input.dtype == DType::kString) {
      LS_RETURN_IF_FAILED(context.ResizeStringOutput(0, dims()[0], input.bytes));
    }
    const TensorView& output = context.output();
    if (output.bytes != input.bytes) {
      return context.Mismatch("{} bytes cannot become {}", input.bytes, output.bytes);
    }
    if (output.data != input.data && input.bytes > 0) std::memcpy(output.data, input.data, input.bytes);
    return {};
  }
};

class Reshape : public SameBytes {
 public:
  Reshape() : SameBytes(1, 1, {1}) {}

 private:
  // The second input counts only as a vector of int32; otherwise, and without it, the option does. Old files
  // write a scalar as [0] there.
  static Dims Wanted(KernelContext& context) {
    const TensorView& shape = context.input(1);
    if (shape.present && shape.rank() == 1 && shape.dtype == DType::kInt32) return shape.ToInt64();
    Dims wanted = context.attributes->Ints("new_shape");
    if (wanted == Dims{0}) wanted.clear();
    return wanted;
  }

  // The product of the dims that are not zero (and not the open one).
  static std::optional<int64_t> NonZeroProduct(const Dims& dims) {
    int64_t product = 1;
    for (const int64_t dim : dims) {
      if (dim < -1) return std::nullopt;
      const auto next = dim > 0 ? CheckedMul(product, dim) : product;
      if (!next) return std::nullopt;
      product = *next;
    }
    return product;
  }

  // What -1 stands for: the elements that are left, 0 if there are none. Where another dim is 0 already the
  // rest keep their proportion, so that [2, 0, 4] can become [-1, 0].
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    Dims dims = Wanted(context);
    const Dims asked = dims;
    const auto open = std::find(dims.begin(), dims.end(), -1);
    const auto own = NonZeroProduct(input.dims), others = NonZeroProduct(dims);
    bool fits = own && others && std::count(dims.begin(), dims.end(), -1) <= 1;
    if (fits && open != dims.end()) {
      const bool empty = std::count(dims.begin(), dims.end(), 0) > 0;
      *open = input.elements() == 0 && !empty ? 0 : *own / *others;
    }
    fits = fits && CheckedProduct(dims) == input.elements();
    if (fits) return std::vector<Dims>{dims};
    return context.Mismatch("the {} elements of {} cannot be arranged as {}", input.elements(),
                            ToText(input.dims), ToText(asked));
  }
};

class Squeeze : public SameBytes {
 public:
  Squeeze() : SameBytes(1, 1) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    const std::vector<int64_t> axes = context.attributes->Ints("squeeze_dims");
    std::vector<bool> drop(input.dims.size(), false);
    for (const int64_t given : axes) {
      LS_TRY(const int axis, reference::AxisOf(context, given, input.rank()));
      if (input.dim(axis) != 1) {
        return context.Mismatch("axis {} of {} is not 1 and cannot be dropped", axis, ToText(input.dims));
      }
      drop[static_cast<size_t>(axis)] = true;
    }
    Dims kept;
    for (size_t i = 0; i < drop.size(); ++i) {
      if (axes.empty() ? input.dims[i] != 1 : !drop[i]) kept.push_back(input.dims[i]);
    }
    return std::vector<Dims>{kept};
  }
};

class ExpandDims : public SameBytes {
 public:
  ExpandDims() : SameBytes(2, 1, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(const int64_t given, reference::ScalarOf(context, context.input(1), "the axis"));
    LS_TRY(const int axis, reference::AxisOf(context, given, context.input(0).rank() + 1));
    Dims dims = context.input(0).dims;
    dims.insert(dims.begin() + axis, 1);
    return std::vector<Dims>{dims};
  }
};

// Sparse constants are made dense when a model is loaded, so that nothing is left to do.
class Densify : public SameBytes {
 public:
  Densify() : SameBytes(1, 1) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{context.input(0).dims};
  }
};

// Wider elements become an innermost axis of narrower ones, and the other way round.
class Bitcast : public SameBytes {
 public:
  Bitcast() : SameBytes(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const int from = BitsOf(context.input(0).dtype), to = BitsOf(context.output().dtype);
    LS_RETURN_IF_FAILED(context.Expect(from >= 8 && to >= 8, "{} has no bits to be read as {}",
                                       NameOf(context.input(0).dtype), NameOf(context.output().dtype)));
    context.AllowInPlace(0, 0);
    return {};
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const int from = BitsOf(context.input(0).dtype), to = BitsOf(context.output().dtype);
    Dims dims = context.input(0).dims;
    if (from > to) {
      dims.push_back(from / to);
    } else if (from < to) {
      if (dims.empty() || dims.back() != to / from) {
        return context.Mismatch("{} elements of {} bits make one of {}; the last axis of {} is not that",
                                to / from, from, to, ToText(dims));
      }
      dims.pop_back();
    }
    return std::vector<Dims>{dims};
  }
};

}  // namespace

LS_KERNEL(RESHAPE) { return std::make_unique<Reshape>(); }
LS_KERNEL(SQUEEZE) { return std::make_unique<Squeeze>(); }
LS_KERNEL(EXPAND_DIMS) { return std::make_unique<ExpandDims>(); }
LS_KERNEL(DENSIFY) { return std::make_unique<Densify>(); }
LS_KERNEL(BITCAST) { return std::make_unique<Bitcast>(); }

}  // namespace litesmith
