// Parts of a tensor by ranges.
#include <algorithm>

#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

// A strided slice with its masks spread over one entry per axis of the operand, and what axes the result has.
struct SliceSpec {
  std::vector<int64_t> begin, end, stride;
  int64_t begin_mask = 0, end_mask = 0, shrink_mask = 0;
  std::vector<int64_t> new_axes;  // places in the result
};

// TensorFlow Lite's kernel knows neither where an ellipsis ends when ranks are unknown, nor, in older
// runtimes, new axes: both are resolved here, from constants.
SliceSpec Spread(const Lowering& lower, int rank, const std::vector<int64_t>& begin,
                 const std::vector<int64_t>& end, const std::vector<int64_t>& stride) {
  const auto mask = [&](std::string_view name) { return lower.attributes().Int(name); };
  const int64_t new_axis = mask("new_axis_mask"), ellipsis = mask("ellipsis_mask"),
                shrink = mask("shrink_axis_mask");
  const int entries = static_cast<int>(begin.size());
  int named = 0;  // axes of the operand that entries stand for
  for (int i = 0; i < entries; ++i) named += ((new_axis | ellipsis) >> i & 1) == 0;
  SliceSpec spec;
  int64_t place = 0;
  const auto whole = [&] {
    const int64_t axis = static_cast<int64_t>(spec.begin.size());
    spec.begin.push_back(0);
    spec.end.push_back(0);
    spec.stride.push_back(1);
    spec.begin_mask |= int64_t{1} << axis;
    spec.end_mask |= int64_t{1} << axis;
    ++place;
  };
  for (int i = 0; i < entries; ++i) {
    const size_t at = static_cast<size_t>(i);
    if (ellipsis >> i & 1) {
      for (int skipped = named; skipped < rank; ++skipped) whole();
    } else if (new_axis >> i & 1) {
      spec.new_axes.push_back(place++);
    } else {
      const int64_t axis = static_cast<int64_t>(spec.begin.size());
      spec.begin.push_back(begin[at]);
      spec.end.push_back(end[at]);
      spec.stride.push_back(stride[at]);
      spec.begin_mask |= (mask("begin_mask") >> i & 1) << axis;
      spec.end_mask |= (mask("end_mask") >> i & 1) << axis;
      spec.shrink_mask |= (shrink >> i & 1) << axis;
      place += (shrink >> i & 1) == 0;
    }
  }
  while (static_cast<int>(spec.begin.size()) < rank) whole();
  return spec;
}

Attributes SliceOptions(int64_t begin, int64_t end, int64_t ellipsis, int64_t new_axis, int64_t shrink) {
  return {{"begin_mask", begin},        {"end_mask", end},
          {"ellipsis_mask", ellipsis},  {"new_axis_mask", new_axis},
          {"shrink_axis_mask", shrink}, {"offset", false}};
}

}  // namespace

LS_LOWER(StridedSlice) {
  const auto begin = ConstantInts(lower, 1), end = ConstantInts(lower, 2), stride = ConstantInts(lower, 3);
  const Attributes& attributes = lower.attributes();
  const bool spread = attributes.Int("ellipsis_mask") != 0 || attributes.Int("new_axis_mask") != 0;
  if (!spread) {
    return lower.Replace(lower.Make(
        tfl::STRIDED_SLICE, {lower.operand(0), AsInt32(lower, 1), AsInt32(lower, 2), AsInt32(lower, 3)},
        SliceOptions(attributes.Int("begin_mask"), attributes.Int("end_mask"), 0, 0,
                     attributes.Int("shrink_axis_mask"))));
  }
  if (!begin || !end || !stride || !lower.shape(0).ranked()) {
    return lower.Report(Code::kLoweringRefused,
                        "it has an ellipsis or a new axis, and its bounds are computed at run time");
  }
  const SliceSpec spec = Spread(lower, lower.shape(0).rank(), *begin, *end, *stride);
  // The type before the new axes come in.
  const Shape& shape = lower.result_type().shape;
  Shape sliced = shape;
  if (shape.ranked()) {
    std::vector<Dim> dims;
    for (int i = 0; i < shape.rank(); ++i) {
      if (std::find(spec.new_axes.begin(), spec.new_axes.end(), i) == spec.new_axes.end())
        dims.push_back(shape[i]);
    }
    sliced = Shape(std::move(dims));
  }
  ir::Value* value = lower.operand(0);
  const bool takes_all =
      spec.begin_mask == (int64_t{1} << spec.begin.size()) - 1 && spec.begin_mask == spec.end_mask &&
      spec.shrink_mask == 0 &&
      std::all_of(spec.stride.begin(), spec.stride.end(), [](int64_t step) { return step == 1; });
  if (!takes_all) {
    value = lower.Make(tfl::STRIDED_SLICE,
                       {value, lower.Int32s(spec.begin), lower.Int32s(spec.end), lower.Int32s(spec.stride)},
                       {lower.dtype(0), sliced, nullptr},
                       SliceOptions(spec.begin_mask, spec.end_mask, 0, 0, spec.shrink_mask));
  }
  for (const int64_t axis : spec.new_axes) {
    if (sliced.ranked()) {
      std::vector<Dim> dims = sliced.dims();
      dims.insert(dims.begin() + axis, Dim(1));
      sliced = Shape(std::move(dims));
    }
    value = lower.Make(tfl::EXPAND_DIMS, {value, lower.Int32(axis)}, {lower.dtype(0), sliced, nullptr});
  }
  return lower.Replace(value);
}

LS_LOWER(Slice) { return lower.Rename(tfl::SLICE); }

}  // namespace litesmith::lowering
