#include "runtime/runtime_kernels.h"

namespace litesmith::runtime {
namespace {

bool IsCall(std::string_view name) {
  return name == "IF" || name == "CALL_ONCE" || name == "STABLEHLO_COMPOSITE" || name == "STABLEHLO_CASE";
}

bool IsVariableOp(std::string_view name) {
  return name == "VAR_HANDLE" || name == "READ_VARIABLE" || name == "ASSIGN_VARIABLE";
}

bool IsTableOp(std::string_view name) {
  return name == "HASHTABLE" || name == "HASHTABLE_IMPORT" || name == "HASHTABLE_FIND" ||
         name == "HASHTABLE_SIZE";
}

}  // namespace

bool IsRuntimeOp(std::string_view name) {
  return name == "WHILE" || IsCall(name) || IsVariableOp(name) || IsTableOp(name);
}

Result<std::unique_ptr<Kernel>> MakeRuntimeKernel(Session& session, const ir::Node& node, int depth) {
  if (node.op_name() == "WHILE") return MakeWhileKernel(session, node, depth);
  if (IsCall(node.op_name())) return MakeCallKernel(session, node, depth);
  if (IsVariableOp(node.op_name())) return MakeVariableKernel(session, node);
  return MakeTableKernel(session, node);
}

}  // namespace litesmith::runtime
