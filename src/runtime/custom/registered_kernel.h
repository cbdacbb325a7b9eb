// A kernel that TensorFlow Lite's C API describes, as one of this runtime's: tensors lie in the same arena,
// and nothing is copied, except for outputs whose buffer the kernel allocates by itself.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ir/module.h"
#include "kernels/kernel.h"
#include "litesmith/custom_op.h"
#include "runtime/custom/node_tensors.h"
#include "runtime/session.h"

namespace litesmith::custom {

class RegisteredKernel final : public Kernel {
 public:
  RegisteredKernel(runtime::Session& session, const ir::Node& node, const TfLiteRegistration& registration);
  ~RegisteredKernel() override;
  Result<void> Prepare(PrepareContext& context) override;
  Result<void> Invoke(InvokeContext& context) override;

 private:
  friend class ContextFunctions;  // what the kernel calls while one of its functions runs

  // init, once.
  Result<void> Start(PrepareContext& context);
  // Runs one of the kernel's functions; exceptions become an error.
  template <class F>
  TfLiteStatus Call(const F& function);
  Result<void> Conclude(KernelContext& context, const char* function, TfLiteStatus status);
  Result<void> TakeShapes(PrepareContext& context);
  Result<void> TakeTemporaries(PrepareContext& context);
  void AllowInPlace(PrepareContext& context) const;
  Result<void> ShowOutputs(InvokeContext& context);
  Result<void> TakeOutput(InvokeContext& context, size_t i);
  Result<void> GiveNoStrings(InvokeContext& context, size_t i, const Dims& dims);
  void Say(std::string words);
  Failed Fail(KernelContext& context, const std::string& cause);

  runtime::Session& session_;
  const ir::Node& node_;
  const TfLiteRegistration registration_;
  NodeTensors tensors_;
  TfLiteContext context_{};
  bool started_ = false;
  PrepareContext* prepare_ = nullptr;  // while prepare runs
  InvokeContext* invoke_ = nullptr;    // while invoke runs
  bool reported_ = false;              // a finding that explains the failure has been reported

  std::mutex words_mutex_;
  std::vector<std::string> words_;  // said through ReportError in this call
  int notes_ = 0;

  std::vector<bool> resized_;                 // outputs, in this prepare
  std::vector<char> dynamic_;                 // outputs whose shape invoke decides
  std::vector<char> has_last_;                // dynamic outputs that an inference has given before
  std::vector<std::pair<int, int>> scratch_;  // tensor, number of its scratch memory
  std::vector<int> buffers_;                  // numbers of what RequestScratchBufferInArena gave out
  struct Memory {
    std::unique_ptr<std::byte[]> bytes;
    size_t size = 0;
  };
  std::vector<Memory> persistent_, for_eval_;
  std::map<int, Memory> persistent_tensors_;
};

}  // namespace litesmith::custom
