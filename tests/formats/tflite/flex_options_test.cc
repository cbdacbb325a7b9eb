#include "formats/tflite/flex_options.h"

#include <gtest/gtest.h>

#include <random>

namespace litesmith::flex {
namespace {

Attributes Detection() {
  return {{"max_detections", int64_t{100}},         {"nms_iou_threshold", 0.6f},
          {"nms_score_threshold", 1e-8f},           {"use_regular_nms", true},
          {"name", std::string("detector")},        {"sizes", std::vector<int64_t>{1, -300}},
          {"scales", std::vector<float>{10, 5.5f}}, {"texts", std::vector<std::string>{"a", "b"}}};
}

TEST(FlexOptions, WhatIsPackedIsUnpacked) {
  const auto read = Unpack(Pack(Detection()).bytes());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->Int("max_detections"), 100);
  EXPECT_EQ(read->Float("nms_score_threshold"), 1e-8f);
  EXPECT_TRUE(read->Bool("use_regular_nms"));
  EXPECT_EQ(read->Text("name"), "detector");
  EXPECT_EQ(read->Ints("sizes"), (std::vector<int64_t>{1, -300}));
  EXPECT_EQ(read->Get<std::vector<float>>("scales"), (std::vector<float>{10, 5.5f}));
  EXPECT_EQ(read->Get<std::vector<std::string>>("texts"), (std::vector<std::string>{"a", "b"}));
}

// Kernels elsewhere read floats of 32 bits and the map's keys in order; these are the bytes that they expect.
TEST(FlexOptions, BytesAreThoseOfTheFormat) {
  const Tensor packed = Pack({{"b", int64_t{3}}, {"a", 0.5f}});
  // keys "a", "b" behind each other, their vector, then the map's two values of 4 bytes and their types
  const std::string_view text = AsText(packed.bytes());
  EXPECT_NE(text.find("a"), std::string_view::npos);
  const float half = 0.5f;
  EXPECT_NE(text.find(AsText(std::as_bytes(std::span(&half, 1)))), std::string_view::npos);
}

TEST(FlexOptions, SameOptionsGiveSameBytes) { EXPECT_TRUE(SameTensor(Pack(Detection()), Pack(Detection()))); }

TEST(FlexOptions, WhatIsNoMapIsRefused) {
  // The integer 5: value, type (INT, 8 bits), width.
  const std::vector<std::byte> five = {std::byte{5}, std::byte{4}, std::byte{1}};
  EXPECT_FALSE(Unpack(five).has_value());
  EXPECT_FALSE(Unpack(AsBytes("x")).has_value());
  EXPECT_TRUE(Unpack(Bytes()).has_value());
}

TEST(FlexOptions, DamagedBytesNeverCrash) {
  const Tensor packed = Pack(Detection());
  const std::vector<std::byte> bytes(packed.bytes().begin(), packed.bytes().end());
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    auto changed = bytes;
    for (int i = 0; i < 2; ++i) changed[random() % changed.size()] = static_cast<std::byte>(random());
    (void)Unpack(changed);
  }
}

}  // namespace
}  // namespace litesmith::flex
