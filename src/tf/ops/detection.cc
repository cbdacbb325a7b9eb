// Suppressing overlapping boxes.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(CombinedNonMaxSuppression, "nmsed_boxes nmsed_scores nmsed_classes valid_detections",
         "float32 float32 float32 int32", ir::kNone, shape::CombinedNonMaxSuppression)
LS_TF_OP(GenerateBoundingBoxProposals, "rois roi_probabilities", "float32 float32", ir::kNone, nullptr)
LS_TF_OP(NonMaxSuppression, "selected_indices", "int32", ir::kNone, shape::NonMaxSuppression)
LS_TF_OP(NonMaxSuppressionV2, "selected_indices", "int32", ir::kNone, shape::NonMaxSuppression)
LS_TF_OP(NonMaxSuppressionV3, "selected_indices", "int32", ir::kNone, shape::NonMaxSuppression)
LS_TF_OP(NonMaxSuppressionV4, "selected_indices valid_outputs", "int32 int32", ir::kNone,
         shape::NonMaxSuppressionPadded)
LS_TF_OP(NonMaxSuppressionV5, "selected_indices selected_scores valid_outputs", "int32 T=float32 int32",
         ir::kNone, shape::NonMaxSuppressionPadded)
LS_TF_OP(NonMaxSuppressionWithOverlaps, "selected_indices", "int32", ir::kNone, shape::NonMaxSuppression)
LS_TF_OP(TFLite_Detection_PostProcess, "output*_output_types", "_output_types", ir::kNone, nullptr)

}  // namespace litesmith::tf
