#include "shape_fixture.h"

namespace litesmith::tf {
namespace {

using LayoutShapeTest = ShapeFixture;

Attributes Masks(int64_t begin, int64_t end, int64_t ellipsis, int64_t new_axis, int64_t shrink) {
  return {{"begin_mask", begin},
          {"end_mask", end},
          {"ellipsis_mask", ellipsis},
          {"new_axis_mask", new_axis},
          {"shrink_axis_mask", shrink}};
}

TEST_F(LayoutShapeTest, StridedSliceFollowsAllMasks) {
  const auto slice = [&](S input, std::vector<int32_t> begin, std::vector<int32_t> end,
                         std::vector<int32_t> strides, Attributes masks = {}) {
    return Shapes(StridedSlice, {In(input), Ints(begin), Ints(end), Ints(strides)}, masks);
  };
  EXPECT_EQ(slice({10}, {2}, {8}, {3}), "[2]");
  EXPECT_EQ(slice({10}, {-3}, {100}, {1}), "[3]");
  EXPECT_EQ(slice({10}, {8}, {2}, {-2}), "[3]");
  EXPECT_EQ(slice({10}, {8}, {2}, {1}), "[0]");
  EXPECT_EQ(slice({10}, {0}, {0}, {-1}, Masks(1, 1, 0, 0, 0)), "[10]");
  EXPECT_EQ(slice({10}, {0}, {0}, {INT32_MIN}, Masks(1, 1, 0, 0, 0)), "[1]");
  EXPECT_EQ(slice({4, 5, 6}, {1}, {2}, {1}, Masks(0, 0, 0, 0, 1)), "[5,6]");
  EXPECT_EQ(slice({4, 5, 6}, {0, 1}, {0, 3}, {1, 1}, Masks(0, 0, 1, 0, 0)), "[4,5,2]");
  EXPECT_EQ(slice({4, 5}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, Masks(5, 5, 0, 2, 0)), "[4,1,5]");
  EXPECT_EQ(slice({4, 5, 6}, {0, 0, 2}, {0, 0, 3}, {1, 1, 1}, Masks(0, 0, 1, 2, 4)), "[4,5,1]");
  EXPECT_EQ(slice({4}, {4}, {5}, {1}, Masks(0, 0, 0, 0, 1)), "error");
  EXPECT_EQ(slice({4}, {0, 0}, {1, 1}, {1, 1}), "error");
  EXPECT_EQ(slice({4}, {0}, {1}, {0}), "error");
  EXPECT_EQ(slice({4, 5}, {0, 0}, {0, 0}, {1, 1}, Masks(0, 0, 3, 0, 0)), "error");
}

TEST_F(LayoutShapeTest, StridedSliceOfUnknownDimensions) {
  const Dim s = Symbol();
  EXPECT_EQ(
      Shapes(StridedSlice, {In({s, 3}), Ints({0, 0}), Ints({0, 2}), Ints({1, 1})}, Masks(1, 1, 0, 0, 0)),
      "[s0,2]");
  EXPECT_EQ(Shapes(StridedSlice, {In({s}), Ints({0}), Ints({5}), Ints({1})}), "[?]");
  EXPECT_EQ(Shapes(StridedSlice, {In({s}), Partial({Dim()}), Ints({5}), Ints({1})}), "[?]");
  EXPECT_EQ(
      Shapes(StridedSlice, {In({8, 4}), Partial({Dim()}), Partial({Dim()}), Ints({1})}, Masks(0, 0, 0, 0, 1)),
      "[4]");
  EXPECT_EQ(Shapes(StridedSlice, {In({s}), Ints({0}), Partial({s}), Ints({1})}), "[s0]");
  EXPECT_EQ(Shapes(StridedSlice, {In(S::Unknown()), Ints({0}), Ints({1}), Ints({1})}), "[*]");
}

TEST_F(LayoutShapeTest, SliceTakesTheRestForMinusOne) {
  EXPECT_EQ(Shapes(Slice, {In({4, Dim(), 6}), Ints({1, 0, 2}), Ints({2, -1, -1})}), "[2,?,4]");
  EXPECT_EQ(Shapes(Slice, {In({4}), Ints({3}), Ints({2})}), "error");
  EXPECT_EQ(Shapes(Slice, {In({4}), Ints({-1}), Ints({1})}), "error");
  EXPECT_EQ(Shapes(Slice, {In({4}), Ints({0, 0}), Ints({1, 1})}), "error");
  EXPECT_EQ(Shapes(Slice, {In(S::Unknown()), In({3}, DType::kInt32), In({3}, DType::kInt32)}), "[?,?,?]");
}

TEST_F(LayoutShapeTest, JoiningAndCutting) {
  const Dim s = Symbol();
  EXPECT_EQ(Shapes(ConcatV2, {In({2, 3}), In({2, 5}), Int(-1)}), "[2,8]");
  EXPECT_EQ(Shapes(ConcatV2, {In({s, 3}), In({s, 3}), Int(1)}), "[s0,6]");
  EXPECT_EQ(Shapes(ConcatV2, {In({2, 3}), In({4, 5}), Int(1)}), "error");
  EXPECT_EQ(Shapes(ConcatV2, {In({2, 3}), In({2, 5}), Int(2)}), "error");
  EXPECT_EQ(Shapes(ConcatV2, {In({2, 3}), In({2, 5}), In({}, DType::kInt32)}), "[?,?]");
  EXPECT_EQ(Shapes(Concat, {Int(0), In({2, 3}), In({Dim(), 3})}), "[?,3]");
  EXPECT_EQ(Shapes(Pack, {In({2, Dim()}), In({Dim(), 3})}, {{"axis", int64_t{-1}}}), "[2,3,2]");
  EXPECT_EQ(Shapes(Pack, {In({2}), In({3})}), "error");
  EXPECT_EQ(Shapes(Unpack, {In({2, 3})}, {{"axis", int64_t{0}}}, 2), "[3] [3]");
  EXPECT_EQ(Shapes(Unpack, {In({2, 3})}, {{"axis", int64_t{1}}}, 2), "error");
  EXPECT_EQ(Shapes(Split, {Int(1), In({2, 6})}, {}, 3), "[2,2] [2,2] [2,2]");
  EXPECT_EQ(Shapes(Split, {Int(1), In({2, 7})}, {}, 3), "error");
  EXPECT_EQ(Shapes(SplitV, {In({10, 2}), Ints({3, -1, 2}), Int(0)}, {}, 3), "[3,2] [5,2] [2,2]");
  EXPECT_EQ(Shapes(SplitV, {In({10, 2}), Ints({3, 2}), Int(0)}, {}, 2), "error");
}

TEST_F(LayoutShapeTest, PaddingTilingAndTurning) {
  EXPECT_EQ(Shapes(Pad, {In({2, Dim()}), Const(Tensor::Of<int32_t>({2, 2}, {1, 2, 0, 0}))}), "[5,?]");
  EXPECT_EQ(Shapes(Pad, {In({2, 3}), Const(Tensor::Of<int32_t>({2, 2}, {1, -2, 0, 0}))}), "error");
  EXPECT_EQ(Shapes(Pad, {In({2, 3}), Const(Tensor::Of<int32_t>({3, 2}, {1, 2, 0, 0, 0, 0}))}), "error");
  EXPECT_EQ(Shapes(Tile, {In({2, 3}), Partial({4, Dim()})}), "[8,?]");
  EXPECT_EQ(Shapes(Transpose, {In({2, 3, 4}), Ints({2, 0, 1})}), "[4,2,3]");
  EXPECT_EQ(Shapes(Transpose, {In({2, 3, 4}), Ints({2, 0, 0})}), "error");
  EXPECT_EQ(Shapes(Transpose, {In({2, 3}), Ints({2, 0, 1})}), "error");
  EXPECT_EQ(Shapes(SpaceToDepth, {In({1, 4, 6, 3})}, {{"block_size", int64_t{2}}}), "[1,2,3,12]");
  EXPECT_EQ(Shapes(DepthToSpace, {In({1, 2, 3, 12})}, {{"block_size", int64_t{2}}}), "[1,4,6,3]");
  EXPECT_EQ(Shapes(DepthToSpace, {In({1, 2, 3, 11})}, {{"block_size", int64_t{2}}}), "error");
  EXPECT_EQ(Shapes(DepthToSpace, {In({1, 2, 3, 11})}, {{"block_size", int64_t{0}}}), "error");
  ir::Value* pads = Const(Tensor::Of<int32_t>({2, 2}, {0, 1, 0, 0}));
  EXPECT_EQ(Shapes(SpaceToBatchND, {In({1, 5, 4, 2}), Ints({2, 2}), pads}), "[4,3,2,2]");
  EXPECT_EQ(Shapes(BatchToSpaceND, {In({4, 3, 2, 2}), Ints({2, 2}), pads}), "[1,5,4,2]");
}

TEST_F(LayoutShapeTest, SqueezeExpandAndBroadcast) {
  EXPECT_EQ(Shapes(Squeeze, {In({1, 2, 1})}), "[2]");
  EXPECT_EQ(Shapes(Squeeze, {In({1, Dim(), 1})}), "[*]");
  EXPECT_EQ(Shapes(Squeeze, {In({1, Dim(), 1})}, {{"squeeze_dims", std::vector<int64_t>{-1}}}), "[1,?]");
  EXPECT_EQ(Shapes(Squeeze, {In({1, 2, 1})}, {{"squeeze_dims", std::vector<int64_t>{1}}}), "error");
  EXPECT_EQ(Shapes(ExpandDims, {In({2, 3}), Int(-1)}), "[2,3,1]");
  EXPECT_EQ(Shapes(ExpandDims, {In({2, 3}), Int(4)}), "error");
  EXPECT_EQ(Shapes(BroadcastTo, {In({3, 1}), Ints({2, 3, 5})}), "[2,3,5]");
  EXPECT_EQ(Shapes(BroadcastTo, {In({3, 2}), Ints({2, 3, 5})}), "error");
  EXPECT_EQ(Shapes(EnsureShape, {In({3, Dim()})}, {{"shape", S{Dim(), 4}}}), "[3,4]");
  EXPECT_EQ(Shapes(EnsureShape, {In({3, 5})}, {{"shape", S{Dim(), 4}}}), "error");
}

TEST_F(LayoutShapeTest, GatherAndScatter) {
  EXPECT_EQ(Shapes(GatherV2, {In({5, 6, 7}), In({2, 3}, DType::kInt32), Int(1)}), "[5,2,3,7]");
  EXPECT_EQ(
      Shapes(GatherV2, {In({5, 6, 7}), In({5, 3}, DType::kInt32), Int(1)}, {{"batch_dims", int64_t{1}}}),
      "[5,3,7]");
  EXPECT_EQ(
      Shapes(GatherV2, {In({5, 6, 7}), In({4, 3}, DType::kInt32), Int(1)}, {{"batch_dims", int64_t{1}}}),
      "error");
  EXPECT_EQ(Shapes(GatherNd, {In({5, 6, 7}), In({9, 2}, DType::kInt32)}), "[9,7]");
  EXPECT_EQ(Shapes(GatherNd, {In({5}), In({9, 2}, DType::kInt32)}), "error");
  EXPECT_EQ(Shapes(ScatterNd, {In({9, 2}, DType::kInt32), In({9, 7}), Ints({5, 6, 7})}), "[5,6,7]");
  EXPECT_EQ(Shapes(UnsortedSegmentSum, {In({9, 7}), In({9}, DType::kInt32), Int(3)}), "[3,7]");
  EXPECT_EQ(Shapes(SegmentSum, {In({9, 7}), In({9}, DType::kInt32)}), "[?,7]");
}

TEST_F(LayoutShapeTest, WhatIsMadeFromNumbers) {
  const Dim s = Symbol();
  EXPECT_EQ(Shapes(Range, {Int(2), Int(11), Int(3)}), "[3]");
  EXPECT_EQ(Shapes(Range, {Int(5), Int(0), Int(-2)}), "[3]");
  EXPECT_EQ(Shapes(Range, {Int(0), Int(5), Int(0)}), "error");
  EXPECT_EQ(Shapes(Range, {Int(0), Run(Size, {In({s})})->output(), Int(1)}), "[s0]");
  EXPECT_EQ(Known(Run(Range, {Int(2), Int(5), Int(1)})), "[2,3,4]");
  EXPECT_EQ(Shapes(Fill, {Partial({s, 3}), In({})}), "[s0,3]");
  EXPECT_EQ(Shapes(OneHot, {In({2, 3}, DType::kInt32), Int(7), In({}), In({})}, {{"axis", int64_t{-1}}}),
            "[2,3,7]");
  EXPECT_EQ(Shapes(RandomUniform, {Ints({4, 5})}), "[4,5]");
}

TEST_F(LayoutShapeTest, ImagesAndBoxes) {
  EXPECT_EQ(Shapes(ResizeBilinear, {In({1, Dim(), Dim(), 3}), Ints({320, 300})}), "[1,320,300,3]");
  EXPECT_EQ(Shapes(CropAndResize, {In({1, 9, 9, 3}), In({20, 4}), In({20}), Ints({14, 14})}), "[20,14,14,3]");
  EXPECT_EQ(Shapes(NonMaxSuppressionV5, {In({9, 4}), In({9}), Int(5), In({}), In({}), In({})},
                   {{"pad_to_max_output_size", true}}, 3),
            "[5] [5] []");
  EXPECT_EQ(Shapes(NonMaxSuppressionV3, {In({9, 4}), In({8}), Int(5), In({}), In({})}), "error");
  EXPECT_EQ(Shapes(CombinedNonMaxSuppression,
                   {In({2, 9, 1, 4}), In({2, 9, 3}), Int(4), Int(10), In({}), In({})}, {}, 4),
            "[2,10,4] [2,10] [2,10] [2]");
  EXPECT_EQ(Shapes(TopKV2, {In({3, 9}), Int(4)}, {}, 2), "[3,4] [3,4]");
  EXPECT_EQ(Shapes(TopKV2, {In({3, 2}), Int(4)}, {}, 2), "error");
  EXPECT_EQ(Shapes(tf::Where, {In({3, 2}, DType::kBool)}), "[?,2]");
}

TEST_F(LayoutShapeTest, ListsAndTransforms) {
  EXPECT_EQ(Shapes(TensorListStack, {In({}, DType::kVariant), Ints({2, -1})}, {{"num_elements", int64_t{5}}}),
            "[5,2,?]");
  EXPECT_EQ(Shapes(TensorListGetItem, {In({}, DType::kVariant), Int(0), Ints({2, 3})}), "[2,3]");
  EXPECT_EQ(Shapes(TensorListGetItem, {In({}, DType::kVariant), Int(0), Int(-1)}), "[*]");
  EXPECT_EQ(Shapes(RFFT2D, {In({2, 8, 8}), Ints({8, 16})}), "[2,8,9]");
  EXPECT_EQ(Shapes(IRFFT, {In({2, 9}, DType::kComplex64), Ints({16})}), "[2,16]");
  EXPECT_EQ(Shapes(SparseToDense, {In({4, 2}), Ints({3, 5}), In({4}), In({})}), "[3,5]");
}

// A graph may give a node fewer operands than its op takes; shape functions must live with that.
TEST_F(LayoutShapeTest, NodesWithoutOperandsOrOutputsDoNoHarm) {
  for (const Op* op : AllOps()) {
    if (op->shape == nullptr) continue;
    for (size_t outputs : {0u, 1u, 3u}) {
      Run(*op, {}, {}, outputs);
      Run(*op, {In(S::Unknown())}, {}, outputs);
      Run(*op, {In({}), In({}, DType::kInt32)}, {}, outputs);
      Run(*op, {In({2, 3}), Ints({-1, 1}), Int(INT32_MIN), Ints({})}, {}, outputs);
      Run(*op, {Ints({7, -3}), In({0, 1, 2, 3, 4}), Ints({0}), Ints({-9})}, {}, outputs);
    }
  }
}

}  // namespace
}  // namespace litesmith::tf
