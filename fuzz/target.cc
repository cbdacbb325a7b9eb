#include "fuzz/target.h"

#include <cstdio>
#include <cstdlib>

namespace litesmith::fuzz {

const std::vector<Target>& AllTargets() {
  static const std::vector<Target> targets = {
      {"tflite", RunTflite},
      {"graphdef", RunGraphDef},
      {"graphdef_text", RunGraphDefText},
      {"tfjs", RunTfjs},
      {"savedmodel", RunSavedModel},
      {"convert", RunConvert},
      {"checkpoint", RunCheckpoint},
      {"npz", RunNpz},
      {"image", RunImage},
      {"ir_text", RunIrText},
  };
  return targets;
}

Bench::Bench() {
  context.limits.max_tensor_bytes = int64_t{1} << 24;
  context.limits.max_result_bytes = int64_t{1} << 24;
  context.limits.max_fold_bytes = size_t{1} << 20;
  context.limits.max_arena_bytes = size_t{1} << 26;
  context.limits.max_loop_steps = 1000;
  context.limits.max_unrolled_nodes = 1000;
  context.limits.max_image_pixels = 1 << 20;
}

void Bench::Check(bool ok) const {
  if (ok || findings.has_errors()) return;
  std::fputs("a failure without a finding\n", stderr);
  std::abort();
}

}  // namespace litesmith::fuzz
