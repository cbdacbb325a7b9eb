#include "detection/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "detection/op_model.h"
#include "tf/ops.h"

namespace litesmith::detection {
namespace {

bool IsSuppression(const ir::Node& node) {
  return node.Is(tf::NonMaxSuppression) || node.Is(tf::NonMaxSuppressionV2) ||
         node.Is(tf::NonMaxSuppressionV3) || node.Is(tf::NonMaxSuppressionV4) ||
         node.Is(tf::NonMaxSuppressionV5) || node.Is(tf::CombinedNonMaxSuppression);
}

std::optional<double> ConstantNumber(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  const auto values = tensor->ToDouble();
  return values ? std::optional(values->front()) : std::nullopt;
}

struct Settings {
  double most, iou, score, sigma;
  friend bool operator==(const Settings&, const Settings&) = default;
};

// Operands: boxes, scores, most, [total,] iou, score, sigma; the first version has the overlap as an
// attribute.
std::optional<Settings> SettingsOf(const ir::Node& node) {
  const bool combined = node.Is(tf::CombinedNonMaxSuppression);
  const size_t iou_at = combined ? 4 : 3;
  const auto most = ConstantNumber(node, 2);
  const auto iou = node.Is(tf::NonMaxSuppression)
                       ? std::optional<double>(node.attributes.Float("iou_threshold", 0.5f))
                       : ConstantNumber(node, iou_at);
  const bool has_score = node.operand_count() > iou_at + 1;
  const auto score = has_score ? ConstantNumber(node, iou_at + 1) : std::optional<double>(-1e30);
  const auto sigma = node.Is(tf::NonMaxSuppressionV5) ? ConstantNumber(node, 5) : std::optional<double>(0.0);
  if (!most || !iou || !score || !sigma) return std::nullopt;
  return Settings{*most, *iou, *score, *sigma};
}

std::variant<Suppressions, std::string> FindSuppressions(ir::Function& function) {
  Suppressions found;
  std::optional<Settings> settings;
  for (ir::Node& node : function.nodes()) {
    if (!IsSuppression(node)) continue;
    const auto own = SettingsOf(node);
    if (!own) return fmt::format("the limits of the suppression '{}' are computed at run time", node.name);
    if (settings && *settings != *own) return std::string("its suppressions have different limits");
    settings = own;
    found.combined |= node.Is(tf::CombinedNonMaxSuppression);
    found.nodes.push_back(&node);
    found.scores.push_back(node.operand(1));
    if (found.boxes == nullptr) found.boxes = node.operand(0);
  }
  if (!settings) return std::string("it has no suppression");
  if (settings->sigma != 0)
    return std::string("it suppresses softly (soft NMS): overlapping boxes lose score instead of going");
  if (found.combined && found.nodes.size() > 1) return std::string("it has several combined suppressions");
  if (settings->iou <= 0 || settings->iou > 1)
    return fmt::format("its overlap threshold is {}", settings->iou);
  found.per_class = static_cast<int64_t>(settings->most);
  found.iou_threshold = static_cast<float>(settings->iou);
  found.score_threshold = static_cast<float>(settings->score);
  return found;
}

// Columns first_class, first_class + 1... in the order of the suppressions' classes: whatever order the nodes
// are in, each class must have exactly one.
std::optional<int64_t> ClassCount(const ClassScores& scores, size_t suppressions, bool combined) {
  if (scores.agnostic || combined) return scores.columns - scores.first_class;
  std::vector<bool> seen(static_cast<size_t>(scores.columns), false);
  for (const int64_t column : scores.column_of) {
    if (seen[static_cast<size_t>(column)]) return std::nullopt;
    seen[static_cast<size_t>(column)] = true;
  }
  for (int64_t column = scores.first_class; column < scores.columns; ++column) {
    if (!seen[static_cast<size_t>(column)]) return std::nullopt;
  }
  return static_cast<int64_t>(suppressions);
}

}  // namespace

bool HasSuppression(const ir::Function& function) {
  for (const ir::Node& node : function.nodes()) {
    if (IsSuppression(node)) return true;
  }
  return false;
}

bool ReachesSuppression(const ir::Function& function) {
  std::unordered_set<const ir::Function*> seen;
  std::vector<const ir::Function*> waiting = {&function};
  while (!waiting.empty()) {
    const ir::Function* one = waiting.back();
    waiting.pop_back();
    if (one == nullptr || !seen.insert(one).second) continue;
    if (HasSuppression(*one)) return true;
    const auto visit = [&](const FunctionRef& ref) {
      waiting.push_back(function.module()->FindFunction(ref.name));
    };
    for (const ir::Node& node : one->nodes()) {
      for (const auto& [name, value] : node.attributes) {
        if (const auto* ref = std::get_if<FunctionRef>(&value)) visit(*ref);
        if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value))
          std::for_each(refs->begin(), refs->end(), visit);
      }
    }
  }
  return false;
}

Found FindPostprocess(ir::Function& function, Context& context) {
  auto suppressions = FindSuppressions(function);
  if (auto* reason = std::get_if<std::string>(&suppressions)) return *reason;
  Postprocess found;
  found.suppressions = std::get<Suppressions>(std::move(suppressions));
  const Order order(function);

  auto decoder = FindBoxDecoder(found.suppressions.boxes, order, context);
  if (!decoder)
    return std::string("its boxes are not decoded from one tensor of box encodings and fixed anchors");
  found.decoder = *std::move(decoder);

  std::optional<ClassScores> scores;
  if (found.suppressions.combined) {
    scores = FindCombinedScores(found.suppressions.scores[0], found.decoder.anchor_count, order, context);
  } else {
    scores = FindClassScores(found.suppressions.scores, found.decoder.anchor_count, order, context);
  }
  if (!scores)
    return std::string("its suppressions do not take their scores from one tensor of class scores");
  found.scores = *std::move(scores);
  const auto classes = ClassCount(found.scores, found.suppressions.nodes.size(), found.suppressions.combined);
  if (!classes || *classes < 1) return std::string("its suppressions do not stand for one class each");
  found.classes = *classes;
  found.regular = !found.scores.agnostic;

  if (auto reason = CompareWithOp(function, found, context)) return *reason;
  return found;
}

}  // namespace litesmith::detection
