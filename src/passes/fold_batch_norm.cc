// y = BatchNorm(Conv(x, w)) = Conv(x, w * s) + (offset - mean * s), s = scale / sqrt(variance + epsilon),
// channel by channel; the same for a convolution followed by a product with a constant per channel. A batch
// norm with nothing to fold it into becomes a product and a sum.
#include <cmath>
#include <optional>
#include <vector>

#include "passes/passes.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// y = x * scale + offset along the channels.
struct Affine {
  std::vector<double> scale, offset;
};

std::optional<std::vector<double>> ConstantVector(const ir::Node& node, size_t operand) {
  const Tensor* tensor = node.constant_operand(operand);
  if (tensor == nullptr || tensor->dtype() != DType::kFloat32 || tensor->rank() != 1) return std::nullopt;
  return tensor->ToDouble();
}

std::optional<Affine> AffineOfBatchNorm(const ir::Node& node) {
  if (!node.Is(tf::FusedBatchNorm) && !node.Is(tf::FusedBatchNormV2) && !node.Is(tf::FusedBatchNormV3))
    return {};
  if (node.attributes.Bool("is_training", true)) return {};
  for (size_t i = 1; i < node.output_count(); ++i) {
    if (node.output(i)->used()) return {};  // statistics are passed through only in training
  }
  const auto scale = ConstantVector(node, 1), offset = ConstantVector(node, 2),
             mean = ConstantVector(node, 3), variance = ConstantVector(node, 4);
  if (!scale || !offset || !mean || !variance || offset->size() != scale->size() ||
      mean->size() != scale->size() || variance->size() != scale->size()) {
    return {};
  }
  const double epsilon = node.attributes.Float("epsilon", 1e-4f);  // TensorFlow's default for the op
  Affine affine;
  for (size_t i = 0; i < scale->size(); ++i) {
    const double factor = (*scale)[i] / std::sqrt((*variance)[i] + epsilon);
    affine.scale.push_back(factor);
    affine.offset.push_back((*offset)[i] - (*mean)[i] * factor);
  }
  return affine;
}

bool IsConvolution(const ir::Node* node) {
  return node != nullptr && (node->Is(tf::Conv2D) || node->Is(tf::DepthwiseConv2dNative));
}

// x * constant where the constant is one number per channel of a convolution's output, channels last.
std::optional<Affine> AffineOfProduct(const ir::Node& node) {
  if (!node.Is(tf::Mul) || !IsConvolution(node.operand(0)->node())) return {};
  const Tensor* factor = node.constant_operand(1);
  const Shape& shape = node.operand(0)->type.shape;
  if (factor == nullptr || factor->dtype() != DType::kFloat32 || !shape.ranked() || shape.rank() != 4)
    return {};
  if (!shape[3].known() || factor->rank() > 4 || factor->rank() == 0) return {};
  if (factor->elements() != shape[3].value() || factor->dims().back() != shape[3].value()) return {};
  auto scale = factor->ToDouble();
  std::vector<double> offset(scale->size());
  return Affine{*std::move(scale), std::move(offset)};
}

bool ChannelsLast(const ir::Node& node) { return node.attributes.Text("data_format", "NHWC") == "NHWC"; }

// The weights with every output channel scaled: of [h, w, in, out], or depthwise [h, w, in, multiplier].
std::optional<Tensor> ScaledWeights(const ir::Node& convolution, const std::vector<double>& scale) {
  const Tensor* weights = convolution.constant_operand(1);
  if (weights == nullptr || weights->dtype() != DType::kFloat32 || weights->rank() != 4) return {};
  const Dims& dims = weights->dims();
  const bool depthwise = convolution.Is(tf::DepthwiseConv2dNative);
  const int64_t channels = depthwise ? dims[2] * dims[3] : dims[3];
  if (channels != static_cast<int64_t>(scale.size()) || channels == 0) return {};
  Tensor scaled = Tensor::Zeros(DType::kFloat32, dims);
  const auto from = weights->data<float>();
  const auto to = scaled.mutable_data<float>();
  for (size_t i = 0; i < to.size(); ++i) {
    to[i] = static_cast<float>(from[i] * scale[i % static_cast<size_t>(channels)]);
  }
  return scaled;
}

Tensor ToTensor(const std::vector<double>& values) {
  std::vector<float> floats(values.begin(), values.end());
  return Tensor::Of<float>({static_cast<int64_t>(floats.size())}, floats);
}

bool AllZero(const std::vector<double>& values) {
  for (double value : values) {
    if (value != 0) return false;
  }
  return true;
}

// Conv(x, w) with one reader; a bias in between is scaled along.
struct Target {
  ir::Node* convolution = nullptr;
  ir::Node* bias = nullptr;
};

Target FindTarget(const ir::Node& norm) {
  Target target;
  ir::Node* before = norm.operand(0)->node();
  if (before != nullptr && before->Is(tf::BiasAdd) && before->output()->uses().size() == 1 &&
      ChannelsLast(*before)) {
    target.bias = before;
    before = before->operand(0)->node();
  }
  if (IsConvolution(before) && before->output()->uses().size() == 1 && ChannelsLast(*before))
    target.convolution = before;
  return target;
}

bool FoldIntoConvolution(ir::Node& node, const Affine& affine) {
  const Target target = FindTarget(node);
  if (target.convolution == nullptr) return false;
  auto weights = ScaledWeights(*target.convolution, affine.scale);
  if (!weights) return false;
  std::vector<double> offset = affine.offset;
  if (target.bias != nullptr) {
    const auto bias = ConstantVector(*target.bias, 1);
    if (!bias || bias->size() != offset.size()) return false;
    for (size_t i = 0; i < offset.size(); ++i) offset[i] += (*bias)[i] * affine.scale[i];
  }
  ir::OriginTable& origins = node.function()->module()->origins;
  ir::Builder builder(node);
  builder.origin = origins.Join(target.convolution->origin, node.origin);
  ir::Value* scaled = builder.Constant(*std::move(weights), target.convolution->operand(1)->name);
  ir::Node* convolution = builder.Create(
      target.convolution->op(), std::vector<ir::Value*>{target.convolution->operand(0), scaled},
      {target.convolution->output()->type}, target.convolution->attributes);
  convolution->name = target.convolution->name;
  ir::Value* result = convolution->output();
  if (!AllZero(offset)) {
    result = builder.Make(tf::BiasAdd, {result, builder.Constant(ToTensor(offset), node.name + "/offset")},
                          node.output()->type);
    result->node()->name = node.name;
  }
  result->name = node.output()->name;
  node.output()->ReplaceAllUsesWith(result);
  return true;
}

void ReplaceBySumOfProduct(ir::Node& node, const Affine& affine) {
  ir::Builder builder(node);
  const ir::Type type = node.output()->type;
  const auto constant = [&](const std::vector<double>& values, const char* suffix) {
    Tensor tensor = ToTensor(values);
    if (!ChannelsLast(node)) {  // [n, c, h, w]
      const int64_t channels = tensor.elements();
      tensor = tensor.Reshaped({1, channels, 1, 1});
    }
    return builder.Constant(std::move(tensor), node.name + suffix);
  };
  ir::Value* product = builder.Make(tf::Mul, {node.operand(0), constant(affine.scale, "/scale")}, type);
  ir::Value* sum = builder.Make(tf::AddV2, {product, constant(affine.offset, "/offset")}, type);
  product->node()->name = sum->node()->name = node.name;
  sum->name = node.output()->name;
  node.output()->ReplaceAllUsesWith(sum);
}

}  // namespace

Result<Changed> FoldBatchNorm(Module& module, PassContext&) {
  bool changed = false;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      const auto norm = AffineOfBatchNorm(node);
      const auto affine = norm ? norm : AffineOfProduct(node);
      if (!affine) continue;
      if (FoldIntoConvolution(node, *affine)) {
        changed = true;
      } else if (norm) {
        ReplaceBySumOfProduct(node, *affine);
        changed = true;
      }
    }
    changed |= function->EraseDeadNodes();
  }
  return changed ? Changed::kYes : Changed::kNo;
}

}  // namespace litesmith::passes
