// Variables that a model writes to: what one inference leaves is what the next one finds.
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

class VariablesTest : public testing::Test, protected Verifying {
 protected:
  // Results of so many inferences, one after the other, each with the same number as the only input.
  std::vector<double> Run(std::string_view text, int32_t input, int times) {
    std::vector<double> results;
    const auto file = Convert(text);
    if (file == nullptr) return results;
    auto interpreter = runtime::Interpreter::Create(file, "", {}, context);
    EXPECT_TRUE(interpreter.ok()) << Said();
    for (int i = 0; interpreter && i < times; ++i) {
      const bool ran =
          (*interpreter)->SetInput(0, Tensor::Scalar(input)).ok() && (*interpreter)->Invoke().ok();
      EXPECT_TRUE(ran) << Said();
      if (ran) results.push_back((*(*interpreter)->output(0).ToDouble())[0]);
    }
    return results;
  }
};

TEST_F(VariablesTest, KeepWhatIsWritten) {
  EXPECT_EQ(Run(R"(
func @main(%x "x": i32[] "x") -> ("count") {
  %v = tf.VarHandleOp() {dtype = type i32, initial_value = tensor i32[] [5], shape = shape [], shared_name = "v"} : resource[]
  tf.AssignAddVariableOp(%v, %x) {dtype = type i32}
  %y = tf.ReadVariableOp(%v) {dtype = type i32} : i32[] "y"
  return %y
}
)",
                3, 3),
            (std::vector<double>{8, 11, 14}));
}

TEST_F(VariablesTest, AreWrittenInLoopsOfWhichNothingElseComesOut) {
  EXPECT_EQ(Run(R"(
func @main(%x "x": i32[] "x") -> ("count") {
  %v = tf.VarHandleOp() {dtype = type i32, initial_value = tensor i32[] [0], shape = shape [], shared_name = "v"} : resource[]
  %i = tf.While(%x) {T = [type i32], body = @body, cond = @cond} : i32[]
  %y = tf.ReadVariableOp(%v) {dtype = type i32} : i32[] "y"
  return %y
}
func @cond(%i: i32[]) {
  %zero = const i32[] [0]
  %c = tf.Greater(%i, %zero) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[]) {
  %v = tf.VarHandleOp() {dtype = type i32, initial_value = tensor i32[] [0], shape = shape [], shared_name = "v"} : resource[]
  %two = const i32[] [2]
  tf.AssignAddVariableOp(%v, %two) {dtype = type i32}
  %one = const i32[] [1]
  %j = tf.Sub(%i, %one) {T = type i32} : i32[]
  return %j
}
)",
                4, 2),
            (std::vector<double>{8, 16}));
}

}  // namespace
}  // namespace litesmith::pipeline
