// Importers name the values of the main graph; those of functions go by their nodes. From here on each value
// has a name of its own, which stays with what it holds: a fusion gives the fused op the last value's name.
// So a tensor of a .tflite is found again in the source by its name, and holds the same there (`verify`).
#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "passes/passes.h"

namespace litesmith::passes {
namespace {

class Namer {
 public:
  explicit Namer(const Module& module) {
    for (const auto& function : module.functions()) {
      for (size_t i = 0; i < function->parameter_count(); ++i) taken_.insert(function->parameter(i)->name);
      for (const ir::Node& node : function->nodes()) {
        for (size_t i = 0; i < node.output_count(); ++i) taken_.insert(node.output(i)->name);
      }
    }
  }

  std::string FreeName(const ir::Node& node, size_t output) {
    std::string wanted = node.name.empty() ? std::string(node.op_name()) : node.name;
    if (output > 0) wanted += fmt::format(":{}", output);
    if (taken_.insert(wanted).second) return wanted;
    for (size_t& next = numbers_[wanted];;) {
      std::string numbered = fmt::format("{}_{}", wanted, ++next);
      if (taken_.insert(numbered).second) return numbered;
    }
  }

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, size_t> numbers_;
};

}  // namespace

Result<Changed> NameValues(Module& module, PassContext&) {
  // Bodies of loops are copied into the graph around them later: their names must not be found there.
  Namer namer(module);
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) {
        if (!node.output(i)->name.empty()) continue;
        node.output(i)->name = namer.FreeName(node, i);
        changed = true;
      }
    }
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
