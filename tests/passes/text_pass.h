// Pass tests are pairs of texts: a module before, and the same after the pass.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "ir/pass.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::passes {

inline const ir::OpDef* LookUp(ir::Dialect dialect, std::string_view name) {
  return dialect == ir::Dialect::kTf ? static_cast<const ir::OpDef*>(tf::FindOp(name)) : tfl::FindOp(name);
}

// The text after the pass; tells in the test's output what went wrong otherwise.
inline std::string After(ir::PassFunction pass, std::string_view before) {
  FindingList findings;
  const auto host = MakeSystemHost();
  Context context{*host, findings};
  auto module = ir::Parse(before, {}, LookUp, findings);
  if (!module) return "cannot be parsed: " + findings.findings().front().cause;
  ir::PassContext passes{context};
  const auto changed = pass(**module, passes);
  if (!changed) return "failed: " + findings.findings().front().headline;
  if (const auto problem = ir::Verify(**module)) return "breaks a rule: " + *problem;
  return ir::Print(**module).text;
}

inline void ExpectText(std::string_view expected, const std::string& actual) {
  EXPECT_EQ(std::string(expected), actual);
}

}  // namespace litesmith::passes
