// What becomes of an op that the user wants kept: a custom op whose options are a FlexBuffers map of its
// attributes.
#include <algorithm>

#include "base/list_some.h"
#include "formats/graphdef/attributes.h"
#include "formats/tflite/flex_options.h"
#include "lowering/advice.h"
#include "lowering/lowering.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {

Attributes CustomOpAttributes(const ir::Node& node) {
  Attributes options;
  for (const auto& [name, value] : node.attributes) {
    if (name.starts_with("_")) continue;
    if (const auto* dtype = std::get_if<DType>(&value)) {
      options.Set(name, graphdef::NumberOf(*dtype));
    } else if (const auto* dtypes = std::get_if<std::vector<DType>>(&value)) {
      std::vector<int64_t> numbers;
      for (DType one : *dtypes) numbers.push_back(graphdef::NumberOf(one));
      options.Set(name, std::move(numbers));
    } else if (const auto* shape = std::get_if<Shape>(&value); shape != nullptr && shape->ranked()) {
      std::vector<int64_t> dims;
      for (Dim dim : shape->dims()) dims.push_back(dim.known() ? dim.value() : -1);
      options.Set(name, std::move(dims));
    } else {
      options.Set(name, value);
    }
  }
  return {{"custom_code", std::string(node.op_name())}, {"custom_options", flex::Pack(options)}};
}

namespace {

Finding KeptFinding(const ir::Node& node, const Options& options) {
  const std::string name(node.op_name());
  const std::vector<std::string>& kernels = options.kernels;
  Finding finding = tf::FindingAt(Code::kCustomOpKept, node);
  finding.Headline("op {} is kept as a custom op", name);
  finding.Cause("a runtime needs a kernel named {} to run this file", name);
  if (std::find(kernels.begin(), kernels.end(), name) != kernels.end()) {
    finding.cause += "; the kernel that was given here is no part of it";
    return finding.Fix("let the app that runs the file register the same kernel");
  }
  if (kernels.empty())
    return finding.Fix("try it here with a kernel in a shared library", "--custom-op-library FILE.so");
  finding.cause += fmt::format("; the libraries that were given have none of that name, but {}",
                               ListSome(kernels, kShownNames));
  return finding.Fix("if one of their functions registers it under another name, say which",
                     fmt::format("--custom-op-library FILE.so:{}=SYMBOL", name));
}

}  // namespace

Result<void> KeepAsCustomOp(ir::Node& node, const Options& options, Context& context) {
  const std::string op_name(node.op_name());
  std::vector<ir::Type> types;
  for (size_t i = 0; i < node.output_count(); ++i) types.push_back(node.output(i)->type);
  ir::Builder builder(node);
  const ir::OpDef& op = node.function()->module()->UnknownOp(ir::Dialect::kTfl, op_name);
  ir::Node* custom = builder.Create(op, node.operands(), std::move(types), CustomOpAttributes(node));
  custom->name = node.name;
  for (size_t i = 0; i < node.output_count(); ++i) {
    custom->output(i)->name = node.output(i)->name;
    node.output(i)->ReplaceAllUsesWith(custom->output(i));
  }
  context.findings.Report(KeptFinding(node, options));
  if (const std::string lost = LostAttributes(node.attributes); !lost.empty()) {
    context.findings.Report(
        tf::FindingAt(Code::kAttributeLost, node)
            .Headline("attributes of op {} are not in the file: {}", op_name, lost)
            .Cause("the options of a custom op hold numbers, flags, texts, types, shapes and lists of "
                   "them; tensors and functions have no form there")
            .Fix("give the op what its kernel needs as an input, or as a list"));
  }
  node.function()->Erase(&node);
  return {};
}

}  // namespace litesmith::lowering
