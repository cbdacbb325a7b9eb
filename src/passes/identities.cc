#include "passes/identities.h"

#include <algorithm>
#include <optional>

#include "tf/ops.h"

namespace litesmith::passes {
namespace {

bool SameKnownShape(const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked() || a.rank() != b.rank()) return false;
  for (int i = 0; i < a.rank(); ++i) {
    if (!a[i].Same(b[i])) return false;
  }
  return true;
}

bool AllElements(const Tensor* tensor, double wanted) {
  if (tensor == nullptr || tensor->elements() == 0) return false;
  const auto values = tensor->ToDouble();
  return values && std::all_of(values->begin(), values->end(), [&](double value) { return value == wanted; });
}

std::optional<int64_t> OneInteger(const Tensor* tensor) {
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  const auto values = tensor->ToInt64();
  return values ? std::optional(values->front()) : std::nullopt;
}

bool CountsUp(const Tensor* tensor) {
  const auto values = tensor != nullptr ? tensor->ToInt64() : std::nullopt;
  if (!values) return false;
  for (size_t i = 0; i < values->size(); ++i) {
    if ((*values)[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

// Operand 0 if the op leaves the shape as it is: then it only passes its operand on.
ir::Value* OperandOfSameShape(const ir::Node& node) {
  ir::Value* operand = node.operand(0);
  return SameKnownShape(operand->type.shape, node.output()->type.shape) ? operand : nullptr;
}

// x * 1, x / 1, x - 0 are x, bit by bit. x + 0 is not when x is -0.
ir::Value* NeutralOperand(const ir::Node& node) {
  const bool product = node.Is(tf::Mul), quotient = node.Is(tf::RealDiv) || node.Is(tf::Div);
  const bool difference = node.Is(tf::Sub);
  const bool sum = (node.Is(tf::Add) || node.Is(tf::AddV2)) && IsInteger(node.output()->type.dtype);
  for (const size_t other : {size_t{1}, size_t{0}}) {
    if (other == 0 && !product && !sum) break;
    ir::Value* kept = node.operand(1 - other);
    const double neutral = product || quotient ? 1.0 : 0.0;
    if ((product || quotient || difference || sum) && AllElements(node.constant_operand(other), neutral) &&
        SameKnownShape(kept->type.shape, node.output()->type.shape)) {
      return kept;
    }
  }
  return nullptr;
}

// x[i] of Pack(..., x_i, ...) along axis 0.
ir::Value* ElementOfPack(const ir::Node& slice) {
  const ir::Node* pack = slice.operand(0)->node();
  if (pack == nullptr || !pack->Is(tf::Pack) || pack->attributes.Int("axis") != 0) return nullptr;
  const auto begin = OneInteger(slice.constant_operand(1)), stride = OneInteger(slice.constant_operand(3));
  const Attributes& attributes = slice.attributes;
  if (!begin || stride != 1 || attributes.Int("shrink_axis_mask") != 1 || attributes.Int("begin_mask") != 0 ||
      attributes.Int("new_axis_mask") != 0 || attributes.Int("ellipsis_mask") != 0) {
    return nullptr;
  }
  const int64_t count = static_cast<int64_t>(pack->operand_count());
  const int64_t index = *begin < 0 ? *begin + count : *begin;
  return index >= 0 && index < count ? pack->operand(static_cast<size_t>(index)) : nullptr;
}

bool IsResult(const ir::Value& value) {
  return std::any_of(value.uses().begin(), value.uses().end(),
                     [](const ir::Use& use) { return use.user->Is(ir::kReturn); });
}

}  // namespace

void ReplaceBySame(ir::Value& value, ir::Value& same) {
  // One name can stand for one of them only: inputs keep theirs, and so does the first of several results.
  const bool named = !value.name.empty() && !same.is_parameter();
  if (same.name.empty() || (named && IsResult(value) && !IsResult(same))) same.name = value.name;
  value.ReplaceAllUsesWith(&same);
}

ir::Value* SameValue(const ir::Node& node) {
  if (node.output_count() == 0 || node.operand_count() == 0 || node.operand(0) == nullptr) return nullptr;
  const DType dtype = node.output()->type.dtype;
  if (node.Is(tf::Cast)) return node.operand(0)->type.dtype == dtype ? node.operand(0) : nullptr;
  // Slices and pads that leave the shape take everything and add nothing, unless they walk backwards.
  if (node.Is(tf::StridedSlice)) {
    if (ir::Value* element = ElementOfPack(node)) return element;
    const Tensor* strides = node.constant_operand(3);
    const auto steps = strides != nullptr ? strides->ToInt64() : std::nullopt;
    const bool forward =
        steps && std::all_of(steps->begin(), steps->end(), [](int64_t step) { return step > 0; });
    const bool plain =
        node.attributes.Int("new_axis_mask") == 0 && node.attributes.Int("shrink_axis_mask") == 0;
    return forward && plain ? OperandOfSameShape(node) : nullptr;
  }
  if (node.Is(tf::Reshape) || node.Is(tf::Slice) || node.Is(tf::Tile) || node.Is(tf::BroadcastTo) ||
      node.Is(tf::Squeeze) || node.Is(tf::Pad) || node.Is(tf::PadV2) || node.Is(tf::MirrorPad)) {
    if (node.Is(tf::Pad) || node.Is(tf::PadV2)) {  // a negative padding could make up for a positive one
      if (!AllElements(node.constant_operand(1), 0.0)) return nullptr;
    }
    return OperandOfSameShape(node);
  }
  if (node.Is(tf::Transpose)) return CountsUp(node.constant_operand(1)) ? node.operand(0) : nullptr;
  if (node.Is(tf::ConcatV2)) return node.operand_count() == 2 ? node.operand(0) : nullptr;
  if (node.Is(tf::AddN)) return node.operand_count() == 1 ? node.operand(0) : nullptr;
  if (node.Is(tf::Split)) return node.output_count() == 1 ? node.operand(1) : nullptr;
  if (node.Is(tf::Select) || node.Is(tf::SelectV2)) {
    for (const size_t branch : {size_t{1}, size_t{2}}) {
      if (AllElements(node.constant_operand(0), branch == 1 ? 1.0 : 0.0) &&
          SameKnownShape(node.operand(branch)->type.shape, node.output()->type.shape)) {
        return node.operand(branch);
      }
    }
    return nullptr;
  }
  return NeutralOperand(node);
}

bool ReplaceUnpack(ir::Node& node) {
  if (!node.Is(tf::Unpack)) return false;
  const ir::Node* pack = node.operand(0)->node();
  if (pack == nullptr || !pack->Is(tf::Pack) || pack->operand_count() != node.output_count()) return false;
  const int rank = pack->output()->type.shape.rank();
  const auto axis_of = [&](const ir::Node& one) {
    const int64_t axis = one.attributes.Int("axis");
    return axis < 0 && rank >= 0 ? axis + rank : axis;
  };
  if (axis_of(node) != axis_of(*pack)) return false;
  for (size_t i = 0; i < node.output_count(); ++i) node.output(i)->ReplaceAllUsesWith(pack->operand(i));
  return true;
}

}  // namespace litesmith::passes
