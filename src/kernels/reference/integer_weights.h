// Weights of 8, 4 or 2 bits as bytes, one element each.
#pragma once

#include "kernels/kernel.h"

namespace litesmith {

// `elements` signed integers of 4 or 2 bits, the first in the low bits of the first byte, to one byte each.
void UnpackIntegers(const std::byte* packed, int bits, int64_t elements, int8_t* out);

// In Prepare and Invoke of a kernel: the weights of input `index`, whatever their width. Narrow constants are
// unpacked once (and shared by interpreters), narrow tensors that change at each inference.
class IntegerWeights {
 public:
  // The dtype is int8, int4 or int2, or uint8 whose bytes are int8.
  void Prepare(PrepareContext& context, size_t index);
  const int8_t* Get(InvokeContext& context) const;

 private:
  size_t index_ = 0;
  std::shared_ptr<const std::byte> unpacked_;
  int scratch_ = -1;
};

}  // namespace litesmith
