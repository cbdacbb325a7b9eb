#include "import/tf/import.h"

#include "base/finding.h"
#include "formats/savedmodel/locate.h"
#include "formats/tfjs/model.h"
#include "import/tf/build.h"
#include "import/tf/calls.h"
#include "import/tf/entry.h"
#include "import/tf/versions.h"

namespace litesmith::import_tf {
namespace {

// Adds the function of an entry, with its parameters, and names it in `entry.built`.
Result<size_t> BuildEntry(Source& source, Resources& resources, Entry& entry) {
  BodyToBuild work;
  work.body = &source.main;
  entry.built = source.module.FreeFunctionName(entry.function);
  work.function = source.module.AddFunction(entry.built);
  for (const Entry::Tensor& input : entry.inputs) {
    const auto ref = ParseRef(input.tensor);
    const auto node = ref ? source.main.by_name.find(ref->node) : source.main.by_name.end();
    if (node == source.main.by_name.end()) {
      return source.context.findings.Report(
          Finding(Code::kGraphDamaged)
              .Headline("the input '{}' is not in the graph", input.name)
              .Cause("signature {} says that it is the tensor {}, and no node has that name", entry.function,
                     input.tensor)
              .Fix("the file is damaged, or was edited wrongly: export the model again"));
    }
    const size_t parameter = work.function->parameter_count();
    const std::string tensor = fmt::format("{}:{}", ref->node, ref->index);
    work.function->AddParameter({input.dtype, input.shape, nullptr}, tensor);
    work.function->parameter_names.push_back(input.name);
    work.feeds.push_back({node->second, ref->index, parameter});
  }
  for (const Entry::Tensor& output : entry.outputs) {
    work.results.push_back(output.tensor);
    work.function->result_names.push_back(output.name);
  }
  LS_TRY(const size_t nodes, BuildBody(source, resources, work));
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    ir::Type& type = work.function->result(i)->type;
    if (type.dtype == DType::kInvalid) type.dtype = entry.outputs[i].dtype;
    if (!type.shape.ranked() && entry.outputs[i].dtype == type.dtype) type.shape = entry.outputs[i].shape;
  }
  return nodes;
}

// Fills a library function that Source::Request() has added.
Result<size_t> BuildFunction(Source& source, Resources& resources, std::string_view name,
                             ir::Function* function) {
  LS_TRY(const LibraryFunction* library, source.Function(name));
  const graphdef::FunctionDef& definition = library->definition;
  const auto damaged = [&](std::string_view why, std::string_view what) {
    return source.context.findings.Report(
        Finding(Code::kGraphDamaged)
            .Headline("function {} is damaged", name)
            .Cause("{} {}", why, what)
            .Fix("the file is damaged, or was edited wrongly: export the model again"));
  };
  for (size_t i = 0; i < definition.signature.inputs.size(); ++i) {
    const graphdef::ArgDef& argument = definition.signature.inputs[i];
    if (!argument.number_attr.empty() || !argument.type_list_attr.empty()) {
      return damaged(
          "the number of tensors in an argument depends on the call, which no function of a file may do:",
          argument.name);
    }
    ir::Type type{argument.type, Shape::Unknown(), nullptr};
    const auto* shapes = definition.argument_attributes[i].FindAs<std::vector<Shape>>("_output_shapes");
    if (shapes != nullptr && shapes->size() == 1 && argument.type != DType::kResource)
      type.shape = (*shapes)[0];
    function->AddParameter(std::move(type), std::string(argument.name));
    function->parameter_names.emplace_back(argument.name);
  }
  BodyToBuild work;
  work.body = &library->body;
  work.function = function;
  std::unordered_map<std::string_view, std::string_view> results(definition.results.begin(),
                                                                 definition.results.end());
  for (const graphdef::ArgDef& output : definition.signature.outputs) {
    const auto found = results.find(output.name);
    if (found == results.end()) return damaged("its body does not say what it returns as", output.name);
    work.results.push_back(found->second);
    function->result_names.emplace_back(output.name);
  }
  work.controls = definition.control_results;
  LS_TRY(const size_t nodes, BuildBody(source, resources, work));
  for (size_t i = 0; i < definition.signature.outputs.size(); ++i) {
    ir::Type& type = function->result(i)->type;
    if (type.dtype == DType::kInvalid) type.dtype = definition.signature.outputs[i].type;
  }
  return nodes;
}

Result<void> BuildAll(Source& source, Resources& resources, std::vector<Entry>& entries, size_t& nodes) {
  bool failed = false;  // one function's problem says nothing of the others
  const auto add = [&](const Result<size_t>& count) {
    failed |= !count;
    nodes += count ? *count : 0;
  };
  for (Entry& entry : entries) add(BuildEntry(source, resources, entry));
  while (!source.requested.empty() && !source.context.is_cancelled()) {
    const auto [name, function] = source.requested.front();
    source.requested.pop_front();
    add(BuildFunction(source, resources, name, function));
  }
  if (failed || source.context.is_cancelled()) return kFailed;
  return RefuseRecursion(source.context, source.module);
}

// Provenance beyond the graph: layers and lines. Damage there costs nothing but these.
void ReadProvenance(Source& source, const savedmodel::SavedModel& model) {
  NullSink silent;
  Context quiet{source.context.host, silent, source.context.limits};
  const auto objects = savedmodel::DecodeObjectGraph(*model.document, quiet, model.graph.object_graph);
  if (objects) source.layers = Layers(*objects);
  source.debug_info = savedmodel::DebugInfo::Read(source.context, model.folder);
}

// A SavedModel, or a TF.js model, which is one whose constants are in `weights`.
Result<Imported> ImportMetaGraph(const savedmodel::SavedModel& model, const tfjs::Weights* weights,
                                 const Options& options, Context& context) {
  const bool tfjs = weights != nullptr;
  Imported imported;
  imported.kind = tfjs ? "tfjs" : "saved_model";
  imported.tensorflow = model.graph.tensorflow_version;
  LS_RETURN_IF_FAILED(CheckVersions(model.graph.graph, imported.tensorflow, context));
  imported.module = std::make_unique<ir::Module>();
  imported.module->source_version = imported.tensorflow;
  Source source(context, *model.document, model.graph.graph, &model.graph, *imported.module);
  if (tfjs) source.constants = std::make_unique<WeightedConstants>(*weights);
  LS_TRY(source.main, MakeBody(context, "", model.graph.graph.nodes));
  if (!tfjs) ReadProvenance(source, model);
  Resources resources(source, &model);
  std::deque<std::string> names;
  std::vector<Entry> entries;
  const bool by_tensors = !options.output_tensors.empty() || (tfjs && model.graph.signatures.empty());
  if (by_tensors) {
    LS_TRY(Entry entry, EntryOfTensors(source, options, names));
    entries.push_back(std::move(entry));
  } else {
    LS_TRY(entries, EntriesOfSignatures(source, model, options));
  }
  if (tfjs && !by_tensors) LS_RETURN_IF_FAILED(CompleteEntry(source, entries[0], names));
  LS_RETURN_IF_FAILED(ApplyInputShapes(context, options, !tfjs, entries));
  LS_RETURN_IF_FAILED(BuildAll(source, resources, entries, imported.nodes));
  if (!by_tensors) {
    for (const Entry& entry : entries) imported.module->signatures.push_back({entry.function, entry.built});
  }
  return imported;
}

Result<Imported> ImportFrozenGraph(const savedmodel::Location& location, const Options& options,
                                   Context& context) {
  protobuf::Document document;
  document.file = location.file;
  LS_TRY(document.content, ReadFile(context, location.file, "a frozen graph"));
  if (location.text) {
    LS_TRY(std::string wire, protobuf::TextToWire(context, location.file, AsText(document.content.bytes),
                                                  graphdef::kGraphDefSchema));
    const auto owner = std::make_shared<const std::string>(std::move(wire));
    document.content = {owner, AsBytes(*owner)};
    document.from_text = true;
  }
  LS_TRY(const graphdef::GraphDef graph, graphdef::DecodeGraph(document, context, document.content.bytes));
  LS_RETURN_IF_FAILED(CheckVersions(graph, "", context));
  Imported imported;
  imported.kind = "frozen_graph";
  imported.module = std::make_unique<ir::Module>();
  Source source(context, document, graph, nullptr, *imported.module);
  LS_TRY(source.main, MakeBody(context, "", graph.nodes));
  Resources resources(source, nullptr);
  std::deque<std::string> names;
  std::vector<Entry> entries;
  LS_TRY(Entry entry, EntryOfTensors(source, options, names));
  entries.push_back(std::move(entry));
  LS_RETURN_IF_FAILED(ApplyInputShapes(context, options, false, entries));
  LS_RETURN_IF_FAILED(BuildAll(source, resources, entries, imported.nodes));
  return imported;
}

}  // namespace

Result<Imported> ImportModel(const std::string& path, const Options& options, Context& context) {
  LS_TRY(const savedmodel::Location location, savedmodel::Locate(context, path));
  switch (location.form) {
    case savedmodel::Location::Form::kGraphDef:
      return ImportFrozenGraph(location, options, context);
    case savedmodel::Location::Form::kTfjs: {
      LS_TRY(const tfjs::GraphModel read, tfjs::ReadGraphModel(context, location.file));
      return ImportMetaGraph(read.model, &read.weights, options, context);
    }
    case savedmodel::Location::Form::kSavedModel:
      break;
  }
  LS_TRY(const savedmodel::SavedModel model,
         savedmodel::ReadSavedModel(context, location.folder, location.file, options.tags));
  return ImportMetaGraph(model, nullptr, options, context);
}

}  // namespace litesmith::import_tf
