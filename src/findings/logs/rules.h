// What messages of other tools mean. A family of messages is one entry of a table: patterns (pattern.h), a
// code of ours, what it means and what to do. Texts may name the places of the pattern: "{op}".
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/finding.h"
#include "findings/logs/pattern.h"

namespace litesmith::findings {

// What the op tables know; whoever explains a log supplies it, because this room knows no ops.
struct OpFacts {
  enum class Standing : uint8_t {
    kUnknown,   // nobody knows the op
    kConverts,  // TensorFlow's; Litesmith converts it, in some of its variants at least
    kKnown,     // TensorFlow's, without a form in TensorFlow Lite
    kForeign,   // another library's
  };
  Standing standing = Standing::kUnknown;
  std::string library, package, instead;  // of a foreign op: names, and a clause that says what others do
  std::string cause;                      // of an op without a form: why, and what people do about it
  std::vector<Finding::FixNote> fixes;
};
struct Knowledge {
  std::function<OpFacts(std::string_view op)> tensorflow_op;
  // "2.3.0": the TensorFlow Lite that brought this version of a builtin op; empty if no table says.
  std::function<std::string(std::string_view op, int version)> runtime_of;
};

struct Fix {
  std::string_view text, option;
};

enum class Weight : uint8_t {
  kCause,  // says what is wrong
  kEcho,   // what follows from a cause: told only if the log names none
};

using Adjust = void (*)(const Match& match, const Knowledge& knowledge, Finding& finding);

struct Rule {
  std::string_view patterns;  // one a line
  Code code;
  std::string_view headline, cause;
  std::array<Fix, 4> fixes;
  Adjust adjust = nullptr;  // looks at the match again when a table's line does not suffice
  Weight weight = Weight::kCause;
};

std::span<const Rule> LoadingRules();
std::span<const Rule> CheckpointRules();
std::span<const Rule> KerasRules();
std::span<const Rule> ConverterRules();
std::span<const Rule> QuantizationRules();
std::span<const Rule> RuntimeRules();
std::span<const Rule> KernelRules();
std::span<const Rule> DelegateRules();
std::span<const Rule> ToolRules();

// Fixes that many rules share.
inline constexpr Fix kConvertInstead{
    "let Litesmith convert the model: it needs no TensorFlow and none of its versions",
    "litesmith convert MODEL -o model.tflite"};
inline constexpr Fix kDiagnose{"see everything that stands in the way, in one run",
                               "litesmith diagnose MODEL"};
inline constexpr Fix kInspect{"see the inputs, outputs and ops of the file, with types and shapes",
                              "litesmith inspect model.tflite"};

// `text` with the places of the match put in.
std::string Filled(std::string_view text, const Match& match);
// The finding of a rule: texts filled, op and node from the places of these names, then adjusted.
Finding FindingOf(const Rule& rule, const Match& match, const Knowledge& knowledge);

}  // namespace litesmith::findings
