// Kernels that choose, count, look up and draw: small cases worked out by hand or taken from published
// vectors.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "kernels/reference/fingerprint.h"
#include "kernels/reference/harness.h"
#include "kernels/reference/random_bits.h"

namespace litesmith {
namespace {

using List = std::vector<int64_t>;

Tensor Ints(Dims dims, const std::vector<int32_t>& values) {
  return Tensor::Of<int32_t>(std::move(dims), values);
}
Tensor Floats(Dims dims, const std::vector<float>& values) {
  return Tensor::Of<float>(std::move(dims), values);
}
Tensor Bools(Dims dims, const std::vector<uint8_t>& values) {
  Tensor tensor = Tensor::Zeros(DType::kBool, std::move(dims));
  for (size_t i = 0; i < values.size(); ++i) tensor.mutable_data<bool>()[i] = values[i] != 0;
  return tensor;
}
KernelInput Constant(Tensor tensor) { return {std::move(tensor), {}, true}; }

struct Wanted {
  Dims dims;
  std::vector<double> values;
};

void ExpectOutputs(const KernelRun& run, const std::vector<Wanted>& wanted, double tolerance = 0) {
  ASSERT_TRUE(run.ok) << run.Findings();
  for (size_t i = 0; i < wanted.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(run.outputs[i].dims(), wanted[i].dims);
    ExpectNear(run.outputs[i], wanted[i].values, tolerance);
  }
}

void ExpectFails(const KernelRun& run) {
  EXPECT_FALSE(run.ok);
  EXPECT_FALSE(run.findings.empty());
}

constexpr DType kInt = DType::kInt32, kFloat = DType::kFloat32;

TEST(Selection, SelectsElementsSlicesAndByBroadcast) {
  const Tensor yes = Ints({2, 2}, {1, 2, 3, 4}), no = Ints({2, 2}, {5, 6, 7, 8});
  ExpectOutputs(RunKernel("SELECT", {{Bools({2, 2}, {1, 0, 0, 1})}, {yes}, {no}}, {}, {kInt}),
                {{{2, 2}, {1, 6, 7, 4}}});
  ExpectOutputs(RunKernel("SELECT", {{Bools({2}, {1, 0})}, {yes}, {no}}, {}, {kInt}),
                {{{2, 2}, {1, 2, 7, 8}}});
  ExpectOutputs(RunKernel("SELECT_V2", {{Bools({2, 1}, {1, 0})}, {yes}, {Ints({}, {9})}}, {}, {kInt}),
                {{{2, 2}, {1, 2, 9, 9}}});
  ExpectFails(RunKernel("SELECT", {{Bools({3}, {1, 0, 1})}, {yes}, {no}}, {}, {kInt}));
  ExpectFails(RunKernel("SELECT_V2", {{Bools({3}, {1, 0, 1})}, {yes}, {no}}, {}, {kInt}));
}

TEST(Selection, FindsWhereValuesAreNotZero) {
  ExpectOutputs(RunKernel("WHERE", {{Floats({2, 2}, {0, std::nanf(""), -0.0f, 3})}}, {}, {DType::kInt64}),
                {{{2, 2}, {0, 1, 1, 1}}});
  ExpectOutputs(RunKernel("WHERE", {{Bools({}, {1})}}, {}, {DType::kInt64}), {{{1, 0}, {}}});
}

TEST(Selection, RanksWithTheFirstOfEqualsFirst) {
  const Tensor x = Floats({2, 4}, {1, 3, 3, 2, 0, 0, 0, 0});
  ExpectOutputs(RunKernel("TOPK_V2", {{x}, Constant(Ints({}, {3}))}, {}, {kFloat, kInt}),
                {{{2, 3}, {3, 3, 2, 0, 0, 0}}, {{2, 3}, {1, 2, 3, 0, 1, 2}}});
  ExpectFails(RunKernel("TOPK_V2", {{x}, Constant(Ints({}, {5}))}, {}, {kFloat, kInt}));
  ExpectFails(RunKernel("TOPK_V2", {{x}, Constant(Ints({}, {-1}))}, {}, {kFloat, kInt}));
  ExpectOutputs(RunKernel("ARG_MAX", {{x}, Constant(Ints({}, {-1}))}, {}, {DType::kInt64}), {{{2}, {1, 0}}});
  ExpectOutputs(RunKernel("ARG_MIN", {{x}, Constant(Ints({}, {0}))}, {}, {kInt}), {{{4}, {1, 1, 1, 1}}});
  ExpectFails(RunKernel("ARG_MAX", {{x}, Constant(Ints({}, {2}))}, {}, {kInt}));
  ExpectFails(RunKernel("ARG_MAX", {{Floats({2, 0}, {})}, Constant(Ints({}, {1}))}, {}, {kInt}));
}

TEST(Selection, MarksIndicesAndLeavesOutOthers) {
  const Tensor far = Tensor::Of<int64_t>({3}, {1, -1, int64_t{1} << 32});
  ExpectOutputs(RunKernel("ONE_HOT", {{far}, Constant(Ints({}, {2})), {Ints({}, {5})}, {Ints({}, {6})}},
                          {{"axis", int64_t{-1}}}, {kInt}),
                {{{3, 2}, {6, 5, 6, 6, 6, 6}}});
  ExpectOutputs(RunKernel("ONE_HOT", {{Ints({2}, {0, 1})}, {Ints({}, {2})}, {Ints({}, {1})}, {Ints({}, {0})}},
                          {{"axis", int64_t{0}}}, {kInt}),
                {{{2, 2}, {1, 0, 0, 1}}});
  ExpectFails(
      RunKernel("ONE_HOT", {{far}, Constant(Ints({}, {-1})), {Ints({}, {5})}, {Ints({}, {6})}}, {}, {kInt}));
}

TEST(Selection, CountsUpAndDown) {
  const auto range = [](int32_t start, int32_t limit, int32_t delta) {
    return RunKernel("RANGE", {{Ints({}, {start})}, {Ints({}, {limit})}, {Ints({}, {delta})}}, {}, {kInt});
  };
  ExpectOutputs(range(1, 6, 2), {{{3}, {1, 3, 5}}});
  ExpectOutputs(range(3, -1, -2), {{{2}, {3, 1}}});
  ExpectOutputs(range(2, 2, 1), {{{0}, {}}});
  ExpectOutputs(range(2147483646, 2147483647, 5), {{{1}, {2147483646}}});
  ExpectFails(range(0, 3, 0));
  ExpectFails(range(0, 3, -1));
  ExpectFails(range(-2147483647 - 1, 2147483647, 0));
  ExpectOutputs(
      RunKernel("RANGE", {{Floats({}, {0})}, {Floats({}, {1})}, {Floats({}, {0.4f})}}, {}, {kFloat}),
      {{{3}, {0, 0.4, 0.8}}}, 1e-6);
  ExpectFails(RunKernel("RANGE", {{Floats({}, {0})}, {Floats({}, {1})}, {Floats({}, {std::nanf("")})}}, {},
                        {kFloat}));
}

TEST(Selection, FindsWhatIsUniqueAndSortsIntoBuckets) {
  ExpectOutputs(RunKernel("UNIQUE", {{Ints({4}, {7, 2, 7, 3})}}, {}, {kInt, kInt}),
                {{{3}, {7, 2, 3}}, {{4}, {0, 1, 0, 2}}});
  ExpectOutputs(RunKernel("BUCKETIZE", {{Floats({4}, {-1, 0, 5, 10})}},
                          {{"boundaries", std::vector<float>{0, 10}}}, {kInt}),
                {{{4}, {0, 1, 1, 2}}});
  ExpectFails(
      RunKernel("BUCKETIZE", {{Floats({1}, {0})}}, {{"boundaries", std::vector<float>{3, 1}}}, {kInt}));
}

TEST(Selection, CombinesSegments) {
  const Tensor data = Ints({3, 2}, {1, 2, 3, 4, 5, 6});
  ExpectOutputs(RunKernel("SEGMENT_SUM", {{data}, {Ints({3}, {0, 0, 2})}}, {}, {kInt}),
                {{{3, 2}, {4, 6, 0, 0, 5, 6}}});
  ExpectFails(RunKernel("SEGMENT_SUM", {{data}, {Ints({3}, {0, 1, 0})}}, {}, {kInt}));
  ExpectFails(RunKernel("SEGMENT_SUM", {{data}, {Ints({2}, {0, 1})}}, {}, {kInt}));
  const auto unsorted = [&](const char* op, const std::vector<int32_t>& ids) {
    return RunKernel(op, {{data}, {Ints({3}, ids)}, Constant(Ints({}, {2}))}, {}, {kInt});
  };
  ExpectOutputs(unsorted("UNSORTED_SEGMENT_PROD", {1, -1, 1}), {{{2, 2}, {1, 1, 5, 12}}});
  ExpectOutputs(unsorted("UNSORTED_SEGMENT_SUM", {1, 0, 1}), {{{2, 2}, {3, 4, 6, 8}}});
  ExpectOutputs(unsorted("UNSORTED_SEGMENT_MAX", {1, 0, 1}), {{{2, 2}, {3, 4, 5, 6}}});
  ExpectOutputs(unsorted("UNSORTED_SEGMENT_MIN", {0, 0, 0}), {{{2, 2}, {1, 2, 2147483647.0, 2147483647.0}}});
  ExpectFails(unsorted("UNSORTED_SEGMENT_SUM", {0, 2, 0}));
}

TEST(Selection, FillsDiagonals) {
  ExpectOutputs(RunKernel("MATRIX_DIAG", {{Ints({2}, {3, 4})}}, {}, {kInt}), {{{2, 2}, {3, 0, 0, 4}}});
  ExpectOutputs(
      RunKernel("MATRIX_SET_DIAG", {{Ints({2, 3}, {1, 2, 3, 4, 5, 6})}, {Ints({2}, {8, 9})}}, {}, {kInt}),
      {{{2, 3}, {8, 2, 3, 4, 9, 6}}});
  ExpectFails(
      RunKernel("MATRIX_SET_DIAG", {{Ints({2, 3}, {1, 2, 3, 4, 5, 6})}, {Ints({3}, {7, 8, 9})}}, {}, {kInt}));
}

KernelRun SuppressV5(const std::vector<float>& scores, float sigma) {
  // Three boxes: the second overlaps the first by 2/3, the third neither.
  const Tensor boxes = Floats({3, 4}, {0, 0, 1, 1, 0, 0.2f, 1, 1.2f, 2, 2, 3, 3});
  return RunKernel("NON_MAX_SUPPRESSION_V5",
                   {{boxes},
                    {Floats({3}, scores)},
                    Constant(Ints({}, {3})),
                    {Floats({}, {0.9f})},
                    {Floats({}, {0.1f})},
                    {Floats({}, {sigma})}},
                   {}, {kInt, kFloat, kInt});
}

TEST(Selection, SuppressesBoxesHardAndSoft) {
  const Tensor boxes = Floats({3, 4}, {0, 0, 1, 1, 0, 0.2f, 1, 1.2f, 2, 2, 3, 3});
  const auto hard = [&](float overlap) {
    return RunKernel("NON_MAX_SUPPRESSION_V4",
                     {{boxes},
                      {Floats({3}, {0.5f, 0.5f, 0.05f})},
                      Constant(Ints({}, {3})),
                      {Floats({}, {overlap})},
                      {Floats({}, {0.1f})}},
                     {}, {kInt, kInt});
  };
  ExpectOutputs(hard(0.5f), {{{3}, {0, 0, 0}}, {{}, {1}}});
  ExpectOutputs(hard(0.9f), {{{3}, {0, 1, 0}}, {{}, {2}}});  // equal scores keep their order
  const double lowered = 0.8 * std::exp(-0.5 / 0.5 * (2.0 / 3) * (2.0 / 3));
  ExpectOutputs(SuppressV5({0.9f, 0.8f, 0.6f}, 0.5f),
                {{{3}, {0, 2, 1}}, {{3}, {0.9, 0.6, lowered}}, {{}, {3}}}, 1e-5);
  ExpectFails(SuppressV5({0.9f, 0.8f, 0.6f}, -1));
}

TEST(Selection, LooksUpRows) {
  const Tensor table = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto sparse = [&](int64_t combiner, const std::vector<int32_t>& ids) {
    return RunKernel("EMBEDDING_LOOKUP_SPARSE",
                     {{Ints({3}, ids)},
                      {Ints({3, 2}, {0, 0, 2, 0, 2, 1})},
                      {Ints({2}, {3, 2})},
                      {Floats({3}, {1, 2, 4})},
                      {table}},
                     {{"combiner", combiner}}, {kFloat});
  };
  ExpectOutputs(sparse(0, {1, 2, 0}), {{{3, 2}, {3, 4, 0, 0, 14, 20}}});
  ExpectOutputs(sparse(1, {1, 2, 0}), {{{3, 2}, {3, 4, 0, 0, 14 / 6.0, 20 / 6.0}}}, 1e-6);
  ExpectFails(sparse(0, {1, 3, 0}));
  ExpectOutputs(RunKernel("HASHTABLE_LOOKUP", {{Ints({3}, {5, 9, 1})}, {Ints({3}, {1, 5, 7})}, {table}}, {},
                          {kFloat, DType::kUInt8}),
                {{{3, 2}, {3, 4, 0, 0, 1, 2}}, {{3}, {1, 0, 1}}});
  const KernelRun words =
      RunKernel("HASHTABLE_LOOKUP",
                {{Ints({2}, {5, 9})}, {Ints({2}, {1, 5})}, {Tensor::OfStrings({2}, {"one", "five"})}}, {},
                {DType::kString, DType::kUInt8});
  ASSERT_TRUE(words.ok) << words.Findings();
  EXPECT_EQ(words.outputs[0].strings(), (std::vector<std::string_view>{"five", ""}));
}

TEST(Selection, MakesSkipGrams) {
  const auto grams = [](std::string_view text, int64_t size, int64_t skip, bool all) {
    const KernelRun run = RunKernel(
        "SKIP_GRAM", {{Tensor::OfStrings({1}, {text})}},
        {{"ngram_size", size}, {"max_skip_size", skip}, {"include_all_ngrams", all}}, {DType::kString});
    EXPECT_TRUE(run.ok) << run.Findings();
    std::vector<std::string> strings;
    for (const std::string_view gram : run.outputs[0].strings()) strings.emplace_back(gram);
    return strings;
  };
  EXPECT_EQ(grams("the quick brown fox", 2, 1, false),
            (std::vector<std::string>{"the quick", "the brown", "quick brown", "quick fox", "brown fox"}));
  EXPECT_EQ(grams("a  b", 2, 0, true), (std::vector<std::string>{"a b", "a", "b"}));
  EXPECT_TRUE(grams("one", 2, 0, false).empty());
  EXPECT_TRUE(grams("", 1, 0, false).empty());
}

TEST(Selection, FingerprintsAreFarmHashs) {
  // Values of TensorFlow, one for each range of lengths.
  const std::string text(200, 'x');
  const auto of = [&](size_t length) {
    return reference::Fingerprint64(AsBytes(std::string_view(text).substr(0, length)));
  };
  EXPECT_EQ(reference::Fingerprint64({}), 0x9ae16a3b2f90404fu);
  EXPECT_EQ(of(3), 0x2ae60479e555325cu);
  EXPECT_EQ(of(5), 0x3c6a7ac171ee9228u);
  EXPECT_EQ(of(12), 0x208903a063284843u);
  EXPECT_EQ(of(20), 0x7241ce1f8ef74dc4u);
  EXPECT_EQ(of(50), 0x3ff2e52ef910c925u);
  EXPECT_EQ(of(65), 0x447cb9fd96f25f39u);
  EXPECT_EQ(of(200), 0xc1713bf9d998a3bfu);
}

TEST(Selection, RandomBitsAreThoseOfThePaper) {
  // Known answers of the Random123 library for zeros.
  EXPECT_EQ(reference::Philox4x32({0, 0}, {0, 0, 0, 0}),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(reference::Threefry2x32({0, 0}, {0, 0}), (std::array<uint32_t, 2>{0x6b200159, 0x99ba4efe}));
}

TEST(Selection, DrawsNumbersThatSeedsFix) {
  const Attributes seeds = {{"seed", int64_t{3}}, {"seed2", int64_t{4}}};
  KernelCall call{"RANDOM_UNIFORM", {Constant(Ints({1}, {6}))}, seeds, {kFloat}, {}, 1};
  const KernelRun once = RunKernel(call);
  call.invocations = 2;
  const KernelRun twice = RunKernel(call);
  ASSERT_TRUE(once.ok && twice.ok);
  EXPECT_FALSE(SameTensor(once.outputs[0], twice.outputs[0]));
  for (const float value : once.outputs[0].data<float>()) EXPECT_TRUE(value >= 0 && value < 1);
  const KernelRun normal =
      RunKernel("RANDOM_STANDARD_NORMAL", {Constant(Ints({1}, {1000}))}, seeds, {kFloat});
  ASSERT_TRUE(normal.ok);
  double sum = 0, squares = 0;
  for (const float value : normal.outputs[0].data<float>()) sum += value, squares += value * value;
  EXPECT_NEAR(sum / 1000, 0, 0.15);
  EXPECT_NEAR(squares / 1000, 1, 0.15);
  const KernelRun sure =
      RunKernel("MULTINOMIAL", {{Floats({2, 3}, {-90, 0, -90, 0, -90, -90})}, Constant(Ints({}, {3}))}, seeds,
                {DType::kInt64});
  ExpectOutputs(sure, {{{2, 3}, {1, 1, 1, 0, 0, 0}}});
  ExpectFails(RunKernel("RANDOM_UNIFORM", {Constant(Ints({1}, {-6}))}, seeds, {kFloat}));
}

TEST(Selection, TransformsPictures) {
  // A unit impulse has the same value at all frequencies; a constant only at the first.
  const KernelRun run = RunKernel(
      "RFFT2D",
      {{Floats({2, 2, 4}, {1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1})}, Constant(Ints({2}, {2, 4}))},
      {}, {DType::kComplex64});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{2, 2, 3}));
  const auto values = run.outputs[0].data<std::complex<float>>();
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(std::abs(values[i] - 1.0f), 0, 1e-6);
  EXPECT_NEAR(std::abs(values[6] - 8.0f), 0, 1e-6);
  for (size_t i = 7; i < 12; ++i) EXPECT_NEAR(std::abs(values[i]), 0, 1e-6);
  ExpectFails(RunKernel("RFFT2D", {{Floats({1, 3}, {1, 0, 0})}, Constant(Ints({2}, {1, 3}))}, {},
                        {DType::kComplex64}));
  ExpectFails(RunKernel("RFFT2D", {{Floats({1, 3}, {1, 0, 0})}, Constant(Ints({2}, {0, 2}))}, {},
                        {DType::kComplex64}));
}

TEST(Selection, SpreadsAndReducesWindows) {
  const Tensor x = Ints({2, 2}, {1, 2, 3, 4});
  ExpectOutputs(RunKernel("DILATE", {{x}, Constant(Ints({2}, {2, 1})), {Ints({}, {9})}}, {}, {kInt}),
                {{{3, 2}, {1, 2, 9, 9, 3, 4}}});
  ExpectFails(RunKernel("DILATE", {{x}, Constant(Ints({2}, {0, 1})), {Ints({}, {9})}}, {}, {kInt}));
  const auto pad = [&](List low, List high, List between) {
    return RunKernel("STABLEHLO_PAD", {{x}, {Ints({}, {9})}},
                     {{"edge_padding_low", low}, {"edge_padding_high", high}, {"interior_padding", between}},
                     {kInt});
  };
  ExpectOutputs(pad({0, -1}, {0, 1}, {0, 1}), {{{2, 3}, {9, 2, 9, 9, 4, 9}}});
  ExpectOutputs(pad({-5, 0}, {0, 0}, {0, 0}), {{{0, 2}, {}}});
  ExpectFails(pad({0, 0}, {0, 0}, {0, -1}));
  ExpectFails(pad({0, INT64_MIN}, {0, 0}, {0, 0}));
  const auto longs = [](const List& values) { return Constant(Tensor::Of<int64_t>({2}, values)); };
  ExpectOutputs(
      RunKernel("REDUCE_WINDOW", {{x}, {Ints({}, {10})}, longs({2, 1}), longs({1, 1}), longs({1, 1})},
                {{"reduce_function", int64_t{1}}}, {kInt}),
      {{{1, 2}, {14, 16}}});
  ExpectFails(RunKernel("REDUCE_WINDOW", {{x}, {Ints({}, {10})}, longs({2, 1}), longs({0, 1}), longs({1, 1})},
                        {{"reduce_function", int64_t{1}}}, {kInt}));
  const Attributes windows = {{"window_dimensions", List{2, 2}},
                              {"padding", List{1, 0, 0, 0}},
                              {"body_subgraph_index_op", std::string("STABLEHLO_MAXIMUM")}};
  ExpectOutputs(RunKernel("STABLEHLO_REDUCE_WINDOW", {{x}, {Ints({}, {-7})}}, windows, {kInt}),
                {{{2, 1}, {2, 4}}});
}

TEST(Selection, GathersAndScattersAsStableHlo) {
  const Tensor x = Ints({3, 2}, {1, 2, 3, 4, 5, 6});
  const Attributes rows = {{"offset_dims", List{1}},
                           {"collapsed_slice_dims", List{0}},
                           {"start_index_map", List{0}},
                           {"index_vector_dim", int64_t{1}},
                           {"slice_sizes", List{1, 2}}};
  ExpectOutputs(RunKernel("STABLEHLO_GATHER", {{x}, {Ints({2, 1}, {2, -5})}}, rows, {kInt}),
                {{{2, 2}, {5, 6, 1, 2}}});
  Attributes wrong = rows;
  wrong.Set("slice_sizes", List{1, 3});
  ExpectFails(RunKernel("STABLEHLO_GATHER", {{x}, {Ints({2, 1}, {2, 0})}}, wrong, {kInt}));
  const Attributes add = {{"update_window_dims", List{1}},
                          {"inserted_window_dims", List{0}},
                          {"scatter_dims_to_operand_dims", List{0}},
                          {"index_vector_dim", int64_t{1}},
                          {"update_computation_subgraph_index_op", std::string("STABLEHLO_ADD")}};
  ExpectOutputs(RunKernel("STABLEHLO_SCATTER",
                          {{x}, {Ints({3, 1}, {0, 3, 0})}, {Ints({3, 2}, {1, 1, 9, 9, 2, 2})}}, add, {kInt}),
                {{{3, 2}, {4, 5, 3, 4, 5, 6}}});
  ExpectFails(RunKernel("STABLEHLO_SCATTER",
                        {{x}, {Ints({3, 1}, {0, 3, 0})}, {Ints({3, 2}, {1, 1, 9, 9, 2, 2})}}, {}, {kInt}));
}

}  // namespace
}  // namespace litesmith
