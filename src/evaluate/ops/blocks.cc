// Exchanges between space, depth and batch.
#include <algorithm>
#include <array>

#include "base/checked.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// Reshapes to `split`, permutes, and reshapes to `dims`.
Result<Tensor> SplitAndMerge(const Call& call, const Tensor& input, const Dims& split,
                             std::span<const size_t> order, Dims dims) {
  const Dims dense = DenseStrides(split);
  Dims permuted, strides;
  for (size_t axis : order) {
    permuted.push_back(split[axis]);
    strides.push_back(dense[axis]);
  }
  LS_TRY(const Tensor output, Rearranged(call, input, permuted, strides, 0));
  return output.Reshaped(std::move(dims));
}

struct Image {
  int64_t batch, height, width, depth, block;
  bool channels_first;
};

Result<Image> ImageOf(const Call& call) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  const std::string format = call.attributes().Text("data_format", "NHWC");
  if (format != "NHWC" && format != "NCHW")
    return call.Fail(fmt::format("data format {} is not known here", format));
  const Dims& dims = call.input(0).dims();
  const int64_t block = call.attributes().Int("block_size");
  if (block < 1 || block > 1'000'000) return call.Fail(fmt::format("block size {} makes no sense", block));
  const bool first = format == "NCHW";
  return Image{dims[0], dims[first ? 2 : 1], dims[first ? 3 : 2], dims[first ? 1 : 3], block, first};
}

}  // namespace

LS_EVALUATE(SpaceToDepth) {
  LS_TRY(const Image image, ImageOf(call));
  const auto [n, h, w, c, b, first] = image;
  if (!CheckedProduct(std::to_array({b, b, c})))
    return call.Fail("its blocks are too large", Code::kLimitExceeded);
  if (h % b != 0 || w % b != 0) return call.Fail(fmt::format("blocks of {} do not fill {} x {}", b, h, w));
  if (first) {
    constexpr size_t kOrder[] = {0, 3, 5, 1, 2, 4};
    return One(
        SplitAndMerge(call, call.input(0), {n, c, h / b, b, w / b, b}, kOrder, {n, b * b * c, h / b, w / b}));
  }
  constexpr size_t kOrder[] = {0, 1, 3, 2, 4, 5};
  return One(
      SplitAndMerge(call, call.input(0), {n, h / b, b, w / b, b, c}, kOrder, {n, h / b, w / b, b * b * c}));
}

LS_EVALUATE(DepthToSpace) {
  LS_TRY(const Image image, ImageOf(call));
  const auto [n, h, w, c, b, first] = image;
  if (c % (b * b) != 0) return call.Fail(fmt::format("{} channels do not make blocks of {}", c, b));
  const int64_t depth = c / (b * b);
  if (first) {
    constexpr size_t kOrder[] = {0, 3, 4, 1, 5, 2};
    return One(SplitAndMerge(call, call.input(0), {n, b, b, depth, h, w}, kOrder, {n, depth, h * b, w * b}));
  }
  constexpr size_t kOrder[] = {0, 1, 3, 2, 4, 5};
  return One(SplitAndMerge(call, call.input(0), {n, h, w, b, b, depth}, kOrder, {n, h * b, w * b, depth}));
}

namespace {

// Blocks and the pairs beside them (paddings or crops): one of each per spatial axis, which follow the batch.
struct Blocks {
  Dims size, before, after;
  int64_t product = 1;
};

Result<Blocks> BlocksOf(const Call& call, const Dims& size, const Dims& pairs) {
  Blocks blocks{.size = size, .before = {}, .after = {}};
  if (pairs.size() != 2 * size.size() || call.input(0).dims().size() < size.size() + 1) {
    return call.Fail("blocks, paddings and the tensor's rank do not fit together");
  }
  for (size_t i = 0; i < size.size(); ++i) {
    const auto product = size[i] > 0 ? CheckedMul(blocks.product, size[i]) : std::nullopt;
    if (!product) return call.Fail(fmt::format("block size {} makes no sense", size[i]));
    blocks.product = *product;
    blocks.before.push_back(pairs[2 * i]);
    blocks.after.push_back(pairs[2 * i + 1]);
    if (pairs[2 * i] < 0 || pairs[2 * i + 1] < 0) return call.Fail("paddings and crops cannot be negative");
  }
  return blocks;
}

Result<Tensor> SpaceToBatch(const Call& call, const Blocks& blocks) {
  const Tensor& input = call.input(0);
  const size_t spatial = blocks.size.size();
  Dims padded = input.dims();
  for (size_t i = 0; i < spatial; ++i) {
    const auto pads = CheckedAdd(blocks.before[i], blocks.after[i]);
    const auto dim = pads ? CheckedAdd(*pads, padded[i + 1]) : std::nullopt;
    if (!dim || *dim % blocks.size[i] != 0) {
      return call.Fail(
          fmt::format("axis {} with its paddings is no multiple of block size {}", i + 1, blocks.size[i]));
    }
    padded[i + 1] = *dim;
  }
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), padded));
  const Dims strides = DenseStrides(padded);
  int64_t offset = 0;
  for (size_t i = 0; i < spatial; ++i) offset += blocks.before[i] * strides[i + 1];
  CopyElements(input.dims(), source.element_size(), source.data(), DenseStrides(input.dims()), 0,
               target.data(), strides, offset);
  LS_TRY(const Tensor whole, target.Finish(call));
  // [batch, (dim / block, block)..., rest] -> [block..., batch, dim / block..., rest]
  const auto batch = CheckedMul(padded[0], blocks.product);
  if (!batch) return call.Fail("its blocks are too large", Code::kLimitExceeded);
  Dims split{padded[0]}, dims{*batch};
  std::vector<size_t> order;
  for (size_t i = 0; i < spatial; ++i) {
    split.insert(split.end(), {padded[i + 1] / blocks.size[i], blocks.size[i]});
    dims.push_back(padded[i + 1] / blocks.size[i]);
    order.push_back(2 + 2 * i);
  }
  order.push_back(0);
  for (size_t i = 0; i < spatial; ++i) order.push_back(1 + 2 * i);
  for (size_t axis = spatial + 1; axis < padded.size(); ++axis) {
    order.push_back(split.size());
    split.push_back(padded[axis]);
    dims.push_back(padded[axis]);
  }
  return SplitAndMerge(call, whole, split, order, std::move(dims));
}

Result<Tensor> BatchToSpace(const Call& call, const Blocks& blocks) {
  const Tensor& input = call.input(0);
  const size_t spatial = blocks.size.size();
  if (input.dims()[0] % blocks.product != 0) {
    return call.Fail(fmt::format("a batch of {} is no multiple of {}", input.dims()[0], blocks.product));
  }
  // [block..., batch, dim..., rest] -> [batch, (dim, block)..., rest]
  Dims split = blocks.size, merged{input.dims()[0] / blocks.product};
  split.push_back(merged[0]);
  split.insert(split.end(), input.dims().begin() + 1, input.dims().end());
  std::vector<size_t> order{spatial};
  for (size_t i = 0; i < spatial; ++i) {
    order.insert(order.end(), {spatial + 1 + i, i});
    const auto dim = CheckedMul(input.dims()[i + 1], blocks.size[i]);
    if (!dim) return call.Fail("its result cannot exist", Code::kLimitExceeded);
    merged.push_back(*dim);
  }
  for (size_t axis = 2 * spatial + 1; axis < split.size(); ++axis) {
    order.push_back(axis);
    merged.push_back(split[axis]);
  }
  LS_TRY(const Tensor whole, SplitAndMerge(call, input, split, order, merged));
  const Dims strides = DenseStrides(merged);
  int64_t offset = 0;
  for (size_t i = 0; i < spatial; ++i) {
    const auto crops = CheckedAdd(blocks.before[i], blocks.after[i]);
    if (!crops || *crops > merged[i + 1])
      return call.Fail(fmt::format("the crops of axis {} exceed it", i + 1));
    merged[i + 1] -= *crops;
    offset += blocks.before[i] * strides[i + 1];
  }
  return Rearranged(call, whole, merged, strides, offset);
}

// The older ops carry one block size for both axes as an attribute.
Result<Outputs> Exchange(const Call& call, bool to_batch, bool by_attribute) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, by_attribute ? 2 : 3));
  Dims size(2, call.attributes().Int("block_size"));
  if (!by_attribute) {
    LS_TRY(size, IntegersOf(call, 1));
  }
  LS_TRY(const Dims pairs, IntegersOf(call, by_attribute ? 1 : 2));
  LS_TRY(const Blocks blocks, BlocksOf(call, size, pairs));
  return One(to_batch ? SpaceToBatch(call, blocks) : BatchToSpace(call, blocks));
}

}  // namespace

LS_EVALUATE(SpaceToBatchND) { return Exchange(call, true, false); }
LS_EVALUATE(BatchToSpaceND) { return Exchange(call, false, false); }
LS_EVALUATE(SpaceToBatch) { return Exchange(call, true, true); }
LS_EVALUATE(BatchToSpace) { return Exchange(call, false, true); }

}  // namespace litesmith::evaluate
