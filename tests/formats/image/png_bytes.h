// PNG files of any kind, written by hand: chunks with checksums around a zlib stream (PNG specification, 5
// and 11).
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace litesmith::testing {

inline std::string Big32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

inline std::string Chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return Big32(static_cast<uint32_t>(data.size())) + body + Big32(static_cast<uint32_t>(crc));
}

enum PngColour : char { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6 };

struct PngFile {
  uint32_t width = 1, height = 1;
  char depth = 8;
  PngColour colour = kRgb;
  std::string rows;          // each with its filter byte in front
  std::string palette;       // PLTE
  std::string transparency;  // tRNS

  std::string Bytes() const {
    std::string header = Big32(width) + Big32(height) + std::string{depth, colour, 0, 0, 0};
    std::string packed(compressBound(rows.size()), '\0');
    uLongf size = packed.size();
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
             rows.size());
    packed.resize(size);
    return "\x89PNG\r\n\x1a\n" + Chunk("IHDR", header) + (palette.empty() ? "" : Chunk("PLTE", palette)) +
           (transparency.empty() ? "" : Chunk("tRNS", transparency)) + Chunk("IDAT", packed) +
           Chunk("IEND", "");
  }
};

}  // namespace litesmith::testing
