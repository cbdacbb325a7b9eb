// Which ops have an integer form, and what it asks of its tensors (rules.def).
#pragma once

#include <optional>
#include <string_view>

#include "ir/module.h"
#include "quantization/options.h"
#include "quantization/parameters.h"

namespace litesmith::quantization {

enum class Scales : uint8_t { kFree, kSame, kFixed };
enum class Form : uint8_t { kInt8Only, kInt16 };

enum class Role : char { kActivation = 'A', kWeights = 'W', kBias = 'B', kOther = '-' };

struct Rule {
  std::string_view operands, results;
  Scales scales;
  Form form;

  Role operand_role(size_t index) const;
  Role result_role(size_t index) const;
  // Of weights at operand `index`: the axis of their scales.
  int weights_axis(size_t index) const;
};

// Null: the op has no integer form in this mode.
const Rule* RuleOf(const ir::Node& node, Mode mode);

// What the kernel of a kFixed op demands of its result.
Parameters FixedParameters(const ir::Node& node, Mode mode);

}  // namespace litesmith::quantization
