// Ops that trade space for depth or for the batch: SPACE_TO_DEPTH, DEPTH_TO_SPACE, SPACE_TO_BATCH_ND,
// BATCH_TO_SPACE_ND.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::CopyAxis;
using reference::ShapedKernel;

Result<void> ExpectSameType(KernelContext& context) {
  const DType from = context.input(0).dtype, to = context.output().dtype;
  LS_RETURN_IF_FAILED(context.Expect(BitsOf(from) >= 8, "it does not move {}", NameOf(from)));
  if (from != to) return context.Mismatch("input {} and output {} differ in type", NameOf(from), NameOf(to));
  return {};
}

// Reads blocks of [block, block, channels] of a [batch, height, width, channels] tensor, or writes them.
template <bool kToDepth>
class SpaceDepth : public ShapedKernel {
 public:
  SpaceDepth() : ShapedKernel(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override { return ExpectSameType(context); }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& in = context.input(0).dims;
    const int64_t block = context.attributes->Int("block_size");
    const auto square = CheckedMul(block, block);
    if (in.size() != 4 || block < 1 || !square) {
      return context.Mismatch("{} has no blocks of {} by {}", ToText(in), block, block);
    }
    block_ = block;
    if (kToDepth) {
      const auto depth = CheckedMul(in[3], *square);
      if (in[1] % block != 0 || in[2] % block != 0 || !depth) {
        return context.Mismatch("{} does not split into blocks of {} by {}", ToText(in), block, block);
      }
      return std::vector<Dims>{{in[0], in[1] / block, in[2] / block, *depth}};
    }
    const auto height = CheckedMul(in[1], block), width = CheckedMul(in[2], block);
    if (in[3] % *square != 0 || !height || !width) {
      return context.Mismatch("the {} channels of {} do not make blocks of {} by {}", in[3], ToText(in),
                              block, block);
    }
    return std::vector<Dims>{{in[0], *height, *width, in[3] / *square}};
  }

  Result<void> Compute(InvokeContext& context) override {
    // The shape with the wide picture and few channels, whichever side that is.
    const Dims& wide = kToDepth ? context.input(0).dims : dims()[0];
    const std::vector<int64_t> strides = reference::Strides(wide);
    const int64_t channels = wide[3], deep = channels * block_ * block_;
    const int64_t rows = wide[1] / block_, columns = wide[2] / block_;
    std::vector<CopyAxis> axes = {
        {wide[0] * rows, strides[1] * block_, columns * deep},
        {columns, strides[2] * block_, deep},
        {block_, strides[1], channels * block_},
        {block_ * channels, 1, 1},
    };
    if (!kToDepth) {
      for (CopyAxis& axis : axes) std::swap(axis.from, axis.to);
    }
    const size_t input = 0;
    return reference::MoveElements(context, {&input, 1}, dims(), [&](auto from, auto to, size_t width) {
      reference::CopyStrided(from[0], to[0], width, axes);
    });
  }

  int64_t block_ = 1;
};

// Inputs: tensor [batch, space..., rest...], block shape [m], paddings or crops [m, 2].
class SpaceBatch : public ShapedKernel {
 protected:
  SpaceBatch() : ShapedKernel(3, 1, {1, 2}) {}

  Result<void> Check(PrepareContext& context) override { return ExpectSameType(context); }

  // Reads the block shape and the margins; both are checked but for divisibility.
  Result<void> ReadBlocks(KernelContext& context) {
    const Dims& in = context.input(0).dims;
    blocks_ = context.input(1).ToInt64();
    margins_ = context.input(2).ToInt64();
    const auto spatial = static_cast<int64_t>(blocks_.size());
    const auto product = CheckedProduct(blocks_);
    if (context.input(1).rank() != 1 || context.input(2).dims != Dims{spatial, 2} ||
        margins_.size() != 2 * blocks_.size() || in.size() < blocks_.size() + 1 || !product) {
      return context.Mismatch("blocks {} and margins {} do not fit {}", ToText(context.input(1).dims),
                              ToText(context.input(2).dims), ToText(in));
    }
    volume_ = *product;
    const auto bad = [](int64_t least) { return [least](int64_t value) { return value < least; }; };
    if (std::any_of(blocks_.begin(), blocks_.end(), bad(1)) ||
        std::any_of(margins_.begin(), margins_.end(), bad(0))) {
      return context.Mismatch("blocks {} must be positive and margins {} not negative", ToText(blocks_),
                              ToText(margins_));
    }
    return {};
  }

  // Copies between the large picture, whose margins are not stored, and its pieces. A piece of the batch
  // holds every block-th place, starting at an offset of its own.
  void Copy(const Dims& picture, const Dims& pieces, const std::byte* from, std::byte* to, size_t width,
            bool to_pieces) const {
    const std::vector<int64_t> outer = reference::Strides(picture), inner = reference::Strides(pieces);
    const size_t spatial = blocks_.size();
    std::vector<int64_t> offset(spatial, 0);
    for (int64_t piece = 0; piece < volume_; ++piece) {
      int64_t rest = piece;
      for (size_t i = spatial; i-- > 0;) {
        offset[i] = rest % blocks_[i];
        rest /= blocks_[i];
      }
      int64_t picture_first = 0, piece_first = piece * picture[0] * inner[0];
      std::vector<CopyAxis> axes = {{picture[0], outer[0], inner[0]}};
      for (size_t i = 0; i < spatial; ++i) {
        // Places p of the piece with 0 <= p * block + offset - margin < size of the picture.
        const int64_t block = blocks_[i], shift = offset[i] - margins_[2 * i], size = picture[i + 1];
        const int64_t first = shift >= 0 ? 0 : (-shift + block - 1) / block;
        const int64_t end =
            size - shift <= 0 ? 0 : std::min((size - shift + block - 1) / block, pieces[i + 1]);
        picture_first += (first * block + shift) * outer[i + 1];
        piece_first += first * inner[i + 1];
        axes.push_back({std::max<int64_t>(end - first, 0), block * outer[i + 1], inner[i + 1]});
      }
      for (size_t i = spatial + 1; i < picture.size(); ++i) axes.push_back({picture[i], outer[i], inner[i]});
      if (std::any_of(axes.begin(), axes.end(), [](const CopyAxis& axis) { return axis.count == 0; }))
        continue;
      if (!to_pieces) {
        for (CopyAxis& axis : axes) std::swap(axis.from, axis.to);
        std::swap(picture_first, piece_first);
      }
      const auto bytes = static_cast<int64_t>(width);
      reference::CopyStrided(from + picture_first * bytes, to + piece_first * bytes, width, axes);
    }
  }

  std::vector<int64_t> blocks_, margins_;
  int64_t volume_ = 1;
};

class SpaceToBatch : public SpaceBatch {
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_RETURN_IF_FAILED(ReadBlocks(context));
    Dims dims = context.input(0).dims;
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const auto margin = CheckedAdd(margins_[2 * i], margins_[2 * i + 1]);
      const auto padded = margin ? CheckedAdd(dims[i + 1], *margin) : std::nullopt;
      if (!padded || *padded % blocks_[i] != 0) {
        return context.Mismatch("axis {} of {} with paddings {} and {} is no multiple of {}", i + 1,
                                ToText(context.input(0).dims), margins_[2 * i], margins_[2 * i + 1],
                                blocks_[i]);
      }
      dims[i + 1] = *padded / blocks_[i];
    }
    const auto batch = CheckedMul(dims[0], volume_);
    if (!batch) return context.Mismatch("a batch of {} in blocks of {} is too large", dims[0], volume_);
    dims[0] = *batch;
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& output = context.output();
    if (output.elements() == 0) return {};
    // Margins are zero as the quantization has it.
    const auto width = static_cast<size_t>(BitsOf(output.dtype)) / 8;
    const int64_t zero =
        output.quantized() && IsInteger(output.dtype) ? output.quantization->zero_point_at(0) : 0;
    std::byte value[16] = {};
    std::memcpy(value, &zero, sizeof(zero));
    reference::CopyStrided(value, output.data, width, {{output.elements(), 0, 1}});
    if (context.input(0).elements() == 0) return {};
    Copy(context.input(0).dims, output.dims, context.input(0).data, output.data, width, true);
    return {};
  }
};

class BatchToSpace : public SpaceBatch {
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_RETURN_IF_FAILED(ReadBlocks(context));
    Dims dims = context.input(0).dims;
    if (dims[0] % volume_ != 0) {
      return context.Mismatch("a batch of {} does not make blocks of {}", dims[0], ToText(blocks_));
    }
    dims[0] /= volume_;
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const auto grown = CheckedMul(dims[i + 1], blocks_[i]);
      const auto crop = CheckedAdd(margins_[2 * i], margins_[2 * i + 1]);
      if (!grown || !crop || *crop > *grown) {
        return context.Mismatch("axis {} of {} in blocks of {} cannot lose {} and {}", i + 1,
                                ToText(context.input(0).dims), blocks_[i], margins_[2 * i],
                                margins_[2 * i + 1]);
      }
      dims[i + 1] = *grown - *crop;
    }
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& output = context.output();
    if (output.elements() == 0) return {};
    const auto width = static_cast<size_t>(BitsOf(output.dtype)) / 8;
    Copy(output.dims, context.input(0).dims, context.input(0).data, output.data, width, false);
    return {};
  }
};

}  // namespace

LS_KERNEL(SPACE_TO_DEPTH) { return std::make_unique<SpaceDepth<true>>(); }
LS_KERNEL(DEPTH_TO_SPACE) { return std::make_unique<SpaceDepth<false>>(); }
LS_KERNEL(SPACE_TO_BATCH_ND) { return std::make_unique<SpaceToBatch>(); }
LS_KERNEL(BATCH_TO_SPACE_ND) { return std::make_unique<BatchToSpace>(); }

}  // namespace litesmith
