// Kernels that move data: small tables of cases with results worked out by hand.
#include <gtest/gtest.h>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

using Values = std::vector<double>;

Tensor Ints(Dims dims, const std::vector<int32_t>& values) {
  return Tensor::Of<int32_t>(std::move(dims), values);
}
// 0, 1, 2, ...
Tensor Counting(Dims dims) {
  int64_t elements = 1;
  for (const int64_t dim : dims) elements *= dim;
  std::vector<int32_t> values;
  for (int32_t i = 0; i < elements; ++i) values.push_back(i);
  return Ints(std::move(dims), values);
}
Tensor Strings(Dims dims, const std::vector<std::string_view>& strings) {
  return Tensor::OfStrings(std::move(dims), strings);
}
KernelInput Constant(Tensor tensor) { return {std::move(tensor), {}, true}; }
using List = std::vector<int64_t>;

struct Case {
  std::string op;
  std::vector<Tensor> inputs;
  Attributes attributes;
  Dims dims;
  Values values;
};

// With parameters as constants, whose outputs have their shape in Prepare, and with all computed.
void ExpectBoth(const Case& c, size_t parameters_from) {
  for (const bool constant : {true, false}) {
    std::vector<KernelInput> inputs;
    for (size_t i = 0; i < c.inputs.size(); ++i) {
      inputs.push_back({c.inputs[i], {}, constant && i >= parameters_from});
    }
    const KernelRun run = RunKernel(c.op, inputs, c.attributes, {c.inputs[0].dtype()});
    SCOPED_TRACE(c.op + (constant ? " constant" : " computed"));
    ASSERT_TRUE(run.ok) << run.Findings();
    EXPECT_EQ(run.outputs[0].dims(), c.dims);
    ExpectEqual(run.outputs[0], c.values);
  }
}

// Refused or failed with a finding, never more.
void ExpectFails(const Case& c) {
  for (const bool constant : {true, false}) {
    std::vector<KernelInput> inputs;
    for (const Tensor& tensor : c.inputs) inputs.push_back({tensor, {}, constant});
    const KernelRun run = RunKernel(c.op, inputs, c.attributes, {c.inputs[0].dtype()});
    SCOPED_TRACE(c.op + (constant ? " constant" : " computed"));
    EXPECT_FALSE(run.ok);
    EXPECT_FALSE(run.findings.empty());
  }
}

TEST(Movement, ReshapesByInputOptionAndWildcard) {
  ExpectBoth({"RESHAPE", {Counting({2, 3}), Ints({2}, {3, -1})}, {}, {3, 2}, {0, 1, 2, 3, 4, 5}}, 1);
  ExpectBoth({"RESHAPE", {Counting({2, 3})}, {{"new_shape", List{-1}}}, {6}, {0, 1, 2, 3, 4, 5}}, 1);
  ExpectBoth({"RESHAPE", {Counting({1})}, {{"new_shape", List{0}}}, {}, {0}},
             1);  // how old files write a scalar
  ExpectBoth({"RESHAPE", {Counting({0, 4}), Ints({2}, {7, -1})}, {}, {7, 0}, {}}, 1);
  ExpectFails({"RESHAPE", {Counting({2, 3}), Ints({1}, {5})}, {}, {}, {}});
  ExpectFails({"RESHAPE", {Counting({2, 3}), Ints({2}, {-1, -1})}, {}, {}, {}});
  ExpectFails({"RESHAPE", {Counting({2, 3}), Ints({2}, {0, -1})}, {}, {}, {}});
  ExpectFails({"RESHAPE", {Counting({2, 3}), Ints({2}, {-2, -3})}, {}, {}, {}});
}

TEST(Movement, AddsAndDropsAxes) {
  ExpectBoth({"SQUEEZE", {Counting({1, 2, 1})}, {}, {2}, {0, 1}}, 1);
  ExpectBoth({"SQUEEZE", {Counting({1, 2, 1})}, {{"squeeze_dims", List{-1, 2}}}, {1, 2}, {0, 1}}, 1);
  ExpectFails({"SQUEEZE", {Counting({1, 2})}, {{"squeeze_dims", List{1}}}, {}, {}});
  ExpectFails({"SQUEEZE", {Counting({1, 2})}, {{"squeeze_dims", List{-3}}}, {}, {}});
  ExpectBoth({"EXPAND_DIMS", {Counting({2}), Ints({}, {-1})}, {}, {2, 1}, {0, 1}}, 1);
  ExpectFails({"EXPAND_DIMS", {Counting({2}), Ints({}, {2})}, {}, {}, {}});
}

TEST(Movement, Slices) {
  const Tensor x = Counting({3, 4});
  ExpectBoth({"SLICE", {x, Ints({2}, {1, 1}), Ints({2}, {-1, 2})}, {}, {2, 2}, {5, 6, 9, 10}}, 1);
  ExpectBoth({"SLICE", {x, Ints({2}, {3, 0}), Ints({2}, {0, 4})}, {}, {0, 4}, {}}, 1);
  ExpectFails({"SLICE", {x, Ints({2}, {1, 1}), Ints({2}, {3, 1})}, {}, {}, {}});
  ExpectFails({"SLICE", {x, Ints({2}, {-1, 1}), Ints({2}, {1, 1})}, {}, {}, {}});
  ExpectFails({"SLICE", {x, Ints({2}, {4, 1}), Ints({2}, {-1, 1})}, {}, {}, {}});
  ExpectFails({"SLICE", {x, Ints({1}, {1}), Ints({1}, {1})}, {}, {}, {}});
}

Case Strided(const std::vector<int32_t>& begin, const std::vector<int32_t>& end,
             const std::vector<int32_t>& strides, Attributes attributes, Dims dims, Values values) {
  const auto n = static_cast<int64_t>(begin.size());
  return {"STRIDED_SLICE",
          {Counting({2, 3, 4}), Ints({n}, begin), Ints({n}, end), Ints({n}, strides)},
          std::move(attributes),
          std::move(dims),
          std::move(values)};
}

TEST(Movement, SlicesWithStridesAndMasks) {
  const auto mask = [](const char* name, int64_t value) { return Attributes{{name, value}}; };
  ExpectBoth(Strided({0, 2}, {1, 0}, {1, -1}, {}, {1, 2, 4}, {8, 9, 10, 11, 4, 5, 6, 7}), 1);
  ExpectBoth(Strided({-1, -2, -1}, {-3, 9, -5}, {-1, 1, -2}, {}, {2, 2, 2}, {19, 17, 23, 21, 7, 5, 11, 9}),
             1);
  ExpectBoth(Strided({1}, {2}, {1}, mask("shrink_axis_mask", 1), {3, 4},
                     {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}),
             1);
  ExpectBoth(
      Strided({0, 0, 1}, {1, 1, 3}, {1, 1, 1}, {{"ellipsis_mask", int64_t{2}}, {"begin_mask", int64_t{1}}},
              {1, 3, 2}, {1, 2, 5, 6, 9, 10}),
      1);
  ExpectBoth(Strided({0, 1, 0}, {0, 2, 2}, {1, 1, 1},
                     {{"new_axis_mask", int64_t{1}}, {"shrink_axis_mask", int64_t{2}}}, {1, 2, 4},
                     {12, 13, 14, 15, 16, 17, 18, 19}),
             1);
  ExpectBoth(Strided({5, 1, 2}, {9, 2, 1}, {1, 1, 1}, {}, {0, 1, 0}, {}), 1);
  ExpectBoth(Strided({1, 1, 1}, {1, 1, 2}, {1, 1, 1}, {{"offset", true}}, {1, 1, 2}, {17, 18}), 1);
  ExpectFails(Strided({0}, {1}, {0}, {}, {}, {}));
  ExpectFails(Strided({2}, {3}, {1}, mask("shrink_axis_mask", 1), {}, {}));
  ExpectFails(Strided({0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}, {}, {}, {}));
}

TEST(Movement, JoinsAndSplits) {
  const Tensor a = Ints({2, 1}, {1, 2}), b = Ints({2, 2}, {3, 4, 5, 6});
  ExpectBoth({"CONCATENATION", {a, b}, {{"axis", int64_t{-1}}}, {2, 3}, {1, 3, 4, 2, 5, 6}}, 9);
  ExpectFails({"CONCATENATION", {a, b}, {{"axis", int64_t{0}}}, {}, {}});
  ExpectFails({"CONCATENATION", {a, b}, {{"axis", int64_t{2}}}, {}, {}});
  ExpectBoth({"PACK", {a, a}, {{"axis", int64_t{1}}}, {2, 2, 1}, {1, 1, 2, 2}}, 9);
  ExpectFails({"PACK", {a, b}, {}, {}, {}});
  const std::vector<KernelOutput> two = {DType::kInt32, DType::kInt32};
  KernelRun run = RunKernel("SPLIT", {Constant(Ints({}, {1})), {Counting({2, 4})}}, {}, two);
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[1], {2, 3, 6, 7});
  run = RunKernel("SPLIT_V", {{Counting({2, 4})}, Constant(Ints({2}, {3, -1})), Constant(Ints({}, {1}))}, {},
                  two);
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[1].dims(), (Dims{2, 1}));
  ExpectEqual(run.outputs[1], {3, 7});
  run = RunKernel("UNPACK", {{Counting({3, 2})}}, {{"axis", int64_t{1}}}, two);
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[1], {1, 3, 5});
  EXPECT_FALSE(RunKernel("SPLIT", {Constant(Ints({}, {1})), {Counting({2, 3})}}, {}, two).ok);
  EXPECT_FALSE(RunKernel("UNPACK", {{Counting({3, 2})}}, {{"axis", int64_t{0}}}, two).ok);
}

TEST(Movement, RescalesWhatItJoins) {
  const Tensor a = Tensor::Of<uint8_t>({2}, {10, 255}), b = Tensor::Of<uint8_t>({1}, {7});
  const KernelRun run = RunKernel("CONCATENATION", {{a, Scaled(0.5f, 0)}, {b, Scaled(0.25f, 3)}}, {},
                                  {{DType::kUInt8, Scaled(0.25f, 3)}});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {23, 255, 7});
}

TEST(Movement, Reorders) {
  ExpectBoth({"TRANSPOSE", {Counting({2, 3}), Ints({2}, {1, 0})}, {}, {3, 2}, {0, 3, 1, 4, 2, 5}}, 1);
  ExpectFails({"TRANSPOSE", {Counting({2, 3}), Ints({2}, {1, 1})}, {}, {}, {}});
  ExpectFails({"TRANSPOSE", {Counting({2, 3}), Ints({1}, {0})}, {}, {}, {}});
  ExpectBoth({"REVERSE_V2", {Counting({2, 3}), Ints({1}, {-1})}, {}, {2, 3}, {2, 1, 0, 5, 4, 3}}, 1);
  ExpectFails({"REVERSE_V2", {Counting({2, 3}), Ints({1}, {2})}, {}, {}, {}});
  ExpectBoth({"TILE", {Counting({1, 2}), Ints({2}, {2, 2})}, {}, {2, 4}, {0, 1, 0, 1, 0, 1, 0, 1}}, 1);
  ExpectFails({"TILE", {Counting({1, 2}), Ints({2}, {2, -2})}, {}, {}, {}});
  ExpectFails({"TILE", {Counting({1, 2}), Ints({1}, {2})}, {}, {}, {}});
  ExpectBoth(
      {"BROADCAST_TO", {Counting({2, 1}), Ints({3}, {2, 2, 2})}, {}, {2, 2, 2}, {0, 0, 1, 1, 0, 0, 1, 1}}, 1);
  ExpectFails({"BROADCAST_TO", {Counting({2}), Ints({1}, {3})}, {}, {}, {}});
  ExpectBoth({"FILL", {Ints({2}, {1, 2}), Ints({}, {9})}, {}, {1, 2}, {9, 9}}, 0);
  ExpectFails({"FILL", {Ints({2}, {1, -2}), Ints({}, {9})}, {}, {}, {}});
  const Case turned = {"REVERSE_SEQUENCE",
                       {Counting({2, 3}), Ints({2}, {2, 3})},
                       {{"seq_dim", int64_t{1}}, {"batch_dim", int64_t{0}}},
                       {2, 3},
                       {1, 0, 2, 5, 4, 3}};
  ExpectBoth(turned, 1);
  ExpectFails({"REVERSE_SEQUENCE", {Counting({2, 3}), Ints({2}, {2, 4})}, turned.attributes, {}, {}});
}

TEST(Movement, Pads) {
  const Tensor x = Counting({2, 2}), around = Ints({2, 2}, {1, 0, 0, 1});
  ExpectBoth({"PAD", {x, around}, {}, {3, 3}, {0, 0, 0, 0, 1, 0, 2, 3, 0}}, 1);
  ExpectBoth({"PADV2", {x, around, Ints({}, {7})}, {}, {3, 3}, {7, 7, 7, 0, 1, 7, 2, 3, 7}}, 1);
  ExpectBoth({"MIRROR_PAD", {x, around}, {{"mode", int64_t{0}}}, {3, 3}, {2, 3, 2, 0, 1, 0, 2, 3, 2}}, 1);
  ExpectBoth({"MIRROR_PAD", {x, around}, {{"mode", int64_t{1}}}, {3, 3}, {0, 1, 1, 0, 1, 1, 2, 3, 3}}, 1);
  ExpectFails({"MIRROR_PAD", {x, Ints({2, 2}, {2, 0, 0, 0})}, {{"mode", int64_t{0}}}, {}, {}});
  ExpectFails({"PAD", {x, Ints({2, 2}, {-1, 0, 0, 0})}, {}, {}, {}});
  ExpectFails({"PAD", {x, Ints({1, 2}, {1, 0})}, {}, {}, {}});
  const Tensor bytes = Tensor::Of<int8_t>({1}, {5});
  const KernelRun run = RunKernel("PAD", {{bytes, Scaled(0.5f, -3)}, Constant(Ints({1, 2}, {1, 1}))}, {},
                                  {{DType::kInt8, Scaled(0.5f, -3)}});
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectEqual(run.outputs[0], {-3, 5, -3});
}

TEST(Movement, GathersAndScatters) {
  const Tensor x = Counting({2, 3});
  ExpectBoth({"GATHER", {x, Ints({2}, {2, 0})}, {{"axis", int64_t{1}}}, {2, 2}, {2, 0, 5, 3}}, 1);
  ExpectBoth({"GATHER",
              {x, Ints({2, 1}, {2, 0})},
              {{"axis", int64_t{1}}, {"batch_dims", int64_t{1}}},
              {2, 1},
              {2, 3}},
             1);
  ExpectFails({"GATHER", {x, Ints({1}, {2})}, {}, {}, {}});
  ExpectFails({"GATHER", {x, Ints({1}, {-1})}, {}, {}, {}});
  ExpectFails({"GATHER", {x, Ints({2}, {0, 0})}, {{"axis", int64_t{0}}, {"batch_dims", int64_t{1}}}, {}, {}});
  ExpectBoth({"GATHER_ND", {x, Ints({2, 2}, {1, 2, 0, 1})}, {}, {2}, {5, 1}}, 1);
  ExpectBoth({"GATHER_ND", {x, Ints({1, 1}, {1})}, {}, {1, 3}, {3, 4, 5}}, 1);
  ExpectFails({"GATHER_ND", {x, Ints({1, 2}, {1, 3})}, {}, {}, {}});
  ExpectFails({"GATHER_ND", {x, Ints({1, 3}, {0, 0, 0})}, {}, {}, {}});
  ExpectBoth(
      {"SCATTER_ND", {Ints({3, 1}, {1, 3, 1}), Ints({3}, {5, 6, 7}), Ints({1}, {4})}, {}, {4}, {0, 12, 0, 6}},
      2);
  ExpectFails({"SCATTER_ND", {Ints({1, 1}, {4}), Ints({1}, {5}), Ints({1}, {4})}, {}, {}, {}});
  ExpectFails({"SCATTER_ND", {Ints({1, 1}, {0}), Ints({2}, {5, 6}), Ints({1}, {4})}, {}, {}, {}});
  const Case sparse = {"SPARSE_TO_DENSE",
                       {Ints({2}, {0, 2}), Ints({1}, {3}), Ints({2}, {8, 9}), Ints({}, {-1})},
                       {},
                       {3},
                       {8, -1, 9}};
  ExpectBoth(sparse, 1);
  ExpectFails(
      {"SPARSE_TO_DENSE", {Ints({1}, {3}), Ints({1}, {3}), Ints({}, {8}), Ints({}, {-1})}, {}, {}, {}});
  ExpectBoth(
      {"DYNAMIC_UPDATE_SLICE", {x, Ints({1, 2}, {8, 9}), Ints({2}, {-4, 9})}, {}, {2, 3}, {0, 8, 9, 3, 4, 5}},
      1);
  ExpectFails({"DYNAMIC_UPDATE_SLICE", {x, Ints({3, 2}, {1, 2, 3, 4, 5, 6}), Ints({2}, {0, 0})}, {}, {}, {}});
}

TEST(Movement, TradesSpaceForDepthAndBatch) {
  const Attributes by_two = {{"block_size", int64_t{2}}};
  ExpectBoth({"SPACE_TO_DEPTH", {Counting({1, 2, 4, 1})}, by_two, {1, 1, 2, 4}, {0, 1, 4, 5, 2, 3, 6, 7}}, 1);
  ExpectBoth({"DEPTH_TO_SPACE", {Counting({1, 1, 2, 4})}, by_two, {1, 2, 4, 1}, {0, 1, 4, 5, 2, 3, 6, 7}}, 1);
  ExpectFails({"SPACE_TO_DEPTH", {Counting({1, 3, 4, 1})}, by_two, {}, {}});
  ExpectFails({"DEPTH_TO_SPACE", {Counting({1, 1, 1, 6})}, by_two, {}, {}});
  for (const int64_t block : {int64_t{0}, int64_t{-2}, int64_t{1} << 40}) {
    ExpectFails({"SPACE_TO_DEPTH", {Counting({1, 2, 4, 1})}, {{"block_size", block}}, {}, {}});
    ExpectFails({"DEPTH_TO_SPACE", {Counting({1, 2, 4, 4})}, {{"block_size", block}}, {}, {}});
  }
  ExpectBoth({"SPACE_TO_BATCH_ND",
              {Counting({1, 3, 1}), Ints({1}, {2}), Ints({1, 2}, {1, 0})},
              {},
              {2, 2, 1},
              {0, 1, 0, 2}},
             1);
  ExpectBoth({"BATCH_TO_SPACE_ND",
              {Ints({2, 2, 1}, {0, 1, 5, 2}), Ints({1}, {2}), Ints({1, 2}, {1, 0})},
              {},
              {1, 3, 1},
              {5, 1, 2}},
             1);
  ExpectFails({"SPACE_TO_BATCH_ND", {Counting({1, 3, 1}), Ints({1}, {0}), Ints({1, 2}, {1, 0})}, {}, {}, {}});
  ExpectFails({"SPACE_TO_BATCH_ND", {Counting({1, 3, 1}), Ints({1}, {2}), Ints({1, 2}, {0, 0})}, {}, {}, {}});
  ExpectFails({"BATCH_TO_SPACE_ND", {Counting({3, 2, 1}), Ints({1}, {2}), Ints({1, 2}, {0, 0})}, {}, {}, {}});
  ExpectFails({"BATCH_TO_SPACE_ND", {Counting({2, 2, 1}), Ints({1}, {2}), Ints({1, 2}, {3, 2})}, {}, {}, {}});
}

TEST(Movement, MovesStringsAndPackedNumbersLikeOthers) {
  const Tensor words = Strings({2, 2}, {"a", "bc", "", "def"});
  KernelRun run = RunKernel("TRANSPOSE", {{words}, Constant(Ints({2}, {1, 0}))}, {}, {DType::kString});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].strings(), (std::vector<std::string_view>{"a", "", "bc", "def"}));
  run = RunKernel("CONCATENATION", {{words}, {words}}, {{"axis", int64_t{0}}}, {DType::kString});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{4, 2}));
  EXPECT_EQ(run.outputs[0].strings()[7], "def");
  run = RunKernel("RESHAPE", {{words}, Constant(Ints({1}, {4}))}, {}, {DType::kString});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].dims(), (Dims{4}));

  // 1, 2, 3 in four bits each, the first in the low half of the first byte.
  Tensor packed = Tensor::Zeros(DType::kInt4, {3});
  packed.mutable_bytes()[0] = std::byte{0x21};
  packed.mutable_bytes()[1] = std::byte{0x03};
  run = RunKernel("REVERSE_V2", {{packed}, Constant(Ints({1}, {0}))}, {}, {DType::kInt4});
  ASSERT_TRUE(run.ok) << run.Findings();
  EXPECT_EQ(run.outputs[0].bytes()[0], std::byte{0x23});
  EXPECT_EQ(run.outputs[0].bytes()[1], std::byte{0x01});
}

TEST(Movement, RefusesStringsThatTheirShapeContradicts) {
  const Tensor words = Strings({2}, {"a", "b"});
  const Tensor wrong(DType::kString, {3}, words.owner(), words.bytes());
  EXPECT_FALSE(RunKernel("REVERSE_V2", {{wrong}, Constant(Ints({1}, {0}))}, {}, {DType::kString}).ok);
}

TEST(Movement, StaysWithinEmptyTensorsOfHugeOtherDims) {
  const int64_t huge = int64_t{1} << 40;
  const Tensor empty = Tensor::Zeros(DType::kFloat32, {0, huge, huge});
  const Tensor order = Ints({3}, {2, 1, 0});
  for (const bool constant : {true, false}) {
    EXPECT_TRUE(RunKernel("TRANSPOSE", {{empty}, {order, {}, constant}}, {}, {DType::kFloat32}).ok);
    EXPECT_TRUE(RunKernel("REVERSE_V2", {{empty}, {Ints({1}, {1}), {}, constant}}, {}, {DType::kFloat32}).ok);
  }
  EXPECT_TRUE(RunKernel("CONCATENATION", {{empty}, {empty}}, {{"axis", int64_t{0}}}, {DType::kFloat32}).ok);
}

}  // namespace
}  // namespace litesmith
