// Protobuf's JSON form, turned into wire bytes, so that one decoder serves all forms.
#pragma once

#include <string>
#include <string_view>

#include "base/host.h"
#include "formats/protobuf/text.h"

namespace litesmith::protobuf {

// The wire bytes of `text`, a JSON object that is one message of the kind `schema`. Fields go by their own
// names or in lowerCamelCase, those that the schema does not have are read over, null counts as absent.
// Whole numbers may be written as strings, values of enums as names, bytes are base64 with either alphabet,
// maps are objects (https://protobuf.dev/programming-guides/json). A schema of the two fields `key` and
// `value` is a map's entry. Fails with kFileDamaged, kFileTruncated naming the place, or with kLimitExceeded
// for values nested deeper than the context allows.
Result<std::string> JsonToWire(Context& context, const std::string& file, std::string_view text,
                               const MessageSchema& schema);

// The bytes that base64 stands for, in the ordinary or the URL alphabet, with or without padding; empty for
// what is none.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace litesmith::protobuf
