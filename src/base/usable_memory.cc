#include "base/usable_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace litesmith {
namespace {

// The number in a file of one line; SIZE_MAX if there is none ("max").
size_t NumberIn(const char* path) {
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return SIZE_MAX;
  unsigned long long number = 0;
  const bool read = std::fscanf(file, "%llu", &number) == 1;
  std::fclose(file);
  return read && number > 0 ? static_cast<size_t>(number) : SIZE_MAX;
}

}  // namespace

size_t UsableMemory() {
  static const size_t usable = [] {
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    size_t bytes = SIZE_MAX;
    if (pages > 0 && page > 0) bytes = static_cast<size_t>(pages) * static_cast<size_t>(page);
    // Control groups of version 2 and 1, as a container sees its own.
    bytes = std::min(bytes, NumberIn("/sys/fs/cgroup/memory.max"));
    return std::min(bytes, NumberIn("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  }();
  return usable;
}

}  // namespace litesmith
