/* Sum of two float tensors of one shape (see tools/bench-custom). */
#include <litesmith/custom_op.h>

static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* a = &context->tensors[node->inputs->data[0]];
  TfLiteTensor* sum = &context->tensors[node->outputs->data[0]];
  TF_LITE_ENSURE_TYPES_EQ(context, a->type, kTfLiteFloat32);
  return context->ResizeTensor(context, sum, TfLiteIntArrayCopy(a->dims));
}

static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const float* a = context->tensors[node->inputs->data[0]].data.f;
  const float* b = context->tensors[node->inputs->data[1]].data.f;
  const TfLiteTensor* result = &context->tensors[node->outputs->data[0]];
  float* sum = result->data.f;
  const size_t count = result->bytes / sizeof(float);
  for (size_t i = 0; i < count; ++i) sum[i] = a[i] + b[i];
  return kTfLiteOk;
}

/* As ADD does, the sum may take the first operand's place. */
static const TfLiteRegistration kSum = {
    .prepare = Prepare, .invoke = Invoke, .inplace_operator = kTfLiteInplaceOpInput0Shared};

LITESMITH_CUSTOM_OPS({"MySum", &kSum})
