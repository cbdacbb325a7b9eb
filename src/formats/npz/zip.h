// Just as much of ZIP as NumPy's archives need: stored and deflated members, ZIP64.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace litesmith::npz {

struct Member {
  std::string name;
  Bytes stored;  // as in the archive
  bool deflated = false;
  uint64_t size = 0;            // unpacked
  std::optional<uint32_t> crc;  // of the unpacked bytes
};

// The archive's members by its directory; empty with `problem` set when it is damaged.
std::optional<std::vector<Member>> ListMembers(Bytes archive, std::string& problem);
// Unpacks a deflated member from front to back.
class MemberReader {
 public:
  // `member.stored` must outlive this.
  explicit MemberReader(const Member& member);
  ~MemberReader();
  MemberReader(const MemberReader&) = delete;
  MemberReader& operator=(const MemberReader&) = delete;

  uint64_t position() const { return position_; }  // of the next byte
  // The next `to.size()` bytes. What reaches the member's end must end there and have its checksum. False
  // with `problem` set when it is damaged; nothing can be read after that.
  bool Read(std::span<std::byte> to, std::string& problem);

 private:
  bool Inflate(std::span<std::byte> to);

  struct Stream;  // of zlib
  const Member member_;
  std::unique_ptr<Stream> stream_;
  size_t consumed_ = 0;  // of member_.stored
  uint64_t position_ = 0;
  uint32_t crc_ = 0;
  bool ended_ = false, failed_ = false;
};

// Whether a deflated member may be as large as it says; `problem` is set when not.
bool SizeIsPossible(const Member& member, uint64_t limit, std::string& problem);
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
