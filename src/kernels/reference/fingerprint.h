// The 64-bit fingerprint of bytes that TensorFlow's hashing ops use: FarmHash's Fingerprint64, whose values
// never change.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace litesmith::reference {

uint64_t Fingerprint64(Bytes bytes);

}  // namespace litesmith::reference
