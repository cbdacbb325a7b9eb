// Nothing is written that the official runtime refuses or computes wrongly: an op on a dtype that its kernel
// lacks (tfl/dtypes.def) is computed in a wider one that it takes, between casts, where that gives the same;
// else it is an error. Example: sums of uint8 wrap around in TensorFlow; int32 sums cast back to uint8 do so
// too.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "evaluate/evaluate.h"
#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"
#include "tfl/dtypes.h"
#include "tfl/ops.h"

namespace litesmith::passes {
namespace {

using tfl::Widening;

// Dtypes that hold all values of `dtype`, nearest first; for kWraps and kSelects also those that hold its
// bits.
std::vector<DType> WiderThan(DType dtype, Widening widening) {
  const bool selects = widening == Widening::kSelects;
  switch (dtype) {
    case DType::kInt8:
    case DType::kInt16:
    case DType::kUInt8:
    case DType::kUInt16:
      if (selects) return {DType::kInt32, DType::kInt64, DType::kFloat32};
      return {DType::kInt32, DType::kInt64};
    case DType::kInt32:
    case DType::kUInt32:
      return {DType::kInt64};
    case DType::kBool:
      if (selects) return {DType::kInt32, DType::kInt8, DType::kFloat32};
      return {};
    default:
      return {};
  }
}

class Legaliser {
 public:
  explicit Legaliser(Context& context) : context_(context) {}

  // Fails if the node has to be refused.
  Result<void> Visit(ir::Node& node);
  bool changed() const { return changed_; }

 private:
  Result<void> Widen(ir::Node& node, const tfl::Dtypes& dtypes, char letter, std::string_view allowed);
  void ReportInt64(const ir::Node& node);
  Failed Refuse(const ir::Node& node, DType dtype, std::string_view allowed);
  Result<ir::Value*> Wider(ir::Node& user, ir::Value* value, DType dtype);
  void CastBack(ir::Node& node, size_t output, DType dtype, bool selects);
  Result<void> VisitOneHot(ir::Node& node);

  Context& context_;
  // Values in a wider dtype, to be used again: an operand's, or that of which a result was cast back
  // unchanged.
  std::map<std::pair<const ir::Value*, DType>, ir::Value*> wider_;
  bool changed_ = false;
};

bool IsQuantized(const ir::Node& node) {
  for (const ir::Value* operand : node.operands()) {
    if (operand != nullptr && operand->type.quantization != nullptr) return true;
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (node.output(i)->type.quantization != nullptr) return true;
  }
  return false;
}

// The dtype of the first operand or result with the letter.
DType DTypeOf(const ir::Node& node, const tfl::Dtypes& dtypes, char letter) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.operand(i) != nullptr && tfl::LetterOf(dtypes.operands, i) == letter)
      return node.operand(i)->type.dtype;
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (tfl::LetterOf(dtypes.results, i) == letter) return node.output(i)->type.dtype;
  }
  return DType::kInvalid;
}

bool ConstantsFitInt32(const ir::Node& node) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Tensor* constant = node.constant_operand(i);
    if (constant == nullptr || constant->dtype() != DType::kInt64) continue;
    const auto values = constant->data<int64_t>();
    if (!std::all_of(values.begin(), values.end(),
                     [](int64_t value) { return std::in_range<int32_t>(value); }))
      return false;
  }
  return true;
}

ir::Value* MakeCast(ir::Builder& builder, ir::Value* value, DType dtype) {
  return builder.Make(tfl::CAST, {value}, {dtype, value->type.shape, nullptr});
}

Result<void> Legaliser::Visit(ir::Node& node) {
  const tfl::Op* op = tfl::OpOf(node);
  const tfl::Dtypes* dtypes = op != nullptr ? tfl::DtypesOf(*op) : nullptr;
  if (dtypes == nullptr || IsQuantized(node)) return {};
  if (node.Is(tfl::ONE_HOT)) LS_RETURN_IF_FAILED(VisitOneHot(node));
  LS_RETURN_IF_FAILED(Widen(node, *dtypes, 'T', dtypes->values));
  return Widen(node, *dtypes, 'I', dtypes->indices);
}

Result<void> Legaliser::Widen(ir::Node& node, const tfl::Dtypes& dtypes, char letter,
                              std::string_view allowed) {
  const DType dtype = DTypeOf(node, dtypes, letter);
  if ((!HasFixedSize(dtype) && dtype != DType::kString) || tfl::Holds(allowed, dtype)) return {};
  const Widening widening = letter == 'I' ? Widening::kExact : dtypes.widening;
  DType wider = DType::kInvalid;
  if (widening != Widening::kNone) {
    for (const DType candidate : WiderThan(dtype, widening)) {
      if (wider == DType::kInvalid && tfl::Holds(allowed, candidate)) wider = candidate;
    }
  }
  if (wider == DType::kInvalid && dtype == DType::kInt64 && tfl::Holds(allowed, DType::kInt32) &&
      ConstantsFitInt32(node)) {
    wider = DType::kInt32;
    if (letter != 'I') ReportInt64(node);  // a valid index fits
  }
  if (wider == DType::kInvalid) return Refuse(node, dtype, allowed);
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.operand(i) == nullptr || tfl::LetterOf(dtypes.operands, i) != letter) continue;
    LS_TRY(ir::Value * operand, Wider(node, node.operand(i), wider));
    node.SetOperand(i, operand);
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (tfl::LetterOf(dtypes.results, i) != letter) continue;
    node.output(i)->type.dtype = wider;
    CastBack(node, i, dtype, widening == Widening::kSelects);
  }
  changed_ = true;
  return {};
}

// Named as the source names the op.
Finding FindingAtSource(Code code, const ir::Node& node) {
  Finding finding = tf::FindingAt(code, node);
  const ir::Origin& origin = node.function()->module()->origins.Leading(node.origin);
  if (!origin.op.empty()) finding.op = origin.op;
  return finding;
}

void Legaliser::ReportInt64(const ir::Node& node) {
  Finding finding = FindingAtSource(Code::kInt64Narrowed, node);
  (void)context_.findings.Report(
      finding.Headline("{} of int64 is computed as int32", finding.op)
          .Cause(
              "TensorFlow Lite's {} does not take int64. Numbers beyond 2147483647 give another result than "
              "in TensorFlow",
              node.op_name())
          .Fix(
              "nothing, if the numbers stay below that, as indices and sizes do; tf.cast(x, tf.int32) in the "
              "model's code says so")
          .Fix("or compute this part in float32, or outside of the model"));
}

Failed Legaliser::Refuse(const ir::Node& node, DType dtype, std::string_view allowed) {
  Finding finding = FindingAtSource(Code::kDtypeUnsupported, node);
  std::string names;
  std::string_view rest = allowed;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    names += (names.empty() ? "" : ", ") + std::string(NameOf(*DTypeOfName(word)));
  }
  const bool one = names.find(',') == names.npos;
  finding.Headline("{} of {} has no kernel in TensorFlow Lite", finding.op, NameOf(dtype))
      .Cause("its {} takes {}{}", node.op_name(), names,
             dtype == DType::kString
                 ? std::string(", no strings")
                 : fmt::format("{} every {}", one ? " only, which cannot hold" : ", none of which holds",
                               NameOf(dtype)));
  if (dtype == DType::kString) {
    return context_.findings.Report(
        finding.Fix("do this step outside of the model, or let it work on numbers that stand for the texts"));
  }
  return context_.findings.Report(
      finding.Fix(fmt::format("cast to one of these in the model's code and back afterwards, for example "
                              "tf.cast(x, tf.{}), where the values fit",
                              tfl::Holds(allowed, DType::kInt32) ? "int32" : "float32")));
}

Result<ir::Value*> Legaliser::Wider(ir::Node& user, ir::Value* value, DType dtype) {
  ir::Value*& known = wider_[{value, dtype}];
  if (known != nullptr) return known;
  const Tensor* constant = value->constant();
  ir::Builder builder(constant != nullptr ? *value->node() : user);
  if (constant == nullptr) return known = MakeCast(builder, value, dtype);
  ir::Node* cast = builder.Create(tf::Cast, {value}, {{dtype, value->type.shape, nullptr}},
                                  {{"SrcT", value->type.dtype}, {"DstT", dtype}});
  auto converted = evaluate::Evaluate(*cast, std::span<const Tensor>(constant, 1), context_);
  user.function()->Erase(cast);
  if (!converted) return kFailed;
  return known = builder.Constant(std::move(converted->front()), value->name);
}

void Legaliser::CastBack(ir::Node& node, size_t output, DType dtype, bool selects) {
  ir::Value* wide = node.output(output);
  ir::Builder builder(*node.next());
  builder.origin = node.origin;
  ir::Value* narrow = MakeCast(builder, wide, dtype);
  narrow->node()->name = node.name;
  narrow->name = std::exchange(wide->name, {});
  wide->ReplaceAllUsesWith(narrow);
  narrow->node()->SetOperand(0, wide);
  if (selects) wider_[{narrow, wide->type.dtype}] = wide;
}

// LiteRT cuts int64 indices to 32 bits, so that 2^32 + 1 becomes class 1. Whatever lies outside of 0..depth -
// 1 gives a row of off-values: there, -1 and depth stand for all of it.
Result<void> Legaliser::VisitOneHot(ir::Node& node) {
  ir::Value* indices = node.operand(0);
  ir::Value* depth = node.operand(1);
  if (indices->type.dtype != DType::kInt64 || depth == nullptr) return {};
  LS_TRY(ir::Value * wide_depth, Wider(node, depth, DType::kInt64));
  ir::Builder builder(node);
  ir::Value* below = builder.Make(tfl::MINIMUM, {indices, wide_depth}, indices->type);
  ir::Value* minus_one = builder.Constant(Tensor::Scalar(int64_t{-1}));
  ir::Value* inside = builder.Make(tfl::MAXIMUM, {below, minus_one}, indices->type);
  node.SetOperand(0, MakeCast(builder, inside, DType::kInt32));
  changed_ = true;
  return {};
}

// Makes nodes before one that they replace, of its type.
class Rewrite {
 public:
  explicit Rewrite(ir::Node& node) : node_(node), builder_(node) {}

  ir::Value* Make(const ir::OpDef& op, std::initializer_list<ir::Value*> operands,
                  Attributes attributes = {}) {
    ir::Value* made = builder_.Make(op, operands, node_.output()->type, std::move(attributes));
    made->node()->name = node_.name;
    return made;
  }
  ir::Value* Number(int8_t value) {
    const DType dtype = node_.output()->type.dtype;
    Tensor number = Tensor::Zeros(dtype, {});
    VisitDType(dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (std::is_integral_v<T>) number.mutable_data<T>()[0] = static_cast<T>(value);
    });
    return builder_.Constant(std::move(number));
  }
  void Finish(ir::Value* value) {
    if (value->name.empty()) value->name = node_.output()->name;
    node_.output()->ReplaceAllUsesWith(value);
    node_.function()->Erase(&node_);
  }

 private:
  ir::Node& node_;
  ir::Builder builder_;
};

// Ops whose kernel lacks a dtype, or gives something else than TensorFlow, and that others compute exactly.
bool InOtherOps(ir::Node& node) {
  const tfl::Op* op = tfl::OpOf(node);
  const tfl::Dtypes* dtypes = op != nullptr ? tfl::DtypesOf(*op) : nullptr;
  if (dtypes == nullptr || node.output_count() != 1 || IsQuantized(node)) return false;
  const DType dtype = node.output()->type.dtype;
  if (tfl::Holds(dtypes->values, dtype)) return false;
  const Attributes no_activation{{"fused_activation_function", int64_t{0}}};
  Rewrite rewrite(node);
  ir::Value* first = node.operand(0);
  ir::Value* result = nullptr;
  if (node.Is(tfl::ADD_N)) {
    result = first;
    for (size_t i = 1; i < node.operand_count(); ++i)
      result = rewrite.Make(tfl::ADD, {result, node.operand(i)}, no_activation);
  } else if (node.Is(tfl::FLOOR_DIV) && dtype == DType::kFloat32) {
    // LiteRT takes the floor of a quotient in double, TensorFlow of the rounded one: 7.5 // 0.1 is 75.
    result = rewrite.Make(tfl::FLOOR, {rewrite.Make(tfl::DIV, {first, node.operand(1)}, no_activation)});
  } else if (!IsInteger(dtype)) {
    return false;
  } else if (node.Is(tfl::RELU)) {
    result = rewrite.Make(tfl::MAXIMUM, {first, rewrite.Number(0)});
  } else if (node.Is(tfl::RELU6)) {
    ir::Value* above = rewrite.Make(tfl::MAXIMUM, {first, rewrite.Number(0)});
    result = rewrite.Make(tfl::MINIMUM, {above, rewrite.Number(6)});
  } else if (node.Is(tfl::ABS) && dtype == DType::kInt64) {
    result = rewrite.Make(tfl::MAXIMUM, {first, rewrite.Make(tfl::NEG, {first})});
  } else if (node.Is(tfl::SQUARE)) {
    result = rewrite.Make(tfl::MUL, {first, first}, no_activation);
  } else if (node.Is(tfl::SQUARED_DIFFERENCE)) {
    ir::Value* difference = rewrite.Make(tfl::SUB, {first, node.operand(1)}, no_activation);
    result = rewrite.Make(tfl::MUL, {difference, difference}, no_activation);
  }
  if (result == nullptr) return false;
  rewrite.Finish(result);
  return true;
}

}  // namespace

Result<Changed> LegaliseDtypes(Module& module, PassContext& context) {
  bool failed = false, changed = false;
  for (const auto& function : module.functions()) {
    Legaliser legaliser(context.context);
    for (ir::Node& node : function->nodes()) changed |= InOtherOps(node);
    for (ir::Node& node : function->nodes()) failed |= !legaliser.Visit(node).ok();
    changed |= legaliser.changed();
    function->EraseDeadNodes();
  }
  if (failed) return kFailed;
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
