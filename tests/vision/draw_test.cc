// Boxes and labels land where they belong, on pictures of any size.
#include "vision/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace litesmith::vision {
namespace {

constexpr uint8_t kGrey = 100;

Picture Grey(int64_t width, int64_t height) {
  return {width, height, std::vector<uint8_t>(static_cast<size_t>(width * height * 3), kGrey)};
}

using Colour = std::array<uint8_t, 3>;
Colour At(const Picture& picture, int64_t x, int64_t y) {
  const uint8_t* pixel = picture.at(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}
constexpr Colour kUntouched{kGrey, kGrey, kGrey};

// The smallest rectangle that holds all pixels that changed.
struct Extent {
  int64_t left, top, right, bottom;  // exclusive
  bool any() const { return left < right; }
};
Extent ChangedIn(const Picture& picture) {
  Extent extent{picture.width, picture.height, 0, 0};
  for (int64_t y = 0; y < picture.height; ++y) {
    for (int64_t x = 0; x < picture.width; ++x) {
      if (At(picture, x, y) == kUntouched) continue;
      extent = {std::min(extent.left, x), std::min(extent.top, y), std::max(extent.right, x + 1),
                std::max(extent.bottom, y + 1)};
    }
  }
  return extent;
}

TEST(DrawBoxes, AFrameLiesOnTheBoxAndLeavesItsInsideAlone) {
  Picture picture = Grey(200, 100);
  DrawBoxes(picture, {{20, 30, 80, 150, "", 0}});
  const Extent extent = ChangedIn(picture);
  EXPECT_EQ(extent.left, 30);
  EXPECT_EQ(extent.top, 20);
  EXPECT_EQ(extent.right, 150);
  EXPECT_EQ(extent.bottom, 80);
  EXPECT_EQ(At(picture, 90, 50), kUntouched);
}

TEST(DrawBoxes, WhatLiesOutsideOfThePictureIsCutOff) {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  for (const LabelledBox& box :
       {LabelledBox{-50, -50, 500, 500, "all of it", 1}, LabelledBox{-900, -900, -800, -800, "above", 2},
        LabelledBox{900, 900, 1000, 1000, "below", 3}, LabelledBox{-infinity, nan, infinity, nan, "odd", 4},
        LabelledBox{90, 190, 10, 20, "upside down", 5}, LabelledBox{1e30f, 1e30f, 1e30f, 1e30f, "far", -6}}) {
    Picture picture = Grey(200, 100);
    DrawBoxes(picture, {box});  // that it stays inside of the memory is what sanitizers see
    EXPECT_EQ(picture.pixels.size(), size_t{200 * 100 * 3});
  }
}

TEST(DrawBoxes, LabelsStandAboveTheirBoxAndInsideOfItAtTheTop) {
  Picture low = Grey(300, 200);
  DrawBoxes(low, {{100, 50, 180, 250, "hand 91%", 0}});
  EXPECT_LT(ChangedIn(low).top, 100);
  EXPECT_EQ(ChangedIn(low).bottom, 180);
  Picture high = Grey(300, 200);
  DrawBoxes(high, {{2, 50, 180, 250, "hand 91%", 0}});
  EXPECT_EQ(ChangedIn(high).top, 2);
}

TEST(DrawBoxes, ALabelAtTheRightBorderIsMovedSoThatAllOfItIsRead) {
  const std::string label = "umbrella 99%";
  Picture free = Grey(400, 200), bordered = Grey(400, 200);
  DrawBoxes(free, {{100, 10, 180, 20, label, 0}});
  DrawBoxes(bordered, {{100, 389, 180, 399, label, 0}});
  // Above the boxes there are only the labels: the same number of pixels, in both places.
  const auto above = [](const Picture& picture) {
    int64_t count = 0;
    for (int64_t y = 0; y < 100; ++y) {
      for (int64_t x = 0; x < picture.width; ++x) count += At(picture, x, y) != kUntouched;
    }
    return count;
  };
  EXPECT_GT(above(free), 0);
  EXPECT_EQ(above(free), above(bordered));
}

TEST(DrawBoxes, TextIsReadableOnItsGround) {
  // Class 0 is drawn white on red, class 11 black on yellow.
  for (const auto& [index, ink] : {std::pair<int64_t, uint8_t>(0, 255), std::pair<int64_t, uint8_t>(11, 0)}) {
    Picture picture = Grey(300, 200);
    DrawBoxes(picture, {{100, 50, 180, 250, "MMMM", index}});
    int64_t inked = 0;
    for (int64_t y = 0; y < 100; ++y) {
      for (int64_t x = 0; x < picture.width; ++x) inked += At(picture, x, y) == Colour{ink, ink, ink};
    }
    EXPECT_GT(inked, 20) << "class " << index;
  }
}

TEST(DrawBoxes, TextsThatAreNoUtf8OrHoldUnknownCharactersAreDrawnSomehow) {
  Picture picture = Grey(300, 200);
  DrawBoxes(picture, {{100, 50, 180, 250, "\xff\xfe\xc3", 0},
                      {100, 50, 180, 250, "\xf0\x9f\x98\x80 \xe6\x89\x8b", 1},
                      {100, 50, 180, 250, std::string(500, 'W'), 2}});
  EXPECT_TRUE(ChangedIn(picture).any());
}

TEST(DrawBoxes, TinyAndHugePicturesGetLinesThatSuitThem) {
  Picture dot = Grey(1, 1);
  DrawBoxes(dot, {{0, 0, 1, 1, "dot", 0}});
  EXPECT_NE(At(dot, 0, 0), kUntouched);

  Picture large = Grey(3000, 2000);
  DrawBoxes(large, {{500, 500, 1500, 2500, "", 0}});
  EXPECT_NE(At(large, 500 + 11, 1000), kUntouched);  // 2000 / 160 = 12 pixels wide
  EXPECT_EQ(At(large, 500 + 12, 1000), kUntouched);
}

TEST(DrawBoxes, TheBestIsDrawnLast) {
  Picture picture = Grey(100, 100);
  DrawBoxes(picture, {{10, 10, 90, 90, "", 0}, {10, 10, 90, 90, "", 1}});
  Picture best = Grey(100, 100);
  DrawBoxes(best, {{10, 10, 90, 90, "", 0}});
  EXPECT_EQ(At(picture, 10, 10), At(best, 10, 10));
}

}  // namespace
}  // namespace litesmith::vision
