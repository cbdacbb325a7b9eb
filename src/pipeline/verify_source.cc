#include "pipeline/verify_source.h"

#include <algorithm>

#include "evaluate/evaluate.h"
#include "tf/ops.h"

namespace litesmith::pipeline {
namespace {

// Some seconds of small ops.
constexpr int64_t kMaxEvaluated = 5'000'000;

bool PassesOn(const ir::Node& node) {
  return node.Is(tf::Identity) || node.Is(tf::IdentityN) || node.Is(tf::StopGradient);
}

bool IsVariableOp(const ir::Node& node) {
  return node.Is(tf::ReadVariableOp) || node.Is(tf::AssignVariableOp) || node.Is(tf::AssignAddVariableOp) ||
         node.Is(tf::AssignSubVariableOp);
}

// TensorFlow's truth of a condition: a scalar that is not zero (strings: not empty), or a tensor with
// elements.
std::optional<bool> Truth(const Tensor& tensor) {
  if (!tensor.valid()) return std::nullopt;
  if (tensor.rank() != 0) return tensor.elements() > 0;
  if (tensor.dtype() == DType::kString) return !tensor.strings()[0].empty();
  if (tensor.dtype() == DType::kBool) return tensor.scalar<bool>();
  const auto values = tensor.ToDouble();
  return values ? std::optional(values->front() != 0) : std::nullopt;
}

// What tells two keys of a table apart.
std::vector<std::string> KeysOf(const Tensor& tensor) {
  std::vector<std::string> keys;
  if (tensor.dtype() == DType::kString) {
    for (const std::string_view text : tensor.strings()) keys.emplace_back(text);
  } else if (const auto numbers = tensor.ToInt64()) {
    for (const int64_t number : *numbers) keys.push_back(std::to_string(number));
  }
  return keys;
}

std::string VariableName(const ir::Node& handle) {
  return handle.attributes.Text("container") + "/" + handle.attributes.Text("shared_name", handle.name);
}

}  // namespace

std::vector<Tensor> SourceEvaluator::Run(const ir::Function& function, std::span<const Tensor> arguments,
                                         const Watch& watch) {
  Data data;
  for (const Tensor& argument : arguments) data.push_back({argument});
  std::vector<Tensor> results;
  for (Datum& datum : Call(&function, std::move(data), &watch)) results.push_back(std::move(datum.tensor));
  return results;
}

SourceEvaluator::Data SourceEvaluator::Missing(const ir::Node& node, std::string reason) {
  const auto known = std::find_if(gaps_.begin(), gaps_.end(), [&](const Gap& gap) {
    return &gap.node->op() == &node.op() && gap.reason == reason;
  });
  if (known != gaps_.end()) {
    ++known->count;
  } else {
    gaps_.push_back({&node, std::move(reason)});
  }
  return Unknown(node);
}

const ir::Function* SourceEvaluator::Called(const ir::Node& node, std::string_view attribute) const {
  const auto* ref = node.attributes.FindAs<FunctionRef>(attribute);
  return ref != nullptr ? module_.FindFunction(ref->name) : nullptr;
}

// As many as the function has results; nothing of them is known where it cannot be called so.
SourceEvaluator::Data SourceEvaluator::Call(const ir::Function* function, Data arguments,
                                            const Watch* watch) {
  if (function == nullptr || function->parameter_count() != arguments.size() ||
      depth_ >= context_.limits.max_call_depth) {
    return Data(function != nullptr ? function->result_count() : 0);
  }
  ++depth_;
  std::unordered_map<const ir::Value*, Datum> values;
  std::unordered_map<const ir::Value*, size_t> uses;  // still to come
  const auto keep = [&](const ir::Value& value, Datum datum) {
    if (watch != nullptr && datum.tensor.valid()) (*watch)(value, datum.tensor);
    if (!value.used()) return;
    uses[&value] = value.uses().size();
    values[&value] = std::move(datum);
  };
  const auto take = [&](const ir::Value* value) -> Datum {
    const auto found = values.find(value);
    if (found == values.end()) return {};
    if (--uses[value] > 0) return found->second;
    Datum datum = std::move(found->second);
    values.erase(found);
    return datum;
  };
  for (size_t i = 0; i < arguments.size(); ++i) keep(*function->parameter(i), std::move(arguments[i]));
  Data results;
  for (const ir::Node& node : function->nodes()) {
    Data operands;
    for (size_t i = 0; i < node.operand_count(); ++i) operands.push_back(take(node.operand(i)));
    if (node.Is(ir::kReturn)) {
      results = std::move(operands);
      break;
    }
    Data outputs = Evaluate(node, operands);
    for (size_t i = 0; i < node.output_count(); ++i)
      keep(*node.output(i), i < outputs.size() ? std::move(outputs[i]) : Datum{});
  }
  --depth_;
  return results;
}

SourceEvaluator::Data SourceEvaluator::Evaluate(const ir::Node& node, const Data& operands) {
  if (node.Is(ir::kConstant)) return {Datum{*node.output()->constant()}};
  if (++evaluated_ > kMaxEvaluated || context_.is_cancelled())
    return Missing(node, "the source takes more steps than verify goes");
  if (node.Is(tf::PartitionedCall) || node.Is(tf::StatefulPartitionedCall))
    return Call(Called(node, "f"), operands, nullptr);
  if (node.Is(tf::If) || node.Is(tf::StatelessIf) || node.Is(tf::Case) || node.Is(tf::StatelessCase))
    return Branch(node, operands);
  if (node.Is(tf::While) || node.Is(tf::StatelessWhile)) return Loop(node, operands);
  if (PassesOn(node)) return operands;
  if (node.output_count() == 1 && node.operand_count() == 0 &&
      node.output()->type.dtype == DType::kResource) {
    return {Datum{{}, nullptr, &node}};
  }
  for (const Datum& operand : operands) {
    if (!operand.known()) return Unknown(node);
  }
  if (IsListOp(node)) {
    auto outputs = EvaluateListOp(node, operands);
    return outputs ? *std::move(outputs)
                   : Missing(node, "a list is used in a way that verify does not follow");
  }
  if (IsVariableOp(node)) return Variable(node, operands);
  if (node.Is(tf::LookupTableFind) || node.Is(tf::LookupTableFindV2) || node.Is(tf::LookupTableSize) ||
      node.Is(tf::LookupTableSizeV2)) {
    return LookUp(node, operands);
  }
  return EvaluateOp(node, operands);
}

SourceEvaluator::Data SourceEvaluator::EvaluateOp(const ir::Node& node, const Data& operands) {
  if (node.output_count() == 0) return {};
  if (!evaluate::CanEvaluate(node)) {
    return Missing(node, node.op().Has(ir::kNotPure) ? "it gives something else each time, or has a state"
                                                     : "verify cannot compute it");
  }
  std::vector<Tensor> inputs;
  for (const Datum& operand : operands) {
    if (!operand.tensor.valid()) return Missing(node, "it takes what is no tensor");
    inputs.push_back(operand.tensor);
  }
  auto outputs = evaluate::Evaluate(node, inputs, quiet_);
  const std::vector<Finding> said = said_.Take();
  if (!outputs) return Missing(node, said.empty() ? "verify cannot compute it" : said.front().cause);
  Data data;
  for (Tensor& output : *outputs) data.push_back({std::move(output)});
  return data;
}

SourceEvaluator::Data SourceEvaluator::Branch(const ir::Node& node, const Data& operands) {
  if (operands.empty() || !operands[0].tensor.valid()) return Unknown(node);
  const ir::Function* branch = nullptr;
  if (node.Is(tf::If) || node.Is(tf::StatelessIf)) {
    const auto truth = Truth(operands[0].tensor);
    if (truth) branch = Called(node, *truth ? "then_branch" : "else_branch");
  } else {
    const auto index = operands[0].tensor.ToInt64();
    const auto branches = node.attributes.Get<std::vector<FunctionRef>>("branches");
    if (index && index->size() == 1 && !branches.empty()) {
      // An index out of range takes the last branch.
      const bool in_range = index->front() >= 0 && index->front() < static_cast<int64_t>(branches.size());
      branch = module_.FindFunction(
          branches[in_range ? static_cast<size_t>(index->front()) : branches.size() - 1].name);
    }
  }
  return Call(branch, Data(operands.begin() + 1, operands.end()), nullptr);
}

SourceEvaluator::Data SourceEvaluator::Loop(const ir::Node& node, const Data& operands) {
  const ir::Function *condition = Called(node, "cond"), *body = Called(node, "body");
  Data state = operands;
  while (true) {
    const Data go_on = Call(condition, state, nullptr);
    const auto truth = go_on.size() == 1 ? Truth(go_on[0].tensor) : std::nullopt;
    if (!truth) return Unknown(node);
    if (!*truth) return state;
    if (evaluated_ > kMaxEvaluated || ++steps_ > context_.limits.max_loop_steps || context_.is_cancelled())
      return Missing(node, "the source takes more steps than verify goes");
    state = Call(body, std::move(state), nullptr);
    if (state.size() != operands.size()) return Unknown(node);
  }
}

SourceEvaluator::Data SourceEvaluator::Variable(const ir::Node& node, const Data& operands) {
  const ir::Node* handle = operands[0].resource;
  if (handle == nullptr) return Missing(node, "verify does not know which variable it is");
  const std::string name = VariableName(*handle);
  if (node.Is(tf::ReadVariableOp)) {
    const auto written = variables_.find(name);
    const auto* initial = handle->attributes.FindAs<Tensor>("initial_value");
    const Tensor value = written != variables_.end() ? written->second
                         : initial != nullptr        ? *initial
                                                     : Tensor();
    return value.valid() ? Data{Datum{value}} : Missing(node, "the variable has no value");
  }
  // What is added to is not known from there on: an assignment of a sum, which exporters write, is.
  variables_[name] = node.Is(tf::AssignVariableOp) && operands.size() > 1 ? operands[1].tensor : Tensor();
  return {};
}

SourceEvaluator::Data SourceEvaluator::LookUp(const ir::Node& node, const Data& operands) {
  const ir::Node* handle = operands[0].resource;
  const auto* keys = handle != nullptr ? handle->attributes.FindAs<Tensor>("table_keys") : nullptr;
  const auto* values = handle != nullptr ? handle->attributes.FindAs<Tensor>("table_values") : nullptr;
  if (keys == nullptr || values == nullptr || keys->elements() != values->elements())
    return Missing(node, "the table's content is not known");
  const auto [entry, made] = tables_.try_emplace(handle);
  Table& table = entry->second;
  if (made) {
    const std::vector<std::string> texts = KeysOf(*keys);
    for (size_t i = 0; i < texts.size(); ++i) table.try_emplace(texts[i], i);
  }
  if (operands.size() < 3) return {Datum{Tensor::Scalar(static_cast<int64_t>(table.size()))}};
  const Tensor &wanted = operands[1].tensor, &otherwise = operands[2].tensor;
  if (otherwise.elements() != 1 || otherwise.dtype() != values->dtype())
    return Missing(node, "its default is not of the table's kind");
  std::vector<int64_t> places;  // -1: the default
  for (const std::string& key : KeysOf(wanted)) {
    const auto found = table.find(key);
    places.push_back(found != table.end() ? static_cast<int64_t>(found->second) : -1);
  }
  if (places.size() != static_cast<size_t>(wanted.elements()))
    return Missing(node, "its keys are of a kind that verify does not look up");
  if (values->dtype() == DType::kString) {
    const auto texts = values->strings();
    std::vector<std::string_view> chosen;
    for (const int64_t place : places)
      chosen.push_back(place < 0 ? otherwise.strings()[0] : texts[static_cast<size_t>(place)]);
    return {Datum{Tensor::OfStrings(wanted.dims(), chosen)}};
  }
  Tensor result = Tensor::Zeros(values->dtype(), wanted.dims());
  const size_t size = otherwise.bytes().size();
  for (size_t i = 0; i < places.size(); ++i) {
    const Bytes from = places[i] < 0 ? otherwise.bytes()
                                     : values->bytes().subspan(static_cast<size_t>(places[i]) * size, size);
    std::copy(from.begin(), from.end(), result.mutable_bytes().begin() + static_cast<ptrdiff_t>(i * size));
  }
  return {Datum{std::move(result)}};
}

}  // namespace litesmith::pipeline
