#include "evaluate/evaluating.h"

namespace litesmith::evaluate {
namespace {

Tensor Counted(Dims dims) {
  Tensor tensor = Tensor::Zeros(DType::kInt32, std::move(dims));
  int32_t next = 0;
  for (int32_t& value : tensor.mutable_data<int32_t>()) value = next++;
  return tensor;
}

Attributes SliceMasks(int64_t begin, int64_t end, int64_t ellipsis, int64_t new_axis, int64_t shrink) {
  return {{"begin_mask", begin},
          {"end_mask", end},
          {"ellipsis_mask", ellipsis},
          {"new_axis_mask", new_axis},
          {"shrink_axis_mask", shrink}};
}

TEST(Reshape, FindsTheOpenDimension) {
  EXPECT_EQ(Evaluating("Reshape").One({Counted({2, 6}), Ints32({3, -1})}).dims(), (Dims{3, 4}));
  // Beside zeros the open dimension is found as if they were not there.
  EXPECT_EQ(Evaluating("Reshape").One({Counted({0, 6}), Ints32({0, -1})}).dims(), (Dims{0, 6}));
  EXPECT_EQ(Evaluating("Reshape").One({Counted({0, 6}), Ints32({-1, 3})}).dims(), (Dims{0, 3}));
  Evaluating("Reshape").ExpectRefusal({Counted({2, 6}), Ints32({5, -1})});
  Evaluating("Reshape").ExpectRefusal({Counted({2, 6}), Ints32({-1, -1})});
  Evaluating("Reshape").ExpectRefusal({Counted({2, 6}), Row<int64_t>({int64_t{1} << 62, 8})});
}

TEST(Squeeze, TakesAllOnesOrTheNamedAxes) {
  EXPECT_EQ(Evaluating("Squeeze").One({Counted({1, 2, 1})}).dims(), (Dims{2}));
  EXPECT_EQ(
      Evaluating("Squeeze", {{"squeeze_dims", std::vector<int64_t>{-1}}}).One({Counted({1, 2, 1})}).dims(),
      (Dims{1, 2}));
  Evaluating("Squeeze", {{"squeeze_dims", std::vector<int64_t>{1}}}).ExpectRefusal({Counted({1, 2, 1})});
}

TEST(StridedSlice, FollowsItsMasks) {
  // x[1:, ::-1]
  ExpectTensor<int32_t>(Evaluating("StridedSlice", SliceMasks(2, 3, 0, 0, 0))
                            .One({Counted({2, 3}), Ints32({1, 0}), Ints32({0, 0}), Ints32({1, -1})}),
                        {1, 3}, {5, 4, 3});
  // x[..., newaxis, 1]
  ExpectTensor<int32_t>(Evaluating("StridedSlice", SliceMasks(0, 0, 1, 2, 4))
                            .One({Counted({2, 2}), Ints32({0, 0, 1}), Ints32({0, 0, 2}), Ints32({1, 1, 1})}),
                        {2, 1}, {1, 3});
  // x[-1]
  ExpectTensor<int32_t>(Evaluating("StridedSlice", SliceMasks(0, 0, 0, 0, 1))
                            .One({Counted({3}), Ints32({-1}), Ints32({0}), Ints32({1})}),
                        {}, {2});
  // x[5:9:2] of four elements is empty
  ExpectTensor<int32_t>(Evaluating("StridedSlice").One({Counted({4}), Ints32({5}), Ints32({9}), Ints32({2})}),
                        {0}, {});
}

TEST(StridedSlice, RefusesIndicesThatAreNotThereAndStrideZero) {
  Evaluating("StridedSlice", SliceMasks(0, 0, 0, 0, 1))
      .ExpectRefusal({Counted({2}), Ints32({5}), Ints32({6}), Ints32({1})});
  Evaluating("StridedSlice").ExpectRefusal({Counted({2}), Ints32({0}), Ints32({1}), Ints32({0})});
  const int64_t huge = std::numeric_limits<int64_t>::max(), low = std::numeric_limits<int64_t>::min();
  ExpectTensor<int32_t>(
      Evaluating("StridedSlice")
          .One({Counted({3}), Row<int64_t>({low}), Row<int64_t>({huge}), Row<int64_t>({huge})}),
      {1}, {0});
}

TEST(Slice, TakesTheRestForMinusOne) {
  ExpectTensor<int32_t>(Evaluating("Slice").One({Counted({2, 3}), Ints32({0, 1}), Ints32({2, -1})}), {2, 2},
                        {1, 2, 4, 5});
  Evaluating("Slice").ExpectRefusal({Counted({2, 3}), Ints32({0, 1}), Ints32({2, 3})});
}

TEST(Transpose, MovesAxesOfStringsToo) {
  const Tensor words = Tensor::OfStrings({2, 2}, {"a", "bb", "ccc", ""});
  const Tensor output = Evaluating("Transpose").One({words, Ints32({1, 0})});
  EXPECT_EQ(output.strings(), (std::vector<std::string_view>{"a", "ccc", "bb", ""}));
  ExpectTensor<int32_t>(Evaluating("Transpose").One({Counted({2, 1, 3}), Ints32({2, 0, 1})}), {3, 2, 1},
                        {0, 3, 1, 4, 2, 5});
  Evaluating("Transpose").ExpectRefusal({Counted({2, 2}), Ints32({0, 0})});
}

TEST(Tile, RepeatsWholeAxes) {
  ExpectTensor<int32_t>(Evaluating("Tile").One({Counted({2, 2}), Ints32({1, 2})}), {2, 4},
                        {0, 1, 0, 1, 2, 3, 2, 3});
  Evaluating("Tile").ExpectRefusal({Counted({2}), Ints32({-1})});
  Evaluating("Tile").ExpectRefusal({Counted({4}), Row<int64_t>({int64_t{1} << 61})}, Code::kLimitExceeded);
}

TEST(Pad, FillsWithZeroOrTheValue) {
  const Tensor pads = Tensor::Of<int32_t>({1, 2}, {1, 2});
  ExpectTensor<int32_t>(Evaluating("Pad").One({Ints32({5}), pads}), {4}, {0, 5, 0, 0});
  ExpectTensor<int32_t>(Evaluating("PadV2").One({Ints32({5}), pads, Tensor::Scalar<int32_t>(7)}), {4},
                        {7, 5, 7, 7});
  Evaluating("Pad").ExpectRefusal({Ints32({5}), Tensor::Of<int32_t>({1, 2}, {-1, 2})});
}

TEST(MirrorPad, LeavesTheEdgeOutOrRepeatsIt) {
  const Tensor pads = Tensor::Of<int32_t>({1, 2}, {2, 1});
  ExpectTensor<int32_t>(Evaluating("MirrorPad", {{"mode", "REFLECT"}}).One({Ints32({1, 2, 3}), pads}), {6},
                        {3, 2, 1, 2, 3, 2});
  ExpectTensor<int32_t>(Evaluating("MirrorPad", {{"mode", "SYMMETRIC"}}).One({Ints32({1, 2, 3}), pads}), {6},
                        {2, 1, 1, 2, 3, 3});
  Evaluating("MirrorPad", {{"mode", "REFLECT"}}).ExpectRefusal({Ints32({1, 2}), pads});
}

TEST(Roll, GoesRoundInBothDirections) {
  ExpectTensor<int32_t>(Evaluating("Roll").One({Ints32({0, 1, 2, 3}), Ints32({-5}), Ints32({0})}), {4},
                        {1, 2, 3, 0});
}

TEST(Concat, JoinsAlongTheAxis) {
  ExpectTensor<int32_t>(
      Evaluating("ConcatV2").One({Counted({2, 1}), Counted({2, 2}), Tensor::Scalar<int32_t>(-1)}), {2, 3},
      {0, 0, 1, 1, 2, 3});
  Evaluating("ConcatV2").ExpectRefusal({Counted({2, 1}), Counted({3, 1}), Tensor::Scalar<int32_t>(1)});
}

TEST(Pack, AddsAnAxisThatUnpackTakesAway) {
  const Tensor packed = Evaluating("Pack", {{"axis", int64_t{1}}}).One({Ints32({1, 2}), Ints32({3, 4})});
  ExpectTensor<int32_t>(packed, {2, 2}, {1, 3, 2, 4});
  const auto parts = Evaluating("Unpack", {{"axis", int64_t{-1}}, {"num", int64_t{2}}}, 2).Run({packed});
  ASSERT_TRUE(parts.ok());
  ExpectTensor<int32_t>((*parts)[1], {2}, {3, 4});
}

TEST(Split, RefusesMoreOutputsThanTheNodeHas) {
  const Tensor axis = Tensor::Scalar<int32_t>(0);
  Evaluating("Split", {{"num_split", int64_t{1'000'000'000}}})
      .ExpectRefusal({axis, Counted({4})}, Code::kGraphDamaged);
  const auto parts = Evaluating("SplitV", {}, 2).Run({Counted({5}), Ints32({2, -1}), axis});
  ASSERT_TRUE(parts.ok());
  ExpectTensor<int32_t>((*parts)[1], {3}, {2, 3, 4});
}

TEST(Gather, TakesBatchesAndRefusesIndicesOutside) {
  const Attributes batched{{"batch_dims", int64_t{1}}};
  const Tensor axis = Tensor::Scalar<int32_t>(1);
  ExpectTensor<int32_t>(
      Evaluating("GatherV2", batched).One({Counted({2, 3}), Tensor::Of<int32_t>({2, 1}, {2, 0}), axis}),
      {2, 1}, {2, 3});
  Evaluating("GatherV2").ExpectRefusal({Counted({2, 3}), Ints32({3}), axis});
  Evaluating("GatherNd").ExpectRefusal({Counted({2, 3}), Tensor::Of<int32_t>({1, 2}, {0, -1})});
}

TEST(Scatter, AddsRepeatsAndTheUpdateReplacesThem) {
  const Tensor indices = Tensor::Of<int32_t>({2, 1}, {1, 1});
  ExpectTensor<int32_t>(Evaluating("ScatterNd").One({indices, Ints32({1, 2}), Ints32({3})}), {3}, {0, 3, 0});
  ExpectTensor<int32_t>(Evaluating("TensorScatterUpdate").One({Ints32({9, 9, 9}), indices, Ints32({1, 2})}),
                        {3}, {9, 2, 9});
  Evaluating("ScatterNd").ExpectRefusal({Tensor::Of<int32_t>({1, 1}, {3}), Ints32({1}), Ints32({3})});
}

TEST(OneHot, ComparesWholeIndices) {
  // 4294967297 is 1 in its lower 32 bits.
  ExpectTensor<float>(Evaluating("OneHot").One({Row<int64_t>({4294967297, 1, -1}), Tensor::Scalar<int32_t>(2),
                                                Tensor::Scalar<float>(1), Tensor::Scalar<float>(0)}),
                      {3, 2}, {0, 0, 0, 1, 0, 0});
}

TEST(Range, CountsBothWays) {
  const auto scalar = [](int32_t value) { return Tensor::Scalar<int32_t>(value); };
  ExpectTensor<int32_t>(Evaluating("Range").One({scalar(5), scalar(0), scalar(-2)}), {3}, {5, 3, 1});
  Evaluating("Range").ExpectRefusal({scalar(5), scalar(0), scalar(1)});
  Evaluating("Range").ExpectRefusal({scalar(5), scalar(9), scalar(0)});
  ExpectTensor<float>(
      Evaluating("Range").One({Tensor::Scalar(0.0f), Tensor::Scalar(1.0f), Tensor::Scalar(0.3f)}), {4},
      {0, 0.3f, 0.6f, 0.3f + 0.3f + 0.3f});
}

TEST(Blocks, SpaceAndBatchAreInverse) {
  const Tensor image = Counted({1, 2, 4, 1}), size = Ints32({2, 2}),
               none = Tensor::Zeros(DType::kInt32, {2, 2});
  const Tensor batched = Evaluating("SpaceToBatchND").One({image, size, none});
  ExpectTensor<int32_t>(batched, {4, 1, 2, 1}, {0, 2, 1, 3, 4, 6, 5, 7});
  EXPECT_TRUE(SameTensor(Evaluating("BatchToSpaceND").One({batched, size, none}), image));
  const Attributes block{{"block_size", int64_t{2}}};
  const Tensor deep = Evaluating("SpaceToDepth", block).One({image});
  ExpectTensor<int32_t>(deep, {1, 1, 2, 4}, {0, 1, 4, 5, 2, 3, 6, 7});
  EXPECT_TRUE(SameTensor(Evaluating("DepthToSpace", block).One({deep}), image));
  Evaluating("SpaceToDepth", {{"block_size", int64_t{0}}}).ExpectRefusal({image});
}

TEST(Fill, RefusesImpossibleShapes) {
  Evaluating("Fill").ExpectRefusal(
      {Row<int64_t>({int64_t{1} << 40, int64_t{1} << 40}), Tensor::Scalar<float>(1)}, Code::kLimitExceeded);
  Evaluating("Fill").ExpectRefusal({Ints32({-1}), Tensor::Scalar<float>(1)}, Code::kLimitExceeded);
  EXPECT_EQ(Evaluating("Fill").One({Ints32({2}), Tensor::OfStrings({}, {"ab"})}).strings()[1], "ab");
}

}  // namespace
}  // namespace litesmith::evaluate
