#include "quantization/plan.h"

#include <map>

#include "quantizing.h"

namespace litesmith::quantization {
namespace {

class PlanTest : public QuantizationTest {
 protected:
  // Ranges by name; all others are -1..1.
  Plan PlanOf(std::string_view text, PlanOptions options = {}, std::map<std::string, Range> ranges = {}) {
    module_ = Parse(text);
    return MakePlan(
        *module_->functions()[0],
        [&](const ir::Value& value) -> std::optional<Range> {
          const auto found = ranges.find(value.name);
          return found != ranges.end() ? found->second : Range{-1, 1};
        },
        options);
  }
  const ir::Node& Op(const ir::OpDef& op, size_t index = 0) { return *NodesOf(*module_, op).at(index); }
  static PlanOptions Strict() {
    PlanOptions options;
    options.float_fallback = false;
    return options;
  }
  const Parameters& ParametersOfValue(const Plan& plan, std::string_view name) {
    return plan.parameters.at(Named(*module_, name));
  }

  std::shared_ptr<ir::Module> module_;
};

constexpr std::string_view kJoin = R"(
func @main(%x "x": f32[1,4,4,4] "x") -> ("y") {
  %w = const f32[4,1,1,4] random(1)
  %a = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "a"
  %b = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "b"
  %c = tfl.CONCATENATION(%a, %b) {axis = 3} : f32[1,4,4,8] "c"
  %v = const f32[4,1,1,8] random(2)
  %y = tfl.CONV_2D(%c, %v, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "y"
  %r = tfl.RELU(%b) {} : f32[1,4,4,4] "r"
  %z = tfl.CONV_2D(%r, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "z"
  %s = tfl.ADD(%y, %z) {} : f32[1,4,4,4] "s"
  return %s
}
)";

TEST_F(PlanTest, WhatMovesElementsSharesAScale) {
  const Plan plan = PlanOf(R"(
func @main(%x "x": f32[1,4,4,4] "x") -> ("y") {
  %w = const f32[4,1,1,4] random(1)
  %shape = const i32[2] [4, 16]
  %a = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "a"
  %p = tfl.MAX_POOL_2D(%a) {padding = 0, stride_w = 1, stride_h = 1, filter_width = 2, filter_height = 2} : f32[1,4,4,4] "p"
  %r = tfl.RESHAPE(%p, %shape) {} : f32[4,16] "r"
  %v = const f32[2,16] random(2)
  %y = tfl.FULLY_CONNECTED(%r, %v, _) {} : f32[4,2] "y"
  return %y
}
)",
                           {}, {{"a", {-3, 1}}, {"p", {-2, 1}}, {"r", {-2, 1}}});
  EXPECT_EQ(ParametersOfValue(plan, "a"), ParametersOf({-3, 1}, Mode::kInt8));
  EXPECT_EQ(ParametersOfValue(plan, "a"), ParametersOfValue(plan, "p"));
  EXPECT_EQ(ParametersOfValue(plan, "p"), ParametersOfValue(plan, "r"));
  EXPECT_NE(ParametersOfValue(plan, "r"), ParametersOfValue(plan, "y"));
}

TEST_F(PlanTest, AJoinTakesOperandsOverThatNobodyElseReadsAndRequantizesNarrowOnes) {
  const Plan plan = PlanOf(kJoin, {}, {{"a", {-1, 1}}, {"b", {-0.25f, 0.25f}}, {"c", {-1, 1}}});
  EXPECT_EQ(ParametersOfValue(plan, "a"), ParametersOfValue(plan, "c"));
  // RELU reads b as well: it keeps its own steps.
  EXPECT_EQ(ParametersOfValue(plan, "b"), ParametersOf({-0.25f, 0.25f}, Mode::kInt8));
  EXPECT_TRUE(plan.crowded.empty());
}

TEST_F(PlanTest, AJoinOfVeryDifferentRangesIsTold) {
  const Plan plan = PlanOf(kJoin, {}, {{"a", {-100, 100}}, {"b", {-0.25f, 0.25f}}, {"c", {-100, 100}}});
  ASSERT_EQ(plan.crowded.size(), 1u);
  EXPECT_EQ(plan.crowded[0].operand->name, "b");
  EXPECT_LT(plan.crowded[0].steps, 1);
  PlanOptions wide;
  wide.mode = Mode::kInt16x8;
  EXPECT_TRUE(
      PlanOf(kJoin, wide, {{"a", {-100, 100}}, {"b", {-0.25f, 0.25f}}, {"c", {-100, 100}}}).crowded.empty());
}

constexpr std::string_view kBorders = R"(
func @main(%x "x": f32[1,4,4,4] "x") -> ("y") {
  %two = const f32[] [2]
  %m = tfl.MUL(%x, %two) {} : f32[1,4,4,4] "m"
  %w = const f32[4,1,1,4] random(1)
  %a = tfl.CONV_2D(%m, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "a"
  %y = tfl.LOGISTIC(%a) {} : f32[1,4,4,4] "y"
  return %y
}
)";

TEST_F(PlanTest, LightOpsAtTheBordersStayInFloat) {
  const Plan plan = PlanOf(kBorders);
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::CONV_2D)));
  EXPECT_FALSE(plan.integer.contains(&Op(tfl::MUL)));
  EXPECT_FALSE(plan.integer.contains(&Op(tfl::LOGISTIC)));
  EXPECT_TRUE(plan.kept.empty()) << "they have an integer form and need no word";
}

TEST_F(PlanTest, IntegerInputsAndOutputsReachThroughTheBorders) {
  PlanOptions options;
  options.integer_inputs = options.integer_outputs = true;
  const Plan plan = PlanOf(kBorders, options);
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::MUL)));
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::LOGISTIC)));
  EXPECT_TRUE(plan.parameters.contains(module_->functions()[0]->parameter(0)));
  EXPECT_EQ(ParametersOfValue(plan, "y"), (Parameters{1.0f / 256, -128})) << "the kernel's own";
}

TEST_F(PlanTest, WithoutFloatFallbackEveryOpIsAnIntegerOrNamed) {
  const Plan plan = PlanOf(kBorders, Strict());
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::MUL)));
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::LOGISTIC)));
  EXPECT_TRUE(plan.kept.empty());
  const Plan other = PlanOf(R"(
func @main(%x "x": f32[1,4] "x") -> ("y") {
  %y = tfl.SIN(%x) {} : f32[1,4] "y"
  return %y
}
)",
                            Strict());
  ASSERT_EQ(other.kept.size(), 1u);
  EXPECT_EQ(other.kept[0].why, "TensorFlow Lite has no int8 kernel for it");
}

TEST_F(PlanTest, AConstantFarOutsideDoesNotTakeAllSteps) {
  constexpr std::string_view kMask = R"(
func @main(%x "x": f32[1,4,4,4] "x", %m "m": bool[1,4,4,4] "m") -> ("y") {
  %w = const f32[4,1,1,4] random(1)
  %a = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "a"
  %low = const f32[] [-1000000000]
  %s = tfl.SELECT_V2(%m, %a, %low) {} : f32[1,4,4,4] "s"
  %y = tfl.CONV_2D(%s, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "y"
  return %y
}
)";
  const Plan plan = PlanOf(kMask, {}, {{"s", {-1e9f, 1}}});
  EXPECT_FALSE(plan.integer.contains(&Op(tfl::SELECT_V2)));
  EXPECT_EQ(ParametersOfValue(plan, "a"), ParametersOf({-1, 1}, Mode::kInt8));
}

TEST_F(PlanTest, WhatHasNoSixteenBitKernelStaysInFloatThere) {
  constexpr std::string_view kText = R"(
func @main(%x "x": f32[1,4,4,4] "x") -> ("y") {
  %w = const f32[4,1,1,4] random(1)
  %a = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "a"
  %h = tfl.HARD_SWISH(%a) {} : f32[1,4,4,4] "h"
  %y = tfl.CONV_2D(%h, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,4] "y"
  return %y
}
)";
  EXPECT_TRUE(PlanOf(kText).integer.contains(&Op(tfl::HARD_SWISH)));
  PlanOptions wide;
  wide.mode = Mode::kInt16x8;
  const Plan plan = PlanOf(kText, wide);
  EXPECT_FALSE(plan.integer.contains(&Op(tfl::HARD_SWISH)));
  ASSERT_EQ(plan.kept.size(), 1u);
  EXPECT_EQ(plan.kept[0].why, "TensorFlow Lite has no int16 kernel for it");
}

TEST_F(PlanTest, WhatIsAskedToStayInFloatStays) {
  PlanOptions options;
  options.keep_float = [](const ir::Node& node) {
    return std::string(node.output_count() > 0 && node.output(0)->name == "a" ? "asked" : "");
  };
  const Plan plan = PlanOf(kJoin, options);
  EXPECT_FALSE(plan.integer.contains(&Op(tfl::CONV_2D)));
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::CONV_2D, 1)));
  ASSERT_EQ(plan.kept.size(), 1u);
  EXPECT_TRUE(plan.kept[0].by_wish);
}

TEST_F(PlanTest, WeightsThatAreComputedOrNotFiniteStayInFloat) {
  const Plan plan = PlanOf(R"(
func @main(%x "x": f32[1,4] "x", %v "v": f32[4,4] "v") -> ("y", "z") {
  %y = tfl.FULLY_CONNECTED(%x, %v, _) {} : f32[1,4] "y"
  %w = const f32[1,4] [1, nan, 2, 3]
  %z = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,1] "z"
  return %y, %z
}
)");
  EXPECT_TRUE(plan.integer.empty());
  ASSERT_EQ(plan.kept.size(), 2u);
  EXPECT_EQ(plan.kept[0].why, "its weights are not constant");
  EXPECT_EQ(plan.kept[1].why, "a constant holds NaN or infinity");
}

TEST_F(PlanTest, TheShapeOfAnIntegerTensorNeedsNoFloats) {
  const Plan plan = PlanOf(R"(
func @main(%x "x": f32[1,4] "x") -> ("y", "s") {
  %w = const f32[4,4] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,4] "y"
  %s = tfl.SHAPE(%y) {} : i32[2] "s"
  return %y, %s
}
)",
                           Strict());
  EXPECT_TRUE(plan.integer.contains(&Op(tfl::SHAPE)));
  EXPECT_TRUE(plan.kept.empty());
}

}  // namespace
}  // namespace litesmith::quantization
