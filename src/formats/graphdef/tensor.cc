#include "formats/graphdef/tensor.h"

#include "base/checked.h"
#include "base/finding.h"
#include "formats/graphdef/attributes.h"

namespace litesmith::graphdef {
namespace {

// The values of a TensorProto as the file has them. One of the lists belongs to the dtype.
struct Values {
  DType dtype = DType::kInvalid;
  uint64_t dtype_number = 0;
  Shape shape = Shape::Scalar();
  std::optional<Bytes> content;
  std::vector<float> floats, complex_floats;
  std::vector<double> doubles, complex_doubles;
  std::vector<int64_t> ints;  // of every integer, half and bool list
  std::vector<std::string_view> strings;
  Bytes float8;
};

bool ReadValues(protobuf::Reader& reader, Values& values) {
  bool ok = true;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        values.dtype_number = reader.Varint();
        values.dtype = DTypeOfNumber(values.dtype_number);
        break;
      case 2:
        values.shape = DecodeShape(reader.Message("TensorShapeProto"), ok);
        break;
      case 4:
        values.content = reader.Raw();
        break;
      case 5:
        reader.AppendFixed(values.floats);
        break;
      case 6:
        reader.AppendFixed(values.doubles);
        break;
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        reader.AppendVarints(values.ints);
        break;
      case 8:
        values.strings.push_back(reader.Text());
        break;
      case 9:
        reader.AppendFixed(values.complex_floats);
        break;
      case 12:
        reader.AppendFixed(values.complex_doubles);
        break;
      case 18:
        values.float8 = reader.Raw();
        break;
      default:
        break;
    }
    if (!ok) reader.Abandon();
  }
  return reader.ok();
}

// Bytes that constants may take, all together, beyond what the file itself holds: a value that stands for all
// elements is a few bytes long whatever the shape claims.
Result<void> CheckGrowth(protobuf::Reader& reader, const Values& values, size_t size) {
  const protobuf::Document& document = reader.document();
  const size_t limit = reader.context().limits.max_fold_bytes * 4 + document.content.bytes.size() * 16;
  if (size <= limit - std::min(limit, document.grown_bytes)) {
    document.grown_bytes += size;
    return {};
  }
  return reader.context().findings.Report(Finding(Code::kLimitExceeded)
                                              .Headline("a constant would take {} bytes", size)
                                              .Cause("{}: a {} constant of shape {} is given by a few "
                                                     "repeated values; with it such constants exceed {} "
                                                     "bytes",
                                                     document.file, NameOf(values.dtype),
                                                     ToText(values.shape), limit)
                                              .Fix("the file may be damaged: export the model again; or "
                                                   "create the large constant inside the graph"));
}

// How many values the file gives, of those that the dtype calls for; complex numbers count as one.
size_t CountOf(const Values& values) {
  switch (values.dtype) {
    case DType::kFloat32:
      return values.floats.size();
    case DType::kFloat64:
      return values.doubles.size();
    case DType::kComplex64:
      return values.complex_floats.size() / 2;
    case DType::kComplex128:
      return values.complex_doubles.size() / 2;
    case DType::kString:
      return values.strings.size();
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E5M2:
      return values.float8.size();
    default:
      return values.ints.size();
  }
}

template <class T, class U>
void Copy(Tensor& tensor, const std::vector<U>& values, size_t count) {
  const std::span<std::byte> bytes = tensor.mutable_bytes();
  for (size_t i = 0; i < count; ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
}

// The given values at the tensor's front, each as many bits as the dtype has.
void CopyValues(Tensor& tensor, const Values& values, size_t count) {
  const auto raw = [&](const void* from, size_t size) {
    if (size > 0) std::memcpy(tensor.mutable_bytes().data(), from, size);
  };
  switch (values.dtype) {
    case DType::kFloat32:
      return raw(values.floats.data(), count * 4);
    case DType::kFloat64:
      return raw(values.doubles.data(), count * 8);
    case DType::kComplex64:
      return raw(values.complex_floats.data(), count * 8);
    case DType::kComplex128:
      return raw(values.complex_doubles.data(), count * 16);
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E5M2:
      return raw(values.float8.data(), count);
    case DType::kBool: {
      const auto bytes = tensor.mutable_bytes();
      for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(values.ints[i] != 0);
      return;
    }
    default:
      break;
  }
  switch (BitsOf(values.dtype)) {
    case 64:
      return Copy<int64_t>(tensor, values.ints, count);
    case 32:
      return Copy<int32_t>(tensor, values.ints, count);
    case 16:
      return Copy<int16_t>(tensor, values.ints, count);
    default:
      return Copy<int8_t>(tensor, values.ints, count);
  }
}

// Repeats the last of `count` elements until the end, doubling what is copied.
void RepeatLast(std::span<std::byte> bytes, size_t count, size_t element) {
  size_t done = count * element;
  if (count == 0 || done >= bytes.size()) return;
  const size_t start = done - element;
  while (done < bytes.size()) {
    const size_t part = std::min(done - start, bytes.size() - done);
    std::memcpy(bytes.data() + done, bytes.data() + start, part);
    done += part;
  }
}

Result<Tensor> DecodeStrings(protobuf::Reader& reader, const Values& values, Dims dims, size_t elements) {
  if (values.content) return reader.Fail("a string tensor with raw content");
  if (values.strings.size() > elements) return reader.Fail("more strings than the shape has places");
  size_t bytes = 4;
  for (std::string_view text : values.strings) bytes += text.size();
  const size_t rest = elements - values.strings.size();
  const auto repeated = CheckedMul(rest, values.strings.empty() ? size_t{0} : values.strings.back().size());
  const auto total = repeated ? CheckedAdd(*repeated, bytes) : std::nullopt;
  const auto offsets = CheckedMul(elements, size_t{24});  // with the views that they are packed from
  const auto all = total && offsets ? CheckedAdd(*total, *offsets) : std::nullopt;
  if (!all || *all > size_t{1} << 31) return reader.Fail("strings of more than 2 GB");
  LS_RETURN_IF_FAILED(CheckGrowth(reader, values, *all));
  std::vector<std::string_view> strings = values.strings;
  strings.resize(elements, strings.empty() ? std::string_view() : strings.back());
  return Tensor::OfStrings(std::move(dims), strings);
}

// Elements below a byte: raw content has one a byte, as TensorFlow keeps them; here they are packed.
Tensor Packed(DType dtype, Dims dims, std::span<const std::byte> one_each) {
  Tensor tensor = Tensor::Zeros(dtype, std::move(dims));
  const auto bits = static_cast<size_t>(BitsOf(dtype));
  const auto bytes = tensor.mutable_bytes();
  const auto mask = static_cast<uint8_t>((1u << bits) - 1);
  for (size_t i = 0; i < one_each.size(); ++i) {
    const auto value = static_cast<uint8_t>((static_cast<uint8_t>(one_each[i]) & mask) << (i * bits % 8));
    bytes[i * bits / 8] |= static_cast<std::byte>(value);
  }
  return tensor;
}

}  // namespace

Result<Tensor> DecodeTensor(protobuf::Reader reader) {
  Values values;
  if (!ReadValues(reader, values)) return kFailed;
  const DType dtype = values.dtype;
  if (dtype == DType::kResource || dtype == DType::kVariant) return Tensor();
  if (dtype == DType::kInvalid) {
    return reader.context().findings.Report(
        Finding(Code::kDtypeUnsupported)
            .Headline("a constant of a data type that is not supported")
            .Cause("{}: a constant has TensorFlow's data type number {}", reader.document().file,
                   values.dtype_number)
            .Fix("export the model with another data type, or again if the file may be damaged"));
  }
  if (!values.shape.known()) return reader.Fail("a constant without a known shape");
  Dims dims = values.shape.known_dims();
  const auto elements = CheckedProduct(dims);
  if (!elements) return reader.Fail("a shape of more elements than can be counted");
  if (dtype == DType::kString) {
    return DecodeStrings(reader, values, std::move(dims), static_cast<size_t>(*elements));
  }
  const bool packed = BitsOf(dtype) < 8;
  const auto size = packed ? std::optional(static_cast<size_t>(*elements)) : BytesOf(dtype, *elements);
  if (!size || *size > static_cast<size_t>(reader.context().limits.max_tensor_bytes)) {
    return reader.Fail("a constant larger than any tensor may be");
  }
  const bool has_content = values.content && !values.content->empty();
  if (has_content && values.content->size() != *size) {
    return reader.Fail(fmt::format("a {} constant of shape {} with {} bytes", NameOf(dtype),
                                   ToText(values.shape), values.content->size()));
  }
  if (has_content && !packed)
    return Tensor(dtype, std::move(dims), reader.document().content.owner, *values.content);
  if (has_content) return Packed(dtype, std::move(dims), *values.content);
  const size_t count = CountOf(values);
  if (count > static_cast<size_t>(*elements)) return reader.Fail("more values than the shape has places");
  LS_RETURN_IF_FAILED(CheckGrowth(reader, values, *size));
  Tensor tensor = Tensor::Zeros(packed ? DType::kInt8 : dtype, dims);
  CopyValues(tensor, values, count);
  RepeatLast(tensor.mutable_bytes(), count, packed ? 1 : static_cast<size_t>(BitsOf(dtype)) / 8);
  return packed ? Packed(dtype, std::move(dims), tensor.bytes()) : tensor;
}

}  // namespace litesmith::graphdef
