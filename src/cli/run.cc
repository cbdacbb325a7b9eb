#include <fmt/format.h>

#include "cli/inputs.h"
#include "cli/outputs.h"
#include "cli/session.h"
#include "formats/npz/npz.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string inputs, outputs;
};

Result<std::vector<npz::Entry>> Infer(Session& session, Arguments& arguments, double& seconds,
                                      Context& context) {
  LS_RETURN_IF_FAILED(session.CheckStandardOutput());
  std::vector<std::string> read = PathsRead(arguments.model);
  read.push_back(arguments.inputs);
  LS_RETURN_IF_FAILED(CheckOutputs(read, {{"--outputs", arguments.outputs, true}}, context));
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  LS_TRY(pipeline::Converted model,
         pipeline::LoadModel(arguments.model.path, arguments.model.options, context));
  const auto& keys = arguments.model.options.signatures;
  runtime::Options options;
  options.threads = session.threads();
  options.custom_kernels = arguments.model.custom_kernels;
  LS_TRY(const auto interpreter,
         runtime::Interpreter::Create(model.module, keys.empty() ? "" : keys.front(), options, context));
  LS_RETURN_IF_FAILED(ReadInputs(arguments.inputs, *interpreter, context));
  LS_RETURN_IF_FAILED(interpreter->Allocate());
  const double start = session.host->Seconds();
  LS_RETURN_IF_FAILED(interpreter->Invoke());
  seconds = session.host->Seconds() - start;
  std::vector<npz::Entry> results;
  for (size_t i = 0; i < interpreter->outputs().size(); ++i) {
    results.push_back({interpreter->outputs()[i].name, interpreter->output(i)});
  }
  return results;
}

int RunModel(Session& session, Arguments& arguments) {
  Context context = session.context();
  double seconds = 0;
  const auto results = Infer(session, arguments, seconds, context);
  if (!results) return session.Finish(false);
  const auto bytes = npz::Write(*results, context);
  if (!bytes || !WriteFile(context, arguments.outputs, {*bytes})) return session.Finish(false);
  Json document;
  document["outputs"] = Json::array();
  std::string text;
  for (const npz::Entry& entry : *results) {
    document["outputs"].push_back(
        {{"name", entry.name}, {"dtype", NameOf(entry.tensor.dtype())}, {"shape", entry.tensor.dims()}});
    text += fmt::format("{} {}{}\n", entry.name, NameOf(entry.tensor.dtype()), ToText(entry.tensor.dims()));
  }
  document["milliseconds"] = seconds * 1e3;
  if (!session.options.quiet)
    session.Print(text + fmt::format("{:.2f} ms, written to {}\n", seconds * 1e3, arguments.outputs));
  return session.Finish(true, document);
}

}  // namespace

Command AddRun(CLI::App& app) {
  CLI::App* command = app.add_subcommand("run", "Runs a model once on arrays");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command
      ->add_option("--inputs", arguments->inputs,
                   "Arrays named as the model's inputs (.npz), or one array (.npy)")
      ->type_name("IN.npz")
      ->required();
  command->add_option("--outputs", arguments->outputs, "Where the results go")
      ->type_name("OUT.npz")
      ->required();
  command->footer("Example:\n  litesmith run model.tflite --inputs in.npz --outputs out.npz");
  return {command, [arguments](Session& session) { return RunModel(session, *arguments); }};
}

}  // namespace litesmith::cli
