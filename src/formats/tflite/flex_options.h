// FlexBuffers maps: what the options of custom ops usually are.
//
// int64_t <-> integer, float <-> 32-bit float (a 64-bit one is narrowed), bool, std::string,
// std::vector<int64_t>, std::vector<float>, std::vector<bool>, std::vector<std::string>, and blobs as uint8
// tensors.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "tensor/attributes.h"

namespace litesmith::flex {

// The map as a uint8 tensor, the value of the attribute "custom_options". The same attributes give the same
// bytes. Attributes of other kinds are left out: dtypes, shapes, functions, tensors that are not uint8.
Tensor Pack(const Attributes& options);

// Empty if the bytes are no FlexBuffer, or hold something else than a map. No bytes are an empty map. Entries
// of other kinds (maps in the map, vectors of mixed kinds) are left out.
std::optional<Attributes> Unpack(Bytes bytes);

}  // namespace litesmith::flex
