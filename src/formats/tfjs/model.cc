#include "formats/tfjs/model.h"

#include <algorithm>
#include <unordered_set>

#include "base/finding.h"
#include "formats/protobuf/json.h"
#include "formats/tfjs/initializer.h"
#include "formats/tfjs/schema.h"

namespace litesmith::tfjs {
namespace {

using protobuf::Reader;

// What model.json holds, its parts not yet decoded.
struct Parts {
  std::string_view format, generated_by;
  std::optional<Bytes> topology, initializer;
  std::vector<WeightGroup> groups;
  Bytes signature, initializer_signature;  // empty where there is none
};

Quantization DecodeQuantization(Reader reader, bool& ok) {
  Quantization quantization;
  while (reader.Next()) {
    if (reader.field() == 1) quantization.dtype = reader.Text();
    if (reader.field() == 2) quantization.scale = reader.Double();
    if (reader.field() == 3) quantization.min = reader.Double();
  }
  ok = ok && reader.ok();
  return quantization;
}

WeightEntry DecodeWeight(Reader reader, bool& ok) {
  WeightEntry entry;
  while (reader.Next()) {
    if (reader.field() == 1) entry.name = reader.Text();
    if (reader.field() == 2) entry.dtype = reader.Text();
    if (reader.field() == 3) reader.AppendVarints(entry.dims);
    if (reader.field() == 4) entry.quantization = DecodeQuantization(reader.Message("quantization"), ok);
  }
  ok = ok && reader.ok();
  return entry;
}

WeightGroup DecodeGroup(Reader reader, bool& ok) {
  WeightGroup group;
  while (reader.Next()) {
    if (reader.field() == 1) group.paths.push_back(reader.Text());
    if (reader.field() == 2) group.weights.push_back(DecodeWeight(reader.Message("weight"), ok));
  }
  ok = ok && reader.ok();
  return group;
}

Result<Parts> DecodeParts(const protobuf::Document& document, Context& context) {
  Parts parts;
  Bytes in_metadata;  // the signature, where converters before version 2 put it
  bool ok = true;
  Reader reader(document, context, document.content.bytes, "model");
  while (reader.Next()) {
    switch (reader.field()) {
      case kFormat:
        parts.format = reader.Text();
        break;
      case kGeneratedBy:
        parts.generated_by = reader.Text();
        break;
      case kTopology:
        parts.topology = reader.Raw();
        break;
      case kInitializer:
        parts.initializer = reader.Raw();
        break;
      case kInitializerSignature:
        parts.initializer_signature = reader.Raw();
        break;
      case kManifest:
        parts.groups.push_back(DecodeGroup(reader.Message("weightsManifest"), ok));
        break;
      case kSignature:
        parts.signature = reader.Raw();
        break;
      case kUserMetadata: {
        Reader metadata = reader.Message("userDefinedMetadata");
        while (metadata.Next()) {
          if (metadata.field() == 1) in_metadata = metadata.Raw();
        }
        ok = ok && metadata.ok();
        break;
      }
      default:
        break;
    }
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  if (parts.signature.empty()) parts.signature = in_metadata;
  return parts;
}

bool HasField(const protobuf::Document& document, Context& context, Bytes message, uint32_t field) {
  Reader reader(document, context, message, "modelTopology", 1);
  while (reader.Next()) {
    if (reader.field() == field) return true;
  }
  return false;
}

Failed LayersModel(Context& context, const std::string& file) {
  return context.findings.Report(
      Finding(Code::kNotAModel)
          .Headline("{} is a TensorFlow.js layers model, not a graph model", FileName(file))
          .Cause("{} describes Keras layers, from which only Keras or TensorFlow.js can make the graph", file)
          .Fix(
              fmt::format("turn it into a SavedModel and convert that: tensorflowjs_converter --input_format "
                          "tfjs_layers_model --output_format keras_saved_model {} saved_model",
                          file))
          .Fix(fmt::format("or into a graph model: tensorflowjs_converter --input_format tfjs_layers_model "
                           "--output_format tfjs_graph_model {} graph_model",
                           file)));
}

Failed NoGraph(Context& context, const std::string& file) {
  return context.findings.Report(
      Finding(Code::kNotAModel)
          .Headline("{} holds no graph", FileName(file))
          .Cause("{} has no modelTopology with nodes: it describes weights only, or another kind of model",
                 file)
          .Fix("name the model.json of a TensorFlow.js graph model, or export the model again "
               "(tensorflowjs_converter --output_format tfjs_graph_model)"));
}

void AddConstants(const std::vector<graphdef::NodeDef>& nodes, std::unordered_set<std::string_view>& names) {
  for (const graphdef::NodeDef& node : nodes) {
    if (node.op == "Const") names.insert(node.name);
  }
}

// Notes weights that belong to no constant, in the graph or in a function of its library.
Result<void> NoteUnused(const GraphModel& read, Context& context) {
  const protobuf::Document& document = *read.model.document;
  const graphdef::GraphDef& graph = read.model.graph.graph;
  std::unordered_set<std::string_view> names;
  AddConstants(graph.nodes, names);
  const auto is_used = [&](const auto& weight) { return names.contains(weight.first); };
  if (std::all_of(read.weights.begin(), read.weights.end(), is_used)) return {};
  for (const auto& [name, message] : graph.functions) {
    LS_TRY(const graphdef::FunctionDef function, graphdef::DecodeFunction(document, context, message));
    AddConstants(function.nodes, names);
  }
  std::vector<std::string_view> unused;
  for (const auto& weight : read.weights) {
    if (!is_used(weight)) unused.push_back(weight.first);
  }
  if (unused.empty()) return {};
  std::sort(unused.begin(), unused.end());
  const size_t count = unused.size();
  if (count > 5) unused.resize(5);
  (void)context.findings.Report(
      Finding(Code::kDropped)
          .Headline("weights that no node of the graph uses: {}", count)
          .Cause("{} describes weights for which its graph has no constant: {}{}", document.file,
                 fmt::join(unused, ", "), count > unused.size() ? ", ..." : "")
          .Fix("nothing, if the results agree with TensorFlow.js's; else the graph and the weights come from "
               "different models"));
  return {};
}

bool IsVersion(std::string_view text) { return !text.empty() && text[0] >= '0' && text[0] <= '9'; }

// The wire form of model.json.
Result<std::shared_ptr<protobuf::Document>> OpenDocument(Context& context, const std::string& file) {
  LS_TRY(const FileBytes content, ReadFile(context, file, "a TensorFlow.js model"));
  LS_TRY(std::string wire, protobuf::JsonToWire(context, file, AsText(content.bytes), ModelSchema()));
  const auto owner = std::make_shared<const std::string>(std::move(wire));
  auto document = std::make_shared<protobuf::Document>();
  document->file = file;
  document->content = {owner, AsBytes(*owner)};
  document->from_text = true;
  return document;
}

}  // namespace

Result<GraphModel> ReadGraphModel(Context& context, const std::string& file) {
  GraphModel read;
  savedmodel::SavedModel& model = read.model;
  model.folder = file.substr(0, file.size() - FileName(file).size());
  LS_TRY(model.document, OpenDocument(context, file));
  LS_TRY(Parts parts, DecodeParts(*model.document, context));
  const bool layers = parts.topology && HasField(*model.document, context, *parts.topology, kLayersField);
  if (parts.format == "layers-model" || layers) return LayersModel(context, file);
  if (!parts.topology) return NoGraph(context, file);
  LS_TRY(model.graph.graph, graphdef::DecodeGraph(*model.document, context, *parts.topology, 1));
  if (model.graph.graph.nodes.empty()) return NoGraph(context, file);
  bool ok = true;
  auto signature = savedmodel::DecodeSignature(
      Reader(*model.document, context, parts.signature, "SignatureDef", 1), "serving_default", ok);
  if (!ok) return kFailed;
  // Converters write an empty one where the model had none.
  if (!signature.inputs.empty() || !signature.outputs.empty()) {
    model.graph.signatures.push_back(std::move(signature));
  }
  if (parts.initializer) {
    LS_RETURN_IF_FAILED(
        AddInitializer(model, context, {*parts.initializer, parts.initializer_signature, parts.signature}));
  }
  LS_TRY(read.weights, ReadWeights(context, file, parts.groups));
  LS_RETURN_IF_FAILED(NoteUnused(read, context));
  if (IsVersion(parts.generated_by)) model.graph.tensorflow_version = parts.generated_by;
  return read;
}

}  // namespace litesmith::tfjs
