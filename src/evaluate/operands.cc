#include "evaluate/operands.h"

#include <algorithm>

#include "base/checked.h"

namespace litesmith::evaluate {

Result<void> ExpectInputs(const Call& call, size_t least, size_t most) {
  if (call.inputs.size() < least || call.inputs.size() > most) {
    return call.Fail(fmt::format("it takes {} inputs{}, the graph gives {}", least,
                                 least == most ? "" : " or more", call.inputs.size()),
                     Code::kGraphDamaged);
  }
  const bool valid = std::ranges::all_of(call.inputs, &Tensor::valid);
  if (!valid) return call.Fail("an input is missing", Code::kGraphDamaged);
  return {};
}

Result<void> ExpectRank(const Call& call, size_t index, int rank) {
  const Tensor& tensor = call.input(index);
  if (tensor.valid() && tensor.rank() == rank) return {};
  return call.Fail(
      fmt::format("input {} has shape {}, its rank must be {}", index, ToText(tensor.dims()), rank));
}

Result<void> ExpectDType(const Call& call, size_t index, DType dtype) {
  if (call.input(index).dtype() == dtype) return {};
  return call.Fail(
      fmt::format("input {} is {}, it must be {}", index, NameOf(call.input(index).dtype()), NameOf(dtype)),
      Code::kDtypeMismatch);
}

Failed WrongDType(const Call& call, DType dtype) {
  return call.Fail(fmt::format("the op does not take {}", NameOf(dtype)), Code::kDtypeMismatch);
}

bool HasStrides(std::span<const int64_t> dims) {
  int64_t product = 1;
  for (int64_t dim : dims) {
    const auto next = dim == 0 ? product : CheckedMul(product, dim);
    // The margin leaves room for a step beyond the end.
    if (!next || *next > (int64_t{1} << 60)) return false;
    product = *next;
  }
  return true;
}

Result<int64_t> CheckSize(const Call& call, std::span<const int64_t> dims, size_t element_size) {
  const auto elements = CheckedProduct(dims);
  const auto bytes = elements ? CheckedMul(*elements, static_cast<int64_t>(element_size)) : std::nullopt;
  if (!bytes || !HasStrides(dims)) {
    return call.Fail(fmt::format("a result of shape {} cannot exist", ToText(dims)), Code::kLimitExceeded);
  }
  if (*bytes > call.context.limits.max_tensor_bytes) {
    return call.Fail(fmt::format("its result of shape {} takes {} bytes, the limit is {}", ToText(dims),
                                 *bytes, call.context.limits.max_tensor_bytes),
                     Code::kLimitExceeded);
  }
  return *elements;
}

Result<Tensor> Allocate(const Call& call, DType dtype, Dims dims) {
  const int bits = BitsOf(dtype);
  if (bits == 0 || bits % 8 != 0) return WrongDType(call, dtype);
  LS_RETURN_IF_FAILED(CheckSize(call, dims, static_cast<size_t>(bits / 8)));
  return Tensor::Zeros(dtype, std::move(dims));
}

Result<std::vector<int64_t>> IntegersOf(const Call& call, size_t index) {
  auto values = call.input(index).ToInt64();
  if (!values) {
    return call.Fail(
        fmt::format("input {} is {}, it must be an integer", index, NameOf(call.input(index).dtype())),
        Code::kDtypeMismatch);
  }
  return *std::move(values);
}

namespace {

Failed NotOneElement(const Call& call, size_t index) {
  return call.Fail(fmt::format("input {} has shape {}, it must have one element", index,
                               ToText(call.input(index).dims())));
}

}  // namespace

Result<int64_t> IntegerOf(const Call& call, size_t index) {
  if (call.input(index).elements() != 1) return NotOneElement(call, index);
  LS_TRY(const auto values, IntegersOf(call, index));
  return values[0];
}

Result<double> RealOf(const Call& call, size_t index) {
  if (call.input(index).elements() != 1) return NotOneElement(call, index);
  const auto values = call.input(index).ToDouble();
  if (!values) return WrongDType(call, call.input(index).dtype());
  return (*values)[0];
}

Result<bool> BoolOf(const Call& call, size_t index) {
  LS_RETURN_IF_FAILED(ExpectDType(call, index, DType::kBool));
  if (call.input(index).elements() != 1) return NotOneElement(call, index);
  return call.input(index).scalar<bool>();
}

Result<int> AxisOf(const Call& call, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return call.Fail(fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<std::vector<int>> AxesOf(const Call& call, size_t index, int rank) {
  LS_TRY(const auto values, IntegersOf(call, index));
  std::vector<int> axes;
  std::vector<bool> seen(static_cast<size_t>(rank));
  for (int64_t value : values) {
    LS_TRY(const int axis, AxisOf(call, value, rank));
    if (seen[static_cast<size_t>(axis)]) return call.Fail(fmt::format("axis {} is given twice", axis));
    seen[static_cast<size_t>(axis)] = true;
    axes.push_back(axis);
  }
  return axes;
}

namespace {

template <class To, class From>
Tensor Converted(const Tensor& tensor) {
  Tensor result = Tensor::Zeros(kDTypeOf<To>, tensor.dims());
  std::ranges::transform(tensor.data<From>(), result.mutable_data<To>().begin(),
                         [](From value) { return To(static_cast<float>(value)); });
  return result;
}

}  // namespace

Tensor Widen(const Tensor& tensor) {
  if (tensor.dtype() == DType::kFloat16) return Converted<float, Half>(tensor);
  if (tensor.dtype() == DType::kBFloat16) return Converted<float, BFloat16>(tensor);
  return tensor;
}

Tensor Narrow(const Tensor& tensor, DType dtype) {
  if (tensor.dtype() != DType::kFloat32) return tensor;
  if (dtype == DType::kFloat16) return Converted<Half, float>(tensor);
  if (dtype == DType::kBFloat16) return Converted<BFloat16, float>(tensor);
  return tensor;
}

Result<Outputs> InFloat32(const Call& call, Function function, DType result) {
  std::vector<Tensor> inputs;
  bool any = false;
  for (const Tensor& input : call.inputs) {
    any |= Is16BitFloat(input.dtype());
    if (result == DType::kInvalid && Is16BitFloat(input.dtype())) result = input.dtype();
    inputs.push_back(Widen(input));
  }
  if (!any) return function(call);
  const Call wide{call.node, inputs, call.context};
  LS_TRY(Outputs outputs, function(wide));
  for (Tensor& output : outputs) output = Narrow(output, result);
  return outputs;
}

Tensor IntegerTensor(DType dtype, Dims dims, std::span<const int64_t> values) {
  if (dtype == DType::kInt64) return Tensor::Of<int64_t>(std::move(dims), values);
  return Tensor::Of<int32_t>(std::move(dims), std::vector<int32_t>(values.begin(), values.end()));
}

int64_t ProductOf(std::span<const int64_t> dims, int begin, int end) {
  int64_t product = 1;
  for (int axis = begin; axis < end; ++axis) product *= dims[static_cast<size_t>(axis)];
  return product;
}

}  // namespace litesmith::evaluate
