// One kernel without a plan around it: what it is given, and what its Prepare decides.
#pragma once

#include <optional>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "kernels/kernel.h"

namespace litesmith::runtime {

// Fills in `context` for `node`: operands by their tensors, those without one (null) by the types of their
// values, whose shapes must be known then; results by their types.
void FillViews(const ir::Node& node, const std::vector<const Tensor*>& tensors, const Limits& limits,
               Threads* threads, KernelContext* context);

// Reports nothing; no result may exceed the limits.
class SinglePrepare final : public PrepareContext {
 public:
  SinglePrepare(const ir::Node& node, const std::vector<const Tensor*>& tensors, const Limits& limits,
                Threads* threads);

  // By output; empty: Invoke decides.
  const std::vector<std::optional<Dims>>& dims() const { return dims_; }
  const std::vector<size_t>& scratch() const { return scratch_; }  // bytes of each block

  Failed Report(Code, std::string) override { return kFailed; }
  Result<void> SetOutput(size_t index, Dims dims) override;
  void SetOutputDynamic(size_t index) override { dims_[index].reset(); }
  int RequestScratch(size_t bytes) override;
  void AllowInPlace(size_t, size_t) override {}
  std::shared_ptr<const std::byte> Pack(size_t, std::string_view, size_t bytes,
                                        const std::function<void(std::byte*)>& make) override;

 private:
  std::vector<std::optional<Dims>> dims_;
  std::vector<size_t> scratch_;
};

}  // namespace litesmith::runtime
