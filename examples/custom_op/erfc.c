/* A kernel for TensorFlow's op Erfc, which TensorFlow Lite does not have: erfc(x) of each number.
 *
 *   cc -O2 -shared -fPIC -I ../../include erfc.c -o liberfc.so -lm
 */
#include <litesmith/custom_op.h>
#include <math.h>

static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_EQ(context, node->inputs->size, 1);
  TF_LITE_ENSURE_EQ(context, node->outputs->size, 1);
  const TfLiteTensor* in = &context->tensors[node->inputs->data[0]];
  TfLiteTensor* out = &context->tensors[node->outputs->data[0]];
  TF_LITE_ENSURE_TYPES_EQ(context, in->type, kTfLiteFloat32);
  TF_LITE_ENSURE_TYPES_EQ(context, out->type, kTfLiteFloat32);
  return context->ResizeTensor(context, out, TfLiteIntArrayCopy(in->dims));
}

static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* in = &context->tensors[node->inputs->data[0]];
  TfLiteTensor* out = &context->tensors[node->outputs->data[0]];
  const size_t count = in->bytes / sizeof(float);
  for (size_t i = 0; i < count; ++i) out->data.f[i] = erfcf(in->data.f[i]);
  return kTfLiteOk;
}

/* The result may lie where the input does: element i is read before it is written. */
static const TfLiteRegistration kErfc = {
    .prepare = Prepare, .invoke = Invoke, .inplace_operator = kTfLiteInplaceOpInput0Shared};

LITESMITH_CUSTOM_OPS({"Erfc", &kErfc})
