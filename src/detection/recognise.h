// Recognises what a detector holds beside its network: the decoding of boxes, the suppression of overlapping
// ones, the preparation of the picture. Nothing is matched by names or by the order of ops: the graph is cut
// where its shape says that a part begins, and the part is computed on inputs chosen to show what it does.
// What behaves like a box decoder is one, however it is written; what does not, stays as it is, and a finding
// says why.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::detection {

enum class Mode { kAuto, kExact, kRaw, kKeep };  // contract.md, "--detection"

// What was recognised as more than its ops, for the report.
struct Recognised {
  std::string what;  // "detection-postprocess", "detection-preprocess"
  std::map<std::string, double>
      numbers;  // "classes", "max_detections", "score_threshold", "iou_threshold", "nodes"
  std::map<std::string, std::string> texts;  // "outputs": which is which
};

struct Options {
  Mode mode = Mode::kAuto;
  std::vector<std::string> labels;  // class 0 first; for the metadata
};

// A detector takes one picture: where the number of pictures is open, it is fixed to one (kShapeAssumed), so
// that loops over the batch are none. Before passes::Simplify, in all modes but kKeep; leaves functions
// without suppression alone.
Result<void> FixBatch(ir::Module& module, const Options& options, Context& context);

// Rewrites each signature's function that is a detector (or the main function) in the modes kAuto and kRaw;
// after passes::Simplify.
Result<std::vector<Recognised>> Recognise(ir::Module& module, const Options& options, Context& context);

}  // namespace litesmith::detection
