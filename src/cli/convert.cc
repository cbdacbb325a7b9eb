#include <fmt/format.h>

#include "cli/session.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string output, dump_after;
};

Json RecognisedJson(const std::vector<detection::Recognised>& recognised) {
  Json list = Json::array();
  for (const detection::Recognised& one : recognised) {
    Json entry = {{"what", one.what}};
    for (const auto& [key, value] : one.numbers) {
      if (value == static_cast<double>(static_cast<int64_t>(value))) {
        entry[key] = static_cast<int64_t>(value);
      } else {
        entry[key] = value;
      }
    }
    for (const auto& [key, value] : one.texts) entry[key] = value;
    list.push_back(std::move(entry));
  }
  return list;
}

Json ModelJson(const pipeline::ModelInfo& info) {
  Json json = {{"kind", info.kind}, {"path", info.path}};
  if (!info.tensorflow.empty()) json["tensorflow"] = info.tensorflow;
  json["nodes"] = info.nodes;
  return json;
}

std::string Summary(const pipeline::Converted& converted, const pipeline::WrittenModel& written,
                    const std::string& output, double seconds) {
  std::string text =
      fmt::format("{}: {} nodes became {} ops, {:.1f} MB, for TensorFlow Lite {} and later, in {:.2f} s\n",
                  output, converted.info.nodes, written.ops, static_cast<double>(written.bytes.size()) / 1e6,
                  written.min_runtime_version, seconds);
  for (const detection::Recognised& one : converted.recognised) {
    if (const auto outputs = one.texts.find("outputs"); outputs != one.texts.end()) {
      text += fmt::format("a detector: outputs {}\n", outputs->second);
    }
  }
  return text;
}

int Convert(Session& session, Arguments& arguments) {
  Context context = session.context();
  const double start = session.host->Seconds();
  Json document;
  document["model"] = {{"path", arguments.model.path}};
  if (!ReadModelArguments(arguments.model, context)) return session.Finish(false, document);
  std::string dump;
  arguments.model.options.dump_after = arguments.dump_after;
  arguments.model.options.dump = &dump;
  auto converted = pipeline::LoadModel(arguments.model.path, arguments.model.options, context);
  session.Print(dump);
  if (!converted) return session.Finish(false, document);
  document["model"] = ModelJson(converted->info);
  const double before_write = session.host->Seconds();
  const auto written = pipeline::WriteModel(*converted->module, context);
  if (!written || !WriteFile(context, arguments.output, {written->bytes}))
    return session.Finish(false, document);
  const double end = session.host->Seconds();
  converted->seconds["write"] += end - before_write;
  document["output"] = {{"path", arguments.output},
                        {"bytes", written->bytes.size()},
                        {"ops", written->ops},
                        {"min_runtime_version", written->min_runtime_version}};
  document["recognised"] = RecognisedJson(converted->recognised);
  for (const char* key : {"import", "passes", "lowering", "write"})
    document["seconds"][key] = converted->seconds[key];
  if (!session.options.quiet) session.Print(Summary(*converted, *written, arguments.output, end - start));
  return session.Finish(true, document);
}

}  // namespace

Command AddConvert(CLI::App& app) {
  CLI::App* command = app.add_subcommand("convert", "Converts a model to .tflite");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command->add_option("-o,--output", arguments->output, "The .tflite to write")
      ->type_name("OUT.tflite")
      ->required();
  command->add_option("--dump-after", arguments->dump_after, "Print the graph after this pass")
      ->type_name("PASS");
  command->footer("Example:\n  litesmith convert exported_model/saved_model -o model.tflite");
  return {command, [arguments](Session& session) { return Convert(session, *arguments); }};
}

}  // namespace litesmith::cli
