// How far two tensors are apart, and how far they may be.
#pragma once

#include <cstdint>
#include <optional>

#include "ir/module.h"
#include "tensor/tensor.h"

namespace litesmith::pipeline {

// The coarsest arithmetic that a file computes in: it decides how far its numbers may be off.
enum class Precision { kFloat32, kFloat16, kInt16, kInt8 };
Precision PrecisionOf(const ir::Module& file);
std::string_view NameOf(Precision precision);

// All numbers are real ones: those of quantized tensors count as what they stand for.
struct Deviation {
  double max_error = 0;  // largest |file - source|; infinite where one is not finite and the other is another
  double rms_error = 0;
  double snr_db = 0;      // 20 log10(rms of the source / rms_error); infinite where nothing differs
  double largest = 0;     // largest finite |source|
  int64_t different = 0;  // elements that are not equal
  int64_t elements = 0;
  bool real = true;  // floating point in the source; false: integers, bools, strings

  // The largest max_error that counts as equal: relative to the tensor's own range.
  //   float32: 1e-3 of the largest magnitude. Sums of a whole network in another order stay below 1e-4; what
  //            computes something else is off by much more.
  //   float16, int16: by the signal-to-noise ratio, at least 30 dB: rounding is everywhere, errors add up.
  //   int8: at least 10 dB, what a quantized network loses by itself.
  //   Integers, bools and strings are equal but for one element in a thousand, which rounding before a cast
  //   or a comparison may tip over; those of quantized files are not judged.
  bool Agrees(Precision precision) const;
};

// Empty where the two cannot be compared: other numbers of elements, a string and a number, or a dimension
// that is not where it is in the other (dimensions of one element may be anywhere).
// `quantization`: of the file's tensor, or null.
std::optional<Deviation> Compare(const Tensor& source, const Tensor& file, const Quantization* quantization);

}  // namespace litesmith::pipeline
