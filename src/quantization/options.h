// What may be asked of a quantization.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/dtype.h"

namespace litesmith::quantization {

enum class Mode : uint8_t {
  kNone,
  kDynamic,  // int8 weights; activations are quantized while the model runs
  kFloat16,  // float16 weights
  kInt8,     // weights and activations
  kInt16x8,  // int16 activations, int8 weights
  kWeight8,  // int8 weights, computed in float
  kWeight4,  // int4 weights, computed in float
};

std::string_view NameOf(Mode mode);  // as --quantize takes it: "int16x8"
std::optional<Mode> ModeOfName(std::string_view name);
// Activations are integers, whose ranges samples tell.
inline bool IsInteger(Mode mode) { return mode == Mode::kInt8 || mode == Mode::kInt16x8; }
// Of activations in an integer mode.
inline DType ActivationType(Mode mode) { return mode == Mode::kInt16x8 ? DType::kInt16 : DType::kInt8; }

struct Options {
  Mode mode = Mode::kNone;
  // Of the signatures' float inputs and outputs.
  DType input_type = DType::kFloat32, output_type = DType::kFloat32;
  bool float_fallback = true;               // an op without integer form stays in float
  std::vector<std::string> keep_float;      // regular expressions for names of ops' outputs
  std::optional<double> max_accuracy_drop;  // 0.02: see damage.h
  bool measure_sensitivity = false;         // of every layer
  int threads = 1;
};

}  // namespace litesmith::quantization
