// String tensors are stored as TensorFlow Lite stores them, in files and in memory alike: int32 n, then n + 1
// int32 offsets from the start of the buffer (the last is its size), then the bytes (facts: section 1 of the
// format).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace litesmith {

std::vector<std::byte> PackStrings(const std::vector<std::string_view>& strings);
// Views into `bytes`; empty when counts or offsets do not fit.
std::optional<std::vector<std::string_view>> UnpackStrings(Bytes bytes);

}  // namespace litesmith
