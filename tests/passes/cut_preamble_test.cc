// What parses or decodes between text inputs and the first numbers is cut off.
#include "passes/passes.h"
#include "text_pass.h"

namespace litesmith::passes {
namespace {

TEST(CutPreamble, AnEncodedPictureBecomesPixelsUnderTheInputsName) {
  ExpectText(R"(signature "serve" @main
func @main(%0 "bytes": u8[s0,s1,3] "pixels") -> ("y") {
  %1 = tf.Cast(%0) {DstT = type f32} : f32[s0,s1,3] "y"
  return %1
}
)",
             After(CutPreamble, R"(signature "serve" @main
func @main(%x "bytes": string[] "bytes:0") -> ("y") {
  %p = tf.DecodeJpeg(%x) {channels = 3} : u8[*] "pixels"
  %y = tf.Cast(%p) {DstT = type f32} : f32[*] "y"
  return %y
}
)"));
}

TEST(CutPreamble, ParsedFeaturesBecomeInputsUnderTheirKeys) {
  ExpectText(R"(signature "serve" @main
func @main(%0 "age": f32[s0,2] "p0", %1 "size": f32[s0,2] "p1") -> ("y") {
  %2 = tf.AddV2(%0, %1) {T = type f32} : f32[s0,2] "y"
  return %2
}
)",
             After(CutPreamble, R"(signature "serve" @main
func @main(%x "examples": string[?] "examples:0") -> ("y") {
  %names = const string[0] []
  %none = const string[0] []
  %keys = const string[2] ["age", "size"]
  %d0 = const f32[0] []
  %d1 = const f32[0] []
  %a, %b = tf.ParseExampleV2(%x, %names, %none, %keys, %none, %d0, %d1) {Tdense = [type f32, type f32], dense_shapes = [shape [2], shape [2]], num_sparse = 0, sparse_types = []} : f32[*] "p0", f32[*] "p1"
  %y = tf.AddV2(%a, %b) {T = type f32} : f32[*] "y"
  return %y
}
)"));
}

TEST(CutPreamble, ASparseFeatureIsThreeInputs) {
  ExpectText(
      R"(func @main(%0 "ids_indices": i64[s1,2] "i", %1 "ids_values": i64[s2] "v", %2 "ids_shape": i64[2] "s") {
  return %0, %1, %2
}
)",
      After(CutPreamble, R"(func @main(%x "examples": string[?] "x") {
  %names = const string[0] []
  %keys = const string[1] ["ids"]
  %none = const string[0] []
  %i, %v, %s = tf.ParseExampleV2(%x, %names, %keys, %none, %none) {Tdense = [], dense_shapes = [], num_sparse = 1, sparse_types = [type i64]} : i64[*] "i", i64[*] "v", i64[*] "s"
  return %i, %v, %s
}
)"));
}

TEST(CutPreamble, IsToldOnceForEachOpWithAllThatTakesItsPlace) {
  FindingList findings;
  const auto host = MakeSystemHost();
  Context context{*host, findings};
  auto module = ir::Parse(R"(func @main(%x "examples": string[] "x") {
  %d0 = const f32[0] []
  %a, %b = tf.ParseSingleExample(%x, %d0, %d0) {Tdense = [type f32, type f32], dense_keys = ["age", "size"], dense_shapes = [shape [2], shape [3]], num_sparse = 0, sparse_keys = [], sparse_types = []} : f32[*] "p0", f32[*] "p1"
  return %a, %b
}
)",
                          {}, LookUp, findings);
  ASSERT_TRUE(module.ok());
  ir::PassContext passes{context};
  ASSERT_TRUE(CutPreamble(**module, passes).ok());
  ASSERT_EQ(findings.findings().size(), 1u);
  const Finding& finding = findings.findings()[0];
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(
      finding.headline,
      "ParseSingleExample is cut off: the file takes 'age' float32[2], 'size' float32[3] instead of the "
      "text 'examples'");
  EXPECT_EQ(finding.fixes.back().option, "--keep-preamble");
}

TEST(CutPreamble, ThePictureInAParsedExampleIsDecodedInTheAppToo) {
  ExpectText(R"(func @main(%0 "example": u8[s0,s1,1] "pixels") {
  %1 = tf.Cast(%0) {DstT = type f32} : f32[s0,s1,1] "y"
  return %1
}
)",
             After(CutPreamble, R"(func @main(%x "example": string[] "x") {
  %d = const string[] [""]
  %s = tf.ParseSingleExample(%x, %d) {Tdense = [type string], dense_keys = ["image/encoded"], dense_shapes = [shape []], num_sparse = 0, sparse_keys = [], sparse_types = []} : string[*] "encoded"
  %p = tf.DecodePng(%s) {channels = 1, dtype = type u8} : u8[*] "pixels"
  %y = tf.Cast(%p) {DstT = type f32} : f32[*] "y"
  return %y
}
)"));
}

TEST(CutPreamble, TheNumberOfExamplesIsReadOffWhatTakesTheirPlace) {
  ExpectText(R"(func @main(%0 "x": f32[s0,s1] "raw") {
  %1 = tf.Shape(%0) {out_type = type i32} : i32[2]
  %2 = const i32[1] [0]
  %3 = const i32[1] [1]
  %4 = tf.Slice(%1, %2, %3) {Index = type i32, T = type i32} : i32[1] "n"
  return %0, %4
}
)",
             After(CutPreamble, R"(func @main(%x "x": string[?] "x") {
  %n = tf.Shape(%x) {out_type = type i32} : i32[1] "n"
  %r = tf.DecodeRaw(%x) {out_type = type f32} : f32[*] "raw"
  return %r, %n
}
)"));
}

TEST(CutPreamble, ALoopThatDecodesIsCutOffWhole) {
  const std::string after = After(CutPreamble, R"(func @main(%x "x": string[2] "x") {
  %i = const i32[] [0]
  %n = const i32[] [2]
  %shape = const i32[3] [4, 4, 3]
  %out = tf.TensorListReserve(%shape, %n) {element_dtype = type u8, shape_type = type i32} : variant[]
  %none = const i32[0] []
  %in = tf.TensorListFromTensor(%x, %none) {element_dtype = type string, shape_type = type i32} : variant[]
  %a, %b, %c = tf.While(%i, %out, %in) {T = [type i32, type variant, type variant], cond = @cond, body = @body} : i32[], variant[], variant[]
  %p = tf.TensorListStack(%b, %shape) {element_dtype = type u8, num_elements = 2} : u8[2,4,4,3] "pictures"
  return %p
}
func @cond(%i: i32[], %out: variant[], %in: variant[]) {
  %n = const i32[] [2]
  %c = tf.Less(%i, %n) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[], %out: variant[], %in: variant[]) {
  %shape = const i32[0] []
  %e = tf.TensorListGetItem(%in, %i, %shape) {element_dtype = type string} : string[]
  %p = tf.DecodeJpeg(%e) {channels = 3} : u8[*] "pixels"
  %next = tf.TensorListSetItem(%out, %i, %p) {element_dtype = type u8} : variant[]
  return %i, %next, %in
}
)");
  EXPECT_NE(after.find("func @main(%0 \"x\": u8[2,4,4,3] \"pictures\") {\n  return %0\n}"), std::string::npos)
      << after;
}

TEST(CutPreamble, ALoopOfTensorFlow1IsCutOffBehindItsArray) {
  const std::string after = After(CutPreamble, R"(func @main(%x "x": string[?] "x") {
  %s = tf.Shape(%x) {out_type = type i32} : i32[1]
  %b = const i32[1] [0]
  %e = const i32[1] [1]
  %n = tf.StridedSlice(%s, %b, %e, %e) {shrink_axis_mask = 1} : i32[]
  %in, %in_flow = tf.TensorArrayV3(%n) {dtype = type str} : resource[2], f32[]
  %i = const i32[] [0]
  %one = const i32[] [1]
  %all = tf.Range(%i, %n, %one) : i32[?]
  %filled = tf.TensorArrayScatterV3(%in, %all, %x, %in_flow) {T = type str} : f32[]
  %out, %out_flow = tf.TensorArrayV3(%n) {dtype = type u8} : resource[2], f32[]
  %c, %f, %h, %g, %k = tf.While(%i, %out_flow, %in, %filled, %out) {T = [type i32, type f32, type resource, type f32, type resource], cond = @cond, body = @body} : i32[], f32[], resource[2], f32[], resource[2]
  %size = tf.TensorArraySizeV3(%out, %f) : i32[]
  %places = tf.Range(%i, %size, %one) : i32[?]
  %p = tf.TensorArrayGatherV3(%out, %places, %f) {dtype = type u8} : u8[*] "pictures"
  %count = tf.Shape(%x) {out_type = type i32} : i32[1] "count"
  return %p, %count
}
func @cond(%i: i32[], %f: f32[], %h: resource[2], %g: f32[], %k: resource[2]) {
  %n = const i32[] [2]
  %c = tf.Less(%i, %n) {T = type i32} : bool[]
  return %c
}
func @body(%i: i32[], %f: f32[], %h: resource[2], %g: f32[], %k: resource[2]) {
  %e = tf.TensorArrayReadV3(%h, %i, %g) {dtype = type str} : string[]
  %p = tf.DecodeJpeg(%e) {channels = 3} : u8[*] "pixels"
  %next = tf.TensorArrayWriteV3(%k, %i, %p, %f) {T = type u8} : f32[]
  return %i, %next, %h, %g, %k
}
)");
  const size_t main = after.find("func @main(%0 \"x\": u8[");
  ASSERT_NE(main, std::string::npos) << after;
  EXPECT_EQ(after.find("Decode", main) < after.find("func @cond"), false) << after;
  EXPECT_NE(after.find("tf.Slice("), std::string::npos) << after;
}

TEST(CutPreamble, WhatHasNoKnownRankStays) {
  const std::string text = R"(func @main(%0 "x": str[] "x") {
  %1 = tf.ParseTensor(%0) {out_type = type f32} : f32[*] "y"
  return %1
}
)";
  ExpectText(text, After(CutPreamble, text));
}

TEST(CutPreamble, AnInputThatIsStillNeededKeepsItsName) {
  ExpectText(R"(func @main(%0 "x": str[] "x", %1 "x_1": u8[s0,s1,3] "pixels") {
  return %1, %0
}
)",
             After(CutPreamble, R"(func @main(%x "x": string[] "x") {
  %p = tf.DecodeJpeg(%x) {channels = 3} : u8[*] "pixels"
  return %p, %x
}
)"));
}

TEST(CutPreamble, TextThatTheModelItselfLooksAtStaysText) {
  const std::string text = R"(func @main(%0 "x": str[2] "x") {
  %1 = tf.StringLength(%0) {unit = "BYTE"} : i32[2] "n"
  return %1
}
)";
  ExpectText(text, After(CutPreamble, text));
}

TEST(CutPreamble, WhatDependsOnNumbersIsNoPreamble) {
  const std::string text = R"(func @main(%0 "x": str[2] "x", %1 "i": i32[] "i") {
  %2 = const i32[] [0]
  %3 = tf.GatherV2(%0, %1, %2) {batch_dims = 0} : str[] "one"
  %4 = tf.DecodeJpeg(%3) {channels = 3} : u8[s0,s1,3] "pixels"
  return %4
}
)";
  ExpectText(text, After(CutPreamble, text));
}

}  // namespace
}  // namespace litesmith::passes
