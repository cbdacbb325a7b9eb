#include "formats/tflite/archive.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

// The layout is that of PKWARE's APPNOTE: for each file a local header and its bytes, then the central
// directory with a header for each file, then the end record.
namespace litesmith::tflite {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEndRecord = 0x06054b50;
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr size_t kMaxComment = 65535;
constexpr uint16_t kVersion = 20;  // 2.0
constexpr uint16_t kUtf8Names = 1 << 11;
constexpr uint16_t kFirstDate = (1 << 5) | 1;  // 1980-01-01

// CRC-32 of IEEE 802.3, as ZIP uses it.
uint32_t Crc32(Bytes bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> entries;
    for (uint32_t i = 0; i < entries.size(); ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
      entries[i] = crc;
    }
    return entries;
  }();
  uint32_t crc = 0xffffffffu;
  for (const std::byte byte : bytes) crc = table[(crc ^ static_cast<uint32_t>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

class Output {
 public:
  template <class T>
  void Put(T value) {
    Put(std::as_bytes(std::span(&value, 1)));
  }
  void Put(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  size_t size() const { return bytes_.size(); }
  std::vector<std::byte> Take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

// What local and central headers have in common, from the version needed to the lengths.
void PutCommon(Output& output, const ArchiveFile& file) {
  const auto size = static_cast<uint32_t>(file.content.size());
  output.Put(kVersion);
  output.Put(kUtf8Names);
  output.Put(uint16_t{0});  // stored
  output.Put(uint16_t{0});  // time
  output.Put(kFirstDate);
  output.Put(Crc32(file.content));
  output.Put(size);
  output.Put(size);
  output.Put(static_cast<uint16_t>(file.name.size()));
  output.Put(uint16_t{0});  // extra field
}

void PutCentral(Output& output, const ArchiveFile& file, size_t offset) {
  output.Put(kCentralHeader);
  output.Put(kVersion);
  PutCommon(output, file);
  output.Put(uint16_t{0});  // comment
  output.Put(uint16_t{0});  // disk
  output.Put(uint16_t{0});  // internal attributes
  output.Put(uint32_t{0});  // external attributes
  output.Put(static_cast<uint32_t>(offset));
  output.Put(AsBytes(file.name));
}

bool Fits(const std::vector<ArchiveFile>& files, size_t size) {
  size_t total = size + kEndBytes;
  for (const ArchiveFile& file : files) {
    if (file.name.size() > std::numeric_limits<uint16_t>::max()) return false;
    total += kLocalBytes + kCentralBytes + 2 * file.name.size() + file.content.size();
  }
  return files.size() < std::numeric_limits<uint16_t>::max() && total < std::numeric_limits<uint32_t>::max();
}

struct Directory {
  size_t start = 0;   // of the central directory
  size_t before = 0;  // bytes before the archive that its offsets do not count
  uint16_t entries = 0;
};

// The end record is the last thing in the file but for a comment.
std::optional<Directory> FindDirectory(Bytes file) {
  if (file.size() < kEndBytes) return std::nullopt;
  const size_t last = file.size() - kEndBytes;
  for (size_t back = 0; back <= std::min(last, kMaxComment); ++back) {
    const size_t at = last - back;
    if (Load<uint32_t>(file, at) != kEndRecord) continue;
    const auto entries = Load<uint16_t>(file, at + 10);
    const auto size = Load<uint32_t>(file, at + 12), offset = Load<uint32_t>(file, at + 16);
    if (!entries || !size || !offset || size_t{*size} + *offset > at) continue;
    return Directory{at - *size, at - *size - *offset, *entries};
  }
  return std::nullopt;
}

// The bytes of a stored file, by its central header.
std::optional<Bytes> ContentOf(Bytes file, size_t central, size_t before) {
  const auto method = Load<uint16_t>(file, central + 10);
  const auto crc = Load<uint32_t>(file, central + 16), size = Load<uint32_t>(file, central + 24);
  const auto offset = Load<uint32_t>(file, central + 42);
  if (!method || !crc || !size || !offset || *method != 0) return std::nullopt;
  const size_t local = before + *offset;
  if (Load<uint32_t>(file, local) != kLocalHeader) return std::nullopt;
  const auto name = Load<uint16_t>(file, local + 26), extra = Load<uint16_t>(file, local + 28);
  if (!name || !extra) return std::nullopt;
  const auto content = Slice(file, local + kLocalBytes + *name + *extra, *size);
  if (!content || Crc32(*content) != *crc) return std::nullopt;
  return content;
}

}  // namespace

std::vector<std::byte> MakeArchive(const std::vector<ArchiveFile>& files, size_t size) {
  if (files.empty() || !Fits(files, size)) return {};
  Output output;
  std::vector<size_t> offsets;
  for (const ArchiveFile& file : files) {
    offsets.push_back(size + output.size());
    output.Put(kLocalHeader);
    PutCommon(output, file);
    output.Put(AsBytes(file.name));
    output.Put(file.content);
  }
  const size_t directory = output.size();
  for (size_t i = 0; i < files.size(); ++i) PutCentral(output, files[i], offsets[i]);
  const auto count = static_cast<uint16_t>(files.size());
  const auto directory_bytes = static_cast<uint32_t>(output.size() - directory);
  output.Put(kEndRecord);
  output.Put(uint32_t{0});  // disks
  output.Put(count);
  output.Put(count);
  output.Put(directory_bytes);
  output.Put(static_cast<uint32_t>(size + directory));
  output.Put(uint16_t{0});  // comment
  return output.Take();
}

std::vector<ArchiveFile> ReadArchive(Bytes file) {
  std::vector<ArchiveFile> files;
  const auto directory = FindDirectory(file);
  if (!directory) return files;
  size_t at = directory->start;
  // Files of an honest archive do not overlap; those of a hostile one could be read again and again.
  size_t left = file.size();
  for (uint16_t i = 0; i < directory->entries; ++i) {
    const auto name = Load<uint16_t>(file, at + 28), extra = Load<uint16_t>(file, at + 30);
    const auto comment = Load<uint16_t>(file, at + 32);
    if (Load<uint32_t>(file, at) != kCentralHeader || !name || !extra || !comment) break;
    const auto text = Slice(file, at + kCentralBytes, *name);
    if (!text) break;
    const size_t size = Load<uint32_t>(file, at + 24).value_or(0);
    if (size > left) break;
    left -= size;
    if (const auto content = ContentOf(file, at, directory->before)) {
      files.push_back({std::string(AsText(*text)), *content});
    }
    at += kCentralBytes + *name + *extra + *comment;
  }
  return files;
}

std::optional<Bytes> FindInArchive(Bytes file, std::string_view name) {
  for (const ArchiveFile& entry : ReadArchive(file)) {
    if (entry.name == name) return entry.content;
  }
  return std::nullopt;
}

}  // namespace litesmith::tflite
