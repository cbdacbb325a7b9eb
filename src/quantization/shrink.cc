#include "quantization/shrink.h"

#include <map>
#include <optional>

#include "quantization/rules.h"
#include "quantization/weights.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// Official converters leave smaller constants alone (tflite/converter quantization_config.h): a scale for
// each channel and a kernel's work outweigh what is saved.
constexpr int64_t kLeastQuantized = 1024;
// A DEQUANTIZE and a tensor more take about 150 bytes of a file.
constexpr int64_t kLeastFloat16 = 128;

struct Place {  // a constant operand that may shrink
  size_t operand;
  int axis;     // of its scales; -1: one scale
  bool hybrid;  // the kernel takes int8 beside float inputs
};

bool IsRecurrent(const ir::Node& node) {
  return node.Is(tfl::UNIDIRECTIONAL_SEQUENCE_LSTM) || node.Is(tfl::BIDIRECTIONAL_SEQUENCE_LSTM) ||
         node.Is(tfl::UNIDIRECTIONAL_SEQUENCE_RNN) || node.Is(tfl::BIDIRECTIONAL_SEQUENCE_RNN) ||
         node.Is(tfl::RNN) || node.Is(tfl::LSTM) || node.Is(tfl::SVDF);
}

// One scale a row where rows are long enough to carry it.
int AxisOfTable(const Tensor& tensor) {
  return tensor.rank() >= 2 && tensor.dims()[0] * 16 <= tensor.elements() ? 0 : -1;
}

std::vector<Place> PlacesOf(const ir::Node& node, Mode mode) {
  std::vector<Place> places;
  const auto is_matrix = [&](size_t i) { return node.constant_operand(i)->rank() >= 2; };
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Tensor* constant = node.constant_operand(i);
    if (constant == nullptr || constant->dtype() != DType::kFloat32) continue;
    if (mode == Mode::kFloat16) {
      if (constant->elements() >= kLeastFloat16) places.push_back({i, -1, false});
      continue;
    }
    if (constant->elements() < kLeastQuantized || tfl::OpOf(node) == nullptr) continue;
    const Rule* rule = RuleOf(node, Mode::kInt8);
    if (IsRecurrent(node)) {
      // Weights are matrices; peepholes and biases are not.
      if (is_matrix(i)) places.push_back({i, -1, true});
    } else if (rule != nullptr && rule->operand_role(i) == Role::kWeights) {
      const bool hybrid = node.Is(tfl::CONV_2D) || node.Is(tfl::FULLY_CONNECTED);
      places.push_back({i, rule->weights_axis(i), hybrid});
    } else if (node.Is(tfl::BATCH_MATMUL) && i == 1) {
      places.push_back({i, -1, true});
    } else if (rule == nullptr || rule->operand_role(i) != Role::kBias) {
      places.push_back({i, AxisOfTable(*constant), false});
    }
  }
  return places;
}

class Shrinker {
 public:
  explicit Shrinker(Mode mode) : mode_(mode) {}

  void Take(ir::Node& node) {
    for (const Place& place : PlacesOf(node, mode_)) {
      const bool hybrid = place.hybrid && mode_ == Mode::kDynamic;
      node.SetOperand(place.operand, Shrunk(*node.operand(place.operand), place.axis, hybrid));
      if (hybrid && (node.Is(tfl::FULLY_CONNECTED) || node.Is(tfl::BATCH_MATMUL) || IsRecurrent(node)))
        node.attributes.Set("asymmetric_quantize_inputs", true);
    }
  }
  size_t count() const { return made_.size(); }

 private:
  // Each constant once, however many nodes use it.
  ir::Value* Shrunk(ir::Value& old, int axis, bool hybrid) {
    ir::Value*& made = made_[{&old, axis, hybrid}];
    if (made == nullptr) made = Make(old, axis, hybrid);
    return made;
  }

  ir::Value* Make(ir::Value& old, int axis, bool hybrid) {
    ir::Builder builder(*old.node()->next());
    const Tensor& tensor = *old.constant();
    ir::Value* stored;
    if (mode_ == Mode::kFloat16) {
      stored = builder.Constant(ToFloat16(tensor), old.name);
    } else {
      QuantizedConstant constant = Quantized(tensor, axis);
      stored = builder.Constant(std::move(constant.values), old.name);
      stored->type.quantization = std::move(constant.quantization);
    }
    if (hybrid) return stored;
    return builder.Make(tfl::DEQUANTIZE, {stored}, {DType::kFloat32, old.type.shape, nullptr});
  }

  QuantizedConstant Quantized(const Tensor& tensor, int axis) const {
    if (mode_ != Mode::kWeight4) return QuantizeWeights(tensor, axis, 8);
    return QuantizeWeights(tensor, axis, 4);
  }

  struct Key {
    const ir::Value* value;
    int axis;
    bool hybrid;
    auto operator<=>(const Key&) const = default;
  };
  Mode mode_;
  std::map<Key, ir::Value*> made_;
};

}  // namespace

size_t ShrinkConstants(ir::Module& module, Mode mode,
                       const std::function<bool(const ir::Node&)>& keep_float) {
  size_t count = 0;
  for (const auto& function : module.functions()) {
    Shrinker shrinker(mode);
    for (ir::Node& node : function->nodes()) {
      if (node.op().dialect == ir::Dialect::kCore || node.Is(tfl::DEQUANTIZE)) continue;
      if (!keep_float || !keep_float(node)) shrinker.Take(node);
    }
    function->EraseDeadNodes();
    count += shrinker.count();
  }
  return count;
}

}  // namespace litesmith::quantization
