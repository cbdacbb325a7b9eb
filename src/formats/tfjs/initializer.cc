#include "formats/tfjs/initializer.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace litesmith::tfjs {
namespace {

using protobuf::FieldSchema;
using protobuf::Kind;
using protobuf::MessageSchema;
using protobuf::Reader;

constexpr uint32_t kInputs = 1, kOutputs = 2;  // of a SignatureDef
constexpr uint32_t kTensorName = 1;            // of a TensorInfo
constexpr uint32_t kResourceId = 1000;         // a number of our own: TensorInfo has no such field
using NumberedTensors = std::unordered_map<int64_t, std::string_view>;

// "node:0" -> "node"
std::string_view NodeOf(std::string_view tensor) { return tensor.substr(0, tensor.find(':')); }

// The nodes of the numbered inputs or outputs of a signature.
Result<NumberedTensors> NumberedNodes(const protobuf::Document& document, Context& context, Bytes message,
                                      uint32_t side) {
  NumberedTensors found;
  Reader reader(document, context, message, "SignatureDef", 1);
  while (reader.Next()) {
    if (reader.field() != side) continue;
    const protobuf::MapEntry entry = protobuf::ReadMapEntry(reader);
    Reader info(document, context, entry.value, "TensorInfo", reader.depth() + 2);
    std::string_view name;
    std::optional<int64_t> number;
    while (info.Next()) {
      if (info.field() == kTensorName) name = info.Text();
      if (info.field() == kResourceId) number = info.Int();
    }
    LS_RETURN_IF_FAILED(info.Done());
    if (number && !name.empty()) found.emplace(*number, NodeOf(name));
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return found;
}

// Makes the inputs that stand for tables refer to the tables.
void ConnectTables(savedmodel::MetaGraph& model, const NumberedTensors& inputs,
                   const NumberedTensors& tables) {
  std::unordered_map<std::string_view, std::string_view> table_of;
  for (const auto& [number, input] : inputs) {
    const auto table = tables.find(number);
    if (table != tables.end() && table->second != input) table_of.emplace(input, table->second);
  }
  const auto replaced = [&](std::string_view tensor) { return table_of.contains(NodeOf(tensor)); };
  auto& nodes = model.graph.nodes;
  std::erase_if(nodes, [&](const graphdef::NodeDef& node) { return table_of.contains(node.name); });
  for (graphdef::NodeDef& node : nodes) {
    for (std::string_view& input : node.inputs) {
      if (replaced(input)) input = table_of.at(NodeOf(input));
    }
  }
  for (savedmodel::SignatureDef& signature : model.signatures) {
    std::erase_if(signature.inputs, [&](const auto& input) { return replaced(input.second.name); });
  }
}

}  // namespace

const MessageSchema& NumberedSignatureSchema() {
  const auto extended = [](const MessageSchema& schema, FieldSchema field) {
    std::vector<FieldSchema> fields(schema.fields.begin(), schema.fields.end());
    fields.push_back(field);
    return fields;
  };
  static const MessageSchema& plain_entry = *savedmodel::kSignatureSchema.fields[0].message;
  static const std::vector<FieldSchema> info_fields =
      extended(*plain_entry.fields[1].message, {"resource_id", kResourceId, Kind::kInt});
  static const MessageSchema info{"TensorInfo", info_fields};
  static const FieldSchema entry_fields[] = {plain_entry.fields[0],
                                             {"value", plain_entry.fields[1].number, Kind::kMessage, &info}};
  static const MessageSchema entry{"inputs", entry_fields};
  static const FieldSchema fields[] = {{"inputs", kInputs, Kind::kMessage, &entry},
                                       {"outputs", kOutputs, Kind::kMessage, &entry}};
  static const MessageSchema schema{"SignatureDef", fields};
  return schema;
}

Result<void> AddInitializer(savedmodel::SavedModel& model, Context& context, const Initializer& initializer) {
  const protobuf::Document& document = *model.document;
  LS_TRY(graphdef::GraphDef graph, graphdef::DecodeGraph(document, context, initializer.graph, 1));
  LS_TRY(const NumberedTensors inputs, NumberedNodes(document, context, initializer.main_signature, kInputs));
  LS_TRY(const NumberedTensors tables, NumberedNodes(document, context, initializer.signature, kOutputs));
  ConnectTables(model.graph, inputs, tables);
  std::vector<graphdef::NodeDef>& nodes = model.graph.graph.nodes;
  std::unordered_set<std::string_view> names;
  for (const graphdef::NodeDef& node : nodes) names.insert(node.name);
  for (graphdef::NodeDef& node : graph.nodes) {
    model.graph.node_collections["table_initializer"].push_back(node.name);
    if (!names.contains(node.name)) nodes.push_back(std::move(node));
  }
  for (const auto& function : graph.functions) model.graph.graph.functions.insert(function);
  return {};
}

}  // namespace litesmith::tfjs
