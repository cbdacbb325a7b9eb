#include "formats/npz/array.h"

#include <algorithm>
#include <list>
#include <mutex>

#include "base/checked.h"
#include "formats/npz/npy.h"
#include "tensor/transpose.h"

namespace litesmith::npz {
namespace {

class ArrayOfMember : public Array {
 public:
  ArrayOfMember(const Member& member, const NpyLayout& layout) : member_(member), layout_(layout) {}
  const std::string& name() const override { return member_.name; }
  DType dtype() const override { return layout_.dtype; }
  const Dims& dims() const override { return layout_.dims; }

 protected:
  size_t PlaceOf(int64_t element) const { return static_cast<size_t>(element) * layout_.element_bytes; }
  size_t BytesFor(const Dims& dims) const { return PlaceOf(*CheckedProduct(dims)); }

  const Member member_;
  const NpyLayout layout_;
};

class StoredArray : public ArrayOfMember {
 public:
  StoredArray(const Member& member, const NpyLayout& layout, std::shared_ptr<const void> owner)
      : ArrayOfMember(member, layout), owner_(std::move(owner)) {}

  std::optional<Tensor> Part(int64_t first, Dims dims, std::string&) const override {
    const size_t bytes = BytesFor(dims);
    const Bytes data = member_.stored.subspan(layout_.data_offset + PlaceOf(first), bytes);
    return NpyElements(layout_, std::move(dims), owner_, data);
  }

  std::optional<Tensor> Whole(std::string& problem) const override {
    if (!ChecksumFits(member_, member_.stored)) {
      problem = "its checksum does not match";
      return std::nullopt;
    }
    return Part(0, layout_.dims, problem);
  }

 private:
  const std::shared_ptr<const void> owner_;
};

class DeflatedArray : public ArrayOfMember {
 public:
  DeflatedArray(const Member& member, const NpyLayout& layout, std::shared_ptr<const void> owner)
      : ArrayOfMember(member, layout), owner_(std::move(owner)) {}

  std::optional<Tensor> Part(int64_t first, Dims dims, std::string& problem) const override {
    const auto data = std::make_shared<std::vector<std::byte>>(BytesFor(dims));
    const std::lock_guard lock(mutex_);
    const auto reader = ReaderBefore(layout_.data_offset + PlaceOf(first));
    if (!Skip(**reader, layout_.data_offset + PlaceOf(first), problem) || !(*reader)->Read(*data, problem)) {
      readers_.erase(reader);
      return std::nullopt;
    }
    return NpyElements(layout_, std::move(dims), data, *data);
  }

  std::optional<Tensor> Whole(std::string& problem) const override {
    auto tensor = Part(0, layout_.dims, problem);
    const std::lock_guard lock(mutex_);
    // What stands behind the elements counts for the checksum.
    if (tensor && !Skip(*readers_.front(), member_.size, problem)) return std::nullopt;
    return tensor;
  }

 private:
  using Readers = std::list<std::unique_ptr<MemberReader>>;
  // Enough for one thread each to read a part of its own, at some 40 KB.
  static constexpr size_t kMostReaders = 16;

  // The reader with the shortest way to `place`, now the first of the list: the last is the one not used for
  // longest.
  Readers::iterator ReaderBefore(uint64_t place) const {
    auto best = readers_.end();
    for (auto it = readers_.begin(); it != readers_.end(); ++it) {
      if ((*it)->position() <= place && (best == readers_.end() || (*it)->position() > (*best)->position()))
        best = it;
    }
    if (best == readers_.end()) {
      if (readers_.size() == kMostReaders) readers_.pop_back();
      readers_.push_front(std::make_unique<MemberReader>(member_));
    } else {
      readers_.splice(readers_.begin(), readers_, best);
    }
    return readers_.begin();
  }

  static bool Skip(MemberReader& reader, uint64_t place, std::string& problem) {
    std::vector<std::byte> passed(std::min<uint64_t>(place - reader.position(), 1 << 16));
    while (reader.position() < place) {
      passed.resize(std::min<uint64_t>(place - reader.position(), passed.size()));
      if (!reader.Read(passed, problem)) return false;
    }
    return true;
  }

  const std::shared_ptr<const void> owner_;
  mutable std::mutex mutex_;
  mutable Readers readers_;
};

// The first bytes of a deflated member, as many as its array's head has.
std::optional<std::vector<std::byte>> UnpackHead(const Member& member, std::string& problem) {
  MemberReader reader(member);
  std::vector<std::byte> head(std::min<uint64_t>(kNpyStartBytes, member.size));
  if (!reader.Read(head, problem)) return std::nullopt;
  const auto size = NpyHeadBytes(head, problem);
  if (!size) return std::nullopt;
  const size_t start = head.size();
  head.resize(std::max(*size, start));
  if (!reader.Read(std::span(head).subspan(start), problem)) return std::nullopt;
  return head;
}

std::shared_ptr<const Array> InFile(const Member& member, const NpyLayout& layout,
                                    std::shared_ptr<const void> owner) {
  if (member.deflated) return std::make_shared<DeflatedArray>(member, layout, std::move(owner));
  return std::make_shared<StoredArray>(member, layout, std::move(owner));
}

// A column-major array as a row-major one in memory.
std::shared_ptr<const Array> InRows(const Member& member, NpyLayout layout, std::shared_ptr<const void> owner,
                                    std::string& problem) {
  std::reverse(layout.dims.begin(), layout.dims.end());  // so it stands in rows
  const auto columns = InFile(member, layout, std::move(owner))->Whole(problem);
  if (!columns) return nullptr;
  std::vector<int> permutation;
  for (int axis = columns->rank() - 1; axis >= 0; --axis) permutation.push_back(axis);
  const Tensor rows = Transposed(*columns, permutation);
  layout.dims = rows.dims();
  layout.data_offset = 0;
  layout.big_endian = layout.column_major = false;
  Member turned;
  turned.name = member.name;
  turned.stored = rows.bytes();
  return std::make_shared<StoredArray>(turned, layout, rows.owner());
}

}  // namespace

std::shared_ptr<const Array> OpenMember(const Member& member, std::shared_ptr<const void> owner,
                                        const Limits& limits, std::string& problem) {
  std::optional<std::vector<std::byte>> unpacked;
  if (member.deflated) {
    if (!SizeIsPossible(member, static_cast<uint64_t>(limits.max_tensor_bytes), problem)) return nullptr;
    unpacked = UnpackHead(member, problem);
    if (!unpacked) return nullptr;
  }
  auto layout = ParseNpyHead(unpacked ? Bytes(*unpacked) : member.stored, limits, problem);
  if (!layout) return nullptr;
  if (layout->data_offset > member.size || layout->data_bytes > member.size - layout->data_offset) {
    problem = NpyTooLarge(*layout);
    return nullptr;
  }
  return layout->column_major ? InRows(member, *layout, std::move(owner), problem)
                              : InFile(member, *layout, std::move(owner));
}

}  // namespace litesmith::npz
