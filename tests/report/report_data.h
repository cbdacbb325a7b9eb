// The data of a page, read back as the page's script reads it.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace litesmith::report {

inline nlohmann::json DataOf(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const size_t at = page.find(begin);
  EXPECT_NE(at, std::string::npos);
  if (at == std::string::npos) return {};
  const size_t end = page.find("</script>", at);
  return nlohmann::json::parse(page.substr(at + begin.size(), end - at - begin.size()));
}

}  // namespace litesmith::report
