// Random numbers: the kernels draw from the same generator as TensorFlow's, but whether the same ones come
// depends on what else draws from it. They are part of few models on purpose, so that each is told.
#include "base/finding.h"
#include "lowering/broadcast.h"
#include "lowering/indices.h"
#include "lowering/lowering.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {
namespace {

void Warn(Lowering& lower) {
  const std::string name(lower.node().op_name());
  (void)lower.context().findings.Report(
      tf::FindingAt(Code::kComputesDifferently, lower.node())
          .As(Severity::kWarning)
          .Headline("op {} draws random numbers: results differ from run to run", name)
          .Cause("most often it is a dropout or a noise layer that was exported in training mode; the file "
                 "draws numbers of its own, not those that TensorFlow would draw")
          .Fix("if it comes from training, export with training=False")
          .Fix("if chance is meant, nothing; or feed the numbers as an input, and results can be repeated"));
}

Attributes Seeds(const Lowering& lower) {
  return {{"seed", lower.attributes().Int("seed")}, {"seed2", lower.attributes().Int("seed2")}};
}

Result<void> Drawn(Lowering& lower, const ir::OpDef& op) {
  if (lower.result_type().dtype != DType::kFloat32)
    return lower.Refuse("it gives {}, TensorFlow Lite's op float32", NameOf(lower.result_type().dtype));
  Warn(lower);
  return lower.Replace(lower.Make(op, {AsInt32(lower, 0)}, Seeds(lower)));
}

}  // namespace

LS_LOWER(RandomUniform) { return Drawn(lower, tfl::RANDOM_UNIFORM); }
LS_LOWER(RandomStandardNormal) { return Drawn(lower, tfl::RANDOM_STANDARD_NORMAL); }

// floor(u (max - min)) + min with u in [0, 1): exact for ranges of less than 2^24.
LS_LOWER(RandomUniformInt) {
  Warn(lower);
  const ir::Type scalar{lower.dtype(1), Shape::Scalar(), nullptr};
  const ir::Type floats{DType::kFloat32, lower.result_type().shape, nullptr};
  ir::Value* drawn = lower.Make(tfl::RANDOM_UNIFORM, {AsInt32(lower, 0)}, floats, Seeds(lower));
  ir::Value* span = lower.Make(tfl::SUB, {lower.operand(2), lower.operand(1)}, scalar, NoActivation());
  ir::Value* width = lower.Make(tfl::CAST, {span}, {DType::kFloat32, Shape::Scalar(), nullptr});
  ir::Value* scaled = lower.Make(tfl::MUL, {drawn, width}, floats, NoActivation());
  ir::Value* whole = lower.Make(tfl::CAST, {scaled});
  return lower.Replace(lower.Make(tfl::ADD, {whole, lower.operand(1)}, NoActivation()));
}

// logits [batch, classes], number of samples.
LS_LOWER(Multinomial) {
  if (lower.dtype(0) != DType::kFloat32)
    return lower.Refuse("its logits are {}, TensorFlow Lite takes float32", NameOf(lower.dtype(0)));
  Warn(lower);
  return lower.Replace(lower.Make(tfl::MULTINOMIAL, {lower.operand(0), AsInt32(lower, 1)}, Seeds(lower)));
}

}  // namespace litesmith::lowering
