// Protobuf's text form (.pbtxt), turned into wire bytes, so that one decoder serves both forms.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/host.h"

namespace litesmith::protobuf {

// kBytes differs from kText in the JSON form only.
enum class Kind : uint8_t {
  kInt,
  kBool,
  kEnum,
  kFloat,
  kDouble,
  kFixed32,
  kFixed64,
  kText,
  kBytes,
  kMessage
};

struct MessageSchema;

// A field that somebody decodes; the text form's other fields are read over.
struct FieldSchema {
  std::string_view name;
  uint32_t number;
  Kind kind;
  const MessageSchema* message = nullptr;                            // of a kMessage
  std::optional<int64_t> (*enum_value)(std::string_view) = nullptr;  // of a kEnum
};

struct MessageSchema {
  std::string_view name;
  std::span<const FieldSchema> fields;
};

// The wire bytes of `text`, which is one message of the kind `schema`. Fails with kFileDamaged naming the
// line, or with kLimitExceeded for messages nested deeper than the context allows.
Result<std::string> TextToWire(Context& context, const std::string& file, std::string_view text,
                               const MessageSchema& schema);

}  // namespace litesmith::protobuf
