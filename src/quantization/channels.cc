#include "quantization/channels.h"

#include <algorithm>

#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

bool IsFloat32(const ir::Value* value) { return value != nullptr && value->type.dtype == DType::kFloat32; }

int64_t LastDim(const ir::Value& value) {
  const Shape& shape = value.type.shape;
  return shape.ranked() && shape.rank() > 0 ? shape[shape.rank() - 1].value_or(0) : 0;
}

// f(s x) = s f(x) for s > 0.
bool ActivationScales(const ir::Node& node) {
  const auto activation = static_cast<tfl::Activation>(node.attributes.Int("fused_activation_function"));
  return activation == tfl::Activation::kNone || activation == tfl::Activation::kRelu;
}

// An op whose first operand's channels are its result's, whatever else it does to the elements.
bool KeepsChannels(const ir::Node& node) {
  if (node.Is(tfl::TRANSPOSE)) {
    const Tensor* order = node.constant_operand(1);
    return order != nullptr && order->dtype() == DType::kInt32 && order->elements() > 0 &&
           order->data<int32_t>().back() == static_cast<int32_t>(order->elements()) - 1;
  }
  if (node.Is(tfl::MEAN) || node.Is(tfl::SUM) || node.Is(tfl::REDUCE_MAX) || node.Is(tfl::REDUCE_MIN)) {
    const Tensor* axes = node.constant_operand(1);
    const int rank = node.operand(0)->type.shape.rank();
    if (axes == nullptr || axes->dtype() != DType::kInt32 || rank < 1) return false;
    const auto last = [&](int32_t axis) { return axis == -1 || axis == rank - 1; };
    return std::none_of(axes->data<int32_t>().begin(), axes->data<int32_t>().end(), last);
  }
  return node.Is(tfl::RELU) || node.Is(tfl::LEAKY_RELU) || node.Is(tfl::PRELU) || node.Is(tfl::MAX_POOL_2D) ||
         node.Is(tfl::AVERAGE_POOL_2D) || node.Is(tfl::RESIZE_BILINEAR) ||
         node.Is(tfl::RESIZE_NEAREST_NEIGHBOR) || node.Is(tfl::PAD) || node.Is(tfl::MIRROR_PAD) ||
         node.Is(tfl::RESHAPE) || node.Is(tfl::SQUEEZE) || node.Is(tfl::EXPAND_DIMS) || node.Is(tfl::SLICE) ||
         node.Is(tfl::TILE) || node.Is(tfl::SPACE_TO_BATCH_ND) || node.Is(tfl::BATCH_TO_SPACE_ND);
}

}  // namespace

ChannelClasses::ChannelClasses(const ir::Module& module) {
  for (const auto& function : module.functions()) {
    for (size_t i = 0; i < function->parameter_count(); ++i) Fix(SpanOf(function->parameter(i)));
    for (const ir::Node& node : function->nodes()) Visit(node);
  }
  // Parents come before their children.
  for (size_t& parent : parent_) parent = parent_[parent];
}

// --- classes

size_t ChannelClasses::Root(size_t element) {
  while (parent_[element] != element) element = parent_[element] = parent_[parent_[element]];
  return element;
}

void ChannelClasses::Tie(Span a, Span b) {
  if (a.count != b.count) {
    Fix(a);
    Fix(b);
    return;
  }
  for (size_t i = 0; i < a.count; ++i) {
    const size_t one = Root(a.first + i), other = Root(b.first + i);
    parent_[std::max(one, other)] = std::min(one, other);  // kFixed is the smallest
  }
}

void ChannelClasses::Fix(Span span) {
  for (size_t i = 0; i < span.count; ++i) parent_[Root(span.first + i)] = kFixed;
}

ChannelClasses::Span ChannelClasses::NewSpan(size_t count) {
  const Span span{parent_.size(), count};
  for (size_t i = 0; i < count; ++i) parent_.push_back(parent_.size());
  return span;
}

ChannelClasses::Span ChannelClasses::SpanOf(const ir::Value* value) {
  if (!IsFloat32(value)) return {};
  const auto [entry, added] = spans_.try_emplace({value, 0, kValue});
  if (!added) return entry->second;
  entry->second = NewSpan(static_cast<size_t>(LastDim(*value)));
  // Only those constants are scaled that ops with weights or sums note; what moves or reads another needs it
  // as it is.
  if (value->constant() != nullptr) Fix(entry->second);
  return entry->second;
}

// Weights that stand in a file once are scaled once, whatever the number of ops that use them.
ChannelClasses::Span ChannelClasses::SpanOf(const Tensor& constant, int64_t channels, Role role) {
  const auto [entry, added] = spans_.try_emplace({constant.bytes().data(), constant.bytes().size(), role});
  if (added) entry->second = NewSpan(static_cast<size_t>(channels));
  return entry->second;
}

std::vector<size_t> ChannelClasses::ClassesOf(Span span) const {
  std::vector<size_t> classes(span.count);
  for (size_t i = 0; i < span.count; ++i) classes[i] = parent_[span.first + i];
  return classes;
}

std::vector<size_t> ChannelClasses::Of(const ir::Value& value) const {
  const auto found = spans_.find({&value, 0, kValue});
  return found != spans_.end() ? ClassesOf(found->second) : std::vector<size_t>{};
}

bool ChannelClasses::IsFree(const ir::Value& value) const {
  const std::vector<size_t> classes = Of(value);
  return std::any_of(classes.begin(), classes.end(), [](size_t one) { return one != kFixed; });
}

std::vector<ChannelClasses::Constant> ChannelClasses::Constants() const {
  std::vector<Constant> constants;
  for (const Scaled& one : scaled_) {
    constants.push_back(
        {one.node, one.operand, one.made_axis, one.read_axis, ClassesOf(one.made), ClassesOf(one.read)});
  }
  return constants;
}

// --- ops

void ChannelClasses::Visit(const ir::Node& node) {
  if (node.op().dialect == ir::Dialect::kCore && node.operand_count() == 0) return;  // a constant
  if (VisitWeights(node) || VisitMoving(node) || VisitJoining(node) || VisitElementwise(node)) return;
  FixAll(node);
}

void ChannelClasses::FixAll(const ir::Node& node) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.operand(i) != nullptr && node.operand(i)->constant() == nullptr) Fix(SpanOf(node.operand(i)));
  }
  for (size_t i = 0; i < node.output_count(); ++i) Fix(SpanOf(node.output(i)));
}

bool ChannelClasses::VisitWeights(const ir::Node& node) {
  const bool matrix = node.Is(tfl::FULLY_CONNECTED), depthwise = node.Is(tfl::DEPTHWISE_CONV_2D);
  const bool transposed = node.Is(tfl::TRANSPOSE_CONV);
  if (!matrix && !depthwise && !transposed && !node.Is(tfl::CONV_2D)) return false;
  const ir::Value* data = node.operand(transposed ? 2 : 0);
  const Tensor* weights = node.constant_operand(1);
  const size_t bias_at = transposed ? 3 : 2;
  const ir::Value* bias_value = node.operand_or_null(bias_at);
  const Tensor* bias = bias_value != nullptr ? bias_value->constant() : nullptr;
  const Span in = SpanOf(data), out = SpanOf(node.output());
  const bool plain = weights != nullptr && weights->dtype() == DType::kFloat32 &&
                     weights->rank() == (matrix ? 2 : 4) && weights->elements() > 0 &&
                     node.attributes.Int("weights_format") == 0 && (bias_value == nullptr || bias != nullptr);
  const auto dim = [&](int axis) { return weights->dims()[static_cast<size_t>(axis)]; };
  const int made_axis = depthwise ? 3 : 0, read_axis = matrix ? 1 : 3;
  const bool fits =
      plain && in.count > 0 && static_cast<int64_t>(out.count) == dim(made_axis) &&
      (depthwise ? out.count % in.count == 0 : static_cast<int64_t>(in.count) == dim(read_axis)) &&
      (bias == nullptr || bias->elements() == dim(made_axis));
  if (!fits) {
    FixAll(node);
    return true;
  }
  if (!ActivationScales(node)) Fix(out);
  const Span made = SpanOf(*weights, dim(made_axis), kMade);
  const Span read = SpanOf(*weights, static_cast<int64_t>(in.count), kRead);
  Tie(out, made);
  Tie(in, read);
  scaled_.push_back({&node, 1, made_axis, read_axis, made, read});
  if (bias != nullptr) {
    // A bias is small: ops that share one get their own.
    scaled_.push_back({&node, bias_at, 0, -1, out, {}});
  }
  return true;
}

bool ChannelClasses::VisitMoving(const ir::Node& node) {
  if (node.output_count() != 1 || !IsFloat32(node.operand_or_null(0)) || !KeepsChannels(node)) return false;
  Tie(SpanOf(node.operand(0)), SpanOf(node.output()));
  // The slopes of PRELU may come from an op.
  for (size_t i = 1; i < node.operand_count(); ++i) Fix(SpanOf(node.operand(i)));
  if (!ActivationScales(node)) Fix(SpanOf(node.output()));
  return true;
}

bool ChannelClasses::VisitJoining(const ir::Node& node) {
  const bool joins = node.Is(tfl::CONCATENATION), stacks = node.Is(tfl::PACK);
  if ((!joins && !stacks) || !IsFloat32(node.output()) || !ActivationScales(node)) return false;
  const Span out = SpanOf(node.output());
  const int rank = node.output()->type.shape.rank();
  const int64_t axis = node.attributes.Int("axis");
  const bool along = axis == -1 || axis == rank - 1;
  if (rank < 1 || (stacks && along)) return false;
  size_t at = 0;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Span one = SpanOf(node.operand(i));
    Span part = along ? Span{out.first + at, one.count} : out;
    if (along && at + one.count > out.count) part = {};
    Tie(one, part);
    at += one.count;
  }
  if (along && at != out.count) Fix(out);
  return true;
}

bool ChannelClasses::VisitElementwise(const ir::Node& node) {
  const bool product = node.Is(tfl::MUL) || node.Is(tfl::DIV);
  const bool sum = node.Is(tfl::ADD) || node.Is(tfl::SUB) || node.Is(tfl::MAXIMUM) || node.Is(tfl::MINIMUM);
  if ((!product && !sum) || !IsFloat32(node.output()) || !ActivationScales(node)) return false;
  const Span out = SpanOf(node.output());
  bool carried = false;  // the one factor of a product that is scaled
  for (size_t i = 0; i < 2; ++i) {
    const ir::Value* operand = node.operand(i);
    const Tensor* constant = operand->constant();
    if (product) {
      const bool carries = !carried && constant == nullptr && !(node.Is(tfl::DIV) && i == 1) &&
                           operand->type.shape.known() && operand->type.shape == node.output()->type.shape;
      if (carries) Tie(SpanOf(operand), out);
      if (!carries && constant == nullptr) Fix(SpanOf(operand));
      carried = carried || carries;
    } else if (constant == nullptr) {
      Tie(SpanOf(operand), out);
    } else if (constant->rank() > 0 && static_cast<size_t>(constant->dims().back()) == out.count) {
      scaled_.push_back({&node, i, constant->rank() - 1, -1, out, {}});
    } else {
      Fix(out);
    }
  }
  if (product && !carried) Fix(out);
  return true;
}

}  // namespace litesmith::quantization
