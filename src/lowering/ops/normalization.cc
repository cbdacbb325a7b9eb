#include "lowering/lowering.h"

namespace litesmith::lowering {

LS_LOWER(Softmax) { return lower.Rename(tfl::SOFTMAX, {{"beta", 1.0f}}); }
LS_LOWER(LogSoftmax) { return lower.Rename(tfl::LOG_SOFTMAX); }

LS_LOWER(LRN) {
  return lower.Rename(tfl::LOCAL_RESPONSE_NORMALIZATION,
                      {{"radius", lower.attributes().Int("depth_radius", 5)},
                       {"bias", lower.attributes().Float("bias", 1)},
                       {"alpha", lower.attributes().Float("alpha", 1)},
                       {"beta", lower.attributes().Float("beta", 0.5f)}});
}

}  // namespace litesmith::lowering
