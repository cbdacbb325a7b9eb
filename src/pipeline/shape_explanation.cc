#include "pipeline/shape_explanation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tf/shape_context.h"

namespace litesmith::pipeline {
namespace {

std::string Told(const ir::Node& node) {
  return fmt::format("{} '{}'", node.op_name(), tf::FindingAt(Code::kShapeUnknown, node).node);
}

// ", by way of Shape 'a', Pack 'b', ... 3 more ..., Reshape 'c'"
std::string WayText(const std::vector<const ir::Node*>& way) {
  constexpr size_t kEnds = 3;  // steps that are named at either end
  std::string text;
  for (size_t i = 0; i < way.size(); ++i) {
    if (i == kEnds && way.size() > 2 * kEnds + 1) {
      text += fmt::format(", ... {} more ...", way.size() - 2 * kEnds);
      i = way.size() - kEnds;
    }
    text += (text.empty() ? ", by way of " : ", ") + Told(*way[i]);
  }
  return text;
}

// `solved`: the shapes that solved it; the dimensions that they fix are the ones that count. May be null.
std::string InputText(const OpenInput& input, const InputShapes* solved) {
  if (!input.shape.ranked()) return fmt::format("input '{}', whose rank is open", input.name);
  std::vector<std::string> dims;
  for (const int64_t dim : input.shape.with_minus_one())
    dims.push_back(dim < 0 ? "?" : fmt::format("{}", dim));
  std::vector<int> axes = input.axes;
  const std::vector<int64_t>* fixed = solved != nullptr ? &solved->at(input.name) : nullptr;
  if (fixed != nullptr && fixed->size() == dims.size()) {
    axes.clear();
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (!input.shape[static_cast<int>(axis)].known() && (*fixed)[axis] >= 0)
        axes.push_back(static_cast<int>(axis));
    }
  }
  return fmt::format("input '{}' (axis {} of [{}])", input.name, fmt::join(axes, ", "), fmt::join(dims, ","));
}

Finding::FixNote FixAt(const ir::Node& op) {
  const std::string name(op.op_name());
  if (op.op().Has(ir::kUnknownOp)) {
    return {fmt::format("tell the shape of what {} gives (here for example 1,10,4)", name),
            fmt::format("--custom-op-shape {}=1,10,4", name)};
  }
  if (name.starts_with("NonMaxSuppression")) {
    return {
        "how many boxes are kept depends on the data: pad them to a fixed number in the model's code "
        "(tf.image.non_max_suppression_padded with pad_to_max_output_size=True)",
        {}};
  }
  return {fmt::format("how many results {} gives depends on the data: keep a fixed number of them in the "
                      "model's code (tf.math.top_k, padding, or tf.where with three arguments)",
                      name),
          {}};
}

}  // namespace

std::string ShapeExplanation::FromInputs(const InputShapes* solved) const {
  std::vector<std::string> texts;
  for (const OpenInput& input : inputs) {
    if (solved == nullptr || solved->contains(input.name)) texts.push_back(InputText(input, solved));
  }
  if (texts.empty()) return {};
  return fmt::format("what is unknown here comes from {}{}", fmt::join(texts, " and "), way);
}

ShapeExplanation ExplainUnknownShape(const ir::Module& module, const ir::Node& node) {
  const ShapeTrace trace = TraceUnknownShape(module, node);
  ShapeExplanation explanation;
  explanation.inputs = trace.inputs;
  explanation.way = WayText(trace.from_input);
  if (trace.op != nullptr) {
    explanation.from_op =
        fmt::format("what is unknown here comes from {}{}", Told(*trace.op), WayText(trace.from_op));
    explanation.at_op = FixAt(*trace.op);
  }
  return explanation;
}

}  // namespace litesmith::pipeline
