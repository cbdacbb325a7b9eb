// Batch norms that no convolution could take up: with the statistics of the batch at hand, as in training, or
// with averages that are not constants.
#include "base/finding.h"
#include "lowering/broadcast.h"
#include "lowering/layout.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {
namespace {

void Warn(Lowering& lower) {
  const std::string name(lower.node().op_name());
  (void)lower.context().findings.Report(
      tf::FindingAt(Code::kComputesDifferently, lower.node())
          .As(Severity::kWarning)
          .Headline("op {} normalizes with the statistics of the batch at hand", name)
          .Cause("is_training is true, as only training has it: the file computes what the graph does, but "
                 "not what the trained model would give with its stored averages, and each picture changes "
                 "the results of the others")
          .Fix("export with training=False (Keras: model(x, training=False); Object Detection API: "
               "is_training=False), so that the stored averages are used"));
}

class BatchNorm {
 public:
  explicit BatchNorm(Lowering& lower) : lower_(lower) {}

  Result<void> Run() {
    if (lower_.dtype(0) != DType::kFloat32)
      return lower_.Report(Code::kDtypeUnsupported, "it is computed for float32 only");
    const Shape& shape = lower_.shape(0);
    if (shape.rank() != 4 && shape.rank() != 5)
      return lower_.Report(Code::kShapeUnknown, "the rank of its operand is not known");
    const std::string format = lower_.attributes().Text("data_format", "NHWC");
    if (format.starts_with("NC") && shape.rank() != 4) return lower_.Refuse("its channels come first");
    ir::Value* x = format.starts_with("NC") ? ToChannelsLast(lower_, lower_.operand(0)) : lower_.operand(0);
    const Shape& last = x->type.shape;
    channels_ = {DType::kFloat32, {last[last.rank() - 1]}, nullptr};
    const bool training = lower_.attributes().Bool("is_training", true);
    if (training) Warn(lower_);
    ir::Value *mean = lower_.operand(3), *variance = lower_.operand(4);
    if (training) {
      mean = Mean(x, channels_);
      ir::Value* deviation = Binary(tfl::SUB, x, mean, x->type);
      variance = Mean(lower_.Make(tfl::SQUARE, {deviation}, x->type), channels_);
    }
    const float epsilon = lower_.attributes().Float("epsilon", 1e-4f);  // TensorFlow's default for the op
    ir::Value* deviation = Binary(tfl::SUB, x, mean, x->type);
    ir::Value* sum = Binary(tfl::ADD, variance, Number(epsilon), channels_);
    ir::Value* factor =
        Binary(tfl::MUL, lower_.Make(tfl::RSQRT, {sum}, channels_), lower_.operand(1), channels_);
    ir::Value* scaled = Binary(tfl::MUL, deviation, factor, x->type);
    ir::Value* y = Binary(tfl::ADD, scaled, lower_.operand(2), x->type);
    std::vector<ir::Value*> results = {format.starts_with("NC") ? FromChannelsLast(lower_, y) : y};
    LS_RETURN_IF_FAILED(AddStatistics(training, x, mean, variance, results));
    return lower_.Replace(results);
  }

 private:
  ir::Value* Number(float value) { return lower_.Constant(Tensor::Scalar(value)); }
  ir::Value* Binary(const ir::OpDef& op, ir::Value* a, ir::Value* b, ir::Type type) {
    return lower_.Make(op, {a, b}, std::move(type), NoActivation());
  }
  ir::Value* Mean(ir::Value* x, ir::Type type) {
    std::vector<int64_t> axes;
    for (int axis = 0; axis + 1 < x->type.shape.rank(); ++axis) axes.push_back(axis);
    return lower_.Make(tfl::MEAN, {x, lower_.Int32s(axes)}, std::move(type), {{"keep_dims", false}});
  }
  // A running average moves towards what this batch shows.
  ir::Value* Moved(size_t operand, ir::Value* fresh) {
    const float factor = lower_.attributes().Float("exponential_avg_factor", 1.0f);
    if (factor == 1.0f || lower_.shape(operand).elements() == 0) return fresh;
    ir::Value* old = Binary(tfl::MUL, lower_.operand(operand), Number(1 - factor), channels_);
    return Binary(tfl::ADD, old, Binary(tfl::MUL, fresh, Number(factor), channels_), channels_);
  }
  // Mean and variance, twice, and a result for GPUs only. The running variance is that of a sample: divided
  // by the number of elements less one.
  Result<void> AddStatistics(bool training, const ir::Value* x, ir::Value* mean, ir::Value* variance,
                             std::vector<ir::Value*>& results) {
    const ir::Node& node = lower_.node();
    if (node.output_count() > 5) {
      if (node.output(5)->used()) return lower_.Refuse("its sixth result is read, which only GPUs have");
    }
    ir::Value *running_mean = mean, *running_variance = variance;
    if (training && node.output_count() > 2 && (node.output(1)->used() || node.output(2)->used())) {
      int64_t rows = 1;
      for (int axis = 0; axis + 1 < x->type.shape.rank(); ++axis) {
        if (!x->type.shape[axis].known())
          return lower_.Report(Code::kShapeUnknown, "the number of elements of a channel is not known");
        rows *= x->type.shape[axis].value();
      }
      const double correction = rows > 1 ? static_cast<double>(rows) / static_cast<double>(rows - 1) : 1;
      running_mean = Moved(3, mean);
      running_variance =
          Moved(4, Binary(tfl::MUL, variance, Number(static_cast<float>(correction)), channels_));
    }
    for (ir::Value* value : {running_mean, running_variance, mean, variance, variance}) {
      if (results.size() < node.output_count()) results.push_back(value);
    }
    return {};
  }

  Lowering& lower_;
  ir::Type channels_;  // of a number for each channel
};

}  // namespace

LS_LOWER(FusedBatchNorm) { return BatchNorm(lower).Run(); }
LS_LOWER(FusedBatchNormV2) { return BatchNorm(lower).Run(); }
LS_LOWER(FusedBatchNormV3) { return BatchNorm(lower).Run(); }

}  // namespace litesmith::lowering
