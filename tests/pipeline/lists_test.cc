// Lists whose course is only known at run time become tensors, and hold the same.
#include <algorithm>

#include "ir/pass.h"
#include "passes/passes.h"
#include "verifying.h"

namespace litesmith::pipeline {
namespace {

class ListsTest : public testing::Test, protected Verifying {
 protected:
  void ExpectTheSame(std::string_view text) {
    const auto file = Convert(text);
    ASSERT_NE(file, nullptr);
    const auto verified = Compare(text, file);
    ASSERT_TRUE(verified.has_value()) << Said();
    EXPECT_EQ(Find(Code::kComputesDifferently), nullptr) << Said();
    const size_t results = file->functions()[0]->result_count();
    EXPECT_GE(verified->tensors.size(), results);
  }
};

// More steps than are unrolled, and pictures of which nobody says how many come at once: a recurrent layer.
constexpr std::string_view kRecurrent = R"(
func @main(%x "x": f32[100,?,3] "x") -> ("all", "last") {
  %shape = const i32[2] [-1, 3]
  %n = const i32[] [100]
  %zero = const i32[] [0]
  %in = tf.TensorListFromTensor(%x, %shape) {element_dtype = type f32, shape_type = type i32} : variant[] "in"
  %out = tf.TensorListReserve(%shape, %n) {element_dtype = type f32, shape_type = type i32} : variant[] "out"
  %first = tf.TensorListGetItem(%in, %zero, %shape) {element_dtype = type f32} : f32[?,3] "first"
  %i, %l, %h, %o = tf.While(%zero, %in, %first, %out) {T = [type i32, type variant, type f32, type variant], body = @body, cond = @cond} : i32[] "i", variant[] "l", f32[?,3] "h", variant[] "o"
  %all = tf.TensorListStack(%o, %shape) {element_dtype = type f32, num_elements = 100} : f32[100,?,3] "all"
  return %all, %h
}
func @cond(%i: i32[], %l: variant[], %h: f32[?,3], %o: variant[]) {
  %n = const i32[] [100]
  %c = tf.Less(%i, %n) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[], %l: variant[], %h: f32[?,3], %o: variant[]) {
  %shape = const i32[2] [-1, 3]
  %one = const i32[] [1]
  %half = const f32[] [0.5]
  %x = tf.TensorListGetItem(%l, %i, %shape) {element_dtype = type f32} : f32[?,3] "item"
  %less = tf.Mul(%h, %half) {T = type f32} : f32[?,3] "less"
  %next = tf.AddV2(%less, %x) {T = type f32} : f32[?,3] "next"
  %set = tf.TensorListSetItem(%o, %i, %next) {element_dtype = type f32} : variant[] "set"
  %j = tf.AddV2(%i, %one) {T = type i32} : i32[] "j"
  return %j, %l, %next, %set
}
)";

TEST_F(ListsTest, OfARecurrentLayerThatIsNotUnrolledAndABatchOfUnknownSize) { ExpectTheSame(kRecurrent); }

TEST_F(ListsTest, OfUnknownLengthGrowShrinkAndAreJoined) {
  ExpectTheSame(R"(
func @main(%x "x": f32[?,2] "x", %y "y": f32[2] "y", %k "k": i32[] "k") -> ("length", "back", "picked", "joined") {
  %shape = const i32[1] [2]
  %list = tf.TensorListFromTensor(%x, %shape) {element_dtype = type f32, shape_type = type i32} : variant[] "list"
  %more = tf.TensorListPushBack(%list, %y) {element_dtype = type f32} : variant[] "more"
  %four = const i32[] [4]
  %sized = tf.TensorListResize(%more, %four) : variant[] "sized"
  %less, %back = tf.TensorListPopBack(%sized, %shape) {element_dtype = type f32} : variant[] "less", f32[2] "back"
  %places = const i32[2] [1, 0]
  %picked = tf.TensorListGather(%less, %places, %shape) {element_dtype = type f32} : f32[2,2] "picked"
  %length = tf.TensorListLength(%more) : i32[] "length"
  %none = const i64[0] []
  %joined, %lengths = tf.TensorListConcatV2(%less, %shape, %none) {element_dtype = type f32, shape_type = type i32} : f32[?] "joined", i64[?] "lengths"
  return %length, %back, %picked, %joined
}
)");
}

TEST_F(ListsTest, WhoseElementsMayDifferInShapeStayLists) {
  const auto module = Parse(R"(
func @main(%x "x": f32[?] "x", %y "y": f32[?] "y", %n "n": i32[] "n") {
  %any = const i32[] [-1]
  %list = tf.TensorListReserve(%any, %n) {element_dtype = type f32, shape_type = type i32} : variant[]
  %a = tf.TensorListSetItem(%list, %n, %x) {element_dtype = type f32} : variant[]
  %b = tf.TensorListSetItem(%a, %n, %y) {element_dtype = type f32} : variant[]
  %z = tf.TensorListGetItem(%b, %n, %any) {element_dtype = type f32} : f32[*]
  return %z
}
)");
  ASSERT_NE(module, nullptr);
  ir::PassContext passes{context};
  const auto changed = passes::ListsAsTensors(*module, passes);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(*changed, ir::Changed::kNo);
}

}  // namespace
}  // namespace litesmith::pipeline
