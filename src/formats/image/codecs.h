// The libraries' part of reading and writing pictures.
#pragma once

#include <optional>

#include "formats/image/picture.h"

namespace litesmith {

// Pixels as the file has them, before orientation; `problem` says why there are none. `most_pixels` bounds
// the memory.
std::optional<Picture> DecodeJpeg(Bytes file, int64_t most_pixels, std::string& problem);
std::optional<Picture> DecodePng(Bytes file, int64_t most_pixels, std::string& problem);
std::vector<std::byte> EncodeJpeg(const Picture& picture);
std::vector<std::byte> EncodePng(const Picture& picture);
// The orientation 1..8 of a JPEG's EXIF data, 1 where there is none.
int JpegOrientation(Bytes file);

}  // namespace litesmith
