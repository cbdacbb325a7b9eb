// Reads protobuf messages from a file: fields as views into it, damage as a finding that says where it is.
//
//   protobuf::Reader reader(document, context, bytes, "NodeDef");
//   while (reader.Next()) {
//     switch (reader.field()) {
//       case 1: node.name = reader.Text(); break;
//     }
//   }
//   return reader.Done();
//
// A reader that met damage reports it once, gives zeros from then on, and ends its loop.
#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"

namespace litesmith::protobuf {

// The file that messages are read from: its name is for findings, its owner for tensors that are views into
// it.
struct Document {
  std::string file;
  FileBytes content;
  // The bytes were made from protobuf's text form, so that offsets mean nothing to a user.
  bool from_text = false;
  // Memory that decoding took for values which the file gives in fewer bytes: whoever decodes such bounds the
  // sum. Not for several threads at once.
  mutable size_t grown_bytes = 0;

  // Reports a damaged message, `at` being the place in this document's bytes.
  Failed Damaged(Context& context, const void* at, std::string_view message, std::string_view why) const;
};

class Reader {
 public:
  Reader(const Document& document, Context& context, Bytes message, std::string_view type, int depth = 0);

  // Goes to the next field, skipping the value of the present one if nobody took it; false at the end or on
  // damage.
  bool Next();
  uint32_t field() const { return reader_.tag(); }

  // The present field's value; damage if the file has it in another wire type.
  int64_t Int() { return static_cast<int64_t>(Varint()); }
  bool Bool() { return Varint() != 0; }
  uint64_t Varint();
  float Float();
  double Double();
  uint32_t Fixed32();
  uint64_t Fixed64();
  std::string_view Text() { return AsText(Raw()); }
  Bytes Raw();
  // A message in the present field.
  Reader Message(std::string_view type);

  // Appends the numbers of a repeated field, packed or not, each converted to T.
  template <class T>
  void AppendVarints(std::vector<T>& values) {
    EachVarint(
        [](void* to, uint64_t value) { static_cast<std::vector<T>*>(to)->push_back(static_cast<T>(value)); },
        &values);
  }
  // The same for fixed numbers: T is float, double, or an integer of 4 or 8 bytes.
  template <class T>
  void AppendFixed(std::vector<T>& values) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    const Bytes bytes = FixedBytes(sizeof(T));
    const size_t count = bytes.size() / sizeof(T), old = values.size();
    values.resize(old + count);
    if (count > 0) std::memcpy(values.data() + old, bytes.data(), bytes.size());
  }

  bool ok() const { return ok_; }
  Result<void> Done() const { return ok_ ? Result<void>() : Result<void>(kFailed); }
  bool IsFixed64() const { return reader_.wire_type() == protozero::pbf_wire_type::fixed64; }
  bool IsVarint() const { return reader_.wire_type() == protozero::pbf_wire_type::varint; }
  // Ends the loop without a finding: for when a message inside failed and has told why.
  void Abandon() { ok_ = false; }
  // Reports that this message makes no sense, at the present place.
  Failed Fail(std::string_view why);
  const Document& document() const { return *document_; }
  Context& context() const { return *context_; }
  int depth() const { return depth_; }
  Bytes whole() const { return whole_; }  // the message's bytes, whatever has been read of it

 private:
  bool Expect(protozero::pbf_wire_type type);
  void EachVarint(void (*each)(void*, uint64_t), void* to);
  Bytes FixedBytes(size_t size);
  // Runs f, turning what protozero throws into damage.
  template <class F>
  auto Guard(F&& f) -> decltype(f());

  const Document* document_;
  Context* context_;
  std::string_view type_;
  int depth_;
  Bytes whole_;
  protozero::pbf_reader reader_;
  bool ok_ = true;
  bool taken_ = true;
};

// The key and the value's bytes of a map entry (a message with key 1, value 2), which the present field is.
// On damage the reader `field` fails.
struct MapEntry {
  std::string_view text_key;
  uint64_t number_key = 0;
  Bytes value;
  uint64_t number_value = 0;
};
MapEntry ReadMapEntry(Reader& field);

}  // namespace litesmith::protobuf
