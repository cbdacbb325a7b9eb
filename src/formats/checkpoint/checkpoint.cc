#include "formats/checkpoint/checkpoint.h"

#include <algorithm>

#include "base/checked.h"
#include "base/finding.h"
#include "formats/checkpoint/crc32c.h"
#include "formats/graphdef/attributes.h"
#include "formats/protobuf/reader.h"

namespace litesmith::checkpoint {
namespace {

constexpr std::string_view kFix = "copy or download the folder variables/ again, or export the model again";

// The encoded keys of parts start with a zero byte; no variable's name does.
bool IsSliceKey(std::string_view key) { return key.starts_with('\0'); }

struct Header {
  uint32_t shards = 1;
  bool big_endian = false;
};

Result<Header> DecodeHeader(const protobuf::Document& document, Context& context, Bytes message) {
  Header header;
  protobuf::Reader reader(document, context, message, "BundleHeaderProto", 1);
  while (reader.Next()) {
    if (reader.field() == 1) header.shards = static_cast<uint32_t>(reader.Varint());
    if (reader.field() == 2) header.big_endian = reader.Varint() != 0;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return header;
}

SliceSpec DecodeSlice(protobuf::Reader reader, bool& ok) {
  SliceSpec spec;
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    Extent extent;
    protobuf::Reader part = reader.Message("TensorSliceProto.Extent");
    while (part.Next()) {
      if (part.field() == 1) extent.start = part.Int();
      if (part.field() == 2) extent.length = part.Int();
    }
    if (!part.ok()) reader.Abandon();
    spec.push_back(extent);
  }
  ok = ok && reader.ok();
  return spec;
}

// A file of the checkpoint; `key`: the variable that is looked for, if any. One that is not there was left
// behind when the model was copied; one that is there and cannot be read is told as any other.
Result<FileBytes> ReadPart(Context& context, const std::string& path, std::string_view key) {
  FileResult<FileBytes> file = context.host.Map(path);
  if (file.status) return std::move(file.value);
  if (file.status.problem != FileProblem::kMissing) return ReadFile(context, path, "values of variables");
  return context.findings.Report(
      Finding(Code::kVariablesMissing)
          .Headline("the values of the variables are missing")
          .Cause("{}: no such file{}", path,
                 key.empty() ? "" : fmt::format("; the value of {} lies there", key))
          .Fix("copy the whole folder variables/ along with saved_model.pb, or export the model again"));
}

}  // namespace

Result<std::unique_ptr<Checkpoint>> Checkpoint::Open(Context& context, const std::string& prefix) {
  const std::string path = prefix + ".index";
  LS_TRY(FileBytes index, ReadPart(context, path, {}));
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint);
  checkpoint->prefix_ = prefix;
  checkpoint->index_ = std::move(index);
  LS_TRY(checkpoint->table_, ReadSortedTable(context, path, checkpoint->index_.bytes));
  for (const auto& [key, value] : checkpoint->table_) checkpoint->entries_.emplace(key, value);
  const auto found = checkpoint->entries_.find("");
  if (found == checkpoint->entries_.end()) {
    return checkpoint->DamagedIndex(context, "", "it has no header");
  }
  const protobuf::Document document{path, checkpoint->index_};
  LS_TRY(const Header header, DecodeHeader(document, context, found->second));
  if (header.big_endian) {
    return context.findings.Report(Finding(Code::kNotAModel)
                                       .Headline("the variables were written on a big-endian machine")
                                       .Cause("{} says so; its values would have to be turned around", path)
                                       .Fix("export the model again on a little-endian machine"));
  }
  checkpoint->entries_.erase(found);
  checkpoint->shard_count_ = header.shards;
  return checkpoint;
}

std::vector<std::string_view> Checkpoint::Keys() const {
  std::vector<std::string_view> keys;
  for (const auto& [key, value] : table_) {
    if (!key.empty() && !IsSliceKey(key)) keys.push_back(key);
  }
  return keys;
}

Failed Checkpoint::DamagedIndex(Context& context, std::string_view key, std::string_view why) const {
  Finding finding(Code::kFileDamaged);
  finding.Headline("{}.index is damaged", FileName(prefix_));
  if (key.empty()) {
    finding.Cause("{}.index: {}", prefix_, why);
  } else {
    finding.Cause("{}.index, entry {}: {}", prefix_, key, why);
  }
  return context.findings.Report(finding.Fix(std::string(kFix)));
}

Result<Entry> Checkpoint::Find(Context& context, std::string_view key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return context.findings.Report(Finding(Code::kVariablesMissing)
                                       .Headline("the value of a variable is missing")
                                       .Cause("{}.index lists no value under the key {}", prefix_, key)
                                       .Fix(std::string(kFix)));
  }
  const protobuf::Document document{prefix_ + ".index", index_};
  Entry entry;
  entry.shape = Shape::Scalar();
  bool ok = true;
  protobuf::Reader reader(document, context, found->second, "BundleEntryProto", 1);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        entry.dtype = graphdef::DTypeOfNumber(reader.Varint());
        break;
      case 2:
        entry.shape = graphdef::DecodeShape(reader.Message("TensorShapeProto"), ok);
        break;
      case 3:
        entry.shard = static_cast<uint32_t>(reader.Varint());
        break;
      case 4:
        entry.offset = reader.Varint();
        break;
      case 5:
        entry.size = reader.Varint();
        break;
      case 6:
        entry.checksum = reader.Fixed32();
        break;
      case 7:
        entry.slices.push_back(DecodeSlice(reader.Message("TensorSliceProto"), ok));
        break;
      default:
        break;
    }
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  if (!entry.shape.known() || !entry.shape.elements()) {
    return DamagedIndex(context, key, "a shape that no value can have");
  }
  return entry;
}

std::string Checkpoint::ShardPath(uint32_t shard) const {
  return fmt::format("{}.data-{:05}-of-{:05}", prefix_, shard, shard_count_);
}

Result<FileBytes> Checkpoint::Shard(Context& context, std::string_view key, uint32_t shard) {
  if (shard >= shard_count_) {
    return DamagedIndex(context, key, fmt::format("it lies in part {} of {}", shard, shard_count_));
  }
  const auto known = shards_.find(shard);
  if (known != shards_.end()) return known->second;
  const std::string path = ShardPath(shard);
  LS_TRY(FileBytes file, ReadPart(context, path, key));
  return shards_.emplace(shard, std::move(file)).first->second;
}

Result<Tensor> Checkpoint::Read(Context& context, std::string_view key) {
  LS_TRY(const Entry entry, Find(context, key));
  return entry.slices.empty() ? ReadWhole(context, key, entry) : Join(context, key, entry);
}

Failed Checkpoint::BadChecksum(Context& context, std::string_view key, const std::string& file) const {
  return context.findings.Report(Finding(Code::kChecksumMismatch)
                                     .Headline("the value of a variable is damaged")
                                     .Cause("{}: the checksum of the value of {} does not match", file, key)
                                     .Fix(std::string(kFix)));
}

Result<Tensor> Checkpoint::ReadWhole(Context& context, std::string_view key, const Entry& entry) {
  if (entry.dtype == DType::kInvalid || entry.dtype == DType::kResource || entry.dtype == DType::kVariant) {
    return DamagedIndex(context, key, "a data type whose values cannot be read from a checkpoint");
  }
  LS_TRY(const FileBytes shard, Shard(context, key, entry.shard));
  const std::string file = ShardPath(entry.shard);
  const auto bytes = Slice(shard.bytes, entry.offset, entry.size);
  if (!bytes) {
    return context.findings.Report(Finding(Code::kFileTruncated)
                                       .Headline("{} ends too early", FileName(file))
                                       .Cause("{} has {} bytes; the value of {} lies at bytes {} to {}", file,
                                              shard.bytes.size(), key, entry.offset,
                                              entry.offset + entry.size)
                                       .Fix(std::string(kFix)));
  }
  if (entry.dtype == DType::kString) return ReadStrings(context, key, entry, file, *bytes);
  if (BytesOf(entry.dtype, *entry.shape.elements()) != bytes->size()) {
    return DamagedIndex(
        context, key,
        fmt::format("{} of shape {} in {} bytes", NameOf(entry.dtype), ToText(entry.shape), bytes->size()));
  }
  if (Masked(Crc32c(*bytes)) != entry.checksum) return BadChecksum(context, key, file);
  return Tensor(entry.dtype, entry.shape.known_dims(), shard.owner, *bytes);
}

// Lengths of all strings as varints, the masked checksum of the lengths as 32-bit words, then the strings.
// The entry's checksum covers the lengths as words, that checksum, and the strings.
Result<Tensor> Checkpoint::ReadStrings(Context& context, std::string_view key, const Entry& entry,
                                       const std::string& file, Bytes bytes) {
  const auto count = static_cast<uint64_t>(*entry.shape.elements());
  if (count > bytes.size()) return DamagedIndex(context, key, "more strings than bytes");
  ByteReader reader(bytes);
  std::vector<uint64_t> lengths;
  uint32_t crc = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const auto length = reader.TakeVarint();
    if (!length) return BadChecksum(context, key, file);
    lengths.push_back(*length);
    // Lengths beyond 32 bits are summed up as 64-bit words (tensor_bundle.cc).
    const auto word = static_cast<uint32_t>(*length);
    crc = *length > UINT32_MAX ? Crc32c(std::as_bytes(std::span(&*length, 1)), crc)
                               : Crc32c(std::as_bytes(std::span(&word, 1)), crc);
  }
  const auto stored = reader.Take<uint32_t>();
  if (!stored || *stored != Masked(crc)) return BadChecksum(context, key, file);
  crc = Crc32c(std::as_bytes(std::span(&*stored, 1)), crc);
  std::vector<std::string_view> strings;
  for (uint64_t length : lengths) {
    const auto text = reader.Take(length);
    if (!text) return BadChecksum(context, key, file);
    crc = Crc32c(*text, crc);
    strings.push_back(AsText(*text));
  }
  if (Masked(crc) != entry.checksum) return BadChecksum(context, key, file);
  if (bytes.size() > size_t{1} << 30) return DamagedIndex(context, key, "strings of more than 1 GB");
  return Tensor::OfStrings(entry.shape.known_dims(), strings);
}

Result<Tensor> Checkpoint::Join(Context& context, std::string_view key, const Entry& entry) {
  const Dims dims = entry.shape.known_dims();
  const auto size = BytesOf(entry.dtype, *entry.shape.elements());
  if (!size || BitsOf(entry.dtype) < 8)
    return DamagedIndex(context, key, "parts of a data type that has none");
  std::vector<std::pair<SliceSpec, Tensor>> parts;
  size_t stored = 0;
  for (const SliceSpec& slice : entry.slices) {
    const auto spec = Resolve(slice, dims);
    if (!spec) return DamagedIndex(context, key, "a part that lies outside of the whole");
    const std::string part_key = SliceKey(key, slice);
    if (!Has(part_key)) return DamagedIndex(context, key, "a part of the value is not listed");
    LS_TRY(const Entry part_entry, Find(context, part_key));
    Dims part_dims;
    for (const Extent& extent : *spec) part_dims.push_back(extent.length);
    if (part_entry.dtype != entry.dtype || part_entry.shape != Shape::Of(part_dims) ||
        !part_entry.slices.empty()) {
      return DamagedIndex(context, key, "a part of another data type or shape than the whole says");
    }
    LS_TRY(Tensor part, ReadWhole(context, fmt::format("{} (a part)", key), part_entry));
    stored += part.bytes().size();
    parts.emplace_back(*spec, std::move(part));
  }
  size_t shard_bytes = 0;
  for (const auto& [shard, file] : shards_) shard_bytes += file.bytes.size();
  if (stored != *size || *size > shard_bytes) {
    return DamagedIndex(context, key, "parts that do not make up the whole");
  }
  Tensor whole = Tensor::Zeros(entry.dtype, dims);
  for (const auto& [spec, part] : parts) CopyIntoWhole(spec, part, whole);
  return whole;
}

Result<Tensor> Checkpoint::ReadSlice(Context& context, std::string_view key, std::string_view text) {
  LS_TRY(Tensor whole, Read(context, key));
  if (text.empty()) return whole;
  const auto parsed = ParseSliceSpec(text);
  const auto spec = parsed ? Resolve(*parsed, whole.dims()) : std::nullopt;
  if (!spec || BitsOf(whole.dtype()) < 8) {
    return context.findings.Report(
        Finding(Code::kGraphDamaged)
            .Headline("a variable is restored from a part that is not there")
            .Cause("the graph restores '{}' of {}, which has the shape {}", text, key,
                   ToText(Shape::Of(whole.dims())))
            .Fix("export the model again: graph and variables do not belong together"));
  }
  Dims dims;
  for (const Extent& extent : *spec) dims.push_back(extent.length);
  Tensor part = Tensor::Zeros(whole.dtype(), dims);
  CopyFromWhole(*spec, whole, part);
  return part;
}

}  // namespace litesmith::checkpoint
