// Field names and numbers of TensorFlow's public .proto files (tensorflow/core/framework), as far as they are
// decoded.
#include <array>

#include "formats/graphdef/graphdef.h"

namespace litesmith::graphdef {

using protobuf::FieldSchema;
using protobuf::Kind;
using protobuf::MessageSchema;

std::optional<int64_t> DataTypeOfName(std::string_view name) {
  static constexpr std::array<std::string_view, 33> kNames = {"INVALID",
                                                              "FLOAT",
                                                              "DOUBLE",
                                                              "INT32",
                                                              "UINT8",
                                                              "INT16",
                                                              "INT8",
                                                              "STRING",
                                                              "COMPLEX64",
                                                              "INT64",
                                                              "BOOL",
                                                              "QINT8",
                                                              "QUINT8",
                                                              "QINT32",
                                                              "BFLOAT16",
                                                              "QINT16",
                                                              "QUINT16",
                                                              "UINT16",
                                                              "COMPLEX128",
                                                              "HALF",
                                                              "RESOURCE",
                                                              "VARIANT",
                                                              "UINT32",
                                                              "UINT64",
                                                              "FLOAT8_E5M2",
                                                              "FLOAT8_E4M3FN",
                                                              "FLOAT8_E4M3FNUZ",
                                                              "FLOAT8_E4M3B11FNUZ",
                                                              "FLOAT8_E5M2FNUZ",
                                                              "INT4",
                                                              "UINT4",
                                                              "INT2",
                                                              "UINT2"};
  if (!name.starts_with("DT_")) return std::nullopt;
  name.remove_prefix(3);
  int64_t offset = 0;
  if (name.ends_with("_REF")) {
    name.remove_suffix(4);
    offset = 100;
  }
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<int64_t>(i) + offset;
  }
  return std::nullopt;
}

namespace {

constexpr FieldSchema kDimFields[] = {{"size", 1, Kind::kInt}};
constexpr MessageSchema kDim{"TensorShapeProto.Dim", kDimFields};
constexpr FieldSchema kShapeFields[] = {{"dim", 2, Kind::kMessage, &kDim}, {"unknown_rank", 3, Kind::kBool}};

constexpr FieldSchema kTensorFields[] = {{"dtype", 1, Kind::kEnum, nullptr, DataTypeOfName},
                                         {"tensor_shape", 2, Kind::kMessage, &kTensorShapeSchema},
                                         {"tensor_content", 4, Kind::kBytes},
                                         {"half_val", 13, Kind::kInt},
                                         {"float_val", 5, Kind::kFloat},
                                         {"double_val", 6, Kind::kDouble},
                                         {"int_val", 7, Kind::kInt},
                                         {"string_val", 8, Kind::kBytes},
                                         {"scomplex_val", 9, Kind::kFloat},
                                         {"int64_val", 10, Kind::kInt},
                                         {"bool_val", 11, Kind::kBool},
                                         {"dcomplex_val", 12, Kind::kDouble},
                                         {"uint32_val", 16, Kind::kInt},
                                         {"uint64_val", 17, Kind::kInt},
                                         {"float8_val", 18, Kind::kBytes}};

constexpr FieldSchema kFunctionNameFields[] = {{"name", 1, Kind::kText}};
constexpr MessageSchema kNameAttrList{"NameAttrList", kFunctionNameFields};
constexpr FieldSchema kListFields[] = {{"s", 2, Kind::kBytes},
                                       {"i", 3, Kind::kInt},
                                       {"f", 4, Kind::kFloat},
                                       {"b", 5, Kind::kBool},
                                       {"type", 6, Kind::kEnum, nullptr, DataTypeOfName},
                                       {"shape", 7, Kind::kMessage, &kTensorShapeSchema},
                                       {"tensor", 8, Kind::kMessage, &kTensorSchema},
                                       {"func", 9, Kind::kMessage, &kNameAttrList}};
constexpr MessageSchema kList{"AttrValue.ListValue", kListFields};
constexpr FieldSchema kAttrFields[] = {{"list", 1, Kind::kMessage, &kList},
                                       {"s", 2, Kind::kBytes},
                                       {"i", 3, Kind::kInt},
                                       {"f", 4, Kind::kFloat},
                                       {"b", 5, Kind::kBool},
                                       {"type", 6, Kind::kEnum, nullptr, DataTypeOfName},
                                       {"shape", 7, Kind::kMessage, &kTensorShapeSchema},
                                       {"tensor", 8, Kind::kMessage, &kTensorSchema},
                                       {"func", 10, Kind::kMessage, &kNameAttrList}};
constexpr MessageSchema kAttr{"AttrValue", kAttrFields};
constexpr FieldSchema kAttrEntryFields[] = {{"key", 1, Kind::kText}, {"value", 2, Kind::kMessage, &kAttr}};
constexpr MessageSchema kAttrEntry{"attr", kAttrEntryFields};

constexpr FieldSchema kNodeFields[] = {{"name", 1, Kind::kText},
                                       {"op", 2, Kind::kText},
                                       {"input", 3, Kind::kText},
                                       {"attr", 5, Kind::kMessage, &kAttrEntry}};
constexpr MessageSchema kNode{"NodeDef", kNodeFields};

constexpr FieldSchema kArgFields[] = {{"name", 1, Kind::kText},
                                      {"type", 3, Kind::kEnum, nullptr, DataTypeOfName},
                                      {"type_attr", 4, Kind::kText},
                                      {"number_attr", 5, Kind::kText},
                                      {"type_list_attr", 6, Kind::kText}};
constexpr MessageSchema kArg{"OpDef.ArgDef", kArgFields};
constexpr FieldSchema kAttrDefFields[] = {{"name", 1, Kind::kText},
                                          {"default_value", 3, Kind::kMessage, &kAttr}};
constexpr MessageSchema kAttrDef{"OpDef.AttrDef", kAttrDefFields};
constexpr FieldSchema kOpDefFields[] = {{"name", 1, Kind::kText},
                                        {"input_arg", 2, Kind::kMessage, &kArg},
                                        {"output_arg", 3, Kind::kMessage, &kArg},
                                        {"attr", 4, Kind::kMessage, &kAttrDef},
                                        {"is_stateful", 17, Kind::kBool}};

constexpr FieldSchema kTextEntryFields[] = {{"key", 1, Kind::kText}, {"value", 2, Kind::kText}};
constexpr MessageSchema kTextEntry{"ret", kTextEntryFields};
constexpr FieldSchema kArgAttrsFields[] = {{"attr", 1, Kind::kMessage, &kAttrEntry}};
constexpr MessageSchema kArgAttrs{"FunctionDef.ArgAttrs", kArgAttrsFields};
constexpr FieldSchema kArgAttrEntryFields[] = {{"key", 1, Kind::kInt},
                                               {"value", 2, Kind::kMessage, &kArgAttrs}};
constexpr MessageSchema kArgAttrEntry{"arg_attr", kArgAttrEntryFields};
constexpr FieldSchema kFunctionFields[] = {
    {"signature", 1, Kind::kMessage, &kOpDefSchema}, {"node_def", 3, Kind::kMessage, &kNode},
    {"ret", 4, Kind::kMessage, &kTextEntry},         {"attr", 5, Kind::kMessage, &kAttrEntry},
    {"control_ret", 6, Kind::kMessage, &kTextEntry}, {"arg_attr", 7, Kind::kMessage, &kArgAttrEntry}};
constexpr MessageSchema kFunction{"FunctionDef", kFunctionFields};
constexpr FieldSchema kLibraryFields[] = {{"function", 1, Kind::kMessage, &kFunction}};
constexpr MessageSchema kLibrary{"FunctionDefLibrary", kLibraryFields};
constexpr FieldSchema kVersionFields[] = {
    {"producer", 1, Kind::kInt}, {"min_consumer", 2, Kind::kInt}, {"bad_consumers", 3, Kind::kInt}};
constexpr MessageSchema kVersions{"VersionDef", kVersionFields};
constexpr FieldSchema kGraphFields[] = {{"node", 1, Kind::kMessage, &kNode},
                                        {"library", 2, Kind::kMessage, &kLibrary},
                                        {"version", 3, Kind::kInt},
                                        {"versions", 4, Kind::kMessage, &kVersions}};

}  // namespace

constexpr MessageSchema kTensorShapeSchema{"TensorShapeProto", kShapeFields};
constexpr MessageSchema kTensorSchema{"TensorProto", kTensorFields};
constexpr MessageSchema kOpDefSchema{"OpDef", kOpDefFields};
constexpr MessageSchema kGraphDefSchema{"GraphDef", kGraphFields};

}  // namespace litesmith::graphdef
