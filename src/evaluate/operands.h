// What nearly every op asks of its operands and results. All of these report a finding at the node when they
// fail.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "evaluate/evaluate.h"

namespace litesmith::evaluate {

// The graph gives between `least` and `most` inputs.
Result<void> ExpectInputs(const Call& call, size_t least, size_t most);
inline Result<void> ExpectInputs(const Call& call, size_t count) { return ExpectInputs(call, count, count); }
Result<void> ExpectRank(const Call& call, size_t index, int rank);
Result<void> ExpectDType(const Call& call, size_t index, DType dtype);
Failed WrongDType(const Call& call, DType dtype);

// Zeros; dims that are negative, overflow or exceed the limit of one tensor are refused. Not for strings.
Result<Tensor> Allocate(const Call& call, DType dtype, Dims dims);
// Whether strides of a dense array of these dims may be multiplied without overflow, even where it has no
// elements.
bool HasStrides(std::span<const int64_t> dims);
// Whether a tensor of these dims and `element_size` bytes an element may be made: the number of its elements.
Result<int64_t> CheckSize(const Call& call, std::span<const int64_t> dims, size_t element_size);

// The elements of an integer operand of any shape.
Result<std::vector<int64_t>> IntegersOf(const Call& call, size_t index);
// The one element of an operand.
Result<int64_t> IntegerOf(const Call& call, size_t index);
Result<double> RealOf(const Call& call, size_t index);
Result<bool> BoolOf(const Call& call, size_t index);

// `axis` counted from the front, in [0, rank); negative ones count from the back.
Result<int> AxisOf(const Call& call, int64_t axis, int rank);
// An operand of axes (scalar or vector), counted from the front; duplicates are refused.
Result<std::vector<int>> AxesOf(const Call& call, size_t index, int rank);

// 16-bit floats as float32, and back (rounded to nearest even). Other tensors as they are.
Tensor Widen(const Tensor& tensor);
Tensor Narrow(const Tensor& tensor, DType dtype);
inline bool Is16BitFloat(DType dtype) { return dtype == DType::kFloat16 || dtype == DType::kBFloat16; }

// Runs `function` on float32 where operands are 16-bit floats, and rounds its float32 outputs to `result`,
// which is the first such operand's dtype if not given.
Result<Outputs> InFloat32(const Call& call, Function function, DType result = DType::kInvalid);

inline Outputs One(Tensor tensor) {
  Outputs outputs;
  outputs.push_back(std::move(tensor));
  return outputs;
}
inline Result<Outputs> One(Result<Tensor> tensor) {
  if (!tensor) return kFailed;
  return One(*std::move(tensor));
}

// A vector or scalar of the integer dtype, from int64 (out_type, out_idx and the like: int32 or int64).
Tensor IntegerTensor(DType dtype, Dims dims, std::span<const int64_t> values);

// The product of dims[begin, end), of a tensor that exists (no overflow).
int64_t ProductOf(std::span<const int64_t> dims, int begin, int end);

}  // namespace litesmith::evaluate
