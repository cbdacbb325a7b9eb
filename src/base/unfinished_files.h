// The temporary files of writes under way, so that an interrupted program leaves none behind.
#pragma once

#include <string>

namespace litesmith {

// Remembers a temporary file while it lives. More than a handful at once are not remembered (and not needed).
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const std::string& path);
  ~UnfinishedFile();  // forgets it; removing or renaming it is the owner's business
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

 private:
  int slot_ = -1;
};

}  // namespace litesmith
