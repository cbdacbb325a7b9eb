#include "quantization/rules.h"

#include <unordered_map>

#include "tfl/dtypes.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

const std::unordered_map<std::string_view, Rule>& Table() {
  static const auto* table = [] {
    auto* map = new std::unordered_map<std::string_view, Rule>;
    const auto add = [&](std::string_view ops, const Rule& rule) {
      while (!ops.empty()) {
        const std::string_view name = ops.substr(0, ops.find(' '));
        map->emplace(name, rule);
        ops.remove_prefix(std::min(name.size() + 1, ops.size()));
      }
    };
#define LS_INTEGER(ops, operands, results, scales, form) \
  add(ops, {operands, results, Scales::scales, Form::form});
#include "quantization/rules.def"
#undef LS_INTEGER
    return map;
  }();
  return *table;
}

Role RoleOf(char letter) {
  switch (letter) {
    case 'A':
      return Role::kActivation;
    case 'B':
      return Role::kBias;
    case '-':
      return Role::kOther;
    default:
      return Role::kWeights;
  }
}

}  // namespace

Role Rule::operand_role(size_t index) const { return RoleOf(tfl::LetterOf(operands, index)); }
Role Rule::result_role(size_t index) const { return RoleOf(tfl::LetterOf(results, index)); }
int Rule::weights_axis(size_t index) const { return tfl::LetterOf(operands, index) - '0'; }

const Rule* RuleOf(const ir::Node& node, Mode mode) {
  const auto found = Table().find(node.op_name());
  if (found == Table().end() || tfl::OpOf(node) == nullptr) return nullptr;
  const Rule& rule = found->second;
  return mode == Mode::kInt16x8 && rule.form == Form::kInt8Only ? nullptr : &rule;
}

// Scale and zero point that the kernels check for: LOGISTIC and SOFTMAX give 0..1, TANH and L2_NORMALIZATION
// -1..1, LOG_SOFTMAX -16..0.
Parameters FixedParameters(const ir::Node& node, Mode mode) {
  if (mode == Mode::kInt16x8) return {1.0f / 32768.0f, 0};
  if (node.Is(tfl::TANH) || node.Is(tfl::L2_NORMALIZATION)) return {1.0f / 128.0f, 0};
  if (node.Is(tfl::LOG_SOFTMAX)) return {16.0f / 256.0f, 127};
  return {1.0f / 256.0f, -128};
}

}  // namespace litesmith::quantization
