#include "shape_fixture.h"

namespace litesmith::tf {
namespace {

using ShapeTest = ShapeFixture;

TEST_F(ShapeTest, BroadcastTakesOnesUnknownsAndSymbols) {
  const Dim s = Symbol();
  EXPECT_EQ(Shapes(RealDiv, {In({2, 1}), In({3})}), "[2,3]");
  EXPECT_EQ(Shapes(RealDiv, {In({s, 4}), In({s, 1})}), "[s0,4]");
  EXPECT_EQ(Shapes(RealDiv, {In({Dim()}), In({5})}), "[5]");
  EXPECT_EQ(Shapes(RealDiv, {In({Dim()}), In({1})}), "[?]");
  EXPECT_EQ(Shapes(RealDiv, {In({Dim()}), In({Dim()})}), "[?]");
  EXPECT_EQ(Shapes(RealDiv, {In({0}), In({1})}), "[0]");
  EXPECT_EQ(Shapes(RealDiv, {In(S::Unknown()), In({2})}), "[*]");
  EXPECT_EQ(Shapes(SelectV2, {In(S::Scalar()), In({2, 1}), In({3})}), "[2,3]");
}

TEST_F(ShapeTest, BroadcastThatDoesNotFitIsAFinding) {
  EXPECT_EQ(Shapes(Sub, {In({2, 3}), In({2})}), "error");
  EXPECT_NE(cause().find("[2,3] and [2]"), std::string::npos) << cause();
  EXPECT_EQ(findings().findings()[0].code, Code::kShapeMismatch);
  EXPECT_EQ(findings().findings()[0].op, "Sub");
  ASSERT_EQ(findings().findings()[0].tensors.size(), 2u);
  EXPECT_EQ(Shapes(Equal, {In({2}), In({3})}, {{"incompatible_shape_error", false}}), "[*]");
}

TEST_F(ShapeTest, ConvolutionFollowsPaddingStrideAndDilation) {
  const auto attributes = [](std::string padding, int64_t stride, int64_t dilation) {
    return Attributes{{"padding", padding},
                      {"strides", std::vector<int64_t>{1, stride, stride, 1}},
                      {"dilations", std::vector<int64_t>{1, dilation, dilation, 1}}};
  };
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 3}), In({3, 3, 3, 16})}, attributes("SAME", 2, 1)), "[1,5,4,16]");
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 3}), In({3, 3, 3, 16})}, attributes("VALID", 2, 1)), "[1,4,3,16]");
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 3}), In({3, 3, 3, 16})}, attributes("VALID", 1, 2)), "[1,5,4,16]");
  EXPECT_EQ(Shapes(Conv2D, {In({Dim(), Dim(), 8, 3}), In({3, 3, 3, 16})}, attributes("SAME", 1, 1)),
            "[?,?,8,16]");
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 4}), In({3, 3, 3, 16})}, attributes("SAME", 1, 1)), "error");
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 6}), In({3, 3, 3, 16})}, attributes("SAME", 1, 1)),
            "[1,9,8,16]");  // groups
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 3}), In({3, 3, 3, 16})}, attributes("SAME", 1, 1)), "error");
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 3}), In({3, 3, 3, 16})}, attributes("SAME", 0, 1)), "error");
  EXPECT_EQ(Shapes(DepthwiseConv2dNative, {In({1, 9, 8, 3}), In({3, 3, 3, 2})}, attributes("SAME", 1, 1)),
            "[1,9,8,6]");

  Attributes explicit_padding = attributes("EXPLICIT", 2, 1);
  explicit_padding.Set("explicit_paddings", std::vector<int64_t>{0, 0, 1, 2, 0, 1, 0, 0});
  EXPECT_EQ(Shapes(Conv2D, {In({1, 9, 8, 3}), In({3, 3, 3, 16})}, explicit_padding), "[1,5,4,16]");

  EXPECT_EQ(Shapes(Conv2D, {In({1, 3, 9, 8}), In({3, 3, 3, 16})},
                   {{"padding", std::string("VALID")},
                    {"data_format", std::string("NCHW")},
                    {"strides", std::vector<int64_t>{1, 1, 2, 1}}}),
            "[1,16,4,6]");
  EXPECT_EQ(Shapes(Conv3D, {In({1, 4, 9, 8, 3}), In({1, 3, 3, 3, 16})},
                   {{"padding", std::string("VALID")}, {"strides", std::vector<int64_t>{1, 2, 1, 1, 1}}}),
            "[1,2,7,6,16]");
}

TEST_F(ShapeTest, TransposedConvolutionTakesTheShapeAskedFor) {
  EXPECT_EQ(Shapes(Conv2DBackpropInput, {Ints({1, 8, 8, 4}), In({3, 3, 4, 6}), In({Dim(), 4, 4, 6})}),
            "[1,8,8,4]");
  EXPECT_EQ(Shapes(Conv2DBackpropInput, {Partial({Symbol(), 8, 8, 4}), In({3, 3, 4, 6}), In({2, 4, 4, 6})}),
            "[2,8,8,4]");
  EXPECT_EQ(Shapes(Conv2DBackpropInput, {Ints({8, 8}), In({3, 3, 4, 6}), In({2, 4, 4, 6})}), "[2,8,8,4]");
}

TEST_F(ShapeTest, PoolingAndNormalization) {
  const Attributes pool = {{"ksize", std::vector<int64_t>{1, 3, 3, 1}},
                           {"strides", std::vector<int64_t>{1, 2, 2, 1}},
                           {"padding", std::string("VALID")}};
  EXPECT_EQ(Shapes(MaxPool, {In({Dim(), 9, 8, 5})}, pool), "[?,4,3,5]");
  EXPECT_EQ(Shapes(MaxPoolWithArgmax, {In({1, 9, 8, 5})}, pool, 2), "[1,4,3,5] [1,4,3,5]");
  EXPECT_EQ(Shapes(MaxPool, {In({1, 1, 8, 5})}, pool), "error");
  EXPECT_EQ(Shapes(FusedBatchNormV3, {In({2, 3, 3, Dim()}), In({8}), In({8}), In({8}), In({8})}, {}, 6),
            "[2,3,3,8] [8] [8] [8] [8] [*]");
  EXPECT_EQ(Shapes(FusedBatchNormV3, {In({2, 3, 3, 7}), In({8}), In({8}), In({0}), In({0})}, {}, 6), "error");
}

TEST_F(ShapeTest, ReductionsDropOrKeepAxes) {
  EXPECT_EQ(Shapes(Mean, {In({2, Dim(), 4}), Ints({-1, 0})}), "[?]");
  EXPECT_EQ(Shapes(Mean, {In({2, Dim(), 4}), Ints({1})}, {{"keep_dims", true}}), "[2,1,4]");
  EXPECT_EQ(Shapes(Mean, {In({2, 3}), In({1}, DType::kInt32)}), "[*]");
  EXPECT_EQ(Shapes(Mean, {In({2, 3}), In({1}, DType::kInt32)}, {{"keep_dims", true}}), "[?,?]");
  EXPECT_EQ(Shapes(Mean, {In({2, 3}), Ints({2})}), "error");
  EXPECT_EQ(Shapes(ArgMax, {In({2, 3, 4}), Int(1)}), "[2,4]");
  EXPECT_EQ(Known(Run(Prod, {Partial({2, 3, 4}), Int(0)})), "[24]");
}

TEST_F(ShapeTest, MatrixProducts) {
  EXPECT_EQ(Shapes(MatMul, {In({2, 3}), In({3, 4})}), "[2,4]");
  EXPECT_EQ(Shapes(MatMul, {In({3, 2}), In({4, 3})}, {{"transpose_a", true}, {"transpose_b", true}}),
            "[2,4]");
  EXPECT_EQ(Shapes(MatMul, {In({2, 3}), In({4, 4})}), "error");
  EXPECT_EQ(Shapes(BatchMatMulV2, {In({5, 1, 2, 3}), In({6, 4, 3})}, {{"adj_y", true}}), "[5,6,2,4]");
  EXPECT_EQ(Shapes(Einsum, {In({2, 3, 4}), In({4, 5})}, {{"equation", std::string("...k,kj->...j")}}),
            "[2,3,5]");
  EXPECT_EQ(
      Shapes(Einsum, {In({2, 3, 4, 7}), In({2, 5, 4, 7})}, {{"equation", std::string("bqhd, bkhd -> bhqk")}}),
      "[2,4,3,5]");
  EXPECT_EQ(Shapes(Einsum, {In({2, 3}), In({4, 5})}, {{"equation", std::string("ij,jk->ik")}}), "error");
  EXPECT_EQ(Shapes(Einsum, {In({3, 3})}, {{"equation", std::string("ii->")}}), "[]");
}

TEST_F(ShapeTest, FunctionsOfMatrices) {
  EXPECT_EQ(Shapes(MatrixDiagV3, {In({2, 3}), Int(0), Int(-1), Int(-1), In({})}), "[2,3,3]");
  EXPECT_EQ(Shapes(MatrixDiagV3, {In({2, 3}), Int(1), Int(-1), Int(-1), In({})}), "[2,4,4]");
  EXPECT_EQ(Shapes(MatrixDiagPartV3, {In({2, 3, 5}), Ints({-1, 1}), In({})}), "[2,3,3]");
  EXPECT_EQ(Shapes(Qr, {In({7, 4, 3})}, {}, 2), "[7,4,3] [7,3,3]");
  EXPECT_EQ(Shapes(MatrixTriangularSolve, {In({4, 4}), In({4, 2})}), "[4,2]");
}

TEST_F(ShapeTest, ReshapeDeducesTheOneFreeDimension) {
  EXPECT_EQ(Shapes(Reshape, {In({2, 6}), Ints({3, -1})}), "[3,4]");
  EXPECT_EQ(Shapes(Reshape, {In({2, 5}), Ints({3, -1})}), "error");
  EXPECT_EQ(Shapes(Reshape, {In({2, 5}), Ints({-1, -1})}), "error");
  EXPECT_EQ(Shapes(Reshape, {In({2, 5}), Ints({3, 3})}), "error");
  EXPECT_EQ(Shapes(Reshape, {In({Dim(), 5}), Ints({-1, 5})}), "[?,5]");
  EXPECT_EQ(Shapes(Reshape, {In(S::Unknown()), Ints({-1, 5})}), "[?,5]");
  EXPECT_EQ(Shapes(Reshape, {In({0, 3}), Ints({-1, 3})}), "[0,3]");
  EXPECT_EQ(Shapes(Reshape, {In({2}), In({3}, DType::kInt32)}), "[?,?,?]");
  EXPECT_EQ(Shapes(Reshape, {In({2}), In(S::Unknown(), DType::kInt32)}), "[*]");
}

TEST_F(ShapeTest, ReshapeCancelsSymbols) {
  const Dim s = Symbol();
  EXPECT_EQ(Shapes(Reshape, {In({s, 4, 6}), Partial({s, Dim()})}), "[s0,24]");
  EXPECT_EQ(Shapes(Reshape, {In({s, 4, 6}), Ints({-1, 24})}), "[s0,24]");
  // Flattened and taken apart again.
  ir::Node* flat = Run(Reshape, {In({s, 4, 6}), Ints({-1})});
  EXPECT_EQ(Shapes(Reshape, {flat->output(), Ints({-1, 8, 3})}), "[s0,8,3]");
}

TEST_F(ShapeTest, ValuesOfShapesStayKnown) {
  const Dim s = Symbol();
  ir::Node* shape = Run(tf::Shape, {In({s, 8, 8, 3})});
  EXPECT_EQ(Known(shape), "[s0,8,8,3]");
  const Attributes shrink = {{"shrink_axis_mask", int64_t{1}}};
  ir::Node* batch = Run(StridedSlice, {shape->output(), Ints({0}), Ints({1}), Ints({1})}, shrink);
  EXPECT_EQ(ToText(batch->output()->type.shape), "[]");
  EXPECT_EQ(Known(batch), "[s0]");
  ir::Node* last = Run(StridedSlice, {shape->output(), Ints({-1}), Ints({0}), Ints({1})}, shrink);
  EXPECT_EQ(Known(last), "[3]");
  ir::Node* twice = Run(Mul, {batch->output(), Int(2)});
  ir::Node* packed = Run(Pack, {batch->output(), twice->output(), last->output()});
  EXPECT_EQ(ToText(packed->output()->type.shape), "[3]");
  EXPECT_EQ(Known(packed), "[s0,s1,3]");
  EXPECT_EQ(Shapes(Reshape, {In(S::Unknown()), packed->output()}), "[s0,s1,3]");
  EXPECT_EQ(Known(Run(FloorDiv, {twice->output(), Int(2)})), "[s0]");
  EXPECT_EQ(Known(Run(ConcatV2,
                      {Run(Slice, {shape->output(), Ints({1}), Ints({2})})->output(), Ints({5}), Int(0)})),
            "[8,8,5]");
  EXPECT_EQ(Known(Run(GatherV2, {shape->output(), Ints({3, 0}), Int(0)})), "[3,s0]");
  EXPECT_EQ(Known(Run(Size, {In({3, 4})})), "[12]");
  EXPECT_EQ(Known(Run(Rank, {In({3, 4})})), "[2]");
  EXPECT_EQ(Known(Run(Cast, {shape->output()})), "[s0,8,8,3]");
  EXPECT_EQ(Known(Run(StridedSlice, {shape->output(), Ints({0}), Ints({0}), Ints({-1})},
                      {{"begin_mask", int64_t{1}}, {"end_mask", int64_t{1}}})),
            "[3,8,8,s0]");
  ir::Node* parts = Run(Unpack, {shape->output()}, {}, 4);
  EXPECT_EQ(Known(parts, 0), "[s0]");
  EXPECT_EQ(Known(parts, 3), "[3]");
  EXPECT_EQ(Known(Run(Maximum, {parts->output(1), Int(3)})), "[8]");
}

}  // namespace
}  // namespace litesmith::tf
