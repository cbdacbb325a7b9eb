// Ranges that training left in a graph (quantization-aware training): as FAKE_QUANT ops, or as QUANTIZE with
// DEQUANTIZE behind it.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/host.h"
#include "ir/copy.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

// A module twice: as it was trained, where the ops that imitate quantization show what integers will compute,
// and without them, to be quantized.
struct TrainedModel {
  std::shared_ptr<const ir::Module> simulation, plain = {};
  // Of the plain module's values.
  std::unordered_map<const ir::Value*, Range> ranges = {};
  // Most layers with weights have them on both sides: what has none was left in float on purpose.
  bool complete = false;
  // What the plain module's values and nodes are in the simulation: of a value that an op of training was put
  // on, that op's result. Without trained ranges both modules are the same one, and these are empty.
  std::unordered_map<const ir::Value*, const ir::Value*> simulated_values = {};
  std::unordered_map<const ir::Node*, const ir::Node*> simulated_nodes = {};

  const ir::Value& Simulated(const ir::Value& value) const;
  const ir::Node& Simulated(const ir::Node& node) const;
};

// Constants that such ops were put on become what the ops make of them. What clips, moves or joins values
// behind them (RELU, RESHAPE, CONCATENATION) and has no range of its own takes theirs, and so does what is
// only moved before them. What integers of `mode` would not clip by themselves is clipped by MAXIMUM or
// MINIMUM; but the lowest step of 8 bits, which a narrow range leaves unused, is not cut off: that is one
// step for numbers that are clipped anyhow.
TrainedModel TakeTrainedRanges(const std::shared_ptr<const ir::Module>& module, Mode mode, Context& context);

// How a quantized form of `model.plain`, which came from it as `copy` says, comes from the simulation.
ir::ModuleCopy CopyOfSimulation(const TrainedModel& model, const ir::ModuleCopy& copy);

}  // namespace litesmith::quantization
