#include "formats/tfjs/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "base/finding.h"
#include "formats/tfjs/shards.h"

namespace litesmith::tfjs {
namespace {

// What TF.js writes and reads (DTYPE_VALUE_SIZE_MAP of its tfjs-core/src/io/types.ts).
constexpr DType kDTypes[] = {DType::kFloat32, DType::kInt32,     DType::kBool,
                             DType::kString,  DType::kUInt8,     DType::kUInt16,
                             DType::kFloat16, DType::kComplex64, DType::kInvalid};

DType DTypeOf(std::string_view name) {
  return *std::find_if(std::begin(kDTypes), std::end(kDTypes) - 1,
                       [&](DType dtype) { return NameOf(dtype) == name; });
}

// One weight's place among the bytes of its group.
struct Layout {
  DType dtype = DType::kInvalid;
  DType stored = DType::kInvalid;
  size_t elements = 0;
  size_t bytes = 0;  // not of strings
};

class GroupReader {
 public:
  GroupReader(Context& context, const std::string& file, const Shards& shards)
      : context_(context), file_(file), shards_(shards) {}

  // Reads all weights; their bytes must be those of the files, no more and no less.
  Result<void> Read(const std::vector<WeightEntry>& entries, Weights& weights);

 private:
  Result<Layout> LayOut(const WeightEntry& entry) const;
  Result<Tensor> ReadOne(const WeightEntry& entry, const Layout& layout);
  Result<Tensor> ReadStrings(const WeightEntry& entry, size_t count);
  Failed Invalid(const WeightEntry& entry, std::string_view why) const;
  Failed TooShort(const WeightEntry& entry) const;

  Context& context_;
  const std::string& file_;
  const Shards& shards_;
  size_t at_ = 0;
};

Failed GroupReader::Invalid(const WeightEntry& entry, std::string_view why) const {
  return context_.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("{} describes a weight that cannot be", FileName(file_))
          .Cause("{}: the weight {}, {}{}, {}", file_, entry.name, entry.dtype, ToText(entry.dims), why)
          .Fix("copy, download or export the model again"));
}

Failed GroupReader::TooShort(const WeightEntry& entry) const {
  if (shards_.ReportStrangers(context_)) return kFailed;
  return context_.findings.Report(
      Finding(Code::kFileTruncated)
          .Headline("the weight files of the TensorFlow.js model are too short")
          .Cause("{} puts the weight {}, {}{}, at byte {}, and the files end before it does: {}", file_,
                 entry.name, entry.dtype, ToText(entry.dims), at_, shards_.Describe())
          .Fix("copy or download the weight files again")
          .Fix("if they are whole, they belong to another model.json (a version with smaller weights): get "
               "both from one place"));
}

Result<Layout> GroupReader::LayOut(const WeightEntry& entry) const {
  Layout layout;
  layout.dtype = layout.stored = DTypeOf(entry.dtype);
  if (layout.dtype == DType::kInvalid) return Invalid(entry, "is of a data type that TF.js does not have");
  if (entry.dims.size() > static_cast<size_t>(context_.limits.max_rank)) {
    return Invalid(entry, "has more dimensions than a tensor may have");
  }
  const auto elements = CheckedProduct(entry.dims);
  if (!elements) return Invalid(entry, "has a shape of no number of elements");
  layout.elements = static_cast<size_t>(*elements);
  if (entry.quantization) {
    layout.stored = DTypeOf(entry.quantization->dtype);
    const bool halves = layout.stored == DType::kFloat16 && layout.dtype == DType::kFloat32;
    const bool steps = (layout.stored == DType::kUInt8 || layout.stored == DType::kUInt16) &&
                       (layout.dtype == DType::kFloat32 || layout.dtype == DType::kInt32);
    if (!halves && !steps) {
      return Invalid(entry, fmt::format("is said to be stored as {}", entry.quantization->dtype));
    }
    if (steps && (!entry.quantization->scale || !entry.quantization->min)) {
      return Invalid(entry, "is stored in steps without scale or minimum");
    }
  }
  if (layout.dtype == DType::kString) return layout;
  const auto stored = BytesOf(layout.stored, *elements), bytes = BytesOf(layout.dtype, *elements);
  if (!stored || !bytes || *bytes > static_cast<size_t>(context_.limits.max_tensor_bytes)) {
    return Invalid(entry, "is larger than any tensor may be");
  }
  layout.bytes = *stored;
  return layout;
}

// Each string is its length, as four bytes, and its bytes.
Result<Tensor> GroupReader::ReadStrings(const WeightEntry& entry, size_t count) {
  if (count > (shards_.size() - at_) / sizeof(uint32_t)) return TooShort(entry);
  std::vector<FileBytes> parts;
  std::vector<std::string_view> strings;
  parts.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto head = shards_.Slice(at_, sizeof(uint32_t));
    const auto length = head ? Load<uint32_t>(head->bytes, 0) : std::nullopt;
    auto part = length ? shards_.Slice(at_ + sizeof(uint32_t), *length) : std::nullopt;
    if (!part) return TooShort(entry);
    at_ += sizeof(uint32_t) + *length;
    strings.push_back(AsText(part->bytes));
    parts.push_back(*std::move(part));
  }
  size_t packed = (count + 2) * sizeof(int32_t);  // as tensors of strings lie in memory (tensor/strings.h)
  for (std::string_view text : strings) packed += text.size();
  if (packed > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return Invalid(entry, "has strings of more than 2 GB");
  }
  return Tensor::OfStrings(entry.dims, strings);
}

// The nearest whole number, halves upwards as JavaScript's Math.round() has them; kept in int32.
int32_t Rounded(double value) {
  if (std::isnan(value)) return 0;
  constexpr double kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(std::clamp(std::floor(value + 0.5), kLeast, kMost));
}

template <class T>
Tensor Dequantized(const WeightEntry& entry, DType dtype, Bytes bytes) {
  Tensor tensor = Tensor::Zeros(dtype, entry.dims);
  const double scale = *entry.quantization->scale, min = *entry.quantization->min;
  const size_t count = bytes.size() / sizeof(T);
  for (size_t i = 0; i < count; ++i) {
    const double value = static_cast<double>(*Load<T>(bytes, i * sizeof(T))) * scale + min;
    if (dtype == DType::kInt32) {
      tensor.mutable_data<int32_t>()[i] = Rounded(value);
    } else {
      tensor.mutable_data<float>()[i] = static_cast<float>(value);
    }
  }
  return tensor;
}

Tensor Widened(const WeightEntry& entry, Bytes bytes) {
  Tensor tensor = Tensor::Zeros(DType::kFloat32, entry.dims);
  const auto floats = tensor.mutable_data<float>();
  for (size_t i = 0; i < floats.size(); ++i) {
    floats[i] = Half::FromBits(*Load<uint16_t>(bytes, i * sizeof(uint16_t)));
  }
  return tensor;
}

// Bytes other than 0 and 1 are no bools.
Tensor Bools(const WeightEntry& entry, Bytes bytes) {
  Tensor tensor = Tensor::Zeros(DType::kBool, entry.dims);
  const auto flags = tensor.mutable_bytes();
  for (size_t i = 0; i < flags.size(); ++i) flags[i] = std::byte{bytes[i] != std::byte{0}};
  return tensor;
}

Result<Tensor> GroupReader::ReadOne(const WeightEntry& entry, const Layout& layout) {
  if (layout.dtype == DType::kString) return ReadStrings(entry, layout.elements);
  const auto part = shards_.Slice(at_, layout.bytes);
  if (!part) return TooShort(entry);
  at_ += layout.bytes;
  if (!entry.quantization) {
    if (layout.dtype == DType::kBool) return Bools(entry, part->bytes);
    return Tensor(layout.dtype, entry.dims, part->owner, part->bytes);
  }
  if (layout.stored == DType::kFloat16) return Widened(entry, part->bytes);
  return layout.stored == DType::kUInt8 ? Dequantized<uint8_t>(entry, layout.dtype, part->bytes)
                                        : Dequantized<uint16_t>(entry, layout.dtype, part->bytes);
}

Result<void> GroupReader::Read(const std::vector<WeightEntry>& entries, Weights& weights) {
  for (const WeightEntry& entry : entries) {
    LS_TRY(const Layout layout, LayOut(entry));
    LS_TRY(Tensor tensor, ReadOne(entry, layout));
    if (!weights.emplace(entry.name, std::move(tensor)).second) return Invalid(entry, "is described twice");
  }
  if (at_ == shards_.size() || shards_.ReportStrangers(context_)) {
    return at_ == shards_.size() ? Result<void>() : kFailed;
  }
  return context_.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("the weight files of the TensorFlow.js model are too long")
          .Cause("{} describes {} bytes of weights, and the files hold {}: {}", file_, at_, shards_.size(),
                 shards_.Describe())
          .Fix("they belong to another model.json (a version with larger weights), or were put together "
               "wrongly: get both from one place"));
}

}  // namespace

Result<Weights> ReadWeights(Context& context, const std::string& file,
                            const std::vector<WeightGroup>& groups) {
  Weights weights;
  bool failed = false;  // one group's problem says nothing of the others
  for (const WeightGroup& group : groups) {
    if (context.is_cancelled()) return kFailed;
    const auto shards = Shards::Open(context, file, group.paths);
    failed |= !shards || !GroupReader(context, file, *shards).Read(group.weights, weights).ok();
  }
  if (failed) return kFailed;
  return weights;
}

}  // namespace litesmith::tfjs
