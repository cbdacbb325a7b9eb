// STABLEHLO_RNG_BIT_GENERATOR. Input: the state, a key and a counter of one or two uint64. Outputs: the state
// after, and random integers in the shape that the file gives.
#include "kernels/reference/random_bits.h"

#include <algorithm>
#include <cstring>

#include "kernels/kernel.h"

namespace litesmith {
namespace {

enum Algorithm : int64_t { kDefault = 0, kPhilox = 1, kThreefry = 2 };  // RngAlgorithm of the schema

class RngBitGenerator : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    const TensorView& state = context.input(0);
    if (!state.present || context.output_count() != 2)
      return context.Mismatch("it has one input and two outputs");
    algorithm_ = context.attributes->Int("algorithm");
    LS_RETURN_IF_FAILED(context.Expect(algorithm_ >= kDefault && algorithm_ <= kThreefry,
                                       "there is no algorithm {}", algorithm_));
    const bool vector = state.dtype == DType::kUInt64 && state.rank() == 1;
    const int64_t words = vector ? state.dims[0] : 0;
    if (words != 2 && (words != 3 || algorithm_ == kThreefry)) {
      return context.Mismatch("its state is 2 uint64, or 3 for Philox, not {} {}", NameOf(state.dtype),
                              ToText(state.dims));
    }
    const DType bits = context.output(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(
        bits == DType::kInt32 || bits == DType::kUInt32 || bits == DType::kInt64 || bits == DType::kUInt64,
        "it makes integers of 32 or 64 bits, not {}", NameOf(bits)));
    LS_RETURN_IF_FAILED(context.Expect(context.output(0).dtype == DType::kUInt64, "its state is uint64"));
    LS_RETURN_IF_FAILED(context.SetOutput(0, state.dims));
    const Dims dims = context.output(1).dims;
    return context.SetOutput(1, dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &state = context.input(0), &bits = context.output(1);
    uint32_t words[6] = {};
    std::memcpy(words, state.data, state.bytes);
    const std::array<uint32_t, 2> key = {words[0], words[1]};
    // What follows the key counts; its low half rises by one a block.
    uint64_t count = words[2] | static_cast<uint64_t>(words[3]) << 32;
    const std::array<uint32_t, 2> high =
        state.elements() == 3 ? std::array{words[4], words[5]} : std::array{words[0], words[1]};
    for (size_t done = 0; done < bits.bytes; ++count) {
      const std::array<uint32_t, 2> low = {static_cast<uint32_t>(count), static_cast<uint32_t>(count >> 32)};
      if (algorithm_ == kThreefry) {
        done += Append(bits, done, reference::Threefry2x32(key, low));
      } else {
        done += Append(bits, done, reference::Philox4x32(key, {low[0], low[1], high[0], high[1]}));
      }
    }
    words[2] = static_cast<uint32_t>(count);
    words[3] = static_cast<uint32_t>(count >> 32);
    std::memcpy(context.output(0).data, words, state.bytes);
    return {};
  }

  template <size_t kCount>
  static size_t Append(const TensorView& bits, size_t done, const std::array<uint32_t, kCount>& block) {
    const size_t bytes = std::min(bits.bytes - done, sizeof(block));
    std::memcpy(bits.data + done, block.data(), bytes);
    return bytes;
  }

  int64_t algorithm_ = kDefault;
};

}  // namespace

LS_KERNEL(STABLEHLO_RNG_BIT_GENERATOR) { return std::make_unique<RngBitGenerator>(); }

}  // namespace litesmith
