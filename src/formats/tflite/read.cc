#include "formats/tflite/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "formats/tflite/check.h"
#include "formats/tflite/damage.h"
#include "formats/tflite/options_flatbuffers.h"
#include "formats/tflite/tensor_types.h"
#include "tflite/schema_generated.h"

namespace litesmith::tflite {
namespace {

constexpr uint32_t kSchemaVersion = 3;

// Tables of a file may be shared, so a small file could ask for a lot of memory. What is copied out of it may
// not exceed this many times its size (and something for small files); real files stay far below.
constexpr size_t kCopyFactor = 32;
constexpr size_t kCopyFree = size_t{64} << 20;

template <class T>
size_t SizeOf(const T* vector) {
  return vector != nullptr ? vector->size() : 0;
}

class Reader {
 public:
  Reader(const FileBytes& file, Context& context) : bytes_(file.bytes), context_(context) {
    model_.owner = file.owner;
    const auto limit = CheckedMul(bytes_.size(), kCopyFactor);
    copies_left_ = limit && *limit < SIZE_MAX - kCopyFree ? *limit + kCopyFree : SIZE_MAX;
  }

  Result<Model> Read(const fb::Model& model) {
    if (model.version() != kSchemaVersion) {
      return Damaged("the schema's version is {}, not {}", model.version(), kSchemaVersion);
    }
    if (model.description() != nullptr) model_.description = Text(model.description());
    LS_RETURN_IF_FAILED(ReadCodes(model));
    LS_RETURN_IF_FAILED(ReadBuffers(model));
    for (uint32_t i = 0; i < SizeOf(model.subgraphs()); ++i) {
      LS_RETURN_IF_FAILED(ReadSubgraph(*model.subgraphs()->Get(i)));
    }
    LS_RETURN_IF_FAILED(ReadMetadata(model));
    LS_RETURN_IF_FAILED(ReadSignatures(model));
    return std::move(model_);
  }

 private:
  template <class... A>
  Failed Damaged(fmt::format_string<A...> text, A&&... arguments) {
    return ReportDamage(context_.findings, fmt::format(text, std::forward<A>(arguments)...));
  }

  // Counts `size` bytes that are about to be copied.
  bool Take(size_t size) {
    const bool enough = size <= copies_left_;
    copies_left_ -= enough ? size : copies_left_;
    return enough;
  }
  Failed TooMuch() {
    return ReportLimit(context_.findings,
                       "the file's tables share parts so often that reading it would take more than " +
                           std::to_string(kCopyFactor) + " times its size");
  }

  std::string Text(const flatbuffers::String* text) {
    if (text == nullptr) return {};
    return Take(text->size()) ? text->str() : std::string();
  }

  // The verifier does not look at how elements of 8 bytes are aligned.
  template <class To, class From>
  std::vector<To> Numbers(const flatbuffers::Vector<From>* vector) {
    std::vector<To> numbers;
    if (vector == nullptr || !Take(vector->size() * sizeof(To))) return numbers;
    numbers.reserve(vector->size());
    for (uint32_t i = 0; i < vector->size(); ++i) {
      From number;
      std::memcpy(&number, vector->Data() + i * sizeof(From), sizeof(From));
      numbers.push_back(static_cast<To>(flatbuffers::EndianScalar(number)));
    }
    return numbers;
  }

  Result<void> ReadCodes(const fb::Model& model);
  Result<void> ReadBuffers(const fb::Model& model);
  Result<void> ReadSubgraph(const fb::SubGraph& subgraph);
  Result<void> ReadTensor(const fb::Tensor& tensor, size_t index, TensorInfo& info);
  void ReadQuantization(const fb::QuantizationParameters& from, TensorInfo& info);
  std::shared_ptr<const Sparsity> ReadSparsity(const fb::SparsityParameters& from);
  std::vector<int32_t> ReadIndices(fb::SparseIndexVector type, const void* vector);
  Result<void> ReadOperator(const fb::Operator& from, size_t index, Operator& to);
  Result<void> ReadMetadata(const fb::Model& model);
  Result<void> ReadSignatures(const fb::Model& model);

  Bytes bytes_;
  Context& context_;
  Model model_;
  size_t copies_left_ = 0;
  size_t tensors_ = 0;
};

Result<void> Reader::ReadCodes(const fb::Model& model) {
  for (uint32_t i = 0; i < SizeOf(model.operator_codes()); ++i) {
    const fb::OperatorCode& code = *model.operator_codes()->Get(i);
    OperatorCode to;
    to.builtin = std::max<int32_t>(code.deprecated_builtin_code(), code.builtin_code());
    to.version = code.version();
    to.custom = Text(code.custom_code());
    if (to.builtin < 0) return Damaged("operator code {} has the number {}", i, to.builtin);
    if (to.builtin == kCustomCode && to.custom.empty()) {
      return Damaged("operator code {} is a custom op without a name", i);
    }
    model_.codes.push_back(std::move(to));
  }
  return {};
}

Result<void> Reader::ReadBuffers(const fb::Model& model) {
  for (uint32_t i = 0; i < SizeOf(model.buffers()); ++i) {
    const fb::Buffer& buffer = *model.buffers()->Get(i);
    std::optional<Bytes> data;
    if (buffer.offset() > 1) {
      const auto part = Slice(bytes_, buffer.offset(), buffer.size());
      if (!part) {
        return ReportDamage(
            context_.findings,
            fmt::format("buffer {} lies at byte {} and is {} bytes long, but the file has {} bytes", i,
                        buffer.offset(), buffer.size(), bytes_.size()),
            Code::kFileTruncated);
      }
      data = *part;
    } else if (buffer.data() != nullptr) {
      data = std::as_bytes(std::span(buffer.data()->data(), buffer.data()->size()));
    }
    if (i == 0 && data && !data->empty())
      return Damaged("buffer 0, which must be empty, holds {} bytes", data->size());
    model_.buffers.push_back(i == 0 ? std::nullopt : data);
  }
  return {};
}

Result<void> Reader::ReadSubgraph(const fb::SubGraph& from) {
  Subgraph& to = model_.subgraphs.emplace_back();
  to.name = Text(from.name());
  tensors_ += SizeOf(from.tensors());
  if (tensors_ > context_.limits.max_tensors) {
    return ReportLimit(context_.findings,
                       fmt::format("the file has more than {} tensors", context_.limits.max_tensors));
  }
  if (!Take(SizeOf(from.tensors()) * sizeof(TensorInfo) + SizeOf(from.operators()) * sizeof(Operator))) {
    return TooMuch();
  }
  to.tensors.resize(SizeOf(from.tensors()));
  for (uint32_t i = 0; i < to.tensors.size(); ++i) {
    LS_RETURN_IF_FAILED(ReadTensor(*from.tensors()->Get(i), i, to.tensors[i]));
  }
  to.inputs = Numbers<int32_t>(from.inputs());
  to.outputs = Numbers<int32_t>(from.outputs());
  to.operators.resize(SizeOf(from.operators()));
  for (uint32_t i = 0; i < to.operators.size(); ++i) {
    if (context_.is_cancelled()) return kFailed;
    LS_RETURN_IF_FAILED(ReadOperator(*from.operators()->Get(i), i, to.operators[i]));
  }
  if (copies_left_ == 0) return TooMuch();
  return {};
}

Result<void> Reader::ReadTensor(const fb::Tensor& from, size_t index, TensorInfo& to) {
  const size_t subgraph = model_.subgraphs.size() - 1;
  to.name = Text(from.name());
  const auto dtype = DTypeOfTensorType(from.type());
  if (!dtype)
    return Damaged("tensor {} '{}' of subgraph {} has the unknown type {}", index, to.name, subgraph,
                   static_cast<int>(from.type()));
  to.dtype = *dtype;
  to.shape = Numbers<int32_t>(from.shape());
  to.shape_signature = Numbers<int32_t>(from.shape_signature());
  to.has_rank = from.has_rank();
  to.buffer = from.buffer();
  to.is_variable = from.is_variable();
  if (from.quantization() != nullptr) ReadQuantization(*from.quantization(), to);
  if (from.sparsity() != nullptr) to.sparsity = ReadSparsity(*from.sparsity());
  if (from.external_buffer() != 0) {
    return context_.findings.Report(
        Finding(Code::kFileMissing)
            .Headline("the data of tensor {} '{}' of subgraph {} is in another file", index, to.name,
                      subgraph)
            .Cause("the tensor refers to external buffer {}; files that a model refers to are not read",
                   from.external_buffer())
            .Fix("convert the model again into a single .tflite"));
  }
  return {};
}

void Reader::ReadQuantization(const fb::QuantizationParameters& from, TensorInfo& to) {
  const auto type = from.details_type();
  const auto* blocks = from.details_as_BlockwiseQuantization();
  // Blocks of more than one axis are not read.
  if (blocks != nullptr && SizeOf(blocks->block_shape()) == 0) {
    to.blockwise = BlockwiseScales{blocks->scales(), blocks->zero_points(), blocks->block_size()};
    return;
  }
  if (type != fb::QuantizationDetails_NONE) {
    to.other_quantization = true;
    return;
  }
  if (SizeOf(from.scale()) == 0) return;  // a table without scales stands for no quantization
  auto quantization = std::make_shared<Quantization>();
  quantization->scale = Numbers<float>(from.scale());
  quantization->zero_point = Numbers<int64_t>(from.zero_point());
  quantization->min = Numbers<float>(from.min());
  quantization->max = Numbers<float>(from.max());
  quantization->dimension = from.quantized_dimension();
  to.quantization = std::move(quantization);
}

std::vector<int32_t> Reader::ReadIndices(fb::SparseIndexVector type, const void* vector) {
  if (vector == nullptr) return {};
  switch (type) {
    case fb::SparseIndexVector_Int32Vector:
      return Numbers<int32_t>(static_cast<const fb::Int32Vector*>(vector)->values());
    case fb::SparseIndexVector_Uint16Vector:
      return Numbers<int32_t>(static_cast<const fb::Uint16Vector*>(vector)->values());
    case fb::SparseIndexVector_Uint8Vector:
      return Numbers<int32_t>(static_cast<const fb::Uint8Vector*>(vector)->values());
    default:
      return {};
  }
}

std::shared_ptr<const Sparsity> Reader::ReadSparsity(const fb::SparsityParameters& from) {
  auto sparsity = std::make_shared<Sparsity>();
  sparsity->traversal_order = Numbers<int32_t>(from.traversal_order());
  sparsity->block_map = Numbers<int32_t>(from.block_map());
  const size_t count = SizeOf(from.dim_metadata());
  if (!Take(count * sizeof(Sparsity::Dimension))) return sparsity;
  for (uint32_t i = 0; i < count; ++i) {
    const fb::DimensionMetadata& dimension = *from.dim_metadata()->Get(i);
    Sparsity::Dimension to;
    to.sparse = dimension.format() == fb::DimensionType_SPARSE_CSR;
    to.dense_size = dimension.dense_size();
    if (to.sparse) {
      to.segments = ReadIndices(dimension.array_segments_type(), dimension.array_segments());
      to.indices = ReadIndices(dimension.array_indices_type(), dimension.array_indices());
    }
    sparsity->dimensions.push_back(std::move(to));
  }
  return sparsity;
}

// What attributes take: an entry each, and the elements of vectors, which are at most eight times as large as
// in the file.
size_t MemoryOf(const Attributes& attributes) {
  size_t size = attributes.size() * sizeof(Attributes::Entry);
  for (const auto& [name, value] : attributes) {
    if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value))
      size += numbers->size() * sizeof(int64_t);
    if (const auto* numbers = std::get_if<std::vector<float>>(&value))
      size += numbers->size() * sizeof(float);
    if (const auto* flags = std::get_if<std::vector<bool>>(&value)) size += flags->size();
    if (const auto* text = std::get_if<std::string>(&value)) size += text->size();
    if (const auto* tensor = std::get_if<Tensor>(&value)) size += tensor->bytes().size();
  }
  return size;
}

Result<void> Reader::ReadOperator(const fb::Operator& from, size_t index, Operator& to) {
  to.code = from.opcode_index();
  to.inputs = Numbers<int32_t>(from.inputs());
  to.outputs = Numbers<int32_t>(from.outputs());
  to.intermediates = Numbers<int32_t>(from.intermediates());
  const bool second = from.builtin_options_type() == fb::BuiltinOptions_NONE;
  const auto type = second ? static_cast<uint8_t>(from.builtin_options_2_type())
                           : static_cast<uint8_t>(from.builtin_options_type());
  const void* options = second ? from.builtin_options_2() : from.builtin_options();
  if (type != 0 && options != nullptr) {
    const OptionsMember member = OptionsOfType(second ? 2 : 1, type);
    to.options = member.name;
    to.unknown_options = member.name.empty();
    if (!to.unknown_options) {
      to.attributes = ReadOptions(member.name, *static_cast<const flatbuffers::Table*>(options));
      if (!Take(MemoryOf(to.attributes))) return TooMuch();
    }
  }
  if (from.large_custom_options_offset() > 1) {
    to.custom_options = Slice(bytes_, from.large_custom_options_offset(), from.large_custom_options_size());
    if (!to.custom_options) {
      return Damaged(
          "the options of operator {} of subgraph {} lie outside the file ({} bytes at byte {} of {})", index,
          model_.subgraphs.size() - 1, from.large_custom_options_size(), from.large_custom_options_offset(),
          bytes_.size());
    }
  } else if (from.custom_options() != nullptr) {
    to.custom_options =
        std::as_bytes(std::span(from.custom_options()->data(), from.custom_options()->size()));
  }
  return {};
}

Result<void> Reader::ReadMetadata(const fb::Model& model) {
  for (uint32_t i = 0; i < SizeOf(model.metadata()); ++i) {
    const fb::Metadata& entry = *model.metadata()->Get(i);
    model_.metadata.emplace_back(Text(entry.name()), entry.buffer());
  }
  return {};
}

Result<void> Reader::ReadSignatures(const fb::Model& model) {
  for (uint32_t i = 0; i < SizeOf(model.signature_defs()); ++i) {
    const fb::SignatureDef& from = *model.signature_defs()->Get(i);
    Signature to;
    to.key = Text(from.signature_key());
    to.subgraph = from.subgraph_index();
    const auto read = [&](const auto* maps, auto& entries) {
      if (!Take(SizeOf(maps) * sizeof(entries[0]))) return;
      for (uint32_t k = 0; k < SizeOf(maps); ++k) {
        const auto tensor = CheckedCast<int32_t>(maps->Get(k)->tensor_index());
        entries.emplace_back(Text(maps->Get(k)->name()), tensor.value_or(-1));
      }
    };
    read(from.inputs(), to.inputs);
    read(from.outputs(), to.outputs);
    model_.signatures.push_back(std::move(to));
  }
  if (copies_left_ == 0) return TooMuch();
  return {};
}

// Bytes that start where FlatBuffers' numbers are aligned: mappings do, other views are copied.
FileBytes Aligned(const FileBytes& file) {
  constexpr size_t kAlignment = 16;
  if (reinterpret_cast<uintptr_t>(file.bytes.data()) % kAlignment == 0) return file;
  struct alignas(kAlignment) Block {
    std::byte bytes[kAlignment];
  };
  auto copy = std::make_shared<std::vector<Block>>(file.bytes.size() / kAlignment + 1);
  std::memcpy(copy->data(), file.bytes.data(), file.bytes.size());
  const Bytes bytes(reinterpret_cast<const std::byte*>(copy->data()), file.bytes.size());
  return {std::move(copy), bytes};
}

Result<void> Verify(Bytes bytes, FindingSink& findings) {
  if (AsText(bytes).starts_with("version https://git-lfs")) {
    return findings.Report(Finding(Code::kLfsPointer)
                               .Headline("a Git LFS pointer instead of the .tflite")
                               .Cause("the repository was cloned without its large files")
                               .Fix("get the file itself: git lfs pull"));
  }
  if (bytes.size() < 8) {
    return ReportDamage(findings,
                        fmt::format("the file has {} bytes, a .tflite has at least 8", bytes.size()),
                        Code::kFileTruncated);
  }
  if (!LooksLikeTflite(bytes)) return ReportDamage(findings, "the identifier TFL3 is not at byte 4");
  flatbuffers::Verifier::Options options;
  options.max_tables =
      static_cast<flatbuffers::uoffset_t>(std::clamp<size_t>(bytes.size(), 1'000'000, 100'000'000));
  // Past this size the constants follow the FlatBuffer; their offsets are checked one by one.
  const size_t size = std::min<size_t>(bytes.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1);
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), size, options);
  if (fb::VerifyModelBuffer(verifier)) return {};
  const Damage damage = LocateDamage(bytes.first(size));
  return ReportDamage(findings, damage.what, damage.truncated ? Code::kFileTruncated : Code::kFileDamaged);
}

}  // namespace

bool LooksLikeTflite(Bytes bytes) { return bytes.size() >= 8 && AsText(bytes.subspan(4, 4)) == "TFL3"; }

Result<Model> ReadModel(const FileBytes& file, Context& context) {
  const FileBytes aligned = Aligned(file);
  LS_RETURN_IF_FAILED(Verify(aligned.bytes, context.findings));
  LS_TRY(Model model, Reader(aligned, context).Read(*fb::GetModel(aligned.bytes.data())));
  LS_RETURN_IF_FAILED(CheckModel(model, context));
  return model;
}

}  // namespace litesmith::tflite
