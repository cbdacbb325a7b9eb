// Pictures: JPEG and PNG files to pixels and back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/host.h"

namespace litesmith {

// Rows of red, green, blue bytes, without gaps; never empty after reading.
struct Picture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> pixels;

  uint8_t* at(int64_t x, int64_t y) { return &pixels[static_cast<size_t>((y * width + x) * 3)]; }
  const uint8_t* at(int64_t x, int64_t y) const { return &pixels[static_cast<size_t>((y * width + x) * 3)]; }
};

// The picture as it is shown: EXIF orientation applied, grey and palettes as RGB, 16 bits cut to 8,
// transparency left out (the colours below it count, as TensorFlow decodes them). Reports kNotAPicture with
// what `path` is instead, kPictureDamaged, and kLimitExceeded before memory for too many pixels is taken.
Result<Picture> ReadPicture(Bytes file, const std::string& path, Context& context);

// By the ending of `path`: .png, else JPEG (.jpg, .jpeg); other endings are kWrongUse.
Result<std::vector<std::byte>> EncodePicture(const Picture& picture, const std::string& path,
                                             Context& context);

}  // namespace litesmith
