// The functions in TfLiteContext. Errors become words of the kernel; nothing is thrown through its frames.
#pragma once

#include <cstdarg>
#include <cstdint>

#include "runtime/custom/registered_kernel.h"

namespace litesmith::custom {

// As the arena aligns (runtime/memory_planner.h).
inline constexpr size_t kArenaAlignmentSlack = 128;
inline std::byte* Aligned(std::byte* memory) {
  constexpr uintptr_t kAlignment = 64;
  const auto address = reinterpret_cast<uintptr_t>(memory);
  return memory + ((address + kAlignment - 1) / kAlignment * kAlignment - address);
}

class ContextFunctions {
 public:
  static void Fill(RegisteredKernel& kernel);

 private:
  static RegisteredKernel& KernelOf(const TfLiteContext* context) {
    return *static_cast<RegisteredKernel*>(context->impl_);
  }
  // Runs what may throw; `failed` is the answer then.
  template <class T, class F>
  static T Guarded(const TfLiteContext* context, T failed, const F& work);

  static TfLiteStatus ResizeTensor(TfLiteContext* context, TfLiteTensor* tensor, TfLiteIntArray* new_size);
  static TfLiteStatus ResizeTensorExplicit(TfLiteContext* context, TfLiteTensor* tensor, int rank,
                                           const int* shape);
  static TfLiteStatus Resize(RegisteredKernel& kernel, TfLiteTensor& tensor, const TfLiteIntArray& size);
  static TfLiteStatus ResizeOutput(RegisteredKernel& kernel, TfLiteTensor& tensor, size_t output, Dims dims);
  static void ReportError(TfLiteContext* context, const char* format, ...)
      __attribute__((format(printf, 2, 3)));
  static TfLiteStatus AddTensors(TfLiteContext* context, int count, int* first);
  static TfLiteExternalContext* GetExternalContext(TfLiteContext* context, TfLiteExternalContextType type);
  static void SetExternalContext(TfLiteContext* context, TfLiteExternalContextType type,
                                 TfLiteExternalContext* external);
  static void* AllocatePersistentBuffer(TfLiteContext* context, size_t bytes);
  static TfLiteStatus AllocateBufferForEval(TfLiteContext* context, size_t bytes, void** buffer);
  static TfLiteStatus RequestScratchBufferInArena(TfLiteContext* context, size_t bytes, int* index);
  static void* GetScratchBuffer(TfLiteContext* context, int index);
  static TfLiteTensor* GetTensor(const TfLiteContext* context, int index);
  static TfLiteStatus GetModelMetadata(const TfLiteContext* context, const char* name, const char** bytes,
                                       size_t* size);
  static TfLiteStatus Forbidden(const TfLiteContext* context, const char* name);
};

}  // namespace litesmith::custom
