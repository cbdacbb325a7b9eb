#include "runtime/custom/registered_kernel.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "base/checked.h"
#include "runtime/custom/context_functions.h"
#include "runtime/custom/tensor_memory.h"
#include "runtime/custom/types.h"
#include "tensor/strings.h"

namespace litesmith::custom {
namespace {

// Notes that one kernel may leave: it may say something else in every inference.
constexpr int kMaxNotes = 8;

std::string StatusText(TfLiteStatus status) {
  switch (status) {
    case kTfLiteError:
      return "an error";
    case kTfLiteUnresolvedOps:
      return "an error (unresolved ops)";
    case kTfLiteCancelled:
      return "an error (cancelled)";
    default:
      return fmt::format("the status {}", static_cast<int>(status));
  }
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& one : words) text += (text.empty() ? "" : "; ") + one;
  return text;
}

}  // namespace

RegisteredKernel::RegisteredKernel(runtime::Session& session, const ir::Node& node,
                                   const TfLiteRegistration& registration)
    : session_(session), node_(node), registration_(registration), tensors_(node) {
  ContextFunctions::Fill(*this);
}

RegisteredKernel::~RegisteredKernel() {
  if (registration_.free == nullptr || tensors_.node.user_data == nullptr) return;
  Call([&] {
    registration_.free(&context_, tensors_.node.user_data);
    return kTfLiteOk;
  });
}

void RegisteredKernel::Say(std::string words) {
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  const std::lock_guard lock(words_mutex_);
  constexpr size_t kMaxWords = 32;
  if (words_.size() < kMaxWords) words_.push_back(std::move(words));
}

template <class F>
TfLiteStatus RegisteredKernel::Call(const F& function) {
  tensors_.Reserve();
  context_.tensors = tensors_.data();
  context_.tensors_size = tensors_.size();
  words_.clear();
  reported_ = false;
  try {
    return function();
  } catch (const std::exception& exception) {
    Say(fmt::format("an exception: {}", exception.what()));
  } catch (...) {
    Say("an exception");
  }
  return kTfLiteError;
}

Failed RegisteredKernel::Fail(KernelContext& context, const std::string& cause) {
  const std::string said = words_.empty() ? "" : fmt::format("; the kernel says: {}", Joined(words_));
  return context.Report(Code::kCustomKernelFailed, cause + said);
}

// What a call of the kernel comes to.
Result<void> RegisteredKernel::Conclude(KernelContext& context, const char* function, TfLiteStatus status) {
  if (reported_) return kFailed;
  if (status != kTfLiteOk) {
    return Fail(context, fmt::format("its {} function returned {}", function, StatusText(status)));
  }
  if (!words_.empty() && notes_ < kMaxNotes) {
    ++notes_;
    (void)context.Report(Code::kCustomKernelSays, Joined(words_));
  }
  return {};
}

Result<void> RegisteredKernel::Start(PrepareContext& context) {
  if (started_) return {};
  LS_RETURN_IF_FAILED(tensors_.Make(context));
  TfLiteNode& node = tensors_.node;
  const Tensor* options = node_.attributes.FindAs<Tensor>("custom_options");
  const char* bytes = nullptr;
  size_t size = 0;
  if (options != nullptr && !options->bytes().empty()) {
    bytes = reinterpret_cast<const char*>(options->bytes().data());
    size = options->bytes().size();
  }
  const auto length = CheckedCast<int>(size);
  if (!length) return context.Report(Code::kLimitExceeded, "its options have more than 2 GB");
  node.custom_initial_data = bytes;
  node.custom_initial_data_size = *length;
  LS_RETURN_IF_FAILED(tensors_.ShowInputs(context));
  context_.recommended_num_threads = context.threads->count();
  started_ = true;
  if (registration_.init == nullptr) return {};
  const TfLiteStatus status = Call([&] {
    void* made = registration_.init(&context_, bytes, size);
    if (made == TfLiteKernelInitFailed()) return kTfLiteError;
    node.user_data = made;
    return kTfLiteOk;
  });
  const auto done = Conclude(context, "init", status);
  started_ = done.ok();
  return done;
}

Result<void> RegisteredKernel::Prepare(PrepareContext& context) {
  prepare_ = &context;
  buffers_.clear();
  const auto prepare = [&]() -> Result<void> {
    LS_RETURN_IF_FAILED(Start(context));
    LS_RETURN_IF_FAILED(tensors_.ShowInputs(context));
    resized_.assign(tensors_.output_count(), false);
    for (size_t i = 0; i < tensors_.output_count(); ++i) {
      TfLiteTensor& output = tensors_.output(i);
      if (OnHeap(output) && !IsLent(output)) continue;
      output.data.data = nullptr;
      output.allocation = nullptr;
    }
    if (registration_.prepare != nullptr) {
      const TfLiteStatus status = Call([&] { return registration_.prepare(&context_, &tensors_.node); });
      LS_RETURN_IF_FAILED(Conclude(context, "prepare", status));
    }
    LS_RETURN_IF_FAILED(TakeShapes(context));
    AllowInPlace(context);
    return TakeTemporaries(context);
  };
  const auto done = prepare();
  prepare_ = nullptr;
  return done;
}

// The outputs' types and shapes, as prepare left them.
Result<void> RegisteredKernel::TakeShapes(PrepareContext& context) {
  dynamic_.assign(tensors_.output_count(), 0);
  has_last_.assign(tensors_.output_count(), 0);
  for (size_t i = 0; i < tensors_.output_count(); ++i) {
    const TfLiteTensor& output = tensors_.output(i);
    const DType dtype = FromTfLite(output.type);
    if (dtype == DType::kInvalid || dtype == DType::kVariant) {
      return Fail(context, fmt::format("its result {} has the type {}, which this program does not hold", i,
                                       TfLiteTypeGetName(output.type)));
    }
    context.outputs[i].dtype = dtype;
    if (output.allocation_type == kTfLiteDynamic) {
      dynamic_[i] = 1;
      context.SetOutputDynamic(i);
      continue;
    }
    if (!resized_[i] && !tensors_.OutputShapeInFile(i)) {
      return Fail(context,
                  fmt::format("its prepare function gives result {} no shape (ResizeTensor), and the file "
                              "does not know it either",
                              i));
    }
    LS_RETURN_IF_FAILED(context.SetOutput(i, ToDims(output.dims)));
  }
  return {};
}

// Memory for what the kernel lists as temporaries.
Result<void> RegisteredKernel::TakeTemporaries(PrepareContext& context) {
  scratch_.clear();
  const TfLiteIntArray* temporaries = tensors_.node.temporaries;
  for (int i = 0; temporaries != nullptr && i < temporaries->size; ++i) {
    const int index = temporaries->data[i];
    if (index < tensors_.first_added() || !tensors_.IsValid(index)) {
      return Fail(context,
                  fmt::format("it lists tensor {} as a temporary, which AddTensors never gave", index));
    }
    const TfLiteTensor& tensor = tensors_.at(index);
    if (tensor.allocation_type == kTfLiteArenaRw) {
      scratch_.emplace_back(index, context.RequestScratch(tensor.bytes));
    } else if (tensor.allocation_type == kTfLiteArenaRwPersistent) {
      Memory& memory = persistent_tensors_[index];
      if (memory.bytes != nullptr && memory.size == tensor.bytes) continue;
      memory = {std::make_unique<std::byte[]>(tensor.bytes + kArenaAlignmentSlack), tensor.bytes};
    }
  }
  return {};
}

void RegisteredKernel::AllowInPlace(PrepareContext& context) const {
  const uint64_t flags = registration_.inplace_operator;
  const bool corresponding = (flags & kTfLiteInplaceInputCanBeSharedWithCorrespondingOutput) != 0;
  constexpr uint64_t kInputs[] = {kTfLiteInplaceOpInput0Shared, kTfLiteInplaceOpInput1Shared,
                                  kTfLiteInplaceOpInput2Shared};
  for (size_t i = 0; i < std::size(kInputs); ++i) {
    if ((flags & kInputs[i]) == 0 || i >= context.input_count() || !context.has_input(i)) continue;
    const size_t output = corresponding ? i : 0;
    if (output < context.output_count()) context.AllowInPlace(i, output);
  }
}

// Where the outputs go: into the arena, or where they went the last time.
Result<void> RegisteredKernel::ShowOutputs(InvokeContext& context) {
  for (size_t i = 0; i < tensors_.output_count(); ++i) {
    TfLiteTensor& output = tensors_.output(i);
    if (output.allocation_type == kTfLitePersistentRo) continue;
    if (dynamic_[i] == 0) {
      LendData(output, context.outputs[i].data);
      output.bytes = context.outputs[i].bytes;
      continue;
    }
    if (!IsLent(output)) continue;
    // A kernel need not resize an output again whose shape stays the same.
    output.data.data = nullptr;
    output.allocation = nullptr;
    if (has_last_[i] == 0) continue;
    LS_RETURN_IF_FAILED(context.ResizeOutput(i, ToDims(output.dims)));
    LendData(output, context.outputs[i].data);
    output.bytes = context.outputs[i].bytes;
  }
  return {};
}

Result<void> RegisteredKernel::Invoke(InvokeContext& context) {
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const int index = tensors_.input_index(i);
    if (index < 0) continue;
    TfLiteTensor& input = tensors_.at(index);
    LendData(input, context.inputs[i].data);
    input.bytes = context.inputs[i].bytes;
  }
  LS_RETURN_IF_FAILED(ShowOutputs(context));
  for (const auto& [index, number] : scratch_) LendData(tensors_.at(index), context.scratch(number));
  for (auto& [index, memory] : persistent_tensors_) LendData(tensors_.at(index), Aligned(memory.bytes.get()));
  context_.recommended_num_threads = context.threads->count();
  invoke_ = &context;
  const TfLiteStatus status = Call([&] { return registration_.invoke(&context_, &tensors_.node); });
  invoke_ = nullptr;
  for_eval_.clear();
  LS_RETURN_IF_FAILED(Conclude(context, "invoke", status));
  for (size_t i = 0; i < tensors_.output_count(); ++i) LS_RETURN_IF_FAILED(TakeOutput(context, i));
  return {};
}

// A string tensor without elements, for which kernels need not allocate anything.
Result<void> RegisteredKernel::GiveNoStrings(InvokeContext& context, size_t i, const Dims& dims) {
  const std::vector<std::byte> none = PackStrings({});
  LS_RETURN_IF_FAILED(context.ResizeStringOutput(i, dims, none.size()));
  std::memcpy(context.outputs[i].data, none.data(), none.size());
  return {};
}

// Fetches what does not lie in its place yet.
Result<void> RegisteredKernel::TakeOutput(InvokeContext& context, size_t i) {
  const TfLiteTensor& output = tensors_.output(i);
  const TensorView& view = context.outputs[i];
  if (dynamic_[i] != 0) {
    const Dims dims = ToDims(output.dims);
    if (IsLent(output) && output.data.raw == reinterpret_cast<char*>(view.data) && dims == view.dims) {
      has_last_[i] = 1;
      return {};
    }
    if (view.dtype == DType::kString) {
      if (output.data.data == nullptr && CheckedProduct(dims) == 0) return GiveNoStrings(context, i, dims);
      LS_RETURN_IF_FAILED(
          context.ResizeStringOutput(i, dims, output.data.data != nullptr ? output.bytes : 0));
    } else {
      LS_RETURN_IF_FAILED(context.ResizeOutput(i, dims));
    }
  }
  if (view.bytes == 0 || output.data.raw == reinterpret_cast<char*>(view.data)) return {};
  if (output.data.data == nullptr) return Fail(context, fmt::format("it gives result {} no data", i));
  // Resources are handles of eight bytes here and of four there.
  const bool shorter = output.bytes < view.bytes;
  if (shorter && view.dtype != DType::kResource) {
    return Fail(context, fmt::format("its result {} has {} bytes of the {} that its shape takes", i,
                                     output.bytes, view.bytes));
  }
  if (shorter) std::memset(view.data, 0, view.bytes);
  std::memcpy(view.data, output.data.data, std::min(output.bytes, view.bytes));
  return {};
}

}  // namespace litesmith::custom
