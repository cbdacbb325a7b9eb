// Parts of a tensor by ranges.
#include <algorithm>

#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

// A strided slice with its masks spread over one entry per axis of the operand, and what axes the result has.
struct SliceSpec {
  std::vector<int> from;  // by axis the entry of begin, end and strides; kWhole for none
  int64_t begin_mask = 0, end_mask = 0, shrink_mask = 0;
  std::vector<int64_t> new_axes;  // places in the result
};
constexpr int kWhole = -1;

// TensorFlow Lite's kernel knows neither where an ellipsis ends when ranks are unknown, nor, in older
// runtimes, new axes: both are resolved here.
SliceSpec Spread(const Lowering& lower, int rank, int entries) {
  const auto mask = [&](std::string_view name) { return lower.attributes().Int(name); };
  const int64_t new_axis = mask("new_axis_mask"), ellipsis = mask("ellipsis_mask"),
                shrink = mask("shrink_axis_mask");
  int named = 0;  // axes of the operand that entries stand for
  for (int i = 0; i < entries; ++i) named += ((new_axis | ellipsis) >> i & 1) == 0;
  SliceSpec spec;
  int64_t place = 0;
  const auto whole = [&] {
    const size_t axis = spec.from.size();
    spec.from.push_back(kWhole);
    spec.begin_mask |= int64_t{1} << axis;
    spec.end_mask |= int64_t{1} << axis;
    ++place;
  };
  for (int i = 0; i < entries; ++i) {
    if (ellipsis >> i & 1) {
      for (int skipped = named; skipped < rank; ++skipped) whole();
    } else if (new_axis >> i & 1) {
      spec.new_axes.push_back(place++);
    } else {
      const size_t axis = spec.from.size();
      spec.from.push_back(i);
      spec.begin_mask |= (mask("begin_mask") >> i & 1) << axis;
      spec.end_mask |= (mask("end_mask") >> i & 1) << axis;
      spec.shrink_mask |= (shrink >> i & 1) << axis;
      place += (shrink >> i & 1) == 0;
    }
  }
  while (static_cast<int>(spec.from.size()) < rank) whole();
  return spec;
}

// begin, end or strides (an operand) with an entry for each axis; `whole` for those that have none.
ir::Value* Entries(Lowering& lower, size_t operand, const SliceSpec& spec, int32_t whole) {
  const int64_t axes = static_cast<int64_t>(spec.from.size());
  if (const auto known = ConstantInts(lower, operand)) {
    std::vector<int64_t> entries;
    for (const int from : spec.from)
      entries.push_back(from == kWhole ? whole : (*known)[static_cast<size_t>(from)]);
    return lower.Int32s(entries);
  }
  const int64_t count = lower.shape(operand)[0].value();
  ir::Value* all = lower.Make(tfl::CONCATENATION, {AsInt32(lower, operand), lower.Int32s({whole})},
                              {DType::kInt32, {count + 1}, nullptr},
                              {{"axis", int64_t{0}}, {"fused_activation_function", int64_t{0}}});
  std::vector<int64_t> places;
  for (const int from : spec.from) places.push_back(from == kWhole ? count : from);
  return lower.Make(tfl::GATHER, {all, lower.Int32s(places)}, {DType::kInt32, {axes}, nullptr},
                    {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
}

// Whether the slice takes everything: what is left are new axes.
bool TakesAll(const Lowering& lower, const SliceSpec& spec) {
  const auto strides = ConstantInts(lower, 3);
  return spec.begin_mask == (int64_t{1} << spec.from.size()) - 1 && spec.begin_mask == spec.end_mask &&
         spec.shrink_mask == 0 && std::all_of(spec.from.begin(), spec.from.end(), [&](int from) {
           return from == kWhole || (strides && (*strides)[static_cast<size_t>(from)] == 1);
         });
}

Attributes SliceOptions(int64_t begin, int64_t end, int64_t ellipsis, int64_t new_axis, int64_t shrink) {
  return {{"begin_mask", begin},        {"end_mask", end},
          {"ellipsis_mask", ellipsis},  {"new_axis_mask", new_axis},
          {"shrink_axis_mask", shrink}, {"offset", false}};
}

}  // namespace

LS_LOWER(StridedSlice) {
  const Attributes& attributes = lower.attributes();
  const bool spread = attributes.Int("ellipsis_mask") != 0 || attributes.Int("new_axis_mask") != 0;
  if (!spread) {
    return lower.Replace(lower.Make(
        tfl::STRIDED_SLICE, {lower.operand(0), AsInt32(lower, 1), AsInt32(lower, 2), AsInt32(lower, 3)},
        SliceOptions(attributes.Int("begin_mask"), attributes.Int("end_mask"), 0, 0,
                     attributes.Int("shrink_axis_mask"))));
  }
  const Shape& entries = lower.shape(1);
  if (entries.rank() != 1 || !entries[0].known() || !lower.shape(0).ranked()) {
    return lower.Report(Code::kShapeUnknown,
                        "it has an ellipsis or a new axis, and the rank of its operand or the number of its "
                        "bounds is not known");
  }
  const SliceSpec spec = Spread(lower, lower.shape(0).rank(), static_cast<int>(entries[0].value()));
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
  if (!TakesAll(lower, spec)) {
    value = lower.Make(
        tfl::STRIDED_SLICE,
        {value, Entries(lower, 1, spec, 0), Entries(lower, 2, spec, 0), Entries(lower, 3, spec, 1)},
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
