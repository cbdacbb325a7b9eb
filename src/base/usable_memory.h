// How much memory this process may use at all.
#pragma once

#include <cstddef>

namespace litesmith {

// The machine's memory in bytes, or less where a container sets a limit; looked up once.
size_t UsableMemory();

}  // namespace litesmith
