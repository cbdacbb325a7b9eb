// JPEG and PNG in all their kinds come out as the RGB that is shown; everything else is a finding.
#include "formats/image/picture.h"

#include <gtest/gtest.h>
// jpeglib.h wants size_t and FILE before it.
#include <jpeglib.h>
#include <cstdio>

#include <array>
#include <cstdlib>
#include <tuple>

#include "base/finding.h"
#include "png_bytes.h"

namespace litesmith {
namespace {

using testing::PngFile;
using namespace std::string_literals;

class PictureTest : public ::testing::Test {
 protected:
  std::optional<Picture> Read(const std::string& file) {
    auto picture = ReadPicture(AsBytes(file), "photo", context_);
    return picture ? std::optional(*std::move(picture)) : std::nullopt;
  }
  // Reads what must fail and gives the finding's code.
  Code CodeOf(const std::string& file) {
    EXPECT_FALSE(Read(file).has_value());
    const auto found = findings_.Take();
    EXPECT_EQ(found.size(), 1u);
    if (found.empty()) return Code::kWrongUse;
    EXPECT_NE(found[0].headline.find("photo"), std::string::npos);
    cause_ = found[0].cause;
    return found[0].code;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::string cause_;
};

std::vector<int> Pixels(const std::optional<Picture>& picture) {
  if (!picture) return {-1};
  return {picture->pixels.begin(), picture->pixels.end()};
}

// A JPEG of three components, or of one that is grey.
std::string Jpeg(int width, int height, const std::vector<uint8_t>& pixels, int components) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = components;
  info.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row =
        const_cast<uint8_t*>(&pixels[info.next_scanline * static_cast<size_t>(width * components)]);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<char*>(data), size);
  std::free(data);
  return file;
}

// An EXIF segment with nothing but an orientation, put behind the start marker (EXIF 2.3, 4.5 and 4.7.2).
std::string WithOrientation(const std::string& jpeg, int orientation, bool little) {
  const char value = static_cast<char>(orientation);
  const std::string tiff = little
                               ? "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + value + "\0\0\0\0\0\0\0"s
                               : "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + value + "\0\0\0\0\0\0"s;
  const std::string body = "Exif\0\0"s + tiff;
  const size_t length = body.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + static_cast<char>(length >> 8) + static_cast<char>(length) + body +
         jpeg.substr(2);
}

TEST_F(PictureTest, PngOfRgbIsTakenByteByByte) {
  EXPECT_EQ(Pixels(Read(PngFile{2, 1, 8, testing::kRgb, "\0\x01\x02\x03\x0a\x0b\x0c"s, "", ""}.Bytes())),
            (std::vector<int>{1, 2, 3, 10, 11, 12}));
}

TEST_F(PictureTest, PngOfGreyHasThreeEqualChannelsAtEveryDepth) {
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 8, testing::kGrey, "\0\x7b"s, "", ""}.Bytes())),
            (std::vector<int>{123, 123, 123}));
  // One bit: 1 and 0 are white and black; two bits: 2 of 3 is 170.
  EXPECT_EQ(Pixels(Read(PngFile{2, 1, 1, testing::kGrey, "\0\x80"s, "", ""}.Bytes())),
            (std::vector<int>{255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 2, testing::kGrey, "\0\x80"s, "", ""}.Bytes())),
            (std::vector<int>{170, 170, 170}));
}

TEST_F(PictureTest, PngOf16BitsIsCutTo8) {
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 16, testing::kRgb, "\0\x10\xff\x20\x00\x30\x80"s, "", ""}.Bytes())),
            (std::vector<int>{16, 32, 48}));
}

TEST_F(PictureTest, PngWithAlphaKeepsTheColoursBelow) {
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 8, testing::kRgba, "\0\x01\x02\x03\x00"s, "", ""}.Bytes())),
            (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 8, testing::kGreyAlpha, "\0\x09\x80"s, "", ""}.Bytes())),
            (std::vector<int>{9, 9, 9}));
}

TEST_F(PictureTest, PngWithPaletteBecomesItsColoursAlsoWhenTheyAreTransparent) {
  const std::string palette = "\x01\x02\x03\x0a\x0b\x0c";
  for (const std::string& transparency : {""s, "\0"s}) {
    EXPECT_EQ(Pixels(Read(PngFile{2, 1, 8, testing::kPalette, "\0\x01\x00"s, palette, transparency}.Bytes())),
              (std::vector<int>{10, 11, 12, 1, 2, 3}));
    EXPECT_EQ(Pixels(Read(PngFile{2, 1, 4, testing::kPalette, "\0\x10"s, palette, transparency}.Bytes())),
              (std::vector<int>{10, 11, 12, 1, 2, 3}));
  }
}

TEST_F(PictureTest, PngWithATransparentColourIsReadToo) {
  EXPECT_EQ(
      Pixels(Read(PngFile{1, 1, 8, testing::kRgb, "\0\x01\x02\x03"s, "", "\0\x01\0\x02\0\x03"s}.Bytes())),
      (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(Pixels(Read(PngFile{1, 1, 8, testing::kGrey, "\0\x05"s, "", "\0\x05"s}.Bytes())),
            (std::vector<int>{5, 5, 5}));
}

TEST_F(PictureTest, APaletteIndexThatThePaletteLacksIsNoCrash) {
  Read(PngFile{1, 1, 8, testing::kPalette, "\0\xff"s, "\x01\x02\x03", ""}.Bytes());
}

TEST_F(PictureTest, JpegIsReadInColourAndInGrey) {
  const auto colour = Read(Jpeg(8, 8, std::vector<uint8_t>(8 * 8 * 3, 90), 3));
  ASSERT_TRUE(colour.has_value());
  EXPECT_EQ(colour->width, 8);
  for (const uint8_t value : colour->pixels) EXPECT_NEAR(value, 90, 1);
  const auto grey = Read(Jpeg(8, 4, std::vector<uint8_t>(8 * 4, 200), 1));
  ASSERT_TRUE(grey.has_value());
  EXPECT_EQ(grey->height, 4);
  EXPECT_EQ(grey->pixels.size(), size_t{8 * 4 * 3});
  for (const uint8_t value : grey->pixels) EXPECT_NEAR(value, 200, 1);
}

// A picture of 16 x 8 with a bright mark in the upper left: where it stands when the picture is shown.
TEST_F(PictureTest, AllEightOrientationsAreUndoneInBothByteOrders) {
  std::vector<uint8_t> pixels(16 * 8 * 3, 0);
  for (size_t y = 0; y < 4; ++y) std::fill_n(pixels.begin() + static_cast<ptrdiff_t>(y * 16 * 3), 4 * 3, 255);
  const std::string plain = Jpeg(16, 8, pixels, 3);
  // EXIF 2.3, 4.6.4 A: where row 0 and column 0 of the file are shown.
  const std::array<std::tuple<bool, bool, bool>, 8> expected = {
      {{false, false, false},  // swapped, right, bottom
       {false, true, false},
       {false, true, true},
       {false, false, true},
       {true, false, false},
       {true, true, false},
       {true, true, true},
       {true, false, true}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {false, true}) {
      const auto picture = Read(WithOrientation(plain, orientation, little));
      ASSERT_TRUE(picture.has_value());
      const auto& [swapped, right, bottom] = expected[static_cast<size_t>(orientation - 1)];
      EXPECT_EQ(picture->width, swapped ? 8 : 16) << orientation;
      EXPECT_EQ(picture->height, swapped ? 16 : 8) << orientation;
      const int64_t x = right ? picture->width - 2 : 1, y = bottom ? picture->height - 2 : 1;
      EXPECT_GT(*picture->at(x, y), 200) << orientation;
      EXPECT_LT(*picture->at(picture->width - 1 - x, y), 60) << orientation;
      EXPECT_LT(*picture->at(x, picture->height - 1 - y), 60) << orientation;
    }
  }
}

TEST_F(PictureTest, OrientationsThatDoNotExistAreNone) {
  const std::string plain = Jpeg(16, 8, std::vector<uint8_t>(16 * 8 * 3, 50), 3);
  for (const int orientation : {0, 9, 127}) {
    const auto picture = Read(WithOrientation(plain, orientation, true));
    ASSERT_TRUE(picture.has_value());
    EXPECT_EQ(picture->width, 16);
  }
  // An EXIF segment whose directory lies outside of it.
  std::string odd = WithOrientation(plain, 6, true);
  odd[2 + 4 + 6 + 4] = '\x70';
  const auto picture = Read(odd);
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->width, 16);
}

TEST_F(PictureTest, EveryTruncationIsAFindingOrThePictureAndNeverACrash) {
  const std::vector<uint8_t> noise = [] {
    std::vector<uint8_t> values(24 * 16 * 3);
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(i * i * 7 + i / 5);
    return values;
  }();
  const std::string jpeg = WithOrientation(Jpeg(24, 16, noise, 3), 6, false);
  std::string rows;
  for (size_t y = 0; y < 16; ++y)
    rows += '\0' + std::string(noise.begin() + static_cast<ptrdiff_t>(y * 72),
                               noise.begin() + static_cast<ptrdiff_t>((y + 1) * 72));
  const std::string png = PngFile{24, 16, 8, testing::kRgb, rows, "", ""}.Bytes();
  ASSERT_TRUE(Read(jpeg).has_value());
  ASSERT_TRUE(Read(png).has_value());
  for (const std::string& whole : {jpeg, png}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      const bool read = Read(whole.substr(0, size)).has_value();
      // Only what lies behind the pixels may be missing.
      EXPECT_TRUE(!read || size + 16 > whole.size()) << size;
      findings_.Take();
    }
  }
}

TEST_F(PictureTest, DamageIsToldAsDamage) {
  std::string png = PngFile{1, 1, 8, testing::kRgb, "\0\x01\x02\x03"s, "", ""}.Bytes();
  EXPECT_EQ(CodeOf(png.substr(0, png.size() - 20)), Code::kPictureDamaged);
  png[png.size() - 20] ^= 0x55;  // in the IDAT chunk's data or checksum
  EXPECT_EQ(CodeOf(png), Code::kPictureDamaged);
  const std::string jpeg = Jpeg(64, 64, std::vector<uint8_t>(64 * 64 * 3, 3), 3);
  EXPECT_EQ(CodeOf(jpeg.substr(0, jpeg.size() / 2)), Code::kPictureDamaged);
  EXPECT_EQ(CodeOf(jpeg.substr(0, 4)), Code::kPictureDamaged);
}

TEST_F(PictureTest, EnormousDimensionsAreRefusedBeforeMemoryIsTaken) {
  EXPECT_EQ(CodeOf(PngFile{0x7fffffff, 0x7fffffff, 8, testing::kRgb, "\0"s, "", ""}.Bytes()),
            Code::kLimitExceeded);
  EXPECT_EQ(CodeOf(PngFile{1'000'000, 401, 8, testing::kRgb, "\0"s, "", ""}.Bytes()), Code::kLimitExceeded);
  std::string jpeg = Jpeg(8, 8, std::vector<uint8_t>(8 * 8 * 3, 3), 3);
  const size_t frame = jpeg.find("\xff\xc0");  // start of frame: length, precision, height, width
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");  // 65500, as far as libjpeg goes
  EXPECT_EQ(CodeOf(jpeg), Code::kLimitExceeded);
}

// A few bytes may promise a picture within the limits: nothing of its size is taken before there are bytes
// for it.
TEST_F(PictureTest, LargeDimensionsWithoutContentAreDamage) {
  EXPECT_EQ(CodeOf(PngFile{20'000, 20'000, 8, testing::kRgb, "\0"s, "", ""}.Bytes()), Code::kPictureDamaged);
}

TEST_F(PictureTest, PicturesWithoutPixelsAreDamaged) {
  EXPECT_EQ(CodeOf(PngFile{0, 1, 8, testing::kRgb, "\0"s, "", ""}.Bytes()), Code::kPictureDamaged);
}

TEST_F(PictureTest, OtherFilesAreNamedForWhatTheyAre) {
  for (const auto& [bytes, word] :
       {std::pair(""s, "empty"), std::pair("GIF89a"s, "GIF"), std::pair("BM\x36\0"s, "BMP"),
        std::pair("RIFF\x24\0\0\0WEBPVP8 "s, "WebP"), std::pair("version https://git-lfs.github.com"s, "LFS"),
        std::pair("\x1c\0\0\0TFL3"s, "tflite"),
        std::pair("\0\0\0\x18"
                  "ftypheic"s,
                  "HEIC"),
        std::pair("x"s, "no JPEG")}) {
    EXPECT_EQ(CodeOf(bytes), Code::kNotAPicture);
    EXPECT_NE(cause_.find(word), std::string::npos) << cause_;
  }
}

TEST_F(PictureTest, WhatIsWrittenIsReadBack) {
  Picture picture{3, 2, {}};
  for (int i = 0; i < 18; ++i) picture.pixels.push_back(static_cast<uint8_t>(i * 14));
  const auto png = EncodePicture(picture, "a/b.PNG", context_);
  ASSERT_TRUE(png.ok());
  EXPECT_EQ(Read(std::string(AsText(*png)))->pixels, picture.pixels);
  const auto jpeg = EncodePicture(picture, "a/b.jpeg", context_);
  ASSERT_TRUE(jpeg.ok());
  EXPECT_EQ(Read(std::string(AsText(*jpeg)))->width, 3);
  EXPECT_FALSE(EncodePicture(picture, "a/b.gif", context_).ok());
}

// JPEG holds sides of up to 65500 pixels (libjpeg), PNG of a million (libpng's default).
TEST_F(PictureTest, APictureTooLargeForItsFormatIsAFindingAndNotAnEmptyFile) {
  const Picture wide{70'000, 1, std::vector<uint8_t>(70'000 * 3)};
  EXPECT_FALSE(EncodePicture(wide, "wide.jpg", context_).ok());
  EXPECT_FALSE(findings_.Take().empty());
  EXPECT_TRUE(EncodePicture(wide, "wide.png", context_).ok());
}

}  // namespace
}  // namespace litesmith
