#include "pipeline/checks.h"

#include <fmt/format.h>

#include <unordered_set>

#include "base/finding.h"
#include "tf/ops.h"
#include "tf/shape_context.h"
#include "tfl/op.h"

namespace litesmith::pipeline {
namespace {

// What is known of a shape is a constant, whatever goes in.
bool LooksAtShapes(const ir::Node& node) {
  return node.Is(tf::Shape) || node.Is(tf::ShapeN) || node.Is(tf::Size) || node.Is(tf::Rank) ||
         node.Is(tf::TensorListLength) || node.Is(tf::TensorListElementShape) ||
         node.Is(tf::TensorArraySizeV3);
}

// Whether a value depends on a parameter of its function, following calls as if they used all they are given.
bool DependsOnInput(const ir::Value* start) {
  std::unordered_set<const ir::Value*> seen;
  std::vector<const ir::Value*> waiting = {start};
  while (!waiting.empty()) {
    const ir::Value* value = waiting.back();
    waiting.pop_back();
    if (value == nullptr || !seen.insert(value).second) continue;
    if (value->is_parameter()) return true;
    if (LooksAtShapes(*value->node())) continue;
    for (size_t i = 0; i < value->node()->operand_count(); ++i) waiting.push_back(value->node()->operand(i));
  }
  return false;
}

std::vector<const ir::Function*> EntryFunctions(const ir::Module& module) {
  std::vector<const ir::Function*> functions;
  for (const ir::Signature& signature : module.signatures)
    functions.push_back(module.FindFunction(signature.function));
  if (functions.empty() && !module.functions().empty()) functions.push_back(module.functions()[0].get());
  return functions;
}

std::string ResultName(const ir::Function& function, size_t index) {
  return index < function.result_names.size() ? function.result_names[index] : fmt::format("{}", index);
}

}  // namespace

InputsAndOutputs ObserveInterface(const ir::Module& module) {
  InputsAndOutputs found;
  for (const ir::Function* function : EntryFunctions(module)) {
    for (size_t i = 0; i < function->result_count(); ++i) {
      if (DependsOnInput(function->result(i)))
        found.dependent.emplace(function->name, ResultName(*function, i));
    }
  }
  return found;
}

Result<void> CheckInterface(const ir::Module& module, const InputsAndOutputs& before, Context& context) {
  for (const ir::Function* function : EntryFunctions(module)) {
    size_t lost = 0;
    for (size_t i = 0; i < function->result_count(); ++i) {
      const ir::Value* result = function->result(i);
      const std::string name = ResultName(*function, i);
      if (result->type.shape.elements() == 0) {
        context.findings.Report(
            Finding(Code::kOutputEmpty)
                .Headline("output '{}' has no elements", name)
                .Cause("its shape is {}: whatever goes in, nothing comes out, in TensorFlow too",
                       ToText(result->type.shape))
                .Fix("check the shapes of the inputs and the slices before this output"));
        continue;
      }
      const bool depended = before.dependent.contains({function->name, name});
      lost += depended && result->node() != nullptr && result->node()->Is(ir::kConstant);
    }
    if (lost > 0 && lost == function->result_count()) {
      return context.findings.Report(
          Finding(Code::kOutputConstant)
              .Headline("no output of '{}' depends on the inputs any more", function->name)
              .Cause("in the source all {} outputs are computed from the inputs, but they fold to constants: "
                     "a file "
                     "with them would be small, load, and always give the same",
                     lost)
              .Fix("look at the shapes of the inputs; a dimension of 0 or a condition that is always false "
                   "makes this"));
    }
  }
  return {};
}

Result<void> CheckRuntimeName(const std::string& target, Context& context) {
  if (target.empty() || tfl::IsRuntime(target)) return {};
  const std::string& newest = tfl::NewestRuntime();
  return context.findings.Report(
      Finding(Code::kWrongUse)
          .Headline("there is no TensorFlow Lite {}", target)
          .Cause("--target-runtime takes the version of a TensorFlow Lite, as 2.9: from 1.5 to 1.15 and "
                 "from 2.0 to {}",
                 newest.substr(0, newest.rfind('.')))
          .Fix("name the oldest one that must run the file", "--target-runtime 2.9"));
}

Result<void> CheckTargetRuntime(const ir::Module& module, std::string_view target, Context& context) {
  bool failed = false;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const tfl::Op* op = tfl::OpOf(node);
      if (op == nullptr) continue;
      const int version = tfl::VersionOf(*op, node);
      std::string runtime = tfl::RuntimeOf(*op, version);
      if (!tfl::OlderRuntime(target, runtime)) continue;
      if (runtime.ends_with(".0")) runtime.resize(runtime.size() - 2);
      failed = true;
      (void)context.findings.Report(
          tf::FindingAt(Code::kTargetTooOld, node)
              .Headline("{} needs TensorFlow Lite {}, --target-runtime is {}", op->name, runtime, target)
              .Cause(
                  "this node needs version {} of {}, which came with TensorFlow Lite {}; there is no form of "
                  "it in older ops here",
                  version, op->name, runtime)
              .Fix(fmt::format("if your devices have TensorFlow Lite {} or later, say so", runtime),
                   "--target-runtime " + runtime)
              .Fix("or replace the op in the model's code by older ones"));
    }
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::pipeline
