#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "kernels/reference/registry.h"
#include "kernels/simd/cpu.h"
#include "kernels/simd/registry.h"
#include "runtime/fold.h"
#include "runtime/node_report.h"
#include "runtime/subgraph.h"
#include "tfl/ops.h"

namespace litesmith::runtime {

// What a kernel sees in Prepare; its wishes go straight into the step.
class StepPrepare final : public PrepareContext {
 public:
  StepPrepare(Subgraph& subgraph, Step& step, bool quiet) : subgraph_(subgraph), step_(step), quiet_(quiet) {
    const StepInvoke& known = step.context;
    attributes = known.attributes;
    op_name = known.op_name;
    threads = known.threads;
    limits = known.limits;
    intermediates = known.intermediates;
    inputs = known.inputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (step.inputs[i] < 0) continue;
      inputs[i] = subgraph.slot(step.inputs[i]).view;
      if (!inputs[i].constant) inputs[i].data = nullptr;
    }
    for (const TensorView& output : known.outputs) {
      TensorView& view = outputs.emplace_back();
      view.dtype = output.dtype;
      view.quantization = output.quantization;
      // The file's own shape: random bits and a few others have no other source for theirs.
      const Shape& declared = subgraph.slot(step.outputs[outputs.size() - 1]).value->type.shape;
      if (declared.known()) view.dims = declared.known_dims();
    }
    step.output_dims.assign(outputs.size(), std::nullopt);
    step.scratch.clear();
    step.in_place.clear();
  }

  Failed Report(Code code, std::string cause) override {
    if (quiet_) return kFailed;
    return subgraph_.session_.context.findings.Report(NodeFinding(code, *step_.node, std::move(cause)));
  }

  Result<void> SetOutput(size_t index, Dims dims) override {
    const auto elements = CheckedProduct(dims);
    if (!elements) {
      return Report(Code::kShapeMismatch, fmt::format("the result would have the shape {}", ToText(dims)));
    }
    const auto bytes = outputs[index].dtype == DType::kString ? std::optional<size_t>(0)
                                                              : subgraph_.SizeOf(outputs[index].dtype, dims);
    const auto limit = static_cast<size_t>(limits->max_result_bytes);
    if (!bytes || *bytes > limit) {
      return Report(Code::kLimitExceeded,
                    fmt::format("a result of the shape {} takes more than {} bytes", ToText(dims), limit));
    }
    step_.output_dims[index] = std::move(dims);
    return {};
  }

  void SetOutputDynamic(size_t index) override { step_.output_dims[index].reset(); }

  int RequestScratch(size_t bytes) override {
    step_.scratch.push_back({bytes, -1, nullptr});
    return static_cast<int>(step_.scratch.size()) - 1;
  }

  void AllowInPlace(size_t input, size_t output) override { step_.in_place.emplace_back(input, output); }

  std::shared_ptr<const std::byte> Pack(size_t input, std::string_view key, size_t bytes,
                                        const std::function<void(std::byte*)>& make) override {
    const TensorView& view = inputs[input];
    LS_CHECK(view.constant, "only constants can be packed");
    if (subgraph_.slot(step_.inputs[input]).known.valid()) {
      // Its address means nothing to the cache: the next shapes may bring another value to the same place.
      std::shared_ptr<std::byte[]> packed(new std::byte[bytes]);
      make(packed.get());
      return {packed, packed.get()};
    }
    return subgraph_.session_.shared->packed().Get({view.data, view.bytes}, key, bytes, make);
  }

 private:
  Subgraph& subgraph_;
  Step& step_;
  const bool quiet_;
};

Result<void> Subgraph::Prepare() {
  if (!dirty_) return {};
  bool failed = false;
  for (Step& step : steps_) {
    if (session_.context.is_cancelled()) return kFailed;
    step.done = false;
    step.late = std::any_of(step.inputs.begin(), step.inputs.end(),
                            [&](int index) { return index >= 0 && !slot(index).shape_known; });
    if (step.late) {
      step.prepared = false;
      step.output_dims.assign(step.outputs.size(), std::nullopt);
      ApplyShapes(step, false);
      continue;
    }
    const bool ok = SameShapesAsPrepared(step) || PrepareStep(step).ok();
    ApplyShapes(step, !ok);
    if (ok) FindKnown(step);
    failed = failed || !ok;
  }
  if (failed) return kFailed;
  LS_RETURN_IF_FAILED(PlanArena());
  dirty_ = false;
  return {};
}

bool Subgraph::SameShapesAsPrepared(const Step& step) const {
  if (!step.prepared || step.used_known) return false;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    if (step.inputs[i] < 0) continue;
    const Slot& input = slot(step.inputs[i]);
    if (input.known.valid() || input.view.dims != step.prepared_for[i]) return false;
  }
  return true;
}

// Chooses a kernel for the present shapes and prepares it.
Result<void> Subgraph::PrepareStep(Step& step) {
  step.prepared = false;
  step.used_known = false;
  step.prepared_for.resize(step.inputs.size());
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    if (step.inputs[i] < 0) continue;
    step.prepared_for[i] = slot(step.inputs[i]).view.dims;
    step.used_known = step.used_known || slot(step.inputs[i]).known.valid();
  }
  std::span<const FastKernel> variants;
  if (!step.fixed_kernel && !session_.options.reference_kernels)
    variants = FastKernelsFor(step.node->op_name());
  for (const FastKernel& fast : variants) {
    if (fast.isa > BestIsa() || !fast.supports(StepPrepare(*this, step, true))) continue;
    if (step.fast != &fast) {
      step.kernel = fast.make();
      step.fast = &fast;
      step.kernel_name = fast.name;
    }
    if (TryKernel(step, true).ok()) return {};
  }
  if (step.fast != nullptr) {
    step.kernel = FindReferenceKernel(step.node->op_name())();
    step.fast = nullptr;
    step.kernel_name = "reference";
  }
  return TryKernel(step, false);
}

Result<void> Subgraph::TryKernel(Step& step, bool quiet) {
  StepPrepare context(*this, step, quiet);
  LS_RETURN_IF_FAILED(step.kernel->Prepare(context));
  // Some of TensorFlow Lite's kernels decide on the type of their output whatever the file says; those here
  // may too.
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    slot(step.outputs[i]).view.dtype = context.outputs[i].dtype;
    step.context.outputs[i].dtype = context.outputs[i].dtype;
  }
  step.prepared = true;
  return {};
}

// Makes what Prepare found the outputs' shapes. After a failure the file's own shapes stand in where they are
// known, so that problems of later nodes are found as well.
void Subgraph::ApplyShapes(Step& step, bool failed) {
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    Slot& output = slot(step.outputs[i]);
    output.shape_known = step.output_dims[i].has_value();
    if (output.shape_known) output.view.dims = *step.output_dims[i];
    if (failed) {
      const Shape& declared = output.value->type.shape;
      output.shape_known = declared.known();
      if (output.shape_known) output.view.dims = declared.known_dims();
    }
    const bool fits = output.shape_known && output.view.dtype != DType::kString;
    output.memory = fits ? Slot::Memory::kArena : Slot::Memory::kBlock;
    output.request = -1;
    output.known = Tensor();
    output.view.constant = false;
    if (fits) output.block.Reset();
    output.view.data = nullptr;
    output.view.bytes = fits ? SizeOf(output.view.dtype, output.view.dims).value_or(0) : 0;
  }
}

// Work with shapes (SHAPE and what is computed from it, to reshape or slice by) is done here, so that the
// shapes which depend on it are known before the inference.
void Subgraph::FindKnown(Step& step) {
  auto value = KnownValue(step);
  if (!value) return;
  Slot& output = slot(step.outputs[0]);
  output.known = *std::move(value);
  output.memory = Slot::Memory::kConstant;
  output.shape_known = true;
  output.view.dtype = output.known.dtype();
  output.view.dims = output.known.dims();
  output.view.bytes = output.known.bytes().size();
  output.view.data = output.view.bytes == 0 ? nullptr : const_cast<std::byte*>(output.known.bytes().data());
  output.view.constant = true;
  step.done = true;
}

std::optional<Tensor> Subgraph::KnownValue(const Step& step) const {
  constexpr size_t kMaxKnownBytes = 1024;  // shapes are small
  if (step.fixed_kernel || step.outputs.size() != 1) return std::nullopt;
  const DType dtype = slot(step.outputs[0]).view.dtype;
  if (step.node->Is(tfl::SHAPE) && step.inputs.size() == 1 && step.inputs[0] >= 0) {
    const Dims& dims = slot(step.inputs[0]).view.dims;
    const Dims size = {static_cast<int64_t>(dims.size())};
    if (dtype == DType::kInt64) return Tensor::Of<int64_t>(size, dims);
    if (dtype != DType::kInt32) return std::nullopt;
    std::vector<int32_t> values;
    for (int64_t dim : dims) {
      if (!std::in_range<int32_t>(dim)) return std::nullopt;
      values.push_back(static_cast<int32_t>(dim));
    }
    return Tensor::Of<int32_t>(size, values);
  }
  std::vector<const Tensor*> operands;
  bool any_known = false;
  for (int index : step.inputs) {
    operands.push_back(nullptr);
    if (index < 0) continue;
    const Slot& input = slot(index);
    if (input.memory != Slot::Memory::kConstant) return std::nullopt;
    operands.back() = input.known.valid() ? &input.known : session_.shared->ConstantOf(*input.value);
    if (operands.back() == nullptr) return std::nullopt;
    any_known = any_known || input.known.valid();
  }
  if (!any_known) return std::nullopt;  // then it was folded already, or is not to be
  auto results = EvaluateConstant(*step.node, operands, kMaxKnownBytes, session_.context);
  if (!results) return std::nullopt;
  return std::move((*results)[0]);
}

// True if output `output` of step `index` may take over the memory of its input: nobody else looks at that
// afterwards.
bool Subgraph::MayShare(const Step& step, int index, size_t input, size_t output,
                        const std::vector<MemoryRequest>& requests) const {
  if (session_.options.preserve_all || input >= step.inputs.size() || step.inputs[input] < 0) return false;
  const Slot& from = slot(step.inputs[input]);
  const Slot& to = slot(step.outputs[output]);
  return from.memory == Slot::Memory::kArena && from.request >= 0 && !from.result &&
         from.last_reader == index && from.view.bytes == to.view.bytes &&
         requests[static_cast<size_t>(from.request)].last == index &&
         std::count(step.inputs.begin(), step.inputs.end(), step.inputs[input]) == 1;
}

void Subgraph::RequestOutputs(int index, std::vector<MemoryRequest>* requests) {
  Step& step = steps_[static_cast<size_t>(index)];
  const int end = static_cast<int>(steps_.size());
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    Slot& output = slot(step.outputs[i]);
    if (output.memory != Slot::Memory::kArena || output.view.bytes == 0) continue;
    const bool kept = output.result || session_.options.preserve_all;
    const int last = kept ? end : std::max(output.last_reader, index);
    for (const auto& [input, to] : step.in_place) {
      if (to != i || !MayShare(step, index, input, i, *requests)) continue;
      output.request = slot(step.inputs[input]).request;
      // Longer than this step, so that no second output takes it too.
      (*requests)[static_cast<size_t>(output.request)].last = std::max(last, index + 1);
      break;
    }
    if (output.request < 0) {
      output.request = static_cast<int>(requests->size());
      requests->push_back({output.view.bytes, index, last});
    }
  }
}

// Places tensors and scratch memory, and tells every step where its tensors are.
Result<void> Subgraph::PlanArena() {
  std::vector<MemoryRequest> requests;
  for (int index = 0; index < static_cast<int>(steps_.size()); ++index) {
    Step& step = steps_[static_cast<size_t>(index)];
    step.give_back.clear();
    if (step.late || step.done) continue;
    RequestOutputs(index, &requests);
    for (Step::Scratch& scratch : step.scratch) {
      scratch.request = static_cast<int>(requests.size());
      requests.push_back({scratch.bytes, index, index});
    }
  }
  const auto plan = PlanMemory(requests);
  if (!plan) {
    return session_.context.findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("running the model takes more memory than can be counted")
            .Fix("give inputs of a smaller shape"));
  }
  if (plan->total > arena_.capacity() || plan->total < arena_.capacity() / 2) {
    arena_.Reset();
    if (plan->total > 0) {
      LS_TRY(arena_, session_.memory.Take(plan->total, "the tensors of the model"));
    }
  }
  for (Slot& slot : slots_) {
    if (slot.memory == Slot::Memory::kArena && slot.request >= 0) {
      slot.view.data = arena_.data() + plan->offsets[static_cast<size_t>(slot.request)];
    }
    if (slot.memory == Slot::Memory::kBlock && !slot.result && !session_.options.preserve_all &&
        slot.last_reader >= 0) {
      steps_[static_cast<size_t>(slot.last_reader)].give_back.push_back(
          static_cast<int>(&slot - slots_.data()));
    }
  }
  for (Step& step : steps_) {
    for (size_t i = 0; i < step.outputs.size(); ++i) step.context.outputs[i] = slot(step.outputs[i]).view;
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      if (step.inputs[i] >= 0) step.context.inputs[i] = slot(step.inputs[i]).view;
    }
    if (step.late || step.done) continue;
    for (Step::Scratch& scratch : step.scratch) {
      scratch.data =
          scratch.bytes == 0 ? nullptr : arena_.data() + plan->offsets[static_cast<size_t>(scratch.request)];
    }
  }
  return {};
}

}  // namespace litesmith::runtime
