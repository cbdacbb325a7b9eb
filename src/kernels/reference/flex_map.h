// Options of custom ops: a FlexBuffers map of numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace litesmith::reference {

class FlexMap {
 public:
  // Empty unless `bytes` hold a map; entries that are no numbers are left out.
  static std::optional<FlexMap> Read(Bytes bytes);

  // The number under `name`, or `otherwise` if there is none.
  int64_t Int(std::string_view name, int64_t otherwise = 0) const;
  float Float(std::string_view name, float otherwise = 0) const;
  bool Bool(std::string_view name, bool otherwise = false) const;

 private:
  struct Number {
    int64_t integer;
    double real;
  };
  std::map<std::string, Number, std::less<>> numbers_;
};

}  // namespace litesmith::reference
