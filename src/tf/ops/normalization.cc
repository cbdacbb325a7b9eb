// Normalization over batches and neighbourhoods.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BatchNormWithGlobalNormalization, "result", "T", ir::kNone, shape::SameShape)
LS_TF_OP(FusedBatchNorm, "y batch_mean batch_variance reserve_space_1 reserve_space_2", "T T T T T",
         ir::kNone, shape::FusedBatchNorm)
LS_TF_OP(FusedBatchNormGrad, "x_backprop scale_backprop offset_backprop reserve_space_3 reserve_space_4",
         "T T T T T", ir::kNone, nullptr)
LS_TF_OP(FusedBatchNormGradV2, "x_backprop scale_backprop offset_backprop reserve_space_3 reserve_space_4",
         "T U U U U", ir::kNone, nullptr)
LS_TF_OP(FusedBatchNormGradV3, "x_backprop scale_backprop offset_backprop reserve_space_4 reserve_space_5",
         "T U U U U", ir::kNone, nullptr)
LS_TF_OP(FusedBatchNormV2, "y batch_mean batch_variance reserve_space_1 reserve_space_2", "T U U U U",
         ir::kNone, shape::FusedBatchNorm)
LS_TF_OP(FusedBatchNormV3, "y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3",
         "T U U U U U", ir::kNone, shape::FusedBatchNorm)
LS_TF_OP(L2Loss, "output", "T", ir::kNone, shape::ScalarOutput)
LS_TF_OP(LRN, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(LRNGrad, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(SoftmaxCrossEntropyWithLogits, "loss backprop", "T T", ir::kNone, shape::CrossEntropy)
LS_TF_OP(SparseSoftmaxCrossEntropyWithLogits, "loss backprop", "T T", ir::kNone, shape::CrossEntropy)

}  // namespace litesmith::tf
