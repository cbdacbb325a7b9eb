#include "ir/pass.h"

#include <fmt/format.h>

#include "base/check.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace litesmith::ir {
namespace {

void CheckModule(const Module& module, std::string_view pass) {
  if (const auto problem = Verify(module)) LS_CHECK(false, fmt::format("after pass {}: {}", pass, *problem));
}

}  // namespace

Result<Changed> RunPasses(Module& module, std::span<const Pass> passes, PassContext& context) {
  Changed changed = Changed::kNo;
  bool failed = false;
  for (const Pass& pass : passes) {
    if (context.context.is_cancelled()) return kFailed;
    const Result<Changed> now = pass.run(module, context);
    failed |= !now;
    if (!now && !context.keep_going) return kFailed;
    if (!now) continue;
    changed = changed | *now;
    if (context.dump != nullptr && context.dump_after == pass.name) *context.dump += Print(module).text;
#ifndef NDEBUG
    CheckModule(module, pass.name);
#endif
  }
  if (failed) return kFailed;
  if (!passes.empty()) CheckModule(module, passes.back().name);
  return changed;
}

}  // namespace litesmith::ir
