#include "pipeline/samples_given.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <mutex>

#include "pipeline/samples_shapes.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

class Given final : public Samples {
 public:
  Given(const GivenSamples& given, std::vector<runtime::TensorInfo> inputs)
      : given_(given), inputs_(std::move(inputs)) {}

  size_t count() const override { return given_.count; }
  std::string name(size_t index) const override { return fmt::format("sample {}", index); }
  std::string problem(size_t) const override { return "the program gives no tensors for it"; }
  bool scaled() const override { return false; }

  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    LS_TRY(const std::vector<NamedTensor> given, Ask(index, context));
    std::vector<Tensor> tensors;
    if (given.empty()) return tensors;
    const ArrangedInputs arranged = ArrangeInputs(inputs_, given, context);
    if (arranged.failed) return kFailed;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      LS_TRY(Tensor tensor, Fitting(*arranged.tensors[i], index, inputs_[i], context));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

 private:
  Result<std::vector<NamedTensor>> Ask(size_t index, Context& context) const {
    const std::lock_guard lock(mutex_);
    try {
      return given_.get(index);
    } catch (const std::exception& problem) {  // of the program, on a thread of ours
      return context.findings.Report(Finding(Code::kSamplesUnfit)
                                         .Headline("the program could not give {}", name(index))
                                         .Cause("its function threw an exception: {}", problem.what())
                                         .Fix("let the function return no tensors for samples to pass over"));
    }
  }

  Result<Tensor> Fitting(const Tensor& tensor, size_t index, const runtime::TensorInfo& input,
                         Context& context) const {
    const auto fits = tensor.valid() ? SampleFits(input.shape, tensor.dims()) : std::vector<SampleFit>();
    const auto single =
        std::find_if(fits.begin(), fits.end(), [](const SampleFit& fit) { return fit.count == 1; });
    if (single == fits.end() || !DTypeFits(tensor.dtype(), input.dtype)) {
      Finding finding(Code::kSamplesUnfit);
      finding.Headline("{} does not fit the input '{}'", name(index), input.name);
      if (tensor.valid()) {
        finding.Cause("it is {}{}; the model takes {}", NameOf(tensor.dtype()), ToText(tensor.dims()),
                      DescribeInput(input));
      } else {
        finding.Cause("it has no tensor; the model takes {}", DescribeInput(input));
      }
      finding.Fix("give one sample at a time, in the shape and type that the model takes");
      return context.findings.Report(std::move(finding));
    }
    return CheckedSample(Tensor(tensor.dtype(), single->sample, tensor.owner(), tensor.bytes()), name(index),
                         input, context);
  }

  const GivenSamples& given_;
  const std::vector<runtime::TensorInfo> inputs_;
  mutable std::mutex mutex_;
};

Failed BadEntry(std::string headline, std::string cause, std::string fix, Context& context) {
  return context.findings.Report(
      Finding(Code::kSamplesUnfit).Headline("{}", headline).Cause("{}", cause).Fix(std::move(fix)));
}

}  // namespace

Result<std::map<std::string, const GivenSamples*>> BySignature(const std::vector<GivenSamples>& samples,
                                                               const std::vector<std::string>& signatures,
                                                               Context& context) {
  const auto has = [&](const std::string& key) {
    return std::find(signatures.begin(), signatures.end(), key) != signatures.end();
  };
  std::map<std::string, const GivenSamples*> by_signature;
  for (const GivenSamples& one : samples) {
    const std::string key = !one.signature.empty()   ? one.signature
                            : has("serving_default") ? "serving_default"
                                                     : signatures.front();
    if (!has(key)) {
      return context.findings.Report(
          Finding(Code::kSignatureUnknown)
              .Headline("samples are given for a signature '{}' that the model does not have", key)
              .Cause("its signatures are: {}", fmt::join(signatures, ", "))
              .Fix("name one of these"));
    }
    if (one.get == nullptr || one.count == 0) {
      return BadEntry("there are no samples for the signature '" + key + "'",
                      one.count == 0 ? "their number is 0" : "the function that gives them is not set",
                      "set count and get, or leave the entry out", context);
    }
    if (!by_signature.emplace(key, &one).second) {
      return BadEntry("samples are given twice for the signature '" + key + "'",
                      "each signature is calibrated by one set of samples", "join them into one", context);
    }
  }
  return by_signature;
}

std::unique_ptr<Samples> OpenGiven(const GivenSamples& given,
                                   const std::vector<runtime::TensorInfo>& inputs) {
  return std::make_unique<Given>(given, inputs);
}

}  // namespace litesmith::pipeline
