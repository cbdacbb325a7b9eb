// What interpreters of one module share: packed weights, and constants that were computed from other
// constants.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/host.h"
#include "ir/module.h"
#include "runtime/packed_weights.h"

namespace litesmith::runtime {

class SharedWeights {
 public:
  // The same object for the same module, as long as someone holds it. It keeps the module.
  static std::shared_ptr<SharedWeights> Of(std::shared_ptr<const ir::Module> module);
  explicit SharedWeights(std::shared_ptr<const ir::Module> module) : module_(std::move(module)) {}

  const ir::Module& module() const { return *module_; }
  PackedWeights& packed() { return packed_; }

  // Computes what depends on constants alone in `function`, once. Float16 weights become float32 that way
  // (DEQUANTIZE), sparse ones dense (DENSIFY), both whatever their size; other ops only while results are
  // small.
  void FoldConstants(const ir::Function& function, Context& context);
  // The tensor that `value` always holds: a constant of the file or a folded one. Null if it is computed.
  const Tensor* ConstantOf(const ir::Value& value) const;

 private:
  const Tensor* Known(const ir::Value& value) const;
  void AddDense(const ir::Node& sparse_constant, const Limits& limits);

  std::shared_ptr<const ir::Module> module_;
  PackedWeights packed_;
  mutable std::mutex mutex_;
  std::unordered_set<const ir::Function*> done_;
  size_t kept_ = 0;                                      // bytes of folded_
  std::unordered_map<const ir::Value*, Tensor> folded_;  // entries stay where they are
};

}  // namespace litesmith::runtime
