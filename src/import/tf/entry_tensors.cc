#include <algorithm>

#include "base/finding.h"
#include "import/tf/entry.h"
#include "import/tf/order.h"
#include "import/tf/outputs.h"

namespace litesmith::import_tf {
namespace {

constexpr std::string_view kWithDefault = "PlaceholderWithDefault";

// "x:0" -> "x"; other outputs keep their number.
std::string NameWithoutZero(std::string_view tensor) {
  return std::string(tensor.ends_with(":0") ? tensor.substr(0, tensor.size() - 2) : tensor);
}

// Ops whose results nobody means when nobody reads them.
bool IsNoOutput(std::string_view op) {
  static constexpr std::string_view kOps[] = {"NoOp",
                                              "Assert",
                                              "Print",
                                              "PrintV2",
                                              "Const",
                                              "Placeholder",
                                              "PlaceholderV2",
                                              "PlaceholderWithDefault",
                                              "VarHandleOp",
                                              "VariableV2",
                                              "Variable",
                                              "AutoReloadVariable",
                                              "Assign",
                                              "AssignAdd",
                                              "AssignSub",
                                              "AssignVariableOp",
                                              "AssignAddVariableOp",
                                              "AssignSubVariableOp",
                                              "VarIsInitializedOp",
                                              "IsVariableInitialized",
                                              "SaveV2",
                                              "SaveSlices",
                                              "Save",
                                              "MergeV2Checkpoints",
                                              "RestoreV2",
                                              "ShardedFilename",
                                              "NextIteration",
                                              "ScalarSummary",
                                              "HistogramSummary",
                                              "ImageSummary",
                                              "MergeSummary",
                                              "WriteSummary",
                                              "WriteScalarSummary",
                                              "InitializeTable",
                                              "InitializeTableV2",
                                              "InitializeTableFromTextFile",
                                              "InitializeTableFromTextFileV2",
                                              "LookupTableImport",
                                              "LookupTableImportV2",
                                              "HashTable",
                                              "HashTableV2",
                                              "ControlTrigger",
                                              "CheckNumerics",
                                              "DebugIdentity"};
  return std::find(std::begin(kOps), std::end(kOps), op) != std::end(kOps);
}

// The most likely meant names: placeholders for inputs, sinks for outputs.
Failed UnknownTensor(Source& source, std::string_view option, const std::string& name,
                     const std::vector<Entry::Tensor>& known) {
  std::string names;
  for (size_t i = 0; i < known.size() && i < 20; ++i) names += (i > 0 ? ", " : "") + known[i].name;
  return source.context.findings.Report(
      Finding(Code::kTensorUnknown)
          .Headline("the graph has no tensor '{}'", name)
          .Cause("{} names it; the graph's {} are: {}", option,
                 option == "--input-tensors" ? "placeholders" : "nodes that nobody reads",
                 names.empty() ? std::string("none") : names)
          .Fix("name tensors of the graph" + (names.empty() ? std::string() : ", such as " + names),
               fmt::format("{} {}", option, known.empty() ? std::string("NAME") : known[0].name)));
}

// dtype and shape of a tensor as its own node tells them.
Result<void> Describe(Source& source, const graphdef::NodeDef& node, uint32_t output, Entry::Tensor& tensor) {
  LS_TRY(Attributes attributes, source.AttributesOf(node));
  if (IsPlaceholder(node.op) || node.op == kWithDefault) {
    tensor.dtype = attributes.Type("dtype");
    tensor.shape = attributes.Get<Shape>("shape");
    // Before version 24 of the graph's format, an unknown shape was written as that of a scalar
    // (placeholder_op.cc).
    if (source.graph.producer < 24 && tensor.shape.rank() == 0) tensor.shape = Shape::Unknown();
    return {};
  }
  LS_TRY(const NodeOp op, FindNodeOp(source, node.op));
  const OutputLayout layout = OutputLayout::Of(op, attributes, nullptr);
  if (output < layout.types().size()) tensor.dtype = layout.types()[output];
  if (const auto* shapes = attributes.FindAs<std::vector<Shape>>("_output_shapes")) {
    if (output < shapes->size()) tensor.shape = (*shapes)[output];
  }
  return {};
}

// Those with a default are inputs where there are no others: beside others they are switches of training,
// such as the rate of a dropout.
std::vector<Entry::Tensor> Placeholders(const Source& source) {
  std::vector<Entry::Tensor> found, with_default;
  for (const graphdef::NodeDef& node : *source.main.nodes) {
    if (!IsPlaceholder(node.op) && node.op != kWithDefault) continue;
    (IsPlaceholder(node.op) ? found : with_default)
        .push_back({std::string(node.name), node.name, DType::kInvalid, {}});
  }
  return found.empty() ? with_default : found;
}

// Marks what depends, by data or control, on ops that save or restore variables: such nodes come along when a
// graph is written that was never frozen, and are nobody's outputs.
std::vector<bool> DependsOnFiles(const Body& body) {
  static constexpr std::string_view kOps[] = {"SaveV2",    "SaveSlices", "Save",         "MergeV2Checkpoints",
                                              "RestoreV2", "Restore",    "RestoreSlice", "ShardedFilename"};
  const size_t count = body.nodes->size();
  std::vector<std::vector<uint32_t>> readers(count);
  std::vector<bool> marked(count);
  std::vector<uint32_t> pending;
  for (uint32_t i = 0; i < count; ++i) {
    const graphdef::NodeDef& node = (*body.nodes)[i];
    for (std::string_view input : node.inputs) {
      const auto ref = ParseRef(input);
      const auto found = ref ? body.by_name.find(ref->node) : body.by_name.end();
      if (found != body.by_name.end()) readers[found->second].push_back(i);
    }
    marked[i] = std::find(std::begin(kOps), std::end(kOps), node.op) != std::end(kOps);
    if (marked[i]) pending.push_back(i);
  }
  while (!pending.empty()) {
    const uint32_t node = pending.back();
    pending.pop_back();
    for (uint32_t reader : readers[node]) {
      if (marked[reader]) continue;
      marked[reader] = true;
      pending.push_back(reader);
    }
  }
  return marked;
}

// tf.cond leaves Identity nodes behind its Switch that only name a side.
bool IsPivot(const Source& source, const graphdef::NodeDef& node) {
  if (node.op != "Identity" || node.inputs.empty()) return false;
  const auto ref = ParseRef(node.inputs[0]);
  const graphdef::NodeDef* from = ref ? source.main.Find(ref->node) : nullptr;
  return from != nullptr && (from->op == "Switch" || from->op == "RefSwitch");
}

// Nodes that nobody reads, each with as many outputs as it has.
Result<std::vector<Entry::Tensor>> Sinks(Source& source, std::deque<std::string>& names) {
  const std::vector<bool> of_saver = DependsOnFiles(source.main);
  std::vector<bool> read(of_saver.size());
  for (size_t i = 0; i < read.size(); ++i) {
    if (of_saver[i]) continue;
    for (std::string_view input : (*source.main.nodes)[i].inputs) {
      const auto ref = ParseRef(input);
      if (!ref || ref->control) continue;
      const auto found = source.main.by_name.find(ref->node);
      if (found != source.main.by_name.end()) read[found->second] = true;
    }
  }
  std::vector<Entry::Tensor> sinks, exits;
  for (size_t i = 0; i < read.size(); ++i) {
    const graphdef::NodeDef& node = (*source.main.nodes)[i];
    if (read[i] || of_saver[i] || IsNoOutput(node.op) || IsPivot(source, node)) continue;
    LS_TRY(const Attributes attributes, source.AttributesOf(node));
    LS_TRY(const NodeOp op, FindNodeOp(source, node.op));
    const size_t count = op.known() ? OutputLayout::Of(op, attributes, nullptr).types().size() : 1;
    for (size_t output = 0; output < count; ++output) {
      names.push_back(output == 0 ? std::string(node.name) : fmt::format("{}:{}", node.name, output));
      (node.op == "Exit" ? exits : sinks).push_back({names.back(), names.back(), DType::kInvalid, {}});
    }
  }
  // What a loop gives that nobody reads is its counter, unless there is nothing else.
  return sinks.empty() ? exits : sinks;
}

// The tensors with the names that were asked for, each of which must be in the graph.
Result<std::vector<Entry::Tensor>> Named(Source& source, std::string_view option,
                                         const std::vector<std::string>& names,
                                         const std::vector<Entry::Tensor>& known) {
  std::vector<Entry::Tensor> tensors;
  for (const std::string& name : names) {
    const auto ref = ParseRef(name);
    if (!ref || ref->control || source.main.Find(ref->node) == nullptr) {
      return UnknownTensor(source, option, name, known);
    }
    tensors.push_back({NameWithoutZero(name), name, DType::kInvalid, {}});
  }
  return tensors;
}

}  // namespace

Result<void> CompleteEntry(Source& source, Entry& entry, std::deque<std::string>& names) {
  if (entry.inputs.empty()) entry.inputs = Placeholders(source);
  for (Entry::Tensor& input : entry.inputs) {
    const auto ref = ParseRef(input.tensor);
    const graphdef::NodeDef* node = ref ? source.main.Find(ref->node) : nullptr;
    if (node == nullptr || input.dtype != DType::kInvalid) continue;  // BuildEntry() looks for the node again
    LS_RETURN_IF_FAILED(Describe(source, *node, ref->index, input));
  }
  if (entry.outputs.empty()) {
    LS_TRY(entry.outputs, Sinks(source, names));
  }
  if (!entry.outputs.empty()) return {};
  return source.context.findings.Report(
      Finding(Code::kTensorUnknown)
          .Headline("the graph has no outputs to be found")
          .Cause("none of its {} nodes computes something that nobody reads", source.main.nodes->size())
          .Fix("name the outputs", "--output-tensors NAMES"));
}

Result<Entry> EntryOfTensors(Source& source, const Options& options, std::deque<std::string>& names) {
  Entry entry;
  entry.function = "main";
  if (!options.input_tensors.empty()) {
    LS_TRY(entry.inputs, Named(source, "--input-tensors", options.input_tensors, Placeholders(source)));
  }
  if (!options.output_tensors.empty()) {
    LS_TRY(const std::vector<Entry::Tensor> sinks, Sinks(source, names));
    LS_TRY(entry.outputs, Named(source, "--output-tensors", options.output_tensors, sinks));
  }
  LS_RETURN_IF_FAILED(CompleteEntry(source, entry, names));
  return entry;
}

}  // namespace litesmith::import_tf
