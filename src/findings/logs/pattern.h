// Patterns of messages: plain text with places in braces, found in a text of any length in linear time.
//
//   "Didn't find op for builtin opcode '{op}' version '{n}'"
//
// A place's name says what it takes:
//   {op}           a name of an op: letters, digits and _ > . / -
//   {n} {m} {k}    a number
//   {rest}         up to the end of the line, as does any other name at the end of a pattern
//   {_}            anything, not kept
//   other names    anything
// The last two take as little as they can, at most kLongestPlace characters. A blank in a pattern stands for
// a line feed in the text as well. A pattern begins with plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "findings/logs/log_text.h"

namespace litesmith::findings {

inline constexpr size_t kLongestPlace = 400;

struct Match {
  size_t rule = 0;            // what was given to Matcher::Add
  size_t begin = 0, end = 0;  // offsets in the text
  std::vector<std::pair<std::string_view, std::string>> places;

  // The text of a place; empty if the pattern has none of that name.
  std::string_view Place(std::string_view name) const;
};

class Matcher {
 public:
  // `patterns`: one or several, separated by line feeds; they must outlive the matcher.
  void Add(std::string_view patterns, size_t rule);
  // All matches in the order of their places, at most `most`.
  std::vector<Match> FindAll(const LogText& text, size_t most) const;

 private:
  struct Piece {
    std::string_view literal, place;  // a place, with the literal behind it
  };
  struct Pattern {
    std::string_view first;  // literal at the start
    std::vector<Piece> pieces;
    size_t rule;
  };
  static bool TryAt(const Pattern& pattern, const LogText& text, size_t at, Match& match);

  std::vector<Pattern> patterns_;
  std::vector<std::vector<uint32_t>> starting_ = std::vector<std::vector<uint32_t>>(1 << 16);  // by two bytes
};

}  // namespace litesmith::findings
