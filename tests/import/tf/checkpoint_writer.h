// Writes a checkpoint bundle as TensorFlow does: one data block, an index block, a footer, one shard.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/checkpoint/crc32c.h"
#include "import/tf/model_writer.h"

namespace litesmith::testing {

inline void PutFixed32(std::string& out, uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), 4);
}

// A block of a sorted table with its trailer; every key is written whole.
inline std::string Block(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string block;
  for (const auto& [key, value] : entries) {
    protobuf::PutVarint(block, 0);
    protobuf::PutVarint(block, key.size());
    protobuf::PutVarint(block, value.size());
    block += key + value;
  }
  PutFixed32(block, 0);
  PutFixed32(block, 1);  // one restart, at 0
  block.push_back('\0');
  PutFixed32(block, checkpoint::Masked(checkpoint::Crc32c(AsBytes(block))));
  return block;
}

inline std::string Handle(size_t offset, const std::string& block) {
  std::string handle;
  protobuf::PutVarint(handle, offset);
  protobuf::PutVarint(handle, block.size() - 5);
  return handle;
}

inline std::string Table(const std::map<std::string, std::string>& entries) {
  const std::string data = Block({entries.begin(), entries.end()}), meta = Block({});
  const std::string index = Block({{"\xff", Handle(0, data)}});
  std::string footer = Handle(data.size(), meta) + Handle(data.size() + meta.size(), index);
  footer.resize(40);
  PutFixed32(footer, 0x8b80fb57u);
  PutFixed32(footer, 0xdb477524u);
  return data + meta + index + footer;
}

class CheckpointWriter {
 public:
  // Adds a value and its entry; `slices` of the whole if the value is stored in parts (then `bytes` is
  // empty).
  void Add(const std::string& key, uint64_t type, const std::vector<int64_t>& dims, std::string_view bytes,
           const std::vector<std::string>& slices = {}) {
    AddWithChecksum(key, type, dims, bytes, checkpoint::Crc32c(AsBytes(bytes)), slices);
  }
  void AddFloats(const std::string& key, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    Add(key, kFloat, dims, {reinterpret_cast<const char*>(values.data()), values.size() * 4});
  }
  // Lengths as varints, the checksum of the lengths as words, the texts.
  void AddTexts(const std::string& key, const std::vector<int64_t>& dims,
                const std::vector<std::string>& texts) {
    std::string bytes, words, all;
    for (const std::string& text : texts) {
      protobuf::PutVarint(bytes, text.size());
      PutFixed32(words, static_cast<uint32_t>(text.size()));
      all += text;
    }
    PutFixed32(words, checkpoint::Masked(checkpoint::Crc32c(AsBytes(words))));
    bytes += words.substr(words.size() - 4) + all;
    AddWithChecksum(key, kString, dims, bytes, checkpoint::Crc32c(AsBytes(words + all)), {});
  }
  std::string Index() const { return Table(Entries()); }
  // How many bytes of the index, from its start, the first checksum covers.
  size_t CheckedBytes() const {
    const std::map<std::string, std::string> entries = Entries();
    return Block({entries.begin(), entries.end()}).size() - 4;
  }
  const std::string& shard() const { return shard_; }

 private:
  std::map<std::string, std::string> Entries() const {
    std::map<std::string, std::string> entries = entries_;
    PutVarintField(entries[""], 1, 1);
    return entries;
  }
  void AddWithChecksum(const std::string& key, uint64_t type, const std::vector<int64_t>& dims,
                       std::string_view bytes, uint32_t crc, const std::vector<std::string>& slices) {
    std::string entry;
    PutVarintField(entry, 1, type);
    PutBytesField(entry, 2, ShapeProto(dims));
    PutVarintField(entry, 4, shard_.size());
    PutVarintField(entry, 5, bytes.size());
    PutFixedField(entry, 6, checkpoint::Masked(crc));
    for (const std::string& slice : slices) PutBytesField(entry, 7, slice);
    entries_[key] = entry;
    shard_ += bytes;
  }

  std::map<std::string, std::string> entries_;
  std::string shard_;
};

}  // namespace litesmith::testing
