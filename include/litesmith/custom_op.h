/* Kernels for custom ops, in C or C++, in one file:
 *
 *   #include <litesmith/custom_op.h>
 *
 *   static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
 *     const TfLiteTensor* in = &context->tensors[node->inputs->data[0]];
 *     TfLiteTensor* out = &context->tensors[node->outputs->data[0]];
 *     return context->ResizeTensor(context, out, TfLiteIntArrayCopy(in->dims));
 *   }
 *   static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) { ... }
 *   static const TfLiteRegistration kMyOp = {.prepare = Prepare, .invoke = Invoke};
 *
 *   LITESMITH_CUSTOM_OPS({"MyOp", &kMyOp})
 *
 *   cc -O2 -shared -fPIC -I include my_op.c -o libmyop.so
 *   litesmith run model.tflite --custom-op-library libmyop.so --inputs in.npz --outputs out.npz
 *
 * Structures, enumerations and functions are those of TensorFlow Lite's C API as of TensorFlow 2.21, field by
 * field (tensorflow/lite/core/c/common.h), so that kernels written or compiled for TensorFlow Lite fit as
 * they are, and kernels written here run there. docs/custom-kernels.md tells what a kernel may rely on.
 */
#ifndef LITESMITH_CUSTOM_OP_H_
#define LITESMITH_CUSTOM_OP_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "custom_op_options.h"

/* With TensorFlow's own header in front of this one, its declarations stand; behind it, it adds nothing. */
#ifndef TENSORFLOW_LITE_CORE_C_COMMON_H_
#define TENSORFLOW_LITE_CORE_C_COMMON_H_
#define TENSORFLOW_LITE_CORE_C_C_API_TYPES_H_

#ifdef __cplusplus
extern "C" {
#endif

typedef enum TfLiteStatus {
  kTfLiteOk = 0,
  kTfLiteError = 1,
  kTfLiteDelegateError = 2,
  kTfLiteApplicationError = 3,
  kTfLiteDelegateDataNotFound = 4,
  kTfLiteDelegateDataWriteError = 5,
  kTfLiteDelegateDataReadError = 6,
  kTfLiteUnresolvedOps = 7,
  kTfLiteCancelled = 8,
  kTfLiteOutputShapeNotKnown = 9
} TfLiteStatus;

typedef enum {
  kTfLiteNoType = 0,
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteUInt8 = 3,
  kTfLiteInt64 = 4,
  kTfLiteString = 5, /* int32 n, n + 1 int32 offsets from the start of the data, then the bytes */
  kTfLiteBool = 6,
  kTfLiteInt16 = 7,
  kTfLiteComplex64 = 8,
  kTfLiteInt8 = 9,
  kTfLiteFloat16 = 10,
  kTfLiteFloat64 = 11,
  kTfLiteComplex128 = 12,
  kTfLiteUInt64 = 13,
  kTfLiteResource = 14,
  kTfLiteVariant = 15,
  kTfLiteUInt32 = 16,
  kTfLiteUInt16 = 17,
  kTfLiteInt4 = 18, /* two to a byte, the first in the low half; the dims count elements */
  kTfLiteBFloat16 = 19,
  kTfLiteInt2 = 20, /* four to a byte */
  kTfLiteUInt4 = 21,
  kTfLiteFloat8E4M3FN = 22,
  kTfLiteFloat8E5M2 = 23
} TfLiteType;

/* In node->inputs: an optional input that the model leaves out. */
#define kTfLiteOptionalTensor (-1)

typedef struct TfLiteIntArray {
  int size;
  int data[];
} TfLiteIntArray;

typedef struct TfLiteFloatArray {
  int size;
  float data[];
} TfLiteFloatArray;

typedef struct TfLiteComplex64 {
  float re, im;
} TfLiteComplex64;
typedef struct TfLiteComplex128 {
  double re, im;
} TfLiteComplex128;
typedef struct TfLiteFloat16 {
  uint16_t data;
} TfLiteFloat16;
typedef struct TfLiteBFloat16 {
  uint16_t data;
} TfLiteBFloat16;

/* real = scale * (q - zero_point); {0, 0} for tensors without, or with several scales. */
typedef struct TfLiteQuantizationParams {
  float scale;
  int32_t zero_point;
} TfLiteQuantizationParams;

#ifdef __cplusplus
typedef enum TfLiteQuantizationType : int {
#else
typedef enum TfLiteQuantizationType {
#endif
  kTfLiteNoQuantization = 0,
  kTfLiteAffineQuantization = 1, /* params is a TfLiteAffineQuantization */
  kTfLiteBlockwiseQuantization = 2,
  kTfLiteMultiAxisQuantization = 3
} TfLiteQuantizationType;

typedef struct TfLiteQuantization {
  TfLiteQuantizationType type;
  void* params;
} TfLiteQuantization;

typedef struct TfLiteAffineQuantization {
  TfLiteFloatArray* scale; /* one, or one for each slice along quantized_dimension */
  TfLiteIntArray* zero_point;
  int32_t quantized_dimension;
} TfLiteAffineQuantization;

typedef union TfLitePtrUnion {
  int32_t* i32;
  uint32_t* u32;
  int64_t* i64;
  uint64_t* u64;
  float* f;
  TfLiteFloat16* f16;
  TfLiteBFloat16* bf16;
  double* f64;
  char* raw;
  const char* raw_const;
  uint8_t* uint8;
  bool* b;
  int16_t* i16;
  uint16_t* ui16;
  TfLiteComplex64* c64;
  TfLiteComplex128* c128;
  int8_t* int8;
  void* data;
} TfLitePtrUnion;

typedef enum TfLiteAllocationType {
  kTfLiteMemNone = 0,
  kTfLiteMmapRo,            /* a constant: data is there in prepare already */
  kTfLiteArenaRw,           /* memory that lasts for one inference */
  kTfLiteArenaRwPersistent, /* memory that keeps its values */
  kTfLiteDynamic,           /* resized in invoke; on the heap */
  kTfLitePersistentRo,      /* filled in prepare, constant from then on */
  kTfLiteCustom,
  kTfLiteVariantObject,
  kTfLiteNonCpu
} TfLiteAllocationType;

typedef int TfLiteBufferHandle;
enum { kTfLiteNullBufferHandle = -1 };

typedef enum TfLiteExternalContextType {
  kTfLiteEigenContext = 0,
  kTfLiteGemmLowpContext = 1,
  kTfLiteEdgeTpuContext = 2,
  kTfLiteCpuBackendContext = 3,
  kTfLiteLiteRtBufferContext = 4,
  kTfLiteMaxExternalContexts = 5
} TfLiteExternalContextType;

struct TfLiteContext;
struct TfLiteDelegate;
struct TfLiteDelegateParams;
struct TfLiteRegistration;
struct TfLiteSparsity;
struct TfLiteOperator;
struct TfLiteAsyncKernel;

typedef struct TfLiteExternalContext {
  TfLiteExternalContextType type;
  TfLiteStatus (*Refresh)(struct TfLiteContext* context);
} TfLiteExternalContext;

typedef struct TfLiteTensor {
  TfLiteType type;
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteQuantizationParams params;
  TfLiteAllocationType allocation_type;
  size_t bytes;
  const void* allocation;
  const char* name;
  struct TfLiteDelegate* delegate;
  TfLiteBufferHandle buffer_handle;
  bool data_is_stale;
  bool is_variable; /* a state tensor of the model: what invoke writes into it is there the next time */
  TfLiteQuantization quantization;
  struct TfLiteSparsity* sparsity;
  const TfLiteIntArray* dims_signature; /* the file's shape, -1 where unknown; null when all of it is known */
} TfLiteTensor;

typedef struct TfLiteNode {
  /* Indices into context->tensors. */
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
  TfLiteIntArray* temporaries; /* tensors of AddTensors() that need memory; a kernel replaces the array */
  void* user_data;             /* what init returned */
  void* builtin_data;
  const void* custom_initial_data; /* the op's options, most often a FlexBuffers map */
  int custom_initial_data_size;
  struct TfLiteDelegate* delegate;
  bool might_have_side_effect;
} TfLiteNode;

typedef struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
} TfLiteEvalTensor;

typedef struct TfLiteContext {
  size_t tensors_size;
  TfLiteStatus (*GetExecutionPlan)(struct TfLiteContext*, TfLiteIntArray** plan);
  TfLiteTensor* tensors;
  void* impl_;
  /* In prepare, or in invoke for a dynamic tensor. Takes over new_size. */
  TfLiteStatus (*ResizeTensor)(struct TfLiteContext*, TfLiteTensor* tensor, TfLiteIntArray* new_size);
  /* Words that become part of the error when the kernel fails, and a note when it does not. */
  void (*ReportError)(struct TfLiteContext*, const char* format, ...);
  /* In init or prepare. */
  TfLiteStatus (*AddTensors)(struct TfLiteContext*, int count, int* first_new_tensor_index);
  TfLiteStatus (*GetNodeAndRegistration)(struct TfLiteContext*, int node_index, TfLiteNode** node,
                                         struct TfLiteRegistration** registration);
  TfLiteStatus (*ReplaceNodeSubsetsWithDelegateKernels)(struct TfLiteContext*, struct TfLiteRegistration,
                                                        const TfLiteIntArray*, struct TfLiteDelegate*);
  int recommended_num_threads;
  TfLiteExternalContext* (*GetExternalContext)(struct TfLiteContext*, TfLiteExternalContextType);
  void (*SetExternalContext)(struct TfLiteContext*, TfLiteExternalContextType, TfLiteExternalContext*);
  bool allow_fp32_relax_to_fp16;
  void* profiler;
  /* In init or prepare: zeroed memory that lives as long as the interpreter. */
  void* (*AllocatePersistentBuffer)(struct TfLiteContext*, size_t bytes);
  /* In invoke: memory until invoke returns. */
  TfLiteStatus (*AllocateBufferForEval)(struct TfLiteContext*, size_t bytes, void** buffer);
  /* In prepare: memory of the arena for invoke, which asks for it by its index. */
  TfLiteStatus (*RequestScratchBufferInArena)(struct TfLiteContext*, size_t bytes, int* buffer_index);
  void* (*GetScratchBuffer)(struct TfLiteContext*, int buffer_index);
  TfLiteStatus (*ResizeTensorExplicit)(struct TfLiteContext*, TfLiteTensor* tensor, int rank,
                                       const int* shape);
  TfLiteStatus (*PreviewDelegatePartitioning)(struct TfLiteContext*, const TfLiteIntArray* nodes_to_replace,
                                              struct TfLiteDelegateParams** partitions, int* partition_count);
  TfLiteTensor* (*GetTensor)(const struct TfLiteContext*, int tensor_index);
  TfLiteEvalTensor* (*GetEvalTensor)(const struct TfLiteContext*, int tensor_index);
  TfLiteStatus (*GetModelMetadata)(const struct TfLiteContext*, const char* name, const char** bytes,
                                   size_t* size);
  TfLiteStatus (*AcquireSubgraphContext)(struct TfLiteContext*, int subgraph_index,
                                         struct TfLiteContext** acquired);
  TfLiteStatus (*ReleaseSubgraphContext)(struct TfLiteContext*, int subgraph_index);
} TfLiteContext;

/* Bits of TfLiteRegistration::inplace_operator: which inputs may lie where an output does. */
typedef enum {
  kTfLiteInplaceOpNone = 0,
  kTfLiteInplaceOpDataUnmodified = 1,
  kTfLiteInplaceInputCanBeSharedWithCorrespondingOutput = 2, /* input N with output N, not with output 0 */
  kTfLiteInplaceOpInput0Shared = 4,
  kTfLiteInplaceOpInput1Shared = 8,
  kTfLiteInplaceOpInput2Shared = 16
} TfLiteInPlaceOp;

typedef struct TfLiteRegistration {
  /* Once for each node; `buffer` holds the op's options. May be null, like free and prepare. */
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* user_data);
  /* When the shapes of the inputs are known or have changed: checks them, and sizes the outputs. */
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  const char* (*profiling_string)(const TfLiteContext* context, const TfLiteNode* node);
  int32_t builtin_code;
  const char* custom_name;
  int version;
  struct TfLiteOperator* registration_external;
  struct TfLiteAsyncKernel* (*async_kernel)(TfLiteContext* context, TfLiteNode* node);
  uint64_t inplace_operator;
} TfLiteRegistration;

/* Functions that the program gives to kernels. Arrays and tensor data are malloc's. */
size_t TfLiteIntArrayGetSizeInBytes(int size);
TfLiteIntArray* TfLiteIntArrayCreate(int size);
TfLiteIntArray* TfLiteIntArrayCopy(const TfLiteIntArray* src);
int TfLiteIntArrayEqual(const TfLiteIntArray* a, const TfLiteIntArray* b);
int TfLiteIntArrayEqualsArray(const TfLiteIntArray* a, int b_size, const int b_data[]);
void TfLiteIntArrayFree(TfLiteIntArray* a);
int TfLiteFloatArrayGetSizeInBytes(int size);
TfLiteFloatArray* TfLiteFloatArrayCreate(int size);
TfLiteFloatArray* TfLiteFloatArrayCopy(const TfLiteFloatArray* src);
void TfLiteFloatArrayFree(TfLiteFloatArray* a);
const char* TfLiteTypeGetName(TfLiteType type);
void TfLiteTensorDataFree(TfLiteTensor* t);
void TfLiteQuantizationFree(TfLiteQuantization* quantization);
void TfLiteSparsityFree(struct TfLiteSparsity* sparsity);
void TfLiteTensorFree(TfLiteTensor* t);
void TfLiteTensorReset(TfLiteType type, const char* name, TfLiteIntArray* dims,
                       TfLiteQuantizationParams quantization, char* buffer, size_t size,
                       TfLiteAllocationType allocation_type, const void* allocation, bool is_variable,
                       TfLiteTensor* tensor);
TfLiteStatus TfLiteTensorCopy(const TfLiteTensor* src, TfLiteTensor* dst);
TfLiteStatus TfLiteTensorRealloc(size_t num_bytes, TfLiteTensor* tensor);
TfLiteStatus TfLiteTensorResizeMaybeCopy(size_t num_bytes, TfLiteTensor* tensor, bool preserve_data);
const TfLiteIntArray* TfLiteTensorGetDimsSignature(const TfLiteTensor* t);
void* TfLiteKernelInitFailed(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

#define TF_LITE_KERNEL_LOG(context, ...) (context)->ReportError((context), __VA_ARGS__)
#define TF_LITE_ENSURE_MSG(context, value, ...)              \
  do {                                                       \
    if (!(value)) {                                          \
      TF_LITE_KERNEL_LOG(context, __FILE__ " " __VA_ARGS__); \
      return kTfLiteError;                                   \
    }                                                        \
  } while (0)
#define TF_LITE_ENSURE(context, a)                                                   \
  do {                                                                               \
    if (!(a)) {                                                                      \
      TF_LITE_KERNEL_LOG(context, "%s:%d %s was not true.", __FILE__, __LINE__, #a); \
      return kTfLiteError;                                                           \
    }                                                                                \
  } while (0)
#define TF_LITE_ENSURE_STATUS(a)              \
  do {                                        \
    const TfLiteStatus ensured_status_ = (a); \
    if (ensured_status_ != kTfLiteOk) {       \
      return ensured_status_;                 \
    }                                         \
  } while (0)
#define TF_LITE_ENSURE_OK(context, status, ...) TF_LITE_ENSURE_STATUS(status)
#define TF_LITE_ENSURE_EQ(context, a, b)                                                       \
  do {                                                                                         \
    if ((a) != (b)) {                                                                          \
      TF_LITE_KERNEL_LOG(context, "%s:%d %s != %s (%lld != %lld)", __FILE__, __LINE__, #a, #b, \
                         (long long)(a), (long long)(b));                                      \
      return kTfLiteError;                                                                     \
    }                                                                                          \
  } while (0)
#define TF_LITE_ENSURE_TYPES_EQ(context, a, b)                                             \
  do {                                                                                     \
    if ((a) != (b)) {                                                                      \
      TF_LITE_KERNEL_LOG(context, "%s:%d %s != %s (%s != %s)", __FILE__, __LINE__, #a, #b, \
                         TfLiteTypeGetName(a), TfLiteTypeGetName(b));                      \
      return kTfLiteError;                                                                 \
    }                                                                                      \
  } while (0)

#endif /* TENSORFLOW_LITE_CORE_C_COMMON_H_ */

#ifdef __cplusplus
extern "C" {
#endif

/* What a library offers. `name` is the op's name in the .tflite (its custom code). */
typedef struct LitesmithCustomOp {
  const char* name;
  const TfLiteRegistration* registration;
} LitesmithCustomOp;

#define LITESMITH_CUSTOM_OPS_VERSION 1
typedef struct LitesmithCustomOps {
  uint32_t version; /* LITESMITH_CUSTOM_OPS_VERSION */
  uint32_t count;
  const LitesmithCustomOp* ops;
} LitesmithCustomOps;

/* Once in a library, at file level: LITESMITH_CUSTOM_OPS({"MyOp", &kMyOp}, {"MyOtherOp", &kMyOtherOp}) */
#ifdef __cplusplus
#define LITESMITH_EXPORT_ extern "C" __attribute__((visibility("default")))
#else
#define LITESMITH_EXPORT_ __attribute__((visibility("default")))
#endif
#define LITESMITH_CUSTOM_OPS(...)                                                             \
  static const LitesmithCustomOp litesmith_custom_op_list_[] = {__VA_ARGS__};                 \
  LITESMITH_EXPORT_ const LitesmithCustomOps* litesmith_custom_ops(void);                     \
  LITESMITH_EXPORT_ const LitesmithCustomOps* litesmith_custom_ops(void) {                    \
    static const LitesmithCustomOps all = {                                                   \
        LITESMITH_CUSTOM_OPS_VERSION,                                                         \
        (uint32_t)(sizeof(litesmith_custom_op_list_) / sizeof(litesmith_custom_op_list_[0])), \
        litesmith_custom_op_list_};                                                           \
    return &all;                                                                              \
  }

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LITESMITH_CUSTOM_OP_H_ */
