// Finds where a FlatBuffer breaks, for the finding: a walk from the root by the schema's own description, in
// the order of the fields, until something does not fit.
#include <flatbuffers/reflection.h>
#include <fmt/format.h>

#include <cstring>
#include <deque>

#include "base/checked.h"
#include "formats/tflite/damage.h"
#include "tflite/schema_bfbs_generated.h"

namespace litesmith::tflite {
namespace {

constexpr size_t kMaxTables = 1'000'000;

class Walker {
 public:
  Walker(Bytes bytes, const reflection::Schema& schema) : bytes_(bytes), schema_(schema) {}

  Damage Walk() {
    const auto root = Target(0, "the root");
    if (root) tables_.push_back({*root, schema_.root_table(), "the model"});
    size_t walked = 0;
    while (!damage_ && !tables_.empty() && walked++ < kMaxTables) {
      const Item item = std::move(tables_.front());
      tables_.pop_front();
      WalkTable(item);
    }
    if (damage_) return *damage_;
    return {false, "FlatBuffers' verifier refuses the file (misaligned data, or tables nested too often)"};
  }

 private:
  struct Item {
    size_t at;
    const reflection::Object* object;
    std::string path;
  };

  void Fail(bool truncated, std::string what) {
    if (!damage_) damage_ = Damage{truncated, std::move(what)};
  }

  // The place that the offset at `at` refers to.
  std::optional<size_t> Target(size_t at, const std::string& path) {
    const auto offset = Load<uint32_t>(bytes_, at);
    if (!offset) {
      Fail(true, fmt::format("{} would be at byte {}, but the file has {} bytes", path, at, bytes_.size()));
      return std::nullopt;
    }
    const size_t target = at + *offset;
    if (*offset == 0 || target >= bytes_.size()) {
      Fail(*offset != 0, fmt::format("{}: the offset at byte {} leads to byte {}, but the file has {} bytes",
                                     path, at, target, bytes_.size()));
      return std::nullopt;
    }
    return target;
  }

  void WalkTable(const Item& item) {
    const auto back = Load<int32_t>(bytes_, item.at);
    if (!back) return Fail(true, fmt::format("{}, at byte {}, ends past the file's end", item.path, item.at));
    const int64_t vtable = static_cast<int64_t>(item.at) - *back;
    const auto size = vtable >= 0 ? Load<uint16_t>(bytes_, static_cast<size_t>(vtable)) : std::nullopt;
    if (!size || *size < 4 || *size % 2 != 0 || !Slice(bytes_, static_cast<size_t>(vtable), *size)) {
      return Fail(vtable >= static_cast<int64_t>(bytes_.size()),
                  fmt::format("{}, at byte {}, has no valid description of its fields (at byte {})",
                              item.path, item.at, vtable));
    }
    for (const reflection::Field* field : *item.object->fields()) {
      if (damage_) return;
      if (field->offset() + size_t{2} > *size) continue;
      const auto offset = Load<uint16_t>(bytes_, static_cast<size_t>(vtable) + field->offset());
      if (offset && *offset != 0)
        WalkField(item, *field, item.at + *offset, static_cast<size_t>(vtable), *size);
    }
  }

  void WalkField(const Item& item, const reflection::Field& field, size_t at, size_t vtable,
                 size_t vtable_size) {
    const std::string path = item.path + "." + field.name()->str();
    const reflection::Type& type = *field.type();
    const size_t size = flatbuffers::GetTypeSize(type.base_type());
    if (!Slice(bytes_, at, size)) {
      return Fail(true,
                  fmt::format("{} would be at byte {}, but the file has {} bytes", path, at, bytes_.size()));
    }
    switch (type.base_type()) {
      case reflection::String:
        return WalkVector(path, at, 1, nullptr, true);
      case reflection::Vector: {
        const bool tables = type.element() == reflection::Obj;
        const auto* object = tables ? schema_.objects()->Get(static_cast<uint32_t>(type.index())) : nullptr;
        return WalkVector(path, at, flatbuffers::GetTypeSize(type.element()), object, false);
      }
      case reflection::Obj:
        if (const auto target = Target(at, path)) {
          tables_.push_back({*target, schema_.objects()->Get(static_cast<uint32_t>(type.index())), path});
        }
        return;
      case reflection::Union:
        return WalkUnion(path, field, at, item.at, vtable, vtable_size);
      default:
        return;
    }
  }

  // The union's type is the field before it.
  void WalkUnion(const std::string& path, const reflection::Field& field, size_t at, size_t table,
                 size_t vtable, size_t vtable_size) {
    const size_t slot = static_cast<size_t>(field.offset()) - 2;
    const auto offset = slot + 2 <= vtable_size ? Load<uint16_t>(bytes_, vtable + slot) : std::nullopt;
    const auto type = offset && *offset != 0 ? Load<uint8_t>(bytes_, table + *offset) : std::nullopt;
    if (!type || *type == 0) return;
    const reflection::Enum* members = schema_.enums()->Get(static_cast<uint32_t>(field.type()->index()));
    const auto target = Target(at, path);
    for (const reflection::EnumVal* member : *members->values()) {
      if (!target || member->value() != *type) continue;
      const auto object = static_cast<uint32_t>(member->union_type()->index());
      tables_.push_back({*target, schema_.objects()->Get(object), path + "." + member->name()->str()});
    }
  }

  void WalkVector(const std::string& path, size_t at, size_t element, const reflection::Object* object,
                  bool text) {
    const auto target = Target(at, path);
    if (!target) return;
    const auto count = Load<uint32_t>(bytes_, *target);
    const auto size = count ? CheckedMul<size_t>(*count, element) : std::nullopt;
    if (!size || !Slice(bytes_, *target + 4, *size + (text ? 1 : 0))) {
      return Fail(true,
                  fmt::format("{}, at byte {}, has {} elements and would end past the file's end ({} bytes)",
                              path, *target, count.value_or(0), bytes_.size()));
    }
    if (text && bytes_[*target + 4 + *size] != std::byte{0}) {
      return Fail(false, fmt::format("{}, at byte {}, is a text without an end", path, *target));
    }
    for (uint32_t i = 0; object != nullptr && i < *count && !damage_ && tables_.size() < kMaxTables; ++i) {
      std::string name = fmt::format("{}[{}]", path, i);
      if (const auto entry = Target(*target + 4 + size_t{i} * 4, name)) {
        tables_.push_back({*entry, object, std::move(name)});
      }
    }
  }

  Bytes bytes_;
  const reflection::Schema& schema_;
  std::deque<Item> tables_;
  std::optional<Damage> damage_;
};

}  // namespace

Damage LocateDamage(Bytes bytes) {
  std::vector<uint64_t> words(fb::ModelBinarySchema::size() / sizeof(uint64_t) + 1);
  std::memcpy(words.data(), fb::ModelBinarySchema::data(), fb::ModelBinarySchema::size());
  return Walker(bytes, *reflection::GetSchema(words.data())).Walk();
}

}  // namespace litesmith::tflite
