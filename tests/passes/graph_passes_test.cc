#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

TEST(InlineCalls, BodiesReplaceCallsAndUnreachedFunctionsGo) {
  ExpectText(R"(func @main(%0: f32[2]) {
  %1 = tf.Relu(%0) {T = type f32} : f32[2]
  return %1
}
)",
             After(InlineCalls, R"(func @main(%x: f32[2]) {
  %y = tf.PartitionedCall(%x) {f = @body} : f32[2]
  return %y
}
func @body(%a: f32[2]) {
  %b = tf.Relu(%a) {T = type f32} : f32[2]
  return %b
}
func @nobody(%a: f32[2]) {
  return %a
}
)"));
}

TEST(RemoveIdentities, IdentitiesVanishAndAssertsAreDropped) {
  ExpectText(R"(func @main(%0: f32[2], %1: bool[]) {
  %2 = tf.Relu(%0) : f32[2]
  return %2
}
)",
             After(RemoveIdentities, R"(func @main(%x: f32[2], %c: bool[]) {
  tf.Assert(%c, %x)
  %i = tf.Identity(%x) : f32[2]
  %s = tf.StopGradient(%i) : f32[2]
  %y = tf.Relu(%s) : f32[2]
  return %y
}
)"));
}

// What a graph calls its outputs is what those who run the file look for.
TEST(RemoveIdentities, AnOutputKeepsTheNameOfItsIdentity) {
  ExpectText(R"(func @main(%0: f32[2] "x") {
  %1 = tf.Relu(%0) : f32[2] "first" loc("net/Relu")
  %2 = tf.Relu6(%1) : f32[2] "second" loc("net/Relu6")
  return %1, %1, %2, %0
}
)",
             After(RemoveIdentities, R"(func @main(%x: f32[2] "x") {
  %a = tf.Relu(%x) : f32[2] "net/Relu" loc("net/Relu")
  %b = tf.Relu6(%a) : f32[2] "net/Relu6" loc("net/Relu6")
  %c = tf.Identity(%a) : f32[2] "first" loc("first")
  %d = tf.Identity(%a) : f32[2] "again" loc("again")
  %e = tf.Identity(%b) : f32[2] "step" loc("step")
  %f = tf.Identity(%e) : f32[2] "second" loc("second")
  %g = tf.Identity(%x) : f32[2] "input" loc("input")
  return %c, %d, %f, %g
}
)"));
}

TEST(MergeEqualNodes, AnOutputKeepsItsName) {
  ExpectText(R"(func @main(%0: f32[2] "x") {
  %1 = tf.Relu(%0) : f32[2] "out"
  %2 = tf.Neg(%1) : f32[2] "neg"
  return %2, %1
}
)",
             After(MergeEqualNodes, R"(func @main(%x: f32[2] "x") {
  %a = tf.Relu(%x) : f32[2] "step"
  %b = tf.Relu(%x) : f32[2] "out"
  %c = tf.Neg(%a) : f32[2] "neg"
  return %c, %b
}
)"));
}

// A switch for training hangs over all layers.
TEST(RaiseControlFlow, BranchesOnOnePredicateTakeOnlyWhatIsTheirs) {
  const std::string after = After(RaiseControlFlow, R"(func @main(%x: f32[2], %p: bool[]) {
  %a, %b = tf.Switch(%x, %p) : f32[2], f32[2]
  %c = tf.Neg(%b) : f32[2]
  %d, %i = tf.Merge(%a, %c) : f32[2], i32[] loc("first")
  %e = tf.Relu(%d) : f32[2]
  %f, %g = tf.Switch(%e, %p) : f32[2], f32[2]
  %h = tf.Neg(%g) : f32[2]
  %j, %k = tf.Merge(%f, %h) : f32[2], i32[] loc("second")
  return %j
}
)");
  EXPECT_NE(after.find("%2 = tf.StatelessIf(%1, %0)"), std::string::npos) << after;
  EXPECT_NE(after.find("%4 = tf.StatelessIf(%1, %3)"), std::string::npos) << after;
}

TEST(RaiseControlFlow, TheTrueSideMayComeFirst) {
  const std::string after = After(RaiseControlFlow, R"(func @main(%x: f32[2], %p: bool[]) {
  %a, %b = tf.Switch(%x, %p) : f32[2], f32[2]
  %c = tf.Neg(%a) : f32[2]
  %d, %i = tf.Merge(%b, %c) : f32[2], i32[] loc("merge")
  return %d
}
)");
  EXPECT_NE(after.find("func @merge_false(%0: f32[2]) {\n  %1 = tf.Neg(%0)"), std::string::npos) << after;
  EXPECT_NE(after.find("func @merge_true(%0: f32[2]) {\n  return %0"), std::string::npos) << after;
}

TEST(FreezeVariables, ReadsOfAVariableThatNothingWritesShareOneConstant) {
  ExpectText(R"(func @main() {
  %0 = const f32[2] [1, 2] "v" loc("v")
  %1 = tf.AddV2(%0, %0) : f32[2]
  return %1
}
)",
             After(FreezeVariables, R"(func @main() {
  %h = tf.VarHandleOp() {initial_value = tensor f32[2] [1, 2], shared_name = "v"} : resource[] loc("v")
  %a = tf.ReadVariableOp(%h) : f32[2]
  %b = tf.ReadVariableOp(%h) : f32[2]
  %c = tf.AddV2(%a, %b) : f32[2]
  return %c
}
)"));
}

TEST(FreezeVariables, AReferenceThatABranchGivesIsReadThere) {
  const std::string after = After(FreezeVariables, R"(func @main() {
  %v = tf.VariableV2() {initial_value = tensor f32[2] [1, 2], shared_name = "v"} : f32[2] loc("v")
  return %v
}
)");
  EXPECT_EQ(after.find("VariableV2"), std::string::npos) << after;
}

TEST(FreezeVariables, AVariableWithoutValueIsAFinding) {
  EXPECT_EQ(After(FreezeVariables, R"(func @main() {
  %h = tf.VarHandleOp() {shared_name = "v"} : resource[]
  %a = tf.ReadVariableOp(%h) : f32[2]
  return %a
}
)"),
            "failed: variable 'v' has no value");
}

TEST(FreezeVariables, AWrittenVariableStaysOne) {
  const std::string after = After(FreezeVariables, R"(func @main(%x: f32[2]) {
  %h = tf.VarHandleOp() {initial_value = tensor f32[2] [1, 2], shared_name = "v"} : resource[]
  tf.AssignVariableOp(%h, %x)
  %a = tf.ReadVariableOp(%h) : f32[2]
  return %a
}
)");
  EXPECT_NE(after.find("tf.ReadVariableOp"), std::string::npos) << after;
}

TEST(SinkInvariants, ConstantsMoveIntoLoopsAndLoseTheirPlace) {
  ExpectText(R"(func @main(%0: i32[]) {
  %1 = const i32[] [10]
  %2 = tf.StatelessWhile(%0) {body = @body, cond = @cond} : i32[]
  return %2
}
func @cond(%0: i32[]) {
  %1 = const i32[] [10]
  %2 = tf.Less(%0, %1) : bool[]
  return %2
}
func @body(%0: i32[]) {
  %1 = const i32[] [10]
  %2 = tf.AddV2(%0, %1) : i32[]
  return %2
}
)",
             After(SinkInvariants, R"(func @main(%i: i32[]) {
  %n = const i32[] [10]
  %r, %m = tf.StatelessWhile(%i, %n) {body = @body, cond = @cond} : i32[], i32[]
  return %r
}
func @cond(%i: i32[], %n: i32[]) {
  %c = tf.Less(%i, %n) : bool[]
  return %c
}
func @body(%i: i32[], %n: i32[]) {
  %j = tf.AddV2(%i, %n) : i32[]
  return %j, %n
}
)"));
}

TEST(NestCases, EachBranchIsChosenByItsIndexAndTheLastByAllOthers) {
  const std::string text = After(NestCases, R"(func @main(%i: i32[], %x: f32[2]) {
  %y = tf.StatelessCase(%i, %x) {Tin = [type f32], Tout = [type f32], branches = [@a, @b, @c]} : f32[2] "y"
  return %y
}
func @a(%x: f32[2]) {
  %y = tf.Neg(%x) : f32[2]
  return %y
}
func @b(%x: f32[2]) {
  %y = tf.Abs(%x) : f32[2]
  return %y
}
func @c(%x: f32[2]) {
  %y = tf.Exp(%x) : f32[2]
  return %y
}
)");
  EXPECT_EQ(text.find("StatelessCase"), std::string::npos) << text;
  // What the outer branch takes for 0, and the inner one for 1 and for the rest.
  const auto body = [&](const std::string& function) {
    const size_t at = text.find("func @" + function + "(");
    return at == text.npos ? std::string() : text.substr(at, text.find("\n}\n", at) - at);
  };
  const auto named = [&](const std::string& in, const std::string& attribute) {
    const std::string whole = body(in);
    const size_t at = whole.find(attribute + " = @") + attribute.size() + 4;
    return whole.substr(at, whole.find_first_of(",}", at) - at);
  };
  EXPECT_NE(body("main").find("const i32[] [0]"), std::string::npos) << text;
  EXPECT_NE(body(named("main", "then_branch")).find("tf.Neg"), std::string::npos) << text;
  const std::string rest = named("main", "else_branch");
  EXPECT_NE(body(rest).find("const i32[] [1]"), std::string::npos) << text;
  EXPECT_NE(body(named(rest, "then_branch")).find("tf.Abs"), std::string::npos) << text;
  EXPECT_NE(body(named(rest, "else_branch")).find("tf.Exp"), std::string::npos) << text;
}

TEST(MergeEqualNodes, EqualConstantsAndNodesBecomeOne) {
  ExpectText(R"(func @main(%0: f32[2]) {
  %1 = const f32[2] [1, 2]
  %2 = tf.AddV2(%0, %1) : f32[2]
  %3 = tf.Mul(%2, %2) : f32[2]
  return %3
}
)",
             After(MergeEqualNodes, R"(func @main(%x: f32[2]) {
  %a = const f32[2] [1, 2]
  %b = const f32[2] [1, 2]
  %c = tf.AddV2(%x, %a) : f32[2]
  %d = tf.AddV2(%x, %b) : f32[2]
  %e = tf.Mul(%c, %d) : f32[2]
  return %e
}
)"));
}

TEST(MergeEqualNodes, RandomNumbersAreNeverEqual) {
  const std::string_view text = R"(func @main() {
  %0 = const i32[1] [3]
  %1 = tf.RandomUniform(%0) : f32[3]
  %2 = tf.RandomUniform(%0) : f32[3]
  return %1, %2
}
)";
  ExpectText(text, After(MergeEqualNodes, text));
}

}  // namespace
}  // namespace litesmith::passes
