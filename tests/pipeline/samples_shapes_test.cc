// Arrays are taken as samples the way people save them.
#include "pipeline/samples_shapes.h"

#include <gtest/gtest.h>

namespace litesmith::pipeline {
namespace {

const Dim kAny;

void ExpectFit(const Shape& shape, const Dims& dims, size_t count, const Dims& sample) {
  const auto fits = SampleFits(shape, dims);
  ASSERT_FALSE(fits.empty()) << ToText(shape) << " " << ToText(dims);
  EXPECT_EQ(fits[0].count, count) << ToText(shape) << " " << ToText(dims);
  EXPECT_EQ(fits[0].sample, sample) << ToText(shape) << " " << ToText(dims);
}

TEST(SampleShapes, ABatchOfOneOrUnknownCountsSamples) {
  ExpectFit({1, 8}, {1, 8}, 1, {1, 8});
  ExpectFit({1, 8}, {24, 8}, 24, {1, 8});
  ExpectFit({kAny, 8}, {24, 8}, 24, {1, 8});
  ExpectFit({kAny, kAny, kAny, 3}, {5, 9, 7, 3}, 5, {1, 9, 7, 3});
  ExpectFit({1}, {24}, 24, {1});
}

TEST(SampleShapes, OneDimensionMoreCountsSamples) {
  ExpectFit({1, 8}, {24, 1, 8}, 24, {1, 8});
  ExpectFit({4, 8}, {24, 4, 8}, 24, {4, 8});
  ExpectFit(Shape::Scalar(), {24}, 24, {});
}

TEST(SampleShapes, OneDimensionLessIsOneSample) {
  ExpectFit({1, 8}, {8}, 1, {1, 8});
  ExpectFit({kAny, 224, 224, 3}, {224, 224, 3}, 1, {1, 224, 224, 3});
}

TEST(SampleShapes, UnknownDimensionsOfASampleAreItsOwn) {
  ExpectFit({kAny}, {16000}, 1, {16000});                   // a waveform
  ExpectFit({kAny, kAny, 3}, {48, 64, 3}, 1, {48, 64, 3});  // a picture
  ExpectFit(Shape::Unknown(), {2, 3}, 1, {2, 3});
  ExpectFit({4, 8}, {4, 8}, 1, {4, 8});
}

TEST(SampleShapes, WhatFitsInNoWayIsTold) {
  EXPECT_TRUE(SampleFits({1, 8}, {24, 9}).empty());
  EXPECT_TRUE(SampleFits({4, 8}, {24, 8}).empty());
  EXPECT_TRUE(SampleFits({4, 8}, {8}).empty());
  EXPECT_TRUE(SampleFits({1, 8}, {2, 2, 1, 8}).empty());
  EXPECT_TRUE(SampleFits(Shape::Scalar(), {2, 3}).empty());
}

TEST(SampleShapes, InputsAgreeOnTheNumberOfSamples) {
  const auto count = [](std::vector<std::pair<Shape, Dims>> inputs) {
    std::vector<std::vector<SampleFit>> fits;
    for (const auto& [shape, dims] : inputs) fits.push_back(SampleFits(shape, dims));
    return CommonCount(fits);
  };
  EXPECT_EQ(count({{{1, 8}, {24, 8}}, {{1}, {24}}}), 24u);
  EXPECT_EQ(count({{{kAny}, {24}}, {{kAny, 8}, {24, 8}}}), 24u);   // one label each
  EXPECT_EQ(count({{{kAny, 8}, {24, 8}}, {{1, 4}, {1, 4}}}), 1u);  // one sample of 24 rows
  EXPECT_EQ(count({{{1, 8}, {24, 8}}, {{1, 4}, {3, 4}}}), std::nullopt);
}

TEST(SampleShapes, NumbersOfAKindFitEachOther) {
  EXPECT_TRUE(DTypeFits(DType::kFloat64, DType::kFloat32));
  EXPECT_TRUE(DTypeFits(DType::kInt64, DType::kInt32));
  EXPECT_FALSE(DTypeFits(DType::kUInt8, DType::kFloat32));
  EXPECT_FALSE(DTypeFits(DType::kFloat32, DType::kInt32));
  EXPECT_FALSE(DTypeFits(DType::kBool, DType::kInt32));
}

}  // namespace
}  // namespace litesmith::pipeline
