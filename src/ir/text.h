// The IR as text that a person reads and writes, printed by --dump-after and parsed back without loss.
//
//   signature "serving_default" @main
//   func @main(%x "image": f32[1,8,8,3] "image:0") -> ("boxes") {
//     %w = const f32[3,3,3,4] #0
//     %1 = const f32[2] [0.5, 1]
//     %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,8,8,4] "conv:0" loc("conv")
//     %q = tfl.QUANTIZE(%c) : i8[1,8,8,4]<0.5:-3>
//     return %q
//   }
//
// Types: dtype, dimensions (number, ? or a symbol s0; [*] for an unknown rank), quantization <scale:zero
// point>, per channel <[...]:[...]@dimension>. An absent operand is `_`. Attributes: 3, 0.5f, true, "text",
// type f32, shape [1,?],
// @function, tensor f32[2] [1, 2], and lists of them in brackets. Constants of more than 16 elements stand as
// `splat(v)` if all are equal, else as a reference #n into a list of tensors beside the text. In tests
// `random(seed)` makes values in -1..1 (integers: the whole range of int8, else -100..100).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.h"
#include "ir/module.h"

namespace litesmith::ir {

struct Text {
  std::string text;
  std::vector<Tensor> tensors;  // what #n refers to
};

Text Print(const Module& module);
Text Print(const Function& function);

// Looks up "Conv2D" of dialect tf and so on; null for unknown names, which become the module's unknown ops.
using OpLookup = const OpDef* (*)(Dialect dialect, std::string_view name);

// Reports kGraphDamaged with line and what was expected.
Result<std::unique_ptr<Module>> Parse(std::string_view text, const std::vector<Tensor>& tensors,
                                      OpLookup lookup, FindingSink& findings);

}  // namespace litesmith::ir
