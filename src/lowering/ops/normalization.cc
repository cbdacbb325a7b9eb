#include "lowering/lowering.h"

namespace litesmith::lowering {

LS_LOWER(Softmax) { return lower.Rename(tfl::SOFTMAX, {{"beta", 1.0f}}); }
LS_LOWER(LogSoftmax) { return lower.Rename(tfl::LOG_SOFTMAX); }

}  // namespace litesmith::lowering
