// Quantized forms of a model, for trying and for good.
#pragma once

#include <memory>
#include <regex>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ir/copy.h"
#include "quantization/observations.h"
#include "quantization/options.h"
#include "quantization/patches.h"
#include "quantization/plan.h"
#include "quantization/rounded_weights.h"
#include "quantization/trained_ranges.h"

namespace litesmith::quantization {

// All that is known of a model before its form is chosen.
struct Knowledge {
  TrainedModel model;  // model.plain is what becomes integers
  Observations observations;
  std::unique_ptr<PatchCollection> patches;  // null without samples
  RoundedWeights weights;
  bool made_up = false;  // so were the samples
};

// Nodes of model.plain whose activations stay in float for accuracy.
struct Repaired {
  std::unordered_set<const ir::Node*> nodes;
  // Layers among them keep integer weights where their kernels quantize activations as they run.
  bool hybrid = true;
  bool contains(const ir::Node* node) const { return nodes.contains(node); }
};

struct QuantizedForm {
  ir::ModuleCopy copy;                                      // of model.plain
  std::vector<std::pair<const ir::Function*, Plan>> plans;  // of model.plain's functions, in integer modes
  size_t tensors = 0;                                       // in fewer bits
};

class Forms {
 public:
  // Both must outlive this.
  Forms(const Options& options, const Knowledge& knowledge);

  QuantizedForm Make(const Repaired& repaired, DType input_type, DType output_type) const;
  // With float inputs and outputs, to be compared with the original.
  QuantizedForm Make(const Repaired& repaired) const {
    return Make(repaired, DType::kFloat32, DType::kFloat32);
  }
  // The float model in which some values of one function are rounded, and nothing else.
  QuantizedForm MakeRounded(const Plan& plan, const std::vector<const ir::Value*>& values) const;
  // The float model in which some layers' weights are rounded, and nothing else; where activations are no
  // integers, these layers are all that is quantized.
  QuantizedForm MakeAlone(const std::vector<const ir::Node*>& layers) const;

  // Why a node is not to be quantized; empty: it may be.
  std::string WhyKept(const ir::Node& node, const Repaired& repaired) const;
  // Layers whose weights make up the work, and which may become integers.
  std::vector<const ir::Node*> Layers() const;
  // Patterns of keep_float that match no op.
  std::vector<std::string> UnmatchedPatterns() const;

 private:
  const ir::Module& module() const { return *knowledge_.model.plain; }
  std::optional<Range> RangeFor(const ir::Value& value) const;
  const QuantizedConstant* WeightsOf(const ir::Node& node) const;
  const Patches* PatchesOf(const ir::Node& node) const;
  // `node`: what `layer` is in a copy.
  void RoundWeights(const ir::Node& layer, ir::Node& node) const;

  const Options& options_;
  const Knowledge& knowledge_;
  std::vector<std::regex> patterns_;
  std::set<std::string> entries_;
};

}  // namespace litesmith::quantization
