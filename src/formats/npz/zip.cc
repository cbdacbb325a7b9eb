#include "formats/npz/zip.h"

#include <zlib.h>

#include <algorithm>

namespace litesmith::npz {
namespace {

// Signatures and sizes of PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16.
constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kLocatorBytes = 20;
constexpr uint16_t kZip64Field = 1;

uint32_t Crc(Bytes data) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

struct Directory {
  uint64_t offset, entries;
};

std::optional<Directory> FindDirectory(Bytes archive) {
  if (archive.size() < kEndBytes) return std::nullopt;
  // The end record is last, before a comment of at most 65535 bytes.
  const size_t lowest = archive.size() - std::min<size_t>(archive.size(), kEndBytes + 65535);
  for (size_t at = archive.size() - kEndBytes + 1; at-- > lowest;) {
    if (Load<uint32_t>(archive, at) != kEnd) continue;
    Directory found{*Load<uint32_t>(archive, at + 16), *Load<uint16_t>(archive, at + 10)};
    if (at >= kLocatorBytes && Load<uint32_t>(archive, at - kLocatorBytes) == kEnd64Locator) {
      const uint64_t record = *Load<uint64_t>(archive, at - kLocatorBytes + 8);
      if (record < archive.size() && Load<uint32_t>(archive, record) == kEnd64) {
        const auto entries = Load<uint64_t>(archive, record + 32),
                   offset = Load<uint64_t>(archive, record + 48);
        if (!entries || !offset) return std::nullopt;
        found = {*offset, *entries};
      }
    }
    return found;
  }
  return std::nullopt;
}

// Sizes that do not fit 32 bits stand in an extra field, those that are needed in this order.
bool ReadZip64(Bytes extra, uint64_t& size, uint64_t& packed, uint64_t& offset) {
  ByteReader reader(extra);
  while (reader.remaining() >= 4) {
    const uint16_t id = *reader.Take<uint16_t>(), length = *reader.Take<uint16_t>();
    const auto field = reader.Take(length);
    if (!field) return false;
    if (id != kZip64Field) continue;
    ByteReader values(*field);
    for (uint64_t* value : {&size, &packed, &offset}) {
      if (*value != 0xffffffffu) continue;
      const auto wide = values.Take<uint64_t>();
      if (!wide) return false;
      *value = *wide;
    }
    return true;
  }
  return false;
}

}  // namespace

std::optional<std::vector<Member>> ListMembers(Bytes archive, std::string& problem) {
  const auto directory = FindDirectory(archive);
  if (!directory) {
    problem = "its directory at the end is missing: the file is cut off or no ZIP archive";
    return std::nullopt;
  }
  std::vector<Member> members;
  uint64_t at = directory->offset;
  for (uint64_t i = 0; i < directory->entries; ++i) {
    problem = "its directory is damaged";
    if (at > archive.size() || archive.size() - at < kCentralBytes || Load<uint32_t>(archive, at) != kCentral)
      return std::nullopt;
    const uint16_t method = *Load<uint16_t>(archive, at + 10), flags = *Load<uint16_t>(archive, at + 8);
    uint64_t packed = *Load<uint32_t>(archive, at + 20), size = *Load<uint32_t>(archive, at + 24);
    const uint16_t name_bytes = *Load<uint16_t>(archive, at + 28),
                   extra_bytes = *Load<uint16_t>(archive, at + 30);
    const uint16_t comment_bytes = *Load<uint16_t>(archive, at + 32);
    uint64_t offset = *Load<uint32_t>(archive, at + 42);
    const auto name = Slice(archive, at + kCentralBytes, name_bytes);
    const auto extra = Slice(archive, at + kCentralBytes + name_bytes, extra_bytes);
    if (!name || !extra) return std::nullopt;
    const bool wide = size == 0xffffffffu || packed == 0xffffffffu || offset == 0xffffffffu;
    if (wide && !ReadZip64(*extra, size, packed, offset)) return std::nullopt;
    Member member{std::string(AsText(*name)), {}, method == 8, size, *Load<uint32_t>(archive, at + 16)};
    if ((method != 0 && method != 8) || (flags & 1) != 0) {
      problem = "member " + member.name + " is encrypted or compressed in a way that NumPy does not use";
      return std::nullopt;
    }
    if (offset > archive.size() || Load<uint32_t>(archive, offset) != kLocal ||
        archive.size() - offset < kLocalBytes)
      return std::nullopt;
    const uint64_t data =
        offset + kLocalBytes + *Load<uint16_t>(archive, offset + 26) + *Load<uint16_t>(archive, offset + 28);
    const auto stored = Slice(archive, data, packed);
    if (!stored || (method == 0 && packed != size)) {
      problem = "member " + member.name + " is cut off";
      return std::nullopt;
    }
    member.stored = *stored;
    members.push_back(std::move(member));
    at += kCentralBytes + name_bytes + extra_bytes + comment_bytes;
  }
  return members;
}

struct MemberReader::Stream {
  Stream() { ok = inflateInit2(&zlib, -MAX_WBITS) == Z_OK; }
  ~Stream() { inflateEnd(&zlib); }
  z_stream zlib{};
  bool ok = false;
};

MemberReader::MemberReader(const Member& member) : member_(member), stream_(std::make_unique<Stream>()) {}
MemberReader::~MemberReader() = default;

bool MemberReader::Inflate(std::span<std::byte> to) {
  size_t written = 0;
  z_stream& zlib = stream_->zlib;
  while (!ended_) {  // zlib counts in 32 bits
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(member_.stored.data() + consumed_));
    zlib.avail_in = static_cast<uInt>(std::min<size_t>(member_.stored.size() - consumed_, 1u << 30));
    std::byte none;  // zlib wants a place even for no bytes
    zlib.next_out = reinterpret_cast<Bytef*>(to.empty() ? &none : to.data() + written);
    zlib.avail_out = static_cast<uInt>(std::min<size_t>(to.size() - written, 1u << 30));
    const size_t in = zlib.avail_in, out = zlib.avail_out;
    const int status = inflate(&zlib, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
    consumed_ += in - zlib.avail_in;
    written += out - zlib.avail_out;
    ended_ = status == Z_STREAM_END;
    if (in == zlib.avail_in && out == zlib.avail_out) break;  // no progress
    if (written == to.size() && position_ + written < member_.size) break;
  }
  return written == to.size();
}

bool MemberReader::Read(std::span<std::byte> to, std::string& problem) {
  problem = "member " + member_.name + " cannot be unpacked";
  if (failed_ || !stream_->ok || to.size() > member_.size - position_) return false;
  failed_ = !Inflate(to);
  if (failed_) return false;
  position_ += to.size();
  crc_ = static_cast<uint32_t>(crc32_z(crc_, reinterpret_cast<const Bytef*>(to.data()), to.size()));
  if (position_ < member_.size) return true;
  failed_ = !ended_;
  if (failed_) return false;
  failed_ = member_.crc && crc_ != *member_.crc;
  if (failed_) problem = "its checksum does not match";
  return !failed_;
}

bool SizeIsPossible(const Member& member, uint64_t limit, std::string& problem) {
  // Deflate packs at most 1032 to 1: what claims more lies, and asks for memory that it does not need.
  if (member.size <= limit && member.size / 1032 <= member.stored.size()) return true;
  problem = "member " + member.name + " claims a size it cannot have";
  return false;
}

bool ChecksumFits(const Member& member, Bytes unpacked) {
  return !member.crc || Crc(unpacked) == *member.crc;
}

namespace {

class Record {
 public:
  explicit Record(std::vector<std::byte>& bytes) : bytes_(bytes) {}
  template <class T>
  Record& Put(T value) {
    const auto* data = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), data, data + sizeof(T));
    return *this;
  }
  Record& Put16(uint64_t value) { return Put(static_cast<uint16_t>(value)); }
  Record& Put32(uint64_t value) { return Put(static_cast<uint32_t>(value)); }
  Record& Text(std::string_view text) {
    const Bytes data = AsBytes(text);
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return *this;
  }

 private:
  std::vector<std::byte>& bytes_;
};

// 1980-01-01, the first day that ZIP knows.
constexpr uint16_t kNoTime = 0, kFirstDay = 0x21;

}  // namespace

void ArchiveWriter::Add(std::string_view name, Bytes data) {
  const uint64_t offset = bytes_.size(), size = data.size();
  const uint32_t crc = Crc(data);
  Record record(bytes_);
  // Always with 64-bit sizes, as NumPy writes it.
  record.Put32(kLocal).Put16(45).Put16(0).Put16(0).Put16(kNoTime).Put16(kFirstDay).Put32(crc);
  record.Put32(0xffffffffu).Put32(0xffffffffu).Put16(name.size()).Put16(20).Text(name);
  record.Put16(kZip64Field).Put16(16).Put(size).Put(size);
  bytes_.insert(bytes_.end(), data.begin(), data.end());
  members_.push_back({std::string(name), offset, size, crc});
}

std::vector<std::byte> ArchiveWriter::Finish() {
  const uint64_t start = bytes_.size();
  Record record(bytes_);
  for (const Added& member : members_) {
    record.Put32(kCentral).Put16(45).Put16(45).Put16(0).Put16(0).Put16(kNoTime).Put16(kFirstDay).Put32(
        member.crc);
    record.Put32(0xffffffffu)
        .Put32(0xffffffffu)
        .Put16(member.name.size())
        .Put16(28)
        .Put16(0)
        .Put16(0)
        .Put16(0)
        .Put32(0);
    record.Put32(0xffffffffu).Text(member.name);
    record.Put16(kZip64Field).Put16(24).Put(member.size).Put(member.size).Put(member.offset);
  }
  const uint64_t end = bytes_.size(), count = members_.size();
  record.Put32(kEnd64)
      .Put(uint64_t{44})
      .Put16(45)
      .Put16(45)
      .Put32(0)
      .Put32(0)
      .Put(count)
      .Put(count)
      .Put(end - start)
      .Put(start);
  record.Put32(kEnd64Locator).Put32(0).Put(end).Put32(1);
  record.Put32(kEnd)
      .Put16(0)
      .Put16(0)
      .Put16(std::min<uint64_t>(count, 0xffff))
      .Put16(std::min<uint64_t>(count, 0xffff));
  record.Put32(0xffffffffu).Put32(0xffffffffu).Put16(0);
  return std::move(bytes_);
}

}  // namespace litesmith::npz
