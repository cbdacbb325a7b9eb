// A .tflite as plain structures: what read.h makes of a file and write.h makes a file of. Indices are those
// of the file; read.h has checked every one of them. Bytes are views into the file (reading) or the caller's
// (writing).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "tensor/attributes.h"
#include "tensor/tensor.h"

namespace litesmith::tflite {

inline constexpr int kCustomCode = 32;  // BuiltinOperator of custom ops

struct OperatorCode {
  int32_t builtin = 0;
  std::string custom;  // the op's name if builtin is kCustomCode
  int32_t version = 1;
};

// How a sparse constant is stored: its dimensions and those of its blocks in the order of traversal.
struct Sparsity {
  struct Dimension {
    bool sparse = false;
    int32_t dense_size = 0;  // of a dense one
    std::vector<int32_t>
        segments;  // of a sparse one: where each parent's entries begin in `indices`, and the end
    std::vector<int32_t> indices;
  };
  std::vector<int32_t> traversal_order, block_map;
  std::vector<Dimension> dimensions;
};

// Scales in a tensor of their own, one for each block of `block_size` elements along the last axis.
struct BlockwiseScales {
  int32_t scales = -1, zero_points = -1;  // tensors of the same subgraph; -1: none
  int32_t block_size = 0;
};

struct TensorInfo {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<int32_t> shape;            // 1 where the dimension is unknown
  std::vector<int32_t> shape_signature;  // -1 where the dimension is unknown; empty: all known
  bool has_rank = false;
  uint32_t buffer = 0;
  bool is_variable = false;
  std::shared_ptr<const Quantization> quantization;  // null: none
  std::optional<BlockwiseScales> blockwise;
  bool other_quantization = false;  // in a form that cannot be read (custom, or along several axes)
  std::shared_ptr<const Sparsity> sparsity;
};

struct Operator {
  uint32_t code = 0;                     // of Model::codes
  std::vector<int32_t> inputs, outputs;  // -1: an optional input that is absent
  std::vector<int32_t> intermediates;
  std::string_view options;  // the table's name, "Conv2DOptions"; empty: none. Lives as long as the program
  bool unknown_options = false;  // of a table that is newer than this schema
  Attributes attributes;         // the fields of the table
  std::optional<Bytes> custom_options;
};

struct Subgraph {
  std::string name;
  std::vector<TensorInfo> tensors;
  std::vector<int32_t> inputs, outputs;
  std::vector<Operator> operators;
};

struct Signature {
  std::string key;
  uint32_t subgraph = 0;
  std::vector<std::pair<std::string, int32_t>> inputs, outputs;  // name and tensor
};

struct Model {
  std::shared_ptr<const void> owner;  // keeps what the views refer to
  std::string description;
  std::vector<OperatorCode> codes;
  std::vector<Subgraph> subgraphs;
  std::vector<std::optional<Bytes>> buffers;               // the first is empty
  std::vector<std::pair<std::string, uint32_t>> metadata;  // name and buffer
  std::vector<Signature> signatures;

  // The data of a tensor, if it is a constant.
  std::optional<Bytes> data(const TensorInfo& tensor) const {
    return tensor.buffer < buffers.size() ? buffers[tensor.buffer] : std::nullopt;
  }
};

}  // namespace litesmith::tflite
