#include "report/graph.h"

#include <algorithm>
#include <optional>

#include "report/attributes.h"
#include "report/provenance.h"
#include "tfl/op.h"
#include "tfl/work.h"

namespace litesmith::report {
namespace {

// A page of so many nodes has some 20 MB and still opens; graphs of 50,000 are ordinary.
constexpr size_t kMostNodes = 250'000;
// Scopes within scopes; what is deeper stays part of the name.
constexpr int kMostScopes = 24;

class GraphRecorder {
 public:
  GraphRecorder(const ir::Module& module, const Graph* source, Strings& strings)
      : module_(module), strings_(strings), provenance_(module.origins, source) {}

  Graph Record();

 private:
  void AddFunction(int index, const ir::Function& function);
  void AddNode(int function, const ir::Node& node);
  // A node with the columns that all kinds share; `path` is its name with its scopes.
  int AddEntry(int function, std::string_view op, std::string_view path);
  void AddValue(const ir::Value& value, std::string_view name);
  void AddWork(const ir::Node& node);
  void AddCalls(int index, const ir::Node& node);
  int ScopeOf(int function, std::string_view path, size_t* leaf);
  std::string NameOf(const ir::Node& node) const;

  const ir::Module& module_;
  Strings& strings_;
  Provenance provenance_;
  Graph graph_;
  std::unordered_map<const ir::Value*, int> values_;
  std::unordered_map<std::string_view, int> functions_;
  std::unordered_map<std::string, int> scopes_;  // by function number and path
};

Graph GraphRecorder::Record() {
  size_t nodes = 0;
  for (const auto& function : module_.functions()) {
    functions_.emplace(function->name, static_cast<int>(functions_.size()));
    nodes += function->parameter_count() + function->node_count() + function->result_count();
  }
  if (nodes > kMostNodes) {
    graph_.too_large = true;
    return std::move(graph_);
  }
  for (const auto& function : module_.functions()) {
    graph_.scope_parent.push_back(-1);
    graph_.scope_name.push_back(strings_.Add(function->name));
  }
  int index = 0;
  for (const auto& function : module_.functions()) AddFunction(index++, *function);
  return std::move(graph_);
}

void GraphRecorder::AddFunction(int index, const ir::Function& function) {
  const int first = static_cast<int>(graph_.op.size());
  // All values first: in a loop of TensorFlow 1 an operand is defined further down.
  const int first_value = static_cast<int>(graph_.type.size());
  int next = first_value;
  for (size_t i = 0; i < function.parameter_count(); ++i) values_[function.parameter(i)] = next++;
  for (const ir::Node& node : function.nodes()) {
    for (size_t i = 0; i < node.output_count(); ++i) values_[node.output(i)] = next++;
  }
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    const ir::Value& value = *function.parameter(i);
    const std::string& name = i < function.parameter_names.size() ? function.parameter_names[i] : value.name;
    AddEntry(index, "Input", name);
    AddValue(value, value.name);
  }
  for (const ir::Node& node : function.nodes()) {
    if (!node.Is(ir::kReturn)) AddNode(index, node);
  }
  for (size_t i = 0; i < function.result_count(); ++i) {
    const ir::Value* value = function.result(i);
    AddEntry(index, "Output", i < function.result_names.size() ? function.result_names[i] : value->name);
    graph_.inputs.push_back(values_.at(value));
    graph_.input_count.back() = 1;
  }
  graph_.ends += function.parameter_count() + function.result_count();
  graph_.functions.push_back(
      {strings_.Add(function.name), first, static_cast<int>(graph_.op.size()) - first});
}

// What a person would call the node: its own name, the source's, or that of what it gives.
std::string GraphRecorder::NameOf(const ir::Node& node) const {
  if (!node.name.empty()) return node.name;
  if (!node.Is(ir::kConstant)) {
    if (const std::string& name = module_.origins.Leading(node.origin).node; !name.empty()) return name;
  }
  return node.output_count() > 0 ? node.output()->name : std::string();
}

void GraphRecorder::AddNode(int function, const ir::Node& node) {
  const std::string name = NameOf(node);
  const int index = AddEntry(function, node.Is(ir::kConstant) ? "Const" : node.op_name(), name);
  if (!name.empty()) graph_.node_of_name.try_emplace(name, index);
  const ir::Origin& origin = module_.origins.Leading(node.origin);
  if (!origin.node.empty()) graph_.node_of_origin.try_emplace(OriginKey(origin), index);
  graph_.attributes.back() = strings_.Add(AttributesText(node));
  graph_.layer.back() = strings_.Add(origin.layer);
  graph_.source.back() = strings_.Add(origin.source);
  for (const char* attribute : {"value", "initial_value"}) {
    if (const auto* tensor = node.attributes.FindAs<Tensor>(attribute))
      graph_.bytes.back() = static_cast<int64_t>(tensor->bytes().size());
  }
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const auto value = values_.find(node.operand(i));
    graph_.inputs.push_back(value != values_.end() ? value->second : -1);
  }
  graph_.input_count.back() = static_cast<int>(node.operand_count());
  for (size_t i = 0; i < node.output_count(); ++i) {
    const std::string& tensor = node.output(i)->name;
    if (!tensor.empty()) graph_.node_of_tensor.try_emplace(tensor, index);
    // The name that follows from the node's is not said again.
    const bool derived =
        tensor.size() > name.size() && tensor.starts_with(name) && tensor[name.size()] == ':';
    AddValue(*node.output(i), derived || tensor == name ? std::string_view() : std::string_view(tensor));
  }
  if (node.op().dialect == ir::Dialect::kTfl) AddWork(node);
  AddCalls(index, node);
}

void GraphRecorder::AddWork(const ir::Node& node) {
  graph_.multiply_adds.back() = tfl::MultiplyAdds(node).value_or(-1);
  const tfl::Op* op = tfl::OpOf(node);
  graph_.version.back() = op != nullptr && op->version != nullptr ? op->version(node) : 1;
  const std::vector<int> from = provenance_.SourcesOf(node.origin);
  graph_.from.insert(graph_.from.end(), from.begin(), from.end());
  graph_.from_count.back() = static_cast<int>(from.size());
}

void GraphRecorder::AddCalls(int index, const ir::Node& node) {
  const auto add = [&](const FunctionRef& ref) {
    const auto function = functions_.find(ref.name);
    if (function != functions_.end()) graph_.calls.push_back({index, function->second});
  };
  for (const auto& [name, value] : node.attributes) {
    if (const auto* ref = std::get_if<FunctionRef>(&value)) add(*ref);
    if (const auto* refs = std::get_if<std::vector<FunctionRef>>(&value))
      std::for_each(refs->begin(), refs->end(), add);
  }
}

int GraphRecorder::AddEntry(int function, std::string_view op, std::string_view path) {
  const auto index = static_cast<int>(graph_.op.size());
  size_t leaf = 0;
  graph_.scope.push_back(ScopeOf(function, path, &leaf));
  graph_.op.push_back(strings_.Add(op));
  graph_.name.push_back(strings_.Add(path.substr(leaf)));
  for (auto* column : {&graph_.attributes, &graph_.layer, &graph_.source, &graph_.input_count,
                       &graph_.output_count, &graph_.version, &graph_.from_count}) {
    column->push_back(0);
  }
  graph_.bytes.push_back(0);
  graph_.multiply_adds.push_back(0);
  return index;
}

void GraphRecorder::AddValue(const ir::Value& value, std::string_view name) {
  graph_.type.push_back(strings_.Add(TypeText(value.type)));
  graph_.tensor_name.push_back(strings_.Add(name));
  ++graph_.output_count.back();
}

// The scope of a name such as "model/block/conv"; `leaf` is where the last part begins.
int GraphRecorder::ScopeOf(int function, std::string_view path, size_t* leaf) {
  int scope = function;
  for (int depth = 0; depth < kMostScopes; ++depth) {
    const size_t slash = path.find('/', *leaf);
    if (slash == std::string_view::npos || slash == *leaf || slash + 1 == path.size()) break;
    const auto [entry, inserted] =
        scopes_.try_emplace(std::to_string(function) + '\n' + std::string(path.substr(0, slash)),
                            static_cast<int>(graph_.scope_parent.size()));
    if (inserted) {
      graph_.scope_parent.push_back(scope);
      graph_.scope_name.push_back(strings_.Add(path.substr(*leaf, slash - *leaf)));
    }
    scope = entry->second;
    *leaf = slash + 1;
  }
  return scope;
}

}  // namespace

int Graph::Find(const std::string& name) const {
  const std::string node = name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
  for (const auto* names : {&node_of_name, &node_of_tensor}) {
    for (const std::string* wanted : {&name, &node}) {
      if (const auto found = names->find(*wanted); found != names->end()) return found->second;
    }
  }
  return -1;
}

Graph RecordGraph(const ir::Module& module, const Graph* source, Strings& strings) {
  return GraphRecorder(module, source, strings).Record();
}

}  // namespace litesmith::report
