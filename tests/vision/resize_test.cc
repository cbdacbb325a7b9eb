// Pictures are scaled as TensorFlow scales them. Expected values follow from its formulas by hand (source
// place = index * size / target, with half-pixel centres (index + 0.5) * scale - 0.5, clamped).
#include "vision/resize.h"

#include <gtest/gtest.h>

namespace litesmith::vision {
namespace {

// One row, whose three channels hold the values, their tenfold remainders, and zero.
Picture Row(const std::vector<uint8_t>& values) {
  Picture picture{static_cast<int64_t>(values.size()), 1, {}};
  for (const uint8_t value : values)
    picture.pixels.insert(picture.pixels.end(), {value, static_cast<uint8_t>(255 - value), 0});
  return picture;
}

std::vector<float> Channel(const Tensor& tensor, size_t channel) {
  std::vector<float> values;
  const auto data = tensor.data<float>();
  for (size_t i = channel; i < data.size(); i += 3) values.push_back(data[i]);
  return values;
}

Preparation To(int64_t height, int64_t width) {
  Preparation preparation;
  preparation.height = height;
  preparation.width = width;
  return preparation;
}

TEST(Prepare, SizesThatFitAreTakenPixelByPixel) {
  const Tensor tensor = Prepare(Row({1, 2, 3}), To(1, 3));
  EXPECT_EQ(tensor.dims(), (Dims{1, 1, 3, 3}));
  EXPECT_EQ(Channel(tensor, 0), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(Channel(tensor, 1), (std::vector<float>{254, 253, 252}));
}

TEST(Prepare, BilinearWithoutHalfPixelsStartsAtTheCorner) {
  // 2 to 4: places 0, 0.5, 1, 1.5; the last one is past the end and clamped.
  EXPECT_EQ(Channel(Prepare(Row({0, 100}), To(1, 4)), 0), (std::vector<float>{0, 50, 100, 100}));
}

TEST(Prepare, BilinearWithHalfPixelsIsSymmetric) {
  Preparation preparation = To(1, 4);
  preparation.half_pixel_centers = true;
  // Places -0.25, 0.25, 0.75, 1.25.
  EXPECT_EQ(Channel(Prepare(Row({0, 100}), preparation), 0), (std::vector<float>{0, 25, 75, 100}));
}

TEST(Prepare, AlignedCornersKeepTheCornersAndAWidthOfOneTakesTheFirst) {
  Preparation preparation = To(1, 3);
  preparation.align_corners = true;
  EXPECT_EQ(Channel(Prepare(Row({0, 10, 20, 30, 40}), preparation), 0), (std::vector<float>{0, 20, 40}));
  preparation.width = 1;
  EXPECT_EQ(Channel(Prepare(Row({7, 10, 20}), preparation), 0), (std::vector<float>{7}));
}

TEST(Prepare, ShrinkingSkipsPixelsAsTensorFlowDoesWithoutAntialiasing) {
  EXPECT_EQ(Channel(Prepare(Row({0, 10, 20, 30, 40, 50}), To(1, 2)), 0), (std::vector<float>{0, 30}));
  Preparation preparation = To(1, 2);
  preparation.half_pixel_centers = true;  // places 1, 4
  EXPECT_EQ(Channel(Prepare(Row({0, 10, 20, 30, 40, 50}), preparation), 0), (std::vector<float>{10, 40}));
}

TEST(Prepare, NearestTakesThePixelThatThePlaceLiesIn) {
  Preparation preparation = To(1, 5);
  preparation.method = Method::kNearest;  // places 0, 0.6, 1.2, 1.8, 2.4
  EXPECT_EQ(Channel(Prepare(Row({1, 2, 3}), preparation), 0), (std::vector<float>{1, 1, 2, 2, 3}));
  preparation.half_pixel_centers = true;  // 0.3, 0.9, 1.5, 2.1, 2.7
  EXPECT_EQ(Channel(Prepare(Row({1, 2, 3}), preparation), 0), (std::vector<float>{1, 1, 2, 3, 3}));
  preparation.half_pixel_centers = false;
  preparation.align_corners = true;  // 0, 0.5, 1, 1.5, 2, rounded away from zero
  EXPECT_EQ(Channel(Prepare(Row({1, 2, 3}), preparation), 0), (std::vector<float>{1, 2, 2, 3, 3}));
}

TEST(Prepare, RowsAndColumnsAreInterpolatedAlike) {
  Picture tall = Row({0, 100});
  std::swap(tall.width, tall.height);
  EXPECT_EQ(Channel(Prepare(tall, To(4, 1)), 0), (std::vector<float>{0, 50, 100, 100}));
}

TEST(Prepare, MeanAndStdAreThoseOfThePicturesChannelsAlsoWhenTheNetworkWantsBlueFirst) {
  Preparation preparation = To(1, 1);
  preparation.mean = {10, 20, 30};
  preparation.std = {2, 4, 8};
  preparation.reversed_channels = true;
  const Tensor tensor = Prepare(Row({20}), preparation);  // red 20, green 235, blue 0
  EXPECT_FLOAT_EQ(tensor.data<float>()[2], 5.0f);
  EXPECT_FLOAT_EQ(tensor.data<float>()[1], 53.75f);
  EXPECT_FLOAT_EQ(tensor.data<float>()[0], -3.75f);
}

TEST(Prepare, OnePixelFillsANetworkAndABannerOfManyFitsIntoOne) {
  for (const bool half : {false, true}) {
    Preparation preparation = To(64, 64);
    preparation.half_pixel_centers = half;
    for (const float value : Channel(Prepare(Row({9}), preparation), 0)) EXPECT_EQ(value, 9);
    preparation.height = preparation.width = 1;
    const Tensor banner = Prepare(Row(std::vector<uint8_t>(100'000, 4)), preparation);
    EXPECT_EQ(Channel(banner, 0), (std::vector<float>{4}));
  }
}

}  // namespace
}  // namespace litesmith::vision
