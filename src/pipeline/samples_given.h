// Sample inputs for quantization that a program has in memory, or makes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/named_inputs.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

struct GivenSamples {
  std::string signature;  // key; empty: serving_default, else the first
  size_t count = 0;
  // The inputs of a sample; empty: it is passed over. Called from one thread at a time, for any index, as
  // often as the sample is needed.
  std::function<std::vector<NamedTensor>(size_t index)> get;
};

// By the key of the signature, one of `signatures`. Reports kSignatureUnknown, and kSamplesUnfit for samples
// without `get` or of a signature that has some.
Result<std::map<std::string, const GivenSamples*>> BySignature(const std::vector<GivenSamples>& samples,
                                                               const std::vector<std::string>& signatures,
                                                               Context& context);

// Refers to `given`. Get converts numbers to the inputs' dtypes where nothing is lost; it fails with
// kInputUnknown and kInputMissing for names, kSamplesUnfit for shapes and dtypes, and kSampleNotFinite.
std::unique_ptr<Samples> OpenGiven(const GivenSamples& given, const std::vector<runtime::TensorInfo>& inputs);

}  // namespace litesmith::pipeline
