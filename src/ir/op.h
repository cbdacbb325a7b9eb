// What the IR itself knows of an op: its name and a few traits. The rooms tf and tfl describe their ops
// further.
#pragma once

#include <cstdint>
#include <string_view>

namespace litesmith::ir {

enum class Dialect : uint8_t { kCore, kTf, kTfl };

std::string_view PrefixOf(Dialect dialect);  // "", "tf.", "tfl."

enum Trait : uint32_t {
  kNone = 0,
  // Writes somewhere (variables, files, the screen): kept although nobody reads its outputs.
  kSideEffect = 1 << 0,
  // Gives something else each time, or depends on state: never folded, never merged with an equal one.
  kNotPure = 1 << 1,
  // Has functions among its attributes that it calls.
  kCalls = 1 << 2,
  // An op of a graph that no table knows.
  kUnknownOp = 1 << 3,
  // Operands may be swapped.
  kCommutative = 1 << 4,
};

// Ops are compared by address; each lives as long as the program, those of unknown names as long as their
// module.
struct OpDef {
  Dialect dialect;
  std::string_view name;  // as TensorFlow or the schema write it: "Conv2D", "CONV_2D"
  uint32_t traits = kNone;

  bool Has(Trait trait) const { return (traits & trait) != 0; }
};

// Core ops: what both dialects share.
extern const OpDef kConstant;  // attribute "value": the tensor
extern const OpDef kReturn;    // the last node of each function; its operands are the function's results

}  // namespace litesmith::ir
