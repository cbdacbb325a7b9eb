#include "formats/tflite/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

#include "base/check.h"
#include "formats/tflite/options.h"
#include "formats/tflite/options_flatbuffers.h"
#include "formats/tflite/tensor_types.h"
#include "tflite/schema_generated.h"

namespace litesmith::tflite {
namespace {

using flatbuffers::Offset;
template <class T>
using Offsets = std::vector<Offset<T>>;

constexpr size_t kAlignment = 16;
// XNNPACK reads up to so many bytes past constants that it uses in place.
constexpr size_t kTrailingZeros = 16;
constexpr uint32_t kSchemaVersion = 3;
constexpr int32_t kPlaceholderCode = fb::BuiltinOperator_PLACEHOLDER_FOR_GREATER_OP_CODES;

constexpr size_t AlignUp(size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

size_t DataBytes(const Model& model) {
  size_t bytes = 0;
  for (const auto& buffer : model.buffers) bytes += buffer ? AlignUp(buffer->size()) : 0;
  for (const Subgraph& subgraph : model.subgraphs) {
    for (const Operator& op : subgraph.operators)
      bytes += op.custom_options ? AlignUp(op.custom_options->size()) : 0;
  }
  return bytes;
}

// Room for the tables themselves: the builder starts with it, for growing would copy all data.
size_t TableBytes(const Model& model) {
  size_t bytes = 4096;
  for (const Subgraph& subgraph : model.subgraphs) {
    for (const TensorInfo& tensor : subgraph.tensors) {
      bytes += 160 + tensor.name.size() + 8 * tensor.shape.size();
      if (tensor.quantization != nullptr) bytes += 64 + 20 * tensor.quantization->scale.size();
    }
    for (const Operator& op : subgraph.operators) {
      bytes += 160 + 4 * (op.inputs.size() + op.outputs.size()) + 16 * op.attributes.size();
    }
  }
  return bytes + 48 * model.buffers.size() + 64 * model.codes.size();
}

class Writer {
 public:
  Writer(const Model& model, bool outside)
      : model_(model),
        outside_(outside),
        inside_(model.buffers.size()),
        builder_(TableBytes(model) + (outside ? 0 : DataBytes(model))) {
    // What describes the file stays where readers of metadata look for it.
    for (const auto& [name, buffer] : model.metadata) {
      if (buffer < inside_.size()) inside_[buffer] = true;
    }
  }

  // Builds the FlatBuffer. `place` gives the offset in the file for each part of `outside_parts()`.
  Result<void> Build(FindingSink& findings);
  // What follows the FlatBuffer, by the order of writing.
  const std::vector<Bytes>& outside_parts() const { return parts_; }
  // Fills in where the parts are, the first of them at `start`; the total size of the file.
  size_t PlaceParts(size_t start);
  Bytes bytes() const { return std::as_bytes(std::span(builder_.GetBufferPointer(), builder_.GetSize())); }

 private:
  // Equal vectors stand in the file once: the zero points of weights with a scale for each channel are as
  // many zeros, of 8 bytes each.
  template <class T>
  Offset<flatbuffers::Vector<T>> Numbers(const std::vector<T>& numbers) {
    if (numbers.empty()) return {};
    const std::string_view content(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
    const auto [entry, added] = numbers_.try_emplace({NameOf(kDTypeOf<T>), std::string(content)});
    if (added) entry->second = builder_.CreateVector(numbers).o;
    return entry->second;
  }
  Offset<flatbuffers::Vector<uint8_t>> Data(Bytes data) {
    builder_.ForceVectorAlignment(data.size(), 1, kAlignment);
    return builder_.CreateVector(reinterpret_cast<const uint8_t*>(data.data()), data.size());
  }
  Offset<fb::Buffer> WriteBuffer(size_t index);
  bool IsOutside(size_t buffer) const {
    return outside_ && !inside_[buffer] && model_.buffers[buffer] && !model_.buffers[buffer]->empty();
  }
  Offset<fb::OperatorCode> WriteCode(const OperatorCode& code);
  Offset<fb::QuantizationParameters> WriteQuantization(const TensorInfo& tensor);
  Offset<fb::SparsityParameters> WriteSparsity(const Sparsity& sparsity);
  std::pair<fb::SparseIndexVector, Offset<void>> WriteIndices(const std::vector<int32_t>& indices);
  Offset<fb::Tensor> WriteTensor(const TensorInfo& tensor);
  Offset<fb::Operator> WriteOperator(const Operator& op);
  Offset<fb::SubGraph> WriteSubgraph(const Subgraph& subgraph);
  Offset<fb::SignatureDef> WriteSignature(const Signature& signature);
  void Remember(Bytes part) { parts_.push_back(part); }

  const Model& model_;
  const bool outside_;
  std::vector<bool> inside_;  // buffers that stay in the FlatBuffer even so
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<Bytes> parts_;
  std::map<std::pair<std::string_view, std::string>, flatbuffers::uoffset_t> numbers_;  // by type and content
};

// A vector of constants of no elements is written, too: its presence makes the tensor a constant.
Offset<fb::Buffer> Writer::WriteBuffer(size_t index) {
  const std::optional<Bytes>& data = model_.buffers[index];
  if (!data) return fb::CreateBuffer(builder_);
  if (!IsOutside(index)) return fb::CreateBuffer(builder_, Data(*data));
  // 1 stands for no offset yet, but makes the fields exist.
  Remember(*data);
  return fb::CreateBuffer(builder_, 0, 1, 1);
}

Offset<fb::OperatorCode> Writer::WriteCode(const OperatorCode& code) {
  const auto custom =
      code.builtin == kCustomCode ? builder_.CreateString(code.custom) : Offset<flatbuffers::String>();
  const auto old = static_cast<int8_t>(std::min(code.builtin, kPlaceholderCode));
  return fb::CreateOperatorCode(builder_, old, custom, code.version,
                                static_cast<fb::BuiltinOperator>(code.builtin));
}

Offset<fb::QuantizationParameters> Writer::WriteQuantization(const TensorInfo& tensor) {
  if (tensor.blockwise) {
    const BlockwiseScales& from = *tensor.blockwise;
    const auto details =
        fb::CreateBlockwiseQuantization(builder_, from.scales, from.zero_points, from.block_size);
    return fb::CreateQuantizationParameters(builder_, 0, 0, 0, 0,
                                            fb::QuantizationDetails_BlockwiseQuantization, details.Union());
  }
  if (tensor.quantization == nullptr) return {};
  const Quantization& from = *tensor.quantization;
  std::vector<int64_t> zero_points = from.zero_point;
  if (zero_points.size() < from.scale.size()) {
    zero_points.resize(from.scale.size(), zero_points.empty() ? 0 : zero_points[0]);
  }
  const auto min = Numbers(from.min), max = Numbers(from.max), scale = Numbers(from.scale);
  const auto zero_point = Numbers(zero_points);
  return fb::CreateQuantizationParameters(builder_, min, max, scale, zero_point, fb::QuantizationDetails_NONE,
                                          0, from.dimension);
}

// In the narrowest of the three widths.
std::pair<fb::SparseIndexVector, Offset<void>> Writer::WriteIndices(const std::vector<int32_t>& indices) {
  const int32_t largest = indices.empty() ? 0 : *std::max_element(indices.begin(), indices.end());
  if (largest <= std::numeric_limits<uint8_t>::max()) {
    const std::vector<uint8_t> narrow(indices.begin(), indices.end());
    builder_.ForceVectorAlignment(narrow.size(), sizeof(uint8_t), 4);
    const auto values = builder_.CreateVector(narrow);
    return {fb::SparseIndexVector_Uint8Vector, fb::CreateUint8Vector(builder_, values).Union()};
  }
  if (largest <= std::numeric_limits<uint16_t>::max()) {
    const std::vector<uint16_t> narrow(indices.begin(), indices.end());
    builder_.ForceVectorAlignment(narrow.size(), sizeof(uint16_t), 4);
    const auto values = builder_.CreateVector(narrow);
    return {fb::SparseIndexVector_Uint16Vector, fb::CreateUint16Vector(builder_, values).Union()};
  }
  const auto values = builder_.CreateVector(indices);
  return {fb::SparseIndexVector_Int32Vector, fb::CreateInt32Vector(builder_, values).Union()};
}

Offset<fb::SparsityParameters> Writer::WriteSparsity(const Sparsity& sparsity) {
  Offsets<fb::DimensionMetadata> dimensions;
  for (const Sparsity::Dimension& dimension : sparsity.dimensions) {
    if (!dimension.sparse) {
      dimensions.push_back(
          fb::CreateDimensionMetadata(builder_, fb::DimensionType_DENSE, dimension.dense_size));
      continue;
    }
    const auto segments = WriteIndices(dimension.segments), indices = WriteIndices(dimension.indices);
    dimensions.push_back(fb::CreateDimensionMetadata(builder_, fb::DimensionType_SPARSE_CSR, 0,
                                                     segments.first, segments.second, indices.first,
                                                     indices.second));
  }
  const auto order = Numbers(sparsity.traversal_order), map = Numbers(sparsity.block_map);
  return fb::CreateSparsityParameters(builder_, order, map, builder_.CreateVector(dimensions));
}

Offset<fb::Tensor> Writer::WriteTensor(const TensorInfo& tensor) {
  const auto name = builder_.CreateString(tensor.name);
  const auto shape = tensor.shape.empty() ? builder_.CreateVector(tensor.shape) : Numbers(tensor.shape);
  const auto signature = Numbers(tensor.shape_signature);
  const auto quantization = WriteQuantization(tensor);
  const auto sparsity =
      tensor.sparsity != nullptr ? WriteSparsity(*tensor.sparsity) : Offset<fb::SparsityParameters>();
  return fb::CreateTensor(builder_, shape, static_cast<fb::TensorType>(*TensorTypeOf(tensor.dtype)),
                          tensor.buffer, name, quantization, tensor.is_variable, sparsity, signature,
                          tensor.has_rank);
}

Offset<fb::Operator> Writer::WriteOperator(const Operator& op) {
  const auto inputs = builder_.CreateVector(op.inputs), outputs = builder_.CreateVector(op.outputs);
  const auto intermediates = Numbers(op.intermediates);
  OptionsMember member;
  Offset<void> options;
  if (!op.options.empty()) {
    member = OptionsOfName(op.options);
    options = WriteOptions(op.options, op.attributes, builder_);
  }
  const bool outside = outside_ && op.custom_options && !op.custom_options->empty();
  const auto custom =
      op.custom_options && !outside ? Data(*op.custom_options) : Offset<flatbuffers::Vector<uint8_t>>();
  if (outside) Remember(*op.custom_options);
  fb::OperatorBuilder builder(builder_);
  builder.add_opcode_index(op.code);
  builder.add_inputs(inputs);
  builder.add_outputs(outputs);
  if (!options.IsNull() && member.union_index == 1) {
    builder.add_builtin_options_type(static_cast<fb::BuiltinOptions>(member.type));
    builder.add_builtin_options(options);
  } else if (!options.IsNull()) {
    builder.add_builtin_options_2_type(static_cast<fb::BuiltinOptions2>(member.type));
    builder.add_builtin_options_2(options);
  }
  if (!custom.IsNull()) builder.add_custom_options(custom);
  if (!intermediates.IsNull()) builder.add_intermediates(intermediates);
  if (outside) {
    builder.add_large_custom_options_offset(1);
    builder.add_large_custom_options_size(1);
  }
  return builder.Finish();
}

Offset<fb::SubGraph> Writer::WriteSubgraph(const Subgraph& subgraph) {
  Offsets<fb::Tensor> tensors;
  for (const TensorInfo& tensor : subgraph.tensors) tensors.push_back(WriteTensor(tensor));
  Offsets<fb::Operator> operators;
  for (const Operator& op : subgraph.operators) operators.push_back(WriteOperator(op));
  const auto tensor_vector = builder_.CreateVector(tensors);
  const auto inputs = builder_.CreateVector(subgraph.inputs),
             outputs = builder_.CreateVector(subgraph.outputs);
  const auto operator_vector = builder_.CreateVector(operators);
  return fb::CreateSubGraph(builder_, tensor_vector, inputs, outputs, operator_vector,
                            builder_.CreateString(subgraph.name));
}

Offset<fb::SignatureDef> Writer::WriteSignature(const Signature& signature) {
  const auto write = [&](const std::vector<std::pair<std::string, int32_t>>& entries) {
    Offsets<fb::TensorMap> maps;
    for (const auto& [name, tensor] : entries) {
      maps.push_back(
          fb::CreateTensorMap(builder_, builder_.CreateString(name), static_cast<uint32_t>(tensor)));
    }
    return builder_.CreateVector(maps);
  };
  const auto inputs = write(signature.inputs), outputs = write(signature.outputs);
  return fb::CreateSignatureDef(builder_, inputs, outputs, builder_.CreateString(signature.key),
                                signature.subgraph);
}

Result<void> Writer::Build(FindingSink& findings) {
  for (const Subgraph& subgraph : model_.subgraphs) {
    for (const TensorInfo& tensor : subgraph.tensors) {
      if (TensorTypeOf(tensor.dtype)) continue;
      return findings.Report(
          Finding(Code::kDtypeUnsupported)
              .Headline("tensor '{}' is {}, which no .tflite can hold", tensor.name, NameOf(tensor.dtype))
              .Cause("the format has no number for this type")
              .Fix("cast the tensor to another type in the model"));
    }
  }
  Offsets<fb::OperatorCode> codes;
  for (const OperatorCode& code : model_.codes) codes.push_back(WriteCode(code));
  Offsets<fb::Buffer> buffers;
  for (size_t i = 0; i < model_.buffers.size(); ++i) buffers.push_back(WriteBuffer(i));
  Offsets<fb::SubGraph> subgraphs;
  for (const Subgraph& subgraph : model_.subgraphs) subgraphs.push_back(WriteSubgraph(subgraph));
  Offsets<fb::Metadata> metadata;
  for (const auto& [name, buffer] : model_.metadata) {
    metadata.push_back(fb::CreateMetadata(builder_, builder_.CreateString(name), buffer));
  }
  Offsets<fb::SignatureDef> signatures;
  for (const Signature& signature : model_.signatures) signatures.push_back(WriteSignature(signature));
  const auto code_vector = builder_.CreateVector(codes);
  const auto subgraph_vector = builder_.CreateVector(subgraphs);
  const auto description = builder_.CreateString(model_.description);
  const auto buffer_vector = builder_.CreateVector(buffers);
  const auto metadata_vector = builder_.CreateVector(metadata);
  const auto signature_vector = builder_.CreateVector(signatures);
  fb::FinishModelBuffer(builder_,
                        fb::CreateModel(builder_, kSchemaVersion, code_vector, subgraph_vector, description,
                                        buffer_vector, 0, metadata_vector, signature_vector));
  return {};
}

// Parts that are equal and the same memory share one place.
size_t Writer::PlaceParts(size_t start) {
  std::map<std::pair<const std::byte*, size_t>, size_t> places;
  size_t next = start;
  std::vector<Bytes> distinct;
  const auto place = [&](Bytes part) {
    const auto [entry, fresh] = places.emplace(std::pair(part.data(), part.size()), next);
    if (fresh) {
      next = AlignUp(next + part.size());
      distinct.push_back(part);
    }
    return entry->second;
  };
  const auto set = [&](auto* table, flatbuffers::voffset_t offset_field, flatbuffers::voffset_t size_field,
                       Bytes part) {
    auto* mutable_table = reinterpret_cast<flatbuffers::Table*>(table);
    LS_CHECK(mutable_table->SetField<uint64_t>(offset_field, place(part), 0));
    LS_CHECK(mutable_table->SetField<uint64_t>(size_field, part.size(), 0));
  };
  fb::Model* model = flatbuffers::GetMutableRoot<fb::Model>(builder_.GetBufferPointer());
  size_t part = 0;
  for (uint32_t i = 0; i < model_.buffers.size(); ++i) {
    if (!IsOutside(i)) continue;
    set(const_cast<fb::Buffer*>(model->buffers()->Get(i)), fb::Buffer::VT_OFFSET, fb::Buffer::VT_SIZE,
        parts_[part++]);
  }
  for (uint32_t s = 0; s < model_.subgraphs.size(); ++s) {
    const auto& operators = model_.subgraphs[s].operators;
    for (uint32_t i = 0; i < operators.size(); ++i) {
      if (!operators[i].custom_options || operators[i].custom_options->empty()) continue;
      set(const_cast<fb::Operator*>(model->subgraphs()->Get(s)->operators()->Get(i)),
          fb::Operator::VT_LARGE_CUSTOM_OPTIONS_OFFSET, fb::Operator::VT_LARGE_CUSTOM_OPTIONS_SIZE,
          parts_[part++]);
    }
  }
  LS_CHECK(part == parts_.size());
  parts_ = std::move(distinct);
  return next + kTrailingZeros;
}

// Constants after the FlatBuffer, each at a multiple of 16.
Result<std::vector<std::byte>> WriteOutside(const Model& model, FindingSink& findings) {
  Model marked = model;
  const std::string_view mark = "outside flatbuffers";
  marked.metadata.emplace_back("buffer_location", static_cast<uint32_t>(marked.buffers.size()));
  marked.buffers.push_back(AsBytes(mark));
  Writer writer(marked, true);
  LS_RETURN_IF_FAILED(writer.Build(findings));
  const size_t start = AlignUp(writer.bytes().size());
  const size_t size = writer.PlaceParts(start);
  std::vector<std::byte> file(size);
  std::memcpy(file.data(), writer.bytes().data(), writer.bytes().size());
  size_t next = start;
  for (const Bytes part : writer.outside_parts()) {
    std::memcpy(file.data() + next, part.data(), part.size());
    next = AlignUp(next + part.size());
  }
  return file;
}

}  // namespace

Result<std::vector<std::byte>> WriteModel(const Model& model, const LayoutOptions& options,
                                          FindingSink& findings) {
  // The library's own limit, which its builder does not report but asserts.
  if (TableBytes(model) > FLATBUFFERS_MAX_BUFFER_SIZE / 2) {
    return findings.Report(
        Finding(Code::kLimitExceeded)
            .Headline("the model has too many tensors and operators for a .tflite")
            .Cause("a FlatBuffer cannot exceed 2 GB, and its tables alone would come near that")
            .Fix("split the model"));
  }
  if (TableBytes(model) + DataBytes(model) > options.max_flatbuffer_bytes)
    return WriteOutside(model, findings);
  Writer writer(model, false);
  LS_RETURN_IF_FAILED(writer.Build(findings));
  const Bytes bytes = writer.bytes();
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace litesmith::tflite
