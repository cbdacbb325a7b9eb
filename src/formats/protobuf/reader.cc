#include "formats/protobuf/reader.h"

#include "base/finding.h"

namespace litesmith::protobuf {

using protozero::pbf_wire_type;

Failed Document::Damaged(Context& context, const void* at, std::string_view message,
                         std::string_view why) const {
  std::string place;
  const auto* byte = static_cast<const std::byte*>(at);
  const Bytes bytes = content.bytes;
  if (!from_text && byte >= bytes.data() && byte <= bytes.data() + bytes.size()) {
    place = fmt::format(" at byte {} of {}", byte - bytes.data(), bytes.size());
  }
  return context.findings.Report(Finding(Code::kFileDamaged)
                                     .Headline("{} is damaged", FileName(file))
                                     .Cause("{}: {} in a {}{}", file, why, message, place)
                                     .Fix("copy, download or export the model again"));
}

Reader::Reader(const Document& document, Context& context, Bytes message, std::string_view type, int depth)
    : document_(&document),
      context_(&context),
      type_(type),
      depth_(depth),
      whole_(message),
      reader_(reinterpret_cast<const char*>(message.data()), message.size()) {
  if (depth > context.limits.max_depth) {
    ok_ = false;
    context.findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("{} nests messages too deeply", FileName(document.file))
            .Cause("{}: a {} lies more than {} messages deep", document.file, type, context.limits.max_depth)
            .Fix("export the model again: no TensorFlow writes such a file"));
  }
}

Failed Reader::Fail(std::string_view why) {
  if (ok_) {
    ok_ = false;
    document_->Damaged(*context_, reader_.data().data(), type_, why);
  }
  return kFailed;
}

template <class F>
auto Reader::Guard(F&& f) -> decltype(f()) {
  if (!ok_) return {};
  try {
    return f();
  } catch (const protozero::end_of_buffer_exception&) {
    if (depth_ > 0 || document_->from_text) {
      Fail("a field is longer than what is there");
    } else {
      ok_ = false;
      context_->findings.Report(
          Finding(Code::kFileTruncated)
              .Headline("{} ends too early", FileName(document_->file))
              .Cause("{}: field {} of the {} says it is longer than the rest of the {} bytes of the file",
                     document_->file, static_cast<uint32_t>(reader_.tag()), type_,
                     document_->content.bytes.size())
              .Fix("the file was cut off: copy or download it again, or export the model again"));
    }
  } catch (const protozero::exception& problem) {
    Fail(problem.what());
  }
  return {};
}

bool Reader::Next() {
  return Guard([&] {
    if (!taken_) reader_.skip();
    taken_ = !reader_.next();
    return !taken_;
  });
}

bool Reader::Expect(pbf_wire_type type) {
  if (!ok_) return false;
  taken_ = true;
  if (reader_.wire_type() == type) return true;
  Fail(fmt::format("field {} has another type than it should", static_cast<uint32_t>(reader_.tag())));
  return false;
}

uint64_t Reader::Varint() {
  if (!Expect(pbf_wire_type::varint)) return 0;
  return Guard([&] { return reader_.get_uint64(); });
}

float Reader::Float() {
  if (!Expect(pbf_wire_type::fixed32)) return 0;
  return Guard([&] { return reader_.get_float(); });
}

double Reader::Double() {
  if (!Expect(pbf_wire_type::fixed64)) return 0;
  return Guard([&] { return reader_.get_double(); });
}

uint32_t Reader::Fixed32() {
  if (!Expect(pbf_wire_type::fixed32)) return 0;
  return Guard([&] { return reader_.get_fixed32(); });
}

uint64_t Reader::Fixed64() {
  if (!Expect(pbf_wire_type::fixed64)) return 0;
  return Guard([&] { return reader_.get_fixed64(); });
}

Bytes Reader::Raw() {
  if (!Expect(pbf_wire_type::length_delimited)) return {};
  return Guard([&] {
    const protozero::data_view view = reader_.get_view();
    return AsBytes({view.data(), view.size()});
  });
}

Reader Reader::Message(std::string_view type) {
  Reader reader(*document_, *context_, Raw(), type, depth_ + 1);
  if (!ok_) reader.ok_ = false;
  return reader;
}

void Reader::EachVarint(void (*each)(void*, uint64_t), void* to) {
  if (!ok_) return;
  if (reader_.wire_type() == pbf_wire_type::varint) return each(to, Varint());
  const Bytes packed = Raw();
  Guard([&] {
    const char* at = reinterpret_cast<const char*>(packed.data());
    const char* const end = at + packed.size();
    while (at != end) each(to, protozero::decode_varint(&at, end));
    return true;
  });
}

Bytes Reader::FixedBytes(size_t size) {
  if (!ok_) return {};
  const pbf_wire_type single = size == 4 ? pbf_wire_type::fixed32 : pbf_wire_type::fixed64;
  if (reader_.wire_type() == single) {
    taken_ = true;
    return Guard([&] {
      const char* const at = reader_.data().data();
      reader_.skip();
      return AsBytes({at, size});
    });
  }
  const Bytes packed = Raw();
  if (packed.size() % size == 0) return packed;
  Fail("a list of numbers ends in the middle of one");
  return {};
}

MapEntry ReadMapEntry(Reader& field) {
  MapEntry entry;
  Reader reader = field.Message("map entry");
  while (reader.Next()) {
    if (reader.field() == 1) {
      if (reader.IsVarint()) {
        entry.number_key = reader.Varint();
      } else if (reader.IsFixed64()) {
        entry.number_key = reader.Fixed64();
      } else {
        entry.text_key = reader.Text();
      }
    } else if (reader.field() == 2) {
      if (reader.IsVarint()) {
        entry.number_value = reader.Varint();
      } else if (reader.IsFixed64()) {
        entry.number_value = reader.Fixed64();
      } else {
        entry.value = reader.Raw();
      }
    }
  }
  if (!reader.ok()) field.Abandon();
  return entry;
}

}  // namespace litesmith::protobuf
