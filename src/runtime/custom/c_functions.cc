// The functions of TensorFlow Lite's C API that kernels call (tensorflow/lite/core/c/common.h). The program
// exports them; names and behaviour are those of TensorFlow 2.21.
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>

#include "runtime/custom/tensor_memory.h"

#define LS_EXPORT __attribute__((visibility("default")))

namespace {

// Kernels read a few bytes past the end of a tensor.
constexpr size_t kSlack = 16;

template <class Array>
size_t SizeOf(int size) {
  return sizeof(Array) + sizeof(Array::data[0]) * static_cast<size_t>(size < 0 ? 0 : size);
}

template <class Array>
Array* Create(int size) {
  if (size < 0) return nullptr;
  auto* array = static_cast<Array*>(std::malloc(SizeOf<Array>(size)));
  if (array != nullptr) array->size = size;
  return array;
}

template <class Array>
Array* Copy(const Array* from) {
  if (from == nullptr) return nullptr;
  Array* copy = Create<Array>(from->size);
  if (copy != nullptr)
    std::memcpy(copy->data, from->data, sizeof(Array::data[0]) * static_cast<size_t>(from->size));
  return copy;
}

// As the C API lays it out.
struct DimensionMetadata {
  int format, dense_size;
  TfLiteIntArray *segments, *indices;
};

}  // namespace

struct TfLiteSparsity {
  TfLiteIntArray *traversal_order, *block_map;
  DimensionMetadata* dim_metadata;
  int dim_metadata_size;
};

extern "C" {

LS_EXPORT size_t TfLiteIntArrayGetSizeInBytes(int size) { return SizeOf<TfLiteIntArray>(size); }
LS_EXPORT TfLiteIntArray* TfLiteIntArrayCreate(int size) { return Create<TfLiteIntArray>(size); }
LS_EXPORT TfLiteIntArray* TfLiteIntArrayCopy(const TfLiteIntArray* src) { return Copy(src); }
LS_EXPORT void TfLiteIntArrayFree(TfLiteIntArray* a) { std::free(a); }

LS_EXPORT int TfLiteIntArrayEqualsArray(const TfLiteIntArray* a, int b_size, const int b_data[]) {
  if (a == nullptr) return b_size == 0 ? 1 : 0;
  if (a->size != b_size) return 0;
  return b_size == 0 || std::memcmp(a->data, b_data, sizeof(int) * static_cast<size_t>(b_size)) == 0 ? 1 : 0;
}

LS_EXPORT int TfLiteIntArrayEqual(const TfLiteIntArray* a, const TfLiteIntArray* b) {
  if (a == b) return 1;
  if (a == nullptr || b == nullptr) return 0;
  return TfLiteIntArrayEqualsArray(a, b->size, b->data);
}

LS_EXPORT int TfLiteFloatArrayGetSizeInBytes(int size) {
  return static_cast<int>(SizeOf<TfLiteFloatArray>(size));
}
LS_EXPORT TfLiteFloatArray* TfLiteFloatArrayCreate(int size) { return Create<TfLiteFloatArray>(size); }
LS_EXPORT TfLiteFloatArray* TfLiteFloatArrayCopy(const TfLiteFloatArray* src) { return Copy(src); }
LS_EXPORT void TfLiteFloatArrayFree(TfLiteFloatArray* a) { std::free(a); }

LS_EXPORT const char* TfLiteTypeGetName(TfLiteType type) {
  static constexpr const char* kNames[] = {
      "NOTYPE",    "FLOAT32", "INT32",   "UINT8",    "INT64",      "STRING", "BOOL",          "INT16",
      "COMPLEX64", "INT8",    "FLOAT16", "FLOAT64",  "COMPLEX128", "UINT64", "RESOURCE",      "VARIANT",
      "UINT32",    "UINT16",  "INT4",    "BFLOAT16", "INT2",       "UINT4",  "FLOAT8_E4M3FN", "FLOAT8_E5M2"};
  const auto number = static_cast<size_t>(type);
  return number < std::size(kNames) ? kNames[number] : "Unknown type";
}

LS_EXPORT void TfLiteTensorDataFree(TfLiteTensor* t) {
  if (t == nullptr) return;
  if (litesmith::custom::OnHeap(*t) && !litesmith::custom::IsLent(*t)) std::free(t->data.data);
  t->data.data = nullptr;
}

LS_EXPORT void TfLiteQuantizationFree(TfLiteQuantization* quantization) {
  if (quantization == nullptr) return;
  if (quantization->type == kTfLiteAffineQuantization && quantization->params != nullptr) {
    auto* affine = static_cast<TfLiteAffineQuantization*>(quantization->params);
    TfLiteFloatArrayFree(affine->scale);
    TfLiteIntArrayFree(affine->zero_point);
  }
  std::free(quantization->params);
  *quantization = {kTfLiteNoQuantization, nullptr};
}

LS_EXPORT void TfLiteSparsityFree(TfLiteSparsity* sparsity) {
  if (sparsity == nullptr) return;
  TfLiteIntArrayFree(sparsity->traversal_order);
  TfLiteIntArrayFree(sparsity->block_map);
  for (int i = 0; sparsity->dim_metadata != nullptr && i < sparsity->dim_metadata_size; ++i) {
    TfLiteIntArrayFree(sparsity->dim_metadata[i].segments);
    TfLiteIntArrayFree(sparsity->dim_metadata[i].indices);
  }
  std::free(sparsity->dim_metadata);
  std::free(sparsity);
}

LS_EXPORT void TfLiteTensorFree(TfLiteTensor* t) {
  if (t == nullptr) return;
  TfLiteTensorDataFree(t);
  TfLiteIntArrayFree(t->dims);
  t->dims = nullptr;
  TfLiteIntArrayFree(const_cast<TfLiteIntArray*>(t->dims_signature));
  t->dims_signature = nullptr;
  TfLiteQuantizationFree(&t->quantization);
  TfLiteSparsityFree(t->sparsity);
  t->sparsity = nullptr;
}

LS_EXPORT void TfLiteTensorReset(TfLiteType type, const char* name, TfLiteIntArray* dims,
                                 TfLiteQuantizationParams quantization, char* buffer, size_t size,
                                 TfLiteAllocationType allocation_type, const void* allocation,
                                 bool is_variable, TfLiteTensor* tensor) {
  TfLiteTensorFree(tensor);
  tensor->type = type;
  tensor->name = name;
  tensor->dims = dims;
  tensor->params = quantization;
  tensor->data.raw = buffer;
  tensor->bytes = size;
  tensor->allocation_type = allocation_type;
  tensor->allocation = allocation;
  tensor->is_variable = is_variable;
}

LS_EXPORT TfLiteStatus TfLiteTensorCopy(const TfLiteTensor* src, TfLiteTensor* dst) {
  if (src == nullptr || dst == nullptr || src == dst) return kTfLiteOk;
  if (src->bytes != dst->bytes) return kTfLiteError;
  dst->type = src->type;
  TfLiteIntArray* dims = TfLiteIntArrayCopy(src->dims);
  TfLiteIntArrayFree(dst->dims);
  dst->dims = dims;
  if (src->bytes > 0) {
    if (src->data.data == nullptr || dst->data.data == nullptr) return kTfLiteError;
    std::memcpy(dst->data.data, src->data.data, src->bytes);
  }
  dst->buffer_handle = src->buffer_handle;
  dst->data_is_stale = src->data_is_stale;
  dst->delegate = src->delegate;
  return kTfLiteOk;
}

LS_EXPORT TfLiteStatus TfLiteTensorResizeMaybeCopy(size_t num_bytes, TfLiteTensor* tensor,
                                                   bool preserve_data) {
  if (tensor == nullptr) return kTfLiteError;
  if (!litesmith::custom::OnHeap(*tensor)) return kTfLiteOk;
  if (num_bytes > std::numeric_limits<size_t>::max() - kSlack) return kTfLiteError;
  if (tensor->data.data == nullptr || num_bytes > tensor->bytes) {
    void* bigger = std::malloc(num_bytes + kSlack);
    if (bigger == nullptr) return kTfLiteError;
    if (preserve_data && tensor->data.data != nullptr) std::memcpy(bigger, tensor->data.data, tensor->bytes);
    TfLiteTensorDataFree(tensor);
    tensor->data.data = bigger;
  }
  tensor->bytes = num_bytes;
  return kTfLiteOk;
}

LS_EXPORT TfLiteStatus TfLiteTensorRealloc(size_t num_bytes, TfLiteTensor* tensor) {
  return TfLiteTensorResizeMaybeCopy(num_bytes, tensor, true);
}

LS_EXPORT const TfLiteIntArray* TfLiteTensorGetDimsSignature(const TfLiteTensor* t) {
  return t->dims_signature != nullptr && t->dims_signature->size != 0 ? t->dims_signature : t->dims;
}

LS_EXPORT void* TfLiteKernelInitFailed(void) { return reinterpret_cast<void*>(intptr_t{-1}); }

}  // extern "C"
