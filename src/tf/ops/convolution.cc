// Convolutions and their relatives.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BiasAdd, "output", "T", ir::kNone, shape::BiasAdd)
LS_TF_OP(BiasAddGrad, "output", "T", ir::kNone, shape::BiasAddGrad)
LS_TF_OP(BiasAddV1, "output", "T", ir::kNone, shape::BiasAdd)
LS_TF_OP(Conv, "output", "T", ir::kNone, nullptr)
LS_TF_OP(Conv2D, "output", "T", ir::kNone, shape::Conv2D)
LS_TF_OP(Conv2DBackpropFilter, "output", "T", ir::kNone, shape::ShapeFromSecond)
LS_TF_OP(Conv2DBackpropFilterV2, "output", "T", ir::kNone, shape::SameShapeAsSecond)
LS_TF_OP(Conv2DBackpropInput, "output", "T", ir::kNone, shape::ConvBackpropInput)
LS_TF_OP(Conv2DBackpropInputV2, "output", "T", ir::kNone, shape::ConvBackpropInputOfTensor)
LS_TF_OP(Conv3D, "output", "T", ir::kNone, shape::Conv3D)
LS_TF_OP(Conv3DBackpropFilter, "output", "T", ir::kNone, shape::SameShapeAsSecond)
LS_TF_OP(Conv3DBackpropFilterV2, "output", "T", ir::kNone, shape::ShapeFromSecond)
LS_TF_OP(Conv3DBackpropInput, "output", "T", ir::kNone, shape::ConvBackpropInputOfTensor)
LS_TF_OP(Conv3DBackpropInputV2, "output", "T", ir::kNone, shape::ConvBackpropInput)
LS_TF_OP(DepthwiseConv2dNative, "output", "T", ir::kNone, shape::DepthwiseConv2D)
LS_TF_OP(DepthwiseConv2dNativeBackpropFilter, "output", "T", ir::kNone, shape::ShapeFromSecond)
LS_TF_OP(DepthwiseConv2dNativeBackpropInput, "output", "T", ir::kNone, shape::ConvBackpropInput)
LS_TF_OP(Dilation2D, "output", "T", ir::kNone, shape::Dilation2D)
LS_TF_OP(ExtractImagePatches, "patches", "T", ir::kNone, shape::ExtractPatches)
LS_TF_OP(ExtractVolumePatches, "patches", "T", ir::kNone, shape::ExtractPatches)
LS_TF_OP(FusedConv2D, "output", "T", ir::kNone, shape::Conv2D)
LS_TF_OP(FusedDepthwiseConv2dNative, "output", "T", ir::kNone, shape::DepthwiseConv2D)
LS_TF_OP(FusedMatMul, "product", "T", ir::kNone, shape::MatMul)
LS_TF_OP(FusedPadConv2D, "output", "T", ir::kNone, nullptr)
LS_TF_OP(FusedResizeAndPadConv2D, "output", "T", ir::kNone, nullptr)

}  // namespace litesmith::tf
