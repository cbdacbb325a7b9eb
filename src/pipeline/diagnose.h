// Everything that a conversion would trip over, in one run.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/finding.h"
#include "pipeline/convert.h"

namespace litesmith::pipeline {

// Passes findings on, but for errors that are mere consequences of others: of a shape that is unknown because
// the op before it is.
class RootCauses : public FindingSink {
 public:
  explicit RootCauses(FindingSink& to) : to_(to) {}
  Failed Report(Finding finding) override;
  // From here on, problems with shapes and dtypes are not told at nodes behind one with an error so far, or
  // behind an op without a form in TensorFlow Lite.
  virtual void Follow(const ir::Module& module);

 private:
  FindingSink& to_;
  std::unordered_set<std::string> nodes_;   // with an error
  std::unordered_set<std::string> behind_;  // such a node
};

struct Diagnosis {
  Converted model;       // `module` and `recognised` as far as it came
  WrittenModel written;  // if nothing blocks
};

// Converts as LoadModel and WriteModel do, but goes on behind what fails as far as that makes sense. Fails if
// the conversion would; `diagnosis` then holds what is known of the model. The findings are in the order of
// the conversion: the first error is the one that it would end with.
Result<void> Diagnose(const std::string& path, ConvertOptions options, Context& context,
                      Diagnosis& diagnosis);

// For reading: what blocks first, and problems of one kind (same code, op and cause) as one that names the
// places.
std::vector<Finding> Grouped(std::vector<Finding> findings);

}  // namespace litesmith::pipeline
