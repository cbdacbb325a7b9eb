// Quantization, real and pretended.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(CustomAggregator, "output min max histogram", "float32 float32 float32 int64", ir::kNotPure, nullptr)
LS_TF_OP(FakeQuantWithMinMaxArgs, "outputs", "float32", ir::kNone, shape::SameShape)
LS_TF_OP(FakeQuantWithMinMaxArgsGradient, "backprops", "float32", ir::kNone, shape::SameShape)
LS_TF_OP(FakeQuantWithMinMaxVars, "outputs", "float32", ir::kNone, shape::SameShape)
LS_TF_OP(FakeQuantWithMinMaxVarsGradient, "backprops_wrt_input backprop_wrt_min backprop_wrt_max",
         "float32 float32 float32", ir::kNone, shape::FakeQuantGradient)
LS_TF_OP(FakeQuantWithMinMaxVarsPerChannel, "outputs", "float32", ir::kNone, shape::SameShape)
LS_TF_OP(FakeQuantWithMinMaxVarsPerChannelGradient, "backprops_wrt_input backprop_wrt_min backprop_wrt_max",
         "float32 float32 float32", ir::kNone, shape::FakeQuantGradient)
LS_TF_OP(QuantizeAndDequantize, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(QuantizeAndDequantizeV2, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(QuantizeAndDequantizeV3, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(QuantizeAndDequantizeV4, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(QuantizeDownAndShrinkRange, "output output_min output_max", "out_type float32 float32", ir::kNone,
         shape::QuantizedUnary)
LS_TF_OP(QuantizeV2, "output output_min output_max", "T float32 float32", ir::kNone, shape::Quantize)
LS_TF_OP(QuantizedAdd, "z min_z max_z", "Toutput=qint32 float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedAvgPool, "output min_output max_output", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedBatchNormWithGlobalNormalization, "result result_min result_max",
         "out_type float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedBiasAdd, "output min_out max_out", "out_type float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedConcat, "output output_min output_max", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedConv2D, "output min_output max_output", "out_type=qint32 float32 float32", ir::kNone,
         nullptr)
LS_TF_OP(QuantizedDepthwiseConv2D, "output min_output max_output", "out_type=qint32 float32 float32",
         ir::kNone, nullptr)
LS_TF_OP(QuantizedInstanceNorm, "y y_min y_max", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedMatMul, "out min_out max_out", "Toutput=qint32 float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedMaxPool, "output min_output max_output", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedMul, "z min_z max_z", "Toutput=qint32 float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedRelu, "activations min_activations max_activations", "out_type=quint8 float32 float32",
         ir::kNone, shape::QuantizedUnary)
LS_TF_OP(QuantizedRelu6, "activations min_activations max_activations", "out_type=quint8 float32 float32",
         ir::kNone, shape::QuantizedUnary)
LS_TF_OP(QuantizedReluX, "activations min_activations max_activations", "out_type=quint8 float32 float32",
         ir::kNone, shape::QuantizedUnary)
LS_TF_OP(QuantizedReshape, "output output_min output_max", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(QuantizedResizeBilinear, "resized_images out_min out_max", "T float32 float32", ir::kNone, nullptr)
LS_TF_OP(RequantizationRange, "output_min output_max", "float32 float32", ir::kNone, nullptr)
LS_TF_OP(Requantize, "output output_min output_max", "out_type float32 float32", ir::kNone,
         shape::QuantizedUnary)
LS_TF_OP(UniformDequantize, "output", "Tout", ir::kNone, shape::SameShape)
LS_TF_OP(UniformQuantize, "output", "Tout", ir::kNone, shape::SameShape)
LS_TF_OP(UniformQuantizedAdd, "output", "T", ir::kNone, shape::Broadcast)
LS_TF_OP(UniformQuantizedClipByValue, "output", "T", ir::kNone, shape::SameShape)
LS_TF_OP(UniformQuantizedConvolution, "output", "Tout", ir::kNone, nullptr)
LS_TF_OP(UniformQuantizedConvolutionHybrid, "output", "Tout", ir::kNone, nullptr)
LS_TF_OP(UniformQuantizedDot, "output", "Tout", ir::kNone, nullptr)
LS_TF_OP(UniformQuantizedDotHybrid, "output", "Tout", ir::kNone, nullptr)
LS_TF_OP(UniformRequantize, "output", "Tout", ir::kNone, shape::SameShape)

}  // namespace litesmith::tf
