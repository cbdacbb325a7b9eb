// GraphDef: TensorFlow's graph as it lies in a file, decoded into plain structures. Names are views into the
// document, which must outlive them; function bodies and attributes are decoded when somebody asks.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/host.h"
#include "formats/graphdef/attributes.h"
#include "formats/protobuf/reader.h"
#include "formats/protobuf/text.h"
#include "tensor/attributes.h"

namespace litesmith::graphdef {

struct NodeDef {
  std::string_view name, op;
  // As in the file: "a", "a:1", in functions "a:out:0"; control inputs are "^a" and stand last.
  std::vector<std::string_view> inputs;
  Bytes message;  // for DecodeNodeAttributes
};

// An argument or result of an op or a function.
struct ArgDef {
  std::string_view name;
  DType type = DType::kInvalid;
  std::string_view type_attr, number_attr, type_list_attr;
};

// OpDef: what a SavedModel says of the ops it uses, or a function of its arguments.
struct OpDef {
  std::string_view name;
  std::vector<ArgDef> inputs, outputs;
  bool stateful = false;
  Attributes defaults;  // of attributes that have one
};

struct FunctionDef {
  OpDef signature;
  Attributes attributes;
  std::vector<NodeDef> nodes;
  std::vector<std::pair<std::string_view, std::string_view>> results;  // output name, reference in the body
  std::vector<std::string_view> control_results;  // nodes that run although nobody reads them
  std::vector<Attributes> argument_attributes;    // as many as arguments
};

struct GraphDef {
  std::vector<NodeDef> nodes;
  std::unordered_map<std::string_view, Bytes> functions;  // the message of each FunctionDef, by name
  int32_t producer = 0, min_consumer = 0;
  std::vector<int32_t> bad_consumers;
};

// Each reports damage (kFileDamaged, kFileTruncated, kLimitExceeded) and fails.
Result<GraphDef> DecodeGraph(const protobuf::Document& document, Context& context, Bytes message,
                             int depth = 0);
Result<FunctionDef> DecodeFunction(const protobuf::Document& document, Context& context, Bytes message);
Result<OpDef> DecodeOpDef(const protobuf::Document& document, Context& context, Bytes message);
// All attributes but `without`, which is not even decoded.
Result<Attributes> DecodeNodeAttributes(const protobuf::Document& document, Context& context,
                                        const NodeDef& node, std::string_view without = {});

// The tables of field names that the text form needs.
extern const protobuf::MessageSchema kGraphDefSchema;
extern const protobuf::MessageSchema kTensorShapeSchema;
extern const protobuf::MessageSchema kTensorSchema;
extern const protobuf::MessageSchema kOpDefSchema;
std::optional<int64_t> DataTypeOfName(std::string_view name);  // "DT_FLOAT" -> 1

}  // namespace litesmith::graphdef
