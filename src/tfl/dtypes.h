// Which dtypes the official runtime's kernels take, op by op (dtypes.def). Tensors without quantization
// parameters: for quantized ones the ops' versions say it.
#pragma once

#include <string_view>

#include "tensor/dtype.h"
#include "tfl/op.h"

namespace litesmith::tfl {

// What may be done when a kernel lacks a dtype: the op in a wider one, its result cast back, gives the same.
enum class Widening : uint8_t {
  kNone,    // the op rounds or takes one dtype only
  kExact,   // the result is a whole number that the wider dtype holds as well
  kWraps,   // arithmetic modulo a power of two: also when the result does not fit
  kSelects  // results are elements of the operands, or zero
};

struct Dtypes {
  Widening widening;
  // A word an operand or result, the last one standing for all that follow when it ends in '*': "T" those of
  // the dtype that the op works on, "I" indices, "-" what other rules fix.
  std::string_view operands, results;
  // Short names, separated by blanks, of what T and I may be.
  std::string_view values, indices;
};

// Null: the table says nothing of this op.
const Dtypes* DtypesOf(const Op& op);

// The letter for operand or result `index` of Dtypes::operands or results; '-' past the end.
char LetterOf(std::string_view words, size_t index);
// Whether the blank-separated short names `set` hold `dtype`.
bool Holds(std::string_view set, DType dtype);

}  // namespace litesmith::tfl
