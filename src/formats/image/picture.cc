#include "formats/image/picture.h"

#include <algorithm>

#include "base/finding.h"
#include "formats/image/codecs.h"

namespace litesmith {
namespace {

constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n", kJpegStart = "\xff\xd8\xff";

std::string WhatItIs(std::string_view text) {
  if (text.empty()) return "the file is empty";
  if (text.starts_with("GIF8")) return "it is a GIF";
  if (text.starts_with("BM")) return "it is a BMP";
  if (text.starts_with("RIFF") && text.substr(0, 12).ends_with("WEBP")) return "it is a WebP picture";
  if (text.starts_with("II*") || text.starts_with("MM")) return "it is a TIFF";
  if (text.starts_with("version https://git-lfs"))
    return "it is a Git LFS pointer; `git lfs pull` brings the picture";
  const std::string_view kind = text.substr(std::min<size_t>(4, text.size()), 4);
  if (kind == "TFL3") return "it is a .tflite model; models come before pictures on the command line";
  if (kind == "ftyp") return "it is an HEIC, AVIF or video file";
  return "its first bytes are those of no JPEG and no PNG";
}

// The picture with EXIF orientation `orientation` undone (EXIF 2.3, 4.6.4 A): 2 and 4 mirrored, 3 upside
// down, 5 to 8 with width and height exchanged.
Picture Oriented(const Picture& picture, int orientation) {
  if (orientation == 1) return picture;
  const bool swapped = orientation >= 5;
  Picture turned;
  turned.width = swapped ? picture.height : picture.width;
  turned.height = swapped ? picture.width : picture.height;
  turned.pixels.resize(picture.pixels.size());
  const int64_t right = picture.width - 1, bottom = picture.height - 1;
  for (int64_t y = 0; y < turned.height; ++y) {
    for (int64_t x = 0; x < turned.width; ++x) {
      int64_t from_x = swapped ? y : x, from_y = swapped ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        from_x = right - from_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        from_y = bottom - from_y;
      std::copy_n(picture.at(from_x, from_y), 3, turned.at(x, y));
    }
  }
  return turned;
}

}  // namespace

Result<Picture> ReadPicture(Bytes file, const std::string& path, Context& context) {
  const std::string_view text = AsText(file);
  const bool png = text.starts_with(kPngStart);
  if (!png && !text.starts_with(kJpegStart)) {
    return context.findings.Report(Finding(Code::kNotAPicture)
                                       .Headline("'{}' is not a picture that can be read", path)
                                       .Cause("{}", WhatItIs(text))
                                       .Fix("convert it to JPEG or PNG first"));
  }
  std::string problem;
  const int64_t most = context.limits.max_image_pixels;
  auto picture = png ? DecodePng(file, most, problem) : DecodeJpeg(file, most, problem);
  if (picture && picture->pixels.empty()) {
    picture.reset();
    problem = "it has no pixels";
  }
  if (picture) return png ? *std::move(picture) : Oriented(*picture, JpegOrientation(file));
  if (problem == "too many pixels") {
    return context.findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("'{}' has too many pixels", path)
            .Cause("pictures of up to {} million pixels are read", most / 1'000'000)
            .Fix("scale the picture down first"));
  }
  return context.findings.Report(Finding(Code::kPictureDamaged)
                                     .Headline("'{}' is a damaged picture", path)
                                     .Cause("{}", problem)
                                     .Fix("copy the file again from where it came"));
}

Result<std::vector<std::byte>> EncodePicture(const Picture& picture, const std::string& path,
                                             Context& context) {
  const std::string extension = Extension(path);
  const bool png = extension == ".png";
  if (png || extension == ".jpg" || extension == ".jpeg") {
    std::vector<std::byte> bytes = png ? EncodePng(picture) : EncodeJpeg(picture);
    if (!bytes.empty()) return bytes;
    return context.findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("'{}' cannot hold a picture of {} x {}", path, picture.width, picture.height)
            .Cause("a JPEG has sides of up to 65500 pixels")
            .Fix("write a PNG instead", "-o boxes.png"));
  }
  return context.findings.Report(Finding(Code::kWrongUse)
                                     .Headline("'{}' names no kind of picture", path)
                                     .Cause("pictures are written as JPEG or PNG, by the ending of the name")
                                     .Fix("let it end in .jpg or .png", "-o boxes.png"));
}

}  // namespace litesmith
