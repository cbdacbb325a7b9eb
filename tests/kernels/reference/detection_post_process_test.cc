// The detection op against a plain form of what TensorFlow Lite documents: every class sorted whole, every
// pair of boxes compared.
#define FLATBUFFERS_LOCALE_INDEPENDENT 0
#include <flatbuffers/flexbuffers.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "kernels/reference/harness.h"

namespace litesmith {
namespace {

struct Options {
  int max_detections = 10, max_classes = 1, per_class = 100, classes = 3;
  bool regular = false;
  float score_threshold = 0, iou_threshold = 0.5f;
  float scale_yx = 10, scale_hw = 5;
};

Tensor Packed(const Options& options) {
  flexbuffers::Builder builder;
  builder.Map([&] {
    builder.Int("max_detections", options.max_detections);
    builder.Int("max_classes_per_detection", options.max_classes);
    builder.Int("detections_per_class", options.per_class);
    builder.Int("num_classes", options.classes);
    builder.Bool("use_regular_nms", options.regular);
    builder.Float("nms_score_threshold", options.score_threshold);
    builder.Float("nms_iou_threshold", options.iou_threshold);
    builder.Float("y_scale", options.scale_yx);
    builder.Float("x_scale", options.scale_yx);
    builder.Float("h_scale", options.scale_hw);
    builder.Float("w_scale", options.scale_hw);
  });
  builder.Finish();
  const std::vector<uint8_t>& bytes = builder.GetBuffer();
  return Tensor::Of<uint8_t>({static_cast<int64_t>(bytes.size())}, bytes);
}

struct Scene {
  int anchors = 0, columns = 0;
  std::vector<float> encodings, scores, anchor_boxes;
};

// Boxes that crowd a small area; `levels` > 0 gives scores of that many values, so that many are equal.
Scene MakeScene(std::mt19937& random, int anchors, int columns, int levels) {
  std::uniform_real_distribution<float> unit(0, 1);
  Scene scene{anchors, columns, {}, {}, {}};
  for (int i = 0; i < anchors; ++i) {
    for (int j = 0; j < 4; ++j) scene.encodings.push_back(4 * unit(random) - 2);
    scene.anchor_boxes.insert(scene.anchor_boxes.end(),
                              {unit(random), unit(random), 0.3f * unit(random), 0.2f});
    for (int j = 0; j < columns; ++j) {
      const float score = unit(random);
      scene.scores.push_back(levels > 0 ? std::floor(score * static_cast<float>(levels)) / 8 : score);
    }
  }
  return scene;
}

struct Corners {
  float ymin, xmin, ymax, xmax;
};

Corners Decode(const Scene& scene, const Options& options, int i) {
  const float *code = &scene.encodings[static_cast<size_t>(4 * i)],
              *anchor = &scene.anchor_boxes[static_cast<size_t>(4 * i)];
  const double yx = options.scale_yx, hw = options.scale_hw;
  const auto y = static_cast<float>(code[0] / yx * anchor[2] + anchor[0]);
  const auto x = static_cast<float>(code[1] / yx * anchor[3] + anchor[1]);
  const auto h = static_cast<float>(0.5 * std::exp(code[2] / hw) * anchor[2]);
  const auto w = static_cast<float>(0.5 * std::exp(code[3] / hw) * anchor[3]);
  return {y - h, x - w, y + h, x + w};
}

float Overlap(const Corners& a, const Corners& b) {
  const float area_a = (a.ymax - a.ymin) * (a.xmax - a.xmin), area_b = (b.ymax - b.ymin) * (b.xmax - b.xmin);
  if (area_a <= 0 || area_b <= 0) return 0;
  const float height = std::max(std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin), 0.0f);
  const float width = std::max(std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin), 0.0f);
  return height * width / (area_a + area_b - height * width);
}

// Greedy suppression of one list of scores; stable among equals.
std::vector<int> Suppress(const Scene& scene, const Options& options, const std::vector<float>& scores,
                          int most) {
  std::vector<int> order, kept;
  for (int i = 0; i < scene.anchors; ++i) {
    if (scores[static_cast<size_t>(i)] >= options.score_threshold) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return scores[static_cast<size_t>(a)] > scores[static_cast<size_t>(b)];
  });
  for (const int i : order) {
    if (static_cast<int>(kept.size()) >= most) break;
    const Corners box = Decode(scene, options, i);
    const bool dropped = std::any_of(kept.begin(), kept.end(), [&](int other) {
      return Overlap(Decode(scene, options, other), box) > options.iou_threshold;
    });
    if (!dropped) kept.push_back(i);
  }
  return kept;
}

struct Detections {
  std::vector<double> boxes, classes, scores;
  int count = 0;
  void Add(const Corners& box, int klass, float score) {
    boxes.insert(boxes.end(), {box.ymin, box.xmin, box.ymax, box.xmax});
    classes.push_back(klass);
    scores.push_back(score);
  }
};

Detections Expected(const Scene& scene, const Options& options) {
  Detections result;
  const int background = scene.columns - options.classes;
  const auto score = [&](int anchor, int klass) {
    return scene.scores[static_cast<size_t>(anchor * scene.columns + background + klass)];
  };
  std::vector<float> column(static_cast<size_t>(scene.anchors));
  if (options.regular) {
    std::vector<std::pair<int, int>> merged;  // anchor, class
    for (int klass = 0; klass < options.classes; ++klass) {
      for (int i = 0; i < scene.anchors; ++i) column[static_cast<size_t>(i)] = score(i, klass);
      const int most = std::min(options.per_class, options.max_detections);
      for (const int i : Suppress(scene, options, column, most)) merged.push_back({i, klass});
      std::stable_sort(merged.begin(), merged.end(), [&](const auto& a, const auto& b) {
        return score(a.first, a.second) > score(b.first, b.second);
      });
      if (static_cast<int>(merged.size()) > options.max_detections)
        merged.resize(static_cast<size_t>(options.max_detections));
    }
    for (const auto& [i, klass] : merged) result.Add(Decode(scene, options, i), klass, score(i, klass));
    result.count = static_cast<int>(merged.size());
  } else {
    for (int i = 0; i < scene.anchors; ++i) {
      column[static_cast<size_t>(i)] = score(i, 0);
      for (int k = 1; k < options.classes; ++k)
        column[static_cast<size_t>(i)] = std::max(column[static_cast<size_t>(i)], score(i, k));
    }
    for (const int i : Suppress(scene, options, column, options.max_detections)) {
      std::vector<int> classes(static_cast<size_t>(options.classes));
      std::iota(classes.begin(), classes.end(), 0);
      std::stable_sort(classes.begin(), classes.end(),
                       [&](int a, int b) { return score(i, a) > score(i, b); });
      for (int k = 0; k < options.max_classes; ++k) {
        if (k < options.classes) {
          const int klass = classes[static_cast<size_t>(k)];
          result.Add(Decode(scene, options, i), klass, score(i, klass));
        } else {
          result.Add({0, 0, 0, 0}, 0, 0);
        }
      }
      ++result.count;
    }
  }
  const auto rows = static_cast<size_t>(options.max_detections * options.max_classes);
  result.boxes.resize(4 * rows);
  result.classes.resize(rows);
  result.scores.resize(rows);
  return result;
}

KernelCall CallOf(const Scene& scene, const Options& options) {
  const int64_t n = scene.anchors;
  return {"TFLite_Detection_PostProcess",
          {{Tensor::Of<float>({1, n, 4}, scene.encodings)},
           {Tensor::Of<float>({1, n, scene.columns}, scene.scores)},
           {Tensor::Of<float>({n, 4}, scene.anchor_boxes)}},
          {{"custom_options", Packed(options)}},
          {DType::kFloat32, DType::kFloat32, DType::kFloat32, DType::kFloat32},
          {},
          2};
}

void ExpectSame(const Scene& scene, const Options& options) {
  const KernelRun run = RunKernel(CallOf(scene, options));
  ASSERT_TRUE(run.ok) << run.Findings();
  const Detections expected = Expected(scene, options);
  EXPECT_EQ(run.outputs[0].dims(), (Dims{1, options.max_detections * options.max_classes, 4}));
  ExpectEqual(run.outputs[3], {static_cast<double>(expected.count)});
  ExpectEqual(run.outputs[2], expected.scores);
  ExpectEqual(run.outputs[1], expected.classes);
  ExpectEqual(run.outputs[0], expected.boxes);
}

TEST(DetectionPostProcess, AgreesWithThePlainFormOnScoresThatDiffer) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    Options options;
    options.regular = round % 2 == 0;
    options.classes = 1 + round % 7;
    options.max_detections = 1 + round % 30;
    options.max_classes = options.regular ? 1 : 1 + round % 3;
    options.per_class = 1 + round % 11;
    options.score_threshold = round % 5 == 0 ? 0.5f : 1e-8f;
    options.iou_threshold = 0.2f + 0.1f * static_cast<float>(round % 6);
    SCOPED_TRACE(round);
    ExpectSame(MakeScene(random, 200 + 37 * round, options.classes + round / 2 % 2, 0), options);
  }
}

TEST(DetectionPostProcess, KeepsTheOrderOfEqualScores) {
  std::mt19937 random(2);
  for (int round = 0; round < 40; ++round) {
    Options options;
    options.regular = round % 2 == 0;
    options.classes = 1 + round % 4;
    options.max_detections = 5 + 3 * round;
    options.iou_threshold = 0.4f;
    SCOPED_TRACE(round);
    // From one value for all to eight.
    ExpectSame(MakeScene(random, 300, options.classes + 1, 1 + round % 8), options);
  }
}

TEST(DetectionPostProcess, GoesThroughAllCandidatesWhereAllOverlap) {
  std::mt19937 random(3);
  for (const bool regular : {false, true}) {
    Options options;
    options.regular = regular;
    options.max_detections = 100;
    options.iou_threshold = 0.05f;
    Scene scene = MakeScene(random, 3000, 3, 0);
    for (int i = 0; i < scene.anchors; ++i) {
      const auto at = static_cast<size_t>(4 * i);
      scene.anchor_boxes[at + 2] = scene.anchor_boxes[at + 3] = 2;
    }
    ExpectSame(scene, options);
  }
}

TEST(DetectionPostProcess, TakesNegativeScoresZeroThresholdsAndSignedZeros) {
  std::mt19937 random(4);
  for (const float threshold : {0.0f, -0.5f, -10.0f, 2.0f}) {
    for (const bool regular : {false, true}) {
      Options options;
      options.regular = regular;
      options.score_threshold = threshold;
      Scene scene = MakeScene(random, 120, 4, 4);
      for (float& score : scene.scores) score -= 0.25f;
      for (size_t i = 0; i < scene.scores.size(); i += 3) scene.scores[i] = i % 2 == 0 ? 0.0f : -0.0f;
      SCOPED_TRACE(threshold);
      ExpectSame(scene, options);
    }
  }
}

TEST(DetectionPostProcess, FindsNothingWithoutAnchors) {
  Options options;
  std::mt19937 random(5);
  ExpectSame(MakeScene(random, 0, 3, 0), options);
}

TEST(DetectionPostProcess, LeavesOutScoresThatAreNotNumbers) {
  std::mt19937 random(6);
  Options options;
  options.regular = true;
  Scene scene = MakeScene(random, 50, 3, 0);
  for (size_t i = 0; i < scene.scores.size(); i += 4) scene.scores[i] = std::nanf("");
  const KernelRun run = RunKernel(CallOf(scene, options));
  ASSERT_TRUE(run.ok) << run.Findings();
  for (const float score : run.outputs[2].data<float>()) EXPECT_FALSE(std::isnan(score));
}

TEST(DetectionPostProcess, ReadsUint8) {
  Options options;
  options.classes = 2;
  options.max_detections = 2;
  const std::vector<uint8_t> encodings(8, 128), scores = {10, 200, 100, 50},
                                                anchors = {50, 50, 10, 10, 150, 150, 10, 10};
  KernelCall call;
  call.op = "TFLite_Detection_PostProcess";
  call.inputs = {{Tensor::Of<uint8_t>({1, 2, 4}, encodings), Scaled(0.1f, 128)},
                 {Tensor::Of<uint8_t>({1, 2, 2}, scores), Scaled(1 / 255.0f, 0)},
                 {Tensor::Of<uint8_t>({2, 4}, anchors), Scaled(0.01f, 0)}};
  call.attributes = {{"custom_options", Packed(options)}};
  call.outputs = {DType::kFloat32, DType::kFloat32, DType::kFloat32, DType::kFloat32};
  const KernelRun run = RunKernel(call);
  ASSERT_TRUE(run.ok) << run.Findings();
  ExpectNear(run.outputs[0], {0.45, 0.45, 0.55, 0.55, 1.45, 1.45, 1.55, 1.55});
  ExpectEqual(run.outputs[1], {1, 0});
  ExpectNear(run.outputs[2], {200 / 255.0, 100 / 255.0});
  ExpectEqual(run.outputs[3], {2});
}

TEST(DetectionPostProcess, RefusesWhatCannotBeRight) {
  std::mt19937 random(7);
  const Scene scene = MakeScene(random, 10, 4, 0);
  const auto refused = [&](Options options) {
    const KernelRun run = RunKernel(CallOf(scene, options));
    return !run.prepared && !run.findings.empty();
  };
  Options options;
  options.iou_threshold = 0;
  EXPECT_TRUE(refused(options));
  options = {};
  options.max_detections = -1;
  EXPECT_TRUE(refused(options));
  options = {};
  options.classes = 2;  // two columns too many
  EXPECT_TRUE(refused(options));
  options = {};
  options.classes = 5;
  EXPECT_TRUE(refused(options));
  options = {};
  options.max_classes = 0;
  EXPECT_TRUE(refused(options));
  KernelCall call = CallOf(scene, {});
  call.attributes = {{"custom_options", Tensor::Of<uint8_t>({3}, {255, 255, 255})}};
  EXPECT_FALSE(RunKernel(call).prepared);
  call.attributes = {};
  EXPECT_FALSE(RunKernel(call).prepared);
}

TEST(DetectionPostProcess, FailsOnABoxTurnedInsideOut) {
  std::mt19937 random(8);
  Scene scene = MakeScene(random, 10, 3, 0);
  scene.anchor_boxes[4 * 7 + 2] = -0.5f;
  const KernelRun run = RunKernel(CallOf(scene, {}));
  EXPECT_TRUE(run.prepared);
  EXPECT_FALSE(run.ok);
}

}  // namespace
}  // namespace litesmith
