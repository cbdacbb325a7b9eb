// AttrValue, TensorShapeProto, DataType: what attributes of nodes and infos of tensors are made of.
#pragma once

#include <optional>
#include <string_view>

#include "formats/protobuf/reader.h"
#include "tensor/attributes.h"

namespace litesmith::graphdef {

// The dtype of TensorFlow's number; reference types (101 and up) count as what they refer to. kInvalid for
// those that no tensor here can have.
DType DTypeOfNumber(uint64_t number);

// A TensorShapeProto; -1 is an unknown dimension.
Shape DecodeShape(protobuf::Reader reader, bool& ok);

// An AttrValue. Empty without a finding for kinds that nothing here uses (lists of tensors, placeholders);
// `ok` turns false on damage, which has been reported.
std::optional<Attribute> DecodeAttribute(protobuf::Reader reader, bool& ok);

// Attributes whose name starts with '_' are TensorFlow's own notes; these are of use here.
bool KeepsAttribute(std::string_view name);

// TensorFlow's number of the type ("DataType"); 0 where it has none.
int64_t NumberOf(DType dtype);

// Reads the present field of `reader`, an entry of a map from names to AttrValues, into `attributes`, unless
// the name is `without`.
void DecodeAttributeEntry(protobuf::Reader& reader, Attributes& attributes, std::string_view without = {});

}  // namespace litesmith::graphdef
