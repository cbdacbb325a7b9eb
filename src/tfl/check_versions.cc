#include "tfl/check_versions.h"

#include "tfl/op.h"

namespace litesmith::tfl {
namespace {

void ReportTooNew(const ir::Node& node, const Op& op, int64_t version, FindingSink& findings) {
  const int highest = HighestVersion(op);
  const std::string runtime = RuntimeOf(op, highest);
  findings.Report(
      Finding(Code::kOpVersionTooNew)
          .Op(op.name)
          .Node(node.name)
          .Headline("{} has version {} in this file, newer than this program", op.name, version)
          .Cause("this program knows {} up to version {} (TensorFlow Lite {}); the file was written for a "
                 "newer runtime",
                 op.name, highest, runtime.empty() ? "2.23.0" : runtime)
          .Fix("use a newer release of this program, or convert the model for an older runtime"));
}

}  // namespace

Result<void> CheckOpVersions(const ir::Module& module, FindingSink& findings) {
  bool all_known = true;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const Op* op = OpOf(node);
      // Ops that no runtime has a kernel for have no versions to compare with; they are refused for that.
      if (op == nullptr || HighestVersion(*op) == 0) continue;
      const int64_t version = node.attributes.Int("version", 1);
      if (version <= HighestVersion(*op)) continue;
      all_known = false;
      ReportTooNew(node, *op, version, findings);
    }
  }
  if (!all_known) return kFailed;
  return {};
}

}  // namespace litesmith::tfl
