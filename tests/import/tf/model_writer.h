// Writes small TensorFlow models for tests: the messages' fields as TensorFlow's .proto files number them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/protobuf/wire.h"

namespace litesmith::testing {

using protobuf::PutBytesField;
using protobuf::PutFixedField;
using protobuf::PutVarintField;

inline constexpr uint64_t kFloat = 1, kInt32 = 3, kString = 7, kInt64 = 9, kBool = 10,
                          kResource = 20;  // DataType

inline std::string ShapeProto(const std::vector<int64_t>& dims) {
  std::string shape;
  for (int64_t size : dims) {
    std::string dim;
    PutVarintField(dim, 1, static_cast<uint64_t>(size));
    PutBytesField(shape, 2, dim);
  }
  return shape;
}

// Values of an AttrValue.
inline std::string TypeValue(uint64_t type) {
  std::string value;
  PutVarintField(value, 6, type);
  return value;
}
inline std::string TypesValue(const std::vector<uint64_t>& types) {
  std::string list, value;
  for (uint64_t type : types) PutVarintField(list, 6, type);
  PutBytesField(value, 1, list);
  return value;
}
inline std::string IntValue(int64_t number) {
  std::string value;
  PutVarintField(value, 3, static_cast<uint64_t>(number));
  return value;
}
inline std::string TextValue(std::string_view text) {
  std::string value;
  PutBytesField(value, 2, text);
  return value;
}
inline std::string ShapeValue(const std::vector<int64_t>& dims) {
  std::string value;
  PutBytesField(value, 7, ShapeProto(dims));
  return value;
}
inline std::string FunctionValue(std::string_view name) {
  std::string call, value;
  PutBytesField(call, 1, name);
  PutBytesField(value, 10, call);
  return value;
}

inline std::string FloatTensor(const std::vector<int64_t>& dims, const std::vector<float>& values) {
  std::string tensor;
  PutVarintField(tensor, 1, kFloat);
  PutBytesField(tensor, 2, ShapeProto(dims));
  for (float value : values) PutFixedField(tensor, 5, value);
  return tensor;
}
// All zeros.
inline std::string ZeroTensor(uint64_t type, const std::vector<int64_t>& dims) {
  std::string tensor;
  PutVarintField(tensor, 1, type);
  PutBytesField(tensor, 2, ShapeProto(dims));
  return tensor;
}
inline std::string TextTensor(const std::vector<int64_t>& dims, const std::vector<std::string>& values) {
  std::string tensor;
  PutVarintField(tensor, 1, kString);
  PutBytesField(tensor, 2, ShapeProto(dims));
  for (const std::string& value : values) PutBytesField(tensor, 8, value);
  return tensor;
}
inline std::string TensorValue(std::string_view tensor) {
  std::string value;
  PutBytesField(value, 8, tensor);
  return value;
}

using Attrs = std::vector<std::pair<std::string, std::string>>;  // name, AttrValue

inline void PutMapEntry(std::string& out, uint32_t field, std::string_view key, std::string_view value) {
  std::string entry;
  PutBytesField(entry, 1, key);
  PutBytesField(entry, 2, value);
  PutBytesField(out, field, entry);
}

inline std::string Node(std::string_view name, std::string_view op,
                        const std::vector<std::string>& inputs = {}, const Attrs& attrs = {}) {
  std::string node;
  PutBytesField(node, 1, name);
  PutBytesField(node, 2, op);
  for (const std::string& input : inputs) PutBytesField(node, 3, input);
  for (const auto& [key, value] : attrs) PutMapEntry(node, 5, key, value);
  return node;
}
inline std::string Placeholder(std::string_view name, const std::vector<int64_t>& dims,
                               uint64_t type = kFloat) {
  return Node(name, "Placeholder", {}, {{"dtype", TypeValue(type)}, {"shape", ShapeValue(dims)}});
}
inline std::string Const(std::string_view name, std::string_view tensor, uint64_t type = kFloat) {
  return Node(name, "Const", {}, {{"dtype", TypeValue(type)}, {"value", TensorValue(tensor)}});
}

struct Function {
  std::string name;
  std::vector<std::pair<std::string, uint64_t>> inputs, outputs;  // name, type
  std::vector<std::string> nodes;
  std::vector<std::pair<std::string, std::string>> results;  // output, reference
  std::vector<std::string> controls;
  Attrs attributes;

  std::string Message() const {
    std::string signature, function;
    PutBytesField(signature, 1, name);
    for (const auto& list : {&inputs, &outputs}) {
      for (const auto& [argument, type] : *list) {
        std::string arg;
        PutBytesField(arg, 1, argument);
        PutVarintField(arg, 3, type);
        PutBytesField(signature, list == &inputs ? 2 : 3, arg);
      }
    }
    PutBytesField(function, 1, signature);
    for (const std::string& node : nodes) PutBytesField(function, 3, node);
    for (const auto& [output, reference] : results) PutMapEntry(function, 4, output, reference);
    for (const auto& [key, value] : attributes) PutMapEntry(function, 5, key, value);
    for (const std::string& control : controls) PutMapEntry(function, 6, control, control);
    return function;
  }
};

inline std::string Graph(const std::vector<std::string>& nodes, const std::vector<Function>& functions = {}) {
  std::string graph, library, versions;
  for (const std::string& node : nodes) PutBytesField(graph, 1, node);
  for (const Function& function : functions) PutBytesField(library, 1, function.Message());
  PutBytesField(graph, 2, library);
  PutVarintField(versions, 1, 1000);
  PutBytesField(graph, 4, versions);
  return graph;
}

struct SignatureTensor {
  std::string name, tensor;
  uint64_t type = kFloat;
  std::vector<int64_t> dims;
};
struct Signature {
  std::string key;
  std::vector<SignatureTensor> inputs, outputs;

  std::string Message() const {
    std::string signature;
    for (const auto& list : {&inputs, &outputs}) {
      for (const SignatureTensor& tensor : *list) {
        std::string info;
        PutBytesField(info, 1, tensor.tensor);
        PutVarintField(info, 2, tensor.type);
        PutBytesField(info, 3, ShapeProto(tensor.dims));
        PutMapEntry(signature, list == &inputs ? 1 : 2, tensor.name, info);
      }
    }
    return signature;
  }
};

inline std::string MetaGraph(std::string_view graph, const std::vector<Signature>& signatures,
                             const std::vector<std::string>& tags = {"serve"},
                             std::string_view restore_op = {}) {
  std::string info, meta, saver;
  for (const std::string& tag : tags) PutBytesField(info, 4, tag);
  PutBytesField(info, 5, "2.21.0");
  PutBytesField(meta, 1, info);
  PutBytesField(meta, 2, graph);
  if (!restore_op.empty()) {
    PutBytesField(saver, 3, restore_op);
    PutBytesField(meta, 3, saver);
  }
  for (const Signature& signature : signatures) PutMapEntry(meta, 5, signature.key, signature.Message());
  return meta;
}

inline std::string SavedModel(const std::vector<std::string>& meta_graphs) {
  std::string model;
  PutVarintField(model, 1, 1);
  for (const std::string& meta : meta_graphs) PutBytesField(model, 2, meta);
  return model;
}

}  // namespace litesmith::testing
