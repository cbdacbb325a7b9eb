// Slice and StridedSlice.
#include <algorithm>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

// One element of begin, end or strides: exact (negative ones too), a symbol, or unknown.
struct Bound {
  std::optional<int64_t> exact;
  Dim dim;
};

// The vector of an operand with as many elements as `length`.
std::vector<Bound> BoundsOf(const ShapeContext& context, size_t operand, size_t length) {
  std::vector<Bound> bounds(length);
  if (const auto exact = context.ints(operand); exact && exact->size() == length) {
    for (size_t i = 0; i < length; ++i) bounds[i] = {(*exact)[i], Dim((*exact)[i])};
    return bounds;
  }
  if (const auto value = context.value(operand); value && value->size() == length) {
    for (size_t i = 0; i < length; ++i) {
      bounds[i].dim = (*value)[i];
      if ((*value)[i].known()) bounds[i].exact = (*value)[i].value();
    }
  }
  return bounds;
}

// How many elements the vectors of operands first..last have; empty if no operand tells.
std::optional<size_t> SpecLength(const ShapeContext& context, size_t first, size_t last) {
  for (size_t i = first; i <= last; ++i) {
    const Shape& shape = context.input(i);
    if (shape.rank() == 1 && shape[0].known() && shape[0].value() <= 255)
      return static_cast<size_t>(shape[0].value());
  }
  return std::nullopt;
}

struct Masks {
  int64_t begin, end, ellipsis, new_axis, shrink;
};

bool Bit(int64_t mask, size_t index) { return index < 63 && (mask >> index & 1) != 0; }

// The number of elements that begin:end:stride takes of `dim`, by Python's rules.
Dim Taken(ShapeContext& context, Dim dim, const Bound& begin, bool from_start, const Bound& end, bool to_end,
          int64_t stride) {
  if (dim.known() && (from_start || begin.exact) && (to_end || end.exact)) {
    const int64_t size = dim.value();
    const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;
    const auto place = [&](int64_t at) { return std::clamp(at < 0 ? at + size : at, low, high); };
    const int64_t first = from_start ? (stride > 0 ? low : high) : place(*begin.exact);
    const int64_t last = to_end ? (stride > 0 ? high : low) : place(*end.exact);
    const int64_t span = stride > 0 ? last - first : first - last;
    // Strides of a file may be as negative as int64 goes: its size is taken without negating it as an int64.
    const uint64_t step =
        stride > 0 ? static_cast<uint64_t>(stride) : uint64_t{0} - static_cast<uint64_t>(stride);
    if (span <= 0) return Dim(0);
    return Dim(static_cast<int64_t>((static_cast<uint64_t>(span) - 1) / step + 1));
  }
  const bool starts_at_0 = from_start || (begin.exact && *begin.exact == 0);
  if (stride == -1 && from_start && to_end) return dim;
  if (stride <= 0) return {};
  if (to_end || end.dim.Same(dim)) {
    if (starts_at_0) return DividedByRoundedUp(context, dim, stride);
    if (stride == 1 && begin.exact && *begin.exact > 0) return Minus(context, dim, *begin.exact);
    return {};
  }
  if (stride != 1) return {};
  if (starts_at_0 && end.exact && *end.exact < 0 && *end.exact > -(int64_t{1} << 40)) {
    return Minus(context, dim, -*end.exact);
  }
  return {};
}

class StridedSlicer {
 public:
  StridedSlicer(ShapeContext& context, size_t length)
      : context_(context),
        length_(length),
        begin_(BoundsOf(context, 1, length)),
        end_(BoundsOf(context, 2, length)),
        strides_(BoundsOf(context, 3, length)) {
    const Attributes& attributes = context.attributes();
    masks_ = {attributes.Int("begin_mask"), attributes.Int("end_mask"), attributes.Int("ellipsis_mask"),
              attributes.Int("new_axis_mask"), attributes.Int("shrink_axis_mask")};
  }

  Result<void> Run() {
    const Shape& input = context_.input(0);
    if ((masks_.ellipsis & (masks_.ellipsis - 1)) != 0) return context_.Fail("there are several ellipses");
    int named = 0;  // axes that the specification names one by one
    for (size_t i = 0; i < length_; ++i) named += !Bit(masks_.ellipsis, i) && !Bit(masks_.new_axis, i);
    if (named > input.rank()) {
      return context_.Fail("{} indices are too many for an operand of shape {}", named, ToText(input));
    }
    const int skipped = input.rank() - named;
    int axis = 0;
    bool had_ellipsis = false;
    for (size_t i = 0; i < length_; ++i) {
      if (Bit(masks_.ellipsis, i)) {
        had_ellipsis = true;
        for (int j = 0; j < skipped; ++j) Keep(axis++);
      } else if (Bit(masks_.new_axis, i)) {
        output_.emplace_back(1);
      } else {
        LS_RETURN_IF_FAILED(Index(i, axis++));
      }
    }
    if (!had_ellipsis) {
      for (int j = 0; j < skipped; ++j) Keep(axis++);
    }
    context_.set_shape(0, Shape(std::move(output_)));
    SetValue();
    return {};
  }

 private:
  void Keep(int axis) { output_.push_back(context_.input(0)[axis]); }

  Result<void> Index(size_t i, int axis) {
    const Dim dim = context_.input(0)[axis];
    if (Bit(masks_.shrink, i)) {
      const auto at = begin_[i].exact;
      if (dim.known() && at && (*at < -dim.value() || *at >= dim.value())) {
        return context_.Fail("index {} is outside axis {} of {}", *at, axis, ToText(context_.input(0)));
      }
      return {};
    }
    if (!strides_[i].exact) {
      output_.emplace_back();
      return {};
    }
    if (*strides_[i].exact == 0) return context_.Fail("a stride of 0 makes no sense");
    output_.push_back(Taken(context_, dim, begin_[i], Bit(masks_.begin, i), end_[i], Bit(masks_.end, i),
                            *strides_[i].exact));
    return {};
  }

  // What is known of the elements: for a vector under one index or slice.
  void SetValue() {
    const auto value = context_.output_count() > 0 ? context_.value(0) : std::nullopt;
    if (!value || value->empty() || context_.input(0).rank() != 1 || length_ != 1 || masks_.new_axis != 0)
      return;
    const auto size = static_cast<int64_t>(value->size());
    if (masks_.ellipsis != 0) return context_.set_value(0, *value);
    const auto begin = begin_[0].exact, stride = strides_[0].exact;
    if (Bit(masks_.shrink, 0)) {
      if (!begin || *begin < -size || *begin >= size) return;
      return context_.set_value(0, {(*value)[static_cast<size_t>(*begin < 0 ? *begin + size : *begin)]});
    }
    const Shape& shape = context_.node().output(0)->type.shape;
    if (!stride || !shape.known() || (!begin && !Bit(masks_.begin, 0))) return;
    PartialValue taken;
    int64_t at = *stride > 0 ? 0 : size - 1;
    if (!Bit(masks_.begin, 0)) {
      at = std::clamp(*begin < 0 ? *begin + size : *begin, int64_t{0}, *stride > 0 ? size : size - 1);
    }
    for (int64_t i = 0; i < shape[0].value() && at >= 0 && at < size; ++i) {
      taken.push_back((*value)[static_cast<size_t>(at)]);
      if (i + 1 < shape[0].value()) at += *stride;  // stays inside: the count was taken with the same bounds
    }
    if (static_cast<int64_t>(taken.size()) == shape[0].value()) context_.set_value(0, std::move(taken));
  }

  ShapeContext& context_;
  size_t length_;
  std::vector<Bound> begin_, end_, strides_;
  Masks masks_{};
  std::vector<Dim> output_;
};

}  // namespace

Result<void> StridedSlice(ShapeContext& context) {
  const auto length = SpecLength(context, 1, 3);
  if (!context.input(0).ranked() || !length) return {};
  return StridedSlicer(context, *length).Run();
}

// Slice(input, begin, size): a size of -1 takes the rest.
Result<void> Slice(ShapeContext& context) {
  const Shape& input = context.input(0);
  const auto length = SpecLength(context, 1, 2);
  if (!input.ranked()) {
    if (length) context.set_shape(0, Shape::OfRank(static_cast<int>(*length)));
    return {};
  }
  if (length && *length != static_cast<size_t>(input.rank())) {
    return context.Fail("begin and size have {} elements, but {} has {} axes", *length, ToText(input),
                        input.rank());
  }
  const auto rank = static_cast<size_t>(input.rank());
  const auto begins = BoundsOf(context, 1, rank), sizes = BoundsOf(context, 2, rank);
  Shape output = Shape::OfRank(input.rank());
  for (int i = 0; i < input.rank(); ++i) {
    const Bound &begin = begins[static_cast<size_t>(i)], &size = sizes[static_cast<size_t>(i)];
    if (size.exact && *size.exact == -1) {
      if (begin.exact && *begin.exact == 0) {
        output[i] = input[i];
      } else if (begin.exact) {
        output[i] = Minus(context, input[i], begin.dim);
      }
    } else {
      output[i] = size.dim;
    }
    if (!begin.exact || !input[i].known()) continue;
    const int64_t taken = size.exact && *size.exact > 0 ? *size.exact : 0;
    if (*begin.exact < 0 || *begin.exact > input[i].value() || taken > input[i].value() - *begin.exact) {
      return context.Fail("elements {} to {} of axis {} are outside {}", *begin.exact, *begin.exact + taken,
                          i, ToText(input));
    }
  }
  const auto value = context.value(0);
  if (value && input.rank() == 1 && begins[0].exact && output[0].known()) {
    const auto first = static_cast<size_t>(*begins[0].exact), count = static_cast<size_t>(output[0].value());
    if (first <= value->size() && count <= value->size() - first) {
      const auto at = value->begin() + static_cast<ptrdiff_t>(first);
      context.set_value(0, PartialValue(at, at + static_cast<ptrdiff_t>(count)));
    }
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace litesmith::tf::shape
