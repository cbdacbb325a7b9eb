#include "tf/shape_context.h"

#include "tensor/shape.h"

namespace litesmith::tf {
namespace {

// Longer vectors are data, not shapes: what is known of them would cost more than it is worth.
constexpr int64_t kMaxPartialElements = 256;

}  // namespace

const litesmith::Shape& ShapeContext::input(size_t index) const {
  static const litesmith::Shape unknown;
  const ir::Value* operand = node_.operand_or_null(index);
  return operand != nullptr ? operand->type.shape : unknown;
}

DType ShapeContext::input_dtype(size_t index) const {
  const ir::Value* operand = node_.operand_or_null(index);
  return operand != nullptr ? operand->type.dtype : DType::kInvalid;
}

std::optional<std::vector<int64_t>> ShapeContext::ints(size_t index) const {
  if (const Tensor* tensor = node_.constant_operand(index)) {
    if (tensor->rank() > 1 || tensor->elements() > kMaxPartialElements) return std::nullopt;
    return IsInteger(tensor->dtype()) ? tensor->ToInt64() : std::nullopt;
  }
  const auto partial = value(index);
  if (!partial) return std::nullopt;
  std::vector<int64_t> result;
  for (Dim dim : *partial) {
    if (!dim.known()) return std::nullopt;
    result.push_back(dim.value());
  }
  return result;
}

std::optional<int64_t> ShapeContext::scalar(size_t index) const {
  const auto elements = ints(index);
  return elements && elements->size() == 1 ? std::optional((*elements)[0]) : std::nullopt;
}

std::optional<PartialValue> ShapeContext::value(size_t index) const {
  const ir::Value* operand = node_.operand_or_null(index);
  if (operand == nullptr) return std::nullopt;
  if (const Tensor* tensor = operand->constant()) {
    if (tensor->rank() > 1 || tensor->elements() > kMaxPartialElements) return std::nullopt;
    if (!IsInteger(tensor->dtype())) return std::nullopt;
    const auto elements = tensor->ToInt64();
    if (!elements) return std::nullopt;
    return PartialValue(elements->begin(), elements->end());
  }
  const PartialValue* partial = partial_ ? partial_(operand) : nullptr;
  if (partial == nullptr) return std::nullopt;
  return *partial;
}

litesmith::Shape ShapeContext::value_as_shape(size_t index) const {
  if (auto dims = value(index)) return litesmith::Shape(std::move(*dims));
  // Without values, the length of the vector still tells the rank.
  const ir::Value* operand = node_.operand_or_null(index);
  if (operand == nullptr) return {};
  const litesmith::Shape& shape = operand->type.shape;
  if (shape.rank() != 1 || !shape[0].known() || shape[0].value() > kMaxPartialElements) return {};
  return litesmith::Shape::OfRank(static_cast<int>(shape[0].value()));
}

void ShapeContext::set_value(size_t index, PartialValue value) {
  if (index >= output_count() || value.size() > static_cast<size_t>(kMaxPartialElements)) return;
  if (values_.size() <= index) values_.resize(index + 1);
  values_[index] = std::move(value);
}

Failed ShapeContext::Report(Code code, std::string cause) {
  Finding finding = FindingAt(code, node_);
  finding.Headline("{}: {}", finding.op, InfoOf(code).title).Cause("{}", cause);
  if (code == Code::kShapeMismatch) {
    finding.Fix(
        "look at the shapes above: one of them is not what the model was trained with. Export the model "
        "again, or "
        "correct the graph where that tensor comes from");
    finding.Fix("where an input has the wrong shape, give the right one", "--input-shape NAME=DIMS");
  }
  return context_.findings.Report(std::move(finding));
}

Finding FindingAt(Code code, const ir::Node& node) {
  Finding finding(code);
  const ir::Module* module = node.function()->module();
  const ir::Origin& origin = module->origins[node.origin];
  const ir::Origin& leading = module->origins.Leading(node.origin);
  finding.op = node.op_name();
  finding.node = !origin.node.empty() ? origin.node : !leading.node.empty() ? leading.node : node.name;
  finding.layer = leading.layer;
  finding.source = leading.source;
  for (const ir::Value* operand : node.operands()) {
    if (operand == nullptr) continue;
    Finding::TensorNote note;
    note.name = !operand->name.empty()       ? operand->name
                : operand->node() != nullptr ? operand->node()->name
                                             : "";
    note.dtype = operand->type.dtype == DType::kInvalid ? "" : std::string(NameOf(operand->type.dtype));
    note.ranked = operand->type.shape.ranked();
    note.shape = operand->type.shape.with_minus_one();
    finding.tensors.push_back(std::move(note));
  }
  return finding;
}

}  // namespace litesmith::tf
