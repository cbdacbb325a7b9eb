#include "findings/logs/log_text.h"

#include <algorithm>

namespace litesmith::findings {
namespace {

// What is kept of one line: dumps of weights run over megabytes, messages stand at either end.
constexpr size_t kLineHead = size_t{24} << 10, kLineTail = size_t{8} << 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The end of a terminal's control sequence that starts at `at`, or `at` if none does. Copies from a browser
// have lost the escape character: "[0;31m".
size_t SkipColour(std::string_view line, size_t at) {
  size_t i = at;
  const bool escaped = line[i] == '\x1b';
  if (escaped) ++i;
  if (i >= line.size()) return escaped ? i : at;
  if (escaped && line[i] == ']') {  // title of the window, ends with BEL
    while (i < line.size() && line[i] != '\a') ++i;
    return std::min(i + 1, line.size());
  }
  if (line[i] != '[') return escaped ? i + 1 : at;
  const size_t begin = ++i;
  while (i < line.size() && (IsDigit(line[i]) || line[i] == ';' || line[i] == '?')) ++i;
  if (i >= line.size()) return escaped ? i : at;
  if (escaped) return i + 1;
  return line[i] == 'm' && i > begin && i - begin <= 8 ? i + 1 : at;
}

// Typographic characters of two or three bytes that stand for plain ones; `length` 0: none does.
struct Plain {
  char plain;
  size_t length;
};
Plain PlainOf(std::string_view rest) {
  const auto is = [&](std::string_view bytes) { return rest.starts_with(bytes); };
  if (is("\xe2\x80\x98") || is("\xe2\x80\x99")) return {'\'', 3};
  if (is("\xe2\x80\x9c") || is("\xe2\x80\x9d")) return {'"', 3};
  if (is("\xc2\xa0")) return {' ', 2};
  // Lines and boxes that pretty printers draw around a traceback: U+2500 to U+259F.
  if (rest.size() >= 3 && (is("\xe2\x94") || is("\xe2\x95") || is("\xe2\x96"))) return {' ', 3};
  return {0, 0};
}

bool IsOnly(std::string_view line, std::string_view characters) {
  return line.find_first_not_of(characters) == std::string_view::npos;
}

// One line without decoration; empty if nothing is left.
std::string CleanLine(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (c == '\x1b' || c == '[') {
      const size_t end = SkipColour(line, i);
      if (end > i) {
        i = end;
        continue;
      }
    }
    const Plain plain = (c & 0x80) != 0 ? PlainOf(line.substr(i)) : Plain{0, 0};
    const char kept = plain.length > 0 ? plain.plain : static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    if (!IsBlank(kept) || (!out.empty() && out.back() != ' ')) out += IsBlank(kept) ? ' ' : kept;
    i += plain.length > 0 ? plain.length : 1;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  size_t quoted = 0;  // a mail or an issue quotes with '>', a box with '|'
  while (quoted + 1 < out.size() && (out[quoted] == '>' || out[quoted] == '|') && out[quoted + 1] == ' ')
    quoted += 2;
  out.erase(0, quoted);
  return IsOnly(out, "^~-=_*# ") ? std::string() : out;
}

class Builder {
 public:
  explicit Builder(LogText& text) : text_(text) {}

  void Add(std::string_view raw, size_t number) {
    if (raw.size() > kLineHead + kLineTail) {
      const std::string cut =
          std::string(raw.substr(0, kLineHead)) + " " + std::string(raw.substr(raw.size() - kLineTail));
      return AddUnescaped(cut, number);
    }
    AddUnescaped(raw, number);
  }

 private:
  // A notebook's JSON and the text of Python's bytes hold line feeds as two characters. Paths may too
  // ("C:\new"), so a line counts as such only if it is one long string.
  void AddUnescaped(std::string_view raw, size_t number) {
    const size_t first = raw.find_first_not_of(" \t");
    const bool whole_string =
        first != std::string_view::npos &&
        (raw[first] == '"' || raw.substr(first, 2) == "b'" || raw.substr(first, 2) == "b\"");
    const size_t escape = raw.find("\\n");
    if (escape == std::string_view::npos || (!whole_string && raw.size() < 300)) return AddLine(raw, number);
    std::string piece;
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\' || i + 1 == raw.size()) {
        piece += raw[i];
        continue;
      }
      const char next = raw[++i];
      if (next == 'n') {
        AddLine(piece, number);
        piece.clear();
      } else if (next == 'u' && raw.substr(i + 1, 4) == "001b") {
        piece += '\x1b';
        i += 4;
      } else if (next == '"' || next == '\'' || next == '\\') {
        piece += next;
      } else {
        piece += next == 't' ? ' ' : next;
      }
    }
    AddLine(piece, number);
  }

  void AddLine(std::string_view raw, size_t number) {
    const std::string line = CleanLine(raw);
    if (line.empty()) return;
    text_.starts.push_back(text_.lines.size());
    text_.numbers.push_back(number);
    text_.lines += line;
    text_.lines += '\n';
  }

  LogText& text_;
};

// Adds all lines of `part`; the number of the line behind it.
size_t AddLines(Builder& builder, std::string_view part, size_t number) {
  for (size_t at = 0; at < part.size();) {
    size_t end = std::min(part.find_first_of("\r\n", at), part.size());
    builder.Add(part.substr(at, end - at), number);
    // A progress bar goes back to the start of its line: what follows is a text of its own, on the same line.
    if (end < part.size() && part[end] == '\r' && end + 1 < part.size() && part[end + 1] == '\n') ++end;
    if (end < part.size() && part[end] == '\n') ++number;
    at = end + 1;
  }
  return number;
}

void Flatten(LogText& text) {
  text.flat = text.lines;
  std::replace(text.flat.begin(), text.flat.end(), '\n', ' ');
}

void AppendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

bool IsUtf16(std::string_view text) { return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"); }

// Characters outside of the basic plane (pairs of surrogates) become question marks.
std::string FromUtf16(std::string_view text) {
  const bool little = text.starts_with("\xff\xfe");
  std::string out;
  for (size_t i = 2; i + 1 < text.size(); i += 2) {
    const auto low = static_cast<unsigned char>(text[little ? i : i + 1]);
    const auto high = static_cast<unsigned char>(text[little ? i + 1 : i]);
    const uint32_t c = static_cast<uint32_t>(high) << 8 | low;
    if (c >= 0xd800 && c < 0xe000) {
      if (c < 0xdc00) out += '?';
    } else {
      AppendUtf8(out, c);
    }
  }
  return out;
}

}  // namespace

size_t LogText::LineIndex(size_t offset) const {
  const auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  return after == starts.begin() ? 0 : static_cast<size_t>(after - starts.begin()) - 1;
}

std::string_view LogText::Line(size_t index) const {
  if (index >= starts.size()) return {};
  const size_t end = index + 1 < starts.size() ? starts[index + 1] : lines.size();
  return std::string_view(lines).substr(starts[index], end - starts[index] - 1);
}

LogText CleanLog(Bytes file) {
  LogText text;
  Builder builder(text);
  std::string_view all = AsText(file);
  std::string converted;
  std::string_view head = all.substr(0, kLogHead + kLogTail), tail;
  if (IsUtf16(all)) {
    converted = FromUtf16(head);
    text.skipped = all.size() > head.size();
    AddLines(builder, converted, 1);
  } else {
    if (all.size() > kLogHead + kLogTail) {
      head = all.substr(0, kLogHead);
      tail = all.substr(all.size() - kLogTail);
      text.skipped = true;
    }
    const size_t number = AddLines(builder, head, 1);
    const std::string_view middle = all.substr(head.size(), all.size() - head.size() - tail.size());
    AddLines(builder, tail, number + static_cast<size_t>(std::count(middle.begin(), middle.end(), '\n')));
  }
  Flatten(text);
  return text;
}

LogText Unfolded(const LogText& text) {
  // A terminal folds at a width of its own, so that the longest lines are all equally long.
  size_t width = 0, full = 0;
  for (size_t i = 0; i < text.starts.size(); ++i) width = std::max(width, text.Line(i).size());
  // Blanks at the fold are lost with the line's end: a line may be one or two short.
  const auto is_full = [&](size_t i) { return text.Line(i).size() + 1 >= width; };
  for (size_t i = 0; i < text.starts.size(); ++i) full += is_full(i) ? 1 : 0;
  if (full < 2 || width < 40 || width > 400) return text;
  LogText joined;
  bool continues = false;
  for (size_t i = 0; i < text.starts.size(); ++i) {
    const std::string_view line = text.Line(i);
    if (!continues) {
      joined.starts.push_back(joined.lines.size());
      joined.numbers.push_back(text.numbers[i]);
    }
    joined.lines += line;
    continues = is_full(i);
    if (!continues)
      joined.lines += '\n';
    else if (line.size() < width)
      joined.lines += ' ';
  }
  if (continues) joined.lines += '\n';
  Flatten(joined);
  return joined;
}

bool LooksLikeText(Bytes file) {
  const std::string_view head = AsText(file).substr(0, size_t{64} << 10);
  if (IsUtf16(head)) return true;
  const auto controls = static_cast<size_t>(std::count_if(head.begin(), head.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\x1b' &&
           c != '\b' && c != '\a' && c != '\f';
  }));
  return head.find('\0') == std::string_view::npos && controls * 50 <= head.size();
}

}  // namespace litesmith::findings
