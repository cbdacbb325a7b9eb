// One function of the module, ready to run: its tensors, and its nodes as steps with kernels.
//
// Shapes are worked out once for given input shapes (Prepare). A step one of whose input shapes depends on
// values is "late": it is prepared when it is about to run, and only if shapes differ from the last time.
// Tensors of known size share one arena; those of late steps, dynamic outputs and strings take blocks of the
// session's pool, which their last reader gives back.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "kernels/fast_kernel.h"
#include "kernels/kernel.h"
#include "runtime/memory_planner.h"
#include "runtime/session.h"

namespace litesmith::runtime {

class Subgraph;
struct Step;

// Where a step's kernel finds its tensors while it runs.
class StepInvoke final : public InvokeContext {
 public:
  Failed Report(Code code, std::string cause) override;
  Result<void> ResizeOutput(size_t index, Dims dims) override;
  Result<void> ResizeStringOutput(size_t index, Dims dims, size_t packed_bytes) override;
  std::byte* scratch(int number) override;

  Subgraph* subgraph = nullptr;
  Step* step = nullptr;
};

struct Slot {  // a tensor
  enum class Memory : uint8_t { kNone, kConstant, kBound, kState, kArena, kBlock };
  struct Reader {
    int step;
    size_t input;
  };
  const ir::Value* value = nullptr;
  TensorView view;
  Memory memory = Memory::kNone;
  bool shape_known = false;  // before the inference
  bool ready = false;        // a block's tensor has been made in this inference
  bool result = false;       // of the function
  int last_reader = -1;
  int request = -1;  // in the arena
  Block block;
  Tensor known;  // a small value that follows from shapes alone; the slot is a constant then
  std::vector<Reader> readers;
};

struct Step {  // a node
  struct Scratch {
    size_t bytes = 0;
    int request = -1;
    std::byte* data = nullptr;
  };
  const ir::Node* node = nullptr;
  std::unique_ptr<Attributes> own_attributes;  // where the node's own do not suffice
  std::unique_ptr<Kernel> kernel;
  const FastKernel* fast = nullptr;  // null: reference, or the runtime's own
  bool fixed_kernel = false;         // control flow, variables, custom ops
  std::string_view kernel_name;
  std::vector<int> inputs, outputs;  // slots; -1: an input left out
  StepInvoke context;

  // What the last Prepare found.
  bool prepared = false;
  std::vector<Dims> prepared_for;
  bool used_known = false;                       // an input was a value that follows from shapes
  std::vector<std::optional<Dims>> output_dims;  // empty: dynamic
  std::vector<Scratch> scratch;
  std::vector<std::pair<size_t, size_t>> in_place;

  bool done = false;  // its output is known; nothing is left to run
  bool late = false;
  Block scratch_block;         // of a late step
  std::vector<int> give_back;  // slots whose blocks nobody needs after this step
};

class Subgraph {
 public:
  // Reports whatever is wrong with single nodes for all of them.
  static Result<std::unique_ptr<Subgraph>> Build(Session& session, const ir::Function& function, int depth);

  size_t input_count() const { return inputs_.size(); }
  size_t output_count() const { return outputs_.size(); }
  const TensorView& input(size_t index) const { return slot(inputs_[index]).view; }
  const TensorView& output(size_t index) const { return slot(outputs_[index]).view; }
  // The output's shape does not depend on values; meaningful after Prepare().
  bool output_shape_known(size_t index) const { return slot(outputs_[index]).shape_known; }
  // The input that output `index` hands through, or -1.
  int PassedThrough(size_t index) const;

  void SetInputShape(size_t index, const Dims& dims);
  // Where the input's data lies until it is bound again; it is never written to.
  void BindInput(size_t index, std::byte* data, size_t bytes);
  // Prepares kernels and plans memory for the present input shapes, if they are new.
  Result<void> Prepare();
  Result<void> Invoke();

  const Slot* Find(const ir::Value& value) const;
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<double>& seconds() const { return seconds_; }  // of each step, if times are taken
  void TakeTimes(bool take) { take_times_ = take; }
  // What the runtime's memory for tensors and scratch would have to be at least, in bytes, and what it is.
  size_t arena_bytes() const { return arena_.capacity(); }

 private:
  friend class StepInvoke;
  friend class StepPrepare;
  Subgraph(Session& session, const ir::Function& function) : session_(session), function_(function) {}

  const Slot& slot(int index) const { return slots_[static_cast<size_t>(index)]; }
  Slot& slot(int index) { return slots_[static_cast<size_t>(index)]; }

  // subgraph_build.cc
  int SlotOf(const ir::Value& value);
  Result<void> AddStep(const ir::Node& node, int depth);
  Result<void> MakeConstant(Slot& slot);
  void FillContexts();

  // subgraph_prepare.cc
  Result<void> PrepareStep(Step& step);
  Result<void> TryKernel(Step& step, bool quiet);
  void ApplyShapes(Step& step, bool failed);
  void FindKnown(Step& step);
  std::optional<Tensor> KnownValue(const Step& step) const;
  bool SameShapesAsPrepared(const Step& step) const;
  Result<void> PlanArena();
  void RequestOutputs(int index, std::vector<MemoryRequest>* requests);
  bool MayShare(const Step& step, int index, size_t input, size_t output,
                const std::vector<MemoryRequest>& requests) const;

  // subgraph_invoke.cc
  Result<void> InvokeStep(Step& step);
  Result<void> PrepareLate(Step& step);
  Result<void> GiveBlock(Step& step, size_t output, Dims dims, size_t bytes);
  Result<void> Resize(Step& step, size_t output, Dims dims, std::optional<size_t> packed_bytes);
  Result<void> CheckOutputs(Step& step);
  void Publish(int slot);
  std::optional<size_t> SizeOf(DType dtype, const Dims& dims) const;

  Session& session_;
  const ir::Function& function_;
  std::vector<Slot> slots_;
  std::vector<Step> steps_;
  std::vector<int> inputs_, outputs_;
  std::unordered_map<const ir::Value*, int> slot_of_;
  Block arena_;
  bool dirty_ = true;
  bool take_times_ = false;
  std::vector<double> seconds_;
};

}  // namespace litesmith::runtime
