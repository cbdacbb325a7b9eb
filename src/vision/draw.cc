#include "vision/draw.h"

#include <algorithm>
#include <array>
#include <cmath>

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb/stb_truetype.h>
#pragma GCC diagnostic pop

extern "C" const unsigned char litesmith_font[];

namespace litesmith::vision {
namespace {

using Colour = std::array<uint8_t, 3>;

// Colours that differ in hue and are dark enough for white text, or light enough for black.
constexpr std::array<Colour, 12> kColours = {{{230, 25, 75},
                                              {0, 130, 200},
                                              {60, 180, 75},
                                              {245, 130, 48},
                                              {145, 30, 180},
                                              {0, 150, 150},
                                              {240, 50, 230},
                                              {128, 128, 0},
                                              {170, 110, 40},
                                              {128, 0, 0},
                                              {0, 0, 128},
                                              {255, 225, 25}}};

bool IsLight(const Colour& colour) { return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 150; }

void Fill(Picture& picture, int64_t x0, int64_t y0, int64_t x1, int64_t y1, const Colour& colour) {
  x0 = std::clamp<int64_t>(x0, 0, picture.width);
  x1 = std::clamp<int64_t>(x1, 0, picture.width);
  y0 = std::clamp<int64_t>(y0, 0, picture.height);
  y1 = std::clamp<int64_t>(y1, 0, picture.height);
  for (int64_t y = y0; y < y1; ++y) {
    for (int64_t x = x0; x < x1; ++x) std::copy(colour.begin(), colour.end(), picture.at(x, y));
  }
}

class Font {
 public:
  explicit Font(float pixels) {
    ok_ = stbtt_InitFont(&info_, litesmith_font, stbtt_GetFontOffsetForIndex(litesmith_font, 0)) != 0;
    if (!ok_) return;
    scale_ = stbtt_ScaleForPixelHeight(&info_, pixels);
    int descent = 0, gap = 0;
    stbtt_GetFontVMetrics(&info_, &ascent_, &descent, &gap);
    height_ = static_cast<int64_t>(std::ceil(scale_ * static_cast<float>(ascent_ - descent)));
  }
  int64_t height() const { return height_; }

  int64_t WidthOf(const std::string& text) const {
    float width = 0;
    for (const int c : CharactersOf(text)) width += Advance(c);
    return static_cast<int64_t>(std::ceil(width));
  }

  void Draw(Picture& picture, int64_t x, int64_t y, const std::string& text, const Colour& colour) const {
    float at = static_cast<float>(x);
    const int64_t baseline = y + static_cast<int64_t>(scale_ * static_cast<float>(ascent_));
    for (const int c : CharactersOf(text)) {
      int width = 0, height = 0, left = 0, top = 0;
      unsigned char* glyph =
          stbtt_GetCodepointBitmap(&info_, scale_, scale_, c, &width, &height, &left, &top);
      for (int row = 0; glyph != nullptr && row < height; ++row) {
        for (int column = 0; column < width; ++column) {
          const int64_t px = static_cast<int64_t>(at) + left + column, py = baseline + top + row;
          if (px < 0 || py < 0 || px >= picture.width || py >= picture.height) continue;
          uint8_t* pixel = picture.at(px, py);
          const int cover = glyph[row * width + column];
          for (size_t i = 0; i < 3; ++i)
            pixel[i] = static_cast<uint8_t>((pixel[i] * (255 - cover) + colour[i] * cover) / 255);
        }
      }
      stbtt_FreeBitmap(glyph, nullptr);
      at += Advance(c);
    }
  }

 private:
  // Code points of UTF-8; bytes that are none count as they are.
  static std::vector<int> CharactersOf(const std::string& text) {
    std::vector<int> characters;
    for (size_t i = 0; i < text.size();) {
      const auto first = static_cast<unsigned char>(text[i]);
      const size_t length = first < 0x80       ? 1
                            : first >> 5 == 6  ? 2
                            : first >> 4 == 14 ? 3
                            : first >> 3 == 30 ? 4
                                               : 1;
      int code = length == 1 ? first : first & (0x7f >> length);
      for (size_t k = 1; k < length && i + k < text.size(); ++k)
        code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
      characters.push_back(code);
      i += length;
    }
    return characters;
  }
  float Advance(int character) const {
    int advance = 0, bearing = 0;
    stbtt_GetCodepointHMetrics(&info_, character, &advance, &bearing);
    return scale_ * static_cast<float>(advance);
  }

  stbtt_fontinfo info_{};
  bool ok_ = false;
  float scale_ = 0;
  int ascent_ = 0;
  int64_t height_ = 0;
};

int64_t Pixel(float value, int64_t most) {
  if (!std::isfinite(value)) return 0;
  return static_cast<int64_t>(std::lround(std::clamp(value, 0.0f, static_cast<float>(most))));
}

}  // namespace

void DrawBoxes(Picture& picture, const std::vector<LabelledBox>& boxes) {
  const int64_t shorter = std::min(picture.width, picture.height);
  const int64_t line = std::clamp<int64_t>(shorter / 160, 1, 12);
  const Font font(std::clamp(static_cast<float>(shorter) / 28.0f, 11.0f, 72.0f));
  // The best are drawn last, so that they stay readable.
  for (auto box = boxes.rbegin(); box != boxes.rend(); ++box) {
    const Colour& colour =
        kColours[static_cast<size_t>(std::max<int64_t>(box->class_index, 0)) % kColours.size()];
    const int64_t x0 = Pixel(box->xmin, picture.width),
                  x1 = std::max(Pixel(box->xmax, picture.width), x0 + 1);
    const int64_t y0 = Pixel(box->ymin, picture.height),
                  y1 = std::max(Pixel(box->ymax, picture.height), y0 + 1);
    Fill(picture, x0, y0, x1, y0 + line, colour);
    Fill(picture, x0, y1 - line, x1, y1, colour);
    Fill(picture, x0, y0, x0 + line, y1, colour);
    Fill(picture, x1 - line, y0, x1, y1, colour);
    if (box->text.empty()) continue;
    const int64_t margin = std::max<int64_t>(line, 2);
    const int64_t width = font.WidthOf(box->text) + 2 * margin, height = font.height() + margin;
    const int64_t left = std::clamp<int64_t>(x0, 0, std::max<int64_t>(picture.width - width, 0));
    const int64_t top = y0 >= height ? y0 - height : y0;
    Fill(picture, left, top, left + width, top + height, colour);
    font.Draw(picture, left + margin, top + margin / 2, box->text,
              IsLight(colour) ? Colour{0, 0, 0} : Colour{255, 255, 255});
  }
}

}  // namespace litesmith::vision
