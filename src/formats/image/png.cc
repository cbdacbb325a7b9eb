#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>

#include "formats/image/codecs.h"

namespace litesmith {
namespace {

struct Errors {
  std::string message;
};

void Fail(png_structp png, png_const_charp message) {
  static_cast<Errors*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}
void Warn(png_structp, png_const_charp) {}

void ReadBytes(png_structp png, png_bytep data, size_t size) {
  auto* reader = static_cast<ByteReader*>(png_get_io_ptr(png));
  const auto part = reader->Take(size);
  if (!part) png_error(png, "the file is cut off");
  std::memcpy(data, part->data(), size);
}

// Deflate packs at most 1032 to 1, so that a smaller file cannot hold all rows (zlib's technical notes).
constexpr size_t kMostPacked = 1032;

bool Decode(png_structp png, png_infop info, ByteReader& reader, int64_t most_pixels, Picture& picture,
            std::vector<png_bytep>& rows, std::string& problem) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &reader, ReadBytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_read_info(png, info);
  const int64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (width * height > most_pixels) {
    problem = "too many pixels";
    return false;
  }
  if (png_get_rowbytes(png, info) * static_cast<size_t>(height) / kMostPacked >
      reader.position() + reader.remaining()) {
    problem = "the file is too short for so many pixels";
    return false;
  }
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != static_cast<size_t>(width) * 3) {
    problem = "its pixels are in a form that is not read";
    return false;
  }
  picture.width = width;
  picture.height = height;
  picture.pixels.resize(static_cast<size_t>(width * height * 3));
  for (int64_t y = 0; y < height; ++y) rows.push_back(picture.at(0, y));
  png_read_image(png, rows.data());
  png_read_end(png, nullptr);
  return true;
}

void AppendBytes(png_structp png, png_bytep data, size_t size) {
  auto* bytes = static_cast<std::vector<std::byte>*>(png_get_io_ptr(png));
  const auto* from = reinterpret_cast<const std::byte*>(data);
  bytes->insert(bytes->end(), from, from + size);
}
void Flush(png_structp) {}

bool Encode(png_structp png, png_infop info, const Picture& picture, std::vector<std::byte>& bytes) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, &bytes, AppendBytes, Flush);
  // Quick rather than small: photos gain little from more.
  png_set_compression_level(png, 1);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height),
               8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int64_t y = 0; y < picture.height; ++y) png_write_row(png, picture.at(0, y));
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

std::optional<Picture> DecodePng(Bytes file, int64_t most_pixels, std::string& problem) {
  Errors errors;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors, Fail, Warn);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  Picture picture;
  std::vector<png_bytep> rows;
  ByteReader reader(file);
  const bool decoded = info != nullptr && Decode(png, info, reader, most_pixels, picture, rows, problem);
  png_destroy_read_struct(&png, &info, nullptr);
  if (decoded) return picture;
  if (problem.empty()) problem = errors.message.empty() ? "not enough memory" : errors.message;
  return std::nullopt;
}

std::vector<std::byte> EncodePng(const Picture& picture) {
  Errors errors;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, Fail, Warn);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  std::vector<std::byte> bytes;
  if (info == nullptr || !Encode(png, info, picture, bytes)) bytes.clear();
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace litesmith
