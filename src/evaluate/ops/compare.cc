// Comparisons, logic, and choosing by a condition.
#include <cstring>

#include "evaluate/elements.h"
#include "evaluate/elementwise.h"

namespace litesmith::evaluate {
namespace {

// incompatible_shape_error false: shapes that do not broadcast are unequal as a whole.
bool UnequalAsAWhole(const Call& call) {
  if (call.attributes().Bool("incompatible_shape_error", true)) return false;
  NullSink nobody;
  Context quiet{call.context.host, nobody, call.context.limits, call.context.cancelled};
  return !BroadcastDims(Call{call.node, call.inputs, quiet}, call.input(0).dims(), call.input(1).dims());
}

Result<Tensor> EqualStrings(const Call& call, bool equal) {
  LS_TRY(const Dims dims, BroadcastDims(call, call.input(0).dims(), call.input(1).dims()));
  LS_TRY(Tensor output, Allocate(call, DType::kBool, dims));
  const auto a = call.input(0).strings(), b = call.input(1).strings();
  const auto to = output.mutable_data<bool>();
  const NestedLoop<3> loop(dims, {BroadcastStrides(call.input(0).dims(), dims),
                                  BroadcastStrides(call.input(1).dims(), dims), DenseStrides(dims)});
  loop.Run([&](int64_t count, const auto& offsets, const auto& strides) {
    for (int64_t i = 0; i < count; ++i) {
      const auto left = static_cast<size_t>(offsets[0] + i * strides[0]);
      const auto right = static_cast<size_t>(offsets[1] + i * strides[1]);
      to[static_cast<size_t>(offsets[2] + i)] = (a[left] == b[right]) == equal;
    }
  });
  return output;
}

template <bool equal>
Result<Outputs> EqualTensors(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (UnequalAsAWhole(call)) return One(Tensor::Scalar<bool>(!equal));
  if (call.input(0).dtype() == DType::kString && call.input(1).dtype() == DType::kString) {
    return One(EqualStrings(call, equal));
  }
  return Binary<Everything>(call, [](auto a, auto b) { return (a == b) == equal; });
}

}  // namespace

LS_EVALUATE(Equal) { return EqualTensors<true>(call); }
LS_EVALUATE(NotEqual) { return EqualTensors<false>(call); }
LS_EVALUATE(Less) {
  return Binary<Reals>(call, [](auto a, auto b) { return a < b; });
}
LS_EVALUATE(LessEqual) {
  return Binary<Reals>(call, [](auto a, auto b) { return a <= b; });
}
LS_EVALUATE(Greater) {
  return Binary<Reals>(call, [](auto a, auto b) { return a > b; });
}
LS_EVALUATE(GreaterEqual) {
  return Binary<Reals>(call, [](auto a, auto b) { return a >= b; });
}
LS_EVALUATE(LogicalAnd) {
  return Binary<Bools>(call, [](bool a, bool b) { return a && b; });
}
LS_EVALUATE(LogicalOr) {
  return Binary<Bools>(call, [](bool a, bool b) { return a || b; });
}
LS_EVALUATE(LogicalNot) {
  return Unary<Bools>(call, [](bool a) { return !a; });
}

LS_EVALUATE(ApproximateEqual) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  if (call.input(0).dims() != call.input(1).dims()) return call.Fail("its operands differ in shape");
  const float tolerance = call.attributes().Float("tolerance", 1e-5f);
  // The difference in the operands' type, the comparison in it too.
  LS_TRY(const Tensor difference,
         BinaryTensor<Reals>(call, call.input(0), call.input(1),
                             []<class T>(T a, T b) { return static_cast<T>(a > b ? a - b : b - a); }));
  const auto values = difference.ToDouble();
  LS_TRY(Tensor output, Allocate(call, DType::kBool, difference.dims()));
  for (size_t i = 0; i < values->size(); ++i) output.mutable_data<bool>()[i] = (*values)[i] < tolerance;
  return One(output);
}

namespace {

// output[i] = condition[i] ? a[i] : b[i], the three read with the given strides.
Result<Tensor> Choose(const Call& call, const Dims& dims, const Dims& condition_strides,
                      const Dims& a_strides, const Dims& b_strides) {
  const Tensor &a = call.input(1), &b = call.input(2);
  LS_TRY(const Source left, Source::Of(call, a));
  LS_TRY(const Source right, Source::Of(call, b));
  LS_TRY(Target output, Target::Of(call, a.dtype(), dims));
  const size_t size = left.element_size();
  const bool* condition = call.input(0).data<bool>().data();
  const NestedLoop<4> loop(dims, {condition_strides, a_strides, b_strides, DenseStrides(dims)});
  loop.Run([&](int64_t count, const auto& offsets, const auto& strides) {
    for (int64_t i = 0; i < count; ++i) {
      const bool first = condition[offsets[0] + i * strides[0]];
      const int64_t index = first ? offsets[1] + i * strides[1] : offsets[2] + i * strides[2];
      const std::byte* from = (first ? left : right).data() + static_cast<size_t>(index) * size;
      std::memcpy(output.data() + static_cast<size_t>(offsets[3] + i) * size, from, size);
    }
  });
  return output.Finish(call);
}

Result<void> CheckChoice(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kBool));
  return ExpectDType(call, 2, call.input(1).dtype());
}

}  // namespace

LS_EVALUATE(SelectV2) {
  LS_RETURN_IF_FAILED(CheckChoice(call));
  LS_TRY(const Dims both, BroadcastDims(call, call.input(1).dims(), call.input(2).dims()));
  LS_TRY(const Dims dims, BroadcastDims(call, call.input(0).dims(), both));
  return One(Choose(call, dims, BroadcastStrides(call.input(0).dims(), dims),
                    BroadcastStrides(call.input(1).dims(), dims),
                    BroadcastStrides(call.input(2).dims(), dims)));
}

// The older form: the condition has the shape of the others, is a scalar, or chooses whole rows.
LS_EVALUATE(Select) {
  LS_RETURN_IF_FAILED(CheckChoice(call));
  const Dims& dims = call.input(1).dims();
  const Dims& condition = call.input(0).dims();
  if (call.input(2).dims() != dims) return call.Fail("what it chooses from differs in shape");
  Dims strides(dims.size(), 0);
  if (condition == dims) {
    strides = DenseStrides(dims);
  } else if (condition.size() == 1 && !dims.empty() && condition[0] == dims[0]) {
    strides[0] = 1;
  } else if (!condition.empty()) {
    return call.Fail(
        fmt::format("the condition's shape {} does not fit {}", ToText(condition), ToText(dims)));
  }
  return One(Choose(call, dims, strides, DenseStrides(dims), DenseStrides(dims)));
}

}  // namespace litesmith::evaluate
