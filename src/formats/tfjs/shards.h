// The files of a group of weights as one run of bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"

namespace litesmith::tfjs {

class Shards {
 public:
  // Opens `paths`, which are relative to the folder of `model_file`. Reports what cannot be read.
  static Result<Shards> Open(Context& context, const std::string& model_file,
                             const std::vector<std::string_view>& paths);

  size_t size() const { return size_; }
  // The part [offset, offset + size), as a view where it lies in one file; empty if it is not all there.
  std::optional<FileBytes> Slice(size_t offset, size_t size) const;
  // "a.bin (12 bytes), b.bin (3 bytes)"
  std::string Describe() const;
  // Reports that a file stands for another or is something else than weights (a Git LFS pointer, a web page);
  // false if none does.
  bool ReportStrangers(Context& context) const;

 private:
  struct Shard {
    std::string path;
    FileBytes content;
    size_t begin = 0;
  };
  std::vector<Shard> shards_;
  size_t size_ = 0;
};

}  // namespace litesmith::tfjs
