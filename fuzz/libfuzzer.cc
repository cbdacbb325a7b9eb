// One program a target, by the name that the build gives.
#include <cstdlib>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const litesmith::fuzz::Target& target : litesmith::fuzz::AllTargets()) {
    if (target.name == LITESMITH_FUZZ_TARGET) {
      target.run(std::as_bytes(std::span(data, size)));
      return 0;
    }
  }
  std::abort();
}
