// Ops that say in one word what two or three others say.
#include <array>
#include <numeric>

#include "base/checked.h"
#include "lowering/broadcast.h"
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

ir::Value* ShapeOf(Lowering& lower, ir::Value* value, DType dtype) {
  const Shape& shape = value->type.shape;
  return lower.Make(tfl::SHAPE, {value}, {dtype, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr},
                    {{"out_type", SchemaType(dtype)}});
}

// Everywhere the same number, in the shape of a value.
ir::Value* Filled(Lowering& lower, ir::Value* like, double number) {
  const DType dtype = lower.result_type().dtype;
  Tensor scalar = Tensor::Zeros(dtype, {});
  VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_arithmetic_v<T>) scalar.mutable_data<T>()[0] = static_cast<T>(number);
  });
  return lower.Make(tfl::FILL, {ShapeOf(lower, like, DType::kInt32), lower.Constant(std::move(scalar))});
}

// The attribute block_size stands for both axes.
Result<void> WithOneBlock(Lowering& lower, const ir::OpDef& op) {
  const int64_t block = lower.attributes().Int("block_size");
  return lower.Replace(lower.Make(op, {lower.operand(0), lower.Int32s({block, block}), AsInt32(lower, 1)}));
}

// 0, 1, 2... at the places that the operand names.
Result<void> Inverted(Lowering& lower) {
  const Shape& shape = lower.shape(0);
  const ir::Type vector{DType::kInt32, shape, nullptr};
  ir::Value* places = AsInt32(lower, 0);
  ir::Value* column = lower.Make(tfl::EXPAND_DIMS, {places, lower.Int32(1)},
                                 {DType::kInt32, {shape.rank() == 1 ? shape[0] : Dim(), 1}, nullptr});
  ir::Value* dims = ShapeOf(lower, places, DType::kInt32);
  ir::Value* count =
      lower.Make(tfl::GATHER, {dims, lower.Int32(0)}, {DType::kInt32, Shape::Scalar(), nullptr},
                 {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
  ir::Value* numbers = lower.Make(tfl::RANGE, {lower.Int32(0), count, lower.Int32(1)}, vector);
  ir::Value* inverse = lower.Make(tfl::SCATTER_ND, {column, numbers, dims}, vector);
  if (lower.result_type().dtype == DType::kInt32) return lower.Replace(inverse);
  return lower.Replace(lower.Make(tfl::CAST, {inverse}));
}

// By known indices the parts are rows of one table, in another order.
Result<void> Stitched(Lowering& lower) {
  const size_t parts = lower.node().operand_count() / 2;
  const Shape& shape = lower.result_type().shape;
  if (!shape.ranked()) return lower.Report(Code::kShapeUnknown, "the rank of its parts is not known");
  std::vector<int64_t> row_of;  // by place, the last row that says so
  std::vector<ir::Value*> tables;
  int64_t rows = 0;
  for (size_t part = 0; part < parts; ++part) {
    const auto indices = ConstantInts(lower, part);
    if (!indices) return lower.Refuse("the places of its parts are computed at run time");
    for (const int64_t place : *indices) {
      if (place < 0 || place > 1 << 20) return lower.Refuse("it has a part at {}", place);
      if (static_cast<size_t>(place) >= row_of.size()) row_of.resize(static_cast<size_t>(place) + 1, 0);
      row_of[static_cast<size_t>(place)] = rows++;
    }
    Shape table = shape;
    table[0] = Dim(static_cast<int64_t>(indices->size()));
    LS_TRY(ir::Value * flat,
           ReshapeTo(lower, lower.operand(parts + part), {lower.result_type().dtype, table, nullptr}));
    tables.push_back(flat);
  }
  Shape all = shape;
  all[0] = Dim(rows);
  ir::Node* joined =
      lower.builder().Create(tfl::CONCATENATION, tables, {{lower.result_type().dtype, all, nullptr}},
                             {{"axis", int64_t{0}}, {"fused_activation_function", int64_t{0}}});
  return lower.Replace(lower.Make(tfl::GATHER, {joined->output(), lower.Int32s(row_of)},
                                  {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}}));
}

// -sum(labels * log_softmax(logits)), and what flows back: softmax(logits) - labels.
Result<void> CrossEntropy(Lowering& lower, ir::Value* logits, ir::Value* labels) {
  const ir::Type& type = logits->type;
  if (type.dtype != DType::kFloat32 || type.shape.rank() != 2)
    return lower.Refuse("its logits are {}{}, not a matrix of float32", NameOf(type.dtype),
                        ToText(type.shape));
  const ir::Type rows{DType::kFloat32, {type.shape[0]}, nullptr};
  ir::Value* log = lower.Make(tfl::LOG_SOFTMAX, {logits}, type);
  ir::Value* terms = lower.Make(tfl::MUL, {log, labels}, type, NoActivation());
  ir::Value* sum = lower.Make(tfl::SUM, {terms, lower.Int32s({1})}, rows, {{"keep_dims", false}});
  ir::Value* odds = lower.Make(tfl::SOFTMAX, {logits}, type, {{"beta", 1.0f}});
  ir::Value* results[] = {lower.Make(tfl::NEG, {sum}, rows),
                          lower.Make(tfl::SUB, {odds, labels}, type, NoActivation())};
  return lower.Replace(results);
}

}  // namespace

LS_LOWER(ShapeN) {
  std::vector<ir::Value*> shapes;
  for (size_t i = 0; i < lower.node().operand_count(); ++i)
    shapes.push_back(ShapeOf(lower, lower.operand(i), lower.result_type(i).dtype));
  return lower.Replace(shapes);
}

LS_LOWER(OnesLike) { return lower.Replace(Filled(lower, lower.operand(0), 1)); }
LS_LOWER(Empty) {
  const DType dtype = lower.result_type().dtype;
  if (!HasFixedSize(dtype)) return lower.Refuse("it makes {}", NameOf(dtype));
  return lower.Replace(lower.Make(tfl::FILL, {AsInt32(lower, 0), lower.Constant(Tensor::Zeros(dtype, {}))}));
}

LS_LOWER(ClipByValue) {
  ir::Value* above = lower.Make(tfl::MAXIMUM, {lower.operand(0), lower.operand(1)});
  return lower.Replace(lower.Make(tfl::MINIMUM, {above, lower.operand(2)}));
}

LS_LOWER(BiasAddV1) { return LowerBroadcast(lower, tfl::ADD, 6, NoActivation()); }
LS_LOWER(SpaceToBatch) { return WithOneBlock(lower, tfl::SPACE_TO_BATCH_ND); }
LS_LOWER(BatchToSpace) { return WithOneBlock(lower, tfl::BATCH_TO_SPACE_ND); }
LS_LOWER(InvertPermutation) { return Inverted(lower); }
LS_LOWER(DynamicStitch) { return Stitched(lower); }
LS_LOWER(ParallelDynamicStitch) { return Stitched(lower); }

LS_LOWER(ConjugateTranspose) {
  if (lower.dtype(0) == DType::kComplex64) return lower.Refuse("its operand is complex");
  return lower.Replace(lower.Make(tfl::TRANSPOSE, {lower.operand(0), AsInt32(lower, 1)}));
}

// sum(x^2) / 2
LS_LOWER(L2Loss) {
  if (lower.dtype(0) != DType::kFloat32 || !lower.shape(0).ranked())
    return lower.Refuse("its operand is not float32, or of unknown rank");
  std::vector<int64_t> axes(static_cast<size_t>(lower.shape(0).rank()));
  std::iota(axes.begin(), axes.end(), 0);
  ir::Value* square = lower.Make(tfl::SQUARE, {lower.operand(0)}, lower.operand(0)->type);
  ir::Value* sum = lower.Make(tfl::SUM, {square, lower.Int32s(axes)}, {{"keep_dims", false}});
  return lower.Replace(lower.Make(tfl::MUL, {sum, lower.Constant(Tensor::Scalar(0.5f))}, NoActivation()));
}

LS_LOWER(EuclideanNorm) {
  if (lower.dtype(0) != DType::kFloat32) return lower.Refuse("its operand is {}", NameOf(lower.dtype(0)));
  ir::Value* square = lower.Make(tfl::SQUARE, {lower.operand(0)}, lower.operand(0)->type);
  ir::Value* sum = lower.Make(tfl::SUM, {square, AsInt32(lower, 1)},
                              {{"keep_dims", lower.attributes().Bool("keep_dims")}});
  return lower.Replace(lower.Make(tfl::SQRT, {sum}));
}

// start + i (stop - start) / (n - 1)
LS_LOWER(LinSpace) {
  const auto count = ConstantInts(lower, 2);
  constexpr int64_t kMostPlaces = 1 << 20;
  if (!count || count->size() != 1 || count->front() < 1 || count->front() > kMostPlaces)
    return lower.Refuse("the number of its elements is computed at run time");
  if (lower.dtype(0) != DType::kFloat32) return lower.Refuse("it gives {}", NameOf(lower.dtype(0)));
  const int64_t n = count->front();
  std::vector<float> parts(static_cast<size_t>(n), 0.0f);
  for (int64_t i = 1; i < n; ++i)
    parts[static_cast<size_t>(i)] = static_cast<float>(static_cast<double>(i) / static_cast<double>(n - 1));
  const ir::Type scalar{DType::kFloat32, Shape::Scalar(), nullptr};
  const ir::Type vector{DType::kFloat32, {n}, nullptr};
  ir::Value* span = lower.Make(tfl::SUB, {lower.operand(1), lower.operand(0)}, scalar, NoActivation());
  ir::Value* steps =
      lower.Make(tfl::MUL, {lower.Constant(Tensor::Of<float>({n}, parts)), span}, vector, NoActivation());
  return lower.Replace(lower.Make(tfl::ADD, {steps, lower.operand(0)}, vector, NoActivation()));
}

// One dimension, or none left out.
LS_LOWER(UniqueV2) {
  const Tensor* axes = lower.constant(1);
  if (lower.shape(0).rank() != 1 || axes == nullptr)
    return lower.Refuse("it compares rows of more than one element");
  ir::Node* made = lower.builder().Create(tfl::UNIQUE, std::array{lower.operand(0)},
                                          {lower.result_type(0), lower.result_type(1)},
                                          {{"idx_out_type", SchemaType(lower.result_type(1).dtype)}});
  ir::Value* results[] = {made->output(0), made->output(1)};
  return lower.Replace(results);
}

LS_LOWER(TopK) {
  ir::Value* count = lower.Int32(lower.attributes().Int("k"));
  ir::Node* made = lower.builder().Create(tfl::TOPK_V2, std::array{lower.operand(0), count},
                                          {lower.result_type(0), lower.result_type(1)}, {});
  ir::Value* results[] = {made->output(0), made->output(1)};
  return lower.Replace(results);
}

LS_LOWER(SoftmaxCrossEntropyWithLogits) { return CrossEntropy(lower, lower.operand(0), lower.operand(1)); }

LS_LOWER(SparseSoftmaxCrossEntropyWithLogits) {
  ir::Value* logits = lower.operand(0);
  const Shape& shape = logits->type.shape;
  if (shape.rank() != 2 || !shape[1].known())
    return lower.Report(Code::kShapeUnknown, "the number of classes is not known");
  ir::Value* labels = lower.Make(tfl::ONE_HOT,
                                 {AsInt32(lower, 1), lower.Int32(shape[1].value()),
                                  lower.Constant(Tensor::Scalar(1.0f)), lower.Constant(Tensor::Scalar(0.0f))},
                                 {DType::kFloat32, shape, nullptr}, {{"axis", int64_t{-1}}});
  return CrossEntropy(lower, logits, labels);
}

// (x - mean) contrast + mean, by picture and channel.
LS_LOWER(AdjustContrastv2) {
  const ir::Type& type = lower.operand(0)->type;
  const int rank = type.shape.rank();
  if (type.dtype != DType::kFloat32 || rank < 3 || rank > 4)
    return lower.Refuse("its pictures are {}{}", NameOf(type.dtype), ToText(type.shape));
  Shape means = type.shape;
  means[rank - 3] = means[rank - 2] = Dim(1);
  ir::Value* mean = lower.Make(tfl::MEAN, {lower.operand(0), lower.Int32s({rank - 3, rank - 2})},
                               {DType::kFloat32, means, nullptr}, {{"keep_dims", true}});
  ir::Value* apart = lower.Make(tfl::SUB, {lower.operand(0), mean}, NoActivation());
  ir::Value* scaled = lower.Make(tfl::MUL, {apart, lower.operand(1)}, NoActivation());
  return lower.Replace(lower.Make(tfl::ADD, {scaled, mean}, NoActivation()));
}

}  // namespace litesmith::lowering
