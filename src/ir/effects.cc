#include "ir/effects.h"

#include <unordered_set>

namespace litesmith::ir {
namespace {

class Search {
 public:
  explicit Search(const Module& module) : module_(module) {}

  // True if the node has an effect; else its functions are searched later.
  bool Visit(const Node& node) {
    if (node.Is(kReturn)) return false;
    const bool may = node.op().Has(kSideEffect);
    if (!node.op().Has(kCalls)) return may;
    bool all = true, any = false;
    const auto add = [&](const FunctionRef& ref) {
      any = true;
      all &= Add(ref.name);
    };
    for (const auto& [name, value] : node.attributes) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) add(*one);
      if (const auto* list = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& ref : *list) add(ref);
      }
    }
    return may && !(any && all);
  }
  bool Run() {
    while (!pending_.empty()) {
      const Function* function = pending_.back();
      pending_.pop_back();
      for (const Node& node : function->nodes()) {
        if (Visit(node)) return true;
      }
    }
    return false;
  }

 private:
  // False if there is no such function.
  bool Add(std::string_view name) {
    const Function* function = module_.FindFunction(name);
    if (function != nullptr && seen_.insert(function).second) pending_.push_back(function);
    return function != nullptr;
  }

  const Module& module_;
  std::vector<const Function*> pending_;
  std::unordered_set<const Function*> seen_;
};

}  // namespace

bool HasEffect(const Node& node) {
  if (!node.op().Has(kCalls)) return node.op().Has(kSideEffect);
  Search search(*node.function()->module());
  return search.Visit(node) || search.Run();
}

}  // namespace litesmith::ir
