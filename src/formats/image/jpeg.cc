#include <cstdio>
// jpeglib.h wants size_t and FILE before it.
#include <jpeglib.h>

#include <csetjmp>
#include <cstdlib>
#include <cstring>

#include "formats/image/codecs.h"

namespace litesmith {
namespace {

constexpr int kQuality = 92;

// libjpeg ends in a long jump; everything with a destructor lives outside of the functions that may be jumped
// out of.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
  bool damaged;
};

void Fail(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  manager->base.format_message(info, manager->message);
  std::longjmp(manager->jump, 1);
}

void Warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  manager->damaged = true;
  manager->base.format_message(info, manager->message);
}

void Prepare(ErrorManager& errors) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = Fail;
  errors.base.emit_message = Warn;
  errors.damaged = false;
  errors.message[0] = 0;
}

// Four bytes a pixel, inverted as Adobe writes them.
void ConvertCmyk(const uint8_t* from, uint8_t* to, int64_t width) {
  for (int64_t x = 0; x < width; ++x) {
    for (int c = 0; c < 3; ++c) to[x * 3 + c] = static_cast<uint8_t>(from[x * 4 + c] * from[x * 4 + 3] / 255);
  }
}

bool Decode(jpeg_decompress_struct& info, ErrorManager& errors, Bytes file, int64_t most_pixels,
            Picture& picture, std::vector<uint8_t>& row, std::string& problem) {
  if (setjmp(errors.jump) != 0) {
    problem = errors.message;
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&info, TRUE);
  if (static_cast<int64_t>(info.image_width) * info.image_height > most_pixels) {
    problem = "too many pixels";
    return false;
  }
  const bool cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&info);
  picture.width = info.output_width;
  picture.height = info.output_height;
  // Grows by rows, and stops at the first damage: what is promised takes memory only as far as it is there.
  const size_t row_bytes = static_cast<size_t>(picture.width) * 3;
  picture.pixels.reserve(row_bytes * static_cast<size_t>(picture.height));
  row.resize(static_cast<size_t>(picture.width) * 4);
  while (info.output_scanline < info.output_height && !errors.damaged) {
    picture.pixels.resize(picture.pixels.size() + row_bytes);
    uint8_t* target = picture.at(0, info.output_scanline);
    JSAMPROW rows[] = {cmyk ? row.data() : target};
    jpeg_read_scanlines(&info, rows, 1);
    if (cmyk) ConvertCmyk(row.data(), target, picture.width);
  }
  if (!errors.damaged) jpeg_finish_decompress(&info);
  if (errors.damaged) problem = errors.message;
  return true;
}

bool Encode(jpeg_compress_struct& info, ErrorManager& errors, const Picture& picture, unsigned char*& data,
            unsigned long& size) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, kQuality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW rows[] = {const_cast<uint8_t*>(picture.at(0, info.next_scanline))};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::optional<Picture> DecodeJpeg(Bytes file, int64_t most_pixels, std::string& problem) {
  jpeg_decompress_struct info{};
  ErrorManager errors;
  Prepare(errors);
  info.err = &errors.base;
  Picture picture;
  std::vector<uint8_t> row;
  const bool decoded = Decode(info, errors, file, most_pixels, picture, row, problem);
  jpeg_destroy_decompress(&info);
  if (!decoded || !problem.empty()) return std::nullopt;
  return picture;
}

std::vector<std::byte> EncodeJpeg(const Picture& picture) {
  jpeg_compress_struct info{};
  ErrorManager errors;
  Prepare(errors);
  info.err = &errors.base;
  unsigned char* data = nullptr;
  unsigned long size = 0;
  const bool encoded = Encode(info, errors, picture, data, size);
  jpeg_destroy_compress(&info);
  std::vector<std::byte> bytes;
  if (encoded) bytes.assign(reinterpret_cast<std::byte*>(data), reinterpret_cast<std::byte*>(data) + size);
  std::free(data);
  return bytes;
}

int JpegOrientation(Bytes file) {
  // Segments from the start: FF, marker, big-endian length; EXIF is APP1 with a TIFF inside
  // (EXIF 2.3, 4.7.2).
  const auto big16 = [&](size_t at) {
    return file.size() >= at + 2 ? static_cast<int>(file[at]) << 8 | static_cast<int>(file[at + 1]) : -1;
  };
  for (size_t at = 2; at + 4 <= file.size() && file[at] == std::byte{0xff};) {
    const int marker = static_cast<int>(file[at + 1]), length = big16(at + 2);
    if (marker == 0xda || length < 2) return 1;
    const auto segment = Slice(file, at + 4, static_cast<size_t>(length) - 2);
    if (!segment) return 1;
    at += 2 + static_cast<size_t>(length);
    if (marker != 0xe1 || !AsText(*segment).starts_with(std::string_view("Exif\0\0", 6))) continue;
    const Bytes tiff = segment->subspan(6);
    const bool little = AsText(tiff).starts_with("II");
    const auto number = [&](size_t offset, size_t bytes) -> uint32_t {
      const auto part = Slice(tiff, offset, bytes);
      uint32_t value = 0;
      for (size_t i = 0; part && i < bytes; ++i) {
        value = value << 8 | static_cast<uint32_t>((*part)[little ? bytes - 1 - i : i]);
      }
      return value;
    };
    const size_t directory = number(4, 4);
    const uint32_t entries = number(directory, 2);
    for (uint32_t i = 0; i < entries; ++i) {
      const size_t entry = directory + 2 + size_t{12} * i;
      if (entry + 12 > tiff.size()) return 1;
      if (number(entry, 2) != 0x0112) continue;  // Orientation
      const uint32_t value = number(entry + 8, 2);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
  }
  return 1;
}

}  // namespace litesmith
