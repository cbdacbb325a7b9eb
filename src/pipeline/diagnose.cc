#include "pipeline/diagnose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lowering/lowering.h"
#include "pipeline/shape_advice.h"
#include "tf/shape_context.h"

namespace litesmith::pipeline {
namespace {

// Whether a finding may come from nothing but not knowing what an op before gives.
bool MayBeConsequence(const Finding& finding) {
  if (finding.code == Code::kShapeUnknown || finding.code == Code::kShapeMismatch) return true;
  if (finding.code != Code::kLoweringRefused && finding.code != Code::kDtypeUnsupported &&
      finding.code != Code::kDtypeMismatch && finding.code != Code::kControlFlow)
    return false;
  return std::any_of(finding.tensors.begin(), finding.tensors.end(), [](const Finding::TensorNote& tensor) {
    return tensor.dtype.empty() || !tensor.ranked ||
           std::any_of(tensor.shape.begin(), tensor.shape.end(), [](int64_t dim) { return dim < 0; });
  });
}

std::string NameFor(const ir::Node& node) { return tf::FindingAt(Code::kNoLowering, node).node; }

// The same problem elsewhere.
bool SameKind(const Finding& a, const Finding& b) {
  return a.code == b.code && a.severity == b.severity && a.op == b.op && a.cause == b.cause;
}

}  // namespace

Failed RootCauses::Report(Finding finding) {
  if (finding.severity == Severity::kError && !finding.node.empty()) {
    if (behind_.contains(finding.node) && MayBeConsequence(finding)) return kFailed;
    nodes_.insert(finding.node);
  }
  return to_.Report(std::move(finding));
}

void RootCauses::Follow(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    std::unordered_set<const ir::Node*> lost;  // whose outputs are not what they would be
    for (const ir::Node& node : function->nodes()) {
      if (node.op().dialect != ir::Dialect::kTf) continue;
      bool behind = false;
      for (size_t i = 0; i < node.operand_count(); ++i) {
        const ir::Value* operand = node.operand(i);
        behind |= operand != nullptr && operand->node() != nullptr && lost.contains(operand->node());
      }
      const std::string name = NameFor(node);
      if (behind) behind_.insert(name);
      if (behind || !lowering::HasLowering(node.op()) || nodes_.contains(name)) lost.insert(&node);
    }
  }
}

Result<void> Diagnose(const std::string& path, ConvertOptions options, Context& context,
                      Diagnosis& diagnosis) {
  ShapeFindings shapes(context.findings);
  RootCauses causes(shapes);
  Context watched{context.host, causes, context.limits, context.cancelled};
  options.root_causes = &causes;
  diagnosis.model.info.path = path;
  options.quantize.sensitivity_file.clear();  // nothing is written
  const bool sensible = CheckQuantizeOptions(options.quantize, context).ok();
  const auto convert = [&]() -> Result<void> {
    LS_TRY(diagnosis.model, LoadSource(path, options, watched));
    LS_RETURN_IF_FAILED(ConvertSource(diagnosis.model, options, watched));
    if (!sensible) return kFailed;
    LS_RETURN_IF_FAILED(QuantizeConverted(diagnosis.model, options, watched));
    LS_TRY(diagnosis.written, WriteModel(*diagnosis.model.module, watched));
    return {};
  };
  const Result<void> converted = convert();
  shapes.Explain(path, options, context);
  return converted;
}

std::vector<Finding> Grouped(std::vector<Finding> findings) {
  constexpr size_t kPlaces = 4;  // that are named beside the first
  struct Group {
    Finding finding;
    std::vector<std::string> others;
  };
  std::vector<Group> groups;
  for (Finding& finding : findings) {
    const auto known = std::find_if(groups.begin(), groups.end(),
                                    [&](const Group& group) { return SameKind(group.finding, finding); });
    if (known == groups.end()) {
      groups.push_back({std::move(finding), {}});
      continue;
    }
    known->finding.count += finding.count;
    // A headline that differs says more than the node.
    known->others.push_back(finding.headline != known->finding.headline ? finding.headline : finding.node);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.finding.severity > b.finding.severity; });
  std::vector<Finding> sorted;
  for (Group& group : groups) {
    if (!group.others.empty()) {
      const bool all = group.others.size() <= kPlaces;
      group.others.resize(std::min(group.others.size(), kPlaces));
      group.finding.cause +=
          fmt::format("; likewise: {}{}", fmt::join(group.others, "; "), all ? "" : "; and more");
    }
    sorted.push_back(std::move(group.finding));
  }
  return sorted;
}

}  // namespace litesmith::pipeline
