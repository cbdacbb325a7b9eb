#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "cli/conversion.h"
#include "cli/inspection.h"
#include "cli/session.h"
#include "findings/json.h"
#include "ir/signature.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {
namespace {

constexpr size_t kWidth = 100;       // columns of the text for people
constexpr size_t kLabelsShown = 10;  // in the text; JSON has all

struct Arguments {
  ModelArguments model;
};

struct Inspected {
  pipeline::Converted model;
  Inspection inspection;
  size_t file_bytes = 0;
  std::optional<size_t> arena_bytes;
};

std::string TypeText(const ir::Type& type) {
  return fmt::format("{}{}", NameOf(type.dtype), ToText(type.shape));
}

Json ShapeJson(const Shape& shape) { return shape.ranked() ? Json(shape.with_minus_one()) : Json(nullptr); }

Json QuantizationJson(const Quantization& quantization) {
  Json json = {{"scale", quantization.scale}, {"zero_point", quantization.zero_point}};
  if (quantization.per_channel()) json["dimension"] = quantization.dimension;
  if (quantization.block_size > 0) json["block_size"] = quantization.block_size;
  return json;
}

void SetType(Json& json, const ir::Type& type) {
  json["dtype"] = NameOf(type.dtype);
  json["shape"] = ShapeJson(type.shape);
  if (type.quantization != nullptr && !type.quantization->scale.empty())
    json["quantization"] = QuantizationJson(*type.quantization);
}

// Memory that the runtime plans; empty where it cannot run the model, which is no finding of `inspect`.
std::optional<size_t> ArenaBytes(const std::shared_ptr<ir::Module>& module,
                                 const runtime::CustomKernels& custom_kernels, Session& session) {
  NullSink ignored;
  Context context{*session.host, ignored, {}, nullptr};
  runtime::Options options;
  options.custom_kernels = custom_kernels;
  const auto interpreter = runtime::Interpreter::Create(module, "", options, context);
  if (!interpreter || !(*interpreter)->Allocate()) return std::nullopt;
  return (*interpreter)->arena_bytes();
}

Result<Inspected> InspectFile(Session& session, Arguments& arguments, Context& context) {
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  LS_TRY(pipeline::Converted model,
         pipeline::LoadModel(arguments.model.path, arguments.model.options, context));
  Inspected inspected;
  if (model.info.kind == "tflite") {
    LS_TRY(const FileBytes file, ReadFile(context, arguments.model.path, "a .tflite model"));
    inspected.file_bytes = file.bytes.size();
  } else {
    LS_TRY(const pipeline::WrittenModel written, pipeline::WriteModel(*model.module, context));
    inspected.file_bytes = written.bytes.size();
  }
  inspected.inspection = InspectModule(*model.module);
  inspected.arena_bytes = ArenaBytes(model.module, arguments.model.custom_kernels, session);
  inspected.model = std::move(model);
  return inspected;
}

std::vector<ir::SignatureEntry> EntriesOf(const ir::Function& function, const ir::Signature& signature,
                                          bool outputs) {
  return outputs ? ir::OutputsOf(function, &signature) : ir::InputsOf(function, &signature);
}

int IndexOf(const ir::Module& module, const ir::Function* function) {
  for (size_t i = 0; i < module.functions().size(); ++i) {
    if (module.functions()[i].get() == function) return static_cast<int>(i);
  }
  return -1;
}

Json SignaturesJson(const ir::Module& module) {
  Json list = Json::array();
  for (const ir::Signature& signature : module.signatures) {
    const ir::Function* function = module.FindFunction(signature.function);
    if (function == nullptr) continue;
    Json one = {{"key", signature.key}, {"subgraph", IndexOf(module, function)}};
    for (const bool outputs : {false, true}) {
      Json& entries = one[outputs ? "outputs" : "inputs"] = Json::array();
      for (const ir::SignatureEntry& entry : EntriesOf(*function, signature, outputs)) {
        Json json = {{"name", entry.name}, {"tensor", entry.value->name}};
        SetType(json, entry.value->type);
        const auto role = outputs ? RoleOf(entry.value, entry.name) : std::string_view();
        if (!role.empty()) json["role"] = role;
        entries.push_back(std::move(json));
      }
    }
    list.push_back(std::move(one));
  }
  return list;
}

Json TensorJson(const InspectedTensor& tensor) {
  Json json = {{"name", tensor.value->name}};
  SetType(json, tensor.value->type);
  json["constant"] = tensor.constant;
  if (tensor.bytes) json["bytes"] = *tensor.bytes;
  if (!tensor.dynamic_because.empty()) json["dynamic"] = tensor.dynamic_because;
  return json;
}

// Where an op comes from, as far as the model tells: files of ours say it of custom ops.
const ir::Origin& OriginOf(const ir::Node& node) {
  return node.function()->module()->origins.Leading(node.origin);
}

Json SubgraphsJson(const Inspection& inspection) {
  Json list = Json::array();
  for (const InspectedFunction& function : inspection.functions) {
    Json one = {{"name", function.function->name}, {"tensors", Json::array()}, {"ops", Json::array()}};
    one["inputs"] = function.inputs;
    one["outputs"] = function.outputs;
    for (const InspectedTensor& tensor : function.tensors) one["tensors"].push_back(TensorJson(tensor));
    for (const InspectedOp& op : function.ops) {
      Json json = {{"op", op.node->op_name()},
                   {"version", op.version},
                   {"kernel", op.kernel},
                   {"inputs", op.inputs},
                   {"outputs", op.outputs}};
      if (op.multiply_adds) json["multiply_adds"] = *op.multiply_adds;
      const ir::Origin& origin = OriginOf(*op.node);
      if (!origin.layer.empty()) json["layer"] = origin.layer;
      if (!origin.source.empty()) json["source"] = origin.source;
      one["ops"].push_back(std::move(json));
    }
    list.push_back(std::move(one));
  }
  return list;
}

Json JsonOf(const Inspected& inspected) {
  const ir::Module& module = *inspected.model.module;
  const Inspection& inspection = inspected.inspection;
  Json json = {{"signatures", SignaturesJson(module)},
               {"subgraphs", SubgraphsJson(inspection)},
               {"metadata", MetadataJson(module)},
               {"bytes", {{"file", inspected.file_bytes}, {"constants", inspection.constant_bytes}}}};
  if (inspection.multiply_adds) json["multiply_adds"] = *inspection.multiply_adds;
  if (inspection.integer_multiply_adds > 0) json["integer_multiply_adds"] = inspection.integer_multiply_adds;
  if (inspection.hybrid_multiply_adds > 0) json["hybrid_multiply_adds"] = inspection.hybrid_multiply_adds;
  if (inspected.arena_bytes) json["arena_bytes"] = *inspected.arena_bytes;
  if (!inspection.min_runtime_version.empty()) json["min_runtime_version"] = inspection.min_runtime_version;
  return json;
}

std::string WorkText(int64_t multiply_adds) {
  std::string number = Brief(static_cast<double>(multiply_adds));
  while (number.ends_with(' ')) number.pop_back();
  return number + " multiply-adds";
}

std::string SummaryText(const std::string& path, const Inspected& inspected) {
  const Inspection& inspection = inspected.inspection;
  size_t ops = 0;
  for (const InspectedFunction& function : inspection.functions) ops += function.ops.size();
  std::string text =
      fmt::format("{}: {}B, {}", path, Brief(static_cast<double>(inspected.file_bytes)), Number(ops, "op"));
  if (!inspection.min_runtime_version.empty())
    text += fmt::format(", for TensorFlow Lite {} and later", inspection.min_runtime_version);
  text += fmt::format("\n  constants {}B", Brief(static_cast<double>(inspection.constant_bytes)));
  text += inspected.arena_bytes
              ? fmt::format(", arena {}B", Brief(static_cast<double>(*inspected.arena_bytes)))
              : std::string(", arena unknown (inputs of open shape, or ops that this runtime does not run)");
  if (inspection.multiply_adds) text += ", " + WorkText(*inspection.multiply_adds);
  const auto share = [&](int64_t part, std::string_view of_what) {
    if (!inspection.multiply_adds || part == 0) return;
    text += fmt::format(", {:.0f}% of them {}",
                        100.0 * static_cast<double>(part) / static_cast<double>(*inspection.multiply_adds),
                        of_what);
  };
  share(inspection.integer_multiply_adds, "in integers");
  share(inspection.hybrid_multiply_adds, "in integers with inputs that are quantized as it runs");
  return text + "\n";
}

std::string EntryText(const ir::SignatureEntry& entry, bool output) {
  std::string text = fmt::format("  {:<7}{:<28} {:<24}", output ? "output" : "input", entry.name,
                                 TypeText(entry.value->type));
  if (const auto role = RoleOf(entry.value, entry.name); output && !role.empty())
    text += fmt::format(" {}", role);
  if (const auto quantization = QuantizationText(entry.value->type.quantization.get()); !quantization.empty())
    text += fmt::format(" {}", quantization);
  while (text.ends_with(' ')) text.pop_back();
  return text + '\n';
}

// Inputs and outputs of a function; of a signature's, under its names.
std::string InterfaceText(const ir::Function& function, const ir::Signature* signature = nullptr) {
  std::string text;
  for (const ir::SignatureEntry& entry : ir::InputsOf(function, signature)) text += EntryText(entry, false);
  for (const ir::SignatureEntry& entry : ir::OutputsOf(function, signature)) text += EntryText(entry, true);
  return text;
}

std::string SignaturesText(const ir::Module& module, bool subgraphs) {
  std::string text;
  for (const ir::Signature& signature : module.signatures) {
    const ir::Function* function = module.FindFunction(signature.function);
    if (function == nullptr) continue;
    text += "signature " + signature.key;
    text += subgraphs ? fmt::format(" (subgraph {})\n", IndexOf(module, function)) : "\n";
    text += InterfaceText(*function, &signature);
  }
  return text;
}

// The text, cut off at the page's width.
std::string Line(std::string text) {
  if (text.size() > kWidth) {
    size_t end = kWidth - 3;
    while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // not within a character of UTF-8
    text.resize(end);
    text += "...";
  }
  return text + "\n";
}

std::string MetadataText(const ir::Module& module) {
  const Json json = MetadataJson(module);
  std::string text;
  for (const Json& entry : json["entries"]) {
    text += Line(fmt::format("  entry {} ({} bytes)", entry["name"].get_ref<const std::string&>(),
                             entry["bytes"].get<size_t>()));
  }
  for (const char* key : {"inputs", "outputs"}) {
    if (!json.contains(key)) continue;
    for (const Json& tensor : json[key])
      text += Line(fmt::format("  {} {}", std::string_view(key).substr(0, std::string_view(key).size() - 1),
                               findings::Dump(tensor)));
  }
  if (json.contains("labels")) {
    auto labels = json["labels"].get<std::vector<std::string>>();
    const size_t count = labels.size();
    labels.resize(std::min(count, kLabelsShown));
    text += Line(fmt::format("  {} labels: {}{}", count, fmt::join(labels, ", "),
                             count > kLabelsShown ? ", ..." : ""));
  }
  if (json.contains("preprocessing"))
    text += Line(fmt::format("  preprocessing {}", findings::Dump(json["preprocessing"])));
  return text.empty() ? text : "metadata\n" + text;
}

std::string OperandsText(const InspectedFunction& function, const std::vector<int>& places) {
  std::vector<std::string> texts;
  for (const int place : places) {
    if (place < 0) {
      texts.emplace_back("-");
      continue;
    }
    const InspectedTensor& tensor = function.tensors[static_cast<size_t>(place)];
    std::string text = TypeText(tensor.value->type);
    const Quantization* quantization = tensor.value->type.quantization.get();
    if (quantization != nullptr && !quantization->scale.empty())
      text += quantization->per_channel()
                  ? fmt::format(" q{}", quantization->scale.size())
                  : fmt::format(" q({:g},{})", quantization->scale[0], quantization->zero_point_at(0));
    if (tensor.constant) text += "=const";
    texts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string OpText(const InspectedFunction& function, size_t index) {
  const InspectedOp& op = function.ops[index];
  std::string text = fmt::format("{:>5} {} v{}, {} kernel", index, op.node->op_name(), op.version, op.kernel);
  if (op.multiply_adds && *op.multiply_adds > 0) text += ", " + WorkText(*op.multiply_adds);
  std::string name = op.node->output_count() > 0 ? op.node->output(0)->name : std::string();
  if (name.empty()) name = op.node->name;
  if (!name.empty()) text += ": " + name;
  const std::string& layer = OriginOf(*op.node).layer;
  if (!layer.empty()) text += ", of layer " + layer;
  return Line(text) + Line("        in  " + OperandsText(function, op.inputs)) +
         Line("        out " + OperandsText(function, op.outputs));
}

std::string SubgraphsText(const Inspection& inspection) {
  std::string text;
  for (size_t i = 0; i < inspection.functions.size(); ++i) {
    const InspectedFunction& function = inspection.functions[i];
    text += Line(fmt::format("subgraph {} {}: {} ops, {} tensors", i, function.function->name,
                             function.ops.size(), function.tensors.size()));
    text += Line("      inputs  " + OperandsText(function, function.inputs));
    text += Line("      outputs " + OperandsText(function, function.outputs));
    for (size_t op = 0; op < function.ops.size(); ++op) text += OpText(function, op);
    for (const InspectedTensor& tensor : function.tensors) {
      if (tensor.dynamic_because.empty()) continue;
      text += Line(fmt::format("  dynamic {} {}: {}", tensor.value->name, TypeText(tensor.value->type),
                               tensor.dynamic_because));
    }
  }
  return text;
}

// What a model that does not convert is, as far as it was read: how it is called, and of which ops it is.
struct Source {
  std::string text;
  Json json = Json::object();

  void Take(const ir::Module& module) {
    std::map<std::string, size_t> counts;
    for (const auto& function : module.functions()) {
      for (const ir::Node& node : function->nodes()) {
        if (node.op().dialect == ir::Dialect::kTf) ++counts[std::string(node.op_name())];
      }
    }
    text = SignaturesText(module, false);
    if (module.signatures.empty() && !module.functions().empty())
      text += InterfaceText(*module.functions()[0]);
    text += "ops of the source (some of them in functions):\n";
    for (const auto& [op, count] : counts) text += fmt::format("  {:<7}{}\n", count, op);
    json["signatures"] = SignaturesJson(module);
    json["source_ops"] = counts;
  }
};

int Inspect(Session& session, Arguments& arguments) {
  Context context = session.context();
  Source source;
  arguments.model.options.after_import = [&](const ir::Module& module) { source.Take(module); };
  const auto inspected = InspectFile(session, arguments, context);
  if (!inspected) {
    if (!source.text.empty())
      session.Print(arguments.model.path + ": does not convert, so that this is its source alone\n" +
                    source.text);
    return session.Finish(false, source.json);
  }
  if (session.options.json) return session.Finish(true, JsonOf(*inspected));
  const ir::Module& module = *inspected->model.module;
  session.Print(SummaryText(arguments.model.path, *inspected) + SignaturesText(module, true) +
                MetadataText(module) + SubgraphsText(inspected->inspection));
  return session.Finish(true);
}

}  // namespace

Command AddInspect(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("inspect", "Shows ops, tensors, sizes, signatures and metadata of a model");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command->footer("Example:\n  litesmith inspect model.tflite");
  return {command, [arguments](Session& session) { return Inspect(session, *arguments); }};
}

}  // namespace litesmith::cli
