#include <gtest/gtest.h>

#include "ir/text.h"
#include "pipeline/checks.h"
#include "tfl/ops.h"

namespace litesmith::pipeline {
namespace {

std::vector<Finding> Check(std::string_view text, std::string_view target) {
  FindingList findings;
  const auto host = MakeSystemHost();
  Context context{*host, findings};
  const auto look_up = [](ir::Dialect, std::string_view name) -> const ir::OpDef* {
    return tfl::FindOp(name);
  };
  auto module = ir::Parse(text, {}, look_up, findings);
  EXPECT_TRUE(module.ok());
  if (!module) return findings.Take();
  const bool fits = CheckTargetRuntime(**module, target, context).ok();
  EXPECT_NE(fits, findings.has_errors());
  return findings.Take();
}

constexpr std::string_view kGelu = R"(func @main(%x: f32[2]) {
  %g = tfl.GELU(%x) {approximate = false} : f32[2]
  return %g
}
)";

TEST(TargetRuntime, AnOpThatItLacksIsToldWithTheFirstRuntimeThatHasIt) {
  const std::vector<Finding> findings = Check(kGelu, "2.8");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, Code::kTargetTooOld);
  EXPECT_EQ(findings[0].op, "GELU");
  EXPECT_NE(findings[0].headline.find("GELU needs TensorFlow Lite 2.9, --target-runtime is 2.8"),
            std::string::npos)
      << findings[0].headline;
  EXPECT_EQ(findings[0].fixes[0].option, "--target-runtime 2.9");
}

TEST(TargetRuntime, ItsOwnOpsAndLaterRuntimesAreFine) {
  EXPECT_TRUE(Check(kGelu, "2.9").empty());
  EXPECT_TRUE(Check(kGelu, "2.10").empty());
}

TEST(TargetRuntime, AnOpInAVersionThatItLacksIsTold) {
  constexpr std::string_view kAdd = R"(func @main(%x: i64[2]) {
  %y = tfl.ADD(%x, %x) {fused_activation_function = 0} : i64[2]
  return %y
}
)";
  EXPECT_EQ(Check(kAdd, "2.5").size(), 1u);
  EXPECT_TRUE(Check(kAdd, "2.6").empty());
}

}  // namespace
}  // namespace litesmith::pipeline
