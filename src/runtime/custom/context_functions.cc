#include "runtime/custom/context_functions.h"

#include <algorithm>
#include <cstdio>
#include <new>

#include "base/checked.h"
#include "runtime/custom/tensor_memory.h"
#include "runtime/custom/types.h"

namespace litesmith::custom {
namespace {

// Far beyond what a kernel needs, and little memory.
constexpr size_t kMaxTensors = 1 << 16;

bool Resizable(const TfLiteTensor& tensor) {
  return tensor.allocation_type == kTfLiteArenaRw || tensor.allocation_type == kTfLiteArenaRwPersistent ||
         OnHeap(tensor);
}

bool HasSize(TfLiteType type) {
  return type != kTfLiteString && type != kTfLiteResource && type != kTfLiteVariant;
}

void TakeDims(TfLiteTensor& tensor, TfLiteIntArray* dims) {
  if (tensor.dims != dims) TfLiteIntArrayFree(tensor.dims);
  tensor.dims = dims;
}

}  // namespace

void ContextFunctions::Fill(RegisteredKernel& kernel) {
  TfLiteContext& context = kernel.context_;
  context.impl_ = &kernel;
  context.recommended_num_threads = 1;
  context.ResizeTensor = ResizeTensor;
  context.ResizeTensorExplicit = ResizeTensorExplicit;
  context.ReportError = ReportError;
  context.AddTensors = AddTensors;
  context.GetExternalContext = GetExternalContext;
  context.SetExternalContext = SetExternalContext;
  context.AllocatePersistentBuffer = AllocatePersistentBuffer;
  context.AllocateBufferForEval = AllocateBufferForEval;
  context.RequestScratchBufferInArena = RequestScratchBufferInArena;
  context.GetScratchBuffer = GetScratchBuffer;
  context.GetTensor = GetTensor;
  context.GetModelMetadata = GetModelMetadata;
  // What only delegates may call, in TensorFlow Lite too.
  context.GetExecutionPlan = [](TfLiteContext* c, TfLiteIntArray**) {
    return Forbidden(c, "GetExecutionPlan");
  };
  context.GetNodeAndRegistration = [](TfLiteContext* c, int, TfLiteNode**, TfLiteRegistration**) {
    return Forbidden(c, "GetNodeAndRegistration");
  };
  context.ReplaceNodeSubsetsWithDelegateKernels = [](TfLiteContext* c, TfLiteRegistration,
                                                     const TfLiteIntArray*, TfLiteDelegate*) {
    return Forbidden(c, "ReplaceNodeSubsetsWithDelegateKernels");
  };
  context.PreviewDelegatePartitioning = [](TfLiteContext* c, const TfLiteIntArray*, TfLiteDelegateParams**,
                                           int*) { return Forbidden(c, "PreviewDelegatePartitioning"); };
  context.AcquireSubgraphContext = [](TfLiteContext* c, int, TfLiteContext**) {
    return Forbidden(c, "AcquireSubgraphContext");
  };
  context.ReleaseSubgraphContext = [](TfLiteContext* c, int) {
    return Forbidden(c, "ReleaseSubgraphContext");
  };
}

template <class T, class F>
T ContextFunctions::Guarded(const TfLiteContext* context, T failed, const F& work) {
  try {
    return work(KernelOf(context));
  } catch (const std::bad_alloc&) {
    KernelOf(context).Say("there is not enough memory");
  } catch (const std::exception& exception) {
    KernelOf(context).Say(exception.what());
  }
  return failed;
}

TfLiteStatus ContextFunctions::Forbidden(const TfLiteContext* context, const char* name) {
  return Guarded(context, kTfLiteError, [&](RegisteredKernel& kernel) {
    kernel.Say(fmt::format("{} is for delegates, kernels may not call it", name));
    return kTfLiteError;
  });
}

void ContextFunctions::ReportError(TfLiteContext* context, const char* format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  Guarded(context, 0, [&](RegisteredKernel& kernel) {
    kernel.Say(text);
    return 0;
  });
}

TfLiteStatus ContextFunctions::ResizeTensor(TfLiteContext* context, TfLiteTensor* tensor,
                                            TfLiteIntArray* new_size) {
  if (tensor == nullptr || new_size == nullptr) return kTfLiteError;
  const bool same = tensor->data.data != nullptr && TfLiteIntArrayEqual(tensor->dims, new_size) != 0;
  const TfLiteStatus status =
      same ? kTfLiteOk : Guarded(context, kTfLiteError, [&](RegisteredKernel& kernel) {
        return Resize(kernel, *tensor, *new_size);
      });
  if (status == kTfLiteOk) {
    TakeDims(*tensor, new_size);
    RegisteredKernel& kernel = KernelOf(context);
    const int output = kernel.tensors_.OutputOf(kernel.tensors_.IndexOf(tensor));
    if (output >= 0 && kernel.prepare_ != nullptr) kernel.resized_[static_cast<size_t>(output)] = true;
  } else if (new_size != tensor->dims) {
    TfLiteIntArrayFree(new_size);
  }
  return status;
}

TfLiteStatus ContextFunctions::ResizeTensorExplicit(TfLiteContext* context, TfLiteTensor* tensor, int rank,
                                                    const int* shape) {
  TfLiteIntArray* size = TfLiteIntArrayCreate(rank);
  if (size == nullptr) return kTfLiteError;
  std::copy(shape, shape + rank, size->data);
  return ResizeTensor(context, tensor, size);
}

// Everything but the dims, which the caller sets.
TfLiteStatus ContextFunctions::Resize(RegisteredKernel& kernel, TfLiteTensor& tensor,
                                      const TfLiteIntArray& size) {
  if (!Resizable(tensor)) {
    kernel.Say("it resizes a tensor of fixed size");
    return kTfLiteError;
  }
  Dims dims = ToDims(&size);
  const auto elements = CheckedProduct(dims);
  const auto limit = static_cast<size_t>(kernel.session_.context.limits.max_tensor_bytes);
  std::optional<size_t> bytes = 0;
  if (HasSize(tensor.type)) bytes = elements ? BytesOf(FromTfLite(tensor.type), *elements) : std::nullopt;
  if (!elements || !bytes || *bytes > limit) {
    kernel.Say(fmt::format("it resizes a tensor of {} to {}, which is no size for it",
                           TfLiteTypeGetName(tensor.type), ToText(dims)));
    return kTfLiteError;
  }
  if (!HasSize(tensor.type)) return kTfLiteOk;
  const int output = kernel.tensors_.OutputOf(kernel.tensors_.IndexOf(&tensor));
  if (kernel.invoke_ != nullptr && output >= 0) {
    return ResizeOutput(kernel, tensor, static_cast<size_t>(output), std::move(dims));
  }
  if (kernel.invoke_ != nullptr && !OnHeap(tensor) && *bytes > tensor.bytes) {
    kernel.Say("invoke resizes a tensor that prepare did not make dynamic");
    return kTfLiteError;
  }
  if (!OnHeap(tensor) && kernel.invoke_ == nullptr) tensor.data.data = nullptr;
  if (TfLiteTensorResizeMaybeCopy(*bytes, &tensor, false) != kTfLiteOk) return kTfLiteError;
  tensor.bytes = *bytes;
  return kTfLiteOk;
}

// An output in invoke gets its memory from the interpreter.
TfLiteStatus ContextFunctions::ResizeOutput(RegisteredKernel& kernel, TfLiteTensor& tensor, size_t output,
                                            Dims dims) {
  if (kernel.dynamic_[output] == 0) {
    kernel.Say(fmt::format("invoke resizes result {}, which prepare did not make dynamic", output));
    return kTfLiteError;
  }
  TfLiteTensorDataFree(&tensor);
  if (!kernel.invoke_->ResizeOutput(output, std::move(dims)).ok()) {
    kernel.reported_ = true;
    return kTfLiteError;
  }
  const TensorView& view = kernel.invoke_->output(output);
  LendData(tensor, view.data);
  tensor.bytes = view.bytes;
  return kTfLiteOk;
}

TfLiteStatus ContextFunctions::AddTensors(TfLiteContext* context, int count, int* first) {
  return Guarded(context, kTfLiteError, [&](RegisteredKernel& kernel) {
    if (count < 0 ||
        static_cast<size_t>(count) > kMaxTensors - std::min(kMaxTensors, kernel.tensors_.size())) {
      kernel.Say(fmt::format("it asks for {} more tensors", count));
      return kTfLiteError;
    }
    const int index = kernel.tensors_.Add(count);
    if (first != nullptr) *first = index;
    context->tensors = kernel.tensors_.data();
    context->tensors_size = kernel.tensors_.size();
    return kTfLiteOk;
  });
}

TfLiteExternalContext* ContextFunctions::GetExternalContext(TfLiteContext* context,
                                                            TfLiteExternalContextType type) {
  const auto& all = KernelOf(context).session_.external_contexts;
  const auto number = static_cast<size_t>(type);
  return number < all.size() ? static_cast<TfLiteExternalContext*>(all[number]) : nullptr;
}

void ContextFunctions::SetExternalContext(TfLiteContext* context, TfLiteExternalContextType type,
                                          TfLiteExternalContext* external) {
  auto& all = KernelOf(context).session_.external_contexts;
  const auto number = static_cast<size_t>(type);
  if (number < all.size()) all[number] = external;
}

void* ContextFunctions::AllocatePersistentBuffer(TfLiteContext* context, size_t bytes) {
  return Guarded<void*>(context, nullptr, [&](RegisteredKernel& kernel) -> void* {
    if (bytes > SIZE_MAX - kArenaAlignmentSlack) return nullptr;
    kernel.persistent_.push_back({std::make_unique<std::byte[]>(bytes + kArenaAlignmentSlack), bytes});
    return Aligned(kernel.persistent_.back().bytes.get());
  });
}

TfLiteStatus ContextFunctions::AllocateBufferForEval(TfLiteContext* context, size_t bytes, void** buffer) {
  return Guarded(context, kTfLiteError, [&](RegisteredKernel& kernel) {
    if (kernel.invoke_ == nullptr || buffer == nullptr || bytes > SIZE_MAX - kArenaAlignmentSlack) {
      kernel.Say("AllocateBufferForEval is for invoke");
      return kTfLiteError;
    }
    kernel.for_eval_.push_back({std::make_unique<std::byte[]>(bytes + kArenaAlignmentSlack), bytes});
    *buffer = Aligned(kernel.for_eval_.back().bytes.get());
    return kTfLiteOk;
  });
}

TfLiteStatus ContextFunctions::RequestScratchBufferInArena(TfLiteContext* context, size_t bytes, int* index) {
  return Guarded(context, kTfLiteError, [&](RegisteredKernel& kernel) {
    if (kernel.prepare_ == nullptr || index == nullptr) {
      kernel.Say("RequestScratchBufferInArena is for prepare");
      return kTfLiteError;
    }
    *index = static_cast<int>(kernel.buffers_.size());
    kernel.buffers_.push_back(kernel.prepare_->RequestScratch(bytes));
    return kTfLiteOk;
  });
}

void* ContextFunctions::GetScratchBuffer(TfLiteContext* context, int index) {
  return Guarded<void*>(context, nullptr, [&](RegisteredKernel& kernel) -> void* {
    if (kernel.invoke_ == nullptr || index < 0 || static_cast<size_t>(index) >= kernel.buffers_.size()) {
      kernel.Say(
          fmt::format("GetScratchBuffer of {} is for invoke, and for what was requested in prepare", index));
      return nullptr;
    }
    return kernel.invoke_->scratch(kernel.buffers_[static_cast<size_t>(index)]);
  });
}

TfLiteTensor* ContextFunctions::GetTensor(const TfLiteContext* context, int index) {
  return Guarded<TfLiteTensor*>(context, nullptr, [&](RegisteredKernel& kernel) -> TfLiteTensor* {
    if (kernel.tensors_.IsValid(index)) return &kernel.tensors_.at(index);
    kernel.Say(fmt::format("it asks for tensor {} of {}", index, kernel.tensors_.size()));
    return nullptr;
  });
}

TfLiteStatus ContextFunctions::GetModelMetadata(const TfLiteContext* context, const char* name,
                                                const char** bytes, size_t* size) {
  if (name == nullptr || bytes == nullptr || size == nullptr) return kTfLiteError;
  for (const auto& [key, value] : KernelOf(context).node_.function()->module()->metadata) {
    if (key != name) continue;
    *bytes = reinterpret_cast<const char*>(value.bytes().data());
    *size = value.bytes().size();
    return kTfLiteOk;
  }
  return kTfLiteError;
}

}  // namespace litesmith::custom
