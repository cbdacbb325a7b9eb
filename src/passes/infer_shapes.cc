#include "passes/infer_shapes.h"

#include <algorithm>

namespace litesmith::passes {
namespace {

bool IsUnknown(Dim dim) { return !dim.known() && !dim.is_symbol(); }

}  // namespace

ShapeInference::ShapeInference(ir::Module& module, Context& context,
                               std::function<void(ir::Node&)> infer_unknown_op)
    : module_(module),
      context_(context),
      muted_{context.host, null_sink_, context.limits, context.cancelled},
      infer_unknown_op_(std::move(infer_unknown_op)) {}

const tf::PartialValue* ShapeInference::known(const ir::Value* value) const {
  const auto found = known_.find(value);
  return found != known_.end() ? &found->second : nullptr;
}

std::optional<Tensor> ShapeInference::KnownConstant(const ir::Value* value) const {
  const tf::PartialValue* elements = known(value);
  if (elements == nullptr || value->constant() != nullptr) return std::nullopt;
  std::vector<int64_t> numbers;
  for (Dim dim : *elements) {
    if (!dim.known()) return std::nullopt;
    numbers.push_back(dim.value());
  }
  const int rank = value->type.shape.rank();
  if (rank < 0 || rank > 1 || (rank == 0 && numbers.size() != 1)) return std::nullopt;
  const Dims dims = rank == 0 ? Dims{} : Dims{static_cast<int64_t>(numbers.size())};
  if (value->type.dtype == DType::kInt64) return Tensor::Of<int64_t>(dims, numbers);
  if (value->type.dtype != DType::kInt32) return std::nullopt;
  std::vector<int32_t> narrow;
  for (int64_t number : numbers) {
    if (number > INT32_MAX) return std::nullopt;
    narrow.push_back(static_cast<int32_t>(number));
  }
  return Tensor::Of<int32_t>(dims, narrow);
}

void ShapeInference::Forget(const ir::Node& node) {
  for (size_t i = 0; i < node.output_count(); ++i) {
    const ir::Value* output = node.output(i);
    known_.erase(output);
    original_.erase(output);
    visited_.erase(output);
    // The owner of a symbol is only compared with values that are there; a new one at this address must not
    // inherit.
    if (!output->type.shape.ranked()) continue;
    for (Dim dim : output->type.shape.dims()) {
      if (dim.is_symbol() && IsOwned(dim, *output)) owners_.erase(dim.symbol());
    }
  }
  if (!node.op().Has(ir::kCalls)) return;
  loops_.erase(&node);
  for (auto& [function, entry] : functions_) {
    if (entry.site == &node) entry.site = nullptr;
  }
}

bool ShapeInference::IsOwned(Dim symbol, const ir::Value& value) const {
  const auto owner = owners_.find(symbol.symbol());
  return owner != owners_.end() && owner->second == &value;
}

const ir::Type& ShapeInference::Original(const ir::Value& value, const ir::Type& now) {
  static const ir::Type nothing;
  if (visited_.insert(&value).second && (now.shape.ranked() || now.dtype != DType::kInvalid))
    original_[&value] = now;
  const auto found = original_.find(&value);
  return found != original_.end() ? found->second : nothing;
}

void ShapeInference::SetOutputs(ir::Node& node, const std::vector<ir::Type>& inferred,
                                const std::vector<ir::Type>& before) {
  for (size_t i = 0; i < node.output_count() && i < inferred.size(); ++i) {
    ir::Value& output = *node.output(i);
    const ir::Type& original = Original(output, before[i]);
    ir::Type type = inferred[i];
    if (type.dtype == DType::kInvalid) type.dtype = original.dtype;
    if (type.dtype == DType::kInvalid) type.dtype = before[i].dtype;
    if (auto merged = Merge(type.shape, original.shape)) type.shape = std::move(*merged);
    for (int axis = 0; axis < type.shape.rank(); ++axis) {
      Dim& dim = type.shape[axis];
      if (!IsUnknown(dim)) continue;
      const Dim old = before[i].shape.rank() == type.shape.rank() ? before[i].shape[axis] : Dim::Unknown();
      if (old.is_symbol() && IsOwned(old, output)) {
        dim = old;
      } else {
        dim = module_.symbols.Fresh();
        owners_[dim.symbol()] = &output;
      }
    }
    type.quantization = before[i].quantization;
    output.type = std::move(type);
  }
}

void ShapeInference::NameParameters(ir::Function& function) {
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    Shape& shape = function.parameter(i)->type.shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (IsUnknown(shape[axis])) shape[axis] = module_.symbols.Fresh();
    }
  }
}

Result<void> ShapeInference::Infer(ir::Node& node) {
  if (node.Is(ir::kConstant)) {
    const Tensor* tensor = node.output()->constant();
    if (tensor == nullptr) return {};
    node.output()->type.dtype = tensor->dtype();
    node.output()->type.shape = Shape::Of(tensor->dims());
    return {};
  }
  if (tf::OpOf(node) == nullptr) {
    if (infer_unknown_op_ && node.op().dialect == ir::Dialect::kTf) infer_unknown_op_(node);
    return {};
  }
  return node.op().Has(ir::kCalls) ? InferCall(node) : InferOp(node);
}

Result<void> ShapeInference::InferOp(ir::Node& node) {
  const tf::Op& op = *tf::OpOf(node);
  std::vector<ir::Type> before;
  const std::vector<DType> dtypes = tf::OutputTypes(op, node.attributes);
  for (size_t i = 0; i < node.output_count(); ++i) {
    ir::Value& output = *node.output(i);
    before.push_back(output.type);
    if (i < dtypes.size() && dtypes[i] != DType::kInvalid) output.type.dtype = dtypes[i];
    output.type.shape = {};
    known_.erase(&output);
  }
  tf::ShapeContext shapes(node, muted_depth_ > 0 ? muted_ : context_,
                          [this](const ir::Value* value) { return known(value); });
  const bool ok = op.shape == nullptr || op.shape(shapes).ok();
  std::vector<ir::Type> inferred;
  for (size_t i = 0; i < node.output_count(); ++i) {
    inferred.push_back(node.output(i)->type);
    if (!ok) inferred.back().shape = {};
  }
  SetOutputs(node, inferred, before);
  for (size_t i = 0; ok && i < shapes.values().size() && i < node.output_count(); ++i) {
    const ir::Type& type = node.output(i)->type;
    // Narrower integers might wrap around.
    if (type.dtype != DType::kInt32 && type.dtype != DType::kInt64) continue;
    if (shapes.values()[i]) known_[node.output(i)] = *shapes.values()[i];
  }
  if (!ok) return kFailed;
  return {};
}

Result<void> ShapeInference::InferFunction(ir::Function& function) {
  functions_.try_emplace(&function);
  bool ok = true;
  for (ir::Node& node : function.nodes()) {
    if (context_.is_cancelled()) return kFailed;
    ok &= Infer(node).ok();
  }
  if (!ok) return kFailed;
  return {};
}

Result<void> InferShapes(ir::Module& module, Context& context) {
  std::unordered_set<std::string> called, entries;
  for (const auto& signature : module.signatures) entries.insert(signature.function);
  const auto note = [&](const FunctionRef& reference) { called.insert(reference.name); };
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!node.op().Has(ir::kCalls)) continue;
      for (const auto& [name, attribute] : node.attributes) {
        if (const auto* one = std::get_if<FunctionRef>(&attribute)) note(*one);
        if (const auto* several = std::get_if<std::vector<FunctionRef>>(&attribute)) {
          for (const FunctionRef& each : *several) note(each);
        }
      }
    }
  }
  ShapeInference inference(module, context);
  bool ok = true;
  for (const auto& function : module.functions()) {
    if (!entries.contains(function->name) && called.contains(function->name)) continue;
    inference.NameParameters(*function);
    ok &= inference.InferFunction(*function).ok();
    if (context.is_cancelled()) return kFailed;
  }
  if (!ok) return kFailed;
  return {};
}

}  // namespace litesmith::passes
