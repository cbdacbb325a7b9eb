// Element by element with TensorFlow's (numpy's) broadcasting. An op is a generic lambda without captures; it
// is instantiated once per dtype of the list it is called with:
//   LS_EVALUATE(Square) { return Unary<Numbers>(call, [](auto x) { return x * x; }); }
//   LS_EVALUATE(Less) { return Binary<Reals>(call, [](auto x, auto y) { return x < y; }); }
// Where the list has float, float16 and bfloat16 are taken as well: computed in float32, rounded once.
#pragma once

#include "evaluate/dispatch.h"
#include "evaluate/evaluate.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {

// The shape that both broadcast to; reports shapes that do not fit.
Result<Dims> BroadcastDims(const Call& call, std::span<const int64_t> a, std::span<const int64_t> b);

// `count` elements; `input` and `output` are dense.
using UnaryLoop = void (*)(int64_t count, const std::byte* input, std::byte* output);
// Elements of `a` and `b` are `a_step` and `b_step` elements (0 or 1, or any other) apart; `output` is dense.
using BinaryLoop = void (*)(int64_t count, const std::byte* a, int64_t a_step, const std::byte* b,
                            int64_t b_step, std::byte* output);

struct UnaryChoice {
  UnaryLoop loop = nullptr;  // null: the op does not take the dtype
  DType output = DType::kInvalid;
};
struct BinaryChoice {
  BinaryLoop loop = nullptr;
  DType output = DType::kInvalid;
};

Result<Tensor> RunUnary(const Call& call, const Tensor& input, UnaryChoice (*choose)(DType));
Result<Tensor> RunBinary(const Call& call, const Tensor& a, const Tensor& b, BinaryChoice (*choose)(DType));

template <class T, class Out, class Op>
void UnaryLoopOf(int64_t count, const std::byte* input, std::byte* output) {
  const T* from = reinterpret_cast<const T*>(input);
  Out* to = reinterpret_cast<Out*>(output);
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<Out>(Op{}(from[i]));
}

template <class T, class Out, class Op>
void BinaryLoopOf(int64_t count, const std::byte* a, int64_t a_step, const std::byte* b, int64_t b_step,
                  std::byte* output) {
  const T* left = reinterpret_cast<const T*>(a);
  const T* right = reinterpret_cast<const T*>(b);
  Out* to = reinterpret_cast<Out*>(output);
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<Out>(Op{}(left[i * a_step], right[i * b_step]));
}

// What an op on T gives: bool if it is a predicate, the part's type for parts of complex numbers, else T
// again (small integers are promoted by C++ and cut back).
template <class T, class R>
using ResultOf = std::conditional_t<std::is_same_v<R, bool> || (kIsComplex<T> && !kIsComplex<R>), R, T>;

template <class List, class Op>
UnaryChoice ChooseUnary(DType dtype) {
  UnaryChoice choice;
  Dispatch(List{}, dtype, [&]<class T>(std::type_identity<T>) {
    using Out = ResultOf<T, decltype(Op{}(T{}))>;
    choice = {&UnaryLoopOf<T, Out, Op>, kDTypeOf<Out>};
  });
  return choice;
}

template <class List, class Op>
BinaryChoice ChooseBinary(DType dtype) {
  BinaryChoice choice;
  Dispatch(List{}, dtype, [&]<class T>(std::type_identity<T>) {
    using Out = ResultOf<T, decltype(Op{}(T{}, T{}))>;
    choice = {&BinaryLoopOf<T, Out, Op>, kDTypeOf<Out>};
  });
  return choice;
}

template <class List, class Op>
Result<Tensor> UnaryTensor(const Call& call, const Tensor& input, Op) {
  return RunUnary(call, input, &ChooseUnary<List, Op>);
}
template <class List, class Op>
Result<Tensor> BinaryTensor(const Call& call, const Tensor& a, const Tensor& b, Op) {
  return RunBinary(call, a, b, &ChooseBinary<List, Op>);
}

template <class List, class Op>
Result<Outputs> Unary(const Call& call, Op op) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return One(UnaryTensor<List>(call, call.input(0), op));
}
template <class List, class Op>
Result<Outputs> Binary(const Call& call, Op op) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  return One(BinaryTensor<List>(call, call.input(0), call.input(1), op));
}

}  // namespace litesmith::evaluate
