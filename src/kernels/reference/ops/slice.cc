// SLICE and STRIDED_SLICE.
#include <algorithm>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::CopyAxis;
using reference::ShapedKernel;

Result<void> ExpectSameType(KernelContext& context) {
  const DType from = context.input(0).dtype, to = context.output().dtype;
  LS_RETURN_IF_FAILED(context.Expect(reference::Movable(from), "{} cannot be moved", NameOf(from)));
  if (from != to) return context.Mismatch("input {} and output {} differ in type", NameOf(from), NameOf(to));
  return {};
}

Result<std::vector<int64_t>> VectorOf(KernelContext& context, size_t index, std::string_view what) {
  const TensorView& input = context.input(index);
  std::vector<int64_t> values = input.ToInt64();
  if (input.rank() != 1 || static_cast<int64_t>(values.size()) != input.elements()) {
    return context.Mismatch("{} must be a vector of integers, not {} {}", what, NameOf(input.dtype),
                            ToText(input.dims));
  }
  return values;
}

// Copies, once the first element and the loops are known.
class Slicing : public ShapedKernel {
 protected:
  using ShapedKernel::ShapedKernel;
  Result<void> Check(PrepareContext& context) override { return ExpectSameType(context); }
  Result<void> Compute(InvokeContext& context) override {
    const size_t input = 0;
    return reference::MoveElements(context, {&input, 1}, dims(), [this](auto from, auto to, size_t width) {
      for (const CopyAxis& axis : axes_) {
        if (axis.count == 0) return;
      }
      const std::byte* first = from[0] + first_ * static_cast<int64_t>(width);
      reference::CopyStrided(first, to[0], width, axes_);
    });
  }

  int64_t first_ = 0;
  std::vector<CopyAxis> axes_;
};

class SliceOp : public Slicing {
 public:
  SliceOp() : Slicing(3, 1, {1, 2}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    LS_TRY(const std::vector<int64_t> begin, VectorOf(context, 1, "the begin"));
    LS_TRY(std::vector<int64_t> size, VectorOf(context, 2, "the size"));
    if (begin.size() != input.dims.size() || size.size() != input.dims.size()) {
      return context.Mismatch("a slice of {} needs {} begins and sizes, not {} and {}", ToText(input.dims),
                              input.rank(), begin.size(), size.size());
    }
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    first_ = 0;
    axes_.clear();
    for (size_t i = 0; i < size.size(); ++i) {
      const int64_t dim = input.dims[i];
      if (size[i] == -1 && begin[i] >= 0 && begin[i] <= dim) size[i] = dim - begin[i];
      if (begin[i] < 0 || begin[i] > dim || size[i] < 0 || size[i] > dim - begin[i]) {
        return context.Mismatch("axis {} of {} has no {} elements from {} on", i, ToText(input.dims), size[i],
                                begin[i]);
      }
      first_ += begin[i] * strides[i];
      axes_.push_back({size[i], strides[i], 0});
    }
    reference::SetDenseTarget(axes_);
    return std::vector<Dims>{size};
  }
};

// Where a slice of one axis starts, how far it steps and how many elements it takes.
struct Range {
  int64_t start, stride, count;
};

struct AxisSlice {
  int64_t begin = 0, end = 0, stride = 1;
  bool whole_begin = false, whole_end = false;  // the masks
  bool shrink = false;
  bool offset = false;  // `end` counts from `begin`
};

Result<Range> RangeOf(KernelContext& context, const AxisSlice& slice, int64_t dim) {
  const int64_t stride = slice.stride;
  const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? dim : dim - 1;
  const auto place = [&](int64_t index) { return std::clamp(index < 0 ? index + dim : index, low, high); };
  if (slice.shrink) {
    const int64_t start = slice.begin < 0 ? slice.begin + dim : slice.begin;
    const int64_t index = slice.whole_begin ? (stride > 0 ? 0 : dim - 1) : start;
    if (index < 0 || index >= dim) {
      return context.Mismatch("index {} does not exist on an axis of {}", slice.begin, dim);
    }
    return Range{index, 1, 1};
  }
  const int64_t start = slice.whole_begin ? (stride > 0 ? 0 : dim - 1) : place(slice.begin);
  const int64_t end =
      slice.whole_end ? (stride > 0 ? dim : -1) : place(slice.offset ? start + slice.end : slice.end);
  const int64_t distance = end - start;
  if (distance == 0 || (distance < 0) != (stride < 0)) return Range{start, stride, 0};
  return Range{start, stride, (std::abs(distance) - 1) / std::abs(stride) + 1};
}

class StridedSlice : public Slicing {
 public:
  StridedSlice() : Slicing(4, 1, {1, 2, 3}) {}

 private:
  struct Spec {
    std::vector<int64_t> begin, end, strides;
    uint64_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask;
    bool offset;
    static bool Bit(uint64_t mask, size_t i) { return (mask >> i) & 1; }
  };

  Result<void> Check(PrepareContext& context) override {
    for (size_t i = 1; i < 4; ++i) {
      LS_RETURN_IF_FAILED(context.Expect(context.input(i).dtype == DType::kInt32,
                                         "its begin, end and strides are int32, not {}",
                                         NameOf(context.input(i).dtype)));
    }
    return Slicing::Check(context);
  }

  static Result<Spec> SpecOf(KernelContext& context) {
    const auto mask = [&](std::string_view name) {
      return static_cast<uint64_t>(context.attributes->Int(name));
    };
    Spec spec{{},
              {},
              {},
              mask("begin_mask"),
              mask("end_mask"),
              mask("ellipsis_mask"),
              mask("new_axis_mask"),
              mask("shrink_axis_mask"),
              context.attributes->Bool("offset")};
    LS_TRY(spec.begin, VectorOf(context, 1, "the begin"));
    LS_TRY(spec.end, VectorOf(context, 2, "the end"));
    LS_TRY(spec.strides, VectorOf(context, 3, "the strides"));
    // Masks have 32 bits, one an entry.
    if (spec.end.size() != spec.begin.size() || spec.strides.size() != spec.begin.size() ||
        spec.begin.size() > 32) {
      return context.Mismatch("begin, end and strides have {}, {} and {} entries", spec.begin.size(),
                              spec.end.size(), spec.strides.size());
    }
    return spec;
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    LS_TRY(const Spec spec, SpecOf(context));
    const size_t entries = spec.begin.size();
    const auto is_new = [&](size_t i) {
      return Spec::Bit(spec.new_axis_mask, i) && !Spec::Bit(spec.ellipsis_mask, i);
    };
    size_t named = 0, ellipses = 0;  // axes of the input that entries speak of
    for (size_t i = 0; i < entries; ++i) {
      if (Spec::Bit(spec.ellipsis_mask, i)) {
        ++ellipses;
      } else if (!is_new(i)) {
        ++named;
      }
    }
    if (named > input.dims.size() || ellipses > 1) {
      return context.Mismatch("{} entries and {} ellipses do not fit a tensor of rank {}", named, ellipses,
                              input.rank());
    }
    Walk walk{context, input, reference::Strides(input.dims), {}, 0};
    first_ = 0;
    axes_.clear();
    for (size_t i = 0; i < entries; ++i) {
      if (Spec::Bit(spec.ellipsis_mask, i)) {
        for (size_t rest = input.dims.size() - named; rest > 0; --rest)
          LS_RETURN_IF_FAILED(Add(walk, Whole()));
      } else if (is_new(i)) {
        axes_.push_back({1, 0, 0});
        walk.dims.push_back(1);
      } else {
        const AxisSlice slice{spec.begin[i],
                              spec.end[i],
                              spec.strides[i],
                              Spec::Bit(spec.begin_mask, i),
                              Spec::Bit(spec.end_mask, i),
                              Spec::Bit(spec.shrink_axis_mask, i),
                              spec.offset};
        LS_RETURN_IF_FAILED(Add(walk, slice));
      }
    }
    while (walk.axis < input.dims.size()) LS_RETURN_IF_FAILED(Add(walk, Whole()));
    reference::SetDenseTarget(axes_);
    return std::vector<Dims>{walk.dims};
  }

  static AxisSlice Whole() {
    AxisSlice slice;
    slice.whole_begin = slice.whole_end = true;
    return slice;
  }

  struct Walk {
    KernelContext& context;
    const TensorView& input;
    std::vector<int64_t> strides;
    Dims dims;    // of the output, so far
    size_t axis;  // next of the input
  };

  // Takes the next axis of the input.
  Result<void> Add(Walk& walk, const AxisSlice& slice) {
    if (slice.stride == 0) return walk.context.Mismatch("the stride of axis {} is 0", walk.axis);
    LS_TRY(const Range range, RangeOf(walk.context, slice, walk.input.dims[walk.axis]));
    const int64_t step = walk.strides[walk.axis++];
    if (range.count > 0) first_ += range.start * step;
    // A single step never happens, and might be too long for the product.
    axes_.push_back({range.count, range.count > 1 ? range.stride * step : 0, 0});
    if (!slice.shrink) walk.dims.push_back(range.count);
    return {};
  }
};

}  // namespace

LS_KERNEL(SLICE) { return std::make_unique<SliceOp>(); }
LS_KERNEL(STRIDED_SLICE) { return std::make_unique<StridedSlice>(); }

}  // namespace litesmith
