#include "ir/text.h"

#include <gtest/gtest.h>

#include "ir/verify.h"

namespace litesmith::ir {
namespace {

constexpr std::string_view kText = R"(signature "serving_default" @main
func @main(%0 "image": f32[1,8,s0,3] "image:0", %1: str[*]) -> ("boxes", "names") {
  %2 = const f32[2] [0.5, -inf]
  %3 = const i32[20] splat(7)
  %4 = const str[2] ["a\"b", "\x00"] loc("texts")
  %5 = tf.Conv2D(%0, %2) {big = tensor u8[2] [1, 255], data_format = "NHWC", strides = [1, 2], t = type f32, w = 0.25f} : f32[1,8,s0,4] "conv:0" loc("conv")
  %6 = tfl.FULLY_CONNECTED(%5, %3, _) {keep = true} : i8[?,4]<0.5:-3>
  %7, %8 = tf.Mine(%6) {body = @body, shapes = [shape [1,?], shape [*]]} : i8[3]<[0.5,0.25,1]:[0,0,0]@0>, bool[]
  return %7, %4
}
func @body(%0: f32[]) {
  return %0
}
)";

TEST(Text, WhatIsPrintedIsParsedBackWithoutLoss) {
  FindingList findings;
  auto module = Parse(kText, {}, nullptr, findings);
  ASSERT_TRUE(module.ok()) << findings.findings()[0].headline << findings.findings()[0].cause;
  const Text once = Print(**module);
  EXPECT_EQ(once.text, kText);
  EXPECT_EQ(Verify(**module), std::nullopt);
}

TEST(Text, LargeConstantsAreReferredTo) {
  Module module;
  Function* function = module.AddFunction("f");
  std::vector<float> values(40);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  Value* constant = Builder(*function).Constant(Tensor::Of<float>({40}, values));
  function->SetResults(std::vector<Value*>{constant});
  const Text text = Print(module);
  ASSERT_EQ(text.tensors.size(), 1u);
  FindingList findings;
  auto again = Parse(text.text, text.tensors, nullptr, findings);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Print(**again).text, text.text);
}

TEST(Text, NumbersThatTheTypeCannotHoldAndEndlessSplatsAreRefused) {
  for (const std::string_view constant : {"i32[] [4e48]", "i8[] [128]", "u8[] [-1]", "i64[] [1e19]",
                                          "i16[] [nan]", "f32[1000000000000] splat(1)"}) {
    FindingList findings;
    const std::string text = fmt::format("func @f() {{\n  %a = const {}\n  return %a\n}}\n", constant);
    EXPECT_FALSE(Parse(text, {}, nullptr, findings).ok()) << constant;
  }
  FindingList findings;
  EXPECT_TRUE(
      Parse("func @f() {\n  %a = const i8[2] [-128, 127]\n  return %a\n}\n", {}, nullptr, findings).ok());
}

TEST(Text, DamagedTextIsRefusedWithItsLine) {
  FindingList findings;
  EXPECT_FALSE(Parse("func @f() {\n  %a = tf.Relu(%b) : f32[]\n}", {}, nullptr, findings).ok());
  ASSERT_EQ(findings.findings().size(), 1u);
  EXPECT_NE(findings.findings()[0].headline.find("line 2"), std::string::npos);
  for (size_t cut = 0; cut < kText.size(); ++cut) {
    FindingList ignored;
    (void)Parse(kText.substr(0, cut), {}, nullptr, ignored);
  }
}

}  // namespace
}  // namespace litesmith::ir
