// Where the fields of TensorFlow Lite's C structures lie, as tensorflow/lite/core/c/common.h of
// TensorFlow 2.21 places them on a 64-bit machine: kernels that were compiled with that header rely on it.
#include <gtest/gtest.h>

#include <cstddef>

#include "litesmith/custom_op.h"

#define SIZE(structure, bytes) static_assert(sizeof(structure) == bytes)
#define FIELD(structure, field, offset) static_assert(offsetof(structure, field) == offset)
#define VALUE(name, number) static_assert(static_cast<int>(name) == number)

SIZE(TfLiteIntArray, 4);
FIELD(TfLiteIntArray, size, 0);
FIELD(TfLiteIntArray, data, 4);
SIZE(TfLiteFloatArray, 4);
FIELD(TfLiteFloatArray, size, 0);
FIELD(TfLiteFloatArray, data, 4);
SIZE(TfLiteQuantizationParams, 8);
FIELD(TfLiteQuantizationParams, scale, 0);
FIELD(TfLiteQuantizationParams, zero_point, 4);
SIZE(TfLiteQuantization, 16);
FIELD(TfLiteQuantization, type, 0);
FIELD(TfLiteQuantization, params, 8);
SIZE(TfLiteAffineQuantization, 24);
FIELD(TfLiteAffineQuantization, scale, 0);
FIELD(TfLiteAffineQuantization, zero_point, 8);
FIELD(TfLiteAffineQuantization, quantized_dimension, 16);
SIZE(TfLiteTensor, 112);
FIELD(TfLiteTensor, type, 0);
FIELD(TfLiteTensor, data, 8);
FIELD(TfLiteTensor, dims, 16);
FIELD(TfLiteTensor, params, 24);
FIELD(TfLiteTensor, allocation_type, 32);
FIELD(TfLiteTensor, bytes, 40);
FIELD(TfLiteTensor, allocation, 48);
FIELD(TfLiteTensor, name, 56);
FIELD(TfLiteTensor, delegate, 64);
FIELD(TfLiteTensor, buffer_handle, 72);
FIELD(TfLiteTensor, data_is_stale, 76);
FIELD(TfLiteTensor, is_variable, 77);
FIELD(TfLiteTensor, quantization, 80);
FIELD(TfLiteTensor, sparsity, 96);
FIELD(TfLiteTensor, dims_signature, 104);
SIZE(TfLiteNode, 80);
FIELD(TfLiteNode, inputs, 0);
FIELD(TfLiteNode, outputs, 8);
FIELD(TfLiteNode, intermediates, 16);
FIELD(TfLiteNode, temporaries, 24);
FIELD(TfLiteNode, user_data, 32);
FIELD(TfLiteNode, builtin_data, 40);
FIELD(TfLiteNode, custom_initial_data, 48);
FIELD(TfLiteNode, custom_initial_data_size, 56);
FIELD(TfLiteNode, delegate, 64);
FIELD(TfLiteNode, might_have_side_effect, 72);
SIZE(TfLiteEvalTensor, 24);
FIELD(TfLiteEvalTensor, data, 0);
FIELD(TfLiteEvalTensor, dims, 8);
FIELD(TfLiteEvalTensor, type, 16);
SIZE(TfLiteExternalContext, 16);
FIELD(TfLiteExternalContext, type, 0);
FIELD(TfLiteExternalContext, Refresh, 8);
SIZE(TfLiteContext, 200);
FIELD(TfLiteContext, tensors_size, 0);
FIELD(TfLiteContext, GetExecutionPlan, 8);
FIELD(TfLiteContext, tensors, 16);
FIELD(TfLiteContext, impl_, 24);
FIELD(TfLiteContext, ResizeTensor, 32);
FIELD(TfLiteContext, ReportError, 40);
FIELD(TfLiteContext, AddTensors, 48);
FIELD(TfLiteContext, GetNodeAndRegistration, 56);
FIELD(TfLiteContext, ReplaceNodeSubsetsWithDelegateKernels, 64);
FIELD(TfLiteContext, recommended_num_threads, 72);
FIELD(TfLiteContext, GetExternalContext, 80);
FIELD(TfLiteContext, SetExternalContext, 88);
FIELD(TfLiteContext, allow_fp32_relax_to_fp16, 96);
FIELD(TfLiteContext, profiler, 104);
FIELD(TfLiteContext, AllocatePersistentBuffer, 112);
FIELD(TfLiteContext, AllocateBufferForEval, 120);
FIELD(TfLiteContext, RequestScratchBufferInArena, 128);
FIELD(TfLiteContext, GetScratchBuffer, 136);
FIELD(TfLiteContext, ResizeTensorExplicit, 144);
FIELD(TfLiteContext, PreviewDelegatePartitioning, 152);
FIELD(TfLiteContext, GetTensor, 160);
FIELD(TfLiteContext, GetEvalTensor, 168);
FIELD(TfLiteContext, GetModelMetadata, 176);
FIELD(TfLiteContext, AcquireSubgraphContext, 184);
FIELD(TfLiteContext, ReleaseSubgraphContext, 192);
SIZE(TfLiteRegistration, 88);
FIELD(TfLiteRegistration, init, 0);
FIELD(TfLiteRegistration, free, 8);
FIELD(TfLiteRegistration, prepare, 16);
FIELD(TfLiteRegistration, invoke, 24);
FIELD(TfLiteRegistration, profiling_string, 32);
FIELD(TfLiteRegistration, builtin_code, 40);
FIELD(TfLiteRegistration, custom_name, 48);
FIELD(TfLiteRegistration, version, 56);
FIELD(TfLiteRegistration, registration_external, 64);
FIELD(TfLiteRegistration, async_kernel, 72);
FIELD(TfLiteRegistration, inplace_operator, 80);
VALUE(kTfLiteNonCpu, 8);
VALUE(kTfLiteVariantObject, 7);
VALUE(kTfLitePersistentRo, 5);
VALUE(kTfLiteArenaRwPersistent, 3);
VALUE(kTfLiteDynamic, 4);
VALUE(kTfLiteFloat8E5M2, 23);
VALUE(kTfLiteInt2, 20);
VALUE(kTfLiteBFloat16, 19);
VALUE(kTfLiteOutputShapeNotKnown, 9);
VALUE(kTfLiteMaxExternalContexts, 5);
VALUE(kTfLiteInplaceOpInput2Shared, 16);
VALUE(kTfLiteMultiAxisQuantization, 3);

TEST(CustomOpHeader, LaysStructuresOutAsTensorFlowLite) { SUCCEED() << "checked by the compiler"; }
