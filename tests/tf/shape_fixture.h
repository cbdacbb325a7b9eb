// Builds nodes one by one and runs their shape functions.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::tf {

class ShapeFixture : public testing::Test {
 public:
  using S = litesmith::Shape;

  ir::Value* In(S shape, DType dtype = DType::kFloat32) {
    return function_->AddParameter({dtype, std::move(shape), nullptr});
  }
  ir::Value* Const(Tensor tensor) { return ir::Builder(*function_).Constant(std::move(tensor)); }
  ir::Value* Ints(const std::vector<int32_t>& values) {
    return Const(Tensor::Of<int32_t>({static_cast<int64_t>(values.size())}, values));
  }
  ir::Value* Int(int32_t value) { return Const(Tensor::Scalar<int32_t>(value)); }
  // An int32 vector of which these elements are known.
  ir::Value* Partial(PartialValue value) {
    ir::Value* vector = In({static_cast<int64_t>(value.size())}, DType::kInt32);
    partial_[vector] = std::move(value);
    return vector;
  }
  Dim Symbol() { return module_.symbols.Fresh(); }

  // A node of the op whose shape function has run; null if it reported something (see cause()).
  ir::Node* Run(const Op& op, std::initializer_list<ir::Value*> operands, Attributes attributes = {},
                size_t outputs = 1) {
    std::vector<ir::Type> types(outputs);
    for (ir::Type& type : types) type.dtype = DType::kInt32;
    ir::Node* node = ir::Builder(*function_).Create(op, operands, types, std::move(attributes));
    findings_.Take();
    ShapeContext context(*node, context_, [this](const ir::Value* value) -> const PartialValue* {
      const auto found = partial_.find(value);
      return found != partial_.end() ? &found->second : nullptr;
    });
    if (!op.shape(context)) return nullptr;
    for (size_t i = 0; i < context.values().size(); ++i) {
      if (context.values()[i]) partial_[node->output(i)] = *context.values()[i];
    }
    return node;
  }
  // Shapes of the outputs, separated by blanks: "[1,?] [*]"; "error" if the function reported something.
  std::string Shapes(const Op& op, std::initializer_list<ir::Value*> operands, Attributes attributes = {},
                     size_t outputs = 1) {
    const ir::Node* node = Run(op, operands, std::move(attributes), outputs);
    if (node == nullptr) return "error";
    std::string text;
    for (size_t i = 0; i < outputs; ++i) text += (i > 0 ? " " : "") + ToText(node->output(i)->type.shape);
    return text;
  }
  // The elements known of the first output, as a shape is written; "nothing" if nothing is.
  std::string Known(const ir::Node* node, size_t output = 0) {
    if (node == nullptr) return "error";
    const auto found = partial_.find(node->output(output));
    return found != partial_.end() ? ToText(S(found->second)) : "nothing";
  }
  std::string cause() { return findings_.findings().empty() ? "" : findings_.findings()[0].cause; }
  FindingList& findings() { return findings_; }
  ir::Module& module() { return module_; }

 private:
  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  ir::Module module_;
  ir::Function* function_ = module_.AddFunction("main");
  std::map<const ir::Value*, PartialValue> partial_;
};

}  // namespace litesmith::tf
