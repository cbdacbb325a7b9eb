#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/finding.h"
#include "export/tflite/export_graph.h"
#include "formats/tflite/options.h"
#include "tfl/op.h"

namespace litesmith::export_tflite {
namespace {

uint32_t CodeOf(int32_t builtin, std::string custom, int32_t version, ExportState& state) {
  const auto [entry, fresh] = state.codes.emplace(std::tuple(builtin, custom, version),
                                                  static_cast<uint32_t>(state.model.codes.size()));
  if (fresh) state.model.codes.push_back({builtin, std::move(custom), version});
  return entry->second;
}

bool IsBookkeeping(std::string_view attribute) {
  return attribute == "version" || attribute == "intermediate_count" || attribute.starts_with('_');
}

// An attribute that the schema does not have would vanish without a word: a misspelt name in a lowering, say.
void CheckAttributes(const ir::Node& node, const tfl::Op& op) {
  const std::vector<std::string> fields = tflite::OptionFields(op.options);
  for (const auto& [name, value] : node.attributes) {
    if (IsBookkeeping(name)) continue;
    const bool known = std::find(fields.begin(), fields.end(), name) != fields.end();
    LS_CHECK(known, fmt::format("{} has no option {}", op.name, name));
  }
}

int64_t SubgraphOf(const FunctionRef& ref, const ExportState& state) {
  const auto found = state.subgraph_of.find(ref.name);
  LS_CHECK(found != state.subgraph_of.end(), ref.name);
  return found->second;
}

void ReferToSubgraphs(Attributes& attributes, std::string_view options, const ExportState& state) {
  for (const std::string& field : tflite::SubgraphFields(options)) {
    if (const auto* ref = attributes.FindAs<FunctionRef>(field)) {
      attributes.Set(field, SubgraphOf(*ref, state));
    } else if (const auto* refs = attributes.FindAs<std::vector<FunctionRef>>(field)) {
      std::vector<int64_t> indices;
      for (const FunctionRef& entry : *refs) indices.push_back(SubgraphOf(entry, state));
      attributes.Set(field, std::move(indices));
    }
  }
}

Finding FindingAt(Code code, const ir::Node& node) {
  return std::move(Finding(code).Op(node.op_name()).Node(node.name));
}

// Numbers of the source may be of any size (a stride of 2^40).
bool HasNumberBeyond32Bits(const Attributes& attributes) {
  const auto large = [](int64_t number) { return !std::in_range<int32_t>(number); };
  return std::any_of(attributes.begin(), attributes.end(), [&](const Attributes::Entry& entry) {
    if (const auto* number = std::get_if<int64_t>(&entry.second)) return large(*number);
    const auto* numbers = std::get_if<std::vector<int64_t>>(&entry.second);
    return numbers != nullptr && std::any_of(numbers->begin(), numbers->end(), large);
  });
}

Result<tflite::Operator> ExportBuiltin(const ir::Node& node, const tfl::Op& op, ExportState& state) {
  CheckAttributes(node, op);
  tflite::Operator to;
  const int32_t version = tfl::VersionOf(op, node);
  const int highest = tfl::HighestVersion(op);
  if (highest > 0 && version > highest) {
    return state.context.findings.Report(
        FindingAt(Code::kOpVersionTooNew, node)
            .Headline("{} is of a version that this program does not know", op.name)
            .Cause("the file asks for version {}, this program knows up to {}: what the newer one means is "
                   "not known here, so that it cannot be written anew",
                   version, highest)
            .Fix(
                "convert the source with --target-runtime 2.x, for a runtime that this program knows, or use "
                "a newer version of this program"));
  }
  to.code = CodeOf(op.code, {}, version, state);
  if (!op.options.empty()) {
    to.options = op.options;
    to.attributes = node.attributes;
    ReferToSubgraphs(to.attributes, op.options, state);
    const std::string problem = tflite::OptionsProblem(op.options, to.attributes);
    if (!problem.empty()) {
      LS_CHECK(HasNumberBeyond32Bits(to.attributes), problem);
      return state.context.findings.Report(
          FindingAt(Code::kLimitExceeded, node)
              .Headline("{} has a number that no .tflite can hold", op.name)
              .Cause("{}: it has 32 bits or less", problem)
              .Fix("use a smaller number in the model's code; one that large "
                   "is most often a mistake"));
    }
  }
  const std::string runtime = tfl::RuntimeOf(op, version);
  if (tfl::OlderRuntime(state.min_runtime_version, runtime)) state.min_runtime_version = runtime;
  return to;
}

}  // namespace

Result<tflite::Operator> ExportOp(const ir::Node& node, ExportState& state) {
  if (node.attributes.Bool("unknown_options")) {
    return state.context.findings.Report(
        Finding(Code::kUnknownOp)
            .Op(node.op_name())
            .Node(node.name)
            .Headline("{} cannot be written", node.op_name())
            .Cause("the file it comes from gives it options that this program does not know")
            .Fix("use a newer release of this program"));
  }
  if (const tfl::Op* op = tfl::OpOf(node)) return ExportBuiltin(node, *op, state);
  LS_CHECK(node.op().dialect == ir::Dialect::kTfl, fmt::format("{} is no op of a .tflite", node.op_name()));
  tflite::Operator to;
  const auto version = static_cast<int32_t>(node.attributes.Int("version", 1));
  if (const auto* builtin = node.attributes.FindAs<int64_t>("builtin_code")) {
    to.code = CodeOf(static_cast<int32_t>(*builtin), {}, version, state);
    return to;
  }
  to.code = CodeOf(tflite::kCustomCode, std::string(node.op_name()), version, state);
  if (const auto* options = node.attributes.FindAs<Tensor>("custom_options"))
    to.custom_options = options->bytes();
  return to;
}

}  // namespace litesmith::export_tflite
