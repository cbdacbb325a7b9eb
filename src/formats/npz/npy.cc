#include "formats/npz/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/checked.h"

namespace litesmith::npz {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::string_view kDamagedHead = "the head of its .npy array is damaged";
// A head of one plain array takes some hundred bytes.
constexpr size_t kMostHeadBytes = size_t{1} << 20;

struct Kind {
  std::string_view code;  // without byte order
  DType dtype;
};
constexpr Kind kKinds[] = {
    {"f4", DType::kFloat32},   {"f8", DType::kFloat64},     {"f2", DType::kFloat16},  {"i1", DType::kInt8},
    {"i2", DType::kInt16},     {"i4", DType::kInt32},       {"i8", DType::kInt64},    {"u1", DType::kUInt8},
    {"u2", DType::kUInt16},    {"u4", DType::kUInt32},      {"u8", DType::kUInt64},   {"b1", DType::kBool},
    {"c8", DType::kComplex64}, {"c16", DType::kComplex128}, {"V2", DType::kBFloat16},
};

struct Header {
  char order = '<';
  std::string code;  // "f4", "S12", "U3"
  bool column_major = false;
  Dims dims;
};

// The value behind 'key': in a dictionary as Python prints it; it has no nested dictionaries.
std::optional<std::string_view> ValueOf(std::string_view text, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = fmt::format("{}{}{}", quote, key, quote);
    const size_t at = text.find(quoted);
    if (at == std::string_view::npos) continue;
    size_t start = text.find(':', at + quoted.size());
    if (start == std::string_view::npos) return std::nullopt;
    start = text.find_first_not_of(" ", start + 1);
    if (start == std::string_view::npos) return std::nullopt;
    return text.substr(start);
  }
  return std::nullopt;
}

std::optional<Header> ParseHeader(std::string_view text) {
  const auto descr = ValueOf(text, "descr"), order = ValueOf(text, "fortran_order"),
             shape = ValueOf(text, "shape");
  if (!descr || !order || !shape || descr->size() < 4 || ((*descr)[0] != '\'' && (*descr)[0] != '"'))
    return std::nullopt;
  Header header;
  const size_t end = descr->find((*descr)[0], 1);
  if (end == std::string_view::npos || end < 3) return std::nullopt;
  header.order = (*descr)[1];
  header.code = descr->substr(2, end - 2);
  header.column_major = order->starts_with("True");
  if (!shape->starts_with("(")) return std::nullopt;
  for (size_t at = 1; at < shape->size() && (*shape)[at] != ')';) {
    if ((*shape)[at] == ' ' || (*shape)[at] == ',') {
      ++at;
      continue;
    }
    int64_t dim = 0;
    const auto parsed = std::from_chars(shape->data() + at, shape->data() + shape->size(), dim);
    if (parsed.ec != std::errc() || dim < 0 || header.dims.size() > 64) return std::nullopt;
    header.dims.push_back(dim);
    at = static_cast<size_t>(parsed.ptr - shape->data());
  }
  return header;
}

std::optional<DType> DTypeOfCode(std::string_view code) {
  for (const Kind& kind : kKinds) {
    if (kind.code == code) return kind.dtype;
  }
  return std::nullopt;
}

void AppendUtf8(std::string& text, uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
    text += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | (c >> 18 & 7));
    text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
  }
}

// Texts end at their trailing zeros.
Tensor TextsOf(const NpyLayout& layout, Dims dims, Bytes data, int64_t elements) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < static_cast<size_t>(elements); ++i) {
    const Bytes one = data.subspan(i * layout.element_bytes, layout.element_bytes);
    std::string text;
    if (layout.wide_texts) {
      for (size_t at = 0; at < one.size(); at += 4) {
        uint32_t c = *Load<uint32_t>(one, at);
        if (layout.big_endian) c = __builtin_bswap32(c);
        AppendUtf8(text, c);
      }
    } else {
      text = AsText(one);
    }
    while (!text.empty() && text.back() == '\0') text.pop_back();
    texts.push_back(std::move(text));
  }
  return Tensor::OfStrings(std::move(dims), std::vector<std::string_view>(texts.begin(), texts.end()));
}

// S<n>: n bytes, U<n>: n characters of 32 bits.
std::optional<size_t> WidthOfTexts(std::string_view code) {
  int64_t width = 0;
  const auto parsed = std::from_chars(code.data() + 1, code.data() + code.size(), width);
  if (parsed.ec != std::errc() || width < 0) return std::nullopt;
  const auto bytes = CheckedMul<int64_t>(width, code[0] == 'U' ? 4 : 1);
  return bytes ? CheckedCast<size_t>(*bytes) : std::nullopt;
}

Tensor Swapped(const Tensor& tensor) {
  Tensor result = Tensor::Zeros(tensor.dtype(), tensor.dims());
  const size_t size = static_cast<size_t>(BitsOf(tensor.dtype()) / 8) / (IsComplex(tensor.dtype()) ? 2 : 1);
  const auto to = result.mutable_bytes();
  std::copy(tensor.bytes().begin(), tensor.bytes().end(), to.begin());
  for (size_t at = 0; at + size <= to.size(); at += size)
    std::reverse(to.begin() + static_cast<ptrdiff_t>(at), to.begin() + static_cast<ptrdiff_t>(at + size));
  return result;
}

}  // namespace

std::optional<size_t> NpyHeadBytes(Bytes start, std::string& problem) {
  problem = "it is no .npy array";
  if (!AsText(start).starts_with(kMagic)) return std::nullopt;
  const auto major = Load<uint8_t>(start, 6);
  if (!major || *major < 1 || *major > 3) return std::nullopt;
  const std::optional<uint64_t> length = *major == 1 ? std::optional<uint64_t>(Load<uint16_t>(start, 8))
                                                     : std::optional<uint64_t>(Load<uint32_t>(start, 8));
  problem = kDamagedHead;
  if (!length || *length > kMostHeadBytes) return std::nullopt;
  return (*major == 1 ? 10 : 12) + *length;
}

std::optional<NpyLayout> ParseNpyHead(Bytes head, const Limits& limits, std::string& problem) {
  const auto size = NpyHeadBytes(head, problem);
  if (!size) return std::nullopt;
  problem = kDamagedHead;
  const size_t start = *Load<uint8_t>(head, 6) == 1 ? 10 : 12;
  const auto text = Slice(head, start, *size - start);
  const auto header = text ? ParseHeader(AsText(*text)) : std::nullopt;
  if (!header) return std::nullopt;
  NpyLayout layout;
  layout.dims = header->dims;
  layout.data_offset = *size;
  layout.big_endian = header->order == '>';
  layout.column_major = header->column_major && header->dims.size() > 1;
  problem = NpyTooLarge(layout);
  const auto elements = CheckedProduct(header->dims);
  if (!elements) return std::nullopt;
  std::optional<size_t> width;
  if (header->code[0] == 'S' || header->code[0] == 'U') {
    layout.dtype = DType::kString;
    layout.wide_texts = header->code[0] == 'U';
    width = WidthOfTexts(header->code);
    // Texts without bytes need nothing in the file: their number is bounded here. NumPy writes none.
    if (!width || layout.column_major || (*width == 0 && *elements > (int64_t{1} << 16))) return std::nullopt;
  } else if (const auto dtype = DTypeOfCode(header->code)) {
    layout.dtype = *dtype;
    width = static_cast<size_t>(BitsOf(*dtype) / 8);
  } else {
    problem = header->code[0] == 'O' ? "it holds Python objects; save it as numbers, or texts as numpy bytes"
                                     : fmt::format("its type {} has no counterpart", header->code);
    return std::nullopt;
  }
  layout.element_bytes = *width;
  const auto total = CheckedMul<size_t>(*width, static_cast<size_t>(*elements));
  if (!total || *total > static_cast<uint64_t>(limits.max_tensor_bytes)) return std::nullopt;
  layout.data_bytes = *total;
  return layout;
}

std::string NpyTooLarge(const NpyLayout& layout) {
  return fmt::format("its shape {} is larger than what it holds", ToText(layout.dims));
}

Tensor NpyElements(const NpyLayout& layout, Dims dims, std::shared_ptr<const void> owner, Bytes data) {
  if (layout.dtype == DType::kString) {
    const int64_t elements = *CheckedProduct(dims);
    return TextsOf(layout, std::move(dims), data, elements);
  }
  Tensor tensor(layout.dtype, std::move(dims), std::move(owner), data);
  return layout.big_endian && BitsOf(layout.dtype) > 8 ? Swapped(tensor) : tensor;
}

std::optional<std::vector<std::byte>> FormatNpy(const Tensor& tensor) {
  std::string code;
  std::string texts;
  if (tensor.dtype() == DType::kString) {
    size_t width = 1;  // NumPy has no texts of no bytes
    const auto strings = tensor.strings();
    for (std::string_view one : strings) width = std::max(width, one.size());
    for (std::string_view one : strings) {
      texts += one;
      texts.append(width - one.size(), '\0');
    }
    code = fmt::format("|S{}", width);
  } else {
    for (const Kind& kind : kKinds) {
      if (kind.dtype != tensor.dtype()) continue;
      code = fmt::format("{}{}", BitsOf(tensor.dtype()) == 8 || kind.code[0] == 'V' ? '|' : '<', kind.code);
    }
    if (code.empty()) return std::nullopt;
  }
  std::string shape;
  for (const int64_t dim : tensor.dims()) shape += fmt::format("{}, ", dim);
  if (tensor.rank() > 1) shape.resize(shape.size() - 2);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", code, shape);
  header.append(64 - (header.size() + 11) % 64, ' ');
  header += '\n';
  std::string file(kMagic);
  file += std::string_view("\x01\x00", 2);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  const Bytes head = AsBytes(file);
  const Bytes data = tensor.dtype() == DType::kString ? AsBytes(texts) : tensor.bytes();
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

}  // namespace litesmith::npz
