// TensorFlow Lite resizes bilinearly and to the nearest pixel only. Whatever else a resizing does, each row
// of its result is a sum of rows with fixed weights, and each column likewise: it is a product with a matrix
// from the left and one from the right. The matrices are computed by letting the op resize single pixels;
// whether the two are all that it does is tried on a made-up picture.
#include <cmath>

#include "base/checked.h"
#include "evaluate/evaluate.h"
#include "passes/passes.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// Elements of one matrix: they stand in the file.
constexpr int64_t kMostWeights = int64_t{1} << 22;
// Elements of the picture that is tried; larger ones are taken as the others.
constexpr int64_t kMostTried = int64_t{1} << 22;
constexpr float kTolerance = 1e-4f;

bool IsResizing(const ir::Node& node) {
  return node.Is(tf::ResizeBicubic) || node.Is(tf::ResizeArea) || node.Is(tf::ScaleAndTranslate);
}

class Resizing {
 public:
  Resizing(ir::Node& node, Context& context) : node_(node), context_(context) {}

  // False if it stays as it is.
  bool Replace() {
    if (!Understand()) return false;
    const auto rows = Matrix(true), columns = Matrix(false);
    if (!rows || !columns || !Agrees(*rows, *columns)) return false;
    Build(*rows, *columns);
    return true;
  }

 private:
  bool Understand() {
    const Shape& shape = node_.operand(0)->type.shape;
    if (shape.rank() != 4 || !shape[1].known() || !shape[2].known() || !shape[3].known()) return false;
    for (size_t i = 1; i < node_.operand_count(); ++i) {
      if (node_.constant_operand(i) == nullptr) return false;
    }
    const Tensor* size = node_.constant_operand(1);
    const auto target = size->ToInt64();
    if (!target || target->size() != 2) return false;
    from_ = {shape[1].value(), shape[2].value()};
    to_ = {(*target)[0], (*target)[1]};
    channels_ = shape[3].value();
    for (const size_t axis : {0, 1}) {
      const auto weights = CheckedProduct(Dims{from_[axis], to_[axis]});
      if (!weights || *weights < 1 || *weights > kMostWeights) return false;
    }
    return channels_ > 0;
  }

  // What the op makes of a float picture of this height and width, resized along one axis or both.
  std::optional<Tensor> Resized(Tensor picture, Dims to, bool along_height, bool along_width) const {
    std::vector<Tensor> operands = {std::move(picture)};
    operands.push_back(Tensor::Of<int32_t>({2}, {static_cast<int32_t>(to[0]), static_cast<int32_t>(to[1])}));
    for (size_t i = 2; i < node_.operand_count();
         ++i) {  // scale and translation: what an axis keeps, it keeps
      auto numbers = node_.constant_operand(i)->ToDouble();
      if (!numbers || numbers->size() != 2) return std::nullopt;
      const double stays = i == 2 ? 1 : 0;
      operands.push_back(Tensor::Of<float>({2}, {static_cast<float>(along_height ? (*numbers)[0] : stays),
                                                 static_cast<float>(along_width ? (*numbers)[1] : stays)}));
    }
    auto results = evaluate::Evaluate(node_, operands, context_);
    if (!results || results->size() != 1 || (*results)[0].dtype() != DType::kFloat32) return std::nullopt;
    return (*results)[0];
  }

  // [to, from] of the rows, or of the columns. Channel i of the picture is 1 at pixel i alone.
  std::optional<Tensor> Matrix(bool rows) const {
    const size_t axis = rows ? 0 : 1;
    const int64_t from = from_[axis], to = to_[axis];
    Tensor pixels = Tensor::Zeros(DType::kFloat32, rows ? Dims{1, from, 1, from} : Dims{1, 1, from, from});
    const auto ones = pixels.mutable_data<float>();
    for (int64_t i = 0; i < from; ++i) ones[static_cast<size_t>(i * (from + 1))] = 1;
    const auto weights = Resized(std::move(pixels), rows ? Dims{to, 1} : Dims{1, to}, rows, !rows);
    if (!weights || weights->elements() != to * from) return std::nullopt;
    return weights->Reshaped({to, from});
  }

  bool Agrees(const Tensor& rows, const Tensor& columns) const {
    const auto size = CheckedProduct(Dims{std::max(from_[0], to_[0]), std::max(from_[1], to_[1])});
    if (!size || *size > kMostTried) return true;
    Tensor picture = Tensor::Zeros(DType::kFloat32, {1, from_[0], from_[1], 1});
    const auto pixels = picture.mutable_data<float>();
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::sin(static_cast<float>(i) * 0.7f);
    const std::vector<float> given(pixels.begin(), pixels.end());
    const auto expected = Resized(std::move(picture), to_, true, true);
    if (!expected || expected->elements() != to_[0] * to_[1]) return false;
    const auto upright = Product(rows.data<float>(), given, to_[0], from_[0], from_[1]);
    const auto wanted = expected->data<float>();
    const auto across = columns.data<float>();
    for (int64_t y = 0; y < to_[0]; ++y) {
      for (int64_t x = 0; x < to_[1]; ++x) {
        float sum = 0;
        for (int64_t i = 0; i < from_[1]; ++i) {
          sum +=
              across[static_cast<size_t>(x * from_[1] + i)] * upright[static_cast<size_t>(y * from_[1] + i)];
        }
        if (!(std::abs(sum - wanted[static_cast<size_t>(y * to_[1] + x)]) <= kTolerance)) return false;
      }
    }
    return true;
  }

  // [rows, inner] times [inner, columns].
  static std::vector<float> Product(std::span<const float> a, const std::vector<float>& b, int64_t rows,
                                    int64_t inner, int64_t columns) {
    std::vector<float> product(static_cast<size_t>(rows * columns));
    for (int64_t y = 0; y < rows; ++y) {
      for (int64_t i = 0; i < inner; ++i) {
        const float weight = a[static_cast<size_t>(y * inner + i)];
        if (weight == 0) continue;
        for (int64_t x = 0; x < columns; ++x)
          product[static_cast<size_t>(y * columns + x)] += weight * b[static_cast<size_t>(i * columns + x)];
      }
    }
    return product;
  }

  // [pictures, rows, rest] by the left matrix, then [pictures * rows, columns, channels] by the other.
  void Build(const Tensor& rows, const Tensor& columns) {
    ir::Builder builder(node_);
    ir::Value* value = node_.operand(0);
    const Dim pictures = value->type.shape[0];
    const auto reshaped = [&](ir::Value* from, Dim first, int64_t second, int64_t third) {
      const std::vector<int32_t> dims = {-1, static_cast<int32_t>(second), static_cast<int32_t>(third)};
      return builder.Make(tf::Reshape, {from, builder.Constant(Tensor::Of<int32_t>({3}, dims))},
                          {DType::kFloat32, {first, second, third}, nullptr});
    };
    const auto product = [&](const Tensor& matrix, ir::Value* from) {
      Shape shape = from->type.shape;
      shape[1] = Dim(matrix.dims()[0]);
      const Tensor stacked = matrix.Reshaped({1, matrix.dims()[0], matrix.dims()[1]});
      return builder.Make(tf::BatchMatMulV2, {builder.Constant(stacked), from},
                          {DType::kFloat32, shape, nullptr}, {{"T", DType::kFloat32}});
    };
    if (value->type.dtype != DType::kFloat32) {
      value = builder.Make(tf::Cast, {value}, {DType::kFloat32, value->type.shape, nullptr},
                           {{"DstT", DType::kFloat32}});
    }
    value = product(rows, reshaped(value, pictures, from_[0], from_[1] * channels_));
    const Dim all_rows = pictures.known() ? Dim(pictures.value() * to_[0]) : Dim();
    value = product(columns, reshaped(value, all_rows, from_[1], channels_));
    const std::vector<int32_t> dims = {-1, static_cast<int32_t>(to_[0]), static_cast<int32_t>(to_[1]),
                                       static_cast<int32_t>(channels_)};
    value = builder.Make(tf::Reshape, {value, builder.Constant(Tensor::Of<int32_t>({4}, dims))},
                         node_.output()->type);
    value->name = node_.output()->name;
    value->node()->name = node_.name;
    node_.output()->ReplaceAllUsesWith(value);
  }

  ir::Node& node_;
  Context& context_;
  Dims from_, to_;  // height and width
  int64_t channels_ = 0;
};

}  // namespace

Result<Changed> ResizeByProducts(Module& module, PassContext& context) {
  bool changed = false;
  NullSink nobody;  // what cannot be computed is told by the lowering
  Context quiet{context.context.host, nobody, context.context.limits, context.context.cancelled};
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!IsResizing(node) || !Resizing(node, quiet).Replace()) continue;
      function->Erase(&node);
      changed = true;
    }
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
