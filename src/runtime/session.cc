#include "runtime/session.h"

#include <cstring>

#include "base/finding.h"

namespace litesmith::runtime {
namespace {

// A function called in two places that is called in two places, 64 deep, would be built 2^64 times.
constexpr size_t kMaxSubgraphs = 4096;

// Handles of variables are even, those of tables odd; 0 is none, so that zeroed memory is no handle.
Handle HandleOf(size_t index, bool table) { return static_cast<Handle>((index + 1) * 2 + (table ? 1 : 0)); }

template <class T>
T* Find(const std::vector<std::unique_ptr<T>>& list, Handle handle, bool table) {
  if (handle < 2 || (handle % 2 != 0) != table) return nullptr;
  const size_t index = static_cast<size_t>(handle / 2) - 1;
  return index < list.size() ? list[index].get() : nullptr;
}

template <class T>
Handle Named(std::vector<std::unique_ptr<T>>& list, std::map<std::string, Handle>& names,
             const std::string& name, bool table) {
  const auto [entry, added] = names.emplace(name, HandleOf(list.size(), table));
  if (added) list.push_back(std::make_unique<T>());
  return entry->second;
}

}  // namespace

Session::Session(std::shared_ptr<SharedWeights> shared_weights, const Options& session_options,
                 Context& session_context)
    : context(session_context),
      options(session_options),
      shared(std::move(shared_weights)),
      memory(session_context),
      threads(MakeThreadPool(session_options.threads)) {}

Handle Session::VariableHandle(const std::string& name) {
  return Named(variables_, variable_names_, name, false);
}

Handle Session::TableHandle(const std::string& name) { return Named(tables_, table_names_, name, true); }

Variable* Session::FindVariable(Handle handle) { return Find(variables_, handle, false); }

LookupTable* Session::FindTable(Handle handle) { return Find(tables_, handle, true); }

Result<std::byte*> Session::StateMemory(const ir::Value& value, size_t bytes) {
  State& state = states_[&value];
  if (!state.block) {
    LS_TRY(state.block, memory.Take(bytes, "a state tensor"));
    state.bytes = bytes;
    // Zero as a real number: what TensorFlow Lite starts int8 state with.
    const Quantization* quantization = value.type.quantization.get();
    if (value.type.dtype == DType::kInt8 && quantization != nullptr && !quantization->scale.empty()) {
      state.fill = static_cast<int>(quantization->zero_point_at(0));
    }
    std::memset(state.block.data(), state.fill, bytes);
  }
  return state.block.data();
}

void Session::ResetState() {
  for (auto& [value, state] : states_) std::memset(state.block.data(), state.fill, state.bytes);
  for (auto& variable : variables_) *variable = Variable();
  for (auto& table : tables_) *table = LookupTable();
  called_.clear();
}

Result<void> Session::TakeLoopStep() {
  constexpr int64_t kStepsPerLook = 256;  // at the clock
  if (context.is_cancelled()) return kFailed;
  const Limits& limits = context.limits;
  Finding finding(Code::kLimitExceeded);
  if (++steps_ > limits.max_loop_steps) {
    finding.Headline("loops of the model take more than {} steps", limits.max_loop_steps);
  } else if (steps_ > limits.free_loop_steps && steps_ % kStepsPerLook == 0 &&
             context.host.Seconds() - start_ > limits.max_loop_seconds) {
    finding.Headline("loops of the model are not done after {} steps and {:.0f} seconds", steps_,
                     limits.max_loop_seconds);
  } else {
    return {};
  }
  return context.findings.Report(
      finding.Cause("a WHILE does not end, or takes longer than this program allows for one inference")
          .Fix("check the loop's condition with the inputs that were given"));
}

Result<void> Session::CountSubgraph() {
  if (++subgraphs_ <= kMaxSubgraphs) return {};
  return context.findings.Report(
      Finding(Code::kLimitExceeded)
          .Headline("the model's subgraphs call each other in too many ways")
          .Cause("more than {} calls, each needing memory of its own", kMaxSubgraphs)
          .Fix("have the model's functions call each other less often"));
}

}  // namespace litesmith::runtime
