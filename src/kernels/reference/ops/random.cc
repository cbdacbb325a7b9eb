// RANDOM_UNIFORM, RANDOM_STANDARD_NORMAL and MULTINOMIAL: Philox 4x32-10, keyed with the op's two seeds, so
// that the numbers are those of TensorFlow. With both seeds 0 every kernel draws a key of its own.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "base/checked.h"
#include "kernels/reference/movement.h"
#include "kernels/reference/random_bits.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). The first seed is the key, the second
// the upper half of the counter, which counts blocks of four numbers.
class Philox {
 public:
  Philox() = default;
  Philox(uint64_t seed, uint64_t seed2)
      : counter_{0, 0, static_cast<uint32_t>(seed2), static_cast<uint32_t>(seed2 >> 32)},
        key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}

  std::array<uint32_t, 4> Next() {
    const std::array<uint32_t, 4> block = reference::Philox4x32(key_, counter_);
    Skip(1);
    return block;
  }

  void Skip(uint64_t blocks) {
    const uint64_t low = counter_[0] | static_cast<uint64_t>(counter_[1]) << 32, sum = low + blocks;
    counter_[0] = static_cast<uint32_t>(sum);
    counter_[1] = static_cast<uint32_t>(sum >> 32);
    if (sum < low && ++counter_[2] == 0) ++counter_[3];
  }

 private:
  std::array<uint32_t, 4> counter_{};
  std::array<uint32_t, 2> key_{};
};

// 23 random bits behind the exponent of 1, less 1: [0, 1).
float UnitFloat(uint32_t bits) { return std::bit_cast<float>((bits & 0x7fffffu) | 0x3f800000u) - 1.0f; }
// 52 bits, the first word giving the upper 20.
double UnitDouble(uint32_t high, uint32_t low) {
  const uint64_t mantissa = static_cast<uint64_t>(high & 0xfffffu) << 32 | low;
  return std::bit_cast<double>(mantissa | uint64_t{1023} << 52) - 1.0;
}

// Box and Muller's two normal numbers of two uniform ones, the first of which is kept away from 0.
std::array<float, 2> Normal(uint32_t a, uint32_t b) {
  const float u = std::max(UnitFloat(a), 1.0e-7f);
  const auto angle = static_cast<float>(2.0 * M_PI * UnitFloat(b));
  const float radius = std::sqrt(-2.0f * std::log(u));
  return {std::sin(angle) * radius, std::cos(angle) * radius};
}

// Seeds once; numbers go on from one inference to the next.
class RandomKernel : public ShapedKernel {
 protected:
  using ShapedKernel::ShapedKernel;

  void Seed(const KernelContext& context) {
    auto seed = static_cast<uint64_t>(context.attributes->Int("seed"));
    auto seed2 = static_cast<uint64_t>(context.attributes->Int("seed2"));
    if (seed == 0 && seed2 == 0) {
      std::random_device device;
      seed = static_cast<uint64_t>(device()) << 32 | device();
      seed2 = static_cast<uint64_t>(device()) << 32 | device();
    }
    generator_ = Philox(seed, seed2);
  }

  Philox generator_;
};

// Input: the shape.
template <bool kNormal>
class RandomFloats : public RandomKernel {
 public:
  RandomFloats() : RandomKernel(1, 1, {0}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    Seed(context);
    return context.Expect(context.output().dtype == DType::kFloat32, "it makes float32, not {}",
                          NameOf(context.output().dtype));
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims dims = context.input(0).ToInt64();
    if (context.input(0).rank() != 1 || !CheckedProduct(dims)) {
      return context.Mismatch("{} is no shape", ToText(dims));
    }
    return std::vector<Dims>{dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    const std::span<float> output = context.output().as_mutable<float>();
    for (size_t i = 0; i < output.size(); i += 4) {
      const std::array<uint32_t, 4> bits = generator_.Next();
      std::array<float, 4> values;
      for (size_t j = 0; j < 4; j += 2) {
        const std::array<float, 2> pair =
            kNormal ? Normal(bits[j], bits[j + 1]) : std::array{UnitFloat(bits[j]), UnitFloat(bits[j + 1])};
        values[j] = pair[0];
        values[j + 1] = pair[1];
      }
      std::copy_n(values.begin(), std::min<size_t>(4, output.size() - i),
                  output.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return {};
  }
};

// Inputs: logits [batch, classes], the number of samples. Draws classes with the probabilities that softmax
// gives.
class Multinomial : public RandomKernel {
 public:
  Multinomial() : RandomKernel(2, 1, {1}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    Seed(context);
    const TensorView& logits = context.input(0);
    LS_RETURN_IF_FAILED(context.Expect(logits.dtype == DType::kFloat32, "its logits are float32, not {}",
                                       NameOf(logits.dtype)));
    const DType dtype = context.output().dtype;
    LS_RETURN_IF_FAILED(context.Expect(dtype == DType::kInt32 || dtype == DType::kInt64,
                                       "it makes int32 or int64, not {}", NameOf(dtype)));
    if (logits.rank() != 2 || logits.dims[1] == 0) {
      return context.Mismatch("its logits are [batch, classes], not {}", ToText(logits.dims));
    }
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(const int64_t samples, reference::ScalarOf(context, context.input(1), "the number of samples"));
    const Dims dims = {context.input(0).dims[0], samples};
    if (!CheckedProduct(dims)) return context.Mismatch("{} is no shape", ToText(dims));
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    if (context.output().dtype == DType::kInt32) {
      Draw<int32_t>(context);
    } else {
      Draw<int64_t>(context);
    }
    return {};
  }

  // What classes up to each one have together, the best class counting 1.
  static std::vector<double> Cumulate(std::span<const float> logits) {
    float best = std::numeric_limits<float>::lowest();
    for (const float logit : logits) {
      if (std::isfinite(logit)) best = std::max(best, logit);
    }
    std::vector<double> sums;
    double sum = 0;
    for (const float logit : logits) {
      if (std::isfinite(logit)) sum += std::exp(static_cast<double>(logit) - static_cast<double>(best));
      sums.push_back(sum);
    }
    return sums;
  }

  template <class T>
  void Draw(InvokeContext& context) {
    const std::span<const float> logits = context.input(0).as<float>();
    const auto classes = static_cast<size_t>(context.input(0).dims[1]);
    const Dims& dims = context.output().dims;
    Philox own = generator_;
    // What TensorFlow's kernels set aside: 256 blocks for each of the samples in fours, twice.
    generator_.Skip(static_cast<uint64_t>(dims[0]) * (static_cast<uint64_t>(dims[1] + 3) / 4 * 4) * 2 * 256);
    std::array<uint32_t, 4> bits{};
    size_t used = bits.size();
    T* output = context.output().as_mutable<T>().data();
    for (int64_t row = 0; row < dims[0] && dims[1] > 0; ++row) {
      const std::vector<double> sums = Cumulate(logits.subspan(static_cast<size_t>(row) * classes, classes));
      for (int64_t i = 0; i < dims[1]; ++i) {
        if (used == bits.size()) {
          bits = own.Next();
          used = 0;
        }
        const double wanted = UnitDouble(bits[used], bits[used + 1]) * sums.back();
        used += 2;
        *output++ = static_cast<T>(std::upper_bound(sums.begin(), sums.end(), wanted) - sums.begin());
      }
    }
  }
};

}  // namespace

LS_KERNEL(RANDOM_UNIFORM) { return std::make_unique<RandomFloats<false>>(); }
LS_KERNEL(RANDOM_STANDARD_NORMAL) { return std::make_unique<RandomFloats<true>>(); }
LS_KERNEL(MULTINOMIAL) { return std::make_unique<Multinomial>(); }

}  // namespace litesmith
