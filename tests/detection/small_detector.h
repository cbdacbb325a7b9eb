// Detectors of a handful of ops, written as text: a picture, one product as the network, heads, decoding,
// suppression. Knobs make them differ in what a detector may do, and in what none may.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "detection/recognise.h"
#include "detection/suppression.h"
#include "ir/text.h"
#include "tf/ops.h"

namespace litesmith::detection {

enum class Kind { kPerClass, kAgnostic, kCombined };

struct SmallDetector {
  Kind kind = Kind::kPerClass;
  int anchors = 12, classes = 3, total = 8, per_class = 5;
  double y_scale = 10, x_scale = 10, h_scale = 5, w_scale = 5;
  double iou = 0.5, score = 0.1, sigma = 0;
  bool background = true;             // column 0 of the scores belongs to no class
  std::string converter = "Sigmoid";  // of logits into scores
  // What makes it something else than a detector as the detection op knows it:
  bool sizes_are_linear = false;    // sizes grow with t, not with exp(t)
  bool scores_are_squared = false;  // between the scores and the suppression
  bool classes_swapped = false;     // the first two suppressions tell each other's class
  double window = 1;                // boxes are clipped to 0..window
  std::string picture = "u8[1,?,?,3]";
  bool reversed_channels = false;

  std::string Text() const { return "signature \"serving_default\" @main\n" + Function("main"); }

  std::string Function(const std::string& name) const {
    return fmt::format(
               "func @{}(%image \"picture\": {}) -> (\"boxes\", \"classes\", \"scores\", \"count\") {{\n",
               name, picture) +
           Network() + Decoding() + (kind == Kind::kCombined ? Combined() : Separate()) + "}\n";
  }

 private:
  int columns() const { return classes + (background ? 1 : 0); }

  std::string Network() const {
    std::string text = R"(
  %floats = tf.Cast(%image) {DstT = type f32} : f32[1,?,?,3]
  %factor = const f32[] [0.0078431377]
  %one = const f32[] [1]
  %scaled = tf.Mul(%floats, %factor) : f32[1,?,?,3]
  %normal = tf.Sub(%scaled, %one) : f32[1,?,?,3]
  %size = const i32[2] [4, 4]
)";
    text += fmt::format(
        "  %{} = tf.ResizeBilinear(%normal, %size) {{align_corners = false, half_pixel_centers = false}} : "
        "f32[1,4,4,3]\n",
        reversed_channels ? "sized" : "net");
    if (reversed_channels) {
      text += "  %last = const i32[1] [3]\n  %net = tf.ReverseV2(%sized, %last) : f32[1,4,4,3]\n";
    }
    const int a = anchors, c = columns();
    text += "  %flat_shape = const i32[2] [1, 48]\n";
    text += "  %flat = tf.Reshape(%net, %flat_shape) : f32[1,48]\n";
    for (const auto& [head, width] : {std::pair("box", 4), std::pair("class", c)}) {
      text += fmt::format("  %{0}_weights = const f32[48,{1}] random(5)\n", head, a * width);
      text += fmt::format("  %{0}_flat = tf.MatMul(%flat, %{0}_weights) : f32[1,{1}]\n", head, a * width);
      text += fmt::format("  %{0}_shape = const i32[3] [1, {1}, {2}]\n", head, a, width);
      text +=
          fmt::format("  %{0}_head = tf.Reshape(%{0}_flat, %{0}_shape) : f32[1,{1},{2}]\n", head, a, width);
    }
    return text + fmt::format("  %all_scores = tf.{0}(%class_head) : f32[1,{1},{2}]\n", converter, a, c);
  }

  std::string Column(const std::string& name, double first, double step) const {
    std::string values;
    for (int i = 0; i < anchors; ++i) values += fmt::format("{}{}", i ? ", " : "", first + step * i);
    return fmt::format("  %{} = const f32[{}] [{}]\n", name, anchors, values);
  }

  std::string Decoding() const {
    const std::string row = fmt::format("f32[{}]", anchors);
    std::string text = Column("cy", 0.3, 0.03) + Column("cx", 0.35, 0.025) + Column("ha", 0.2, 0.01) +
                       Column("wa", 0.3, -0.01);
    text += fmt::format("  %rows_shape = const i32[2] [{0}, 4]\n", anchors);
    text += fmt::format("  %rows = tf.Reshape(%box_head, %rows_shape) : f32[{0},4]\n", anchors);
    text += fmt::format(
        "  %ty, %tx, %th, %tw = tf.Unpack(%rows) {{axis = 1, num = 4}} : {0}, {0}, {0}, {0}\n", row);
    text += "  %half = const f32[] [0.5]\n";
    const auto op = [&](const std::string& name, const char* kind, const char* a, const char* b) {
      text += fmt::format("  %{} = tf.{}(%{}, %{}) : {}\n", name, kind, a, b, row);
    };
    const std::pair<const char*, double> scales[] = {
        {"y", y_scale}, {"x", x_scale}, {"h", h_scale}, {"w", w_scale}};
    for (const auto& [side, scale] : scales) {
      const std::string s = side;
      text += fmt::format("  %{}_scale = const f32[] [{}]\n", s, scale);
      op(s + "_t", "RealDiv", ("t" + s).c_str(), (s + "_scale").c_str());
    }
    for (const std::string s : {"h", "w"}) {
      const std::string grown = s + "_grown", t = s + "_t";
      if (sizes_are_linear) {
        op(grown, "AddV2", t.c_str(), "one");
      } else {
        text += fmt::format("  %{} = tf.Exp(%{}) : {}\n", grown, t, row);
      }
      op(s + "_size", "Mul", grown.c_str(), (s + "a").c_str());
      op(s + "_half", "Mul", (s + "_size").c_str(), "half");
    }
    for (const auto& [s, other] : {std::pair<std::string, std::string>("y", "h"), {"x", "w"}}) {
      op(s + "_moved", "Mul", (s + "_t").c_str(), (other + "a").c_str());
      op(s + "_centre", "AddV2", (s + "_moved").c_str(), ("c" + s).c_str());
      op(s + "_low", "Sub", (s + "_centre").c_str(), (other + "_half").c_str());
      op(s + "_high", "AddV2", (s + "_centre").c_str(), (other + "_half").c_str());
    }
    text += fmt::format(
        "  %boxes = tf.Pack(%y_low, %x_low, %y_high, %x_high) {{axis = 1, N = 4}} : f32[{},4]\n", anchors);
    text += fmt::format("  %table_shape = const i32[2] [{}, {}]\n", anchors, columns());
    text +=
        fmt::format("  %table = tf.Reshape(%all_scores, %table_shape) : f32[{},{}]\n", anchors, columns());
    text += fmt::format("  %first = const i32[2] [0, {}]\n  %sizes = const i32[2] [-1, {}]\n",
                        background ? 1 : 0, classes);
    const std::string type = fmt::format("f32[{},{}]", anchors, classes);
    text += fmt::format("  %{} = tf.Slice(%table, %first, %sizes) : {}\n",
                        scores_are_squared ? "picked" : "class_scores", type);
    if (scores_are_squared) text += fmt::format("  %class_scores = tf.Square(%picked) : {}\n", type);
    text += fmt::format(
        "  %most = const i32[] [{}]\n  %iou = const f32[] [{}]\n  %threshold = const f32[] [{}]\n", per_class,
        iou, score);
    text +=
        fmt::format("  %sigma = const f32[] [{}]\n  %total = const i32[] [{}]\n  %zero = const i32[] [0]\n",
                    sigma, total);
    return text;
  }

  std::string Combined() const {
    return fmt::format(R"(
  %four = const i32[4] [1, {0}, 1, 4]
  %three = const i32[3] [1, {0}, {1}]
  %boxes4 = tf.Reshape(%boxes, %four) : f32[1,{0},1,4]
  %scores3 = tf.Reshape(%class_scores, %three) : f32[1,{0},{1}]
  %b, %s, %c, %n = tf.CombinedNonMaxSuppression(%boxes4, %scores3, %most, %total, %iou, %threshold) {{clip_boxes = true, pad_per_class = false}} : f32[1,{2},4], f32[1,{2}], f32[1,{2}], i32[1]
  return %b, %c, %s, %n
)",
                       anchors, classes, total);
  }

  // One suppression a class, or one on the greatest score of each anchor; the best of all, padded with zeros.
  std::string Separate() const {
    std::string text = "  %axis = const i32[] [1]\n", boxes, scores, ids;
    const std::string row = fmt::format("f32[{}]", anchors);
    const int suppressions = kind == Kind::kAgnostic ? 1 : classes;
    for (int c = 0; c < suppressions; ++c) {
      if (kind == Kind::kAgnostic) {
        text += fmt::format("  %col0 = tf.Max(%class_scores, %axis) {{keep_dims = false}} : {}\n", row);
        text += fmt::format("  %arg = tf.ArgMax(%class_scores, %axis) : i64[{}]\n", anchors);
        text += fmt::format("  %arg_f = tf.Cast(%arg) {{DstT = type f32}} : {}\n", row);
        text += fmt::format("  %id0 = tf.AddV2(%arg_f, %one) : {}\n", row);
      } else {
        text += fmt::format("  %at{0} = const i32[2] [0, {0}]\n  %width{0} = const i32[2] [-1, 1]\n", c);
        text += fmt::format("  %slice{0} = tf.Slice(%class_scores, %at{0}, %width{0}) : f32[{1},1]\n", c,
                            anchors);
        text += fmt::format("  %line{0} = const i32[1] [{1}]\n", c, anchors);
        text += fmt::format("  %col{0} = tf.Reshape(%slice{0}, %line{0}) : {1}\n", c, row);
        const int id = classes_swapped && c < 2 ? 1 - c : c;
        text += fmt::format("  %id{0} = const {1} splat({2})\n", c, row, id + 1);
      }
      text += fmt::format(
          "  %idx{0}, %sel{0}, %val{0} = tf.NonMaxSuppressionV5(%boxes, %col{0}, %most, %iou, %threshold, "
          "%sigma) {{pad_to_max_output_size = false}} : i32[?], f32[?], i32[]\n",
          c);
      for (const auto& [to, from, type] : {std::tuple("bx", std::string("boxes"), "f32[?,4]"),
                                           std::tuple("sc", fmt::format("col{}", c), "f32[?]"),
                                           std::tuple("cl", fmt::format("id{}", c), "f32[?]")}) {
        text += fmt::format("  %{0}{1} = tf.GatherV2(%{2}, %idx{1}, %zero) {{batch_dims = 0}} : {3}\n", to, c,
                            from, type);
      }
      boxes += fmt::format("%bx{}, ", c);
      scores += fmt::format("%sc{}, ", c);
      ids += fmt::format("%cl{}, ", c);
    }
    return text + fmt::format(R"(
  %all_boxes = tf.ConcatV2({0}%zero) : f32[?,4]
  %all_picked = tf.ConcatV2({1}%zero) : f32[?]
  %all_ids = tf.ConcatV2({2}%zero) : f32[?]
  %low = const f32[] [0]
  %high = const f32[] [{4}]
  %above = tf.Maximum(%all_boxes, %low) : f32[?,4]
  %clipped = tf.Minimum(%above, %high) : f32[?,4]
  %found = tf.Size(%all_picked) : i32[]
  %k = tf.Minimum(%found, %total) : i32[]
  %top, %order = tf.TopKV2(%all_picked, %k) {{sorted = true}} : f32[?], i32[?]
  %top_boxes = tf.GatherV2(%clipped, %order, %zero) {{batch_dims = 0}} : f32[?,4]
  %top_ids = tf.GatherV2(%all_ids, %order, %zero) {{batch_dims = 0}} : f32[?]
  %rest = tf.Sub(%total, %k) : i32[]
  %pair = tf.Pack(%zero, %rest) {{axis = 0, N = 2}} : i32[2]
  %pair_shape = const i32[2] [1, 2]
  %pad = tf.Reshape(%pair, %pair_shape) : i32[1,2]
  %none = const i32[1,2] [0, 0]
  %pads = tf.ConcatV2(%pad, %none, %zero) : i32[2,2]
  %full_boxes = tf.Pad(%top_boxes, %pads) : f32[{3},4]
  %full_scores = tf.Pad(%top, %pad) : f32[{3}]
  %full_ids = tf.Pad(%top_ids, %pad) : f32[{3}]
  %b_shape = const i32[3] [1, {3}, 4]
  %s_shape = const i32[2] [1, {3}]
  %n_shape = const i32[1] [1]
  %b = tf.Reshape(%full_boxes, %b_shape) : f32[1,{3},4]
  %s = tf.Reshape(%full_scores, %s_shape) : f32[1,{3}]
  %c = tf.Reshape(%full_ids, %s_shape) : f32[1,{3}]
  %k_float = tf.Cast(%k) {{DstT = type f32}} : f32[]
  %n = tf.Reshape(%k_float, %n_shape) : f32[1]
  return %b, %c, %s, %n
)",
                              boxes, scores, ids, total, window);
  }
};

class DetectionTest : public testing::Test {
 protected:
  void Load(const std::string& text) {
    auto module = ir::Parse(
        text, {},
        [](ir::Dialect dialect, std::string_view name) -> const ir::OpDef* {
          return dialect == ir::Dialect::kTf ? tf::FindOp(name) : nullptr;
        },
        findings_);
    ASSERT_TRUE(module) << findings_.findings().back().cause;
    module_ = *std::move(module);
  }
  void Load(const SmallDetector& detector) { Load(detector.Text()); }
  ir::Function& main() { return *module_->FindFunction("main"); }

  // What is found, or an empty optional and a failed test.
  std::optional<Postprocess> Find(const SmallDetector& detector) {
    Load(detector);
    Found found = FindPostprocess(main(), context_);
    if (const auto* reason = std::get_if<std::string>(&found)) {
      ADD_FAILURE() << *reason;
      return std::nullopt;
    }
    return std::get<Postprocess>(std::move(found));
  }
  std::string ReasonAgainst(const SmallDetector& detector) {
    Load(detector);
    Found found = FindPostprocess(main(), context_);
    const auto* reason = std::get_if<std::string>(&found);
    return reason != nullptr ? *reason : "recognised";
  }
  bool Reported(Code code) const {
    for (const Finding& finding : findings_.findings()) {
      if (finding.code == code) return true;
    }
    return false;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::unique_ptr<ir::Module> module_;
};

}  // namespace litesmith::detection
