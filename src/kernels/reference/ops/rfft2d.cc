// RFFT2D: the Fourier transform of real pictures, of which the last axis keeps the half that is not
// redundant. Inputs: [..., height, width] float32 and the lengths [2], powers of two, to which pictures are
// cut or filled up with zeros. Output: [..., lengths[0], lengths[1] / 2 + 1] complex64.
#include <algorithm>
#include <bit>
#include <complex>

#include "base/checked.h"
#include "kernels/reference/fourier.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;
using Complex = std::complex<double>;

class Rfft2d : public ShapedKernel {
 public:
  Rfft2d() : ShapedKernel(2, 1, {1}) {}

 private:
  static constexpr int64_t kLongest = int64_t{1} << 24;

  Result<void> Check(PrepareContext& context) override {
    return context.Expect(context.input(0).dtype == DType::kFloat32 &&
                              context.output().dtype == DType::kComplex64 &&
                              context.input(1).dtype == DType::kInt32,
                          "it turns float32 into complex64 with lengths in int32");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(0).dims;
    const std::vector<int64_t> lengths = context.input(1).ToInt64();
    if (dims.size() < 2 || lengths.size() != 2) {
      return context.Mismatch("{} cannot be transformed along two axes of {} lengths", ToText(dims),
                              lengths.size());
    }
    for (const int64_t length : lengths) {
      if (length < 1 || length > kLongest || !std::has_single_bit(static_cast<uint64_t>(length))) {
        return context.Mismatch("the length {} is no power of two up to {}", length, kLongest);
      }
    }
    const size_t rank = dims.size();
    dims[rank - 2] = lengths[0];
    dims[rank - 1] = lengths[1] / 2 + 1;
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    height_ = lengths[0];
    width_ = lengths[1];
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const int64_t height = input.dim(-2), width = input.dim(-1), half = width_ / 2 + 1;
    const auto full = static_cast<size_t>(width_), tall = static_cast<size_t>(height_);
    const reference::Fourier along_row(full), along_column(tall);
    std::vector<Complex> row(full), column(tall), picture(tall * static_cast<size_t>(half));
    auto* output = context.output().as_mutable<std::complex<float>>().data();
    const int64_t pictures = context.output().elements() / (height_ * half);
    for (int64_t number = 0; number < pictures; ++number) {
      const float* source = input.as<float>().data() + number * height * width;
      for (int64_t y = 0; y < height_; ++y) {
        std::fill(row.begin(), row.end(), Complex());
        if (y < height) std::copy_n(source + y * width, std::min(width, width_), row.begin());
        if (y < height) along_row.Transform(row);
        std::copy_n(row.begin(), half, picture.begin() + y * half);
      }
      for (int64_t x = 0; x < half; ++x) {
        for (size_t y = 0; y < tall; ++y)
          column[y] = picture[y * static_cast<size_t>(half) + static_cast<size_t>(x)];
        along_column.Transform(column);
        for (size_t y = 0; y < tall; ++y) {
          output[static_cast<int64_t>(y) * half + x] = std::complex<float>(column[y]);
        }
      }
      output += height_ * half;
    }
    return {};
  }

  int64_t height_ = 1, width_ = 1;
};

}  // namespace

LS_KERNEL(RFFT2D) { return std::make_unique<Rfft2d>(); }

}  // namespace litesmith
