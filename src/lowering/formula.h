// Float formulas in TFL ops.
#pragma once

#include <array>

#include "lowering/broadcast.h"

namespace litesmith::lowering {

// Makes float32 nodes of the operand's shape.
class Formula {
 public:
  explicit Formula(Lowering& lower) : lower_(lower), x_(lower.operand(0)) {}

  // Reports kDtypeUnsupported unless the operand is float32.
  Result<void> ExpectFloat() {
    if (lower_.dtype(0) == DType::kFloat32) return {};
    return lower_.Report(Code::kDtypeUnsupported,
                         fmt::format("it is computed for float32 only, not for {}", NameOf(lower_.dtype(0))),
                         "cast its operand to float32 in the model's code");
  }
  ir::Value* x() const { return x_; }  // operand 0
  ir::Value* Number(float value) { return lower_.Constant(Tensor::Scalar(value)); }
  ir::Value* Add(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::ADD, {a, b}, NoActivation()); }
  ir::Value* Add(ir::Value* a, float b) { return Add(a, Number(b)); }
  ir::Value* Subtract(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::SUB, {a, b}, NoActivation()); }
  ir::Value* Multiply(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::MUL, {a, b}, NoActivation()); }
  ir::Value* Multiply(ir::Value* a, float b) { return Multiply(a, Number(b)); }
  ir::Value* Divide(ir::Value* a, ir::Value* b) { return lower_.Make(tfl::DIV, {a, b}, NoActivation()); }
  ir::Value* Apply(const ir::OpDef& op, ir::Value* a) { return lower_.Make(op, {a}); }
  ir::Value* Choose(const ir::OpDef& comparison, ir::Value* a, ir::Value* b, ir::Value* where_true,
                    ir::Value* where_false) {
    const ir::Type truth{DType::kBool, lower_.result_type().shape, nullptr};
    return lower_.Make(tfl::SELECT, {lower_.Make(comparison, {a, b}, truth), where_true, where_false});
  }
  // Horner's rule, the highest power's coefficient first.
  template <size_t kCount>
  ir::Value* Polynomial(ir::Value* of, const std::array<float, kCount>& coefficients) {
    ir::Value* sum = Add(Multiply(of, coefficients[0]), coefficients[1]);
    for (size_t i = 2; i < kCount; ++i) sum = Add(Multiply(sum, of), coefficients[i]);
    return sum;
  }
  Result<void> Is(ir::Value* value) { return lower_.Replace(value); }

 protected:
  Lowering& lower_;

 private:
  ir::Value* x_;
};

}  // namespace litesmith::lowering
