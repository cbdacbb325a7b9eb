// Just as much of ZIP as NumPy's archives need: stored and deflated members, ZIP64.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace litesmith::npz {

struct Member {
  std::string name;
  Bytes stored;  // as in the archive
  bool deflated = false;
  uint64_t size = 0;  // unpacked
  uint32_t crc = 0;   // of the unpacked bytes
};

// The archive's members by its directory; empty with `problem` set when it is damaged.
std::optional<std::vector<Member>> ListMembers(Bytes archive, std::string& problem);
// The member's bytes, at most `limit`; empty with `problem` set when they are damaged or too many.
std::optional<std::vector<std::byte>> Unpack(const Member& member, uint64_t limit, std::string& problem);
bool ChecksumFits(const Member& member, Bytes unpacked);

// An archive of stored members.
class ArchiveWriter {
 public:
  void Add(std::string_view name, Bytes data);
  std::vector<std::byte> Finish();

 private:
  struct Added {
    std::string name;
    uint64_t offset, size;
    uint32_t crc;
  };
  std::vector<std::byte> bytes_;
  std::vector<Added> members_;
};

}  // namespace litesmith::npz
