#include "pipeline/verify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/finding.h"
#include "detection/op_options.h"
#include "ir/signature.h"
#include "pipeline/verify_inputs.h"
#include "pipeline/verify_source.h"
#include "tf/shape_context.h"

namespace litesmith::pipeline {
namespace {

// One way into a module.
struct Entry {
  const ir::Function* function = nullptr;
  const ir::Signature* signature = nullptr;  // null: the module has none
  std::string key() const { return signature != nullptr ? signature->key : ""; }
};

Entry FindEntry(const ir::Module& module, const std::string& wanted) {
  const ir::Signature* chosen = nullptr;
  for (const ir::Signature& signature : module.signatures) {
    if (signature.key == (wanted.empty() ? "serving_default" : wanted)) chosen = &signature;
  }
  if (chosen == nullptr && wanted.empty() && !module.signatures.empty()) chosen = &module.signatures[0];
  if (chosen != nullptr) return {module.FindFunction(chosen->function), chosen};
  if (!module.signatures.empty() || module.functions().empty()) return {};
  return {module.functions()[0].get(), nullptr};
}

std::string WithoutIndex(const std::string& name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

std::string NameOf(const ir::Node& node) {
  return node.name.empty() && node.output_count() > 0 ? node.output()->name : node.name;
}

const char* Plural(size_t count) { return count == 1 ? "" : "s"; }

class Verifier {
 public:
  Verifier(std::shared_ptr<const ir::Module> source, std::shared_ptr<const ir::Module> file,
           const VerifyOptions& options, Context& context)
      : source_module_(std::move(source)),
        file_module_(std::move(file)),
        options_(options),
        context_(context) {}

  Result<Verified> Run() {
    result_.precision = PrecisionOf(*file_module_);
    source_ = FindEntry(*source_module_, options_.signature);
    if (source_.function == nullptr) return ReportNoEntry(*source_module_, "source");
    file_ = FindEntry(*file_module_, file_module_->signatures.empty() ? "" : source_.key());
    if (file_.function == nullptr) return ReportNoEntry(*file_module_, "file");
    runtime::Options runtime = options_.runtime;
    runtime.preserve_all = true;
    LS_TRY(interpreter_, runtime::Interpreter::Create(file_module_, file_.key(), runtime, context_));
    const auto source_inputs = ir::InputsOf(*source_.function, source_.signature);
    LS_RETURN_IF_FAILED(CheckExpected());
    LS_TRY(const InputsOfBoth inputs,
           MakeInputs(*file_module_, source_inputs, *interpreter_, options_.inputs, context_));
    for (size_t i = 0; i < inputs.file.size(); ++i)
      LS_RETURN_IF_FAILED(interpreter_->SetInput(i, inputs.file[i]));
    LS_RETURN_IF_FAILED(interpreter_->Invoke());
    MatchTensors();
    std::vector<Tensor> arguments(source_.function->parameter_count());
    for (size_t i = 0; i < source_inputs.size(); ++i) arguments[source_inputs[i].index] = inputs.source[i];
    LS_RETURN_IF_FAILED(RunSource(source_inputs, arguments));
    CompareOutputs();
    TellUnseen();
    Conclude();
    return std::move(result_);
  }

 private:
  Failed ReportNoEntry(const ir::Module& module, std::string_view which) {
    std::vector<std::string> keys;
    for (const ir::Signature& signature : module.signatures) keys.push_back(signature.key);
    return context_.findings.Report(
        Finding(Code::kSignatureUnknown)
            .Headline("the {} has no signature {}", which,
                      options_.signature.empty() ? source_.key() : options_.signature)
            .Cause("it has: {}", keys.empty() ? "none" : fmt::format("{}", fmt::join(keys, ", ")))
            .Fix("choose one that both have", "--signature KEY"));
  }

  // Which value of the file bears which name. Constants are left out: their layout is the file's own.
  void MatchTensors() {
    std::unordered_set<std::string> twice;
    for (const ir::Node& node : file_.function->nodes()) {
      if (node.op().dialect == ir::Dialect::kCore) continue;
      for (size_t i = 0; i < node.output_count(); ++i) {
        const ir::Value* value = node.output(i);
        if (!value->name.empty() && !by_name_.emplace(value->name, value).second) twice.insert(value->name);
      }
    }
    for (const std::string& name : twice) by_name_.erase(name);
    matchable_ = by_name_.size();
    // Outputs of the detection op are the file's own and happen to be called as the source's are.
    for (const ir::SignatureEntry& entry : ir::OutputsOf(*file_.function, file_.signature)) {
      const bool own = entry.value->node() != nullptr && entry.value->node()->op_name() == detection::kOpName;
      if (own) ++detector_outputs_;
      if (own) by_name_.erase(entry.value->name);
    }
  }

  Result<void> RunSource(const std::vector<ir::SignatureEntry>& source_inputs,
                         const std::vector<Tensor>& arguments) {
    const auto watch = [this](const ir::Value& value, const Tensor& tensor) { See(value, tensor); };
    bool is_file = false;
    for (const ir::Node& node : source_.function->nodes()) is_file |= node.op().dialect == ir::Dialect::kTfl;
    if (is_file) return RunSourceFile(source_inputs, arguments);
    SourceEvaluator evaluator(*source_module_, context_);
    results_ = evaluator.Run(*source_.function, arguments, watch);
    results_.resize(source_.function->result_count());
    gaps_ = evaluator.gaps();
    if (context_.is_cancelled()) return kFailed;
    return {};
  }

  // A source that is a .tflite itself: two files are compared, such as one and what quantization made of it.
  Result<void> RunSourceFile(const std::vector<ir::SignatureEntry>& source_inputs,
                             const std::vector<Tensor>& arguments) {
    runtime::Options runtime = options_.runtime;
    runtime.preserve_all = true;
    LS_TRY(const auto interpreter,
           runtime::Interpreter::Create(source_module_, source_.key(), runtime, context_));
    for (const ir::SignatureEntry& entry : source_inputs)
      LS_RETURN_IF_FAILED(interpreter->SetInput(entry.index, arguments[entry.index]));
    LS_RETURN_IF_FAILED(interpreter->Invoke());
    for (const ir::Node& node : source_.function->nodes()) {
      if (node.op().dialect == ir::Dialect::kCore) continue;
      for (size_t i = 0; i < node.output_count(); ++i)
        See(*node.output(i), interpreter->Inspect(*node.output(i)));
    }
    for (size_t i = 0; i < source_.function->result_count(); ++i) results_.push_back(interpreter->output(i));
    return {};
  }

  // A tensor of the source is there: compared with the file's of that name.
  void See(const ir::Value& value, const Tensor& tensor) {
    if (value.node() == nullptr || value.constant() != nullptr || !tensor.valid()) return;
    const auto found = by_name_.find(value.name);
    if (found == by_name_.end()) return;
    const ir::Value* other = found->second;
    const Tensor in_file = interpreter_->Inspect(*other);
    if (!in_file.valid()) return;
    Add(&value, value.name, *other, tensor, in_file, false);
    by_name_.erase(found);
  }

  void Add(const ir::Value* value, const std::string& name, const ir::Value& other, const Tensor& tensor,
           const Tensor& in_file, bool is_output) {
    ComparedTensor compared{name, other.name, is_output, {}, false};
    const auto deviation = Compare(tensor, in_file, other.type.quantization.get());
    if (deviation) {
      compared.deviation = *deviation;
      compared.agrees = deviation->Agrees(result_.precision);
    } else if (is_output || tensor.elements() != in_file.elements()) {
      compared.deviation.max_error = compared.deviation.rms_error = INFINITY;
      compared.deviation.snr_db = -INFINITY;
      other_shapes_[result_.tensors.size()] =
          fmt::format("{}{} in the source and {}{} in the file", NameOf(tensor.dtype()),
                      ToText(tensor.dims()), NameOf(in_file.dtype()), ToText(in_file.dims()));
    } else {
      rearranged_.push_back(name);
      return;
    }
    values_.push_back({value, &other});
    if (compared.agrees && value != nullptr) agreeing_.insert(value);
    result_.tensors.push_back(std::move(compared));
  }

  static auto OutputOf(const std::vector<ir::SignatureEntry>& outputs, const NamedTensor& expected) {
    return std::find_if(outputs.begin(), outputs.end(), [&](const ir::SignatureEntry& entry) {
      return WithoutIndex(entry.name) == WithoutIndex(expected.name) ||
             (expected.name.empty() && outputs.size() == 1);
    });
  }

  // Results that are expected of no output would be compared with nothing, and all would agree.
  Result<void> CheckExpected() {
    const auto outputs = ir::OutputsOf(*source_.function, source_.signature);
    const auto known = [&](const NamedTensor& one) { return OutputOf(outputs, one) != outputs.end(); };
    if (options_.expected.empty() || std::any_of(options_.expected.begin(), options_.expected.end(), known))
      return {};
    std::vector<std::string> given, names;
    for (const NamedTensor& one : options_.expected) given.push_back(one.name);
    for (const ir::SignatureEntry& entry : outputs) names.push_back(entry.name);
    return context_.findings.Report(
        Finding(Code::kInputUnknown)
            .Headline("the expected results are of no output of the model")
            .Cause("they are called {}; the model's outputs are {}", fmt::join(given, ", "),
                   fmt::join(names, ", "))
            .Fix("name the arrays as the outputs are named: numpy.savez(file, **{name: array})"));
  }

  void CompareOutputs() {
    const auto outputs = ir::OutputsOf(*source_.function, source_.signature);
    std::vector<const Tensor*> expected(outputs.size());
    for (const NamedTensor& one : options_.expected) {
      const auto found = OutputOf(outputs, one);
      if (found == outputs.end()) {
        result_.unseen.push_back(fmt::format("the expected '{}' is no output of the source", one.name));
      } else {
        expected[static_cast<size_t>(found - outputs.begin())] = &one.tensor;
      }
    }
    for (const ir::SignatureEntry& entry : ir::OutputsOf(*file_.function, file_.signature)) {
      if (entry.value->node() != nullptr && entry.value->node()->op_name() == detection::kOpName) continue;
      const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const ir::SignatureEntry& output) {
        return WithoutIndex(output.name) == WithoutIndex(entry.name);
      });
      const bool only = outputs.size() == 1 && file_.function->result_count() == 1;
      if (found == outputs.end() && !only) {
        result_.unseen.push_back(fmt::format("output '{}' of the file is none of the source's", entry.name));
        continue;
      }
      const ir::SignatureEntry& output = found == outputs.end() ? outputs[0] : *found;
      const Tensor* wanted = expected[static_cast<size_t>(&output - outputs.data())];
      const Tensor& tensor = wanted != nullptr ? *wanted : results_[output.index];
      const auto seen = std::find(values_.begin(), values_.end(), std::pair(output.value, entry.value));
      if (wanted == nullptr && seen != values_.end()) {
        result_.tensors[static_cast<size_t>(seen - values_.begin())].is_output = true;
      } else if (tensor.valid()) {
        Add(output.value, output.name, *entry.value, tensor, interpreter_->output(entry.index), true);
      } else {
        unknown_outputs_.push_back(output.name);
      }
    }
  }

  void TellUnseen() {
    std::vector<std::string>& unseen = result_.unseen;
    if (detector_outputs_ > 0) {
      unseen.push_back(
          "the post-processing of the detector: the file has one op for it, whose boxes are ordered and "
          "rounded "
          "by other rules; what goes into that op is compared");
    }
    for (const SourceEvaluator::Gap& gap : gaps_) {
      unseen.push_back(
          fmt::format("{} '{}'{} and what depends on it: {}", gap.node->op_name(), NameOf(*gap.node),
                      gap.count > 1 ? fmt::format(" and {} more like it", gap.count - 1) : "", gap.reason));
    }
    if (!unknown_outputs_.empty())
      unseen.push_back(fmt::format("output{} {}, which depend{} on that", Plural(unknown_outputs_.size()),
                                   fmt::join(unknown_outputs_, ", "),
                                   unknown_outputs_.size() == 1 ? "s" : ""));
    if (!rearranged_.empty()) {
      unseen.push_back(
          fmt::format("{} tensor{} whose dimensions stand in another order in the file, such as '{}'",
                      rearranged_.size(), Plural(rearranged_.size()), rearranged_.front()));
    }
    size_t inside = 0;
    for (const auto& function : file_module_->functions())
      inside += function.get() != file_.function && !IsEntry(*function) ? function->node_count() : 0;
    if (inside > 0) {
      unseen.push_back(
          fmt::format("the {} op{} inside of loops and branches one by one: what comes out of them "
                      "is compared",
                      inside, Plural(inside)));
    }
    const size_t unmatched = by_name_.size();
    if (unmatched > 0) {
      unseen.push_back(
          fmt::format("{} of the {} tensors between the file's ops, which hold what no tensor of the "
                      "source does",
                      unmatched, matchable_));
    }
  }

  bool IsEntry(const ir::Function& function) const {
    return std::any_of(file_module_->signatures.begin(), file_module_->signatures.end(),
                       [&](const ir::Signature& signature) { return signature.function == function.name; });
  }

  // The source's nodes between a value and the last tensors that agree.
  std::vector<std::string> NodesBefore(const ir::Value* value) const {
    constexpr size_t kMost = 12;
    std::vector<const ir::Node*> nodes;
    std::unordered_set<const ir::Node*> seen;
    std::vector<const ir::Value*> waiting = {value};
    while (!waiting.empty() && nodes.size() < kMost) {
      const ir::Value* one = waiting.back();
      waiting.pop_back();
      if (one == nullptr || one->node() == nullptr || one->constant() != nullptr) continue;
      if (agreeing_.contains(one) || !seen.insert(one->node()).second) continue;
      nodes.push_back(one->node());
      for (size_t i = 0; i < one->node()->operand_count(); ++i) waiting.push_back(one->node()->operand(i));
    }
    std::vector<std::string> texts;
    for (const ir::Node* node : nodes)
      texts.push_back(fmt::format("{} '{}'", node->op_name(), NameOf(*node)));
    std::reverse(texts.begin(), texts.end());
    return texts;
  }

  void Conclude() {
    if (result_.tensors.empty()) {
      Finding finding(Code::kNotVerified);
      finding.As(Severity::kError)
          .Headline("nothing of the file could be compared with the source")
          .Cause("{}", result_.unseen.empty() ? "no tensor of the file is called as one of the source's is"
                                              : fmt::format("not seen: {}", fmt::join(result_.unseen, "; ")))
          .Fix("check that the file was made from this model, with the same options");
      context_.findings.Report(std::move(finding));
      return;
    }
    const auto first = std::find_if(result_.tensors.begin(), result_.tensors.end(),
                                    [](const ComparedTensor& tensor) { return !tensor.agrees; });
    if (first != result_.tensors.end())
      ReportDifference(static_cast<size_t>(first - result_.tensors.begin()));
    if (result_.unseen.empty()) return;
    context_.findings.Report(Finding(Code::kNotVerified)
                                 .Headline("verify does not see everything")
                                 .Cause("not compared: {}", fmt::join(result_.unseen, "; ")));
  }

  void ReportDifference(size_t index) {
    const auto [value, other] = values_[index];
    const ComparedTensor& tensor = result_.tensors[index];
    FirstDifference first;
    first.tensor = index;
    first.nodes = NodesBefore(value);
    if (other->node() != nullptr) first.file_op = other->node()->op_name();
    Finding finding = value != nullptr && value->node() != nullptr
                          ? tf::FindingAt(Code::kComputesDifferently, *value->node())
                          : Finding(Code::kComputesDifferently);
    first.op = finding.op;
    first.node = finding.node;
    first.layer = finding.layer;
    finding.Headline("the file computes something else than the source, from '{}' on", tensor.source);
    const auto shapes = other_shapes_.find(index);
    std::string cause =
        shapes != other_shapes_.end()
            ? fmt::format("the tensor is {}", shapes->second)
            : fmt::format(
                  "{} of {} elements differ, by {:.3g} at most, in a tensor whose largest magnitude is "
                  "{:.3g} (signal to noise {:.1f} dB; for a {} file that is too much)",
                  tensor.deviation.different, tensor.deviation.elements, tensor.deviation.max_error,
                  tensor.deviation.largest, tensor.deviation.snr_db, NameOf(result_.precision));
    if (!first.file_op.empty())
      cause += fmt::format("; in the file, {} gives it as '{}'", first.file_op, tensor.file);
    if (first.nodes.size() > 1) {
      cause += fmt::format("; what comes before agrees, so it is one of these of the source: {}",
                           fmt::join(first.nodes, ", "));
    }
    finding.Cause("{}", cause);
    finding.Fix("check that the file was made from this very model, with the same options");
    if (options_.inputs.empty())
      finding.Fix("check with inputs as the model really gets them: made-up ones may be out of its range",
                  "--inputs IN.npz");
    finding.Fix(
        "if it was converted by Litesmith, this is a bug of ours: please report it with the op above");
    context_.findings.Report(std::move(finding));
    result_.first_difference = std::move(first);
  }

  std::shared_ptr<const ir::Module> source_module_, file_module_;
  const VerifyOptions& options_;
  Context& context_;
  Entry source_, file_;
  std::unique_ptr<runtime::Interpreter> interpreter_;
  Verified result_;
  std::unordered_map<std::string, const ir::Value*> by_name_;  // of the file, not yet compared
  size_t matchable_ = 0, detector_outputs_ = 0;
  std::vector<std::pair<const ir::Value*, const ir::Value*>> values_;  // as result_.tensors: source, file
  std::unordered_set<const ir::Value*> agreeing_;                      // of the source
  std::unordered_map<size_t, std::string> other_shapes_;
  std::vector<std::string> rearranged_, unknown_outputs_;
  std::vector<Tensor> results_;  // of the source
  std::vector<SourceEvaluator::Gap> gaps_;
};

}  // namespace

Result<Verified> Verify(std::shared_ptr<const ir::Module> source, std::shared_ptr<const ir::Module> file,
                        const VerifyOptions& options, Context& context) {
  return Verifier(std::move(source), std::move(file), options, context).Run();
}

}  // namespace litesmith::pipeline
