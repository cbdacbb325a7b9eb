// The discrete Fourier transform of lengths that are powers of two.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace litesmith::reference {

class Fourier {
 public:
  // `length` is a power of two.
  explicit Fourier(size_t length);
  size_t length() const { return length_; }
  // In place: values[k] = sum over i of values[i] * exp(-2 pi i k / length).
  void Transform(std::span<std::complex<double>> values) const;

 private:
  size_t length_;
  std::vector<std::complex<double>> roots_;  // exp(-2 pi i k / length) for k < length / 2
};

}  // namespace litesmith::reference
