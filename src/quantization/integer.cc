#include "quantization/integer.h"

#include <cmath>
#include <map>

#include "quantization/rounding.h"
#include "quantization/rules.h"
#include "quantization/weights.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// A bias must fit into 32 bits, with room for the sums it is added to.
constexpr double kLargestBias = 1 << 30;

template <class T>
Tensor BiasOf(std::span<const float> bias, const Quantization& quantization) {
  std::vector<T> steps(bias.size());
  for (size_t i = 0; i < bias.size(); ++i) {
    const double value = std::round(static_cast<double>(bias[i]) / quantization.scale_at(i));
    steps[i] = static_cast<T>(std::clamp(value, -kLargestBias * 2, kLargestBias * 2 - 1));
  }
  return Tensor::Of<T>({static_cast<int64_t>(bias.size())}, steps);
}

class Rewriter {
 public:
  Rewriter(ir::Function& function, const Plan& plan, const RewriteOptions& options)
      : function_(function), plan_(plan), options_(options), activation_(ActivationType(options.mode)) {}

  void Run() {
    std::vector<ir::Node*> nodes;
    for (ir::Node& node : function_.nodes()) {
      if (&node != function_.return_node()) nodes.push_back(&node);
    }
    ReadParameters();
    for (ir::Node* each : nodes) {
      ir::Node& node = *each;
      if (plan_.integer.contains(&node)) {
        Convert(node);
      } else {
        for (size_t i = 0; i < node.operand_count(); ++i) ReadAsFloat(node, i);
        for (size_t i = 0; i < node.output_count(); ++i) WriteAsInteger(node, *node.output(i));
      }
    }
    for (size_t i = 0; i < function_.result_count(); ++i) GiveResult(i);
    function_.EraseDeadNodes();
  }

 private:
  // The integer form of a float value, and the float form of an integer one.
  struct Forms {
    ir::Value* integer = nullptr;
    ir::Value* real = nullptr;
  };

  ir::Type IntegerType(const ir::Value& value, const Parameters& parameters) const {
    return {activation_, value.type.shape, ToQuantization(parameters)};
  }

  // --- where integers and floats meet

  void ReadParameters() {
    for (size_t i = 0; i < function_.parameter_count(); ++i) {
      ir::Value* parameter = function_.parameter(i);
      const auto wanted = plan_.parameters.find(parameter);
      if (wanted == plan_.parameters.end()) continue;
      Forms& forms = forms_[parameter];
      ir::Builder builder = AtStart();
      if (options_.input_type == DType::kFloat32) {
        forms.real = plan_.rounded.contains(parameter) ? nullptr : parameter;
        forms.integer = builder.Make(tfl::QUANTIZE, {parameter}, IntegerType(*parameter, wanted->second));
        continue;
      }
      // Readers of the float are found by ReadAsFloat, which sees that it has become something else.
      if (options_.input_type == DType::kUInt8) {
        Parameters shifted = wanted->second;
        shifted.zero_point += 128;
        const ir::Type inner = IntegerType(*parameter, wanted->second);
        parameter->type = {DType::kUInt8, parameter->type.shape, ToQuantization(shifted)};
        forms.integer = builder.Make(tfl::QUANTIZE, {parameter}, inner);
      } else {
        parameter->type = IntegerType(*parameter, wanted->second);
        forms.integer = parameter;
      }
    }
  }

  ir::Builder AtStart() {
    ir::Node* first = function_.first();
    return first != nullptr ? ir::Builder(*first) : ir::Builder(function_);
  }

  static ir::Builder Behind(const ir::Value& value) { return ir::Builder(*value.node()->next()); }

  // Operand `index` of a float node, which may have become an integer.
  void ReadAsFloat(ir::Node& node, size_t index) {
    ir::Value* operand = node.operand(index);
    const auto found = operand != nullptr ? forms_.find(operand) : forms_.end();
    if (found == forms_.end()) return;
    node.SetOperand(index, RealFormOf(*operand, found->second));
  }

  ir::Value* RealFormOf(ir::Value& value, Forms& forms) {
    if (forms.real == nullptr) {
      ir::Builder builder = forms.integer->node() != nullptr ? Behind(*forms.integer) : AtStart();
      forms.real =
          builder.Make(tfl::DEQUANTIZE, {forms.integer}, {DType::kFloat32, value.type.shape, nullptr});
    }
    return forms.real;
  }

  // A float value that integer nodes read, too.
  void WriteAsInteger(const ir::Node& node, ir::Value& value) {
    const auto wanted = plan_.parameters.find(&value);
    if (wanted == plan_.parameters.end()) return;
    ir::Builder builder(*node.next());
    forms_[&value] = {builder.Make(tfl::QUANTIZE, {&value}, IntegerType(value, wanted->second)),
                      plan_.rounded.contains(&value) ? nullptr : &value};
  }

  // --- nodes

  void Convert(ir::Node& node) {
    const Rule& rule = *RuleOf(node, options_.mode);
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (rule.result_role(i) != Role::kActivation) continue;
      ir::Value* result = node.output(i);
      const Parameters& wanted = plan_.parameters.at(result);
      const Parameters given = rule.scales == Scales::kFixed ? FixedParameters(node, options_.mode) : wanted;
      result->type = IntegerType(*result, given);
      ir::Value* integer = result;
      if (!(given == wanted))
        integer = ir::Builder(*node.next()).Make(tfl::QUANTIZE, {result}, IntegerType(*result, wanted));
      forms_[result] = {integer, nullptr};
    }
    for (size_t i = 0; i < node.operand_count(); ++i) {
      if (node.operand(i) != nullptr && rule.operand_role(i) == Role::kActivation)
        SetActivation(node, rule, i);
    }
    if (options_.mode == Mode::kInt16x8 && node.Is(tfl::FULLY_CONNECTED)) GiveBias(node);
    SetWeights(node, rule);
    // The default of the schema asks for scales that are powers of two.
    if (options_.mode == Mode::kInt16x8 && (node.Is(tfl::ADD) || node.Is(tfl::SUB)))
      node.attributes.Set("pot_scale_int16", false);
  }

  // Without one the official kernel adds up in 32 bits, which sums of some hundred products leave.
  static void GiveBias(ir::Node& node) {
    constexpr size_t kBias = 2;
    if (node.operand_or_null(kBias) != nullptr) return;
    std::vector<ir::Value*> operands = node.operands();
    operands.resize(kBias + 1);
    const int64_t units = node.constant_operand(1)->dims()[0];
    operands[kBias] = ir::Builder(node).Constant(Tensor::Zeros(DType::kFloat32, {units}));
    node.SetOperands(operands);
  }

  void SetActivation(ir::Node& node, const Rule& rule, size_t index) {
    ir::Value* operand = node.operand(index);
    const bool shares = rule.scales == Scales::kSame;
    if (const Tensor* constant = operand->constant()) {
      const Parameters parameters =
          shares ? plan_.parameters.at(node.output(0)) : ParametersOf(*constant, options_.mode);
      node.SetOperand(index,
                      MakeConstant(node, *operand, QuantizeActivation(*constant, parameters, activation_),
                                   ToQuantization(parameters)));
      return;
    }
    ir::Value* integer = forms_.at(operand).integer;
    // An op that shares scales and has one activation has its result's class; others may differ.
    const Parameters* wanted =
        shares && rule.result_role(0) == Role::kActivation ? &plan_.parameters.at(node.output(0)) : nullptr;
    if (wanted != nullptr && !(plan_.parameters.at(operand) == *wanted))
      integer = ir::Builder(node).Make(tfl::QUANTIZE, {integer}, IntegerType(*operand, *wanted));
    node.SetOperand(index, integer);
  }

  static ir::Value* MakeConstant(ir::Node& before, const ir::Value& old, Tensor tensor,
                                 std::shared_ptr<const Quantization> quantization) {
    ir::Value* made = ir::Builder(before).Constant(std::move(tensor), old.name);
    made->type.quantization = std::move(quantization);
    return made;
  }

  void SetWeights(ir::Node& node, const Rule& rule) {
    size_t data = 0, weights = 0, bias = 0;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const Role role = rule.operand_role(i);
      if (role == Role::kWeights) weights = i;
      if (role == Role::kActivation) data = i;
      if (role == Role::kBias) bias = i;
    }
    const Tensor* old_weights =
        rule.operand_role(weights) == Role::kWeights ? node.constant_operand(weights) : nullptr;
    if (old_weights == nullptr) return;
    const Quantization& input = *node.operand(data)->type.quantization;
    const Parameters input_parameters{input.scale[0], input.zero_point_at(0)};
    const float input_scale = input.scale[0];
    const Tensor* old_bias = bias > 0 ? node.constant_operand(bias) : nullptr;
    const QuantizedConstant made =
        WeightsFor(node, *old_weights, rule.weights_axis(weights), input_scale, old_bias);
    const Patches* patches = options_.patches(node);
    node.SetOperand(weights, MakeConstant(node, *node.operand(weights), made.values, made.quantization));
    if (old_bias == nullptr) return;
    auto scales = std::make_shared<Quantization>();
    for (const float scale : made.quantization->scale) scales->scale.push_back(scale * input_scale);
    scales->zero_point.assign(scales->scale.size(), 0);
    std::vector<float> values(old_bias->data<float>().begin(), old_bias->data<float>().end());
    if (patches != nullptr) {
      const std::vector<float> shift =
          MeanShift(*old_weights, *patches, made, &input_parameters, options_.mode);
      for (size_t i = 0; i < values.size() && values.size() == shift.size(); ++i) values[i] += shift[i];
    }
    Tensor integers =
        options_.mode == Mode::kInt16x8 ? BiasOf<int64_t>(values, *scales) : BiasOf<int32_t>(values, *scales);
    node.SetOperand(bias, MakeConstant(node, *node.operand(bias), std::move(integers), scales));
  }

  // Those found before, unless a bias needs larger steps.
  QuantizedConstant WeightsFor(const ir::Node& node, const Tensor& weights, int axis, float input_scale,
                               const Tensor* bias) const {
    const QuantizedConstant* known = options_.weights(node);
    std::vector<float> least;
    bool too_fine = known == nullptr;
    if (bias != nullptr && options_.mode == Mode::kInt8) {
      for (const float value : bias->data<float>()) {
        least.push_back(static_cast<float>(std::fabs(value) / kLargestBias / input_scale));
        too_fine = too_fine || known->quantization->scale_at(least.size() - 1) < least.back();
      }
    }
    return too_fine ? QuantizeWeights(weights, axis, 8, least) : *known;
  }

  // --- results

  void GiveResult(size_t index) {
    ir::Node& give = *function_.return_node();
    ir::Value* result = give.operand(index);
    const auto found = forms_.find(result);
    if (found == forms_.end()) return;
    Forms& forms = found->second;
    if (options_.output_type == DType::kFloat32 || forms.integer == nullptr) {
      give.SetOperand(index, RealFormOf(*result, forms));
    } else if (options_.output_type == DType::kUInt8) {
      Parameters shifted = plan_.parameters.at(result);
      shifted.zero_point += 128;
      give.SetOperand(index,
                      ir::Builder(give).Make(tfl::QUANTIZE, {forms.integer},
                                             {DType::kUInt8, result->type.shape, ToQuantization(shifted)}));
    } else {
      give.SetOperand(index, forms.integer);
    }
  }

  ir::Function& function_;
  const Plan& plan_;
  const RewriteOptions& options_;
  const DType activation_;
  std::unordered_map<const ir::Value*, Forms> forms_;
};

}  // namespace

void MakeInteger(ir::Function& function, const Plan& plan, const RewriteOptions& options) {
  Rewriter(function, plan, options).Run();
}

}  // namespace litesmith::quantization
