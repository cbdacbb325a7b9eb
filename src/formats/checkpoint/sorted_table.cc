#include "formats/checkpoint/sorted_table.h"

#include "base/checked.h"
#include "base/finding.h"
#include "formats/checkpoint/crc32c.h"

namespace litesmith::checkpoint {
namespace {

// The file ends in two block handles, padded to 40 bytes, and a magic number.
constexpr size_t kFooterBytes = 48;
constexpr uint64_t kMagic = 0xdb4775248b80fb57u;
constexpr size_t kTrailerBytes = 5;  // after each block: how it is compressed, its checksum

struct Handle {
  uint64_t offset, size;
};

std::optional<Handle> TakeHandle(ByteReader& reader) {
  const auto offset = reader.TakeVarint(), size = reader.TakeVarint();
  if (!offset || !size) return std::nullopt;
  return Handle{*offset, *size};
}

class TableReader {
 public:
  TableReader(Context& context, const std::string& file, Bytes bytes)
      : context_(context), file_(file), bytes_(bytes) {}

  Result<TableEntries> Read();

 private:
  Result<Bytes> Block(Handle handle);
  Result<void> ReadEntries(Bytes block, TableEntries& entries);
  Failed Report(Code code, std::string_view headline, std::string_view why) {
    return context_.findings.Report(
        Finding(code)
            .Headline("{} {}", FileName(file_), headline)
            .Cause("{}, the list of the variables' values: {}", file_, why)
            .Fix("copy or download the folder variables/ again, or export the model again"));
  }
  Failed Damaged(std::string_view why) { return Report(Code::kFileDamaged, "is damaged", why); }

  Context& context_;
  const std::string& file_;
  Bytes bytes_;
  size_t text_bytes_ = 0;  // of all keys so far
};

Result<TableEntries> TableReader::Read() {
  if (bytes_.size() < kFooterBytes) {
    return Report(Code::kFileTruncated, "ends too early",
                  fmt::format("it has {} bytes, and such a file ends in {} bytes that say where the rest is",
                              bytes_.size(), kFooterBytes));
  }
  const Bytes footer = bytes_.last(kFooterBytes);
  if (*Load<uint64_t>(footer, kFooterBytes - 8) != kMagic) {
    return Damaged("its last 8 bytes are not those of a checkpoint's index; it is cut off, or another file");
  }
  ByteReader reader(footer);
  const auto meta = TakeHandle(reader);
  const auto index = meta ? TakeHandle(reader) : std::nullopt;
  if (!index) return Damaged("its end does not say where the index block is");
  LS_TRY(const Bytes index_block, Block(*index));
  TableEntries blocks, entries;
  LS_RETURN_IF_FAILED(ReadEntries(index_block, blocks));
  for (const auto& [last_key, value] : blocks) {
    ByteReader handle_reader(value);
    const auto handle = TakeHandle(handle_reader);
    if (!handle) return Damaged("an entry of its index block does not say where a block is");
    LS_TRY(const Bytes block, Block(*handle));
    LS_RETURN_IF_FAILED(ReadEntries(block, entries));
  }
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i - 1].first >= entries[i].first) return Damaged("its keys are not in order");
  }
  return entries;
}

Result<Bytes> TableReader::Block(Handle handle) {
  const auto with_trailer = CheckedAdd<uint64_t>(handle.size, kTrailerBytes);
  const auto part = with_trailer ? Slice(bytes_, handle.offset, *with_trailer) : std::nullopt;
  if (!part) {
    return Damaged(fmt::format("a block of {} bytes at byte {} does not fit its {} bytes", handle.size,
                               handle.offset, bytes_.size()));
  }
  const uint32_t stored = *Load<uint32_t>(*part, handle.size + 1);
  if (Masked(Crc32c(part->first(handle.size + 1))) != stored) {
    return Report(Code::kChecksumMismatch, "is damaged",
                  fmt::format("the checksum of the block at byte {} does not match", handle.offset));
  }
  const auto compression = static_cast<uint8_t>((*part)[handle.size]);
  if (compression != 0) {
    return Report(
        Code::kNotAModel, "is compressed",
        fmt::format("its blocks are compressed ({}), which TensorFlow does not do",
                    compression == 1 ? std::string("Snappy") : fmt::format("kind {}", compression)));
  }
  return part->first(handle.size);
}

Result<void> TableReader::ReadEntries(Bytes block, TableEntries& entries) {
  const auto restarts = block.size() >= 4 ? Load<uint32_t>(block, block.size() - 4) : std::nullopt;
  if (!restarts || *restarts > block.size() / 4 - 1) return Damaged("a block without a proper end");
  ByteReader reader(block.first(block.size() - 4 - 4 * size_t{*restarts}));
  std::string key;
  while (!reader.done()) {
    const auto shared = reader.TakeVarint(), unshared = reader.TakeVarint(), length = reader.TakeVarint();
    if (!shared || !unshared || !length || *shared > key.size())
      return Damaged("an entry that makes no sense");
    const auto rest = reader.Take(*unshared);
    const auto value = rest ? reader.Take(*length) : std::nullopt;
    if (!value) return Damaged("an entry that is longer than its block");
    key.resize(*shared);
    key += AsText(*rest);
    // Prefixes make keys that are longer, all together, than the file; a bound on that keeps memory bounded.
    text_bytes_ += key.size();
    if (text_bytes_ / 1024 > bytes_.size()) return Damaged("keys that are too long for such a file");
    entries.emplace_back(key, *value);
  }
  return {};
}

}  // namespace

Result<TableEntries> ReadSortedTable(Context& context, const std::string& file, Bytes bytes) {
  return TableReader(context, file, bytes).Read();
}

}  // namespace litesmith::checkpoint
