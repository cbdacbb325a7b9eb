#include "import/tf/entry.h"

#include <algorithm>

#include "base/finding.h"

namespace litesmith::import_tf {
namespace {

bool IsOwn(std::string_view key) { return key == "__saved_model_init_op" || key == "__saved_model_train_op"; }

Result<Entry::Tensor> TensorOf(Source& source, const savedmodel::SignatureDef& signature,
                               std::string_view name, const savedmodel::TensorInfo& info) {
  if (!info.dense || info.name.empty()) {
    return source.context.findings.Report(
        Finding(Code::kLoweringRefused)
            .Headline("'{}' of signature {} is no ordinary tensor", name, signature.key)
            .Cause(
                "it is a sparse, ragged or otherwise composite tensor, which TensorFlow Lite does not have")
            .Fix("export a signature that takes and gives dense tensors, for example with "
                 "tf.sparse.to_dense"));
  }
  return Entry::Tensor{std::string(name), info.name, info.dtype, info.shape};
}

}  // namespace

Result<std::vector<Entry>> EntriesOfSignatures(Source& source, const savedmodel::SavedModel& model,
                                               const Options& options) {
  std::vector<const savedmodel::SignatureDef*> all, chosen;
  std::string keys;
  for (const savedmodel::SignatureDef& signature : model.graph.signatures) {
    if (IsOwn(signature.key)) continue;
    all.push_back(&signature);
    keys += (keys.empty() ? "" : ", ") + std::string(signature.key);
  }
  for (const std::string& wanted : options.signatures) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto* known) { return known->key == wanted; });
    if (found == all.end() && !all.empty()) {
      Finding finding(Code::kSignatureUnknown);
      finding.Headline("the model has no signature '{}'", wanted).Cause("its signatures are: {}", keys);
      for (const auto* known : all) {
        finding.Fix(fmt::format("name the signature {}", known->key),
                    fmt::format("--signature {}", known->key));
      }
      return source.context.findings.Report(std::move(finding));
    }
    if (found != all.end() && std::find(chosen.begin(), chosen.end(), *found) == chosen.end())
      chosen.push_back(*found);
  }
  if (all.empty()) {
    return source.context.findings.Report(
        Finding(Code::kNoSignature)
            .Headline("the model has no signature")
            .Cause("a signature says which tensors go in and come out; {} has none", model.document->file)
            .Fix("export it with one: tf.saved_model.save(model, path, "
                 "signatures=model.call.get_concrete_function(...))")
            .Fix("or name the tensors of the graph yourself",
                 "--input-tensors NAMES --output-tensors NAMES"));
  }
  if (chosen.empty()) {
    chosen = all;
    std::stable_partition(chosen.begin(), chosen.end(),
                          [](const auto* known) { return known->key == "serving_default"; });
  }
  std::vector<Entry> entries;
  for (const auto* signature : chosen) {
    Entry entry;
    entry.function = signature->key;
    for (const auto& [name, info] : signature->inputs) {
      LS_TRY(Entry::Tensor tensor, TensorOf(source, *signature, name, info));
      entry.inputs.push_back(std::move(tensor));
    }
    for (const auto& [name, info] : signature->outputs) {
      LS_TRY(Entry::Tensor tensor, TensorOf(source, *signature, name, info));
      entry.outputs.push_back(std::move(tensor));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void> ApplyInputShapes(Context& context, const Options& options, bool fixed,
                              std::vector<Entry>& entries) {
  for (const auto& [name, wanted] : options.input_shapes) {
    std::vector<Dim> dims(wanted.begin(), wanted.end());
    const Shape shape(std::move(dims));
    bool found = false;
    std::string known;
    for (Entry& entry : entries) {
      for (Entry::Tensor& input : entry.inputs) {
        known += (known.empty() ? "" : ", ") + input.name;
        const bool same_tensor =
            input.tensor == name ||
            (input.tensor.ends_with(":0") && input.tensor.substr(0, input.tensor.size() - 2) == name);
        if (input.name != name && !same_tensor) continue;
        found = true;
        const auto merged = Merge(input.shape, shape);
        if (merged) {
          input.shape = *merged;
        } else if (!fixed && (!input.shape.ranked() || input.shape.rank() == shape.rank())) {
          input.shape = shape;
        } else {
          std::string example;
          for (int64_t dim : input.shape.with_minus_one()) {
            example += (example.empty() ? "" : ",") + (dim < 0 ? std::string("?") : fmt::format("{}", dim));
          }
          return context.findings.Report(
              Finding(Code::kWrongUse)
                  .Headline("--input-shape {}={} does not fit the model", name, fmt::join(wanted, ","))
                  .Cause("the input {} has the shape {}; {} has {}", name, ToText(input.shape), ToText(shape),
                         input.shape.rank() == shape.rank()
                             ? std::string("another value where the model fixes one")
                             : fmt::format("{} dimensions instead of {}", shape.rank(), input.shape.rank()))
                  .Fix(fmt::format("give a shape like {}={} (with numbers for the question marks), or leave "
                                   "the option out",
                                   name, example)));
        }
      }
    }
    if (!found) {
      return context.findings.Report(Finding(Code::kTensorUnknown)
                                         .Headline("the model has no input '{}'", name)
                                         .Cause("--input-shape names it; the inputs are: {}",
                                                known.empty() ? std::string("none") : known)
                                         .Fix("name one of the inputs: " + known));
    }
  }
  return {};
}

}  // namespace litesmith::import_tf
