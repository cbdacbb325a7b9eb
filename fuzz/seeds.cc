// Small valid inputs of every target, made by the writers that the tests use.
#include "export/tflite/export.h"
#include "formats/image/picture.h"
#include "formats/npz/npz.h"
#include "formats/tflite/sample_model.h"
#include "fuzz/target.h"
#include "import/tf/checkpoint_writer.h"
#include "import/tf/model_writer.h"
#include "ir/text.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::fuzz {
namespace {

// Modules of TFL ops, chosen for shapes, indices and sizes that come from the file.
constexpr std::string_view kTflModules[] = {
    R"(func @main(%x "x": f32[1,8,8,4] "x") {
  %w = const f32[8,3,3,4] random(1)
  %b = const f32[8] splat(0.5)
  %c = tfl.CONV_2D(%x, %w, %b) {dilation_h_factor = 1, dilation_w_factor = 1, fused_activation_function = 1, padding = 0, stride_h = 2, stride_w = 2} : f32[1,4,4,8] "c"
  %dw = const f32[1,3,3,8] random(2)
  %d = tfl.DEPTHWISE_CONV_2D(%c, %dw, %b) {depth_multiplier = 1, dilation_h_factor = 1, dilation_w_factor = 1, padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,8] "d"
  %p = tfl.MAX_POOL_2D(%d) {filter_height = 2, filter_width = 2, padding = 1, stride_h = 2, stride_w = 2} : f32[1,2,2,8] "p"
  %s = const i32[2] [1, 32]
  %r = tfl.RESHAPE(%p, %s) : f32[1,32] "r"
  %fw = const f32[3,32] random(3)
  %f = tfl.FULLY_CONNECTED(%r, %fw, _) {keep_num_dims = true} : f32[1,3] "f"
  %y = tfl.SOFTMAX(%f) {beta = 1.0f} : f32[1,3] "y"
  return %y
}
)",
    R"(func @main(%x "x": f32[2,6] "x", %i "i": i32[3] "i") {
  %a = const i32[] [1]
  %g = tfl.GATHER(%x, %i) {axis = 1} : f32[2,3] "g"
  %c = tfl.CONCATENATION(%x, %g) {axis = 1} : f32[2,9] "c"
  %s0 = const i32[2] [0, 1]
  %s1 = const i32[2] [2, 7]
  %s2 = const i32[2] [1, 2]
  %s = tfl.STRIDED_SLICE(%c, %s0, %s1, %s2) {begin_mask = 1} : f32[2,3] "s"
  %pp = const i32[2,2] [0, 1, 1, 0]
  %p = tfl.PAD(%s, %pp) : f32[3,4] "p"
  %n = const i32[] [2]
  %t, %k = tfl.TOPK_V2(%p, %n) : f32[3,2] "t", i32[3,2] "k"
  %e = tfl.REDUCE_MAX(%t, %a) {keep_dims = true} : f32[3,1] "e"
  %m = const i32[2] [2, 3]
  %l = tfl.TILE(%e, %m) : f32[6,3] "l"
  %o, %q = tfl.SPLIT(%a, %p) {num_splits = 2} : f32[3,2] "o", f32[3,2] "q"
  return %l, %k, %o, %q
}
)",
    R"(func @main(%n "n": i32[] "n", %d "d": i32[2] "d") {
  %zero = const i32[] [0]
  %one = const i32[] [1]
  %r = tfl.RANGE(%zero, %n, %one) : i32[?] "r"
  %f = tfl.FILL(%d, %one) : i32[?,?] "f"
  %v = const f32[1,1] [2]
  %b = tfl.BROADCAST_TO(%v, %d) : f32[?,?] "b"
  %s = tfl.SHAPE(%f) {out_type = 2} : i32[2] "s"
  %w = tfl.WHERE(%r) : i64[?,1] "w"
  %h = tfl.ONE_HOT(%r, %n, %one, %zero) {axis = -1} : i32[?,?] "h"
  return %r, %f, %b, %s, %w, %h
}
)",
    R"(func @main(%x "x": i32[] "x") {
  %y = tfl.WHILE(%x) {body_subgraph_index = @body, cond_subgraph_index = @cond} : i32[] "y"
  return %y
}
func @cond(%i: i32[] "ci") {
  %n = const i32[] [5]
  %c = tfl.LESS(%i, %n) : bool[] "c"
  return %c
}
func @body(%i: i32[] "bi") {
  %n = const i32[] [1]
  %c = tfl.ADD(%i, %n) : i32[] "s"
  return %c
}
)",
    R"(func @main(%b "b": f32[1,4,4] "b", %s "s": f32[1,4,3] "s") {
  %a = const f32[4,4] random(4)
  %0, %1, %2, %3 = tfl.CUSTOM(%b, %s, %a) {x = 1} : f32[1,2,4] "o0", f32[1,2] "o1", f32[1,2] "o2", f32[1] "o3"
  return %0, %1, %2, %3
}
)",
    R"(func @main(%x "x": i8[1,4,4,2]<0.5:-3> "x") {
  %w = const i8[2,1,1,2] [1, -2, 3, 4]
  %b = const i32[2] [5, 6]
  %c = tfl.CONV_2D(%x, %w, %b) {dilation_h_factor = 1, dilation_w_factor = 1, padding = 1, stride_h = 1, stride_w = 1} : i8[1,4,4,2]<0.25:4> "c"
  %a = tfl.ADD(%x, %c) : i8[1,4,4,2]<0.75:0> "a"
  %s = const i32[2] [8, 8]
  %r = tfl.RESIZE_BILINEAR(%a, %s) {half_pixel_centers = true} : i8[1,8,8,2]<0.75:0> "r"
  %d = tfl.DEQUANTIZE(%r) : f32[1,8,8,2] "d"
  %t = const i32[4] [0, 3, 1, 2]
  %p = tfl.TRANSPOSE(%d, %t) : f32[1,2,8,8] "p"
  %z = tfl.SPACE_TO_DEPTH(%d) {block_size = 2} : f32[1,4,4,8] "z"
  return %p, %z
}
)",
    R"(func @main(%x "x": f32[4,4] "x", %i "i": i32[2,2] "i") {
  %u = const f32[2] [1, 2]
  %s = const i32[2] [4, 4]
  %c = tfl.SCATTER_ND(%i, %u, %s) : f32[4,4] "c"
  %g = tfl.GATHER_ND(%x, %i) : f32[2] "g"
  %k = const i32[4] [0, 0, 1, 2]
  %m = tfl.SEGMENT_SUM(%x, %k) : f32[3,4] "m"
  %l = const i32[4] [1, 2, 3, 4]
  %r = tfl.REVERSE_SEQUENCE(%x, %l) {batch_dim = 1, seq_dim = 0} : f32[4,4] "r"
  %i0 = const i32[] [1]
  %q = tfl.CUMSUM(%x, %i0) {exclusive = true} : f32[4,4] "q"
  %b = tfl.BATCH_MATMUL(%c, %r) {adj_y = true} : f32[4,4] "b"
  %mt = const f32[] [0.1]
  %mx = const i32[] [3]
  %bx = const f32[4,4] random(5)
  %sc = const f32[4] [0.1, 0.5, 0.4, 0.9]
  %n, %v = tfl.NON_MAX_SUPPRESSION_V4(%bx, %sc, %mx, %mt, %mt) : i32[3] "n", i32[] "v"
  return %g, %m, %q, %b, %n, %v
}
)",
};

constexpr std::string_view kGraphText = R"(node {
  name: "x" op: "Placeholder"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "shape" value { shape { dim { size: 1 } dim { size: -1 } } } }
}
node {
  name: "c" op: "Const"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: "\000\000\200?\000\000\000@" } } }
}
node { name: "y" op: "AddV2" input: "x" input: "c" attr { key: "T" value { type: DT_FLOAT } } }
node { name: "z" op: "Relu" input: "y" input: "^c" attr { key: "T" value { type: DT_FLOAT } } }
library { function { signature { name: "f" input_arg { name: "a" type: DT_FLOAT } } } }
versions { producer: 1000 }
)";

// Every kind of weight; kTfjsWeightBytes of them.
constexpr std::string_view kTfjs = R"({"format": "graph-model", "generatedBy": "2.4.1",
"signature": {"inputs": {"x:0": {"name": "x:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "4"}]}}},
  "outputs": {"y": {"name": "y"}}},
"modelTopology": {"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": "4"}]}}}},
  {"name": "f", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor": {"dtype": "DT_FLOAT"}}}},
  {"name": "h", "op": "Const", "attr": {"dtype": {"type": 2}}},
  {"name": "q", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "s", "op": "Const", "attr": {"dtype": {"type": "DT_STRING"}}},
  {"name": "i", "op": "Const", "attr": {"dtype": {"type": "DT_INT64"}}},
  {"name": "c", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}, "value": {"tensor":
    {"dtype": "DT_INT32", "tensorShape": {}, "tensorContent": "AQAAAA=="}}}},
  {"name": "m", "op": "_FusedMatMul", "input": ["x", "f", "q", "^h"], "attr": {"T": {"type": "DT_FLOAT"},
    "fused_ops": {"list": {"s": ["Qmlhc0FkZA==", "UmVsdQ=="]}}, "epsilon": {"f": 1e-4}, "transpose_a": {"b": false}}},
  {"name": "y", "op": "Pack", "input": ["m", "h", "s", "i", "c"], "attr": {"N": {"i": "5"}}}],
  "library": {"function": [{"signature": {"name": "g"}}]}, "versions": {"producer": 561}},
"weightsManifest": [{"paths": ["w.bin"], "weights": [
  {"name": "f", "shape": [2, 2], "dtype": "float32"},
  {"name": "h", "shape": [4], "dtype": "float32", "quantization": {"dtype": "float16"}},
  {"name": "q", "shape": [8], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.1, "min": -1}},
  {"name": "s", "shape": [4], "dtype": "string"}, {"name": "i", "shape": [2], "dtype": "int32"},
  {"name": "b", "shape": [8], "dtype": "bool"}]}]})";

const ir::OpDef* LookUp(ir::Dialect dialect, std::string_view name) {
  if (dialect == ir::Dialect::kTf) return tf::FindOp(name);
  return tfl::FindOp(name);
}

std::string Text(const std::vector<std::byte>& bytes) { return std::string(AsText(bytes)); }

std::vector<std::string> TfliteSeeds() {
  std::vector<std::string> seeds;
  Bench bench;
  const auto sample = tflite::testing::MakeSample();
  if (const auto bytes = tflite::WriteModel(sample->model, {}, bench.findings)) seeds.push_back(Text(*bytes));
  for (const std::string_view text : kTflModules) {
    const auto module = ir::Parse(text, {}, LookUp, bench.findings);
    if (!module) continue;
    const auto exported = export_tflite::ExportTflite(**module, {}, bench.context);
    if (exported) seeds.push_back(Text(exported->bytes));
  }
  return seeds;
}

// A function called in a loop condition's place, a variable, shapes that contradict each other: what
// importers follow.
std::vector<std::string> GraphSeeds() {
  using namespace litesmith::testing;
  const Attrs floats = {{"T", TypeValue(kFloat)}};
  const Function body{"body",
                      {{"a", kFloat}},
                      {{"r", kFloat}},
                      {Node("n", "Relu", {"a"}, floats)},
                      {{"r", "n:activations:0"}},
                      {},
                      {}};
  const Attrs call = {
      {"Tin", TypesValue({kFloat})}, {"Tout", TypesValue({kFloat})}, {"f", FunctionValue("body")}};
  return {
      Graph({Placeholder("x", {1, 4, 4, 3}), Const("w", FloatTensor({1, 1, 3, 2}, {1, 2, 3, 4, 5, 6})),
             Node("y", "Conv2D", {"x", "w"},
                  {{"T", TypeValue(kFloat)},
                   {"padding", TextValue("SAME")},
                   {"data_format", TextValue("NHWC")}}),
             Node("z", "Relu6", {"y"}, floats)}),
      Graph({Placeholder("x", {-1, 2}), Node("y", "PartitionedCall", {"x"}, call),
             Node("z", "MyOp", {"y", "^x"}, floats)},
            {body}),
  };
}

std::vector<std::string> SavedModelSeeds() {
  using namespace litesmith::testing;
  std::vector<std::string> seeds;
  for (const std::string& graph : GraphSeeds()) {
    const Signature signature{
        "serving_default", {{"image", "x:0", kFloat, {1, 4, 4, 3}}}, {{"out", "z:0", kFloat, {}}}};
    seeds.push_back(SavedModel({MetaGraph(graph, {signature})}));
  }
  return seeds;
}

std::vector<std::string> CheckpointSeeds() {
  using namespace litesmith::testing;
  CheckpointWriter writer;
  writer.AddFloats("a/.ATTRIBUTES/VARIABLE_VALUE", {2, 2}, {1, 2, 3, 4});
  writer.AddTexts("names", {2}, {"one", "two"});
  return {writer.Index()};
}

std::vector<std::string> NpzSeeds() {
  Bench bench;
  const std::vector<npz::Entry> entries = {{"x", Tensor::Of<float>({2, 1}, {1, 2})},
                                           {"names", Tensor::OfStrings({2}, {"a", "bc"})}};
  std::vector<std::string> seeds;
  if (const auto bytes = npz::Write(entries, bench.context)) {
    seeds.push_back(Text(*bytes));
    seeds.push_back(seeds[0].substr(seeds[0].find("\x93NUMPY"), 136));  // the .npy within
  }
  return seeds;
}

std::vector<std::string> ImageSeeds() {
  Bench bench;
  Picture picture{9, 5, {}};
  for (int i = 0; i < 9 * 5 * 3; ++i) picture.pixels.push_back(static_cast<uint8_t>(i * 31));
  std::vector<std::string> seeds;
  for (const char* name : {"a.png", "a.jpg"}) {
    if (const auto bytes = EncodePicture(picture, name, bench.context)) seeds.push_back(Text(*bytes));
  }
  return seeds;
}

}  // namespace

std::vector<std::string> SeedsOf(std::string_view target) {
  if (target == "tflite") return TfliteSeeds();
  if (target == "graphdef" || target == "convert") return GraphSeeds();
  if (target == "graphdef_text") return {std::string(kGraphText)};
  if (target == "tfjs") return {std::string(kTfjs)};
  if (target == "savedmodel") return SavedModelSeeds();
  if (target == "checkpoint") return CheckpointSeeds();
  if (target == "npz") return NpzSeeds();
  if (target == "image") return ImageSeeds();
  return {std::begin(kTflModules), std::end(kTflModules)};
}

}  // namespace litesmith::fuzz
