// Findings that a known shape might resolve are told when the conversion is over: then it is known where the
// unknown comes from, and which --input-shape helps, because it has been tried.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/finding.h"
#include "pipeline/convert.h"

namespace litesmith::pipeline {

// Keeps errors of that kind back, and what comes behind the first of them, and passes everything else on.
class ShapeFindings : public FindingSink {
 public:
  explicit ShapeFindings(FindingSink& to) : to_(to) {}
  Failed Report(Finding finding) override;

  // After a conversion of the model at `path` that failed: converts it again, in memory and without a word,
  // with shapes that may help, and reports what was kept with what came of it, then the rest. At most
  // kMostTries conversions; none begins after kMostSeconds.
  void Explain(const std::string& path, const ConvertOptions& options, Context& context);

  static constexpr int kMostTries = 14;
  static constexpr double kMostSeconds = 5;

 private:
  FindingSink& to_;
  std::mutex mutex_;
  std::vector<Finding> kept_, behind_;
};

}  // namespace litesmith::pipeline
