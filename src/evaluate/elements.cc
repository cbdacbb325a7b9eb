#include "evaluate/elements.h"

#include <cstring>

#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

Result<size_t> ElementSize(const Call& call, DType dtype) {
  if (dtype == DType::kString) return sizeof(std::string_view);
  const int bits = BitsOf(dtype);
  if (bits == 0 || bits % 8 != 0) return WrongDType(call, dtype);
  return static_cast<size_t>(bits / 8);
}

// std::memcpy of a constant size is one move, and says nothing about the type or alignment.
template <size_t size>
void CopyRun(int64_t count, const std::byte* source, int64_t source_step, std::byte* target,
             int64_t target_step) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(target, source, size);
    source += source_step;
    target += target_step;
  }
}

}  // namespace

Result<Source> Source::Of(const Call& call, const Tensor& tensor) {
  Source source;
  LS_TRY(source.element_size_, ElementSize(call, tensor.dtype()));
  if (tensor.dtype() == DType::kString) {
    source.strings_ = std::make_shared<std::vector<std::string_view>>(tensor.strings());
    source.data_ = reinterpret_cast<const std::byte*>(source.strings_->data());
  } else {
    source.data_ = tensor.bytes().data();
  }
  return source;
}

Result<Target> Target::Of(const Call& call, DType dtype, Dims dims) {
  Target target;
  target.dtype_ = dtype;
  target.dims_ = dims;
  LS_TRY(target.element_size_, ElementSize(call, dtype));
  if (dtype == DType::kString) {
    LS_TRY(const int64_t count, CheckSize(call, dims, sizeof(std::string_view)));
    target.strings_.resize(static_cast<size_t>(count));
    target.data_ = reinterpret_cast<std::byte*>(target.strings_.data());
  } else {
    LS_TRY(target.tensor_, Allocate(call, dtype, std::move(dims)));
    target.data_ = target.tensor_.mutable_bytes().data();
  }
  return target;
}

void Target::Fill(const std::byte* element) const {
  const Dims zero(dims_.size(), 0);
  CopyElements(dims_, element_size_, element, zero, 0, data_, DenseStrides(dims_), 0);
}

Result<Tensor> Target::Finish(const Call& call) {
  if (dtype_ != DType::kString) return std::move(tensor_);
  // Offsets inside a packed string tensor are int32 (tensor/strings.h).
  size_t total = 4 * (strings_.size() + 2);
  for (std::string_view text : strings_) total += text.size();
  if (total > size_t{0x7fffffff} || static_cast<int64_t>(total) > call.context.limits.max_tensor_bytes) {
    return call.Fail(
        fmt::format("its result takes {} bytes of strings, which is more than a tensor may", total),
        Code::kLimitExceeded);
  }
  return Tensor::OfStrings(dims_, strings_);
}

void CopyElements(std::span<const int64_t> dims, size_t element_size, const std::byte* source,
                  const Dims& source_strides, int64_t source_offset, std::byte* target,
                  const Dims& target_strides, int64_t target_offset) {
  const auto size = static_cast<int64_t>(element_size);
  const NestedLoop<2> loop(dims, {source_strides, target_strides});
  loop.Run(
      [&](int64_t count, const auto& offsets, const auto& strides) {
        const std::byte* from = source + offsets[0] * size;
        std::byte* to = target + offsets[1] * size;
        if (strides[0] == 1 && strides[1] == 1) {
          std::memcpy(to, from, static_cast<size_t>(count * size));
          return;
        }
        const int64_t from_step = strides[0] * size, to_step = strides[1] * size;
        switch (element_size) {
          case 1:
            return CopyRun<1>(count, from, from_step, to, to_step);
          case 2:
            return CopyRun<2>(count, from, from_step, to, to_step);
          case 4:
            return CopyRun<4>(count, from, from_step, to, to_step);
          case 8:
            return CopyRun<8>(count, from, from_step, to, to_step);
          default:
            return CopyRun<16>(count, from, from_step, to, to_step);
        }
      },
      {source_offset, target_offset});
}

Result<Tensor> Rearranged(const Call& call, const Tensor& input, Dims output_dims, const Dims& input_strides,
                          int64_t input_offset) {
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), output_dims));
  CopyElements(output_dims, source.element_size(), source.data(), input_strides, input_offset, target.data(),
               DenseStrides(output_dims), 0);
  return target.Finish(call);
}

}  // namespace litesmith::evaluate
