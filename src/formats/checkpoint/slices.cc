#include "formats/checkpoint/slices.h"

#include <array>
#include <bit>
#include <charconv>
#include <functional>

#include "base/checked.h"

namespace litesmith::checkpoint {
namespace {

// A byte count, then the number's bytes, the highest first.
void PutNumber(std::string& out, uint64_t value) {
  const int bytes = (64 - std::countl_zero(value) + 7) / 8;
  out.push_back(static_cast<char>(bytes));
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// Zero bytes and 0xff bytes are escaped; 0x00 0x01 ends the text.
void PutText(std::string& out, std::string_view text) {
  for (char c : text) {
    out.push_back(c);
    if (c == '\0') out.push_back('\xff');
    if (c == '\xff') out.push_back('\0');
  }
  out.append("\0\1", 2);
}

// As many leading one bits as bytes (inverted for negative numbers), then the number in 7 bits a byte, sign
// included.
void PutSigned(std::string& out, int64_t value) {
  const uint64_t magnitude = value < 0 ? ~static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const int bits = 64 - std::countl_zero(magnitude);  // without the sign
  const int length = bits / 7 + 1;
  std::array<uint8_t, 10> bytes;
  for (int i = 0; i < 10; ++i) {  // two's complement, the highest first
    const int shift = 8 * (9 - i);
    bytes[static_cast<size_t>(i)] =
        static_cast<uint8_t>(shift >= 64 ? (value < 0 ? 0xff : 0) : static_cast<uint64_t>(value) >> shift);
  }
  uint8_t* first = bytes.data() + 10 - length;
  const uint32_t header = 0xffffu << (16 - length) & 0xffffu;
  first[0] ^= static_cast<uint8_t>(header >> 8);
  if (length > 1) first[1] ^= static_cast<uint8_t>(header);
  out.append(reinterpret_cast<const char*>(first), static_cast<size_t>(length));
}

bool TakeNumber(std::string_view& text, int64_t& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// Calls copy(offset in the whole, offset in the part, bytes) for each run of elements that lie together in
// both.
void EachRun(const SliceSpec& spec, const Dims& dims, size_t element,
             const std::function<void(size_t, size_t, size_t)>& copy) {
  for (const Extent& extent : spec) {
    if (extent.length == 0) return;
  }
  if (spec.empty()) return copy(0, 0, element);
  const size_t last = spec.size() - 1;
  const size_t run = static_cast<size_t>(spec[last].length) * element;
  std::vector<int64_t> at(spec.size(), 0);
  for (size_t part = 0;; part += run) {
    size_t offset = 0;
    for (size_t axis = 0; axis <= last; ++axis) {
      offset = offset * static_cast<size_t>(dims[axis]) + static_cast<size_t>(spec[axis].start + at[axis]);
    }
    copy(offset * element, part, run);
    size_t axis = last;
    while (axis > 0 && ++at[axis - 1] == spec[axis - 1].length) at[--axis] = 0;
    if (axis == 0) return;
  }
}

}  // namespace

std::string SliceKey(std::string_view name, const SliceSpec& spec) {
  std::string key;
  PutNumber(key, 0);
  PutText(key, name);
  PutNumber(key, spec.size());
  for (const Extent& extent : spec) {
    PutSigned(key, extent.start);
    PutSigned(key, extent.length);
  }
  return key;
}

std::optional<SliceSpec> ParseSliceSpec(std::string_view text) {
  const size_t blank = text.rfind(' ');
  if (blank == text.npos) return std::nullopt;
  text.remove_prefix(blank + 1);
  SliceSpec spec;
  while (true) {
    Extent extent;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
    } else {
      if (!TakeNumber(text, extent.start) || !text.starts_with(',')) return std::nullopt;
      text.remove_prefix(1);
      if (!TakeNumber(text, extent.length)) return std::nullopt;
    }
    spec.push_back(extent);
    if (text.empty()) return spec;
    if (!text.starts_with(':')) return std::nullopt;
    text.remove_prefix(1);
  }
}

std::optional<SliceSpec> Resolve(const SliceSpec& spec, const Dims& dims) {
  if (spec.size() != dims.size()) return std::nullopt;
  SliceSpec resolved = spec;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    Extent& extent = resolved[axis];
    if (extent.length == -1) extent = {0, dims[axis]};
    const auto end = CheckedAdd(extent.start, extent.length);
    if (extent.start < 0 || extent.length < 0 || !end || *end > dims[axis]) return std::nullopt;
  }
  return resolved;
}

void CopyIntoWhole(const SliceSpec& spec, const Tensor& part, Tensor& whole) {
  const auto element = static_cast<size_t>(BitsOf(whole.dtype())) / 8;
  EachRun(spec, whole.dims(), element, [&](size_t to, size_t from, size_t bytes) {
    std::memcpy(whole.mutable_bytes().data() + to, part.bytes().data() + from, bytes);
  });
}

void CopyFromWhole(const SliceSpec& spec, const Tensor& whole, Tensor& part) {
  const auto element = static_cast<size_t>(BitsOf(whole.dtype())) / 8;
  EachRun(spec, whole.dims(), element, [&](size_t from, size_t to, size_t bytes) {
    std::memcpy(part.mutable_bytes().data() + to, whole.bytes().data() + from, bytes);
  });
}

}  // namespace litesmith::checkpoint
