#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

TEST(TypeUnknownOps, UsesSayWhatAnUnknownOpGives) {
  ExpectText(R"(func @main(%0: i32[2]) {
  %1 = tf.MyOp(%0) : f32[*]
  %2 = tf.Relu(%1) {T = type f32} : f32[*]
  return %2
}
)",
             After(TypeUnknownOps, R"(func @main(%x: i32[2]) {
  %y = tf.MyOp(%x) : invalid[*]
  %z = tf.Relu(%y) {T = type f32} : f32[*]
  return %z
}
)"));
}

TEST(TypeUnknownOps, WhereNoUseTellsTheOperandsDo) {
  ExpectText(R"(func @main(%0: i32[2]) {
  %1 = tf.MyOp(%0) : i32[*]
  return %1
}
)",
             After(TypeUnknownOps, R"(func @main(%x: i32[2]) {
  %y = tf.MyOp(%x) : invalid[*]
  return %y
}
)"));
}

}  // namespace
}  // namespace litesmith::passes
