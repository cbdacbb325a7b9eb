#include "runtime/check_ops.h"

#include <unordered_map>

#include "base/list_some.h"
#include "kernels/reference/registry.h"
#include "runtime/node_report.h"
#include "runtime/runtime_kernels.h"
#include "tfl/ops.h"

namespace litesmith::runtime {
namespace {

std::vector<std::string> FunctionsOf(const ir::Node& node) {
  std::vector<std::string> names;
  for (const auto& [attribute, value] : node.attributes) {
    if (const auto* one = std::get_if<FunctionRef>(&value)) names.push_back(one->name);
    if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
      for (const FunctionRef& reference : *many) names.push_back(reference.name);
    }
  }
  return names;
}

bool HasKernel(const ir::Node& node, const Options& options) {
  const std::string name(node.op_name());
  if (IsRuntimeOp(name) || FindReferenceKernel(name) != nullptr) return true;
  return tfl::OpOf(node) == nullptr && options.custom_kernels.contains(name);
}

// "", or which custom ops there are kernels for: a name may just be spelled otherwise.
std::string OthersText(const Options& options) {
  std::vector<std::string> names;
  for (const auto& [name, factory] : options.custom_kernels) names.push_back(name);
  return names.empty() ? "" : "; the kernels that were given are for " + ListSome(names, kShownNames);
}

Finding MissingKernel(const ir::Node& node, const Options& options) {
  const std::string_view name = node.op_name();
  if (tfl::OpOf(node) != nullptr)
    return NodeFinding(Code::kNoKernel, node, "this version has no kernel for it");
  if (name.starts_with("Flex")) {
    return NodeFinding(Code::kCustomKernelMissing, node,
                       "it is an op of TensorFlow itself, put into the file with select TensorFlow ops");
  }
  return NodeFinding(Code::kCustomKernelMissing, node,
                     "it is a custom op, whose code the file does not contain" + OthersText(options));
}

Result<void> CheckNode(const ir::Node& node, const Options& options, Context& context) {
  if (const tfl::Op* op = tfl::OpOf(node)) {
    const int64_t version = node.attributes.Int("version", 1);
    const int highest = tfl::HighestVersion(*op);
    if (highest > 0 && version > highest) {
      return context.findings.Report(
          NodeFinding(
              Code::kOpVersionTooNew, node,
              fmt::format("the file asks for version {}, this program knows up to {}", version, highest))
              .Fix("convert the model again with --target-runtime, or use a newer version of this program"));
    }
  }
  if (!HasKernel(node, options)) return context.findings.Report(MissingKernel(node, options));
  return {};
}

// Depth first over the functions that call each other, without recursion.
class CallGraph {
 public:
  CallGraph(const ir::Module& module, const Options& options, Context& context)
      : module_(module), options_(options), context_(context) {}

  bool Check(const ir::Function& entry) {
    Enter(entry);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      if (frame.next == frame.called.size()) {
        state_[frame.function] = State::kDone;
        stack_.pop_back();
        continue;
      }
      const Call call = frame.called[frame.next++];
      const auto known = state_.find(call.function);
      if (known == state_.end()) {
        Enter(*call.function);
      } else if (known->second == State::kOpen) {
        context_.findings.Report(
            NodeFinding(Code::kRecursion, *call.node,
                        fmt::format("{} is reached from within itself", call.function->name)));
        failed_ = true;
      }
    }
    return !failed_;
  }

 private:
  enum class State { kOpen, kDone };
  struct Call {
    const ir::Node* node;
    const ir::Function* function;
  };
  struct Frame {
    const ir::Function* function;
    std::vector<Call> called;
    size_t next = 0;
  };

  void Enter(const ir::Function& function) {
    state_[&function] = State::kOpen;
    Frame frame{&function, {}};
    for (const ir::Node& node : function.nodes()) {
      if (node.op().dialect == ir::Dialect::kCore) continue;
      if (!CheckNode(node, options_, context_).ok()) failed_ = true;
      for (const std::string& name : FunctionsOf(node)) {
        if (const ir::Function* called = module_.FindFunction(name)) {
          frame.called.push_back({&node, called});
        } else {
          context_.findings.Report(NodeFinding(Code::kFunctionMissing, node,
                                               fmt::format("there is no function {} in the file", name)));
          failed_ = true;
        }
      }
    }
    stack_.push_back(std::move(frame));
  }

  const ir::Module& module_;
  const Options& options_;
  Context& context_;
  std::unordered_map<const ir::Function*, State> state_;
  std::vector<Frame> stack_;
  bool failed_ = false;
};

}  // namespace

Result<void> CheckOps(const ir::Module& module, const ir::Function& entry, const Options& options,
                      Context& context) {
  if (!CallGraph(module, options, context).Check(entry)) return kFailed;
  return {};
}

}  // namespace litesmith::runtime
