#include <algorithm>

#include "base/checked.h"
#include "runtime/node_report.h"
#include "runtime/subgraph.h"
#include "tensor/strings.h"

namespace litesmith::runtime {

Failed StepInvoke::Report(Code code, std::string cause) {
  return subgraph->session_.context.findings.Report(NodeFinding(code, *step->node, std::move(cause)));
}

Result<void> StepInvoke::ResizeOutput(size_t index, Dims dims) {
  return subgraph->Resize(*step, index, std::move(dims), std::nullopt);
}

Result<void> StepInvoke::ResizeStringOutput(size_t index, Dims dims, size_t packed_bytes) {
  return subgraph->Resize(*step, index, std::move(dims), packed_bytes);
}

std::byte* StepInvoke::scratch(int number) { return step->scratch[static_cast<size_t>(number)].data; }

// Bytes of a tensor of known shape; empty for strings and on overflow.
std::optional<size_t> Subgraph::SizeOf(DType dtype, const Dims& dims) const {
  const auto elements = CheckedProduct(dims);
  if (!elements) return std::nullopt;
  if (dtype != DType::kResource) return BytesOf(dtype, *elements);
  return CheckedMul(static_cast<size_t>(*elements), kHandleBytes);
}

Result<void> Subgraph::Invoke() {
  LS_RETURN_IF_FAILED(Prepare());
  const auto& observer = session_.options.observer;
  if (observer) {
    for (const int index : inputs_) observer(*slot(index).value, slot(index).view);
  }
  for (Step& step : steps_) {
    if (session_.context.is_cancelled()) return kFailed;
    if (step.done) continue;
    if (!take_times_) {
      LS_RETURN_IF_FAILED(InvokeStep(step));
      continue;
    }
    const double start = session_.context.host.Seconds();
    LS_RETURN_IF_FAILED(InvokeStep(step));
    seconds_[static_cast<size_t>(&step - steps_.data())] = session_.context.host.Seconds() - start;
  }
  return {};
}

Result<void> Subgraph::InvokeStep(Step& step) {
  for (int index : step.outputs) slot(index).ready = false;
  if (step.late) LS_RETURN_IF_FAILED(PrepareLate(step));
  LS_RETURN_IF_FAILED(step.kernel->Invoke(step.context));
  LS_RETURN_IF_FAILED(CheckOutputs(step));
  if (const auto& observer = session_.options.observer) {
    for (const int index : step.outputs) observer(*slot(index).value, slot(index).view);
  }
  if (step.scratch_block) session_.memory.Give(std::move(step.scratch_block));
  for (int index : step.give_back) {
    Slot& done = slot(index);
    session_.memory.Give(std::move(done.block));
    done.view.data = nullptr;
    done.view.bytes = 0;
  }
  return {};
}

// Prepares a step whose input shapes have just become known, and finds memory for it.
Result<void> Subgraph::PrepareLate(Step& step) {
  if (!SameShapesAsPrepared(step)) LS_RETURN_IF_FAILED(PrepareStep(step));
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    if (!step.output_dims[i]) continue;
    if (slot(step.outputs[i]).view.dtype == DType::kString) {
      slot(step.outputs[i]).view.dims = *step.output_dims[i];
      step.context.outputs[i].dims = *step.output_dims[i];
      continue;
    }
    const auto bytes = SizeOf(slot(step.outputs[i]).view.dtype, *step.output_dims[i]);
    LS_RETURN_IF_FAILED(GiveBlock(step, i, *step.output_dims[i], *bytes));
  }
  size_t total = 0;
  for (const Step::Scratch& scratch : step.scratch) {
    const auto rounded = CheckedAdd(scratch.bytes, kArenaAlignment - 1);
    const auto sum = rounded ? CheckedAdd(total, *rounded / kArenaAlignment * kArenaAlignment) : std::nullopt;
    if (!sum)
      return step.context.Report(Code::kLimitExceeded, "its scratch memory cannot be counted in 64 bits");
    total = *sum;
  }
  if (total == 0) return {};
  LS_TRY(step.scratch_block, session_.memory.Take(total, "scratch memory"));
  std::byte* next = step.scratch_block.data();
  for (Step::Scratch& scratch : step.scratch) {
    scratch.data = next;
    next += (scratch.bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }
  return {};
}

// Gives an output a block of its own and shows it to all who read it.
Result<void> Subgraph::GiveBlock(Step& step, size_t output, Dims dims, size_t bytes) {
  Slot& made = slot(step.outputs[output]);
  if (made.block.capacity() < bytes || !made.block) {
    session_.memory.Give(std::move(made.block));
    made.block = Block();
    LS_TRY(made.block, session_.memory.Take(bytes, "a tensor"));
  }
  made.view.dims = std::move(dims);
  made.view.bytes = bytes;
  made.view.data = bytes == 0 ? nullptr : made.block.data();
  made.ready = true;
  step.context.outputs[output] = made.view;
  Publish(step.outputs[output]);
  return {};
}

void Subgraph::Publish(int index) {
  const Slot& changed = slot(index);
  for (const Slot::Reader& reader : changed.readers) {
    Step& step = steps_[static_cast<size_t>(reader.step)];
    if (reader.input < step.context.inputs.size()) step.context.inputs[reader.input] = changed.view;
  }
}

Result<void> Subgraph::Resize(Step& step, size_t output, Dims dims, std::optional<size_t> packed_bytes) {
  if (output >= step.outputs.size())
    return step.context.Report(Code::kKernelRefused, "it has no such output");
  const Slot& wanted = slot(step.outputs[output]);
  const auto elements = CheckedProduct(dims);
  if (!elements) {
    return step.context.Report(Code::kShapeMismatch,
                               fmt::format("the result would have the shape {}", ToText(dims)));
  }
  if (step.output_dims[output] && *step.output_dims[output] != dims) {
    return step.context.Report(Code::kKernelRefused,
                               fmt::format("the result has the shape {}, not the expected {}", ToText(dims),
                                           ToText(*step.output_dims[output])));
  }
  if ((wanted.view.dtype == DType::kString) != packed_bytes.has_value()) {
    return step.context.Report(Code::kDtypeMismatch, fmt::format("the result is not of the file's type {}",
                                                                 NameOf(wanted.view.dtype)));
  }
  const auto bytes = packed_bytes ? packed_bytes : SizeOf(wanted.view.dtype, dims);
  const auto limit = static_cast<size_t>(session_.context.limits.max_result_bytes);
  if (!bytes || *bytes > limit) {
    return step.context.Report(
        Code::kLimitExceeded,
        fmt::format("a result of the shape {} takes more than {} bytes", ToText(dims), limit));
  }
  if (wanted.memory == Slot::Memory::kArena) return {};  // has its place and this shape
  return GiveBlock(step, output, std::move(dims), *bytes);
}

// A kernel that forgets a dynamic output, or a string table that is none, must not reach the next kernel.
Result<void> Subgraph::CheckOutputs(Step& step) {
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    const Slot& made = slot(step.outputs[i]);
    if (made.memory != Slot::Memory::kBlock) continue;
    if (!made.ready)
      return step.context.Report(Code::kKernelRefused, "the kernel did not give all of its results");
    if (made.view.dtype != DType::kString) continue;
    const auto strings = UnpackStrings({made.view.data, made.view.bytes});
    if (!strings || static_cast<int64_t>(strings->size()) != made.view.elements()) {
      return step.context.Report(Code::kKernelRefused, "the kernel gave strings that do not fit the shape");
    }
  }
  return {};
}

}  // namespace litesmith::runtime
