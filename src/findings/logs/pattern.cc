#include "findings/logs/pattern.h"

#include <algorithm>

#include "base/check.h"

namespace litesmith::findings {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsOpCharacter(char c) {
  return IsDigit(c) || IsLetter(c) || c == '_' || c == '>' || c == '.' || c == '/' || c == '-';
}

size_t KeyOf(char a, char b) {
  return static_cast<size_t>(static_cast<unsigned char>(a)) << 8 | static_cast<unsigned char>(b);
}

// Where a place that starts at `at` ends, given the literal behind it; npos if it cannot be filled.
size_t EndOfPlace(std::string_view place, std::string_view literal, const LogText& text, size_t at) {
  const std::string_view flat = text.flat;
  size_t end = at;
  if (place == "op") {
    while (end < flat.size() && end - at < kLongestPlace && IsOpCharacter(flat[end])) ++end;
    // A name ends a sentence: its full stop is not part of it.
    while (end > at && flat[end - 1] == '.') --end;
    return end > at ? end : std::string_view::npos;
  }
  if (place == "n" || place == "m" || place == "k") {
    if (end < flat.size() && flat[end] == '-') ++end;
    while (end < flat.size() && end - at < 24 && IsDigit(flat[end])) ++end;
    return end > at && IsDigit(flat[end - 1]) ? end : std::string_view::npos;
  }
  if (place == "rest" || literal.empty()) {
    const size_t line_end = text.lines.find('\n', at);
    return line_end == std::string::npos ? flat.size() : line_end;
  }
  const std::string_view window = flat.substr(at, kLongestPlace + literal.size());
  const size_t found = window.find(literal);
  return found == std::string_view::npos ? found : at + found;
}

}  // namespace

std::string_view Match::Place(std::string_view name) const {
  for (const auto& [key, value] : places) {
    if (key == name) return value;
  }
  return {};
}

void Matcher::Add(std::string_view patterns, size_t rule) {
  while (!patterns.empty()) {
    const size_t line = std::min(patterns.find('\n'), patterns.size());
    std::string_view rest = patterns.substr(0, line);
    patterns.remove_prefix(std::min(line + 1, patterns.size()));
    if (rest.empty()) continue;
    Pattern pattern{{}, {}, rule};
    size_t open = std::min(rest.find('{'), rest.size());
    pattern.first = rest.substr(0, open);
    LS_CHECK(pattern.first.size() >= 2, rest);
    while (open < rest.size()) {
      const size_t close = rest.find('}', open);
      LS_CHECK(close != std::string_view::npos, rest);
      const size_t next = std::min(rest.find('{', close), rest.size());
      pattern.pieces.push_back(
          {rest.substr(close + 1, next - close - 1), rest.substr(open + 1, close - open - 1)});
      open = next;
    }
    starting_[KeyOf(pattern.first[0], pattern.first[1])].push_back(static_cast<uint32_t>(patterns_.size()));
    patterns_.push_back(std::move(pattern));
  }
}

bool Matcher::TryAt(const Pattern& pattern, const LogText& text, size_t at, Match& match) {
  const std::string_view flat = text.flat;
  if (flat.compare(at, pattern.first.size(), pattern.first) != 0) return false;
  match.places.clear();
  size_t end = at + pattern.first.size();
  for (const Piece& piece : pattern.pieces) {
    const size_t place_end = EndOfPlace(piece.place, piece.literal, text, end);
    if (place_end == std::string_view::npos) return false;
    if (flat.compare(place_end, piece.literal.size(), piece.literal) != 0) return false;
    if (piece.place != "_") match.places.emplace_back(piece.place, flat.substr(end, place_end - end));
    end = place_end + piece.literal.size();
  }
  match.rule = pattern.rule;
  match.begin = at;
  match.end = end;
  return true;
}

std::vector<Match> Matcher::FindAll(const LogText& text, size_t most) const {
  std::vector<Match> matches;
  Match match;
  const std::string_view flat = text.flat;
  for (size_t at = 0; at + 1 < flat.size() && matches.size() < most; ++at) {
    for (const uint32_t index : starting_[KeyOf(flat[at], flat[at + 1])]) {
      if (TryAt(patterns_[index], text, at, match)) matches.push_back(match);
    }
  }
  return matches;
}

}  // namespace litesmith::findings
