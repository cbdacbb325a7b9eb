// Weights that kernels have rearranged, kept once for all interpreters of a module.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "base/bytes.h"

namespace litesmith::runtime {

// Thread-safe. Keyed by where the original lies, its size and the name of the layout; so the originals must
// live as long as this.
class PackedWeights {
 public:
  // The packed form of `source`, made by `make` at the first call only; aligned to 64 bytes. Throws
  // std::bad_alloc.
  std::shared_ptr<const std::byte> Get(Bytes source, std::string_view layout, size_t bytes,
                                       const std::function<void(std::byte*)>& make);
  size_t bytes() const;  // of all packed forms

 private:
  using Key = std::tuple<const std::byte*, size_t, std::string, size_t>;
  struct Entry {
    std::once_flag made;
    std::shared_ptr<const std::byte> data;
  };
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<Entry>> entries_;
};

}  // namespace litesmith::runtime
