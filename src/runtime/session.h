// What all subgraphs of one interpreter share: memory, options, and the state that outlives an inference.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "runtime/interpreter.h"
#include "runtime/memory.h"
#include "runtime/shared_weights.h"

namespace litesmith::runtime {

// A variable of the model (VAR_HANDLE).
struct Variable {
  bool assigned = false;
  DType dtype = DType::kInvalid;
  Dims dims;
  size_t bytes = 0;
  Block block;
};

// A lookup table from int64 to string or the other way round; keys are the bytes of the key.
struct LookupTable {
  DType key_dtype = DType::kInvalid, value_dtype = DType::kInvalid;
  bool filled = false;
  std::unordered_map<std::string, std::string> entries;
};

// A resource tensor holds such a number for each of its elements.
using Handle = int64_t;
inline constexpr size_t kHandleBytes = sizeof(Handle);

class Session {
 public:
  Session(std::shared_ptr<SharedWeights> shared, const Options& options, Context& context);

  Context& context;
  const Options options;
  const std::shared_ptr<SharedWeights> shared;
  MemoryPool memory;
  std::unique_ptr<Threads> threads;
  // What custom kernels of one interpreter share, by the C API's TfLiteExternalContextType. Not owned.
  std::array<void*, 5> external_contexts{};

  // Handles of one name are equal. A variable and a table may bear the same name.
  Handle VariableHandle(const std::string& name);
  Handle TableHandle(const std::string& name);
  // Null unless the handle is one of these: resource tensors may hold anything.
  Variable* FindVariable(Handle handle);
  LookupTable* FindTable(Handle handle);

  // The memory of a tensor that keeps its value, zero at first; the same for every use of one function.
  Result<std::byte*> StateMemory(const ir::Value& value, size_t bytes);
  // True the first time for each function, until ResetState(): those that CALL_ONCE runs.
  bool FirstCall(const ir::Function& function) { return called_.insert(&function).second; }
  void ForgetCall(const ir::Function& function) { called_.erase(&function); }
  void ResetState();

  // Every step of a loop and every call of a subgraph takes one of limits.max_loop_steps for one inference;
  // fails with a finding when there are none left, or when more than free_loop_steps took longer than
  // max_loop_seconds.
  Result<void> TakeLoopStep();
  void StartInference() {
    steps_ = 0;
    start_ = context.host.Seconds();
  }

  // Counts subgraphs that were built: one function may be called in many places, and those call others.
  Result<void> CountSubgraph();

 private:
  struct State {
    Block block;
    size_t bytes = 0;
    int fill = 0;  // the byte that stands for zero
  };
  std::vector<std::unique_ptr<Variable>> variables_;
  std::vector<std::unique_ptr<LookupTable>> tables_;
  std::map<std::string, Handle> variable_names_, table_names_;
  std::unordered_map<const ir::Value*, State> states_;
  std::set<const ir::Function*> called_;
  int64_t steps_ = 0;  // of this inference, which started at
  double start_ = 0;
  size_t subgraphs_ = 0;
};

}  // namespace litesmith::runtime
