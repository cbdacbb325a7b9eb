// Joining, cutting, padding and turning.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

constexpr int64_t kMaxOnesOfValue = 256;

// Operands [first, last) joined along `axis`.
Result<void> Concatenate(ShapeContext& context, size_t first, size_t last, std::optional<int64_t> axis) {
  Shape result;
  for (size_t i = first; i < last; ++i) {  // the rank: of the first operand that has one
    if (!result.ranked() && context.input(i).ranked()) result = Shape::OfRank(context.input(i).rank());
  }
  if (!result.ranked()) return {};
  for (size_t i = first; i < last; ++i)
    LS_RETURN_IF_FAILED(NeedRank(context, i, result.rank(), "an operand"));
  if (result.rank() == 0) return context.Fail("scalars cannot be concatenated");
  if (!axis) {
    context.set_shape(0, std::move(result));
    return {};
  }
  LS_TRY(const int at, CheckedAxis(context, *axis, result.rank()));
  Dim sum(0);
  for (size_t i = first; i < last; ++i) {
    const Shape& input = context.input(i);
    sum = Plus(context, sum, input.ranked() ? input[at] : Dim::Unknown());
    if (!input.ranked()) continue;
    for (int j = 0; j < result.rank(); ++j) {
      if (j == at) continue;
      LS_TRY(result[j],
             SharedDim(context, result[j], input[j], fmt::format("dimensions {} of the operands", j)));
    }
  }
  result[at] = sum;
  context.set_shape(0, std::move(result));
  return {};
}

// Values of operands [first, last), one after the other; known only if each is known at least in length.
void ConcatenateValues(ShapeContext& context, size_t first, size_t last) {
  PartialValue result;
  for (size_t i = first; i < last; ++i) {
    const auto value = context.value(i);
    if (value) {
      result.insert(result.end(), value->begin(), value->end());
      continue;
    }
    const auto elements = context.input(i).elements();
    if (!elements || *elements > kMaxOnesOfValue || !IsInteger(context.input_dtype(i))) return;
    result.insert(result.end(), static_cast<size_t>(*elements), Dim::Unknown());
  }
  context.set_value(0, std::move(result));
}

Result<void> Padded(ShapeContext& context, bool gradient) {
  const Shape& input = context.input(0);
  const Shape& paddings = context.input(1);
  if (paddings.rank() == 2 && paddings[0].known() && input.ranked() && paddings[0].value() != input.rank()) {
    return context.Fail("there are paddings for {} axes, but {} has {}", paddings[0].value(), ToText(input),
                        input.rank());
  }
  if (!input.ranked()) return {};
  const Tensor* constant = context.constant(1);
  const auto amounts = constant != nullptr ? constant->ToInt64() : std::nullopt;
  if (!amounts || amounts->size() != static_cast<size_t>(input.rank()) * 2) {
    context.set_shape(0, Shape::OfRank(input.rank()));
    return {};
  }
  Shape output = input;
  for (int i = 0; i < input.rank(); ++i) {
    const int64_t before = (*amounts)[static_cast<size_t>(i) * 2],
                  after = (*amounts)[static_cast<size_t>(i) * 2 + 1];
    if (before < 0 || after < 0) return context.Fail("paddings must not be negative: {}, {}", before, after);
    const Dim both = Plus(context, before, after);
    output[i] = gradient ? Minus(context, input[i], both) : Plus(context, input[i], both);
  }
  context.set_shape(0, std::move(output));
  return {};
}

// Where height, width and channels are for NHWC, NCHW and NCHW_VECT_C.
struct ImageAxes {
  int height = 1, width = 2, depth = 3;
};
ImageAxes AxesOf(ShapeContext& context) {
  if (context.attributes().Text("data_format").starts_with("NC")) return {2, 3, 1};
  return {};
}

// SpaceToBatchND and back: operands input, block_shape, paddings or crops.
Result<void> SpaceToBatchOrBack(ShapeContext& context, bool back) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  const auto blocks = context.ints(1);
  const Tensor* constant = context.constant(2);
  const auto amounts = constant != nullptr ? constant->ToInt64() : std::nullopt;
  Shape output = input;
  const Shape& block_shape = context.input(1);
  const int64_t spatial = blocks ? static_cast<int64_t>(blocks->size())
                          : block_shape.rank() == 1 && block_shape[0].known() ? block_shape[0].value()
                                                                              : -1;
  if (spatial >= input.rank()) return context.Fail("{} block sizes do not fit {}", spatial, ToText(input));
  if (spatial < 0 || !blocks || (amounts && amounts->size() != 2 * static_cast<size_t>(spatial))) {
    context.set_shape(0, Shape::OfRank(input.rank()));
    return {};
  }
  Dim batch = input[0];
  for (int i = 0; i < static_cast<int>(spatial); ++i) {
    const int64_t block = (*blocks)[static_cast<size_t>(i)];
    if (block <= 0) return context.Fail("a block size of {} makes no sense", block);
    Dim both;
    if (amounts) {
      const int64_t before = (*amounts)[static_cast<size_t>(i) * 2],
                    after = (*amounts)[static_cast<size_t>(i) * 2 + 1];
      if (before < 0 || after < 0)
        return context.Fail("paddings and crops must not be negative: {}, {}", before, after);
      both = Plus(context, before, after);
    }
    const Dim dim = input[i + 1];
    if (back) {
      batch = DividedBy(context, batch, block);
      output[i + 1] = Minus(context, Times(context, dim, block), both);
    } else {
      batch = Times(context, batch, block);
      const Dim padded = Plus(context, dim, both);
      if (padded.known() && padded.value() % block != 0) {
        return context.Fail("dimension {} of {} is {} after padding, which the block size {} does not divide",
                            i + 1, ToText(input), padded.value(), block);
      }
      output[i + 1] = DividedBy(context, padded, block);
    }
  }
  output[0] = batch;
  context.set_shape(0, std::move(output));
  return {};
}

// The old 2-D forms: operands input, paddings or crops [2, 2]; block_size is an attribute.
Result<void> OldSpaceToBatchOrBack(ShapeContext& context, bool back) {
  const Shape& input = context.input(0);
  const int64_t block = context.attributes().Int("block_size");
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the input"));
  if (block <= 0) return context.Fail("a block size of {} makes no sense", block);
  const Tensor* constant = context.constant(1);
  const auto amounts = constant != nullptr ? constant->ToInt64() : std::nullopt;
  if (!input.ranked() || !amounts || amounts->size() != 4) {
    context.set_shape(0, Shape::OfRank(4));
    return {};
  }
  Shape output = input;
  const Dim area = Times(context, block, block);
  output[0] = back ? DividedBy(context, input[0], area) : Times(context, input[0], area);
  for (int axis = 1; axis < 3; ++axis) {
    const auto at = static_cast<size_t>(axis - 1) * 2;
    if ((*amounts)[at] < 0 || (*amounts)[at + 1] < 0)
      return context.Fail("paddings and crops must not be negative");
    const Dim both = Plus(context, (*amounts)[at], (*amounts)[at + 1]);
    output[axis] = back ? Minus(context, Times(context, input[axis], block), both)
                        : DividedBy(context, Plus(context, input[axis], both), block);
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace

Result<void> ConcatV2(ShapeContext& context) {
  if (context.input_count() < 2) return {};
  const size_t last = context.input_count() - 1;
  LS_RETURN_IF_FAILED(Concatenate(context, 0, last, context.scalar(last)));
  ConcatenateValues(context, 0, last);
  return {};
}

// Concat(concat_dim, values...): the axis comes first.
Result<void> Concat(ShapeContext& context) {
  LS_RETURN_IF_FAILED(Concatenate(context, 1, context.input_count(), context.scalar(0)));
  ConcatenateValues(context, 1, context.input_count());
  return {};
}

Result<void> Pack(ShapeContext& context) {
  Shape shape;
  for (size_t i = 0; i < context.input_count(); ++i) {
    LS_TRY(shape, SharedShape(context, shape, context.input(i)));
  }
  if (!shape.ranked()) return {};
  if (shape.rank() == 0) ConcatenateValues(context, 0, context.input_count());
  LS_TRY(const int axis, CheckedAxis(context, context.attributes().Int("axis"), shape.rank() + 1));
  std::vector<Dim> dims = shape.dims();
  dims.insert(dims.begin() + axis, Dim(static_cast<int64_t>(context.input_count())));
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

Result<void> ParallelConcat(ShapeContext& context) {
  context.set_shape(0, context.attributes().Get<Shape>("shape"));
  return {};
}

Result<void> Unpack(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, 1, "the operand"));
  LS_TRY(const int axis, CheckedAxis(context, context.attributes().Int("axis"), input.rank()));
  const auto count = static_cast<int64_t>(context.output_count());
  if (input[axis].known() && input[axis].value() != count) {
    return context.Fail("axis {} of {} should have {} elements, one for each output", axis, ToText(input),
                        count);
  }
  const Shape output = Concatenated(DimsOf(input, 0, axis), DimsOf(input, axis + 1, input.rank()));
  for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, output);
  const auto value = input.rank() == 1 ? context.value(0) : std::nullopt;
  for (size_t i = 0; value && i < value->size(); ++i) context.set_value(i, {(*value)[i]});
  return {};
}

// Split(axis, value).
Result<void> Split(ShapeContext& context) {
  const Shape& input = context.input(1);
  if (!input.ranked() || context.output_count() == 0) return {};
  const auto axis = context.scalar(0);
  Shape output = Shape::OfRank(input.rank());
  const auto count = static_cast<int64_t>(context.output_count());
  if (axis) {
    LS_TRY(const int at, CheckedAxis(context, *axis, input.rank()));
    output = input;
    if (input[at].known() && input[at].value() % count != 0) {
      return context.Fail("axis {} of {} cannot be split into {} equal parts", at, ToText(input), count);
    }
    output[at] = DividedBy(context, input[at], count);
  }
  const auto value = input.rank() == 1 ? context.value(1) : std::nullopt;
  const size_t part = value ? value->size() / context.output_count() : 0;
  for (size_t i = 0; i < context.output_count(); ++i) {
    context.set_shape(i, output);
    if (value) {
      const auto begin = value->begin() + static_cast<ptrdiff_t>(i * part);
      context.set_value(i, PartialValue(begin, begin + static_cast<ptrdiff_t>(part)));
    }
  }
  return {};
}

// SplitV(value, size_splits, axis): one size may be -1.
Result<void> SplitV(ShapeContext& context) {
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  const auto axis = context.scalar(2);
  auto sizes = context.value(1);
  if (!axis || (sizes && sizes->size() != context.output_count())) {
    for (size_t i = 0; i < context.output_count(); ++i) context.set_shape(i, Shape::OfRank(input.rank()));
    return {};
  }
  LS_TRY(const int at, CheckedAxis(context, *axis, input.rank()));
  if (!sizes) sizes.emplace(context.output_count());
  Dim sum(0);
  std::vector<size_t> open;
  for (size_t i = 0; i < sizes->size(); ++i) {
    if ((*sizes)[i] == Dim::Unknown()) {
      open.push_back(i);
    } else {
      sum = Plus(context, sum, (*sizes)[i]);
    }
  }
  if (sum.known() && input[at].known() &&
      (open.empty() ? sum.value() != input[at].value() : sum.value() > input[at].value())) {
    return context.Fail("the parts of axis {} of {} add up to {}", at, ToText(input), sum.value());
  }
  if (open.size() == 1) (*sizes)[open[0]] = Minus(context, input[at], sum);
  for (size_t i = 0; i < sizes->size(); ++i) {
    Shape output = input;
    output[at] = (*sizes)[i];
    context.set_shape(i, std::move(output));
  }
  return {};
}

Result<void> Pad(ShapeContext& context) { return Padded(context, false); }
Result<void> MirrorPadGrad(ShapeContext& context) { return Padded(context, true); }

Result<void> Tile(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto multiples = context.value(1);
  if (!input.ranked()) {
    const Shape shape = context.value_as_shape(1);
    if (shape.ranked()) context.set_shape(0, Shape::OfRank(shape.rank()));
    return {};
  }
  Shape output = Shape::OfRank(input.rank());
  if (multiples) {
    if (multiples->size() != static_cast<size_t>(input.rank())) {
      return context.Fail("{} multiples do not fit {}", multiples->size(), ToText(input));
    }
    for (int i = 0; i < input.rank(); ++i)
      output[i] = Times(context, input[i], (*multiples)[static_cast<size_t>(i)]);
  }
  const auto value = input.rank() == 1 && output[0].known() && output[0].value() <= kMaxOnesOfValue
                         ? context.value(0)
                         : std::nullopt;
  if (value && !value->empty()) {
    PartialValue tiled;
    while (tiled.size() < static_cast<size_t>(output[0].value()))
      tiled.insert(tiled.end(), value->begin(), value->end());
    context.set_value(0, std::move(tiled));
  }
  context.set_shape(0, std::move(output));
  return {};
}

Result<void> Transpose(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto permutation = context.ints(1);
  if (!permutation) {
    const Shape& vector = context.input(1);
    if (input.ranked()) {
      context.set_shape(0, Shape::OfRank(input.rank()));
    } else if (vector.rank() == 1 && vector[0].known() &&
               vector[0].value() <= context.context().limits.max_rank) {
      context.set_shape(0, Shape::OfRank(static_cast<int>(vector[0].value())));
    }
    return {};
  }
  const int rank = static_cast<int>(permutation->size());
  LS_RETURN_IF_FAILED(NeedRank(context, 0, rank, "the operand of a permutation"));
  Shape output = Shape::OfRank(rank);
  std::vector<bool> seen(permutation->size(), false);
  for (int i = 0; i < rank; ++i) {
    LS_TRY(const int axis, CheckedAxis(context, (*permutation)[static_cast<size_t>(i)], rank));
    if (seen[static_cast<size_t>(axis)]) return context.Fail("axis {} occurs twice in the permutation", axis);
    seen[static_cast<size_t>(axis)] = true;
    if (input.ranked()) output[i] = input[axis];
  }
  context.set_shape(0, std::move(output));
  return {};
}

// ReverseV2(tensor, axis) and Reverse(tensor, dims: bool for each axis).
Result<void> ReverseV2(ShapeContext& context) {
  context.set_shape(0, context.input(0));
  const auto value = context.value(0);
  const auto axes = context.ints(1);
  if (value && axes && axes->size() == 1 && context.input(0).rank() == 1) {
    context.set_value(0, PartialValue(value->rbegin(), value->rend()));
  }
  return {};
}

Result<void> SpaceToDepth(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the input"));
  const int64_t block = context.attributes().Int("block_size");
  if (block <= 0) return context.Fail("a block size of {} makes no sense", block);
  if (context.attributes().Text("data_format") == "NCHW_VECT_C") return {};
  const ImageAxes axes = AxesOf(context);
  Shape output = context.input(0).ranked() ? context.input(0) : Shape::OfRank(4);
  for (int axis : {axes.height, axes.width}) {
    if (output[axis].known() && output[axis].value() % block != 0) {
      return context.Fail("the block size {} does not divide dimension {} of {}", block, axis,
                          ToText(context.input(0)));
    }
    output[axis] = DividedBy(context, output[axis], block);
  }
  output[axes.depth] = Times(context, output[axes.depth], Times(context, block, block));
  context.set_shape(0, std::move(output));
  return {};
}

Result<void> DepthToSpace(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the input"));
  const int64_t block = context.attributes().Int("block_size");
  if (block <= 0) return context.Fail("a block size of {} makes no sense", block);
  if (context.attributes().Text("data_format") == "NCHW_VECT_C") return {};
  const ImageAxes axes = AxesOf(context);
  Shape output = context.input(0).ranked() ? context.input(0) : Shape::OfRank(4);
  const Dim area = Times(context, block, block);
  if (output[axes.depth].known() && area.known() && output[axes.depth].value() % area.value() != 0) {
    return context.Fail("{}, the square of the block size, does not divide the channels of {}", area.value(),
                        ToText(context.input(0)));
  }
  output[axes.depth] = DividedBy(context, output[axes.depth], area);
  for (int axis : {axes.height, axes.width}) output[axis] = Times(context, output[axis], block);
  context.set_shape(0, std::move(output));
  return {};
}

Result<void> SpaceToBatchND(ShapeContext& context) { return SpaceToBatchOrBack(context, false); }
Result<void> BatchToSpaceND(ShapeContext& context) { return SpaceToBatchOrBack(context, true); }
Result<void> SpaceToBatch(ShapeContext& context) { return OldSpaceToBatchOrBack(context, false); }
Result<void> BatchToSpace(ShapeContext& context) { return OldSpaceToBatchOrBack(context, true); }

}  // namespace litesmith::tf::shape
