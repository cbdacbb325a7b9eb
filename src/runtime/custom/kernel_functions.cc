// C++ functions that kernels written for TensorFlow Lite call and do not always bring along: those of
// tensorflow/lite/kernels/kernel_util.h that are not inline there. Names, parameters and results are that
// header's of TensorFlow 2.21.
#include <algorithm>
#include <climits>
#include <cmath>
#include <limits>

#include "runtime/custom/types.h"

#define LS_EXPORT __attribute__((visibility("default")))

// As tensorflow/lite/core/c/builtin_op_data.h numbers them.
enum TfLiteFusedActivation { kTfLiteActNone, kTfLiteActRelu, kTfLiteActReluN1To1, kTfLiteActRelu6 };

namespace tflite {
namespace {

// The tensor that entry `index` of a list refers to, null if there is none.
TfLiteTensor* Entry(const TfLiteContext* context, const TfLiteIntArray* list, int index) {
  if (list == nullptr || index < 0 || index >= list->size) return nullptr;
  const int tensor = list->data[index];
  if (tensor < 0 || static_cast<size_t>(tensor) >= context->tensors_size) return nullptr;
  return &context->tensors[tensor];
}

template <class Tensor>
TfLiteStatus EntrySafe(const TfLiteContext* context, const TfLiteIntArray* list, int index, const char* kind,
                       Tensor** tensor) {
  *tensor = Entry(context, list, index);
  if (*tensor != nullptr) return kTfLiteOk;
  auto* reporter = const_cast<TfLiteContext*>(context);
  reporter->ReportError(reporter, "there is no %s %d", kind, index);
  return kTfLiteError;
}

// Sizes of `tensors` under NumPy's rules of broadcasting.
TfLiteStatus Broadcast(TfLiteContext* context, std::initializer_list<const TfLiteTensor*> tensors,
                       TfLiteIntArray** shape) {
  int rank = 0;
  for (const TfLiteTensor* tensor : tensors) rank = std::max(rank, tensor->dims->size);
  TfLiteIntArray* result = TfLiteIntArrayCreate(rank);
  if (result == nullptr) return kTfLiteError;
  for (int axis = 0; axis < rank; ++axis) {
    int size = 1;
    for (const TfLiteTensor* tensor : tensors) {
      const int own = axis - (rank - tensor->dims->size);
      const int dim = own < 0 ? 1 : tensor->dims->data[own];
      if (dim != 1 && size != 1 && dim != size) {
        context->ReportError(context, "shapes do not broadcast: %d and %d in dimension %d", size, dim, axis);
        TfLiteIntArrayFree(result);
        return kTfLiteError;
      }
      if (dim != 1) size = dim;
    }
    result->data[axis] = size;
  }
  *shape = result;
  return kTfLiteOk;
}

template <class T>
void RangeOf(int* least, int* most) {
  *least = std::numeric_limits<T>::min();
  *most = std::numeric_limits<T>::max();
}

}  // namespace

LS_EXPORT const TfLiteTensor* GetInput(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return Entry(context, node->inputs, index);
}
LS_EXPORT TfLiteStatus GetInputSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                    const TfLiteTensor** tensor) {
  return EntrySafe(context, node->inputs, index, "input", tensor);
}
LS_EXPORT const TfLiteTensor* GetOptionalInputTensor(const TfLiteContext* context, const TfLiteNode* node,
                                                     int index) {
  return Entry(context, node->inputs, index);
}
LS_EXPORT TfLiteTensor* GetVariableInput(TfLiteContext* context, const TfLiteNode* node, int index) {
  TfLiteTensor* tensor = Entry(context, node->inputs, index);
  return tensor != nullptr && tensor->is_variable ? tensor : nullptr;
}
LS_EXPORT TfLiteTensor* GetOutput(TfLiteContext* context, const TfLiteNode* node, int index) {
  return Entry(context, node->outputs, index);
}
LS_EXPORT TfLiteStatus GetOutputSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                     TfLiteTensor** tensor) {
  return EntrySafe(context, node->outputs, index, "output", tensor);
}
LS_EXPORT TfLiteTensor* GetTemporary(TfLiteContext* context, const TfLiteNode* node, int index) {
  return Entry(context, node->temporaries, index);
}
LS_EXPORT TfLiteStatus GetTemporarySafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                        TfLiteTensor** tensor) {
  return EntrySafe(context, node->temporaries, index, "temporary", tensor);
}
LS_EXPORT const TfLiteTensor* GetIntermediates(TfLiteContext* context, const TfLiteNode* node, int index) {
  return Entry(context, node->intermediates, index);
}
LS_EXPORT TfLiteStatus GetIntermediatesSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                            TfLiteTensor** tensor) {
  return EntrySafe(context, node->intermediates, index, "intermediate", tensor);
}

LS_EXPORT bool HaveSameShapes(const TfLiteTensor* input1, const TfLiteTensor* input2) {
  return TfLiteIntArrayEqual(input1->dims, input2->dims) != 0;
}

// The shape that the values of a one-dimensional int32 tensor stand for.
LS_EXPORT TfLiteStatus GetOutputShapeFromInput(TfLiteContext* context, const TfLiteTensor* input,
                                               TfLiteIntArray** output_shape) {
  if (input->dims->size != 1 || input->type != kTfLiteInt32 || input->data.i32 == nullptr) {
    context->ReportError(context, "a shape must be a one-dimensional int32 tensor");
    return kTfLiteError;
  }
  TfLiteIntArray* shape = TfLiteIntArrayCreate(input->dims->data[0]);
  if (shape == nullptr) return kTfLiteError;
  std::copy(input->data.i32, input->data.i32 + shape->size, shape->data);
  *output_shape = shape;
  return kTfLiteOk;
}

LS_EXPORT TfLiteStatus CalculateShapeForBroadcast(TfLiteContext* context, const TfLiteTensor* input1,
                                                  const TfLiteTensor* input2, TfLiteIntArray** output_shape) {
  return Broadcast(context, {input1, input2}, output_shape);
}
LS_EXPORT TfLiteStatus CalculateShapeForBroadcast(TfLiteContext* context, const TfLiteTensor* input1,
                                                  const TfLiteTensor* input2, const TfLiteTensor* input3,
                                                  TfLiteIntArray** output_shape) {
  return Broadcast(context, {input1, input2, input3}, output_shape);
}

LS_EXPORT int TfLiteTypeGetSizeBits(TfLiteType type) {
  return litesmith::BitsOf(litesmith::custom::FromTfLite(type));
}
// Whole bytes; 0 for types that have less or no size.
LS_EXPORT int TfLiteTypeGetSize(TfLiteType type) { return TfLiteTypeGetSizeBits(type) / CHAR_BIT; }

LS_EXPORT bool IsMobilePlatform() { return false; }

LS_EXPORT bool HasUnspecifiedDimension(const TfLiteTensor* tensor) {
  const TfLiteIntArray* signature = tensor->dims_signature;
  return signature != nullptr && std::count(signature->data, signature->data + signature->size, -1) > 0;
}

// The numbers between which an activation keeps a quantized output.
LS_EXPORT TfLiteStatus CalculateActivationRangeQuantized(TfLiteContext* context,
                                                         TfLiteFusedActivation activation,
                                                         TfLiteTensor* output, int32_t* act_min,
                                                         int32_t* act_max) {
  switch (output->type) {
    case kTfLiteUInt8:
      RangeOf<uint8_t>(act_min, act_max);
      break;
    case kTfLiteInt8:
      RangeOf<int8_t>(act_min, act_max);
      break;
    case kTfLiteInt16:
      RangeOf<int16_t>(act_min, act_max);
      break;
    default:
      context->ReportError(context, "no activation range for %s", TfLiteTypeGetName(output->type));
      return kTfLiteError;
  }
  const auto quantized = [&](float real) {
    return output->params.zero_point + static_cast<int32_t>(std::round(real / output->params.scale));
  };
  if (activation == kTfLiteActNone) return kTfLiteOk;
  if (!(output->params.scale > 0)) return kTfLiteError;
  *act_min = std::max(*act_min, quantized(activation == kTfLiteActReluN1To1 ? -1.0f : 0.0f));
  if (activation != kTfLiteActRelu) {
    *act_max = std::min(*act_max, quantized(activation == kTfLiteActRelu6 ? 6.0f : 1.0f));
  }
  return kTfLiteOk;
}

// multiplier = quantized_multiplier / 2^31 * 2^shift, with quantized_multiplier from 2^30 up to 2^31
// (tensorflow/lite/kernels/internal/quantization_util.h).
LS_EXPORT void QuantizeMultiplier(double multiplier, int32_t* quantized_multiplier, int* shift) {
  *quantized_multiplier = 0;
  *shift = 0;
  if (multiplier == 0.0) return;
  const double fraction = std::frexp(multiplier, shift);
  auto fixed = static_cast<int64_t>(std::round(fraction * static_cast<double>(int64_t{1} << 31)));
  if (fixed == int64_t{1} << 31) {
    fixed /= 2;
    ++*shift;
  }
  if (*shift < -31) {
    *shift = 0;
    fixed = 0;
  }
  *quantized_multiplier = static_cast<int32_t>(fixed);
}

}  // namespace tflite
