// SELECT, SELECT_V2 and WHERE.
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::CopyAxis;
using reference::ShapedKernel;

// How to read `dims` as if they were `target`, to which they broadcast.
std::vector<CopyAxis> Broadcast(const Dims& dims, const Dims& target) {
  const std::vector<int64_t> from = reference::Strides(dims), to = reference::Strides(target);
  std::vector<CopyAxis> axes;
  for (size_t i = 0; i < target.size(); ++i) {
    const size_t missing = target.size() - dims.size();
    const bool repeated = i < missing || dims[i - missing] == 1;
    axes.push_back({target[i], repeated ? 0 : from[i - missing], to[i]});
  }
  return axes;
}

// Inputs: condition, what to take where it holds, what to take elsewhere.
class SelectKernel : public ShapedKernel {
 public:
  SelectKernel() : ShapedKernel(3, 1) {}

 protected:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(context.input(0).dtype == DType::kBool,
                                       "its condition is bool, not {}", NameOf(context.input(0).dtype)));
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype), "{} cannot be moved", NameOf(dtype)));
    if (context.input(2).dtype != dtype || context.output().dtype != dtype) {
      return context.Mismatch("{} and {} cannot be chosen between for {}", NameOf(dtype),
                              NameOf(context.input(2).dtype), NameOf(context.output().dtype));
    }
    return {};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims& target = dims()[0];
    const auto elements = static_cast<size_t>(reference::ElementsOf(target));
    std::vector<std::byte> chosen(elements);
    if (elements > 0) {
      reference::CopyStrided(context.input(0).data, chosen.data(), 1, Broadcast(condition_, target));
    }
    const size_t inputs[] = {1, 2};
    return reference::MoveElements(context, inputs, dims(), [&](auto from, auto to, size_t width) {
      if (elements == 0) return;
      std::vector<std::byte> yes(elements * width);
      reference::CopyStrided(from[0], yes.data(), width, Broadcast(context.input(1).dims, target));
      reference::CopyStrided(from[1], to[0], width, Broadcast(context.input(2).dims, target));
      for (size_t i = 0; i < elements; ++i) {
        if (chosen[i] != std::byte{0}) std::memcpy(to[0] + i * width, yes.data() + i * width, width);
      }
    });
  }

  Dims condition_;  // the condition's dims as they broadcast
};

// Both sides of one shape; a condition of lower rank chooses whole slices of the first axis.
class Select : public SelectKernel {
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims &condition = context.input(0).dims, &dims = context.input(1).dims;
    condition_ = condition;
    const bool slices = condition.size() == 1 && !dims.empty() && condition[0] == dims[0];
    if (slices) condition_.resize(dims.size(), 1);
    if (context.input(2).dims != dims || !(condition.empty() || slices || condition == dims)) {
      return context.Mismatch("a condition {} cannot choose between {} and {}", ToText(condition),
                              ToText(dims), ToText(context.input(2).dims));
    }
    return std::vector<Dims>{dims};
  }
};

class SelectV2 : public SelectKernel {
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims;
    for (size_t i = 0; i < 3; ++i) {
      const Dims& own = context.input(i).dims;
      if (own.size() > dims.size()) dims.insert(dims.begin(), own.size() - dims.size(), 1);
      for (size_t j = 0; j < own.size(); ++j) {
        int64_t& dim = dims[dims.size() - own.size() + j];
        if (dim != own[j] && dim != 1 && own[j] != 1) {
          return context.Mismatch("{}, {} and {} do not broadcast", ToText(context.input(0).dims),
                                  ToText(context.input(1).dims), ToText(context.input(2).dims));
        }
        if (dim == 1) dim = own[j];
      }
    }
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    condition_ = context.input(0).dims;
    return std::vector<Dims>{dims};
  }
};

// The coordinates of all elements that are not zero: [number, rank], in order.
class Where : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    if (!context.has_input(0) || context.output_count() != 1)
      return context.Mismatch("it has one input and one output");
    LS_RETURN_IF_FAILED(context.Expect(VisitDType(context.input(0).dtype, [](auto) {}), "{} has no zero",
                                       NameOf(context.input(0).dtype)));
    LS_RETURN_IF_FAILED(context.Expect(context.output().dtype == DType::kInt64, "its output is int64, not {}",
                                       NameOf(context.output().dtype)));
    context.SetOutputDynamic(0);
    return {};
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    std::vector<int64_t> places;
    VisitDType(input.dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      const std::span<const T> values = input.as<T>();
      for (size_t i = 0; i < values.size(); ++i) {
        if (values[i] != T(0)) places.push_back(static_cast<int64_t>(i));
      }
    });
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    LS_RETURN_IF_FAILED(context.ResizeOutput(0, {static_cast<int64_t>(places.size()), input.rank()}));
    auto target = context.output().as_mutable<int64_t>().begin();
    for (int64_t place : places) {
      for (const int64_t stride : strides) {
        *target++ = place / stride;
        place %= stride;
      }
    }
    return {};
  }
};

}  // namespace

LS_KERNEL(SELECT) { return std::make_unique<Select>(); }
LS_KERNEL(SELECT_V2) { return std::make_unique<SelectV2>(); }
LS_KERNEL(WHERE) { return std::make_unique<Where>(); }

}  // namespace litesmith
