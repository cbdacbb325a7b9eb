#include "import/tf/resources.h"

#include <algorithm>
#include <array>

#include "base/finding.h"

namespace litesmith::import_tf {
namespace {

// What TensorFlow 2 writes as shared_name of variables that are nobody's but the node's own.
constexpr std::string_view kAnonymous = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> options) {
  return std::find(options.begin(), options.end(), text) != options.end();
}

std::vector<std::string> TextsOf(const Tensor& tensor) {
  if (tensor.dtype() != DType::kString) return {};
  const std::vector<std::string_view> texts = tensor.strings();
  return {texts.begin(), texts.end()};
}

}  // namespace

bool IsVariable(std::string_view op) {
  return IsOneOf(op, {"VarHandleOp", "VariableV2", "Variable", "AutoReloadVariable"});
}

bool IsTable(std::string_view op) {
  return IsOneOf(
      op, {"HashTableV2", "HashTable", "MutableHashTableV2", "MutableHashTable", "MutableDenseHashTableV2",
           "MutableDenseHashTable", "MutableHashTableOfTensorsV2", "MutableHashTableOfTensors"});
}

ResourceId IdOf(const graphdef::NodeDef& node, const Attributes& attributes) {
  std::string name = attributes.Text("shared_name");
  if (name.empty() || name == kAnonymous) name = node.name;
  return {attributes.Text("container"), std::move(name)};
}

Resources::Resources(Source& source, const savedmodel::SavedModel* model)
    : source_(source), model_(model), tracer_(source) {
  if (model == nullptr) return;
  for (const savedmodel::Asset& asset : model->graph.assets) {
    const auto ref = ParseRef(asset.tensor);
    if (ref) assets_.emplace(ref->node, model->AssetPath(asset.filename));
  }
}

std::string Resources::AssetOf(std::string_view node) const {
  const auto found = assets_.find(node);
  return found != assets_.end() ? found->second : std::string();
}

Result<void> Resources::Complete(const graphdef::NodeDef& node, std::string_view function,
                                 Attributes& attributes) {
  const bool variable = IsVariable(node.op);
  if (!variable && !IsTable(node.op)) return {};
  const ResourceId id = IdOf(node, attributes);
  attributes.Set("shared_name", id.name);
  if (model_ == nullptr) return {};
  if (variable) return CompleteVariable(node, function, id, attributes);
  LS_RETURN_IF_FAILED(FindTables());
  const auto found = tables_.find(id);
  if (found == tables_.end()) return {};
  Table& table = found->second;
  if (!table.file.empty()) {
    LS_TRY(TableContent content, ReadTableFile(source_.context, table.file, table.format));
    table = {std::move(content.keys), std::move(content.values), {}, {}};
  }
  if (!table.keys.valid()) return {};
  attributes.Set("table_keys", table.keys);
  attributes.Set("table_values", table.values);
  return {};
}

// ------------------------------------------------------------------------------------------------ variables

Result<void> Resources::CompleteVariable(const graphdef::NodeDef& node, std::string_view function,
                                         const ResourceId& id, Attributes& attributes) {
  LS_TRY(const std::optional<Key> key, KeyOf(id));
  if (!key) return {};
  Tensor& value = values_[{key->key, key->slice}];
  if (!value.valid()) {
    LS_TRY(value, checkpoint_->ReadSlice(source_.context, key->key, key->slice));
  }
  const DType dtype = attributes.Type("dtype");
  const Shape shape = attributes.Get<Shape>("shape");
  if ((dtype != DType::kInvalid && dtype != value.dtype()) || !shape.Compatible(Shape::Of(value.dims()))) {
    return source_.context.findings.Report(
        FindingAt(Code::kShapeMismatch, node, function)
            .Headline("the value of variable {} does not fit the graph", id.name)
            .Cause("the graph declares {} as {}{}, the checkpoint holds {}{} under the key {}", id.name,
                   NameOf(dtype), ToText(shape), NameOf(value.dtype()), ToText(value.dims()), key->key)
            .Fix("graph and checkpoint do not belong together: export the model again, with the checkpoint "
                 "that was "
                 "trained with it"));
  }
  attributes.Set("initial_value", value);
  return {};
}

// The checkpoint's key of a variable: what the restore op says, else its own name, else what the checkpoint's
// object graph says; none if the checkpoint does not have it.
Result<std::optional<Resources::Key>> Resources::KeyOf(const ResourceId& id) {
  LS_RETURN_IF_FAILED(FindKeys());
  if (checkpoint_ == nullptr) return std::optional<Key>();
  const auto restored = keys_.find(id);
  if (restored != keys_.end()) return std::optional<Key>(restored->second);
  if (checkpoint_->Has(id.name)) return std::optional<Key>({id.name, ""});
  const auto object = keys_of_names_.find(id.name);
  if (object != keys_of_names_.end() && checkpoint_->Has(object->second)) {
    return std::optional<Key>({object->second, ""});
  }
  return std::optional<Key>();
}

Result<void> Resources::FindKeys() {
  if (keys_found_) return {};
  keys_found_ = true;
  LS_RETURN_IF_FAILED(OpenCheckpoint());
  if (checkpoint_ == nullptr) return {};
  const std::string_view restore = model_->graph.saver.restore_op;
  if (!restore.empty()) {
    LS_RETURN_IF_FAILED(tracer_.EachNode(restore, [&](const Frame& frame, const graphdef::NodeDef& node) {
      const bool assigns = IsOneOf(node.op, {"AssignVariableOp", "Assign"});
      return assigns ? NoteRestore(frame, node) : Result<void>();
    }));
  }
  return AddKeysOfObjects();
}

// The checkpoint, unless the model has none and needs none.
Result<void> Resources::OpenCheckpoint() {
  const std::string prefix = model_->variables_prefix();
  const bool expected = !model_->graph.saver.restore_op.empty();
  if (!expected && source_.context.host.Kind(prefix + ".index") == PathKind::kMissing) return {};
  LS_TRY(checkpoint_, checkpoint::Checkpoint::Open(source_.context, prefix));
  return {};
}

// Assign(variable, RestoreV2(file, names, slices):i): the variable's key is the i-th name.
Result<void> Resources::NoteRestore(const Frame& frame, const graphdef::NodeDef& assign) {
  const Producer variable = tracer_.Input(frame, assign, 0);
  if (variable.node == nullptr || !IsVariable(variable.node->op)) return {};
  const Producer restore = tracer_.Input(frame, assign, 1);
  if (restore.node == nullptr || restore.node->op != "RestoreV2") return {};
  auto lists = restores_.find(restore.node);
  if (lists == restores_.end()) {
    RestoreLists read;
    LS_TRY(const Tensor names, ConstantInput(*restore.frame, *restore.node, 1));
    LS_TRY(const Tensor slices, ConstantInput(*restore.frame, *restore.node, 2));
    read = {TextsOf(names), TextsOf(slices)};
    lists = restores_.emplace(restore.node, std::move(read)).first;
  }
  const auto text = [&](const std::vector<std::string>& texts) {
    return restore.ref.index < texts.size() ? texts[restore.ref.index] : std::string();
  };
  Key key{text(lists->second.names), text(lists->second.slices)};
  if (key.key.empty()) return {};
  LS_TRY(const Attributes attributes, source_.AttributesOf(*variable.node));
  keys_.emplace(IdOf(*variable.node, attributes), std::move(key));
  return {};
}

Result<void> Resources::AddKeysOfObjects() {
  constexpr std::string_view kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";
  if (!checkpoint_->Has(kObjectGraphKey)) return {};
  // Only a way round for variables that no restore op names, so damage here is not reported.
  NullSink silent;
  Context context{source_.context.host, silent, source_.context.limits};
  const auto tensor = checkpoint_->Read(context, kObjectGraphKey);
  if (!tensor || tensor->dtype() != DType::kString || tensor->elements() != 1) return {};
  const std::string_view message = tensor->strings()[0];
  const auto keys = savedmodel::DecodeCheckpointKeys(context, model_->variables_prefix(), AsBytes(message));
  if (!keys) return {};
  for (const auto& [name, key] : *keys) keys_of_names_.emplace(name, key);
  return {};
}

// The constant that an input is; an invalid tensor if it is none.
Result<Tensor> Resources::ConstantInput(const Frame& frame, const graphdef::NodeDef& node, size_t input) {
  const Producer producer = tracer_.Input(frame, node, input);
  if (producer.node == nullptr || producer.node->op != "Const") return Tensor();
  LS_TRY(const Attributes attributes, source_.AttributesOf(*producer.node));
  return attributes.Get<Tensor>("value");
}

// ------------------------------------------------------------------------------------------------ tables

Result<void> Resources::FindTables() {
  if (tables_found_) return {};
  tables_found_ = true;
  std::vector<std::string_view> starts;
  for (const savedmodel::SignatureDef& signature : model_->graph.signatures) {
    if (signature.key != "__saved_model_init_op") continue;
    for (const auto& [name, info] : signature.outputs) starts.push_back(info.name);
  }
  for (const std::string_view collection : {"saved_model_main_op", "legacy_init_op", "table_initializer"}) {
    const auto found = model_->graph.node_collections.find(collection);
    if (found != model_->graph.node_collections.end()) {
      starts.insert(starts.end(), found->second.begin(), found->second.end());
    }
  }
  for (std::string_view start : starts) {
    LS_RETURN_IF_FAILED(tracer_.EachNode(start, [&](const Frame& frame, const graphdef::NodeDef& node) {
      const bool fills = IsOneOf(
          node.op, {"LookupTableImportV2", "LookupTableImport", "InitializeTableV2", "InitializeTable",
                    "InitializeTableFromTextFileV2", "InitializeTableFromTextFile"});
      return fills ? NoteTable(frame, node) : Result<void>();
    }));
  }
  return {};
}

// The path of the asset that an input names: the asset's constant or placeholder in the main graph, or, as
// TensorFlow 2 writes it, a variable to which that is assigned.
std::string Resources::AssetInput(const Frame& frame, const graphdef::NodeDef& node, size_t input) const {
  Producer producer = tracer_.Input(frame, node, input);
  if (producer.node != nullptr && producer.node->op == "ReadVariableOp") {
    producer = tracer_.Input(*producer.frame, *producer.node, 0);
    if (producer.node == nullptr || producer.frame->caller != nullptr) return {};
    for (const graphdef::NodeDef& other : *source_.main.nodes) {
      if (other.op != "AssignVariableOp" || tracer_.Input(*producer.frame, other, 0).node != producer.node)
        continue;
      const Producer value = tracer_.Input(*producer.frame, other, 1);
      return value.node != nullptr ? AssetOf(value.node->name) : std::string();
    }
    return {};
  }
  const bool in_main = producer.node != nullptr && producer.frame->caller == nullptr;
  return in_main ? AssetOf(producer.node->name) : std::string();
}

Result<void> Resources::NoteTable(const Frame& frame, const graphdef::NodeDef& initializer) {
  const Producer table = tracer_.Input(frame, initializer, 0);
  if (table.node == nullptr || !IsTable(table.node->op)) return {};
  LS_TRY(const Attributes table_attributes, source_.AttributesOf(*table.node));
  Table& content = tables_[IdOf(*table.node, table_attributes)];
  if (initializer.op.find("TextFile") == std::string_view::npos) {
    LS_TRY(const Tensor keys, ConstantInput(frame, initializer, 1));
    LS_TRY(const Tensor values, ConstantInput(frame, initializer, 2));
    if (!keys.valid() || !values.valid()) return {};
    content.keys = keys;
    content.values = values;
    return {};
  }
  const std::string path = AssetInput(frame, initializer, 1);
  if (path.empty()) return {};
  LS_TRY(const Attributes attributes, source_.AttributesOf(initializer));
  TableFileFormat format;
  format.key_index = attributes.Int("key_index", format.key_index);
  format.value_index = attributes.Int("value_index", format.value_index);
  format.vocab_size = attributes.Int("vocab_size", format.vocab_size);
  format.offset = attributes.Int("offset", format.offset);
  format.delimiter = attributes.Text("delimiter", format.delimiter);
  format.key_dtype = table_attributes.Type("key_dtype");
  format.value_dtype = table_attributes.Type("value_dtype");
  content.file = path;
  content.format = std::move(format);
  return {};
}

}  // namespace litesmith::import_tf
