// Checks of our own invariants. A failed one is a bug of ours, never the user's: the program says so and ends
// with status 70. Input is never checked this way.
#pragma once

#include <string_view>

namespace litesmith {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view detail = {});

#define LS_CHECK(condition, ...)                                                           \
  do {                                                                                     \
    if (!(condition)) [[unlikely]]                                                         \
      ::litesmith::CheckFailed(__FILE__, __LINE__, #condition __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)

}  // namespace litesmith
