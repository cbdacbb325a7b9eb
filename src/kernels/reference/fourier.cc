#include "kernels/reference/fourier.h"

#include <numbers>
#include <utility>

namespace litesmith::reference {

Fourier::Fourier(size_t length) : length_(length), roots_(length / 2) {
  for (size_t k = 0; k < roots_.size(); ++k) {
    roots_[k] =
        std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length));
  }
}

// By Cooley and Tukey: bits of the places reversed, then butterflies of growing width.
void Fourier::Transform(std::span<std::complex<double>> values) const {
  for (size_t i = 1, j = 0; i < length_; ++i) {
    size_t bit = length_ >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(values[i], values[j]);
  }
  for (size_t half = 1; half < length_; half *= 2) {
    const size_t stride = length_ / (2 * half);
    for (size_t first = 0; first < length_; first += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const std::complex<double> odd = values[first + half + k] * roots_[k * stride],
                                   even = values[first + k];
        values[first + k] = even + odd;
        values[first + half + k] = even - odd;
      }
    }
  }
}

}  // namespace litesmith::reference
