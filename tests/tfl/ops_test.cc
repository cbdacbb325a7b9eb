#include "tfl/ops.h"

#include <gtest/gtest.h>

#include <set>

#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

ir::Type Of(DType dtype, std::vector<int64_t> dims = {1, 2, 2, 4}) {
  return {dtype, Shape::Of(dims), nullptr};
}

ir::Type Quantized(DType dtype, std::vector<int64_t> dims, std::vector<float> scale, int dimension = 0) {
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = std::move(scale);
  quantization->dimension = dimension;
  return {dtype, Shape::Of(dims), std::move(quantization)};
}

// The version that the table asks for when the op has these operands, output and attributes.
int VersionOf(const Op& op, std::vector<ir::Type> inputs, ir::Type output, Attributes attributes = {}) {
  ir::Module module;
  ir::Function* function = module.AddFunction("main");
  std::vector<ir::Value*> operands;
  for (ir::Type& type : inputs) operands.push_back(function->AddParameter(std::move(type)));
  const ir::Node* node =
      ir::Builder(*function).Create(op, operands, {std::move(output)}, std::move(attributes));
  return op.version(*node);
}

TEST(TflOps, CodesAndNamesAreUnique) {
  std::set<int> codes;
  std::set<std::string_view> names;
  for (const Op* op : AllOps()) {
    EXPECT_TRUE(codes.insert(op->code).second) << op->name;
    EXPECT_TRUE(names.insert(op->name).second) << op->name;
    EXPECT_EQ(FindOp(op->name), op);
    EXPECT_EQ(FindOpOfCode(op->code), op);
  }
  // Codes 0 to 209 without CUSTOM, PLACEHOLDER and the five numbers that were never given away.
  EXPECT_EQ(codes.size(), 208u);
  EXPECT_EQ(FindOp("CUSTOM"), nullptr);
  EXPECT_EQ(FindOpOfCode(210), nullptr);
}

TEST(TflOps, RuntimesFollowTheVersions) {
  EXPECT_EQ(HighestVersion(CONV_2D), 8);
  EXPECT_EQ(RuntimeOf(CONV_2D, 1), "1.5.0");
  EXPECT_EQ(RuntimeOf(CONV_2D, 8), "2.15.0");
  EXPECT_EQ(RuntimeOf(TRANSPOSE, 7), "2.14.4");
  EXPECT_EQ(RuntimeOf(CONV_2D, 9), "");
  EXPECT_EQ(RuntimeOf(CONV_2D, 0), "");
  EXPECT_EQ(RuntimeOf(BROADCAST_TO, 1), "") << "version 1 was withdrawn";
  EXPECT_EQ(RuntimeOf(BROADCAST_TO, 2), "2.5.0");
  EXPECT_EQ(HighestVersion(STABLEHLO_SORT), 0) << "no runtime has a kernel";
}

TEST(TflOps, RuntimesAreComparedNumberByNumber) {
  EXPECT_TRUE(OlderRuntime("1.5.0", "1.14.0"));
  EXPECT_FALSE(OlderRuntime("1.14.0", "1.5.0"));
  EXPECT_FALSE(OlderRuntime("2.3.0", "2.3.0"));
  EXPECT_TRUE(OlderRuntime("2.14.0", "2.14.4"));
  EXPECT_FALSE(OlderRuntime("2.3", "2.3.0"));
}

TEST(TflOps, FloatOpsNeedTheFirstVersion) {
  const ir::Type f32 = Of(DType::kFloat32);
  for (const Op* op : AllOps()) {
    if (op == &BROADCAST_TO || op == &FLOOR_DIV || op == &WHERE || op == &FULLY_CONNECTED) continue;
    EXPECT_EQ(VersionOf(*op, {f32, f32, f32}, f32), 1) << op->name;
  }
}

TEST(TflOps, NoRuleExceedsTheTable) {
  for (const Op* op : AllOps()) {
    if (HighestVersion(*op) == 0) continue;
    for (int code = 1; code < 24; ++code) {
      const ir::Type type = Of(static_cast<DType>(code), {1, 2, 2, 2, 2, 2, 2});
      EXPECT_LE(VersionOf(*op, {type, type, type, type}, type), HighestVersion(*op)) << op->name;
    }
  }
}

TEST(TflOps, ConvolutionsLookAtTheirWeights) {
  const ir::Type f32 = Of(DType::kFloat32), i8 = Of(DType::kInt8), i16 = Of(DType::kInt16);
  const std::vector<int64_t> filter = {2, 1, 1, 4};
  EXPECT_EQ(VersionOf(CONV_2D, {i8, Of(DType::kInt8, filter)}, i8), 3);
  EXPECT_EQ(VersionOf(CONV_2D, {i8, Of(DType::kInt4, filter)}, i8), 7);
  EXPECT_EQ(VersionOf(CONV_2D, {f32, Quantized(DType::kInt8, filter, {1, 1})}, f32), 5);
  EXPECT_EQ(VersionOf(CONV_2D, {f32, Quantized(DType::kInt8, filter, {1})}, f32), 2);
  EXPECT_EQ(VersionOf(CONV_2D, {f32, Of(DType::kFloat32, {2, 1, 1, 2})}, f32), 6) << "grouped";
  EXPECT_EQ(VersionOf(CONV_2D, {i16, Of(DType::kInt8, filter)}, i16, {{"quantized_bias_type", int64_t{4}}}),
            8);
  EXPECT_EQ(VersionOf(DEPTHWISE_CONV_2D, {f32, f32}, f32, {{"dilation_w_factor", int64_t{2}}}), 2);
  EXPECT_EQ(VersionOf(DEPTHWISE_CONV_2D, {f32, Quantized(DType::kInt8, {1, 1, 1, 4}, {1, 1, 1, 1}, 3)}, f32),
            6);
}

TEST(TflOps, FullyConnectedLooksAtItsBiasAndOptions) {
  const ir::Type f32 = Of(DType::kFloat32, {1, 4}), i8 = Of(DType::kInt8, {1, 4});
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {f32, f32}, f32), 6) << "two inputs";
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {f32, f32, f32}, f32), 1);
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {f32, f32, f32}, f32, {{"keep_num_dims", true}}), 5);
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {i8, i8, i8}, i8), 4);
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {f32, i8, f32}, f32, {{"asymmetric_quantize_inputs", true}}), 9);
  EXPECT_EQ(VersionOf(FULLY_CONNECTED, {f32, Quantized(DType::kInt8, {2, 4}, {1, 1}), f32}, f32), 12);
}

TEST(TflOps, RanksAndScalesCount) {
  const ir::Type f32 = Of(DType::kFloat32), five = Of(DType::kFloat32, {1, 1, 1, 1, 4});
  EXPECT_EQ(VersionOf(SUB, {five, f32}, five), 3);
  EXPECT_EQ(VersionOf(SUB, {five, five}, five), 1) << "equal shapes do not broadcast";
  EXPECT_EQ(VersionOf(STRIDED_SLICE, {five}, five), 4);
  EXPECT_EQ(VersionOf(STRIDED_SLICE, {f32}, f32, {{"new_axis_mask", int64_t{1}}}), 6);
  const auto i8 = [](float scale) { return Quantized(DType::kInt8, {4}, {scale}); };
  EXPECT_EQ(VersionOf(MUL, {i8(1), i8(2)}, i8(1)), 3);
  EXPECT_EQ(VersionOf(MUL, {i8(0.5f), i8(0.5f)}, i8(1)), 2);
  EXPECT_EQ(VersionOf(ADD, {Of(DType::kInt16), Of(DType::kInt16)}, Of(DType::kInt16)), 5) << "not quantized";
  EXPECT_EQ(VersionOf(RESIZE_BILINEAR, {f32, f32}, f32, {{"half_pixel_centers", true}}), 3);
}

}  // namespace
}  // namespace litesmith::tfl
