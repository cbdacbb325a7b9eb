#include <algorithm>

#include "kernels/reference/registry.h"
#include "runtime/node_report.h"
#include "runtime/runtime_kernels.h"
#include "runtime/subgraph.h"
#include "tfl/ops.h"

namespace litesmith::runtime {
namespace {

// Kernels cannot look into functions; what they may want to know of one that combines two numbers is its op.
// Beside each attribute that refers to a function of one op at most stands "<attribute>_op": that op, or
// nothing for a function that just returns.
std::unique_ptr<Attributes> WithFunctionOps(const ir::Node& node) {
  std::unique_ptr<Attributes> extended;
  const ir::Module* module = node.function()->module();
  for (const auto& [name, value] : node.attributes) {
    const FunctionRef* reference = std::get_if<FunctionRef>(&value);
    const ir::Function* function =
        reference != nullptr && module != nullptr ? module->FindFunction(reference->name) : nullptr;
    if (function == nullptr) continue;
    std::string op;
    size_t ops = 0;
    for (const ir::Node& inner : function->nodes()) {
      if (inner.op().dialect == ir::Dialect::kCore) continue;
      op = inner.op_name();
      ++ops;
    }
    if (ops > 1) continue;
    if (extended == nullptr) extended = std::make_unique<Attributes>(node.attributes);
    extended->Set(name + "_op", op);
  }
  return extended;
}

}  // namespace

Result<std::unique_ptr<Subgraph>> Subgraph::Build(Session& session, const ir::Function& function, int depth) {
  LS_RETURN_IF_FAILED(session.CountSubgraph());
  if (depth > session.context.limits.max_call_depth) {
    return session.context.findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("subgraphs call each other more than {} deep", session.context.limits.max_call_depth)
            .Cause("the last one reached is {}", function.name)
            .Fix("have the model's functions call each other less deeply"));
  }
  session.shared->FoldConstants(function, session.context);
  std::unique_ptr<Subgraph> graph(new Subgraph(session, function));
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    const int index = graph->SlotOf(*function.parameter(i));
    graph->slot(index).memory = Slot::Memory::kBound;
    graph->inputs_.push_back(index);
  }
  bool failed = false;
  for (const ir::Node& node : function.nodes()) {
    if (session.context.is_cancelled()) return kFailed;
    if (node.op().dialect == ir::Dialect::kCore) continue;  // constants, state, and the return node
    const bool folded = node.output_count() > 0 &&
                        session.shared->ConstantOf(*node.output(node.output_count() - 1)) != nullptr;
    if (!folded && !graph->AddStep(node, depth).ok()) failed = true;
  }
  for (size_t i = 0; i < function.result_count(); ++i) {
    const int index = graph->SlotOf(*function.result(i));
    graph->slot(index).result = true;
    graph->outputs_.push_back(index);
  }
  for (Slot& slot : graph->slots_) {
    if (!graph->MakeConstant(slot).ok()) failed = true;
  }
  if (failed) return kFailed;
  graph->FillContexts();
  return graph;
}

int Subgraph::SlotOf(const ir::Value& value) {
  const auto [entry, added] = slot_of_.emplace(&value, static_cast<int>(slots_.size()));
  if (added) {
    Slot& slot = slots_.emplace_back();
    slot.value = &value;
    slot.view.dtype = value.type.dtype;
    slot.view.quantization = value.type.quantization.get();
  }
  return entry->second;
}

// Gives constants and state tensors their memory.
Result<void> Subgraph::MakeConstant(Slot& slot) {
  const ir::Node* node = slot.value->node();
  if (node == nullptr) return {};
  if (const Tensor* tensor = session_.shared->ConstantOf(*slot.value)) {
    slot.memory = Slot::Memory::kConstant;
    slot.shape_known = true;
    slot.view.dtype = tensor->dtype();
    slot.view.dims = tensor->dims();
    slot.view.bytes = tensor->bytes().size();
    slot.view.data = slot.view.bytes == 0 ? nullptr : const_cast<std::byte*>(tensor->bytes().data());
    slot.view.constant = true;
    return {};
  }
  if (node->Is(tfl::kSparseConstant)) {
    return session_.context.findings.Report(
        NodeFinding(Code::kLimitExceeded, *node, "the sparse constant would be too large as a dense one"));
  }
  if (!node->Is(tfl::kStateTensor) || node->attributes.Bool("intermediate")) return {};
  const ir::Type& type = slot.value->type;
  const auto bytes = type.shape.known() ? SizeOf(type.dtype, type.shape.known_dims()) : std::nullopt;
  if (!bytes || !HasFixedSize(type.dtype)) {
    return session_.context.findings.Report(NodeFinding(
        Code::kShapeUnknown, *node, "a tensor that keeps its value needs a known shape and numbers"));
  }
  slot.memory = Slot::Memory::kState;
  slot.shape_known = true;
  slot.view.dims = type.shape.known_dims();
  slot.view.bytes = *bytes;
  slot.view.state = true;
  if (*bytes > 0) {
    LS_TRY(slot.view.data, session_.StateMemory(*slot.value, *bytes));
  }
  return {};
}

Result<void> Subgraph::AddStep(const ir::Node& node, int depth) {
  const int number = static_cast<int>(steps_.size());
  Step& step = steps_.emplace_back();
  step.node = &node;
  step.own_attributes = WithFunctionOps(node);
  for (ir::Value* value : node.operands()) {
    step.inputs.push_back(value != nullptr ? SlotOf(*value) : -1);
    if (value == nullptr) continue;
    Slot& slot = slots_[static_cast<size_t>(step.inputs.back())];
    slot.readers.push_back({number, step.inputs.size() - 1});
    slot.last_reader = number;
  }
  for (size_t i = 0; i < node.output_count(); ++i) step.outputs.push_back(SlotOf(*node.output(i)));

  const std::string name(node.op_name());
  const auto custom = session_.options.custom_kernels.find(name);
  if (tfl::OpOf(node) == nullptr && custom != session_.options.custom_kernels.end()) {
    step.kernel = custom->second(session_, node);
    step.fixed_kernel = true;
    step.kernel_name = "custom";
  } else if (IsRuntimeOp(name)) {
    LS_TRY(step.kernel, MakeRuntimeKernel(session_, node, depth));
    step.fixed_kernel = true;
    step.kernel_name = "runtime";
  } else if (const KernelFactory factory = FindReferenceKernel(name)) {
    step.kernel = factory();
    step.kernel_name = "reference";
  }
  if (step.kernel == nullptr) {
    return session_.context.findings.Report(
        NodeFinding(tfl::OpOf(node) != nullptr ? Code::kNoKernel : Code::kCustomKernelMissing, node,
                    "no kernel has this name"));
  }
  return {};
}

// Gives each step the views that stay as they are; the rest follows in Prepare().
void Subgraph::FillContexts() {
  seconds_.assign(steps_.size(), 0.0);
  for (Step& step : steps_) {
    StepInvoke& context = step.context;
    context.subgraph = this;
    context.step = &step;
    context.attributes = step.own_attributes != nullptr ? step.own_attributes.get() : &step.node->attributes;
    context.op_name = step.node->op_name();
    context.threads = session_.threads.get();
    context.limits = &session_.context.limits;
    const auto count =
        static_cast<size_t>(std::max<int64_t>(step.node->attributes.Int("intermediate_count"), 0));
    const size_t operands = step.inputs.size();
    for (size_t i = 0; i < operands; ++i) {
      TensorView view;
      if (step.inputs[i] >= 0) {
        view = slot(step.inputs[i]).view;
      } else {
        view.present = false;
      }
      if (i + count >= operands) {
        context.intermediates.push_back(std::move(view));
      } else {
        context.inputs.push_back(std::move(view));
      }
    }
    step.inputs.resize(context.inputs.size());
    for (int index : step.outputs) context.outputs.push_back(slot(index).view);
  }
}

const Slot* Subgraph::Find(const ir::Value& value) const {
  const auto found = slot_of_.find(&value);
  return found != slot_of_.end() ? &slot(found->second) : nullptr;
}

int Subgraph::PassedThrough(size_t index) const {
  const auto found = std::find(inputs_.begin(), inputs_.end(), outputs_[index]);
  return found != inputs_.end() ? static_cast<int>(found - inputs_.begin()) : -1;
}

void Subgraph::SetInputShape(size_t index, const Dims& dims) {
  Slot& input = slot(inputs_[index]);
  if (input.shape_known && input.view.dims == dims) return;
  input.shape_known = true;
  input.view.dims = dims;
  dirty_ = true;
}

void Subgraph::BindInput(size_t index, std::byte* data, size_t bytes) {
  Slot& input = slot(inputs_[index]);
  if (input.view.data == data && input.view.bytes == bytes) return;
  input.view.data = data;
  input.view.bytes = bytes;
  for (const Slot::Reader& reader : input.readers) {
    Step& step = steps_[static_cast<size_t>(reader.step)];
    if (reader.input >= step.context.inputs.size()) continue;
    step.context.inputs[reader.input].data = data;
    step.context.inputs[reader.input].bytes = bytes;
  }
}

}  // namespace litesmith::runtime
