#include "passes/passes.h"

namespace litesmith::passes {
namespace {

// What a node says of the dtype of what it takes: most ops call it T, a few otherwise.
DType TakenType(const ir::Node& node) {
  for (const char* name : {"T", "SrcT", "Tparams", "Tidx", "dtype"}) {
    const DType type = node.attributes.Type(name);
    if (type != DType::kInvalid) return type;
  }
  return DType::kInvalid;
}

// An op library's own ops name their types as TensorFlow's do, and have one type more often than not.
DType GivenType(const ir::Node& node) {
  for (const char* name : {"Tout", "out_type", "output_type", "dtype", "T"}) {
    const DType type = node.attributes.Type(name);
    if (type != DType::kInvalid) return type;
  }
  return DType::kInvalid;
}

DType TypeByUses(const ir::Value& value) {
  for (const ir::Use& use : value.uses()) {
    if (use.user->op().Has(ir::kUnknownOp) || use.user->Is(ir::kReturn)) continue;
    const DType type = TakenType(*use.user);
    if (type != DType::kInvalid) return type;
  }
  return DType::kInvalid;
}

DType TypeByOperands(const ir::Node& node) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.operand(i)->type.dtype != DType::kInvalid) return node.operand(i)->type.dtype;
  }
  return DType::kInvalid;
}

}  // namespace

Result<Changed> TypeUnknownOps(Module& module, PassContext&) {
  Changed changed = Changed::kNo;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!node.op().Has(ir::kUnknownOp)) continue;
      for (size_t i = 0; i < node.output_count(); ++i) {
        ir::Value& output = *node.output(i);
        if (output.type.dtype != DType::kInvalid) continue;
        DType type = TypeByUses(output);
        if (type == DType::kInvalid) type = GivenType(node);
        if (type == DType::kInvalid) type = TypeByOperands(node);
        output.type.dtype = type;
        changed = Changed::kYes;
      }
    }
  }
  return changed;
}

}  // namespace litesmith::passes
