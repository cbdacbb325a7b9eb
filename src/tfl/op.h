// TensorFlow Lite's ops: code, options, versions. An op is one line in one of the files in ops/; tfl/ops.h
// declares them all. The facts are those of shared tables; a fact stands here and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/module.h"
#include "ir/op.h"

namespace litesmith::tfl {

// The lowest version of the op that has what this node needs (dtypes, ranks, options).
using VersionRule = int (*)(const ir::Node& node);

struct Op : ir::OpDef {
  int code;                  // BuiltinOperator of the schema
  std::string_view options;  // "Conv2DOptions": the member of BuiltinOptions or BuiltinOptions2; empty: none
  // The runtime that introduced each version, separated by blanks: "1.5 1.14 2.3". Where version 1 was
  // withdrawn the list starts with "-".
  std::string_view runtimes;
  VersionRule version;
};

const Op* FindOp(std::string_view name);  // "CONV_2D"
const Op* FindOpOfCode(int code);
const std::vector<const Op*>& AllOps();
inline const Op* OpOf(const ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTfl && !node.op().Has(ir::kUnknownOp)
             ? static_cast<const Op*>(&node.op())
             : nullptr;
}
int HighestVersion(const Op& op);
// The version that a file has to state for the node: the lowest that suffices. One that is newer than the
// tables is kept ("version"), for then the rules do not know the op as its file means it.
int VersionOf(const Op& op, const ir::Node& node);
// "2.3.0" for (op, version); empty if the table does not say.
std::string RuntimeOf(const Op& op, int version);
// Compares "1.14.0" and "1.5.0" number by number.
bool OlderRuntime(std::string_view a, std::string_view b);
// Whether there is a TensorFlow Lite of this version, as far as the tables know: "1.14", "2.9", "2.9.0".
bool IsRuntime(std::string_view text);
// The newest one that introduced an op version: "2.23.0".
const std::string& NewestRuntime();

// Attributes of TFL nodes bear the names of the schema's fields ("stride_w", "padding",
// "fused_activation_function"); enumerations are int64. A custom op is a node of Module::UnknownOp(kTfl,
// name) with attributes "custom_options" (a uint8 tensor) and perhaps "custom_code" equal to the name.
#define LS_TFL_OP(op_name, op_code, op_options, op_runtimes, op_traits, version_rule) \
  extern const Op op_name;                                                            \
  const Op op_name{{ir::Dialect::kTfl, #op_name, op_traits}, op_code, op_options, op_runtimes, version_rule};

// Enumerations of the schema that lowering and kernels use.
enum class Activation : int64_t { kNone = 0, kRelu = 1, kReluN1To1 = 2, kRelu6 = 3, kTanh = 4, kSignBit = 5 };
enum class Padding : int64_t { kSame = 0, kValid = 1 };
enum class MirrorPadMode : int64_t { kReflect = 0, kSymmetric = 1 };

}  // namespace litesmith::tfl
