// Strings, where a model's own code makes them from others.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// A string tensor from texts of its own.
Result<Tensor> StringTensor(const Call& call, const Dims& dims, const std::vector<std::string>& texts) {
  LS_TRY(Target target, Target::Of(call, DType::kString, dims));
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string_view view = texts[i];
    std::memcpy(target.data() + i * sizeof(view), &view, sizeof(view));
  }
  return target.Finish(call);
}

template <class F>
Result<Outputs> ForEachString(const Call& call, F&& change) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kString));
  std::vector<std::string> texts;
  for (std::string_view text : call.input(0).strings()) texts.push_back(change(text));
  return One(StringTensor(call, call.input(0).dims(), texts));
}

// Letters of ASCII only: with the attribute encoding "" that is all there are, and it leaves UTF-8 intact.
std::string Changed(std::string_view text, char first, char last, int distance) {
  std::string result(text);
  for (char& c : result) {
    if (c >= first && c <= last) c = static_cast<char>(c + distance);
  }
  return result;
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }

// Where each character starts, and the end: bytes, or those of UTF-8 if the attribute "unit" says so.
std::vector<size_t> UnitsOf(std::string_view text, bool utf8) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!utf8 || StartsCharacter(text[i])) starts.push_back(i);
  }
  starts.push_back(text.size());
  return starts;
}

bool CountsUtf8(const Call& call) { return call.attributes().Text("unit", "BYTE") == "UTF8_CHAR"; }

}  // namespace

LS_EVALUATE(StringLower) {
  return ForEachString(call, [](std::string_view text) { return Changed(text, 'A', 'Z', 'a' - 'A'); });
}
LS_EVALUATE(StringUpper) {
  return ForEachString(call, [](std::string_view text) { return Changed(text, 'a', 'z', 'A' - 'a'); });
}
LS_EVALUATE(StringStrip) {
  return ForEachString(call, [](std::string_view text) {
    while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
    return std::string(text);
  });
}

LS_EVALUATE(StringLength) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kString));
  LS_TRY(Tensor output, Allocate(call, DType::kInt32, call.input(0).dims()));
  const bool utf8 = CountsUtf8(call);
  std::ranges::transform(
      call.input(0).strings(), output.mutable_data<int32_t>().begin(),
      [&](std::string_view text) { return static_cast<int32_t>(UnitsOf(text, utf8).size()) - 1; });
  return One(output);
}

// Scalars among the operands go with every element of the others.
LS_EVALUATE(StringJoin) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1, SIZE_MAX));
  const std::string separator = call.attributes().Text("separator");
  Dims dims;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    LS_RETURN_IF_FAILED(ExpectDType(call, i, DType::kString));
    if (call.input(i).rank() == 0) continue;
    if (!dims.empty() && call.input(i).dims() != dims) return call.Fail("its operands differ in shape");
    dims = call.input(i).dims();
  }
  LS_TRY(const int64_t count, CheckSize(call, dims, sizeof(std::string)));
  // Offsets in a string tensor are int32; adding up first keeps a hostile graph from filling the memory.
  uint64_t total = separator.size() * call.inputs.size() * static_cast<uint64_t>(count);
  for (const Tensor& input : call.inputs) {
    total += input.bytes().size() * (input.rank() == 0 ? static_cast<uint64_t>(count) : 1);
    if (total > 0x7fffffff) return call.Fail("its strings are too large", Code::kLimitExceeded);
  }
  std::vector<std::string> texts(static_cast<size_t>(count));
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const auto parts = call.input(i).strings();
    for (size_t k = 0; k < texts.size(); ++k) {
      if (i > 0) texts[k] += separator;
      texts[k] += parts[call.input(i).rank() == 0 ? 0 : k];
    }
  }
  return One(StringTensor(call, dims, texts));
}

// pos and len may be scalars; a negative pos counts from the end.
LS_EVALUATE(Substr) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kString));
  LS_TRY(const auto places, IntegersOf(call, 1));
  LS_TRY(const auto lengths, IntegersOf(call, 2));
  const auto texts = call.input(0).strings();
  const bool whole = places.size() == texts.size() || call.input(1).rank() == 0;
  if (!whole || places.size() != lengths.size() || places.empty()) {
    return call.Fail("positions and lengths must be scalars or have the strings' shape");
  }
  const bool utf8 = CountsUtf8(call);
  std::vector<std::string> parts;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto units = UnitsOf(texts[i], utf8);
    const auto count = static_cast<int64_t>(units.size()) - 1;
    const int64_t place = places[places.size() == 1 ? 0 : i], length = lengths[places.size() == 1 ? 0 : i];
    const int64_t begin = place < 0 ? place + count : place;
    if (begin < 0 || begin > count)
      return call.Fail(fmt::format("position {} is not in a string of {}", place, count));
    const int64_t taken = std::clamp<int64_t>(length, 0, count - begin);
    const size_t from = units[static_cast<size_t>(begin)], to = units[static_cast<size_t>(begin + taken)];
    parts.emplace_back(texts[i].substr(from, to - from));
  }
  return One(StringTensor(call, call.input(0).dims(), parts));
}

namespace {

// The attributes as a format of fmt, which reads width, precision and letter as printf does.
std::string FormatOf(const Call& call, bool real) {
  const Attributes& attributes = call.attributes();
  const std::string fill = attributes.Text("fill");
  std::string format = fill == "-" ? "{:<" : fill == "0" || fill == "+" || fill == " " ? "{:" + fill : "{:>";
  const int64_t width = attributes.Int("width", -1), precision = attributes.Int("precision", -1);
  if (width > -1) format += std::to_string(width);
  if (real && precision > -1) format += "." + std::to_string(precision);
  if (real) format += attributes.Bool("scientific") ? "e" : attributes.Bool("shortest") ? "g" : "f";
  return format + "}";
}

}  // namespace

LS_EVALUATE(AsString) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  if (call.input(0).dtype() == DType::kString) return One(call.input(0));
  const Tensor input = Widen(call.input(0));
  const int64_t width = call.attributes().Int("width", -1),
                precision = call.attributes().Int("precision", -1);
  if (width > 1000 || precision > 1000) return call.Fail("a width or precision above 1000");
  std::vector<std::string> texts;
  bool failed = false;
  const bool known = Dispatch(Join<Reals, Bools>{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::string format = FormatOf(call, std::is_floating_point_v<T>);
    for (T value : input.data<T>()) {
      try {
        if constexpr (std::is_same_v<T, bool>)
          texts.emplace_back(value ? "true" : "false");
        else if constexpr (std::is_integral_v<T> && sizeof(T) == 1)
          texts.push_back(fmt::format(fmt::runtime(format), int{value}));
        else
          texts.push_back(fmt::format(fmt::runtime(format), value));
      } catch (const fmt::format_error&) {
        failed = true;
      }
    }
  });
  if (!known || failed) return WrongDType(call, input.dtype());
  return One(StringTensor(call, input.dims(), texts));
}

LS_EVALUATE(StringToNumber) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kString));
  const DType dtype = call.attributes().Type("out_type", DType::kFloat32);
  LS_TRY(Tensor output, Allocate(call, dtype, call.input(0).dims()));
  const auto texts = call.input(0).strings();
  bool failed = false;
  const bool known =
      Dispatch(Types<float, double, int32_t, int64_t>{}, dtype, [&]<class T>(std::type_identity<T>) {
        for (size_t i = 0; i < texts.size(); ++i) {
          std::string_view text = texts[i];
          while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
          while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
          if (text.starts_with('+')) text.remove_prefix(1);
          const auto [end, error] =
              std::from_chars(text.data(), text.data() + text.size(), output.mutable_data<T>()[i]);
          failed |= error != std::errc() || end != text.data() + text.size();
        }
      });
  if (!known) return WrongDType(call, dtype);
  if (failed) return call.Fail("a string is no number");
  return One(output);
}

}  // namespace litesmith::evaluate
