#include "kernels/reference/movement.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "tensor/strings.h"

namespace litesmith::reference {
namespace {

// Drops loops of one step and joins neighbours that continue each other.
void Simplify(std::vector<CopyAxis>& axes) {
  std::erase_if(axes, [](const CopyAxis& axis) { return axis.count == 1; });
  size_t last = 0;
  for (size_t i = 1; i < axes.size(); ++i) {
    CopyAxis& outer = axes[last];
    const CopyAxis& inner = axes[i];
    if (outer.from == inner.from * inner.count && outer.to == inner.to * inner.count) {
      outer = {outer.count * inner.count, inner.from, inner.to};
    } else {
      axes[++last] = inner;
    }
  }
  if (!axes.empty()) axes.resize(last + 1);
}

template <size_t kWidth>
void CopyLine(const std::byte* from, std::byte* to, int64_t count, int64_t from_step, int64_t to_step) {
  for (int64_t i = 0; i < count; ++i) std::memcpy(to + i * to_step, from + i * from_step, kWidth);
}

// One loop; steps in bytes.
void CopyLine(const std::byte* from, std::byte* to, size_t width, int64_t count, int64_t from_step,
              int64_t to_step) {
  switch (width) {
    case 1:
      return CopyLine<1>(from, to, count, from_step, to_step);
    case 2:
      return CopyLine<2>(from, to, count, from_step, to_step);
    case 4:
      return CopyLine<4>(from, to, count, from_step, to_step);
    case 8:
      return CopyLine<8>(from, to, count, from_step, to_step);
    default:
      for (int64_t i = 0; i < count; ++i) std::memcpy(to + i * to_step, from + i * from_step, width);
  }
}

// Two loops of which one follows the source's elements and the other the target's, in squares that stay in
// the cache; steps in bytes. Transposing a matrix row by row would touch a new line of memory with every
// element.
template <size_t kWidth>
void CopyPlane(const std::byte* from, std::byte* to, const CopyAxis& outer, const CopyAxis& inner) {
  constexpr int64_t kSide = 16;
  for (int64_t i = 0; i < outer.count; i += kSide) {
    for (int64_t j = 0; j < inner.count; j += kSide) {
      const int64_t rows = std::min(kSide, outer.count - i);
      for (int64_t row = i; row < i + rows; ++row) {
        CopyLine<kWidth>(from + row * outer.from + j * inner.from, to + row * outer.to + j * inner.to,
                         std::min(kSide, inner.count - j), inner.from, inner.to);
      }
    }
  }
}

void CopyPlane(const std::byte* from, std::byte* to, size_t width, const CopyAxis& outer,
               const CopyAxis& inner) {
  switch (width) {
    case 1:
      return CopyPlane<1>(from, to, outer, inner);
    case 2:
      return CopyPlane<2>(from, to, outer, inner);
    case 4:
      return CopyPlane<4>(from, to, outer, inner);
    case 8:
      return CopyPlane<8>(from, to, outer, inner);
    default:
      for (int64_t i = 0; i < outer.count; ++i) {
        CopyLine(from + i * outer.from, to + i * outer.to, width, inner.count, inner.from, inner.to);
      }
  }
}

std::vector<uint8_t> Unpack(Bytes packed, size_t elements, int bits) {
  std::vector<uint8_t> wide(elements);
  const size_t in_byte = 8 / static_cast<size_t>(bits);
  const auto mask = static_cast<uint8_t>((1 << bits) - 1);
  for (size_t i = 0; i < elements; ++i) {
    const auto byte = static_cast<uint8_t>(packed[i / in_byte]);
    wide[i] = static_cast<uint8_t>(byte >> (i % in_byte * static_cast<size_t>(bits))) & mask;
  }
  return wide;
}

void Repack(std::span<const uint8_t> wide, std::byte* packed, int bits) {
  const size_t in_byte = 8 / static_cast<size_t>(bits);
  std::memset(packed, 0, (wide.size() + in_byte - 1) / in_byte);
  for (size_t i = 0; i < wide.size(); ++i) {
    packed[i / in_byte] |= static_cast<std::byte>(wide[i] << (i % in_byte * static_cast<size_t>(bits)));
  }
}

Result<void> MovePacked(InvokeContext& context, std::span<const size_t> inputs, int bits, const Move& move) {
  std::vector<std::vector<uint8_t>> wide;
  std::vector<const std::byte*> from;
  for (const size_t input : inputs) {
    const TensorView& view = context.input(input);
    wide.push_back(Unpack(Bytes(view.data, view.bytes), static_cast<size_t>(view.elements()), bits));
  }
  for (const auto& values : wide) from.push_back(reinterpret_cast<const std::byte*>(values.data()));
  std::vector<std::vector<uint8_t>> results;
  std::vector<std::byte*> to;
  for (const TensorView& output : context.outputs)
    results.emplace_back(static_cast<size_t>(output.elements()));
  for (auto& values : results) to.push_back(reinterpret_cast<std::byte*>(values.data()));
  move(from, to, 1);
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].empty()) Repack(results[i], context.outputs[i].data, bits);
  }
  return {};
}

Result<void> MoveStrings(InvokeContext& context, std::span<const size_t> inputs,
                         const std::vector<Dims>& dims, const Move& move) {
  std::vector<std::string_view> all;
  std::vector<std::vector<uint32_t>> numbers;
  for (const size_t input : inputs) {
    const TensorView& view = context.input(input);
    LS_TRY(const std::vector<std::string_view> strings, StringsOf(context, view));
    std::vector<uint32_t>& own = numbers.emplace_back();
    for (const std::string_view text : strings) {
      own.push_back(static_cast<uint32_t>(all.size()));
      all.push_back(text);
    }
  }
  std::vector<const std::byte*> from;
  for (const auto& own : numbers) from.push_back(reinterpret_cast<const std::byte*>(own.data()));
  std::vector<std::vector<uint32_t>> results;
  std::vector<std::byte*> to;
  for (const Dims& shape : dims) {
    const auto elements = CheckedProduct(shape);
    if (!elements || *elements > std::numeric_limits<int32_t>::max()) {
      return context.Report(Code::kLimitExceeded,
                            fmt::format("an output {} of strings is too large", ToText(shape)));
    }
    results.emplace_back(static_cast<size_t>(*elements));
  }
  for (auto& chosen : results) to.push_back(reinterpret_cast<std::byte*>(chosen.data()));
  move(from, to, sizeof(uint32_t));
  for (size_t i = 0; i < results.size(); ++i) {
    std::vector<std::string_view> chosen;
    for (const uint32_t number : results[i]) chosen.push_back(all[number]);
    LS_RETURN_IF_FAILED(WriteStrings(context, i, dims[i], chosen));
  }
  return {};
}

}  // namespace

void CopyStrided(const std::byte* from, std::byte* to, size_t width, std::vector<CopyAxis> axes) {
  for (const CopyAxis& axis : axes) {
    if (axis.count == 0) return;
  }
  Simplify(axes);
  size_t block = width;
  if (!axes.empty() && axes.back().from == 1 && axes.back().to == 1) {
    block *= static_cast<size_t>(axes.back().count);
    axes.pop_back();
  } else if (axes.size() > 1) {
    // The loop over neighbours in the source goes next to the one over neighbours in the target.
    const auto neighbours =
        std::find_if(axes.begin(), axes.end() - 1, [](const auto& axis) { return axis.from == 1; });
    if (neighbours != axes.end() - 1) std::rotate(neighbours, neighbours + 1, axes.end() - 1);
  }
  for (CopyAxis& axis : axes) {
    axis.from *= static_cast<int64_t>(width);
    axis.to *= static_cast<int64_t>(width);
  }
  while (axes.size() < 2) axes.insert(axes.begin(), {1, 0, 0});
  const CopyAxis inner = axes.back(), outer = axes[axes.size() - 2];
  axes.resize(axes.size() - 2);
  std::vector<int64_t> position(axes.size(), 0);
  while (true) {
    CopyPlane(from, to, block, outer, inner);
    size_t axis = axes.size();
    for (; axis > 0; --axis) {
      const CopyAxis& loop = axes[axis - 1];
      from += loop.from;
      to += loop.to;
      if (++position[axis - 1] < loop.count) break;
      from -= loop.from * loop.count;
      to -= loop.to * loop.count;
      position[axis - 1] = 0;
    }
    if (axis == 0) return;
  }
}

// Tensors without elements may have dims whose product overflows; nothing is read or written there, so that
// the steps may wrap around.
static int64_t WrappingProduct(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

void SetDenseTarget(std::vector<CopyAxis>& axes) {
  int64_t step = 1;
  for (size_t i = axes.size(); i-- > 0;) {
    axes[i].to = step;
    step = WrappingProduct(step, std::max<int64_t>(axes[i].count, 1));
  }
}

std::vector<int64_t> Strides(std::span<const int64_t> dims) {
  std::vector<int64_t> strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) {
    strides[i - 1] = std::max<int64_t>(WrappingProduct(strides[i], std::max<int64_t>(dims[i], 1)), 1);
  }
  return strides;
}

int64_t ElementsOf(std::span<const int64_t> dims) { return CheckedProduct(dims).value_or(0); }

Result<int> AxisOf(KernelContext& context, int64_t axis, int rank) {
  const int64_t counted = axis < 0 ? axis + rank : axis;
  if (axis < -rank || counted >= rank) {
    return context.Mismatch("axis {} does not exist in a tensor of rank {}", axis, rank);
  }
  return static_cast<int>(counted);
}

Result<int64_t> ScalarOf(KernelContext& context, const TensorView& tensor, std::string_view what) {
  const std::vector<int64_t> values = tensor.elements() == 1 ? tensor.ToInt64() : std::vector<int64_t>{};
  if (values.size() != 1) {
    return context.Mismatch("{} must be one integer, not {} of shape {}", what, NameOf(tensor.dtype),
                            ToText(tensor.dims));
  }
  return values[0];
}

bool Movable(DType dtype) { return dtype == DType::kString || HasFixedSize(dtype); }

Result<void> MoveElements(InvokeContext& context, std::span<const size_t> inputs,
                          const std::vector<Dims>& dims, const Move& move) {
  const DType dtype = context.input(inputs.empty() ? 0 : inputs[0]).dtype;
  if (dtype == DType::kString) return MoveStrings(context, inputs, dims, move);
  const int bits = BitsOf(dtype);
  if (bits < 8) return MovePacked(context, inputs, bits, move);
  std::vector<const std::byte*> from;
  std::vector<std::byte*> to;
  for (const size_t input : inputs) from.push_back(context.input(input).data);
  for (const TensorView& output : context.outputs) to.push_back(output.data);
  move(from, to, static_cast<size_t>(bits) / 8);
  return {};
}

Result<std::vector<std::string_view>> StringsOf(KernelContext& context, const TensorView& tensor) {
  if (tensor.elements() == 0) return std::vector<std::string_view>{};
  auto strings = UnpackStrings(Bytes(tensor.data, tensor.bytes));
  if (!strings || static_cast<int64_t>(strings->size()) != tensor.elements()) {
    return context.Mismatch("a tensor of strings does not hold the {} of its shape", tensor.elements());
  }
  return *std::move(strings);
}

Result<void> WriteStrings(InvokeContext& context, size_t index, const Dims& dims,
                          const std::vector<std::string_view>& strings) {
  size_t bytes = (strings.size() + 2) * sizeof(int32_t);
  for (const std::string_view text : strings) bytes += text.size();
  if (bytes > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return context.Report(Code::kLimitExceeded,
                          fmt::format("{} bytes of strings are more than a tensor holds", bytes));
  }
  const std::vector<std::byte> packed = PackStrings(strings);
  LS_RETURN_IF_FAILED(context.ResizeStringOutput(index, dims, packed.size()));
  std::memcpy(context.outputs[index].data, packed.data(), packed.size());
  return {};
}

bool ShapedKernel::KnownInPrepare(const PrepareContext& context) const {
  return std::all_of(deciding_.begin(), deciding_.end(), [&](size_t index) {
    const TensorView& view = context.input(index);
    return !view.present || (view.constant && (view.data != nullptr || view.elements() == 0));
  });
}

Result<void> ShapedKernel::FindDims(KernelContext& context) {
  LS_TRY(dims_, Shape(context));
  if (dims_.size() != context.output_count()) {
    return context.Mismatch("it has {} outputs, not {}", dims_.size(), context.output_count());
  }
  return {};
}

Result<void> ShapedKernel::Prepare(PrepareContext& context) {
  for (size_t i = 0; i < least_inputs_; ++i) {
    if (!context.has_input(i)) return context.Mismatch("input {} is missing", i);
  }
  if (context.output_count() < least_outputs_) {
    return context.Mismatch("it needs {} outputs and has {}", least_outputs_, context.output_count());
  }
  LS_RETURN_IF_FAILED(Check(context));
  resized_.assign(context.output_count(), false);
  shaped_ = KnownInPrepare(context);
  if (shaped_) LS_RETURN_IF_FAILED(FindDims(context));
  for (size_t i = 0; i < context.output_count(); ++i) {
    // The size of strings is never known beforehand.
    resized_[i] = !shaped_ || context.output(i).dtype == DType::kString;
    if (resized_[i]) {
      context.SetOutputDynamic(i);
    } else {
      LS_RETURN_IF_FAILED(context.SetOutput(i, dims_[i]));
    }
  }
  return {};
}

Result<void> ShapedKernel::Invoke(InvokeContext& context) {
  if (!shaped_) LS_RETURN_IF_FAILED(FindDims(context));
  for (size_t i = 0; i < dims_.size(); ++i) {
    if (resized_[i] && context.output(i).dtype != DType::kString) {
      LS_RETURN_IF_FAILED(context.ResizeOutput(i, dims_[i]));
    }
  }
  return Compute(context);
}

}  // namespace litesmith::reference
