#include <charconv>

#include "cli/repeatable.h"
#include "cli/session.h"
#include "findings/logs/log_text.h"
#include "pipeline/checks.h"
#include "runtime/custom/library.h"

namespace litesmith::cli {
namespace {

void SplitCommas(const std::vector<std::string>& given, std::vector<std::string>& names) {
  for (const std::string& one : given) {
    for (size_t at = 0; at <= one.size();) {
      const size_t end = std::min(one.find(',', at), one.size());
      if (end > at) names.push_back(one.substr(at, end - at));
      at = end + 1;
    }
  }
}

// "1,320,320,3" with ? or -1 for unknown.
bool ParseDims(const std::string& text, std::vector<int64_t>& dims) {
  std::vector<std::string> parts;
  SplitCommas({text}, parts);
  for (const std::string& part : parts) {
    int64_t dim = -1;
    if (part != "?") {
      const auto parsed = std::from_chars(part.data(), part.data() + part.size(), dim);
      if (parsed.ec != std::errc() || parsed.ptr != part.data() + part.size() || dim < -1) return false;
    }
    dims.push_back(dim);
  }
  return true;
}

// "NAME=SHAPE", or with several shapes between semicolons.
bool ParseShapes(const std::string& text, std::string& name, std::vector<std::vector<int64_t>>& shapes) {
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return false;
  name = text.substr(0, equals);
  for (size_t at = equals + 1; at <= text.size();) {
    const size_t end = std::min(text.find(';', at), text.size());
    if (!ParseDims(text.substr(at, end - at), shapes.emplace_back())) return false;
    at = end + 1;
  }
  return true;
}

Failed UnreadableShape(const std::string& option, const std::string& text, const std::string& example,
                       Context& context) {
  return context.findings.Report(Finding(Code::kWrongUse)
                                     .Headline("{} {} cannot be read", option, text)
                                     .Cause("it wants a name, an equals sign and numbers with commas")
                                     .Fix("write it as in this example", option + " " + example));
}

// A .tflite is taken as it is: what says how a source is to be read and converted has no effect.
void WarnOfIdleOptions(const ModelArguments& arguments, Context& context) {
  if (Extension(arguments.path) != ".tflite") return;
  const pipeline::ConvertOptions& options = arguments.options;
  for (const auto& [option, given] : {std::pair("--tag", !options.tags.empty()),
                                      std::pair("--input-tensors", !options.input_tensors.empty()),
                                      std::pair("--output-tensors", !options.output_tensors.empty()),
                                      std::pair("--input-shape", !arguments.raw_shapes.empty()),
                                      std::pair("--keep-preamble", options.keep_preamble),
                                      std::pair("--detection", arguments.detection != "auto")}) {
    if (!given) continue;
    (void)context.findings.Report(
        Finding(Code::kWrongUse)
            .As(Severity::kWarning)
            .Headline("{} has no effect", option)
            .Cause("{} is a .tflite, whose graph is converted already", arguments.path)
            .Fix("convert the source again with this option"));
  }
}

// One a line; a line feed at the end starts no further one.
Result<std::vector<std::string>> ReadLabels(const std::string& path, Context& context) {
  LS_TRY(const FileBytes file, ReadFile(context, path, "a file of labels, one a line"));
  const bool text = findings::LooksLikeText(file.bytes);
  if (file.bytes.empty() || !text) {
    return context.findings.Report(Finding(Code::kFileUnreadable)
                                       .Headline("{} holds no labels", path)
                                       .Cause("{}", text ? "the file is empty" : "its bytes are no text")
                                       .Fix("give a text file with one label a line, class 0 first"));
  }
  std::vector<std::string> labels;
  std::string line;
  for (const char c : AsText(file.bytes)) {
    if (c == '\r') continue;
    if (c != '\n') {
      line += c;
    } else {
      labels.push_back(std::exchange(line, {}));
    }
  }
  if (!line.empty()) labels.push_back(line);
  return labels;
}

}  // namespace

void AddCustomOpLibraries(CLI::App& app, ModelArguments& arguments) {
  AddRepeatable(app, "--custom-op-library", arguments.custom_op_libraries,
                "Library with kernels for custom ops (repeatable)", "FILE.so[:NAME=SYMBOL]");
}

void AddModelOptions(CLI::App& app, ModelArguments& arguments) {
  pipeline::ConvertOptions& options = arguments.options;
  app.add_option("MODEL", arguments.path,
                 "SavedModel folder, frozen graph (.pb, .pbtxt), TF.js model.json or .tflite")
      ->required();
  AddRepeatable(app, "--tag", options.tags,
                "Tag of the graph to take (repeatable; default: serve, else the only one)", "TAG");
  AddRepeatable(app, "--signature", options.signatures,
                "Signature to take (repeatable; default: all of them)", "KEY");
  app.add_option("--input-tensors", options.input_tensors,
                 "Inputs of a frozen graph: names with or without :0")
      ->type_name("a,b")
      ->delimiter(',');
  app.add_option("--output-tensors", options.output_tensors, "Outputs of a frozen graph")
      ->type_name("c,d")
      ->delimiter(',');
  AddRepeatable(app, "--input-shape", arguments.raw_shapes,
                "Shape of an input (repeatable; ? or -1 for unknown)", "NAME=1,320,320,3");
  app.add_flag("--keep-preamble", options.keep_preamble,
               "Keep what parses examples or decodes pictures before the network");
  app.add_option("--detection", arguments.detection,
                 "What becomes of a detector's post-processing: one op, TensorFlow's own ops, nothing (raw "
                 "heads), or no "
                 "recognition at all")
      ->check(CLI::IsMember({"auto", "exact", "raw", "keep"}))
      ->capture_default_str();
  app.add_flag("--allow-custom-ops", options.allow_custom_ops, "Ops that nobody knows become custom ops");
  AddRepeatable(app, "--custom-op", options.custom_ops, "This op becomes a custom op (repeatable)", "NAME");
  AddRepeatable(app, "--custom-op-shape", arguments.raw_custom_op_shapes,
                "Shapes of what an op gives that nobody knows (repeatable)", "NAME=1,10,4[;1,10]");
  AddCustomOpLibraries(app, arguments);
  AddQuantizeOptions(app, arguments.quantize);
  app.add_option("--target-runtime", options.target_runtime, "Oldest TensorFlow Lite that must run the file")
      ->type_name("2.x");
  app.add_option("--labels", arguments.labels, "Labels for the metadata, one a line, class 0 first")
      ->type_name("FILE");
}

Result<void> ReadModelArguments(Session& session, ModelArguments& arguments, Context& context) {
  pipeline::ConvertOptions& options = arguments.options;
  if (arguments.path.empty()) {
    return context.findings.Report(Finding(Code::kWrongUse)
                                       .Headline("the path of the model is empty")
                                       .Cause("a variable of the shell may be unset")
                                       .Fix("name a model", "litesmith convert saved_model -o model.tflite"));
  }
  WarnOfIdleOptions(arguments, context);
  LS_RETURN_IF_FAILED(ReadQuantizeArguments(session, arguments.quantize, options.quantize, context));
  for (const std::string& text : arguments.raw_shapes) {
    std::string name;
    std::vector<std::vector<int64_t>> shapes;
    if (!ParseShapes(text, name, shapes) || shapes.size() != 1)
      return UnreadableShape("--input-shape", text, "image=1,320,320,3", context);
    options.input_shapes[name] = std::move(shapes[0]);
  }
  for (const std::string& text : arguments.raw_custom_op_shapes) {
    std::string name;
    std::vector<std::vector<int64_t>> shapes;
    if (!ParseShapes(text, name, shapes))
      return UnreadableShape("--custom-op-shape", text, "'MyOp=1,10,4;1,10'", context);
    options.custom_op_shapes[name] = std::move(shapes);
  }
  for (const std::string& library : arguments.custom_op_libraries) {
    LS_RETURN_IF_FAILED(custom::AddLibrary(library, arguments.custom_kernels, context));
  }
  options.custom_kernels = arguments.custom_kernels;
  options.quantize.custom_kernels = arguments.custom_kernels;
  options.detection = arguments.detection == "exact"  ? detection::Mode::kExact
                      : arguments.detection == "raw"  ? detection::Mode::kRaw
                      : arguments.detection == "keep" ? detection::Mode::kKeep
                                                      : detection::Mode::kAuto;
  LS_RETURN_IF_FAILED(pipeline::CheckRuntimeName(options.target_runtime, context));
  if (!arguments.labels.empty()) {
    LS_TRY(options.labels, ReadLabels(arguments.labels, context));
  }
  return {};
}

}  // namespace litesmith::cli
