#include "import/tf/calls.h"

#include <algorithm>
#include <unordered_map>

#include "base/finding.h"

namespace litesmith::import_tf {
namespace {

std::vector<const ir::Function*> CalledBy(const ir::Module& module, const ir::Function& function) {
  std::vector<const ir::Function*> called;
  const auto add = [&](const FunctionRef& ref) {
    const ir::Function* found = module.FindFunction(ref.name);
    if (found != nullptr && std::find(called.begin(), called.end(), found) == called.end())
      called.push_back(found);
  };
  for (const ir::Node& node : function.nodes()) {
    for (const auto& [name, value] : node.attributes) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) add(*one);
      if (const auto* list = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& ref : *list) add(ref);
      }
    }
  }
  return called;
}

struct Open {
  const ir::Function* function;
  std::vector<const ir::Function*> called;
  size_t next = 0;
};

Failed Report(Context& context, const std::vector<Open>& stack, const ir::Function* again) {
  std::string names;
  bool inside = false;
  for (const Open& open : stack) {
    inside = inside || open.function == again;
    if (inside) names += open.function->name + " -> ";
  }
  return context.findings.Report(Finding(Code::kRecursion)
                                     .Headline("function {} calls itself", again->name)
                                     .Cause("{}{}; TensorFlow Lite has no recursion", names, again->name)
                                     .Fix("rewrite the recursion in the model as a loop (tf.while_loop)"));
}

}  // namespace

Result<void> RefuseRecursion(Context& context, const ir::Module& module) {
  std::unordered_map<const ir::Function*, int> state;  // 1: on the stack, 2: done
  std::vector<Open> stack;
  const auto open = [&](const ir::Function* function) {
    state[function] = 1;
    stack.push_back({function, CalledBy(module, *function)});
  };
  for (const auto& start : module.functions()) {
    if (state[start.get()] != 0) continue;
    open(start.get());
    while (!stack.empty()) {
      Open& top = stack.back();
      if (top.next == top.called.size()) {
        state[top.function] = 2;
        stack.pop_back();
        continue;
      }
      const ir::Function* called = top.called[top.next++];
      if (state[called] == 1) return Report(context, stack, called);
      if (state[called] == 0) open(called);
    }
  }
  return {};
}

}  // namespace litesmith::import_tf
