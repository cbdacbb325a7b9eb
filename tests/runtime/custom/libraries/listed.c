/* Kernels in C, listed for Litesmith. */
#include <litesmith/custom_op.h>

static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* in = &context->tensors[node->inputs->data[0]];
  TF_LITE_ENSURE_TYPES_EQ(context, in->type, kTfLiteFloat32);
  return context->ResizeTensor(context, &context->tensors[node->outputs->data[0]], TfLiteIntArrayCopy(in->dims));
}

static void Scale(TfLiteContext* context, TfLiteNode* node, float factor) {
  const TfLiteTensor* in = &context->tensors[node->inputs->data[0]];
  TfLiteTensor* out = &context->tensors[node->outputs->data[0]];
  for (size_t i = 0; i < in->bytes / sizeof(float); ++i) out->data.f[i] = in->data.f[i] * factor;
}

static TfLiteStatus Twice(TfLiteContext* context, TfLiteNode* node) {
  Scale(context, node, 2);
  return kTfLiteOk;
}
static TfLiteStatus Thrice(TfLiteContext* context, TfLiteNode* node) {
  Scale(context, node, 3);
  return kTfLiteOk;
}

static const TfLiteRegistration kTwice = {.prepare = Prepare, .invoke = Twice};
static const TfLiteRegistration kThrice = {.prepare = Prepare, .invoke = Thrice};

LITESMITH_CUSTOM_OPS({"Twice", &kTwice}, {"Thrice", &kThrice})
