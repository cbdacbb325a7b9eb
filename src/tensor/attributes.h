// Named attributes of an op: TensorFlow's AttrValues and the fields of TensorFlow Lite's option tables alike.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"

namespace litesmith {

// A reference to a function of the module.
struct FunctionRef {
  std::string name;
  friend bool operator==(const FunctionRef&, const FunctionRef&) = default;
};

using Attribute =
    std::variant<int64_t, float, bool, std::string, DType, Shape, Tensor, FunctionRef, std::vector<int64_t>,
                 std::vector<float>, std::vector<bool>, std::vector<std::string>, std::vector<DType>,
                 std::vector<Shape>, std::vector<FunctionRef>>;

// A small map, sorted by name.
class Attributes {
 public:
  using Entry = std::pair<std::string, Attribute>;
  Attributes() = default;
  Attributes(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries) Set(entry.first, entry.second);
  }

  const Attribute* Find(std::string_view name) const;
  void Set(std::string_view name, Attribute value);
  void Erase(std::string_view name);

  // The value under `name` if it is there and a T, else `otherwise`. TensorFlow leaves out attributes that
  // have their default, and FlatBuffers fields, so absence is ordinary; a value of another type counts as
  // absent.
  template <class T>
  T Get(std::string_view name, T otherwise = {}) const {
    const T* value = FindAs<T>(name);
    return value != nullptr ? *value : std::move(otherwise);
  }
  template <class T>
  const T* FindAs(std::string_view name) const {
    const Attribute* found = Find(name);
    return found != nullptr ? std::get_if<T>(found) : nullptr;
  }
  int64_t Int(std::string_view name, int64_t otherwise = 0) const { return Get<int64_t>(name, otherwise); }
  float Float(std::string_view name, float otherwise = 0) const { return Get<float>(name, otherwise); }
  bool Bool(std::string_view name, bool otherwise = false) const { return Get<bool>(name, otherwise); }
  std::string Text(std::string_view name, std::string otherwise = {}) const {
    return Get<std::string>(name, std::move(otherwise));
  }
  DType Type(std::string_view name, DType otherwise = DType::kInvalid) const {
    return Get<DType>(name, otherwise);
  }
  std::vector<int64_t> Ints(std::string_view name) const { return Get<std::vector<int64_t>>(name); }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
};

}  // namespace litesmith
