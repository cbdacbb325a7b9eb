#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

TEST(Simplify, BranchesThatNobodyReadsGoUnlessTheyWrite) {
  const std::string after = After(Simplify, R"(func @main(%c: bool[], %x: f32[2]) {
  %a = tf.If(%c, %x) {then_branch = @pure, else_branch = @pure} : f32[2]
  %b = tf.If(%c, %x) {then_branch = @pure, else_branch = @writes} : f32[2]
  return %x
}
func @pure(%x: f32[2]) {
  return %x
}
func @writes(%x: f32[2]) {
  %v = tf.VarHandleOp() {dtype = type f32, shared_name = "v"} : resource[]
  tf.AssignVariableOp(%v, %x) {dtype = type f32}
  return %x
}
)");
  const size_t first = after.find("tf.If");
  ASSERT_NE(first, std::string::npos) << after;
  EXPECT_NE(after.find("@writes", first), std::string::npos) << after;
  EXPECT_EQ(after.find("tf.If", first + 1), std::string::npos) << after;
}

TEST(Simplify, ConstantsFoldAndShapesAreInferred) {
  ExpectText(R"(func @main(%0: f32[2,3]) {
  %1 = const i32[1] [6]
  %2 = tf.Reshape(%0, %1) : f32[6]
  return %2
}
)",
             After(Simplify, R"(func @main(%x: f32[2,3]) {
  %s = tf.Shape(%x) {out_type = type i32} : i32[*]
  %axis = const i32[1] [0]
  %n = tf.Prod(%s, %axis) {keep_dims = true} : i32[*]
  %y = tf.Reshape(%x, %n) : f32[*]
  return %y
}
)"));
}

TEST(Simplify, ALoopOverABatchOfOneIsNoLoop) {
  const std::string after = After(Simplify, R"(func @main(%x: f32[1,4]) {
  %zero = const i32[] [0]
  %one = const i32[] [1]
  %shape = const i32[1] [4]
  %in = tf.TensorListFromTensor(%x, %shape) {element_dtype = type f32} : variant[*]
  %out = tf.TensorListReserve(%shape, %one) {element_dtype = type f32} : variant[*]
  %i, %a, %b = tf.StatelessWhile(%zero, %in, %out) {body = @body, cond = @cond} : i32[], variant[*], variant[*]
  %y = tf.TensorListStack(%b, %shape) {element_dtype = type f32, num_elements = 1} : f32[*]
  return %y
}
func @cond(%i: i32[], %a: variant[*], %b: variant[*]) {
  %n = const i32[] [1]
  %c = tf.Less(%i, %n) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[], %a: variant[*], %b: variant[*]) {
  %shape = const i32[1] [4]
  %one = const i32[] [1]
  %e = tf.TensorListGetItem(%a, %i, %shape) {element_dtype = type f32} : f32[*]
  %r = tf.Relu(%e) {T = type f32} : f32[*]
  %o = tf.TensorListSetItem(%b, %i, %r) {element_dtype = type f32} : variant[*]
  %j = tf.AddV2(%i, %one) {T = type i32} : i32[]
  return %j, %a, %o
}
)");
  const std::string main = after.substr(0, after.find("func @cond"));
  EXPECT_EQ(main.find("StatelessWhile"), std::string::npos) << main;
  EXPECT_EQ(main.find("TensorList"), std::string::npos) << main;
  EXPECT_NE(after.find("tf.Relu"), std::string::npos) << after;
  EXPECT_NE(after.find(": f32[1,4]"), std::string::npos) << after;
}

TEST(Simplify, ABranchWithAKnownConditionIsTaken) {
  const std::string after = After(Simplify, R"(func @main(%x: f32[2]) {
  %c = const bool[] [false]
  %y = tf.StatelessIf(%c, %x) {else_branch = @no, then_branch = @yes} : f32[2]
  return %y
}
func @yes(%a: f32[2]) {
  %b = tf.Exp(%a) {T = type f32} : f32[2]
  return %b
}
func @no(%a: f32[2]) {
  %b = tf.Neg(%a) {T = type f32} : f32[2]
  return %b
}
)");
  EXPECT_EQ(after.rfind("func @main", 0), 0u);
  const std::string main = after.substr(0, after.find("func @yes"));
  EXPECT_NE(main.find("tf.Neg"), std::string::npos) << main;
  EXPECT_EQ(main.find("StatelessIf"), std::string::npos) << main;
}

TEST(Simplify, ALoopWhoseStepsDependOnTheInputStays) {
  const std::string after = After(Simplify, R"(func @main(%n: i32[]) {
  %zero = const i32[] [0]
  %i, %m = tf.StatelessWhile(%zero, %n) {body = @body, cond = @cond} : i32[], i32[]
  return %i
}
func @cond(%i: i32[], %n: i32[]) {
  %c = tf.Less(%i, %n) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[], %n: i32[]) {
  %one = const i32[] [1]
  %j = tf.AddV2(%i, %one) {T = type i32} : i32[]
  return %j, %n
}
)");
  EXPECT_NE(after.find("tf.StatelessWhile"), std::string::npos) << after;
}

TEST(Simplify, FoldingDoesNotBlowConstantsUp) {
  const std::string after = After(Simplify, R"(func @main() {
  %shape = const i32[2] [4096, 4096]
  %value = const f32[] [1]
  %big = tf.Fill(%shape, %value) {T = type f32, index_type = type i32} : f32[*]
  return %big
}
)");
  EXPECT_NE(after.find("tf.Fill"), std::string::npos) << after;
}

TEST(FoldBatchNorm, ABatchNormAfterAConvolutionDisappearsIntoItsWeights) {
  const std::string after = After(FoldBatchNorm, R"(func @main(%x: f32[1,4,4,1]) {
  %w = const f32[1,1,1,2] [1, 2]
  %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,2]
  %scale = const f32[2] [2, 3]
  %offset = const f32[2] [1, 1]
  %mean = const f32[2] [1, 0]
  %variance = const f32[2] [4, 1]
  %y, %a, %b, %d, %e, %f = tf.FusedBatchNormV3(%c, %scale, %offset, %mean, %variance) {epsilon = 0f, is_training = false} : f32[1,4,4,2], f32[2], f32[2], f32[2], f32[2], f32[*]
  return %y
}
)");
  EXPECT_NE(after.find("const f32[1,1,1,2] [1, 6]"), std::string::npos) << after;  // 1*2/2, 2*3/1
  EXPECT_NE(after.find("const f32[2] [0, 1]"), std::string::npos) << after;        // 1-1*1, 1-0*3
  EXPECT_NE(after.find("tf.BiasAdd"), std::string::npos) << after;
  EXPECT_EQ(after.find("FusedBatchNorm"), std::string::npos) << after;
}

TEST(FoldBatchNorm, AConvolutionWithAnotherReaderKeepsItsWeights) {
  const std::string after = After(FoldBatchNorm, R"(func @main(%x: f32[1,4,4,1]) {
  %w = const f32[1,1,1,2] [1, 2]
  %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,4,4,2]
  %s = const f32[2] [2, 3]
  %y = tf.Mul(%c, %s) : f32[1,4,4,2]
  return %y, %c
}
)");
  EXPECT_NE(after.find("const f32[1,1,1,2] [1, 2]"), std::string::npos) << after;
}

}  // namespace
}  // namespace litesmith::passes
