#include "one_op.h"

namespace litesmith::lowering {
namespace {
// The table: reductions, indices, orders, suppression.
class IndexOps : public LowersAs {};

TEST_P(IndexOps, ComputeTheSameAfterLowering) { ExpectSameResults(); }

const OneOp kIndexOps[] = {
    {"RollAlongTwoAxes", R"((%x: f32[3,4,5]) {
  %s = const i32[2] [2, -7]
  %a = const i32[2] [0, -1]
  %y = tf.Roll(%x, %s, %a) : f32[*]
  return %y
})"},
    {"DenseBincountOfRows", R"((%x: i32[3,9]) {
  %n = const i32[] [4]
  %w = const f32[0] []
  %y = tf.DenseBincount(%x, %n, %w) {binary_output = false} : f32[*]
  return %y
})",
     0, 5},
    {"DenseBincountThatOnlyTells", R"((%x: i32[9]) {
  %n = const i32[] [4]
  %w = const f32[0] []
  %y = tf.DenseBincount(%x, %n, %w) {binary_output = true} : f32[*]
  return %y
})",
     0, 5},
    {"MatrixDiagPartV3", R"((%x: f32[2,3,4]) {
  %k = const i32[] [0]
  %p = const f32[] [0]
  %y = tf.MatrixDiagPartV3(%x, %k, %p) : f32[*]
  return %y
})"},
    {"MatrixBandPart", R"((%x: f32[2,4,5]) {
  %l = const i64[] [1]
  %u = const i64[] [-1]
  %y = tf.MatrixBandPart(%x, %l, %u) : f32[*]
  return %y
})"},
    {"InvertPermutation", R"((%x: f32[1,5]) {
  %k = const i32[] [5]
  %v, %i = tf.TopKV2(%x, %k) {sorted = true} : f32[1,5], i32[1,5]
  %s = const i32[1] [5]
  %p = tf.Reshape(%i, %s) : i32[5]
  %y = tf.InvertPermutation(%p) : i32[*]
  return %y
})"},
    {"DynamicStitchOfKnownPlaces", R"((%x: f32[2,2,3], %y: f32[3,3]) {
  %i = const i32[2,2] [4, 0, 1, 5]
  %j = const i32[3] [3, 2, 0]
  %z = tf.DynamicStitch(%i, %j, %x, %y) {N = 2} : f32[*]
  return %z
})"},
    {"Diag", R"((%x: f32[3]) { %y = tf.Diag(%x) : f32[*] return %y })"},
    {"DiagPart", R"((%x: f32[3,3]) { %y = tf.DiagPart(%x) : f32[*] return %y })"},
    {"BatchToSpace", R"((%x: f32[4,2,2,1]) {
  %c = const i32[2,2] [0, 1, 1, 0]
  %y = tf.BatchToSpace(%x, %c) {block_size = 2} : f32[*]
  return %y
})"},
    {"UniqueV2OfAVector", R"((%x: i32[9]) {
  %a = const i64[1] [0]
  %y, %i = tf.UniqueV2(%x, %a) {out_idx = type i32} : i32[*], i32[*]
  return %y, %i
})",
     0, 4},
    {"TopKWithItsNumberAsAnAttribute",
     R"((%x: f32[2,6]) { %v, %i = tf.TopK(%x) {k = 3, sorted = true} : f32[*], i32[*] return %v, %i })"},
    {"MatMulOfIntegers", R"((%x: i32[3,2], %y: i32[3,4]) {
  %z = tf.MatMul(%x, %y) {transpose_a = true, transpose_b = false} : i32[*]
  return %z
})",
     -9, 9},
    {"DynamicPartition", R"((%x: f32[9,2], %p: i32[9]) {
  %a, %b = tf.DynamicPartition(%x, %p) {num_partitions = 2} : f32[*], f32[*]
  return %a, %b
})",
     0, 1},
    {"MatrixBandPartOfAComputedWidth", R"((%x: f32[2,4,5], %l: i32[], %u: i32[]) {
  %y = tf.MatrixBandPart(%x, %l, %u) : f32[*]
  return %y
})",
     0, 3},
    {"MatrixBandPartOfWholeTriangles", R"((%x: f32[4,5], %l: i64[]) {
  %u = const i64[] [0]
  %y = tf.MatrixBandPart(%x, %l, %u) : f32[*]
  return %y
})",
     -3, -1},
    {"TensorScatterUpdateOfPlacesThatAreComputed", R"((%x: f32[2,3,2], %u: f32[5,2], %i: i32[5,2]) {
  %y = tf.TensorScatterUpdate(%x, %i, %u) : f32[*]
  return %y
})",
     0, 1},
    {"TensorScatterUpdateTwiceOfOnePlace", R"((%x: f32[4,3], %u: f32[3,3]) {
  %i = const i64[3,1] [3, 1, 3]
  %y = tf.TensorScatterUpdate(%x, %i, %u) : f32[*]
  return %y
})"},
    {"TensorScatterUpdateOfOnePlaceThatIsComputed", R"((%x: f32[4,3], %u: f32[1,3], %i: i32[1,1]) {
  %y = tf.TensorScatterUpdate(%x, %i, %u) : f32[*]
  return %y
})",
     0, 3},
    {"TensorScatterUpdate", R"((%x: f32[4,3], %u: f32[2,3]) {
  %i = const i64[2,1] [3, 1]
  %y = tf.TensorScatterUpdate(%x, %i, %u) : f32[*]
  return %y
})"},
    {"TensorScatterAddTwiceToOnePlace", R"((%x: f32[4,3], %u: f32[3]) {
  %i = const i32[3,2] [3, 1, 0, 0, 3, 1]
  %y = tf.TensorScatterAdd(%x, %i, %u) : f32[*]
  return %y
})"},
    {"TensorScatterSub", R"((%x: f32[4,3], %u: f32[3]) {
  %i = const i32[3,2] [3, 1, 0, 0, 2, 1]
  %y = tf.TensorScatterSub(%x, %i, %u) : f32[*]
  return %y
})"},
    {"MatrixDiagV3", R"((%x: f32[2,3]) {
  %k = const i32[] [0]
  %n = const i32[] [-1]
  %p = const f32[] [0]
  %y = tf.MatrixDiagV3(%x, %k, %n, %n, %p) : f32[*]
  return %y
})"},
    {"MatrixSetDiagV3", R"((%x: f32[2,3,4], %d: f32[2,3]) {
  %k = const i32[] [0]
  %y = tf.MatrixSetDiagV3(%x, %d, %k) : f32[*]
  return %y
})"},
    {"Sum", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [0, -1]
  %y = tf.Sum(%x, %s) {keep_dims = false} : f32[*]
  return %y
})"},
    {"SumKeepsDims", R"((%x: f32[2,3,4]) {
  %s = const i64[1] [1]
  %y = tf.Sum(%x, %s) {keep_dims = true} : f32[*]
  return %y
})"},
    {"Mean", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [0, -1]
  %y = tf.Mean(%x, %s) {keep_dims = false} : f32[*]
  return %y
})"},
    {"MeanKeepsDims", R"((%x: f32[2,3,4]) {
  %s = const i64[1] [1]
  %y = tf.Mean(%x, %s) {keep_dims = true} : f32[*]
  return %y
})"},
    {"Max", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [0, -1]
  %y = tf.Max(%x, %s) {keep_dims = false} : f32[*]
  return %y
})"},
    {"MaxKeepsDims", R"((%x: f32[2,3,4]) {
  %s = const i64[1] [1]
  %y = tf.Max(%x, %s) {keep_dims = true} : f32[*]
  return %y
})"},
    {"Min", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [0, -1]
  %y = tf.Min(%x, %s) {keep_dims = false} : f32[*]
  return %y
})"},
    {"MinKeepsDims", R"((%x: f32[2,3,4]) {
  %s = const i64[1] [1]
  %y = tf.Min(%x, %s) {keep_dims = true} : f32[*]
  return %y
})"},
    {"Prod", R"((%x: f32[2,3,4]) {
  %s = const i32[2] [0, -1]
  %y = tf.Prod(%x, %s) {keep_dims = false} : f32[*]
  return %y
})"},
    {"ProdKeepsDims", R"((%x: f32[2,3,4]) {
  %s = const i64[1] [1]
  %y = tf.Prod(%x, %s) {keep_dims = true} : f32[*]
  return %y
})"},
    {"Any", R"((%x: bool[3,4]) {
  %s = const i32[1] [0]
  %y = tf.Any(%x, %s) {keep_dims = false} : bool[*]
  return %y
})"},
    {"All", R"((%x: bool[3,4]) {
  %s = const i32[1] [0]
  %y = tf.All(%x, %s) {keep_dims = false} : bool[*]
  return %y
})"},
    {"ArgMaxi32", R"((%x: f32[2,3,4]) {
  %s = const i32[] [-1]
  %y = tf.ArgMax(%x, %s) {output_type = type i32} : i32[*]
  return %y
})"},
    {"ArgMaxi64", R"((%x: f32[2,3,4]) {
  %s = const i32[] [-1]
  %y = tf.ArgMax(%x, %s) {output_type = type i64} : i64[*]
  return %y
})"},
    {"ArgMini32", R"((%x: f32[2,3,4]) {
  %s = const i32[] [-1]
  %y = tf.ArgMin(%x, %s) {output_type = type i32} : i32[*]
  return %y
})"},
    {"ArgMini64", R"((%x: f32[2,3,4]) {
  %s = const i32[] [-1]
  %y = tf.ArgMin(%x, %s) {output_type = type i64} : i64[*]
  return %y
})"},
    {"Gather", R"((%x: f32[5,3]) {
  %i = const i32[2,2] [4, 0, 1, 4]
  %y = tf.Gather(%x, %i) : f32[*]
  return %y
})"},
    {"GatherAlongTheLastAxis", R"((%x: f32[5,3]) {
  %i = const i64[2] [2, 0]
  %a = const i32[] [-1]
  %y = tf.GatherV2(%x, %i, %a) {batch_dims = 0} : f32[*]
  return %y
})"},
    {"GatherInBatches", R"((%x: f32[2,5,3]) {
  %i = const i32[2,2] [4, 0, 1, 4]
  %a = const i32[] [1]
  %y = tf.GatherV2(%x, %i, %a) {batch_dims = 1} : f32[*]
  return %y
})"},
    {"GatherNd", R"((%x: f32[2,5,3]) {
  %i = const i32[2,2] [1, 0, 0, 4]
  %y = tf.GatherNd(%x, %i) : f32[*]
  return %y
})"},
    {"Where", R"((%x: bool[3,4]) { %y = tf.Where(%x) : i64[*] return %y })"},
    {"TopK", R"((%x: f32[2,7]) {
  %k = const i32[] [3]
  %y, %z = tf.TopKV2(%x, %k) {sorted = true} : f32[*], i32[*]
  return %y, %z
})"},
    {"OneHot", R"((%x: i32[4]) {
  %d = const i32[] [5]
  %a = const f32[] [2]
  %b = const f32[] [-1]
  %y = tf.OneHot(%x, %d, %a, %b) {axis = -1} : f32[*]
  return %y
})",
     0, 4},
    {"Cumsum", R"((%x: f32[2,5]) {
  %a = const i32[] [1]
  %y = tf.Cumsum(%x, %a) {exclusive = false, reverse = false} : f32[*]
  return %y
})"},
    {"CumsumExclusive", R"((%x: f32[2,5]) {
  %a = const i32[] [1]
  %y = tf.Cumsum(%x, %a) {exclusive = true, reverse = false} : f32[*]
  return %y
})"},
    {"CumsumReverse", R"((%x: f32[2,5]) {
  %a = const i32[] [1]
  %y = tf.Cumsum(%x, %a) {exclusive = false, reverse = true} : f32[*]
  return %y
})"},
    {"ScatterNd", R"((%x: f32[3,2]) {
  %i = const i32[3,1] [4, 0, 4]
  %s = const i32[2] [5, 2]
  %y = tf.ScatterNd(%i, %x, %s) : f32[*]
  return %y
})"},
    {"SegmentSum", R"((%x: f32[4,2]) {
  %i = const i32[4] [0, 0, 2, 2]
  %y = tf.SegmentSum(%x, %i) : f32[*]
  return %y
})"},
    {"UnsortedSegmentSum", R"((%x: f32[4,2]) {
  %i = const i32[4] [2, 0, 2, 1]
  %n = const i32[] [4]
  %y = tf.UnsortedSegmentSum(%x, %i, %n) : f32[*]
  return %y
})"},
    {"ReverseSequence", R"((%x: f32[3,4]) {
  %i = const i32[3] [1, 4, 2]
  %y = tf.ReverseSequence(%x, %i) {seq_dim = 1, batch_dim = 0} : f32[*]
  return %y
})"},
    {"SuppressionWithoutPadding", R"((%b: f32[6,4], %s: f32[6]) {
  %m = const i32[] [4]
  %i = const f32[] [0.3]
  %t = const f32[] [0.2]
  %y = tf.NonMaxSuppressionV3(%b, %s, %m, %i, %t) : i32[*]
  return %y
})",
     0, 1},
    {"SuppressionWithPadding", R"((%b: f32[6,4], %s: f32[6]) {
  %m = const i32[] [5]
  %i = const f32[] [0.1]
  %t = const f32[] [0.2]
  %y, %n = tf.NonMaxSuppressionV4(%b, %s, %m, %i, %t) {pad_to_max_output_size = true} : i32[*], i32[*]
  return %n
})",
     0, 1},
    {"SoftSuppression", R"((%b: f32[6,4], %s: f32[6]) {
  %m = const i32[] [5]
  %i = const f32[] [1]
  %t = const f32[] [0.1]
  %g = const f32[] [0.5]
  %y, %z, %n = tf.NonMaxSuppressionV5(%b, %s, %m, %i, %t, %g) {pad_to_max_output_size = false} : i32[*], f32[*], i32[*]
  return %y, %z, %n
})",
     0, 1},
    {"SuppressionOfTheFirstVersion", R"((%b: f32[6,4], %s: f32[6]) {
  %m = const i32[] [4]
  %y = tf.NonMaxSuppression(%b, %s, %m) {iou_threshold = 0.3f} : i32[*]
  return %y
})",
     0, 1},
    {"CombinedSuppression", R"((%b: f32[1,6,1,4], %s: f32[1,6,3]) {
  %m = const i32[] [4]
  %n = const i32[] [7]
  %i = const f32[] [0.3]
  %t = const f32[] [0.4]
  %y, %z, %c, %v = tf.CombinedNonMaxSuppression(%b, %s, %m, %n, %i, %t) {pad_per_class = false, clip_boxes = true} : f32[*], f32[*], f32[*], i32[*]
  return %y, %z, %c, %v
})",
     0, 1},
    {"CombinedSuppressionWithFreeRows", R"((%b: f32[1,6,2,4], %s: f32[1,6,2]) {
  %m = const i32[] [3]
  %n = const i32[] [20]
  %i = const f32[] [0.3]
  %t = const f32[] [0.7]
  %y, %z, %c, %v = tf.CombinedNonMaxSuppression(%b, %s, %m, %n, %i, %t) {pad_per_class = false, clip_boxes = false} : f32[*], f32[*], f32[*], i32[*]
  return %y, %z, %c, %v
})",
     0, 1},
    {"CombinedSuppressionPaddedPerClass", R"((%b: f32[1,6,1,4], %s: f32[1,6,2]) {
  %m = const i32[] [3]
  %n = const i32[] [20]
  %i = const f32[] [0.3]
  %t = const f32[] [0.2]
  %y, %z, %c, %v = tf.CombinedNonMaxSuppression(%b, %s, %m, %n, %i, %t) {pad_per_class = true} : f32[*], f32[*], f32[*], i32[*]
  return %y, %z, %c, %v
})",
     0, 1},
};

INSTANTIATE_TEST_SUITE_P(Table, IndexOps, testing::ValuesIn(kIndexOps), NameOfOp);

}  // namespace
}  // namespace litesmith::lowering
