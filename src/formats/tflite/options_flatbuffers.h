// Inside this folder only: options as FlatBuffers tables.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <string_view>

#include "tensor/attributes.h"

namespace litesmith::tflite {

struct OptionsMember {
  std::string_view name;  // "Conv2DOptions"; empty: none of that number
  int union_index = 1;    // 1 BuiltinOptions, 2 BuiltinOptions2
  uint8_t type = 0;       // the member's number in the union
};

OptionsMember OptionsOfType(int union_index, uint8_t type);
OptionsMember OptionsOfName(std::string_view table);

// All fields that are not vectors or strings are set, those left out in the file to their defaults. The table
// has been verified.
Attributes ReadOptions(std::string_view table, const flatbuffers::Table& data);
// Fields that are not among the attributes, or have their default, are left out. OptionsProblem() must be
// empty.
flatbuffers::Offset<void> WriteOptions(std::string_view table, const Attributes& attributes,
                                       flatbuffers::FlatBufferBuilder& builder);

}  // namespace litesmith::tflite
