// Shapes as values, and ops that only give a tensor another shape or pass it on.
#include <algorithm>

#include "base/checked.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

Result<Outputs> PassOn(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  return Outputs(call.inputs.begin(), call.inputs.end());
}
// The first of several operands.
Result<Outputs> PassFirst(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  return One(call.input(0));
}

DType OutType(const Call& call) { return call.attributes().Type("out_type", DType::kInt32); }

Result<Tensor> ShapeTensor(const Call& call, const Dims& dims) {
  if (OutType(call) != DType::kInt64) {
    for (int64_t dim : dims) {
      if (!CheckedCast<int32_t>(dim))
        return call.Fail(fmt::format("dimension {} does not fit into int32", dim));
    }
  }
  return IntegerTensor(OutType(call), {static_cast<int64_t>(dims.size())}, dims);
}

Result<Outputs> ShapesOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  Outputs outputs;
  for (const Tensor& input : call.inputs) {
    LS_TRY(outputs.emplace_back(), ShapeTensor(call, input.dims()));
  }
  return outputs;
}

}  // namespace

LS_EVALUATE(Identity) { return PassOn(call); }
LS_EVALUATE(IdentityN) { return PassOn(call); }
LS_EVALUATE(StopGradient) { return PassOn(call); }
LS_EVALUATE(PreventGradient) { return PassOn(call); }
LS_EVALUATE(Snapshot) { return PassOn(call); }
LS_EVALUATE(GuaranteeConst) { return PassOn(call); }
LS_EVALUATE(DebugIdentity) { return PassOn(call); }
LS_EVALUATE(DebugIdentityV2) { return PassOn(call); }
LS_EVALUATE(DebugIdentityV3) { return PassOn(call); }
LS_EVALUATE(EnsureShape) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Shape wanted = call.attributes().Get<Shape>("shape");
  if (!wanted.Compatible(Shape::Of(call.input(0).dims()))) {
    return call.Fail(fmt::format("its operand has shape {}, {} is demanded", ToText(call.input(0).dims()),
                                 ToText(wanted)));
  }
  return One(call.input(0));
}
LS_EVALUATE(PlaceholderWithDefault) { return PassFirst(call); }

LS_EVALUATE(Shape) { return ShapesOf(call); }
LS_EVALUATE(ShapeN) { return ShapesOf(call); }
LS_EVALUATE(Rank) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return One(Tensor::Scalar<int32_t>(call.input(0).rank()));
}
LS_EVALUATE(Size) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const int64_t size = call.input(0).elements();
  if (OutType(call) != DType::kInt64 && !CheckedCast<int32_t>(size)) {
    return call.Fail(fmt::format("size {} does not fit into int32", size));
  }
  return One(IntegerTensor(OutType(call), {}, std::span(&size, 1)));
}

LS_EVALUATE(Reshape) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor& input = call.input(0);
  LS_TRY(Dims dims, IntegersOf(call, 1));
  auto open = dims.end();
  for (auto dim = dims.begin(); dim != dims.end(); ++dim) {
    if (*dim >= 0) continue;
    if (*dim != -1 || open != dims.end()) return call.Fail(fmt::format("{} is no shape", ToText(dims)));
    open = dim;
  }
  if (open != dims.end()) {
    // Beside a dimension of 0 the open one could be anything; TensorFlow then finds it without the zeros on
    // both sides.
    const bool has_zero = std::ranges::find(dims, 0) != dims.end();
    const auto without_zeros = [&](Dims factors) {
      if (has_zero) std::ranges::replace(factors, 0, 1);
      return CheckedProduct(factors);
    };
    *open = 1;
    const auto rest = without_zeros(dims), all = without_zeros(input.dims());
    *open = rest && all ? *all / *rest : 0;
  }
  if (CheckedProduct(dims) != input.elements()) {
    return call.Fail(
        fmt::format("{} elements do not fit shape {}", input.elements(), ToText(*call.input(1).ToInt64())));
  }
  return One(input.Reshaped(std::move(dims)));
}

LS_EVALUATE(ExpandDims) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const int64_t wanted, IntegerOf(call, 1));
  LS_TRY(const int axis, AxisOf(call, wanted, call.input(0).rank() + 1));
  Dims dims = call.input(0).dims();
  dims.insert(dims.begin() + axis, 1);
  return One(call.input(0).Reshaped(std::move(dims)));
}

LS_EVALUATE(Squeeze) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor& input = call.input(0);
  // "squeeze_dims" is the attribute's name in old graphs.
  std::vector<int64_t> axes = call.attributes().Ints("squeeze_dims");
  if (axes.empty()) axes = call.attributes().Ints("axis");
  std::vector<bool> gone(input.dims().size());
  for (int64_t wanted : axes) {
    LS_TRY(const int axis, AxisOf(call, wanted, input.rank()));
    if (input.dims()[static_cast<size_t>(axis)] != 1) {
      return call.Fail(fmt::format("axis {} of {} is not 1", axis, ToText(input.dims())));
    }
    gone[static_cast<size_t>(axis)] = true;
  }
  Dims dims;
  for (size_t axis = 0; axis < gone.size(); ++axis) {
    if (axes.empty() ? input.dims()[axis] != 1 : !gone[axis]) dims.push_back(input.dims()[axis]);
  }
  return One(input.Reshaped(std::move(dims)));
}

LS_EVALUATE(BroadcastArgs) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const Dims a, IntegersOf(call, 0));
  LS_TRY(const Dims b, IntegersOf(call, 1));
  Dims dims(std::max(a.size(), b.size()));
  for (size_t back = 1; back <= dims.size(); ++back) {
    const int64_t left = back <= a.size() ? a[a.size() - back] : 1,
                  right = back <= b.size() ? b[b.size() - back] : 1;
    if (left != right && left != 1 && right != 1) {
      return call.Fail(fmt::format("shapes {} and {} do not broadcast", ToText(a), ToText(b)));
    }
    dims[dims.size() - back] = left == 1 ? right : left;
  }
  return One(IntegerTensor(call.input(0).dtype(), {static_cast<int64_t>(dims.size())}, dims));
}

// For each operand of a broadcasting op, the axes over which its gradient is summed.
LS_EVALUATE(BroadcastGradientArgs) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const Dims a, IntegersOf(call, 0));
  LS_TRY(const Dims b, IntegersOf(call, 1));
  const size_t rank = std::max(a.size(), b.size());
  Dims axes[2];
  for (size_t axis = 0; axis < rank; ++axis) {
    const size_t back = rank - axis;
    const int64_t left = back <= a.size() ? a[a.size() - back] : 1,
                  right = back <= b.size() ? b[b.size() - back] : 1;
    if (left != right && left != 1 && right != 1) {
      return call.Fail(fmt::format("shapes {} and {} do not broadcast", ToText(a), ToText(b)));
    }
    if (a == b) continue;
    if (left == 1) axes[0].push_back(static_cast<int64_t>(axis));
    if (right == 1) axes[1].push_back(static_cast<int64_t>(axis));
  }
  const DType dtype = call.input(0).dtype();
  return Outputs{IntegerTensor(dtype, {static_cast<int64_t>(axes[0].size())}, axes[0]),
                 IntegerTensor(dtype, {static_cast<int64_t>(axes[1].size())}, axes[1])};
}

}  // namespace litesmith::evaluate
