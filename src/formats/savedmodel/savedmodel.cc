#include "formats/savedmodel/savedmodel.h"

#include <algorithm>

#include "base/finding.h"
#include "formats/protobuf/text.h"

namespace litesmith::savedmodel {
namespace {

using protobuf::Reader;

TensorInfo DecodeTensorInfo(Reader reader, bool& ok) {
  TensorInfo info;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        info.name = reader.Text();
        break;
      case 2:
        info.dtype = graphdef::DTypeOfNumber(reader.Varint());
        break;
      case 3:
        info.shape = graphdef::DecodeShape(reader.Message("TensorShapeProto"), ok);
        break;
      case 4:
      case 5:
        info.dense = false;
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  return info;
}

void DecodeTensorInfoEntry(Reader& field, std::vector<std::pair<std::string_view, TensorInfo>>& infos,
                           bool& ok) {
  const protobuf::MapEntry entry = protobuf::ReadMapEntry(field);
  if (!field.ok()) return;
  infos.emplace_back(entry.text_key, DecodeTensorInfo(Reader(field.document(), field.context(), entry.value,
                                                             "TensorInfo", field.depth() + 2),
                                                      ok));
}

}  // namespace

SignatureDef DecodeSignature(Reader reader, std::string_view key, bool& ok) {
  SignatureDef signature;
  signature.key = key;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        DecodeTensorInfoEntry(reader, signature.inputs, ok);
        break;
      case 2:
        DecodeTensorInfoEntry(reader, signature.outputs, ok);
        break;
      case 3:
        signature.method = reader.Text();
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(signature.inputs.begin(), signature.inputs.end(), by_name);
  std::stable_sort(signature.outputs.begin(), signature.outputs.end(), by_name);
  return signature;
}

namespace {

void DecodeOpList(Reader reader, MetaGraph& graph, bool& ok) {
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    const Bytes message = reader.Raw();
    Reader op(reader.document(), reader.context(), message, "OpDef", reader.depth() + 1);
    while (op.Next()) {
      if (op.field() != 1) continue;
      graph.ops.emplace(op.Text(), message);
      break;
    }
    if (!op.ok()) reader.Abandon();
  }
  ok = ok && reader.ok();
}

void DecodeInfo(Reader reader, MetaGraph& graph, bool& ok) {
  while (reader.Next()) {
    switch (reader.field()) {
      case 2:
        DecodeOpList(reader.Message("OpList"), graph, ok);
        break;
      case 4:
        graph.tags.push_back(reader.Text());
        break;
      case 5:
        graph.tensorflow_version = reader.Text();
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
}

SaverDef DecodeSaver(Reader reader, bool& ok) {
  SaverDef saver;
  while (reader.Next()) {
    if (reader.field() == 1) saver.filename_tensor = reader.Text();
    if (reader.field() == 3) saver.restore_op = reader.Text();
  }
  ok = ok && reader.ok();
  return saver;
}

Asset DecodeAsset(Reader reader, bool& ok) {
  Asset asset;
  while (reader.Next()) {
    if (reader.field() == 1) asset.tensor = DecodeTensorInfo(reader.Message("TensorInfo"), ok).name;
    if (reader.field() == 2) asset.filename = reader.Text();
  }
  ok = ok && reader.ok();
  return asset;
}

// Node names of a collection, if it is one of nodes.
void DecodeCollection(Reader& field, MetaGraph& graph, bool& ok) {
  const protobuf::MapEntry entry = protobuf::ReadMapEntry(field);
  if (!field.ok()) return;
  Reader reader(field.document(), field.context(), entry.value, "CollectionDef", field.depth() + 2);
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    Reader nodes = reader.Message("CollectionDef.NodeList");
    while (nodes.Next()) {
      if (nodes.field() == 1) graph.node_collections[entry.text_key].push_back(nodes.Text());
    }
    ok = ok && nodes.ok();
  }
  ok = ok && reader.ok();
}

Result<MetaGraph> DecodeMetaGraph(const protobuf::Document& document, Context& context, Bytes message) {
  MetaGraph graph;
  bool ok = true;
  Reader reader(document, context, message, "MetaGraphDef", 1);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        DecodeInfo(reader.Message("MetaInfoDef"), graph, ok);
        break;
      case 2: {
        LS_TRY(graph.graph, graphdef::DecodeGraph(document, context, reader.Raw(), 2));
        break;
      }
      case 3:
        graph.saver = DecodeSaver(reader.Message("SaverDef"), ok);
        break;
      case 4:
        DecodeCollection(reader, graph, ok);
        break;
      case 5: {
        const protobuf::MapEntry entry = protobuf::ReadMapEntry(reader);
        if (!reader.ok()) break;
        graph.signatures.push_back(
            DecodeSignature(Reader(document, context, entry.value, "SignatureDef", 3), entry.text_key, ok));
        break;
      }
      case 6:
        graph.assets.push_back(DecodeAsset(reader.Message("AssetFileDef"), ok));
        break;
      case 7:
        graph.object_graph = reader.Raw();
        break;
      default:
        break;
    }
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  std::stable_sort(graph.signatures.begin(), graph.signatures.end(),
                   [](const auto& a, const auto& b) { return a.key < b.key; });
  return graph;
}

Result<std::vector<std::string>> DecodeTags(const protobuf::Document& document, Context& context,
                                            Bytes message) {
  std::vector<std::string> tags;
  Reader reader(document, context, message, "MetaGraphDef", 1);
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    Reader info = reader.Message("MetaInfoDef");
    while (info.Next()) {
      if (info.field() == 4) tags.emplace_back(info.Text());
    }
    LS_RETURN_IF_FAILED(info.Done());
  }
  LS_RETURN_IF_FAILED(reader.Done());
  std::sort(tags.begin(), tags.end());
  return tags;
}

std::string TagsText(const std::vector<std::string>& tags) {
  if (tags.empty()) return "(no tag)";
  return fmt::format("{}", fmt::join(tags, ","));
}

// The meta graph that the tags ask for.
Result<Bytes> ChooseMetaGraph(const protobuf::Document& document, Context& context,
                              const std::vector<Bytes>& graphs, std::vector<std::string> wanted) {
  std::vector<std::vector<std::string>> all;
  for (Bytes graph : graphs) {
    LS_TRY(std::vector<std::string> tags, DecodeTags(document, context, graph));
    all.push_back(std::move(tags));
  }
  const bool asked = !wanted.empty();
  if (!asked) wanted = {"serve"};
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (size_t i = 0; i < graphs.size(); ++i) {
    if (all[i] == wanted) return graphs[i];
  }
  if (!asked && graphs.size() == 1) return graphs[0];
  Finding finding(Code::kTagUnknown);
  finding.Headline("the model has no graph tagged {}", TagsText(wanted));
  std::vector<std::string> texts;
  for (const auto& tags : all) texts.push_back(TagsText(tags));
  finding.Cause("{} holds graphs with the tags: {}", document.file, fmt::join(texts, "; "));
  for (const auto& tags : all) {
    std::string option;
    for (const std::string& tag : tags) option += (option.empty() ? "--tag " : " --tag ") + tag;
    if (!option.empty()) finding.Fix("take the graph that is there: " + option, option);
  }
  if (finding.fixes.empty()) finding.Fix("leave out --tag");
  return context.findings.Report(std::move(finding));
}

Result<std::shared_ptr<protobuf::Document>> OpenDocument(Context& context, const std::string& file) {
  LS_TRY(FileBytes content, ReadFile(context, file, "a SavedModel"));
  auto document = std::make_shared<protobuf::Document>();
  document->file = file;
  document->content = std::move(content);
  if (Extension(file) == ".pbtxt") {
    LS_TRY(std::string wire,
           protobuf::TextToWire(context, file, AsText(document->content.bytes), kSavedModelSchema));
    const auto owner = std::make_shared<const std::string>(std::move(wire));
    document->content = {owner, AsBytes(*owner)};
    document->from_text = true;
  }
  return document;
}

}  // namespace

std::string SavedModel::variables_prefix() const {
  return JoinPath(JoinPath(folder, "variables"), "variables");
}

std::string SavedModel::AssetPath(std::string_view filename) const {
  const std::string path = fmt::format("/{}/", filename);
  if (filename.empty() || filename.starts_with('/') || path.find("/../") != path.npos) return {};
  return JoinPath(JoinPath(folder, "assets"), filename);
}

namespace {

// The only layout of SavedModels so far (kSavedModelSchemaVersion in TensorFlow's
// cc/saved_model/constants.h).
constexpr int64_t kSchemaVersion = 1;

Failed UnknownSchema(Context& context, const std::string& file, int64_t version) {
  return context.findings.Report(
      Finding(Code::kSavedModelSchema)
          .Headline("{} has a schema that this program does not know", FileName(file))
          .Cause("its saved_model_schema_version is {}; {} is the only one known, to this program and to "
                 "TensorFlow 2.21",
                 version, kSchemaVersion)
          .Fix("update Litesmith, if a newer TensorFlow wrote the model")
          .Fix("or export it again with TensorFlow 2.21 or older; if no TensorFlow wrote it, the file is "
               "damaged"));
}

}  // namespace

Result<SavedModel> ReadSavedModel(Context& context, const std::string& folder, const std::string& file,
                                  const std::vector<std::string>& tags) {
  SavedModel model;
  model.folder = folder;
  LS_TRY(model.document, OpenDocument(context, file));
  std::vector<Bytes> graphs;
  int64_t schema = kSchemaVersion;  // what a file means that does not say
  Reader reader(*model.document, context, model.document->content.bytes, "SavedModel");
  while (reader.Next()) {
    if (reader.field() == 1) schema = reader.Int();
    if (reader.field() == 2) graphs.push_back(reader.Raw());
  }
  LS_RETURN_IF_FAILED(reader.Done());
  if (schema != kSchemaVersion) return UnknownSchema(context, file, schema);
  if (graphs.empty()) {
    return context.findings.Report(Finding(Code::kFileDamaged)
                                       .Headline("{} holds no graph", FileName(file))
                                       .Cause("{} is a SavedModel without any meta graph", file)
                                       .Fix("copy, download or export the model again"));
  }
  LS_TRY(const Bytes chosen, ChooseMetaGraph(*model.document, context, graphs, tags));
  LS_TRY(model.graph, DecodeMetaGraph(*model.document, context, chosen));
  return model;
}

}  // namespace litesmith::savedmodel
