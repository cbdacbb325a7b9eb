// Einsum of one operand or two: sums, permutations and one product of matrices. Each axis has a label; those
// of two operands are of four kinds: in both and the result (batch), in both only (contracted), in one and
// the result (rows of the left, columns of the right). Labels of one operand alone are summed first.
#include <algorithm>
#include <map>

#include "lowering/indices.h"
#include "lowering/layout.h"

namespace litesmith::lowering {
namespace {

// A letter, or kEllipsis and above for the axes under "...", counted from the last one.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label kEllipsis = 256;

// `hidden`: how many axes the ellipsis stands for; -1 if the term has none.
struct Term {
  std::string before, after;
  bool ellipsis = false;

  Labels Expanded(int hidden) const {
    Labels labels(before.begin(), before.end());
    for (int i = ellipsis ? hidden : 0; i > 0; --i) labels.push_back(kEllipsis + i);
    labels.insert(labels.end(), after.begin(), after.end());
    return labels;
  }
  int named() const { return static_cast<int>(before.size() + after.size()); }
};

Term ParseTerm(std::string_view text) {
  Term term;
  for (const char letter : text) {
    if (letter == ' ') continue;
    if (letter == '.') {
      term.ellipsis = true;
    } else {
      (term.ellipsis ? term.after : term.before) += letter;
    }
  }
  return term;
}

bool Contains(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

struct Operand {
  ir::Value* value = nullptr;
  Labels labels;
};

class EinsumLowering {
 public:
  explicit EinsumLowering(Lowering& lower) : lower_(lower) {}

  Result<void> Run() {
    LS_RETURN_IF_FAILED(Parse());
    for (size_t i = 0; i < operands_.size(); ++i) LS_RETURN_IF_FAILED(SumOutAlone(i));
    if (operands_.size() == 1) return Finish(operands_[0]);
    Sort();
    const Tensor* right = operands_[1].value->constant();
    LS_TRY(const Operand product, right != nullptr && batch_.empty() ? Weighted() : Multiplied());
    return Finish(product);
  }

 private:
  Result<void> Parse();
  Result<void> LearnSizes(const Operand& operand);
  void DropBroadcastAxes();
  Result<void> SumOutAlone(size_t index);
  void Sort();
  Result<Operand> Weighted();
  Result<Operand> Multiplied();
  Result<void> Finish(Operand result);

  ir::Value* Arranged(const Operand& operand, const Labels& order);
  // The value with its axes grouped: one axis for each group of labels, in their order.
  Result<ir::Value*> Grouped(ir::Value* value, const std::vector<Labels>& groups);
  // A RESHAPE that leaves the first `same_axes` axes as they are; of the others one may be unknown.
  Result<ir::Value*> Reshaped(ir::Value* value, const Shape& shape, size_t same_axes);
  // The sizes of the first `count` axes as an int32 vector.
  ir::Value* SizesOf(ir::Value* value, int count);
  Shape ShapeOf(const Labels& labels) const {
    std::vector<Dim> dims;
    for (const Label label : labels) dims.push_back(sizes_.at(label));
    return Shape(std::move(dims));
  }

  Lowering& lower_;
  std::vector<Operand> operands_;
  Labels output_, batch_, contracted_, left_, right_;
  std::map<Label, Dim> sizes_;
};

Labels Joined(std::initializer_list<Labels> lists) {
  Labels all;
  for (const Labels& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Result<void> EinsumLowering::Parse() {
  const std::string equation = lower_.attributes().Text("equation");
  const size_t arrow = equation.find("->");
  const size_t count = lower_.node().operand_count();
  if (arrow == equation.npos || count > 2)
    return lower_.Refuse("its equation \"{}\" has {} operands; one or two are possible", equation, count);
  std::string_view inputs = std::string_view(equation).substr(0, arrow);
  int hidden = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t comma = std::min(inputs.find(','), inputs.size());
    const Term term = ParseTerm(inputs.substr(0, comma));
    inputs.remove_prefix(std::min(comma + 1, inputs.size()));
    const Shape& shape = lower_.shape(i);
    if (!shape.ranked())
      return lower_.Report(Code::kShapeUnknown, fmt::format("the rank of its operand {} is not known", i));
    if (lower_.dtype(i) != DType::kFloat32) {
      return lower_.Report(
          Code::kDtypeUnsupported,
          fmt::format("it is computed for float32 only, not for {}", NameOf(lower_.dtype(i))),
          "cast the operands to float32 in the model's code");
    }
    const int under = shape.rank() - term.named();
    if (under < 0 || (under > 0 && !term.ellipsis))
      return lower_.Refuse("its equation \"{}\" does not fit the shape {}", equation, ToText(shape));
    hidden = std::max(hidden, under);
    operands_.push_back({lower_.operand(i), term.Expanded(under)});
    LS_RETURN_IF_FAILED(LearnSizes(operands_.back()));
  }
  DropBroadcastAxes();
  output_ = ParseTerm(std::string_view(equation).substr(arrow + 2)).Expanded(hidden);
  for (const Label label : output_) {
    if (!sizes_.contains(label)) return lower_.Refuse("its equation \"{}\" makes up an axis", equation);
  }
  return {};
}

Result<void> EinsumLowering::LearnSizes(const Operand& operand) {
  const Shape& shape = operand.value->type.shape;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    const Label label = operand.labels[axis];
    if (std::count(operand.labels.begin(), operand.labels.end(), label) > 1)
      return lower_.Refuse("its equation takes a diagonal: one letter twice in an operand");
    const Dim dim = shape[static_cast<int>(axis)];
    const auto [known, added] = sizes_.emplace(label, dim);
    if (added) continue;
    if (!dim.known() || !known->second.known()) {
      if (!known->second.known() && (dim != Dim(1) || label < kEllipsis)) known->second = dim;
      continue;
    }
    const bool broadcast = label >= kEllipsis && (dim.value() == 1 || known->second.value() == 1);
    if (dim.value() != known->second.value() && !broadcast)
      return lower_.Refuse("one of its operands is broadcast along an axis that has a letter");
    if (known->second.value() == 1) known->second = dim;
  }
  return {};
}

// An operand whose axis under an ellipsis is 1 where the other one's is not is used for all of that axis, as
// if it had none.
void EinsumLowering::DropBroadcastAxes() {
  for (size_t index = 0; index < operands_.size() && operands_.size() == 2; ++index) {
    Operand& operand = operands_[index];
    Labels kept;
    std::vector<int64_t> axes;
    std::vector<Dim> dims;
    for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
      const Label label = operand.labels[axis];
      const Dim dim = operand.value->type.shape[static_cast<int>(axis)];
      const bool broadcast = label >= kEllipsis && dim == Dim(1) && sizes_.at(label) != Dim(1) &&
                             Contains(operands_[1 - index].labels, label);
      if (broadcast) {
        axes.push_back(static_cast<int64_t>(axis));
      } else {
        kept.push_back(label);
        dims.push_back(dim);
      }
    }
    if (axes.empty()) continue;
    operand.labels = std::move(kept);
    const Shape shape(std::move(dims));
    const Tensor* constant = operand.value->constant();
    operand.value = constant != nullptr
                        ? lower_.Constant(constant->Reshaped(shape.known_dims()))
                        : lower_.Make(tfl::SQUEEZE, {operand.value}, {DType::kFloat32, shape, nullptr},
                                      {{"squeeze_dims", std::move(axes)}});
  }
}

Result<void> EinsumLowering::SumOutAlone(size_t index) {
  Operand& operand = operands_[index];
  std::vector<int64_t> axes;
  Labels kept;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    const Label label = operand.labels[axis];
    const bool shared = operands_.size() == 2 && Contains(operands_[1 - index].labels, label);
    if (shared || Contains(output_, label)) {
      kept.push_back(label);
    } else {
      axes.push_back(static_cast<int64_t>(axis));
    }
  }
  if (axes.empty()) return {};
  operand.labels = std::move(kept);
  operand.value = lower_.Make(tfl::SUM, {operand.value, lower_.Int32s(axes)},
                              {DType::kFloat32, ShapeOf(operand.labels), nullptr}, {{"keep_dims", false}});
  return {};
}

void EinsumLowering::Sort() {
  const Labels &a = operands_[0].labels, &b = operands_[1].labels;
  for (const Label label : output_) {
    const bool in_a = Contains(a, label), in_b = Contains(b, label);
    (in_a && in_b ? batch_ : in_a ? left_ : right_).push_back(label);
  }
  for (const Label label : a) {
    if (Contains(b, label) && !Contains(output_, label)) contracted_.push_back(label);
  }
}

ir::Value* EinsumLowering::Arranged(const Operand& operand, const Labels& order) {
  if (operand.labels == order) return operand.value;
  std::vector<int> permutation;
  for (const Label label : order) {
    const auto at = std::find(operand.labels.begin(), operand.labels.end(), label);
    permutation.push_back(static_cast<int>(at - operand.labels.begin()));
  }
  return Permuted(lower_, operand.value, permutation);
}

ir::Value* EinsumLowering::SizesOf(ir::Value* value, int count) {
  const ir::Type all{DType::kInt32, {Dim(value->type.shape.rank())}, nullptr};
  ir::Value* sizes = lower_.Make(tfl::SHAPE, {value}, all, {{"out_type", int64_t{2}}});  // INT32
  return lower_.Make(tfl::SLICE, {sizes, lower_.Int32s({0}), lower_.Int32s({count})},
                     {DType::kInt32, {Dim(count)}, nullptr});
}

Result<ir::Value*> EinsumLowering::Reshaped(ir::Value* value, const Shape& shape, size_t same_axes) {
  const Tensor* constant = value->constant();
  if (constant != nullptr && shape.known()) {
    ir::Value* reshaped = lower_.Constant(constant->Reshaped(shape.known_dims()));
    reshaped->name = value->name;
    return reshaped;
  }
  const std::vector<int64_t> dims = shape.with_minus_one();
  const std::vector<int64_t> rest(dims.begin() + static_cast<ptrdiff_t>(same_axes), dims.end());
  ir::Value* computed = nullptr;
  if (same_axes > 0 && std::count(rest.begin(), rest.end(), -1) <= 1) {
    computed =
        lower_.Make(tfl::CONCATENATION, {SizesOf(value, static_cast<int>(same_axes)), lower_.Int32s(rest)},
                    {DType::kInt32, {Dim(shape.rank())}, nullptr},
                    {{"axis", int64_t{0}}, {"fused_activation_function", int64_t{0}}});
  }
  return ReshapeTo(lower_, value, {DType::kFloat32, shape, nullptr}, computed);
}

Result<ir::Value*> EinsumLowering::Grouped(ir::Value* value, const std::vector<Labels>& groups) {
  std::vector<Dim> dims;
  size_t same_axes = 0;
  for (const Labels& group : groups) {
    if (group.size() == 1 && same_axes == dims.size()) ++same_axes;
    const Shape sizes = ShapeOf(group);
    dims.push_back(lower_.node().function()->module()->symbols.Product(sizes.dims()));
  }
  if (same_axes == groups.size()) return value;
  return Reshaped(value, Shape(std::move(dims)), same_axes);
}

std::vector<Labels> Alone(const Labels& labels) {
  std::vector<Labels> groups;
  for (const Label label : labels) groups.push_back({label});
  return groups;
}

// The right operand is a constant: FULLY_CONNECTED of the last axis, with weights [out, in].
Result<Operand> EinsumLowering::Weighted() {
  LS_TRY(ir::Value * weights,
         Grouped(Arranged(operands_[1], Joined({right_, contracted_})), {right_, contracted_}));
  std::vector<Labels> groups = Alone(left_);
  groups.push_back(contracted_);
  LS_TRY(ir::Value * input, Grouped(Arranged(operands_[0], Joined({left_, contracted_})), groups));
  if (groups.size() < 2) {  // FULLY_CONNECTED wants rows: there is one
    const Dim size = input->type.shape[0];
    LS_TRY(input, Reshaped(input, Shape{Dim(1), size}, 0));
  }
  std::vector<Dim> dims(input->type.shape.dims().begin(), input->type.shape.dims().end());
  dims.back() = weights->type.shape[0];
  ir::Value* product = lower_.Make(tfl::FULLY_CONNECTED, {input, weights, nullptr},
                                   {DType::kFloat32, Shape(std::move(dims)), nullptr},
                                   {{"fused_activation_function", int64_t{0}},
                                    {"weights_format", int64_t{0}},
                                    {"keep_num_dims", true},
                                    {"asymmetric_quantize_inputs", false}});
  const Labels labels = Joined({left_, right_});
  if (!left_.empty() && right_.size() == 1) return Operand{product, labels};
  LS_TRY(product, Reshaped(product, ShapeOf(labels), left_.size()));
  return Operand{product, labels};
}

Result<Operand> EinsumLowering::Multiplied() {
  constexpr size_t kMostBatchAxes = 3;  // BATCH_MATMUL takes up to five axes (kernels/batch_matmul.cc)
  std::vector<Labels> batch = Alone(batch_);
  if (batch_.size() > kMostBatchAxes) batch = {batch_};
  const auto with = [&](const Labels& a, const Labels& b) {
    std::vector<Labels> groups = batch;
    groups.push_back(a);
    groups.push_back(b);
    return groups;
  };
  LS_TRY(ir::Value * a,
         Grouped(Arranged(operands_[0], Joined({batch_, left_, contracted_})), with(left_, contracted_)));
  LS_TRY(ir::Value * b,
         Grouped(Arranged(operands_[1], Joined({batch_, contracted_, right_})), with(contracted_, right_)));
  std::vector<Dim> dims(a->type.shape.dims().begin(), a->type.shape.dims().end());
  dims.back() = b->type.shape[b->type.shape.rank() - 1];
  ir::Value* product =
      lower_.Make(tfl::BATCH_MATMUL, {a, b}, {DType::kFloat32, Shape(std::move(dims)), nullptr},
                  {{"adj_x", false}, {"adj_y", false}, {"asymmetric_quantize_inputs", false}});
  const Labels labels = Joined({batch_, left_, right_});
  const bool all_batch = batch.size() == batch_.size();
  if (all_batch && left_.size() == 1 && right_.size() == 1) return Operand{product, labels};
  const size_t same_axes = all_batch ? batch_.size() + (left_.size() == 1 ? 1 : 0) : 0;
  LS_TRY(product, Reshaped(product, ShapeOf(labels), same_axes));
  return Operand{product, labels};
}

Result<void> EinsumLowering::Finish(Operand result) {
  ir::Value* value = Arranged(result, output_);
  if (value == lower_.operand(0)) return lower_.Replace(value);
  value->type.shape = lower_.result_type().shape;
  return lower_.Replace(value);
}

}  // namespace

LS_LOWER(Einsum) { return EinsumLowering(lower).Run(); }

}  // namespace litesmith::lowering
