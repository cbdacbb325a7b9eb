// The integers of all weights of a module, found once and used by every attempt to quantize it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "base/host.h"
#include "quantization/patches.h"
#include "quantization/weights.h"

namespace litesmith::quantization {

// Weights that several ops share stay shared: they are rounded for the inputs of all of them.
class RoundedWeights {
 public:
  // int8 of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV for bits = 8; int4 for bits = 4,
  // with a scale for each block of inputs where FULLY_CONNECTED takes that. `patches` may be null: then to
  // nearest. Works on `threads` threads; the result does not depend on their number. Fails only
  // when cancelled.
  static Result<RoundedWeights> Make(const ir::Module& module, int bits, const PatchCollection* patches,
                                     int threads, Context& context);

  // Null if the node has no such weights.
  const QuantizedConstant* Find(const ir::Node& node) const;

 private:
  struct Entry {  // a constant
    const Tensor* weights;
    std::vector<const ir::Node*> nodes;
    QuantizedConstant rounded;
  };
  void RoundToNearest(const ir::Module& module, int bits);
  std::vector<std::vector<size_t>> Groups() const;
  void RoundGroup(const std::vector<size_t>& group, int bits, const PatchCollection& patches);

  std::vector<Entry> entries_;
  std::unordered_map<const ir::Node*, size_t> entry_of_;
};

}  // namespace litesmith::quantization
