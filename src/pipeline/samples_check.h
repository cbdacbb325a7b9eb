// Do sample inputs look like what the model will see?
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

// Fed with the samples as they pass by, so that each is decoded once; keeps a digest of each. What Report
// says does not depend on the order of Add.
class SampleCheck {
 public:
  // The arguments of OpenSamples and what it gave; `samples` must outlive this.
  SampleCheck(const Samples& samples, std::vector<runtime::TensorInfo> inputs, SampleOptions options);

  // A sample as Get gave it; empty ones count as skipped. May be called from several threads at once, for
  // different indices.
  void Add(size_t index, const std::vector<Tensor>& tensors);

  // Warns with kSampleSkipped of each sample that was passed over, and with kSamplesDoubtful of: ranges that
  // are not the model's, swapped inputs, the same number everywhere, the same or nearly the same sample again
  // and again, pictures without colours, few samples. Fails with kSamplesUnfit if none of the samples added
  // was readable.
  Result<void> Report(Context& context) const;

 private:
  static constexpr size_t kPoints = 32;  // elements of a tensor that stand for it when samples are compared
  struct Digest {
    uint64_t hash = 0;
    float low = 0, high = 0;
    bool numbers = false, grey = false;
    float points[kPoints] = {};
  };
  enum class State : uint8_t { kUnseen, kSkipped, kSeen };

  const Digest& digest(size_t sample, size_t input) const {
    return digests_[sample * inputs_.size() + input];
  }

  const Samples& samples_;
  const std::vector<runtime::TensorInfo> inputs_;
  const SampleOptions options_;
  std::vector<State> states_;    // by sample
  std::vector<Digest> digests_;  // by sample, then by input
};

}  // namespace litesmith::pipeline
