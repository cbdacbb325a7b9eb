// The option tables of the schema ("Conv2DOptions"), known through reflection: their fields are attributes of
// the same names. Enumerations and other integers are int64, booleans bool, floats float, strings
// std::string, vectors of these std::vector<int64_t>, <float> or <bool>; vectors of bytes are uint8 tensors.
// A field called "version" is the attribute "options_version", for "version" is the op's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/attributes.h"

namespace litesmith::tflite {

// The member of BuiltinOptions or BuiltinOptions2 of that name exists.
bool IsOptionsTable(std::string_view table);
// Attributes that index subgraphs ("then_subgraph_index"): int64 or a vector of them.
const std::vector<std::string>& SubgraphFields(std::string_view table);
// The names of all attributes that the table has.
std::vector<std::string> OptionFields(std::string_view table);
// What keeps `attributes` from being written as the table: a field of another type or out of its range.
// Empty: nothing.
std::string OptionsProblem(std::string_view table, const Attributes& attributes);

}  // namespace litesmith::tflite
