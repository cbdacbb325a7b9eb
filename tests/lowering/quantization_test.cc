// Quantization imitated in floating point, and lookups in tables: the ops of TensorFlow Lite give
// TensorFlow's numbers.
#include "one_op.h"

namespace litesmith::lowering {
namespace {

const OneOp kQuantizationOps[] = {
    {"FakeQuantArgs", R"((%x: f32[40]) {
  %y = tf.FakeQuantWithMinMaxArgs(%x) {min = -1.0f, max = 1.5f, num_bits = 8} : f32[40] return %y })"},
    {"FakeQuantOfTwoBits", R"((%x: f32[40]) {
  %y = tf.FakeQuantWithMinMaxArgs(%x) {min = -1.0f, max = 1.0f, num_bits = 2} : f32[40] return %y })"},
    {"FakeQuantNarrow", R"((%x: f32[40]) {
  %y = tf.FakeQuantWithMinMaxArgs(%x) {min = -2.0f, max = 2.0f, num_bits = 3, narrow_range = true} : f32[40]
  return %y })"},
    {"FakeQuantOfARangeAboveZero", R"((%x: f32[40]) {
  %y = tf.FakeQuantWithMinMaxArgs(%x) {min = 1.0f, max = 3.0f, num_bits = 8} : f32[40] return %y })"},
    {"FakeQuantVars", R"((%x: f32[40]) {
  %a = const f32[] [-0.5]
  %b = const f32[] [1.25]
  %y = tf.FakeQuantWithMinMaxVars(%x, %a, %b) {num_bits = 8} : f32[40] return %y })"},
    {"FakeQuantPerChannel", R"((%x: f32[20,2]) {
  %a = const f32[2] [-0.5, -2]
  %b = const f32[2] [1.25, 0.5]
  %y = tf.FakeQuantWithMinMaxVarsPerChannel(%x, %a, %b) {num_bits = 8} : f32[20,2] return %y })"},
    {"FakeQuantNarrowAwayFromTheMiddle", R"((%x: f32[400]) {
  %y = tf.FakeQuantWithMinMaxArgs(%x) {min = -0.7f, max = 1.3f, num_bits = 8, narrow_range = true} : f32[400]
  return %y })"},
    {"RoundTripSigned", R"((%x: f32[400]) {
  %a = const f32[] [-0.5]
  %b = const f32[] [1.25]
  %y = tf.QuantizeAndDequantizeV2(%x, %a, %b) {num_bits = 8, range_given = true} : f32[400] return %y })"},
    {"RoundTripUnsigned", R"((%x: f32[400]) {
  %a = const f32[] [-0.5]
  %b = const f32[] [1.25]
  %y = tf.QuantizeAndDequantizeV2(%x, %a, %b) {num_bits = 4, range_given = true, signed_input = false} : f32[400]
  return %y })"},
    {"RoundTripNarrow", R"((%x: f32[400]) {
  %a = const f32[] [-1.5]
  %b = const f32[] [1.25]
  %y = tf.QuantizeAndDequantizeV4(%x, %a, %b) {num_bits = 5, range_given = true, narrow_range = true} : f32[400]
  return %y })"},
    {"RoundTripPerChannelWhereTiesGoToTheEvenStep", R"((%x: i32[8,3]) {
  %f = tf.Cast(%x) {DstT = type f32} : f32[8,3]
  %a = const f32[3] [-14, -28, -7]
  %b = const f32[3] [14, 1, 7]
  %y = tf.QuantizeAndDequantizeV4(%f, %a, %b) {num_bits = 4, range_given = true, narrow_range = true, axis = 1} : f32[8,3]
  return %y })",
     -20, 20},
    {"RoundTripPerChannelWhereTiesGoUp", R"((%x: i32[3,8]) {
  %f = tf.Cast(%x) {DstT = type f32} : f32[3,8]
  %a = const f32[3] [-14, -28, -7]
  %b = const f32[3] [14, 1, 7]
  %y = tf.QuantizeAndDequantizeV4(%f, %a, %b) {num_bits = 4, range_given = true, narrow_range = true, axis = 0, round_mode = "HALF_UP"} : f32[3,8]
  return %y })",
     -20, 20},
    {"RoundTripWithBitsAsAnOperand", R"((%x: f32[400]) {
  %a = const f32[] [-1]
  %b = const f32[] [1]
  %n = const i32[] [7]
  %y = tf.QuantizeAndDequantizeV3(%x, %a, %b, %n) {range_given = true} : f32[400] return %y })"},
    {"RoundTripInTheRangeOfTheNumbers", R"((%x: f32[40]) {
  %a = const f32[] [0]
  %y = tf.QuantizeAndDequantizeV2(%x, %a, %a) {num_bits = 8} : f32[40] return %y })"},
    {"RoundTripInTheRangeOfEachSlice", R"((%x: f32[4,3,5]) {
  %a = const f32[] [0]
  %y = tf.QuantizeAndDequantizeV4(%x, %a, %a) {num_bits = 8, axis = 1, signed_input = false} : f32[4,3,5]
  return %y })"},
};

class QuantizationOps : public LowersAs {};
TEST_P(QuantizationOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }
INSTANTIATE_TEST_SUITE_P(Table, QuantizationOps, testing::ValuesIn(kQuantizationOps), NameOfOp);

TEST_F(LoweringTest, ARangeFromWhichNoScaleFollowsIsRefused) {
  Load("(%x: f32[4]) { %y = tf.FakeQuantWithMinMaxArgs(%x) {min = 6.0f, max = -1.0f} : f32[4] return %y }");
  EXPECT_EQ(Refusal(), "LS0401");
}

TEST_F(LoweringTest, ARangeThatWasNeverTrainedIsRefusedEvenOfWeights) {
  Load(R"((%x: f32[4]) {
  %w = const f32[4] [1, 2, 3, 4]
  %a = const f32[] [nan]
  %b = const f32[] [1]
  %q = tf.FakeQuantWithMinMaxVars(%w, %a, %b) {num_bits = 8} : f32[4]
  %y = tf.AddV2(%x, %q) : f32[4]
  return %y
})");
  EXPECT_EQ(Refusal(), "LS0401");
}

TEST_F(LoweringTest, ARangeWithoutZeroIsMovedAndTold) {
  Load("(%x: f32[4]) { %y = tf.FakeQuantWithMinMaxArgs(%x) {min = 1.0f, max = 3.0f} : f32[4] return %y }");
  ASSERT_TRUE(LowerModule(*module_, {}, context_).ok());
  ASSERT_EQ(findings_.findings().size(), 1u);
  EXPECT_EQ(findings_.findings()[0].severity, Severity::kWarning);
  EXPECT_EQ(CodeText(findings_.findings()[0].code), "LS0401");
}

class Tables : public LoweringTest {
 protected:
  // What a lookup of `keys` gives, by the module's text.
  Tensor Found(const std::string& function, const Tensor& keys) {
    Load(function);
    if (module_ == nullptr) return {};
    const std::vector<Tensor> results = Lowered({keys});
    return results.empty() ? Tensor() : results[0];
  }
};

TEST_F(Tables, StringsToNumbersAreATableOfTensorFlowLite) {
  const std::string_view keys[] = {"dog", "eel", "cat"};
  const Tensor found = Found(R"((%x: str[3]) {
  %t = tf.HashTableV2() {shared_name = "animals", table_keys = tensor str[2] ["cat", "dog"], table_values = tensor i64[2] [3, 5]} : resource[]
  %d = const i64[] [-1]
  %y = tf.LookupTableFindV2(%t, %x, %d) : i64[3]
  return %y
})",
                             Tensor::OfStrings({3}, {keys[0], keys[1], keys[2]}));
  ASSERT_TRUE(found.valid());
  EXPECT_EQ(*found.ToInt64(), (std::vector<int64_t>{5, -1, 3}));
}

TEST_F(Tables, KeysInARowAreAGather) {
  const Tensor found = Found(R"((%x: i64[6]) {
  %t = tf.HashTableV2() {shared_name = "t", table_keys = tensor i64[2] [10, 20], table_values = tensor f32[2] [0.5, 2.5]} : resource[]
  %d = const f32[] [-1]
  %y = tf.LookupTableFindV2(%t, %x, %d) : f32[6]
  return %y
})",
                             Tensor::Of<int64_t>({6}, {20, 7, 10, 11, 21, int64_t{1} << 40}));
  ASSERT_TRUE(found.valid());
  const auto values = found.data<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{2.5, -1, 0.5, -1, -1, -1}));
}

TEST_F(Tables, KeysFarApartAreCompared) {
  const Tensor found = Found(R"((%x: i64[2,2]) {
  %t = tf.HashTableV2() {shared_name = "t", table_keys = tensor i64[2] [-4000000000, 5000000000], table_values = tensor i32[2] [7, 8]} : resource[]
  %d = const i32[] [9]
  %y = tf.LookupTableFindV2(%t, %x, %d) : i32[2,2]
  return %y
})",
                             Tensor::Of<int64_t>({2, 2}, {5000000000, 0, -4000000000, 5000000001}));
  ASSERT_TRUE(found.valid());
  EXPECT_EQ(*found.ToInt64(), (std::vector<int64_t>{8, 9, 7, 9}));
  EXPECT_EQ(found.dims(), (Dims{2, 2}));
}

TEST_F(Tables, ATableWithoutContentIsRefused) {
  Load(R"((%x: i64[2]) {
  %t = tf.HashTableV2() {shared_name = "t"} : resource[]
  %d = const i64[] [-1]
  %y = tf.LookupTableFindV2(%t, %x, %d) : i64[2]
  return %y
})");
  EXPECT_FALSE(LowerModule(*module_, {}, context_).ok());
  EXPECT_EQ(CodeText(findings_.findings().at(0).code), "LS0903");
}

}  // namespace
}  // namespace litesmith::lowering
