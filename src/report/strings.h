// The page's table of strings: each text once, everything else says its number.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace litesmith::report {

class Strings {
 public:
  Strings() { Add(""); }
  // The number of `text`, 0 for the empty one. Of more than 400 bytes the middle is left out.
  int Add(std::string_view text);
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, int> numbers_;
};

}  // namespace litesmith::report
