// Tensors put together and taken apart along an axis.
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

// `axis_operand` holds the axis, the others are joined.
Result<void> Concatenate(Lowering& lower, size_t axis_operand) {
  const auto axis = ConstantInts(lower, axis_operand);
  if (!axis || axis->size() != 1) {
    return lower.Report(Code::kLoweringRefused,
                        "its axis is computed at run time; TensorFlow Lite wants it in the file");
  }
  LS_TRY(const int64_t along, ConstantAxis(lower, axis->front(), lower.result_type().shape));
  std::vector<ir::Value*> parts = lower.node().operands();
  parts.erase(parts.begin() + static_cast<ptrdiff_t>(axis_operand));
  ir::Node* made = lower.builder().Create(tfl::CONCATENATION, parts, {lower.result_type()},
                                          {{"axis", along}, {"fused_activation_function", int64_t{0}}});
  made->name = lower.node().name;
  return lower.Replace(made->output());
}

}  // namespace

LS_LOWER(ConcatV2) { return Concatenate(lower, lower.node().operand_count() - 1); }
LS_LOWER(Concat) { return Concatenate(lower, 0); }

LS_LOWER(Pack) {
  LS_TRY(const int64_t axis, ConstantAxis(lower, lower.attributes().Int("axis"), lower.result_type().shape));
  return lower.Rename(tfl::PACK,
                      {{"axis", axis}, {"values_count", static_cast<int64_t>(lower.node().operand_count())}});
}

LS_LOWER(Unpack) {
  LS_TRY(const int64_t axis, ConstantAxis(lower, lower.attributes().Int("axis"), lower.shape(0)));
  return lower.Rename(tfl::UNPACK,
                      {{"axis", axis}, {"num", static_cast<int64_t>(lower.node().output_count())}});
}

LS_LOWER(Split) {
  return lower.Rename(tfl::SPLIT, {{"num_splits", static_cast<int64_t>(lower.node().output_count())}});
}

LS_LOWER(SplitV) {
  std::vector<ir::Type> types;
  for (size_t i = 0; i < lower.node().output_count(); ++i) types.push_back(lower.result_type(i));
  const int64_t count = static_cast<int64_t>(types.size());
  ir::Node* made =
      lower.builder().Create(tfl::SPLIT_V, {lower.operand(0), AsInt32(lower, 1), AsInt32(lower, 2)},
                             std::move(types), {{"num_splits", count}});
  made->name = lower.node().name;
  std::vector<ir::Value*> results;
  for (size_t i = 0; i < made->output_count(); ++i) results.push_back(made->output(i));
  return lower.Replace(results);
}

}  // namespace litesmith::lowering
