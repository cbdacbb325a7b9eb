// A checkpoint bundle: PREFIX.index and its shards PREFIX.data-00000-of-00001 ..., values of variables by
// key.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/host.h"
#include "formats/checkpoint/slices.h"
#include "formats/checkpoint/sorted_table.h"
#include "tensor/tensor.h"

namespace litesmith::checkpoint {

// What the index says of one value.
struct Entry {
  DType dtype = DType::kInvalid;
  Shape shape;
  uint32_t shard = 0;
  uint64_t offset = 0, size = 0;
  uint32_t checksum = 0;          // masked
  std::vector<SliceSpec> slices;  // not empty: the value is stored in these parts
};

// Files are opened and checksums verified when a value is asked for, so that damage in a value that nobody
// needs is nobody's problem. Not for several threads at once.
class Checkpoint {
 public:
  // Reads the index of the checkpoint whose files start with `prefix`. Reports kVariablesMissing when there
  // is none, and what is wrong with a damaged one.
  static Result<std::unique_ptr<Checkpoint>> Open(Context& context, const std::string& prefix);

  const std::string& prefix() const { return prefix_; }
  bool Has(std::string_view key) const { return entries_.contains(key); }
  // Keys of values, sorted.
  std::vector<std::string_view> Keys() const;
  // The value under `key`, a view into its shard where that is aligned. A missing key is kVariablesMissing;
  // so is a missing shard; a shard too short is kFileTruncated, a wrong checksum kChecksumMismatch: all name
  // key and file.
  Result<Tensor> Read(Context& context, std::string_view key);
  // The part of the value that a restore op asks for: "10 4 0,5:-" is rows 0 to 4 of a tensor [10,4]; "" is
  // all.
  Result<Tensor> ReadSlice(Context& context, std::string_view key, std::string_view spec);

 private:
  Result<Entry> Find(Context& context, std::string_view key) const;
  Result<FileBytes> Shard(Context& context, std::string_view key, uint32_t shard);
  Result<Tensor> ReadWhole(Context& context, std::string_view key, const Entry& entry);
  Result<Tensor> ReadStrings(Context& context, std::string_view key, const Entry& entry,
                             const std::string& file, Bytes bytes);
  Result<Tensor> Join(Context& context, std::string_view key, const Entry& entry);
  std::string ShardPath(uint32_t shard) const;
  Failed BadChecksum(Context& context, std::string_view key, const std::string& file) const;
  Failed DamagedIndex(Context& context, std::string_view key, std::string_view why) const;

  std::string prefix_;
  FileBytes index_;
  TableEntries table_;
  std::unordered_map<std::string_view, Bytes> entries_;
  uint32_t shard_count_ = 0;
  std::unordered_map<uint32_t, FileBytes> shards_;  // those mapped so far
};

}  // namespace litesmith::checkpoint
