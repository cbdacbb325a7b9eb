// Changes of type, and tensors made from little.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

bool EitherSide(const ir::Node& node, std::initializer_list<DType> types) {
  for (const DType type : types) {
    if (InputType(node) == type || OutputType(node) == type) return true;
  }
  return false;
}

int CastVersion(const ir::Node& node) {
  if (EitherSide(node, {DType::kFloat8E4M3FN, DType::kFloat8E5M2})) return 9;
  if (EitherSide(node, {DType::kInt2, DType::kUInt4})) return 8;
  if (EitherSide(node, {DType::kBFloat16})) return 7;
  if (InputType(node) == DType::kInt4 && OutputType(node) == DType::kFloat32) return 6;
  if (EitherSide(node, {DType::kFloat64, DType::kFloat16})) return 5;
  if (EitherSide(node, {DType::kUInt16})) return 4;
  if (EitherSide(node, {DType::kInt8})) return 3;
  return EitherSide(node, {DType::kUInt32}) ? 2 : 1;
}

bool PerChannel(const ir::Value* value) {
  return value != nullptr && value->type.quantization != nullptr && value->type.quantization->per_channel() &&
         ScalePerSlice(value, value->type.quantization->dimension);
}

int QuantizeVersion(const ir::Node& node) {
  if (EitherSide(node, {DType::kUInt4})) return 5;
  if (EitherSide(node, {DType::kInt4})) return 4;
  if (node.output_count() > 0 && PerChannel(node.output())) return 3;
  return OutputType(node) == DType::kInt16 ? 2 : 1;
}

int DequantizeVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node))) return 9;
  switch (InputType(node)) {
    case DType::kUInt4:
      return 8;
    case DType::kInt2:
      return 7;
    case DType::kInt4:
      return 6;
    case DType::kInt16:
    case DType::kFloat16:
      return 3;
    case DType::kInt8:
      return PerChannel(node.operand_or_null(0)) ? 5 : 2;
    default:
      return 1;
  }
}

int FakeQuantVersion(const ir::Node& node) { return node.attributes.Bool("narrow_range") ? 2 : 1; }

int FillVersion(const ir::Node& node) {
  if (IsFloat8(InputType(node, 1))) return 5;
  switch (InputType(node, 1)) {
    case DType::kFloat16:
      return 4;
    case DType::kInt8:
    case DType::kInt16:
      return 3;
    case DType::kBool:
    case DType::kString:
      return 2;
    default:
      return 1;
  }
}

int RangeVersion(const ir::Node& node) { return InputType(node) == DType::kInt64 ? 2 : 1; }

}  // namespace

LS_TFL_OP(BITCAST, 159, "BitcastOptions", "2.13", ir::kNone, VersionOne)
LS_TFL_OP(BUCKETIZE, 147, "BucketizeOptions", "2.8", ir::kNone, VersionOne)
LS_TFL_OP(CAST, 53, "CastOptions", "1.5 2.7 2.8 2.9 2.12 2.15 2.17 2.21 2.23", ir::kNone, CastVersion)
LS_TFL_OP(DENSIFY, 124, "DensifyOptions", "2.2", ir::kNone, VersionOne)
LS_TFL_OP(DEQUANTIZE, 6, "DequantizeOptions", "1.13.1 1.14 1.15 2.2 2.7 2.18 2.21 2.22 2.23", ir::kNone,
          DequantizeVersion)
LS_TFL_OP(FAKE_QUANT, 80, "FakeQuantOptions", "1.5 1.10", ir::kNone, FakeQuantVersion)
LS_TFL_OP(FILL, 94, "FillOptions", "1.13 2.3 2.5 2.12 2.23", ir::kNone, FillVersion)
LS_TFL_OP(QUANTIZE, 114, "QuantizeOptions", "1.14 1.15 2.7 2.21 2.21 2.21", ir::kNone, QuantizeVersion)
LS_TFL_OP(RANGE, 96, "RangeOptions", "1.13 2.14", ir::kNone, RangeVersion)
LS_TFL_OP(ZEROS_LIKE, 93, "ZerosLikeOptions", "1.12", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
