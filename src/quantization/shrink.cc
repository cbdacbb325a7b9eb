#include "quantization/shrink.h"

#include <map>

#include "quantization/rounding.h"
#include "quantization/rules.h"
#include "quantization/weights.h"
#include "tfl/ops.h"
#include "tfl/work.h"

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
      places.push_back({i, rule->weights_axis(i), tfl::HasHybridKernel(node)});
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
  explicit Shrinker(const ShrinkOptions& options) : options_(options), mode_(options.mode) {}

  void Take(ir::Node& node) {
    const std::vector<Place> places = PlacesOf(node, mode_);
    // Before the weights are exchanged, by which the originals are found.
    const QuantizedConstant* known = mode_ == Mode::kFloat16 ? nullptr : options_.weights(node);
    if (known != nullptr) CorrectBias(node, *known);
    for (const Place& place : places) {
      const bool hybrid = place.hybrid && mode_ == Mode::kDynamic;
      ir::Value& old = *node.operand(place.operand);
      const QuantizedConstant* own = place.operand == 1 ? known : nullptr;
      const bool blockwise = own != nullptr && own->quantization->block_size > 0;
      ir::Value*& made = made_[{&old, place.axis, hybrid || blockwise}];
      if (made == nullptr) made = Make(old, place, hybrid || blockwise, own);
      node.SetOperand(place.operand, made);
      if (hybrid && (node.Is(tfl::FULLY_CONNECTED) || node.Is(tfl::BATCH_MATMUL) || IsRecurrent(node)))
        node.attributes.Set("asymmetric_quantize_inputs", true);
    }
  }
  size_t count() const { return made_.size(); }

 private:
  // A bias takes up what rounding the weights shifts.
  void CorrectBias(ir::Node& node, const QuantizedConstant& rounded) {
    constexpr size_t kBias = 2;
    const Patches* patches = options_.patches(node);
    const Tensor *weights = node.constant_operand(1), *bias = node.constant_operand(kBias);
    if (patches == nullptr || bias == nullptr || bias->dtype() != DType::kFloat32 ||
        weights->elements() < kLeastQuantized)
      return;
    const std::vector<float> shift = MeanShift(*weights, *patches, rounded, nullptr, mode_);
    std::vector<float> values(bias->data<float>().begin(), bias->data<float>().end());
    if (values.size() != shift.size()) return;
    for (size_t i = 0; i < values.size(); ++i) values[i] += shift[i];
    const std::string name = node.operand(kBias)->name;
    node.SetOperand(kBias, ir::Builder(node).Constant(Tensor::Of<float>(bias->dims(), values), name));
  }

  // `direct`: the kernel takes the integers as they are.
  ir::Value* Make(ir::Value& old, const Place& place, bool direct, const QuantizedConstant* known) const {
    ir::Builder builder(*old.node()->next());
    const Tensor& tensor = *old.constant();
    ir::Value* stored;
    if (mode_ == Mode::kFloat16) {
      stored = builder.Constant(ToFloat16(tensor), old.name);
    } else {
      QuantizedConstant constant =
          known != nullptr ? *known : QuantizeWeights(tensor, place.axis, mode_ == Mode::kWeight4 ? 4 : 8);
      stored = builder.Constant(std::move(constant.values), old.name);
      stored->type.quantization = std::move(constant.quantization);
    }
    if (direct) return stored;
    return builder.Make(tfl::DEQUANTIZE, {stored}, {DType::kFloat32, old.type.shape, nullptr});
  }

  struct Key {
    const ir::Value* value;
    int axis;
    bool direct;
    auto operator<=>(const Key&) const = default;
  };
  const ShrinkOptions& options_;
  const Mode mode_;
  std::map<Key, ir::Value*> made_;  // each constant once, however many nodes use it
};

}  // namespace

size_t ShrinkConstants(ir::Module& module, const ShrinkOptions& options) {
  size_t count = 0;
  for (const auto& function : module.functions()) {
    Shrinker shrinker(options);
    for (ir::Node& node : function->nodes()) {
      if (node.op().dialect == ir::Dialect::kCore || node.Is(tfl::DEQUANTIZE)) continue;
      if (options.keep_float(node).empty()) shrinker.Take(node);
    }
    function->EraseDeadNodes();
    count += shrinker.count();
  }
  return count;
}

}  // namespace litesmith::quantization
