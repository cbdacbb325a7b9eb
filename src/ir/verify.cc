#include "ir/verify.h"

#include <fmt/format.h>

#include <unordered_set>

namespace litesmith::ir {
namespace {

using Problem = std::optional<std::string>;

Problem VerifyReferences(const Module& module, const Node& node) {
  const auto missing = [&](const FunctionRef& ref) { return module.FindFunction(ref.name) == nullptr; };
  for (const auto& [name, value] : node.attributes) {
    if (const auto* ref = std::get_if<FunctionRef>(&value);
        ref != nullptr && node.op().Has(kCalls) && missing(*ref)) {
      return fmt::format("{} refers to the function {}, which does not exist", node.op_name(), ref->name);
    }
    if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value);
        refs != nullptr && node.op().Has(kCalls)) {
      for (const FunctionRef& ref : *refs) {
        if (missing(ref))
          return fmt::format("{} refers to {}, which does not exist", node.op_name(), ref.name);
      }
    }
  }
  return std::nullopt;
}

Problem VerifyNode(const Function& function, const Node& node, std::unordered_set<const Value*>& defined) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Value* value = node.operand(i);
    if (value == nullptr) continue;
    if (value->function() != &function) {
      return fmt::format("operand {} of {} '{}' is a value of another function", i, node.op_name(),
                         node.name);
    }
    const bool back_edge = node.op_name() == "Merge" || node.op_name() == "RefMerge";
    if (!defined.contains(value) && !back_edge) {
      return fmt::format("operand {} of {} '{}' is used before it is computed", i, node.op_name(), node.name);
    }
    bool listed = false;
    for (const Use& use : value->uses()) listed |= use.user == &node && use.operand == i;
    // Linear in the uses of one value: skipped where that would make the verifier quadratic.
    if (!listed && value->uses().size() < 64) {
      return fmt::format("operand {} of {} '{}' does not know of its use", i, node.op_name(), node.name);
    }
  }
  if (node.Is(kConstant)) {
    const Tensor* tensor = node.output()->constant();
    if (tensor == nullptr || !tensor->valid()) return fmt::format("constant '{}' has no tensor", node.name);
    if (tensor->dtype() != node.output()->type.dtype ||
        Shape::Of(tensor->dims()) != node.output()->type.shape) {
      return fmt::format("constant '{}' has another type than its tensor", node.name);
    }
  }
  for (size_t i = 0; i < node.output_count(); ++i) defined.insert(node.output(i));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> Verify(const Module& module) {
  for (const auto& function : module.functions()) {
    std::unordered_set<const Value*> defined;
    for (size_t i = 0; i < function->parameter_count(); ++i) defined.insert(function->parameter(i));
    for (const Node& node : function->nodes()) {
      if (Problem problem = VerifyNode(*function, node, defined)) return function->name + ": " + *problem;
      if (Problem problem = VerifyReferences(module, node)) return function->name + ": " + *problem;
    }
    for (size_t i = 0; i < function->result_count(); ++i) {
      if (function->result(i) == nullptr) return fmt::format("{}: result {} is absent", function->name, i);
    }
  }
  for (const Signature& signature : module.signatures) {
    if (module.FindFunction(signature.function) == nullptr) {
      return fmt::format("signature {} names the function {}, which does not exist", signature.key,
                         signature.function);
    }
  }
  return std::nullopt;
}

}  // namespace litesmith::ir
