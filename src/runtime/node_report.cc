#include "runtime/node_report.h"

namespace litesmith::runtime {
namespace {

std::string HeadlineOf(Code code, const std::string& op) {
  switch (code) {
    case Code::kNoKernel:
      return op + " is not run by this program";
    case Code::kKernelRefused:
      return "this form of " + op + " is not run by this program";
    case Code::kCustomKernelMissing:
      return "there is no kernel for the custom op " + op;
    case Code::kCustomKernelFailed:
      return "the kernel of the custom op " + op + " failed";
    case Code::kCustomKernelSays:
      return "the kernel of the custom op " + op + " says something";
    case Code::kShapeMismatch:
      return "the shapes at " + op + " do not fit together";
    case Code::kShapeUnknown:
      return "a shape at " + op + " is not known";
    case Code::kDtypeMismatch:
      return "the data types at " + op + " do not fit together";
    case Code::kDtypeUnsupported:
      return op + " does not take this data type";
    case Code::kQuantizationInvalid:
      return "the quantization of a tensor at " + op + " makes no sense";
    case Code::kLimitExceeded:
      return op + " asks for more than a limit allows";
    case Code::kOpVersionTooNew:
      return op + " has a version newer than this program knows";
    default:
      return op + " failed";
  }
}

void AddFixes(Code code, const std::string& op, Finding* finding) {
  switch (code) {
    case Code::kNoKernel:
    case Code::kKernelRefused:
      finding->Fix(
          "convert the model from its source in a way that avoids this, or run it with TensorFlow Lite");
      break;
    case Code::kCustomKernelMissing:
      finding->Fix("give a library that has its kernel", "--custom-op-library FILE.so:" + op + "=SYMBOL");
      break;
    case Code::kShapeMismatch:
      finding->Fix("check the shapes of the inputs against those that `litesmith inspect` shows");
      break;
    default:
      break;
  }
}

}  // namespace

Finding NodeFinding(Code code, const ir::Node& node, std::string cause) {
  const std::string op(node.op_name());
  Finding finding(code);
  finding.Op(op).Headline("{}", HeadlineOf(code, op));
  finding.cause = std::move(cause);
  finding.node = node.name;
  if (finding.node.empty() && node.output_count() > 0) finding.node = node.output()->name;
  const ir::Function* function = node.function();
  if (node.origin != ir::kNoOrigin && function != nullptr && function->module() != nullptr) {
    const ir::OriginTable& origins = function->module()->origins;
    const ir::Origin& origin = origins[node.origin];
    const ir::Origin& leading = origins.Leading(node.origin);
    finding.layer = leading.layer;
    finding.source = leading.source;
    if (finding.node.empty()) finding.node = leading.node;
    if (finding.node.empty() && origin.operator_index >= 0) {
      finding.node = fmt::format("operator {} of subgraph {}", origin.operator_index, origin.subgraph);
    }
  }
  for (const ir::Value* value : node.operands()) {
    if (value == nullptr) continue;
    Finding::TensorNote note;
    note.name = value->name;
    note.dtype = NameOf(value->type.dtype);
    note.ranked = value->type.shape.ranked();
    if (note.ranked) note.shape = value->type.shape.with_minus_one();
    finding.Tensor(std::move(note));
  }
  AddFixes(code, op, &finding);
  return finding;
}

}  // namespace litesmith::runtime
