// Kernels in C++ as they are written for TensorFlow Lite: Register_ functions, one of them in a namespace,
// and calls of functions that the program has to offer.
#include <litesmith/custom_op.h>

#include <cstdint>

namespace tflite {
const TfLiteTensor* GetInput(const TfLiteContext* context, const TfLiteNode* node, int index);
TfLiteStatus GetOutputSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                           TfLiteTensor** tensor);

namespace ops {
namespace custom {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TfLiteTensor* out = nullptr;
  TF_LITE_ENSURE_STATUS(GetOutputSafe(context, node, 0, &out));
  return context->ResizeTensor(context, out, TfLiteIntArrayCopy(GetInput(context, node, 0)->dims));
}

template <int factor>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* in = GetInput(context, node, 0);
  TfLiteTensor* out = nullptr;
  TF_LITE_ENSURE_STATUS(GetOutputSafe(context, node, 0, &out));
  for (size_t i = 0; i < in->bytes / sizeof(float); ++i) out->data.f[i] = in->data.f[i] * factor;
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_Thrice() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke<3>};
  return &registration;
}

}  // namespace custom
}  // namespace ops
}  // namespace tflite

extern "C" TfLiteRegistration* Register_Twice() {
  static TfLiteRegistration registration = {nullptr, nullptr, tflite::ops::custom::Prepare,
                                            tflite::ops::custom::Invoke<2>};
  return &registration;
}
