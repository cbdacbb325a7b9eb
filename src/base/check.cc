#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace litesmith {

void CheckFailed(const char* file, int line, const char* condition, std::string_view detail) {
  std::fprintf(
      stderr,
      "litesmith: internal error: %s:%d: %s%s%.*s\n"
      "This is a bug in litesmith, not in your model. Please report it and attach the command line, the\n"
      "output of `litesmith --version`, this message, and if you may share it, the model.\n",
      file, line, condition, detail.empty() ? "" : ": ", static_cast<int>(detail.size()), detail.data());
  std::fflush(stderr);
  std::_Exit(70);
}

}  // namespace litesmith
