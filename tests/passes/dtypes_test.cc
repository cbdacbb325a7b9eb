#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

struct Told {
  std::string text;  // empty: refused
  std::vector<Finding> findings;
};

Told Apply(ir::PassFunction pass, std::string_view before) {
  FindingList findings;
  const auto host = MakeSystemHost();
  Context context{*host, findings};
  auto module = ir::Parse(before, {}, LookUp, findings);
  EXPECT_TRUE(module) << before;
  if (!module) return {};
  ir::PassContext passes{context};
  const bool done = pass(**module, passes).ok();
  EXPECT_EQ(ir::Verify(**module), std::nullopt);
  return {done ? ir::Print(**module).text : "", findings.Take()};
}

TEST(ComputeInFloat32, TheInterfaceKeepsItsDtypeAndTheInsideIsFloat32) {
  const Told told = Apply(ComputeInFloat32, R"(func @main(%x: f64[2]) {
  %c = const f64[] [3]
  %y = tf.Mul(%x, %c) {T = type f64} : f64[2]
  return %y
}
)");
  EXPECT_NE(told.text.find("(%0: f64[2])"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("const f32[] [3]"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("tf.Mul"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("T = type f32"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("tf.Cast"), std::string::npos) << told.text;
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].code, Code::kFloatsIn32Bits);
  EXPECT_NE(told.findings[0].headline.find("float64"), std::string::npos);
}

TEST(ComputeInFloat32, HugeBoundsStayFinite) {
  const Told told = Apply(ComputeInFloat32, R"(func @main(%x: f64[1]) {
  %c = const f64[] [-1e300]
  %y = tf.Maximum(%x, %c) {T = type f64} : f64[1]
  return %y
}
)");
  EXPECT_NE(told.text.find("-3.4028235e+38"), std::string::npos) << told.text;
}

TEST(ComputeInFloat32, WarnsOfConstantsThatFloat32DoesNotHold) {
  for (const auto& [value, word] : {std::pair("1e300", "exceeds"), std::pair("-1e39", "exceeds"),
                                    std::pair("1e-60", "too small"), std::pair("3e38", "")}) {
    const Told told = Apply(ComputeInFloat32, fmt::format(R"(func @main(%x: f64[1]) {{
  %c = const f64[] [{}]
  %y = tf.Mul(%x, %c) {{T = type f64}} : f64[1]
  return %y
}}
)",
                                                          value));
    const auto warning = std::find_if(told.findings.begin(), told.findings.end(), [](const Finding& finding) {
      return finding.severity == Severity::kWarning;
    });
    ASSERT_EQ(warning != told.findings.end(), *word != '\0') << value;
    if (*word == '\0') continue;
    EXPECT_NE(warning->headline.find(word), std::string::npos) << warning->headline;
  }
}

TEST(ComputeInFloat32, AGraphThatOnlyCastsIsLeftAlone) {
  const char* kBefore = R"(func @main(%x: f64[2]) {
  %y = tf.Cast(%x) {DstT = type f32, SrcT = type f64} : f32[2]
  return %y
}
)";
  const Told told = Apply(ComputeInFloat32, kBefore);
  EXPECT_TRUE(told.findings.empty());
  EXPECT_NE(told.text.find("SrcT = type f64"), std::string::npos) << told.text;
}

TEST(ComputeInFloat32, AnInputThatIsAlsoAnOutputPassesUntouched) {
  const Told told = Apply(ComputeInFloat32, R"(func @main(%x: f16[2]) {
  %y = tf.Relu(%x) {T = type f16} : f16[2]
  return %x, %y
}
)");
  EXPECT_NE(told.text.find("return %0,"), std::string::npos) << told.text;
  EXPECT_EQ(told.findings.size(), 1u);
}

TEST(ComputeInFloat32, ComplexArithmeticIsRefusedByName) {
  const Told told = Apply(ComputeInFloat32, R"(func @main(%x: c128[2]) {
  %y = tf.AddV2(%x, %x) {T = type c128} : c128[2]
  return %y
}
)");
  EXPECT_EQ(told.text, "");
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].code, Code::kDtypeUnsupported);
  EXPECT_NE(told.findings[0].headline.find("complex128"), std::string::npos);
}

TEST(LegaliseDtypes, SumsOfUint8WrapAroundInInt32) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: u8[3]) {
  %c = const u8[] [200]
  %y = tfl.ADD(%x, %c) {fused_activation_function = 0} : u8[3]
  return %y
}
)");
  EXPECT_EQ(told.text.find("tfl.ADD(%0"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("const i32[] [200]"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("} : i32[3]"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find(": u8[3]\n"), std::string::npos) << told.text;
}

TEST(LegaliseDtypes, WhatKernelsTakeStaysAsItIs) {
  const char* kBefore = R"(func @main(%x: u8[3]) {
  %y = tfl.MAXIMUM(%x, %x) : u8[3]
  %z = tfl.ABS(%w) : i32[3]
  return %y, %z
}
)";
  std::string before(kBefore);
  before.replace(before.find("(%x: u8[3])"), 11, "(%x: u8[3], %w: i32[3])");
  const Told told = Apply(LegaliseDtypes, before);
  EXPECT_EQ(told.text.find("CAST"), std::string::npos) << told.text;
}

TEST(LegaliseDtypes, ChainsOfMovedElementsAreCastOnce) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: u16[2,2]) {
  %a = tfl.PACK(%x, %x) {axis = 0, values_count = 2} : u16[2,2,2]
  %p = const i32[3,2] [0, 0, 0, 0, 0, 1]
  %b = tfl.PAD(%a, %p) : u16[2,2,3]
  return %b
}
)");
  size_t casts = 0;
  for (size_t at = told.text.find("tfl.CAST"); at != std::string::npos;
       at = told.text.find("tfl.CAST", at + 1))
    ++casts;
  EXPECT_EQ(casts, 2u) << told.text;
}

TEST(LegaliseDtypes, IntegersGoThroughOtherOpsWhereTheirOwnTakeFloatsOnly) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: i32[2], %y: i64[2]) {
  %a = tfl.RELU6(%x) : i32[2]
  %b = tfl.SQUARE(%y) : i64[2]
  %c = tfl.ADD_N(%y, %b, %y) : i64[2]
  return %a, %c
}
)");
  for (const char* gone : {"RELU6", "SQUARE", "ADD_N"})
    EXPECT_EQ(told.text.find(gone), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("const i32[] [6]"), std::string::npos) << told.text;
  EXPECT_TRUE(told.findings.empty());
}

TEST(LegaliseDtypes, FloorDivisionOfFloatsRoundsTheQuotientFirstAsTensorFlowDoes) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: f32[2], %y: f32[2]) {
  %z = tfl.FLOOR_DIV(%x, %y) : f32[2]
  return %z
}
)");
  EXPECT_NE(told.text.find("tfl.DIV(%0, %1)"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("tfl.FLOOR("), std::string::npos) << told.text;
}

TEST(LegaliseDtypes, Int64WithoutAKernelIsInt32WithAWarning) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: i64[2]) {
  %y = tfl.FLOOR_DIV(%x, %x) : i64[2]
  return %y
}
)");
  EXPECT_NE(told.text.find("tfl.FLOOR_DIV"), std::string::npos) << told.text;
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].code, Code::kInt64Narrowed);
}

TEST(LegaliseDtypes, Int64IndicesOfOneHotAreBoundedBeforeTheyAreCut) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: i64[2]) {
  %d = const i32[] [3]
  %on = const f32[] [1]
  %off = const f32[] [0]
  %y = tfl.ONE_HOT(%x, %d, %on, %off) {axis = -1} : f32[2,3]
  return %y
}
)");
  EXPECT_NE(told.text.find("tfl.MINIMUM"), std::string::npos) << told.text;
  EXPECT_NE(told.text.find("const i64[] [-1]"), std::string::npos) << told.text;
  EXPECT_TRUE(told.findings.empty());
}

TEST(LegaliseDtypes, StringsAreRefusedWhereTheKernelTakesNone) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: str[2], %y: str[2]) {
  %1 = tfl.CONCATENATION(%x, %y) {axis = 0, fused_activation_function = 0} : str[4]
  return %1
}
)");
  EXPECT_EQ(told.text, "");
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_NE(told.findings[0].cause.find("no strings"), std::string::npos) << told.findings[0].cause;
}

TEST(LegaliseDtypes, WhatNoKernelHoldsIsRefusedWithTheDtype) {
  const Told told = Apply(LegaliseDtypes, R"(func @main(%x: u64[2]) {
  %y = tfl.ADD(%x, %x) {fused_activation_function = 0} : u64[2]
  return %y
}
)");
  EXPECT_EQ(told.text, "");
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].code, Code::kDtypeUnsupported);
  EXPECT_NE(told.findings[0].headline.find("uint64"), std::string::npos);
}

Result<Changed> For21(Module& module, PassContext&) { return UseOlderOps(module, "2.1"); }
Result<Changed> For29(Module& module, PassContext&) { return UseOlderOps(module, "2.9"); }

constexpr std::string_view kLateOps = R"(func @main(%x: f32[2,3], %c: bool[2,3]) {
  %g = tfl.GELU(%x) {approximate = true} : f32[2,3]
  %s = tfl.SELECT_V2(%c, %g, %x) : f32[2,3]
  %axes = const i32[1] [1]
  %all = tfl.REDUCE_ALL(%c, %axes) {keep_dims = false} : bool[2]
  %target = const i32[3] [4, 2, 3]
  %b = tfl.BROADCAST_TO(%s, %target) : f32[4,2,3]
  return %b, %all
}
)";

TEST(UseOlderOps, LateOpsBecomeOlderOnesForAnOldRuntime) {
  const Told told = Apply(For21, kLateOps);
  for (const char* gone : {"GELU", "SELECT_V2", "REDUCE_ALL", "BROADCAST_TO"})
    EXPECT_EQ(told.text.find(gone), std::string::npos) << told.text;
  for (const char* there : {"TANH", "tfl.SELECT(", "REDUCE_ANY", "TILE"})
    EXPECT_NE(told.text.find(there), std::string::npos) << told.text;
}

TEST(UseOlderOps, ARuntimeThatHasThemGetsThem) {
  EXPECT_NE(Apply(For29, kLateOps).text.find("GELU"), std::string::npos);
}

TEST(UseOlderOps, TheExactGeluHasNoOlderForm) {
  const Told told = Apply(For21, R"(func @main(%x: f32[2]) {
  %g = tfl.GELU(%x) {approximate = false} : f32[2]
  return %g
}
)");
  EXPECT_NE(told.text.find("GELU"), std::string::npos);
}

}  // namespace
}  // namespace litesmith::passes
