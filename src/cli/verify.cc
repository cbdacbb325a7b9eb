#include "pipeline/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/conversion.h"
#include "cli/session.h"
#include "formats/npz/npz.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string file, inputs, expected;
};

// A number as JSON knows them: null for what is not finite (an exact tensor's signal to noise).
Json NumberJson(double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); }

Json ToJson(const pipeline::ComparedTensor& tensor, const std::string& signature) {
  Json json = {{"source", tensor.source},
               {"file", tensor.file},
               {"max_error", NumberJson(tensor.deviation.max_error)},
               {"rms_error", NumberJson(tensor.deviation.rms_error)},
               {"snr_db", NumberJson(tensor.deviation.snr_db)},
               {"elements", tensor.deviation.elements},
               {"different", tensor.deviation.different},
               {"output", tensor.is_output},
               {"agrees", tensor.agrees}};
  if (!signature.empty()) json["signature"] = signature;
  return json;
}

Json FirstJson(const pipeline::Verified& verified, const std::string& signature) {
  const pipeline::FirstDifference& first = *verified.first_difference;
  Json json = ToJson(verified.tensors[first.tensor], signature);
  const auto set = [&](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  set("op", first.op);
  set("node", first.node);
  set("layer", first.layer);
  set("file_op", first.file_op);
  json["source_nodes"] = first.nodes;
  return json;
}

// Outputs, and of the others those that are farthest off.
std::string Table(const pipeline::Verified& verified) {
  constexpr size_t kMost = 10;
  std::vector<const pipeline::ComparedTensor*> rows, inner;
  for (const pipeline::ComparedTensor& tensor : verified.tensors) {
    (tensor.is_output || !tensor.agrees ? rows : inner).push_back(&tensor);
  }
  std::stable_sort(inner.begin(), inner.end(),
                   [](const auto* a, const auto* b) { return a->deviation.snr_db < b->deviation.snr_db; });
  inner.resize(std::min(inner.size(), kMost));
  if (rows.size() > 2 * kMost) rows.resize(2 * kMost);
  rows.insert(rows.end(), inner.begin(), inner.end());
  std::string text = fmt::format("{:>10} {:>10} {:>8}  {}\n", "max error", "rms error", "SNR dB", "tensor");
  for (const auto* tensor : rows) {
    const pipeline::Deviation& of = tensor->deviation;
    text += fmt::format("{:>10.3g} {:>10.3g} {:>8}  {}{}{}\n", of.max_error, of.rms_error,
                        of.different == 0 ? "exact" : fmt::format("{:.1f}", of.snr_db), tensor->source,
                        tensor->is_output ? " (output)" : "", tensor->agrees ? "" : "  <- differs");
  }
  return text;
}

std::string Verdict(const pipeline::Verified& verified, const std::string& signature, double seconds) {
  const auto outputs = std::count_if(verified.tensors.begin(), verified.tensors.end(),
                                     [](const auto& tensor) { return tensor.is_output; });
  const auto apart = std::count_if(verified.tensors.begin(), verified.tensors.end(),
                                   [](const auto& tensor) { return !tensor.agrees; });
  return fmt::format("{}{} compared, {}: {} in {:.1f} s\n",
                     signature.empty() ? "" : fmt::format("signature {}: ", signature),
                     Number(verified.tensors.size(), "tensor"),
                     outputs == 0 ? "none of them an output" : fmt::format("{} of them outputs", outputs),
                     apart == 0 ? fmt::format("all agree within what a {} file may differ by",
                                              NameOf(verified.precision))
                                : fmt::format("{} differ by more than a {} file explains", apart,
                                              NameOf(verified.precision)),
                     seconds) +
         Table(verified);
}

Result<std::vector<pipeline::NamedTensor>> ReadArrays(const std::string& path, Context& context) {
  std::vector<pipeline::NamedTensor> tensors;
  if (path.empty()) return tensors;
  LS_TRY(const FileBytes file, ReadFile(context, path, "arrays of NumPy (.npz or .npy)"));
  LS_TRY(std::vector<npz::Entry> entries, npz::Read(file, path, context));
  for (npz::Entry& entry : entries) tensors.push_back({std::move(entry.name), std::move(entry.tensor)});
  return tensors;
}

// The signatures to look at: those asked for, else all; but one where the inputs are given for it.
std::vector<std::string> SignaturesOf(const ir::Module& module, const Arguments& arguments) {
  std::vector<std::string> keys = arguments.model.options.signatures;
  if (keys.empty() && arguments.inputs.empty() && arguments.expected.empty()) {
    for (const ir::Signature& signature : module.signatures) keys.push_back(signature.key);
  }
  if (keys.empty()) keys.emplace_back();
  return keys;
}

Result<void> Compare(Session& session, Arguments& arguments, Json& document, Context& context) {
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  LS_TRY(const pipeline::Converted source,
         pipeline::LoadSource(arguments.model.path, arguments.model.options, context));
  LS_TRY(const pipeline::Converted file,
         pipeline::LoadModel(arguments.file, arguments.model.options, context));
  pipeline::VerifyOptions options;
  LS_TRY(options.inputs, ReadArrays(arguments.inputs, context));
  LS_TRY(options.expected, ReadArrays(arguments.expected, context));
  options.runtime.threads = session.threads();
  options.runtime.custom_kernels = arguments.model.custom_kernels;
  const std::vector<std::string> keys = SignaturesOf(*source.module, arguments);
  for (const std::string& key : keys) {
    const double start = session.host->Seconds();
    options.signature = key;
    LS_TRY(const pipeline::Verified verified, pipeline::Verify(source.module, file.module, options, context));
    const std::string shown = keys.size() > 1 ? key : "";
    for (const auto& tensor : verified.tensors) document["tensors"].push_back(ToJson(tensor, shown));
    if (verified.first_difference && document["first_difference"].is_null())
      document["first_difference"] = FirstJson(verified, shown);
    if (!session.options.quiet && !verified.tensors.empty())
      session.Print(Verdict(verified, shown, session.host->Seconds() - start));
  }
  return {};
}

int VerifyFile(Session& session, Arguments& arguments) {
  Context context = session.context();
  Json document = {{"tensors", Json::array()}, {"first_difference", nullptr}};
  const bool ok = Compare(session, arguments, document, context).ok();
  return session.Finish(ok, document);
}

}  // namespace

Command AddVerify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "Evaluates a model and its .tflite on the same inputs: where do they part?");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command->add_option("FILE", arguments->file, "The .tflite that was made from it")->required();
  command
      ->add_option("--inputs", arguments->inputs,
                   "Arrays named as the model's inputs (default: made up, the same each time)")
      ->type_name("IN.npz");
  command
      ->add_option("--expected", arguments->expected,
                   "What TensorFlow gave for these inputs, named as the model's outputs")
      ->type_name("OUT.npz");
  command->footer("Example:\n  litesmith verify exported_model/saved_model model.tflite");
  return {command, [arguments](Session& session) { return VerifyFile(session, *arguments); }};
}

}  // namespace litesmith::cli
