// Do sample inputs look like what the model will see?
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/host.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

// Fed with the samples as they pass by, so that each is decoded once. Its memory does not grow with their
// number. What Report says does not depend on the order of Add.
class SampleCheck {
 public:
  // The arguments of OpenSamples and what it gave; `samples` must outlive this.
  SampleCheck(const Samples& samples, std::vector<runtime::TensorInfo> inputs, SampleOptions options);

  // A sample as Get gave it; empty ones count as skipped, and what was added before does not count again. May
  // be called from several threads at once.
  void Add(size_t index, const std::vector<Tensor>& tensors);

  // Warns with kSampleSkipped of the samples that were passed over, and with kSamplesDoubtful of: ranges that
  // are not the model's, swapped inputs, the same number everywhere, the same or nearly the same sample again
  // and again, pictures without colours, few samples. Fails with kSamplesUnfit if none of the samples added
  // was readable.
  Result<void> Report(Context& context) const;

 private:
  // What all samples of an input have in common.
  struct Summary {
    float low = 0, high = 0;  // if numbers > 0
    size_t numbers = 0;       // samples that hold numbers
    size_t constant = 0;      // samples with one number everywhere
    size_t pictures = 0, grey = 0;
  };
  // What stands for one sample when samples are compared.
  struct Digest {
    uint64_t hash = 0;
    std::vector<float> points;  // kPoints evenly spaced elements of each input
  };

  Summary Summarize(const Tensor& tensor, size_t input) const;
  void ReportRanges(Context& context) const;
  void ReportConstants(Context& context) const;
  void ReportRepetition(Context& context) const;
  // Groups of samples whose points are nearly the same; empty if the points do not tell.
  std::optional<size_t> CountGroups(size_t most) const;

  const Samples& samples_;
  const std::vector<runtime::TensorInfo> inputs_;
  const SampleOptions options_;

  std::mutex mutex_;
  std::vector<bool> added_;           // by sample
  size_t seen_ = 0;                   // added and not empty
  std::vector<Summary> summaries_;    // by input
  std::map<size_t, Digest> digests_;  // by sample, the first of them
  std::set<size_t> skipped_;          // added and empty
};

}  // namespace litesmith::pipeline
