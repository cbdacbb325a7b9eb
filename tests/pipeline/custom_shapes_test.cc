// Shapes of what custom ops give, from an option or from their kernels.
#include "pipeline/custom_shapes.h"

#include <gtest/gtest.h>

#include "ir/text.h"
#include "kernels/kernel.h"
#include "pipeline/convert.h"
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

// Keeps the first axis, doubles the second, and ends with four columns.
class Widening : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    const TensorView& input = context.input(0);
    LS_RETURN_IF_FAILED(context.Expect(input.rank() == 2, "takes matrices"));
    return context.SetOutput(0, {input.dim(0), 2 * input.dim(1), 4});
  }
  Result<void> Invoke(InvokeContext&) override { return {}; }
};

class Dynamic : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    context.SetOutputDynamic(0);
    return {};
  }
  Result<void> Invoke(InvokeContext&) override { return {}; }
};

template <class K>
runtime::CustomKernels KernelsOf(const std::string& name) {
  return {{name, [](runtime::Session&, const ir::Node&) { return std::make_unique<K>(); }}};
}

class CustomShapesTest : public testing::Test, protected Verifying {
 protected:
  // The text of the result's type after the conversion.
  std::string ResultOf(std::string_view text, const ConvertOptions& options) {
    Converted converted;
    converted.module = Parse(text);
    if (converted.module == nullptr) return {};
    EXPECT_TRUE(SetCustomOpShapes(*converted.module, options.custom_op_shapes, context).ok()) << Said();
    converted.interface = ObserveInterface(*converted.module);
    EXPECT_TRUE(ConvertSource(converted, options, context).ok()) << Said();
    return ToText(converted.module->functions()[0]->result(0)->type.shape);
  }
};

TEST_F(CustomShapesTest, TheOptionGivesTheShapeAndWhatFollowsFromIt) {
  ConvertOptions options;
  options.allow_custom_ops = true;
  options.custom_op_shapes["MyOp"] = {{2, 6}};
  EXPECT_EQ(ResultOf(R"(func @main(%x: f32[3]) {
  %y = tf.MyOp(%x) : f32[*]
  %z = tf.Relu(%y) {T = type f32} : f32[*]
  return %z
})",
                     options),
            "[2,6]");
}

TEST_F(CustomShapesTest, OutputsThatNothingReadsAreMadeWhenTheirShapesAreGiven) {
  const auto module = Parse("func @main(%x: f32[3]) { %y = tf.MyOp(%x) : f32[*] return %y }");
  ASSERT_NE(module, nullptr);
  ASSERT_TRUE(SetCustomOpShapes(*module, {{"MyOp", {{1, -1}, {}}}}, context).ok());
  const ir::Node& node = *module->functions()[0]->first();
  ASSERT_EQ(node.output_count(), 2u);
  EXPECT_EQ(node.output(0)->type.shape.with_minus_one(), (std::vector<int64_t>{1, -1}));
  EXPECT_EQ(node.output(1)->type.shape, Shape::Scalar());
}

TEST_F(CustomShapesTest, AnOpThatTheModelLacksIsWrongUse) {
  const auto module = Parse("func @main(%x: f32[3]) { %y = tf.MyOp(%x) : f32[*] return %y }");
  ASSERT_NE(module, nullptr);
  EXPECT_FALSE(SetCustomOpShapes(*module, {{"MyOpp", {{1}}}}, context).ok());
  const Finding* finding = Find(Code::kWrongUse);
  ASSERT_NE(finding, nullptr);
  EXPECT_NE(finding->cause.find("MyOp"), std::string::npos) << finding->cause;
}

TEST_F(CustomShapesTest, AKernelsOpIsACustomOpWithTheShapeThatItsPrepareGives) {
  ConvertOptions options;
  options.custom_kernels = KernelsOf<Widening>("MyOp");
  EXPECT_EQ(ResultOf("func @main(%x: f32[3,5]) { %y = tf.MyOp(%x) : f32[*] return %y }", options),
            "[3,10,4]");
}

TEST_F(CustomShapesTest, AnOpenDimensionIsFollowedThroughTheKernel) {
  ConvertOptions options;
  options.custom_kernels = KernelsOf<Widening>("MyOp");
  // Where the first axis stays what it was, a sum with the input's own column still has it.
  const auto module = Parse("func @main(%x: f32[?,5]) { %y = tf.MyOp(%x) : f32[*] return %y }");
  ASSERT_NE(module, nullptr);
  ir::Function& main = *module->functions()[0];
  main.parameter(0)->type.shape[0] = module->symbols.Fresh();
  InferByKernel(*main.first(), options.custom_kernels, context);
  const Shape& shape = main.result(0)->type.shape;
  ASSERT_EQ(shape.rank(), 3);
  EXPECT_TRUE(shape[0].Same(main.parameter(0)->type.shape[0]));
  EXPECT_EQ(shape[1], Dim(10));
  EXPECT_EQ(shape[2], Dim(4));
}

TEST_F(CustomShapesTest, AKernelThatDecidesLaterOrRefusesLeavesTheShapeOpen) {
  for (const auto& kernels : {KernelsOf<Dynamic>("MyOp"), KernelsOf<Widening>("MyOp")}) {
    ConvertOptions options;
    options.custom_kernels = kernels;
    EXPECT_EQ(ResultOf("func @main(%x: f32[3]) { %y = tf.MyOp(%x) : f32[*] return %y }", options), "[*]");
  }
}

}  // namespace
}  // namespace litesmith::pipeline
