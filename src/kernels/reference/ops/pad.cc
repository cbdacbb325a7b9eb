// PAD, PADV2 and MIRROR_PAD.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// How many elements to add before and after, an axis each: [rank, 2].
Result<std::vector<int64_t>> PaddingsOf(KernelContext& context) {
  const Dims& dims = context.input(0).dims;
  const TensorView& given = context.input(1);
  std::vector<int64_t> paddings = given.ToInt64();
  if (given.dims != Dims{static_cast<int64_t>(dims.size()), 2} || paddings.size() != 2 * dims.size()) {
    return context.Mismatch("paddings {} do not fit a tensor of rank {}", ToText(given.dims), dims.size());
  }
  for (const int64_t padding : paddings) {
    if (padding < 0) return context.Mismatch("a padding is negative: {}", padding);
  }
  return paddings;
}

Result<Dims> PaddedDims(KernelContext& context, std::span<const int64_t> paddings) {
  Dims dims = context.input(0).dims;
  for (size_t i = 0; i < dims.size(); ++i) {
    const auto added = CheckedAdd(paddings[2 * i], paddings[2 * i + 1]);
    const auto sum = added ? CheckedAdd(dims[i], *added) : std::nullopt;
    if (!sum) return context.Mismatch("the paddings of axis {} are too large", i);
    dims[i] = *sum;
  }
  if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
  return dims;
}

class Padding : public ShapedKernel {
 protected:
  Padding() : ShapedKernel(2, 1, {1}) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(BitsOf(dtype) >= 8, "it does not pad {}", NameOf(dtype)));
    if (context.output().dtype != dtype) {
      return context.Mismatch("input {} and output {} differ in type", NameOf(dtype),
                              NameOf(context.output().dtype));
    }
    return {};
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(paddings_, PaddingsOf(context));
    LS_TRY(const Dims dims, PaddedDims(context, paddings_));
    return std::vector<Dims>{dims};
  }

  std::vector<int64_t> paddings_;
};

// Surrounds the input with one value: the third input, else zero as the quantization has it.
class Pad : public Padding {
 private:
  Result<void> Check(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(Padding::Check(context));
    const TensorView& value = context.input(2);
    if (value.present && (value.dtype != context.input(0).dtype || value.elements() != 1)) {
      return context.Mismatch("it pads {} with one value of that type, not with {} {}",
                              NameOf(context.input(0).dtype), NameOf(value.dtype), ToText(value.dims));
    }
    return {};
  }

  static std::vector<std::byte> ValueOf(const InvokeContext& context) {
    const TensorView &value = context.input(2), &output = context.output();
    std::vector<std::byte> bytes(static_cast<size_t>(BitsOf(output.dtype)) / 8);
    if (value.present) {
      std::memcpy(bytes.data(), value.data, bytes.size());
    } else if (output.quantized() && IsInteger(output.dtype)) {
      const int64_t zero = output.quantization->zero_point_at(0);
      std::memcpy(bytes.data(), &zero, std::min(bytes.size(), sizeof(zero)));
    }
    return bytes;
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    if (output.elements() == 0) return {};
    const std::vector<std::byte> value = ValueOf(context);
    reference::CopyStrided(value.data(), output.data, value.size(), {{output.elements(), 0, 1}});
    const std::vector<int64_t> from = reference::Strides(input.dims), to = reference::Strides(output.dims);
    std::vector<reference::CopyAxis> axes;
    int64_t first = 0;
    for (size_t i = 0; i < from.size(); ++i) {
      axes.push_back({input.dims[i], from[i], to[i]});
      first += paddings_[2 * i] * to[i];
    }
    if (input.elements() == 0) return {};
    reference::CopyStrided(input.data, output.data + first * static_cast<int64_t>(value.size()), value.size(),
                           axes);
    return {};
  }
};

// Continues the input beyond its edges by its own mirror image, with the edge (SYMMETRIC) or without
// (REFLECT).
class MirrorPad : public Padding {
 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(std::vector<Dims> dims, Padding::Shape(context));
    const int64_t mode = context.attributes->Int("mode");
    LS_RETURN_IF_FAILED(context.Expect(mode == 0 || mode == 1, "there is no mode {}", mode));
    skip_ = mode == 0 ? 1 : 0;
    for (size_t i = 0; i < paddings_.size(); ++i) {
      const int64_t dim = context.input(0).dims[i / 2];
      if (paddings_[i] > std::max<int64_t>(dim - skip_, 0)) {
        return context.Mismatch("axis {} has {} elements and cannot be mirrored {} wide", i / 2, dim,
                                paddings_[i]);
      }
    }
    return dims;
  }

  // For each place of the output's axis, the place of the input's.
  std::vector<int64_t> SourcesOf(size_t axis, int64_t dim, int64_t padded) const {
    std::vector<int64_t> sources;
    for (int64_t i = 0; i < padded; ++i) {
      int64_t place = i - paddings_[2 * axis];
      if (place < 0) place = -place - 1 + skip_;
      if (place >= dim) place = 2 * dim - 1 - skip_ - place;
      sources.push_back(place);
    }
    return sources;
  }

  // Pads the axes one after the other, the last first: blocks of the inner axes are whole by then.
  Result<void> Compute(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    if (output.elements() == 0) return {};
    const auto width = static_cast<int64_t>(BitsOf(input.dtype) / 8);
    std::vector<std::byte> from(input.data, input.data + input.elements() * width);
    int64_t outer = input.elements(), block = width;
    for (size_t axis = input.dims.size(); axis-- > 0;) {
      const int64_t dim = input.dims[axis], padded = output.dims[axis];
      outer /= dim;
      const std::vector<int64_t> sources = SourcesOf(axis, dim, padded);
      std::vector<std::byte> to(static_cast<size_t>(outer * padded * block));
      for (int64_t i = 0; i < outer; ++i) {
        for (int64_t j = 0; j < padded; ++j) {
          std::memcpy(to.data() + (i * padded + j) * block,
                      from.data() + (i * dim + sources[static_cast<size_t>(j)]) * block,
                      static_cast<size_t>(block));
        }
      }
      from = std::move(to);
      block *= padded;
    }
    std::memcpy(output.data, from.data(), from.size());
    return {};
  }

  int64_t skip_ = 0;
};

}  // namespace

LS_KERNEL(PAD) { return std::make_unique<Pad>(); }
LS_KERNEL(PADV2) { return std::make_unique<Pad>(); }
LS_KERNEL(MIRROR_PAD) { return std::make_unique<MirrorPad>(); }

}  // namespace litesmith
