#include "one_op.h"

namespace litesmith::lowering {
namespace {
// The table: shapes, slices, parts and their joining.
class ShapeOps : public LowersAs {};

TEST_P(ShapeOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }

const OneOp kShapeOps[] = {
    {"ReshapeWithAnOpenSize", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [4, -1]
  %y = tf.Reshape(%x, %s) : f32[*]
  return %y
})"},
    {"ReshapeBy64Bits", R"((%x: f32[2,3,4]) {
  %s = const i64[2] [4, -1]
  %y = tf.Reshape(%x, %s) : f32[*]
  return %y
})"},
    {"ExpandDims", R"((%x: f32[2,3,4]) {
  %s = const i32[] [-2]
  %y = tf.ExpandDims(%x, %s) : f32[*]
  return %y
})"},
    {"SqueezeAll", R"((%x: f32[1,3,1]) { %y = tf.Squeeze(%x) {squeeze_dims = []} : f32[*] return %y })"},
    {"SqueezeSome", R"((%x: f32[1,3,1]) { %y = tf.Squeeze(%x) {squeeze_dims = [-1]} : f32[*] return %y })"},
    {"Shapei32", R"((%x: f32[2,3,4]) { %y = tf.Shape(%x) {out_type = type i32} : i32[*] return %y })"},
    {"Sizei32", R"((%x: f32[2,3,4]) { %y = tf.Size(%x) {out_type = type i32} : i32[*] return %y })"},
    {"Shapei64", R"((%x: f32[2,3,4]) { %y = tf.Shape(%x) {out_type = type i64} : i64[*] return %y })"},
    {"Sizei64", R"((%x: f32[2,3,4]) { %y = tf.Size(%x) {out_type = type i64} : i64[*] return %y })"},
    {"Rank", R"((%x: f32[2,3,4]) { %y = tf.Rank(%x) : i32[*] return %y })"},
    {"Transpose", R"((%x: f32[2,3,4]) {
  %s = const i64[3] [2, 0, 1]
  %y = tf.Transpose(%x, %s) : f32[*]
  return %y
})"},
    {"BroadcastTo", R"((%x: f32[3,1]) {
  %s = const i32[3] [2, 3, 4]
  %y = tf.BroadcastTo(%x, %s) : f32[*]
  return %y
})"},
    {"Tile", R"((%x: f32[2,3]) {
  %s = const i32[2] [2, 3]
  %y = tf.Tile(%x, %s) : f32[*]
  return %y
})"},
    {"Fill", R"((%x: f32[]) {
  %s = const i32[2] [2, 3]
  %y = tf.Fill(%s, %x) : f32[*]
  return %y
})"},
    {"Range", R"((%x: f32[]) {
  %a = const f32[] [1]
  %d = const f32[] [0.5]
  %y = tf.Range(%a, %x, %d) {Tidx = type f32} : f32[*]
  return %y
})",
     4, 5},
    {"Pad", R"((%x: f32[2,3]) {
  %s = const i32[2,2] [1, 0, 2, 1]
  %y = tf.Pad(%x, %s) : f32[*]
  return %y
})"},
    {"PadV2", R"((%x: f32[2,3]) {
  %s = const i32[2,2] [1, 0, 2, 1]
  %v = const f32[] [7]
  %y = tf.PadV2(%x, %s, %v) : f32[*]
  return %y
})"},
    {"MirrorPadReflect", R"((%x: f32[2,3]) {
  %s = const i32[2,2] [1, 1, 2, 1]
  %y = tf.MirrorPad(%x, %s) {mode = "REFLECT"} : f32[*]
  return %y
})"},
    {"MirrorPadSymmetric", R"((%x: f32[2,3]) {
  %s = const i32[2,2] [1, 1, 2, 1]
  %y = tf.MirrorPad(%x, %s) {mode = "SYMMETRIC"} : f32[*]
  return %y
})"},
    {"ConcatFirst", R"((%a: f32[2,3], %b: f32[2,3]) {
  %s = const i32[] [0]
  %y = tf.ConcatV2(%a, %b, %s) {N = 2} : f32[*]
  return %y
})"},
    {"PackFirst",
     R"((%a: f32[2,3], %b: f32[2,3]) { %y = tf.Pack(%a, %b) {N = 2, axis = 0} : f32[*] return %y })"},
    {"ConcatLast", R"((%a: f32[2,3], %b: f32[2,3]) {
  %s = const i32[] [-1]
  %y = tf.ConcatV2(%a, %b, %s) {N = 2} : f32[*]
  return %y
})"},
    {"PackLast",
     R"((%a: f32[2,3], %b: f32[2,3]) { %y = tf.Pack(%a, %b) {N = 2, axis = -1} : f32[*] return %y })"},
    {"ConcatOfTF1", R"((%a: f32[2,3], %b: f32[2,1]) {
  %s = const i32[] [1]
  %y = tf.Concat(%s, %a, %b) {N = 2} : f32[*]
  return %y
})"},
    {"Unpack", R"((%x: f32[2,3]) {
  %y, %z, %w = tf.Unpack(%x) {num = 3, axis = -1} : f32[*], f32[*], f32[*]
  return %y, %z, %w
})"},
    {"Split", R"((%x: f32[2,6]) {
  %s = const i32[] [1]
  %y, %z = tf.Split(%s, %x) {num_split = 2} : f32[*], f32[*]
  return %y, %z
})"},
    {"SplitV", R"((%x: f32[2,6]) {
  %n = const i64[2] [1, -1]
  %s = const i32[] [1]
  %y, %z = tf.SplitV(%x, %n, %s) {num_split = 2} : f32[*], f32[*]
  return %y, %z
})"},
    {"StridedSliceBackwards", R"((%x: f32[4,5]) {
  %b = const i32[2] [0, 4]
  %e = const i32[2] [4, 0]
  %s = const i32[2] [1, -2]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0} : f32[*]
  return %y
})"},
    {"StridedSliceWithMasks", R"((%x: f32[4,5]) {
  %b = const i32[2] [1, 2]
  %e = const i32[2] [3, 3]
  %s = const i32[2] [1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 2, end_mask = 1, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0} : f32[*]
  return %y
})"},
    {"StridedSliceShrinks", R"((%x: f32[4,5]) {
  %b = const i32[2] [-1, 1]
  %e = const i32[2] [0, 4]
  %s = const i32[2] [1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 1} : f32[*]
  return %y
})"},
    {"StridedSliceNewAxis", R"((%x: f32[4,5]) {
  %b = const i32[2] [0, 1]
  %e = const i32[2] [0, 3]
  %s = const i32[2] [1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 1, shrink_axis_mask = 0} : f32[*]
  return %y
})"},
    {"StridedSliceEllipsis", R"((%x: f32[2,3,4]) {
  %b = const i32[2] [0, 1]
  %e = const i32[2] [0, 3]
  %s = const i32[2] [1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 0, ellipsis_mask = 1, new_axis_mask = 0, shrink_axis_mask = 0} : f32[*]
  return %y
})"},
    {"StridedSliceEllipsisAndNewAxis", R"((%x: f32[2,3,4]) {
  %b = const i32[4] [1, 0, 0, 2]
  %e = const i32[4] [2, 0, 0, 3]
  %s = const i32[4] [1, 1, 1, 1]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 0, ellipsis_mask = 2, new_axis_mask = 4, shrink_axis_mask = 9} : f32[*]
  return %y
})"},
    {"StridedSliceEllipsisAndNewAxisOfComputedBounds", R"((%x: f32[5,6,7], %b: i32[3], %e: i32[3]) {
  %s = const i32[3] [1, 1, 2]
  %y = tf.StridedSlice(%x, %b, %e, %s) {begin_mask = 0, end_mask = 4, ellipsis_mask = 2, new_axis_mask = 1, shrink_axis_mask = 0} : f32[*]
  return %y
})",
     1, 4},
    {"SliceToTheEnd", R"((%x: f32[4,5]) {
  %b = const i32[2] [1, 2]
  %s = const i32[2] [2, -1]
  %y = tf.Slice(%x, %b, %s) : f32[*]
  return %y
})"},
    {"SpaceToDepth",
     R"((%x: f32[1,4,6,2]) { %y = tf.SpaceToDepth(%x) {block_size = 2} : f32[*] return %y })"},
    {"DepthToSpace",
     R"((%x: f32[1,2,3,8]) { %y = tf.DepthToSpace(%x) {block_size = 2} : f32[*] return %y })"},
    {"SpaceToBatch", R"((%x: f32[1,4,5,2]) {
  %b = const i64[2] [2, 2]
  %p = const i64[2,2] [0, 0, 1, 0]
  %y = tf.SpaceToBatchND(%x, %b, %p) : f32[*]
  return %y
})"},
    {"BatchToSpace", R"((%x: f32[4,2,3,2]) {
  %b = const i32[2] [2, 2]
  %p = const i32[2,2] [0, 0, 1, 0]
  %y = tf.BatchToSpaceND(%x, %b, %p) : f32[*]
  return %y
})"},
    {"Reverse", R"((%x: f32[2,3,4]) {
  %a = const i32[2] [0, -1]
  %y = tf.ReverseV2(%x, %a) : f32[*]
  return %y
})"},
};

INSTANTIATE_TEST_SUITE_P(Table, ShapeOps, testing::ValuesIn(kShapeOps), NameOfOp);

}  // namespace
}  // namespace litesmith::lowering
