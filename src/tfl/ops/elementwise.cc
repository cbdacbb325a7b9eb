// Functions of single elements, activations among them.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int AbsVersion(const ir::Node& node) {
  const DType type = InputType(node);
  if (type == DType::kInt32) return 5;
  if (type == DType::kInt16) return InputQuantized(node) ? 3 : 4;
  return InputIs(node, {DType::kInt8, DType::kUInt8}) ? 2 : 1;
}

int ReluVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt16) return 3;
  return InputIs(node, {DType::kInt8, DType::kUInt8}) ? 2 : 1;
}

int LeakyReluVersion(const ir::Node& node) { return InputType(node) == DType::kInt16 ? 2 : 1; }

int SoftmaxVersion(const ir::Node& node) {
  if (InputType(node) == DType::kFloat16) return 4;
  return VersionInt8Int16(node);
}

int SignVersion(const ir::Node& node) { return InputType(node) == DType::kInt32 ? 2 : 1; }

int GeluVersion(const ir::Node& node) {
  if (InputType(node) == DType::kFloat16) return 3;
  return InputIs(node, {DType::kInt8, DType::kUInt8}) ? 2 : 1;
}

}  // namespace

LS_TFL_OP(ABS, 101, "AbsOptions", "1.13 2.4 2.5 2.6 2.12", ir::kNone, AbsVersion)
LS_TFL_OP(CEIL, 104, "", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(COS, 108, "CosOptions", "1.14 2.23", ir::kNone, VersionFloat16)
LS_TFL_OP(ELU, 111, "", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(EXP, 47, "ExpOptions", "1.7 2.12", ir::kNone, VersionInt8OrInt16)
LS_TFL_OP(FLOOR, 8, "", "1.9", ir::kNone, VersionOne)
LS_TFL_OP(GELU, 150, "GeluOptions", "2.9 2.9 2.23", ir::kNone, GeluVersion)
LS_TFL_OP(HARD_SWISH, 117, "HardSwishOptions", "1.15", ir::kNone, VersionOne)
LS_TFL_OP(LEAKY_RELU, 98, "LeakyReluOptions", "1.13.1 2.3", ir::kNone, LeakyReluVersion)
LS_TFL_OP(LOG, 73, "", "1.14 2.15", ir::kNone, VersionInt8OrInt16)
LS_TFL_OP(LOG_SOFTMAX, 50, "LogSoftmaxOptions", "1.14 1.14", ir::kNone, VersionInt8)
LS_TFL_OP(LOGISTIC, 14, "", "1.14 1.14 2.3", ir::kNone, VersionInt8Int16)
LS_TFL_OP(NEG, 59, "NegOptions", "1.9", ir::kNone, VersionOne)
LS_TFL_OP(PRELU, 54, "", "1.8", ir::kNone, VersionOne)
LS_TFL_OP(RELU, 19, "", "1.5 2.1 2.5", ir::kNone, ReluVersion)
LS_TFL_OP(RELU6, 21, "", "1.5 1.14 2.5", ir::kNone, VersionInt8Int16)
LS_TFL_OP(RELU_0_TO_1, 152, "", "2.10", ir::kNone, VersionOne)
LS_TFL_OP(RELU_N1_TO_1, 20, "", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(ROUND, 116, "", "1.14", ir::kNone, VersionOne)
LS_TFL_OP(RSQRT, 76, "", "1.10 2.5 2.15", ir::kNone, VersionInt8Int16)
LS_TFL_OP(SIGN, 158, "SignOptions", "2.11 2.12", ir::kNone, SignVersion)
LS_TFL_OP(SIN, 66, "", "1.9 2.23", ir::kNone, VersionFloat16)
LS_TFL_OP(SOFTMAX, 25, "SoftmaxOptions", "1.5 1.14 2.3 2.23", ir::kNone, SoftmaxVersion)
LS_TFL_OP(SQRT, 75, "", "1.10 2.21", ir::kNone, VersionInt8OrInt16)
LS_TFL_OP(SQUARE, 92, "SquareOptions", "1.12", ir::kNone, VersionOne)
LS_TFL_OP(TANH, 28, "", "1.14 1.14 2.3", ir::kNone, VersionInt8Int16)

}  // namespace litesmith::tfl
