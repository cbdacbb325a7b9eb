// What of a function becomes integers, and with which scales. Nothing is changed here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/module.h"
#include "quantization/options.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

// The range of a float32 value, or nothing where it is not known.
using RangeSource = std::function<std::optional<Range>(const ir::Value& value)>;

using KeepFloat = std::function<std::string(const ir::Node& node)>;

struct PlanOptions {
  Mode mode = Mode::kInt8;
  bool float_fallback = true;
  // Of the function's own parameters and results.
  bool integer_inputs = false, integer_outputs = false;
  // Why an op is to stay in float, because it was asked for or because that repairs the model; empty: it is
  // not.
  KeepFloat keep_float;
};

struct KeptFloat {
  const ir::Node* node;
  std::string why;       // "TensorFlow Lite has no int8 kernel for it"
  bool by_wish = false;  // keep_float said so
};

// Tensors that share a scale have one class.
struct Plan {
  std::unordered_set<const ir::Node*> integer;  // nodes
  // Of every float value that an integer node computes or reads or that was trained, constants excepted.
  std::unordered_map<const ir::Value*, Parameters> parameters;
  // Those with a trained range: they stand for their integers even where floats read them.
  std::unordered_set<const ir::Value*> rounded;
  std::vector<KeptFloat> kept;  // ops of numbers in float, other than those that only surround such

  // Operands of ops that join tensors of very different ranges.
  struct Crowded {
    const ir::Node* node;
    const ir::Value* operand;
    double steps;  // that are left of the operand's range
  };
  std::vector<Crowded> crowded;
};

// Ops without weights that only lead from float inputs or to float results stay in float where that is
// allowed (float_fallback): they would round twice and gain nothing.
Plan MakePlan(const ir::Function& function, const RangeSource& ranges, const PlanOptions& options);

// Whether the node multiplies by constant weights, or looks something up in a table of a size that counts.
bool HasWeights(const ir::Node& node, Mode mode);

}  // namespace litesmith::quantization
