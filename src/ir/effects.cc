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
    if (node.op().Has(kSideEffect)) return true;
    if (!node.op().Has(kCalls)) return false;
    for (const auto& [name, value] : node.attributes) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) Add(one->name);
      if (const auto* list = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& ref : *list) Add(ref.name);
      }
    }
    return false;
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
  void Add(std::string_view name) {
    const Function* function = module_.FindFunction(name);
    if (function != nullptr && seen_.insert(function).second) pending_.push_back(function);
  }

  const Module& module_;
  std::vector<const Function*> pending_;
  std::unordered_set<const Function*> seen_;
};

}  // namespace

bool HasEffect(const Node& node) {
  if (node.op().Has(kSideEffect)) return true;
  if (!node.op().Has(kCalls)) return false;
  Search search(*node.function()->module());
  return search.Visit(node) || search.Run();
}

}  // namespace litesmith::ir
