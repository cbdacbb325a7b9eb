#include "detection/rewrite.h"

#include <algorithm>

#include "detection/op_options.h"
#include "formats/tflite/flex_options.h"
#include "ir/signature.h"
#include "tf/ops.h"

namespace litesmith::detection {
namespace {

ir::Value* Reshaped(ir::Builder& builder, ir::Value* value, const Dims& dims) {
  if (value->type.shape == Shape::Of(dims)) return value;
  const std::vector<int32_t> shape(dims.begin(), dims.end());
  ir::Value* target = builder.Constant(Tensor::Of<int32_t>({static_cast<int64_t>(dims.size())}, shape));
  return builder.Make(tf::Reshape, {value, target}, {value->type.dtype, Shape::Of(dims), nullptr});
}

int64_t RowCount(const Attributes& options) {
  return options.Int(option::kMaxDetections) *
         std::max<int64_t>(options.Int(option::kMaxClassesPerDetection, 1), 1);
}

void SetResults(ir::Function& function, const std::vector<ir::Value*>& values,
                const std::vector<std::string>& names) {
  for (size_t i = 0; i < values.size(); ++i) values[i]->name = names[i];
  function.SetResults(values);
  function.result_names = names;
  for (ir::Signature& signature : function.module()->signatures) {
    if (signature.function == function.name) signature.output_names.clear();  // the function's own
  }
  function.EraseDeadNodes();
}

}  // namespace

OpInputs InputsOf(ir::Function& function, const Postprocess& post) {
  ir::Builder builder(function);
  builder.origin = post.suppressions.nodes.front()->origin;
  const int64_t anchors = post.decoder.anchor_count;
  OpInputs inputs;
  inputs.encodings = Reshaped(builder, post.decoder.encodings, {1, anchors, 4});
  inputs.scores = Reshaped(builder, post.scores.scores, {1, anchors, post.scores.columns});
  inputs.anchors = builder.Constant(Tensor::Of<float>({anchors, 4}, post.decoder.anchors), "anchors");
  inputs.options = {
      {std::string(option::kMaxDetections), post.max_detections},
      {std::string(option::kMaxClassesPerDetection), int64_t{1}},
      {std::string(option::kDetectionsPerClass), post.suppressions.per_class},
      {std::string(option::kUseRegularNms), post.regular},
      {std::string(option::kScoreThreshold), std::max(post.suppressions.score_threshold, 0.0f)},
      {std::string(option::kIouThreshold), post.suppressions.iou_threshold},
      {std::string(option::kNumClasses), post.classes},
      {std::string(option::kYScale), post.decoder.y_scale},
      {std::string(option::kXScale), post.decoder.x_scale},
      {std::string(option::kHScale), post.decoder.h_scale},
      {std::string(option::kWScale), post.decoder.w_scale},
  };
  return inputs;
}

OpInputs InputsOf(const ImplementsCall& call) {
  return {call.node->operand(0), call.node->operand(1), call.node->operand(2), call.options};
}

ir::Node* MakeOp(ir::Node& before, const OpInputs& inputs) {
  ir::Builder builder(before);
  const int64_t rows = RowCount(inputs.options);
  const auto type = [](Shape shape) { return ir::Type{DType::kFloat32, std::move(shape), nullptr}; };
  ir::Node* op =
      builder.Create(before.function()->module()->UnknownOp(ir::Dialect::kTfl, kOpName),
                     {inputs.encodings, inputs.scores, inputs.anchors},
                     {type({1, rows, 4}), type({1, rows}), type({1, rows}), type({1})},
                     {{"custom_code", std::string(kOpName)}, {"custom_options", flex::Pack(inputs.options)}});
  op->name = kOpName;
  return op;
}

void ReplaceResults(ir::Function& function, const OpInputs& inputs) {
  ir::Node* op = MakeOp(*function.return_node(), inputs);
  SetResults(function, {op->output(0), op->output(1), op->output(2), op->output(3)},
             {"detection_boxes", "detection_classes", "detection_scores", "num_detections"});
}

void ReplaceResultsByHeads(ir::Function& function, const OpInputs& inputs) {
  ir::Builder builder(function);
  const Shape& shape = inputs.scores->type.shape;
  const int64_t classes = inputs.options.Int(option::kNumClasses);
  ir::Value* scores = inputs.scores;
  const int64_t background = shape.known() && shape.rank() == 3 ? shape[2].value() - classes : 0;
  if (background > 0) {
    const auto ints = [&](std::vector<int32_t> values) {
      return builder.Constant(Tensor::Of<int32_t>({3}, values));
    };
    scores =
        builder.Make(tf::Slice, {scores, ints({0, 0, static_cast<int32_t>(background)}), ints({-1, -1, -1})},
                     {DType::kFloat32, {shape[0], shape[1], Dim(classes)}, nullptr});
  }
  SetResults(function, {inputs.encodings, scores, inputs.anchors},
             {"box_encodings", "class_scores", "anchors"});
}

void ReplaceInput(ir::Function& function, const Preprocess& preprocess) {
  ir::Value* old = preprocess.parameter;
  if (preprocess.network == old) return;
  const size_t index = old->index();
  ir::Value* input = function.AddParameter(
      {DType::kFloat32, {1, preprocess.height, preprocess.width, 3}, nullptr}, old->name);
  ir::NameInputLike(function, input->index(), index, {});
  preprocess.network->ReplaceAllUsesWith(input);
  function.EraseDeadNodes();
  if (!old->used()) ir::EraseInput(function, index);
}

}  // namespace litesmith::detection
