#include "kernels/reference/integer_weights.h"

namespace litesmith {

void UnpackIntegers(const std::byte* packed, int bits, int64_t elements, int8_t* out) {
  const int per_byte = 8 / bits;
  for (int64_t i = 0; i < elements; ++i) {
    const int shift = static_cast<int>(i % per_byte) * bits;
    const auto field = static_cast<unsigned>(packed[i / per_byte]) >> shift;
    // Moved to the top of a byte and back, which extends the sign.
    out[i] = static_cast<int8_t>(static_cast<int8_t>(field << (8 - bits)) >> (8 - bits));
  }
}

void IntegerWeights::Prepare(PrepareContext& context, size_t index) {
  index_ = index;
  unpacked_ = nullptr;
  scratch_ = -1;
  const TensorView& weights = context.input(index);
  if (BitsOf(weights.dtype) == 8) return;
  const auto bytes = static_cast<size_t>(weights.elements());
  if (!weights.constant) {
    scratch_ = context.RequestScratch(bytes);
    return;
  }
  unpacked_ = context.Pack(index, "one element a byte", bytes, [&weights](std::byte* out) {
    UnpackIntegers(weights.data, BitsOf(weights.dtype), weights.elements(), reinterpret_cast<int8_t*>(out));
  });
}

const int8_t* IntegerWeights::Get(InvokeContext& context) const {
  const TensorView& weights = context.input(index_);
  if (unpacked_ != nullptr) return reinterpret_cast<const int8_t*>(unpacked_.get());
  if (scratch_ < 0) return reinterpret_cast<const int8_t*>(weights.data);
  auto* out = reinterpret_cast<int8_t*>(context.scratch(scratch_));
  UnpackIntegers(weights.data, BitsOf(weights.dtype), weights.elements(), out);
  return out;
}

}  // namespace litesmith
