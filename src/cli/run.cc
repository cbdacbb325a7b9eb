#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/session.h"
#include "formats/npz/npz.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string inputs, outputs;
};

std::string Names(const std::vector<runtime::TensorInfo>& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos)
    names.push_back(fmt::format("{} {}{}", info.name, NameOf(info.dtype), ToText(info.shape)));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string WithoutIndex(const std::string& name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<npz::Entry>& given,
                       Context& context) {
  const auto& infos = interpreter.inputs();
  std::vector<bool> set(infos.size(), false);
  bool failed = false;
  for (const npz::Entry& entry : given) {
    const auto matches = [&](const runtime::TensorInfo& info) {
      return info.name == entry.name || info.tensor == entry.name ||
             WithoutIndex(info.name) == WithoutIndex(entry.name);
    };
    auto found = std::find_if(infos.begin(), infos.end(), matches);
    if (entry.name.empty() && infos.size() == 1) found = infos.begin();  // an .npy file
    if (found == infos.end()) {
      failed = true;
      context.findings.Report(Finding(Code::kInputUnknown)
                                  .Headline("the model has no input '{}'", entry.name)
                                  .Cause("it has {}", Names(infos))
                                  .Fix("rename the array in the .npz file to the input's name"));
      continue;
    }
    const size_t index = static_cast<size_t>(found - infos.begin());
    set[index] = true;
    failed |= !interpreter.SetInput(index, entry.tensor).ok();
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    if (set[i]) continue;
    failed = true;
    context.findings.Report(Finding(Code::kInputMissing)
                                .Headline("input '{}' is missing", infos[i].name)
                                .Cause("the model wants {}", Names(infos))
                                .Fix("add an array of that name to the .npz file"));
  }
  if (failed) return kFailed;
  return {};
}

Result<std::vector<npz::Entry>> Infer(Session& session, Arguments& arguments, double& seconds,
                                      Context& context) {
  LS_RETURN_IF_FAILED(ReadModelArguments(arguments.model, context));
  LS_TRY(pipeline::Converted model,
         pipeline::LoadModel(arguments.model.path, arguments.model.options, context));
  LS_TRY(const FileBytes file, ReadFile(context, arguments.inputs, "arrays of NumPy (.npz or .npy)"));
  LS_TRY(const std::vector<npz::Entry> given, npz::Read(file, arguments.inputs, context));
  const auto& keys = arguments.model.options.signatures;
  runtime::Options options;
  options.threads = session.threads();
  LS_TRY(const auto interpreter,
         runtime::Interpreter::Create(model.module, keys.empty() ? "" : keys.front(), options, context));
  LS_RETURN_IF_FAILED(SetInputs(*interpreter, given, context));
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
