#include "report/strings.h"

namespace litesmith::report {
namespace {

// Names of tensors that other converters fuse run to hundreds of bytes; a file made to hurt may hold
// megabytes.
constexpr size_t kMostBytes = 400;

// The first byte of a UTF-8 character at or after `at`.
size_t NextCharacter(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] & 0xc0) == 0x80) ++at;
  return at;
}

std::string Shortened(std::string_view text) {
  if (text.size() <= kMostBytes) return std::string(text);
  const size_t half = kMostBytes / 2;
  size_t end = half;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + " … " +
         std::string(text.substr(NextCharacter(text, text.size() - half)));
}

}  // namespace

int Strings::Add(std::string_view text) {
  const auto [entry, inserted] = numbers_.try_emplace(Shortened(text), static_cast<int>(texts_.size()));
  if (inserted) texts_.push_back(entry->first);
  return entry->second;
}

}  // namespace litesmith::report
