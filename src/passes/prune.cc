#include <unordered_set>

#include "passes/passes.h"

namespace litesmith::passes {
namespace {

void CollectCalled(const ir::Function& function, std::vector<std::string>& called) {
  for (const ir::Node& node : function.nodes()) {
    for (const auto& [name, value] : node.attributes) {
      if (const auto* ref = std::get_if<FunctionRef>(&value)) called.push_back(ref->name);
      if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& one : *refs) called.push_back(one.name);
      }
    }
  }
}

}  // namespace

Result<Changed> Prune(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) changed |= function->EraseDeadNodes();

  std::vector<std::string> waiting;
  for (const ir::Signature& signature : module.signatures) waiting.push_back(signature.function);
  if (waiting.empty() && !module.functions().empty()) waiting.push_back(module.functions()[0]->name);
  std::unordered_set<std::string> reached;
  while (!waiting.empty()) {
    const std::string name = std::move(waiting.back());
    waiting.pop_back();
    if (!reached.insert(name).second) continue;
    if (const ir::Function* function = module.FindFunction(name)) CollectCalled(*function, waiting);
  }
  std::vector<ir::Function*> unreached;
  for (const auto& function : module.functions()) {
    if (!reached.contains(function->name)) unreached.push_back(function.get());
  }
  module.EraseFunctions(unreached);
  return changed || !unreached.empty() ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
