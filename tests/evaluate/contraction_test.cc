#include <algorithm>
#include <complex>

#include "evaluate/evaluating.h"

namespace litesmith::evaluate {
namespace {

Tensor Counted(Dims dims) {
  Tensor tensor = Tensor::Zeros(DType::kFloat32, std::move(dims));
  float next = 0;
  for (float& value : tensor.mutable_data<float>()) value = next++;
  return tensor;
}

Tensor Ones(Dims dims) {
  Tensor tensor = Tensor::Zeros(DType::kFloat32, std::move(dims));
  for (float& value : tensor.mutable_data<float>()) value = 1;
  return tensor;
}

Attributes Window(std::string padding, int64_t stride = 1, int64_t dilation = 1) {
  return {{"padding", std::move(padding)},
          {"strides", std::vector<int64_t>{1, stride, stride, 1}},
          {"dilations", std::vector<int64_t>{1, dilation, dilation, 1}}};
}

TEST(MatMul, TransposesEitherSide) {
  const Tensor a = Tensor::Of<float>({2, 2}, {1, 2, 3, 4}), b = Tensor::Of<float>({2, 2}, {5, 6, 7, 8});
  ExpectTensor<float>(Evaluating("MatMul").One({a, b}), {2, 2}, {19, 22, 43, 50});
  ExpectTensor<float>(Evaluating("MatMul", {{"transpose_a", true}}).One({a, b}), {2, 2}, {26, 30, 38, 44});
  ExpectTensor<float>(Evaluating("MatMul", {{"transpose_b", true}}).One({a, b}), {2, 2}, {17, 23, 39, 53});
  Evaluating("MatMul").ExpectRefusal({a, Counted({3, 2})});
}

TEST(MatMul, IsTheSameWhateverBlocksItTakes) {
  // 300 exceeds the blocks of columns and depth, 7 rows leave a rest of 3.
  const Tensor a = Ones({7, 300}), b = Ones({300, 300});
  const auto values = ValuesOf<float>(Evaluating("MatMul").One({a, b}));
  EXPECT_EQ(std::count(values.begin(), values.end(), 300.0f), 7 * 300);
}

TEST(BatchMatMul, BroadcastsBatchesAndConjugates) {
  const Tensor a = Counted({2, 1, 2}), b = Tensor::Of<float>({2, 1}, {1, 10});
  ExpectTensor<float>(Evaluating("BatchMatMulV2").One({a, b}), {2, 1, 1}, {10, 32});
  using C = std::complex<float>;
  const Tensor i = Tensor::Of<C>({1, 1}, {C(0, 1)});
  ExpectTensor<C>(Evaluating("BatchMatMulV2", {{"adj_x", true}}).One({i, i}), {1, 1}, {C(1, 0)});
  const Tensor bytes = Tensor::Of<int8_t>({1, 2}, {100, 100}), more = Tensor::Of<int8_t>({2, 1}, {100, 100});
  ExpectTensor<int32_t>(Evaluating("BatchMatMulV3", {{"Tout", DType::kInt32}}).One({bytes, more}), {1, 1},
                        {20000});
}

TEST(Einsum, TakesDiagonalsSumsAndEllipses) {
  const Tensor square = Counted({2, 2});
  ExpectTensor<float>(Evaluating("Einsum", {{"equation", "ii->i"}}).One({square}), {2}, {0, 3});
  ExpectTensor<float>(Evaluating("Einsum", {{"equation", "ij->j"}}).One({square}), {2}, {2, 4});
  ExpectTensor<float>(
      Evaluating("Einsum", {{"equation", "...ij,...jk->...ik"}}).One({Counted({2, 1, 2}), square}), {2, 1, 2},
      {2, 3, 6, 11});
  ExpectTensor<float>(
      Evaluating("Einsum", {{"equation", "i,j->ji"}}).One({Floats32({1, 2}), Floats32({3, 4})}), {2, 2},
      {3, 6, 4, 8});
  Evaluating("Einsum", {{"equation", "ij,jk->ix"}}).ExpectRefusal({square, square});
  Evaluating("Einsum", {{"equation", "ij"}}).ExpectRefusal({square});
}

TEST(Conv2D, PadsSoThatTheOddOneComesLast) {
  // A window of 2 over 3 with SAME padding: nothing before, one after.
  const Tensor output = Evaluating("Conv2D", Window("SAME")).One({Counted({1, 3, 3, 1}), Ones({2, 2, 1, 1})});
  ExpectTensor<float>(output, {1, 3, 3, 1}, {8, 12, 7, 20, 24, 13, 13, 15, 8});
}

TEST(Conv2D, DilatesGroupsAndPadsExplicitly) {
  const Tensor image = Counted({1, 3, 3, 1});
  ExpectTensor<float>(Evaluating("Conv2D", Window("VALID", 1, 2)).One({image, Ones({2, 2, 1, 1})}),
                      {1, 1, 1, 1}, {16});
  // Two groups: the first channel times 1, the second times 10.
  const Tensor pixel = Tensor::Of<float>({1, 1, 1, 2}, {3, 4}),
               weights = Tensor::Of<float>({1, 1, 1, 2}, {1, 10});
  ExpectTensor<float>(Evaluating("Conv2D", Window("VALID")).One({pixel, weights}), {1, 1, 1, 2}, {3, 40});
  Attributes padded = Window("EXPLICIT");
  padded.Set("explicit_paddings", std::vector<int64_t>{0, 0, 1, 0, 0, 1, 0, 0});
  ExpectTensor<float>(Evaluating("Conv2D", padded).One({Ones({1, 1, 1, 1}), Ones({2, 2, 1, 1})}),
                      {1, 1, 1, 1}, {1});
}

TEST(Conv2D, TakesChannelsFirst) {
  Attributes attributes = Window("VALID");
  attributes.Set("data_format", std::string("NCHW"));
  attributes.Set("strides", std::vector<int64_t>{1, 1, 1, 2});
  const Tensor filter = Tensor::Of<float>({1, 1, 2, 1}, {1, 10});
  ExpectTensor<float>(Evaluating("Conv2D", attributes).One({Counted({1, 2, 1, 3}), filter}), {1, 1, 1, 2},
                      {30, 52});
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
  const Tensor image = Counted({1, 2, 2, 3});
  Evaluating("Conv2D", Window("VALID")).ExpectRefusal({image, Ones({5, 5, 3, 1})});
  Evaluating("Conv2D", Window("VALID")).ExpectRefusal({image, Ones({1, 1, 2, 1})});
  Evaluating("Conv2D", Window("SAME", 0)).ExpectRefusal({image, Ones({1, 1, 3, 1})});
  Evaluating("Conv2D", Window("SAME", 1, -1)).ExpectRefusal({image, Ones({1, 1, 3, 1})});
  Evaluating("Conv2D", Window("SOME")).ExpectRefusal({image, Ones({1, 1, 3, 1})});
  Evaluating("Conv2D", Window("SAME")).ExpectRefusal({image, Ones({0, 1, 3, 1})});
}

TEST(Conv2DBackpropInput, SpreadsEachGradientOverItsWindow) {
  const Tensor gradient = Tensor::Of<float>({1, 2, 2, 1}, {1, 2, 3, 4});
  ExpectTensor<float>(Evaluating("Conv2DBackpropInput", Window("VALID", 2))
                          .One({Ints32({1, 4, 4, 1}), Ones({2, 2, 1, 1}), gradient}),
                      {1, 4, 4, 1}, {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4});
  Evaluating("Conv2DBackpropInput", Window("VALID", 2))
      .ExpectRefusal({Ints32({1, 9, 4, 1}), Ones({2, 2, 1, 1}), gradient});
}

TEST(DepthwiseConv2d, NumbersOutputsByChannelThenMultiplier) {
  const Tensor pixel = Tensor::Of<float>({1, 1, 1, 2}, {3, 4}),
               weights = Tensor::Of<float>({1, 1, 2, 2}, {1, 2, 10, 20});
  ExpectTensor<float>(Evaluating("DepthwiseConv2dNative", Window("SAME")).One({pixel, weights}), {1, 1, 1, 4},
                      {3, 6, 40, 80});
}

TEST(Pooling, LeavesPaddingOutOfAverages) {
  Attributes attributes = Window("SAME");
  attributes.Set("ksize", std::vector<int64_t>{1, 2, 2, 1});
  const Tensor image = Counted({1, 2, 2, 1});
  ExpectTensor<float>(Evaluating("AvgPool", attributes).One({image}), {1, 2, 2, 1}, {1.5f, 2, 2.5f, 3});
  ExpectTensor<float>(Evaluating("MaxPool", attributes).One({image}), {1, 2, 2, 1}, {3, 3, 3, 3});
  attributes.Set("ksize", std::vector<int64_t>{1, 0, 2, 1});
  Evaluating("MaxPool", attributes).ExpectRefusal({image});
}

TEST(MaxPoolWithArgmax, CountsPlacesInTheFlatPicture) {
  Attributes attributes = Window("VALID", 2);
  attributes.Set("ksize", std::vector<int64_t>{1, 2, 2, 1});
  const auto outputs = Evaluating("MaxPoolWithArgmax", attributes, 2).Run({Counted({2, 2, 2, 1})});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<int64_t>((*outputs)[1], {2, 1, 1, 1}, {3, 3});
}

TEST(FusedBatchNorm, NormalizesByTheGivenMoments) {
  const Tensor x = Tensor::Of<float>({1, 1, 2, 1}, {1, 5});
  const Attributes inference{{"is_training", false}, {"epsilon", 0.0f}};
  const auto outputs = Evaluating("FusedBatchNormV3", inference, 6)
                           .Run({x, Floats32({2}), Floats32({1}), Floats32({3}), Floats32({4})});
  ASSERT_TRUE(outputs.ok());
  ExpectTensor<float>((*outputs)[0], {1, 1, 2, 1}, {-1, 3});
  // In training the moments are those of the data, and the running variance that of a sample.
  const Attributes training{{"epsilon", 0.0f}};
  const auto trained = Evaluating("FusedBatchNorm", training, 5)
                           .Run({x, Floats32({2}), Floats32({1}), Floats32({}), Floats32({})});
  ASSERT_TRUE(trained.ok());
  ExpectTensor<float>((*trained)[0], {1, 1, 2, 1}, {-1, 3});
  ExpectTensor<float>((*trained)[2], {1}, {8});
}

TEST(Resize, HasThreeWaysToPlacePixels) {
  const Tensor line = Tensor::Of<float>({1, 1, 2, 1}, {0, 6});
  const Tensor size = Ints32({1, 4});
  ExpectNear(Evaluating("ResizeBilinear").One({line, size}), {1, 1, 4, 1}, {0, 3, 6, 6});
  ExpectNear(Evaluating("ResizeBilinear", {{"align_corners", true}}).One({line, size}), {1, 1, 4, 1},
             {0, 2, 4, 6});
  ExpectNear(Evaluating("ResizeBilinear", {{"half_pixel_centers", true}}).One({line, size}), {1, 1, 4, 1},
             {0, 1.5f, 4.5f, 6});
  ExpectNear(Evaluating("ResizeNearestNeighbor", {{"align_corners", true}}).One({line, size}), {1, 1, 4, 1},
             {0, 0, 6, 6});
  Evaluating("ResizeBilinear").ExpectRefusal({line, Ints32({0, 4})});
}

TEST(CropAndResize, ExtrapolatesOutside) {
  const Tensor image = Counted({1, 4, 4, 1});
  const Tensor boxes = Tensor::Of<float>({2, 4}, {0, 0, 1, 1, -0.5f, 0, 0.5f, 2});
  ExpectNear(Evaluating("CropAndResize").One({image, boxes, Ints32({0, 0}), Ints32({2, 2})}), {2, 2, 2, 1},
             {0, 3, 12, 15, 0, 0, 6, 0});
  Evaluating("CropAndResize").ExpectRefusal({image, boxes, Ints32({0, 1}), Ints32({2, 2})});
}

}  // namespace
}  // namespace litesmith::evaluate
