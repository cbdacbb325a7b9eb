#include "small_detector.h"

namespace litesmith::detection {
namespace {

TEST_F(DetectionTest, ABoxCodersScalesAreMeasured) {
  SmallDetector detector;
  detector.y_scale = 3;
  detector.x_scale = 7;
  detector.h_scale = 2.5;
  detector.w_scale = 1.25;
  const auto found = Find(detector);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->decoder.y_scale, 3.0f);
  EXPECT_EQ(found->decoder.x_scale, 7.0f);
  EXPECT_EQ(found->decoder.h_scale, 2.5f);
  EXPECT_EQ(found->decoder.w_scale, 1.25f);
}

TEST_F(DetectionTest, AnchorsAreCentresAndSizes) {
  const auto found = Find(SmallDetector());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->decoder.anchor_count, 12);
  const float second[] = {0.33f, 0.375f, 0.21f, 0.29f};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(found->decoder.anchors[4 + i], second[i], 1e-6f) << i;
}

TEST_F(DetectionTest, EachSuppressionStandsForAClassAndTheBackgroundForNone) {
  const auto found = Find(SmallDetector());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->regular);
  EXPECT_EQ(found->classes, 3);
  EXPECT_EQ(found->scores.columns, 4);
  EXPECT_EQ(found->scores.first_class, 1);
  EXPECT_EQ(found->outputs.first_class, 1);
  EXPECT_EQ(found->max_detections, 8);
  EXPECT_EQ(found->suppressions.per_class, 5);
  EXPECT_FLOAT_EQ(found->suppressions.iou_threshold, 0.5f);
  EXPECT_FLOAT_EQ(found->suppressions.score_threshold, 0.1f);
}

TEST_F(DetectionTest, ScoresWithoutABackgroundHaveAClassInEachColumn) {
  SmallDetector detector;
  detector.background = false;
  const auto found = Find(detector);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->classes, 3);
  EXPECT_EQ(found->scores.columns, 3);
  EXPECT_EQ(found->scores.first_class, 0);
}

TEST_F(DetectionTest, ScoresAreTakenBehindTheirConverter) {
  for (const char* converter : {"Sigmoid", "Softmax"}) {
    SmallDetector detector;
    detector.converter = converter;
    const auto found = Find(detector);
    ASSERT_TRUE(found) << converter;
    ASSERT_NE(found->scores.scores->node(), nullptr);
    EXPECT_EQ(found->scores.scores->node()->op_name(), converter);
  }
}

TEST_F(DetectionTest, OneSuppressionForAllClassesIsTheOpsFastOne) {
  SmallDetector detector;
  detector.kind = Kind::kAgnostic;
  const auto found = Find(detector);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->regular);
  EXPECT_EQ(found->classes, 3);
  EXPECT_EQ(found->max_detections, 5);  // the op has one limit only
}

TEST_F(DetectionTest, ACombinedSuppressionCountsClassesFromZero) {
  SmallDetector detector;
  detector.kind = Kind::kCombined;
  const auto found = Find(detector);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->regular);
  EXPECT_EQ(found->classes, 3);
  EXPECT_EQ(found->outputs.first_class, 0);
}

TEST_F(DetectionTest, OneClassIsAClassToo) {
  for (const Kind kind : {Kind::kPerClass, Kind::kAgnostic, Kind::kCombined}) {
    SmallDetector detector;
    detector.kind = kind;
    detector.classes = 1;
    const auto found = Find(detector);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->classes, 1);
    EXPECT_EQ(found->scores.first_class, 1);
  }
}

TEST_F(DetectionTest, ResultsAreToldApartByWhatTheyHold) {
  const auto found = Find(SmallDetector());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->outputs.boxes, 0);
  EXPECT_EQ(found->outputs.classes, 1);
  EXPECT_EQ(found->outputs.scores, 2);
  EXPECT_EQ(found->outputs.count, 3);
}

// Graphs that only resemble a detector.

TEST_F(DetectionTest, SizesThatDoNotGrowExponentiallyAreNoBoxCoder) {
  SmallDetector detector;
  detector.sizes_are_linear = true;
  EXPECT_NE(ReasonAgainst(detector).find("not decoded"), std::string::npos);
}

TEST_F(DetectionTest, SquaredScoresAreCutBehindTheSquare) {
  SmallDetector detector;
  detector.scores_are_squared = true;
  const auto found = Find(detector);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scores.scores->node()->op_name(), "Square");
  EXPECT_EQ(found->scores.first_class, 0);
}

TEST_F(DetectionTest, ClassesThatAreNotTheColumnsAreNotTheOps) {
  SmallDetector detector;
  detector.classes_swapped = true;
  EXPECT_NE(ReasonAgainst(detector).find("classes"), std::string::npos);
}

TEST_F(DetectionTest, SoftSuppressionIsNotTheOps) {
  SmallDetector detector;
  detector.sigma = 0.5;
  EXPECT_NE(ReasonAgainst(detector).find("softly"), std::string::npos);
}

TEST_F(DetectionTest, AnotherWindowThanThePictureIsNotTheOps) {
  SmallDetector detector;
  detector.window = 0.5;
  EXPECT_NE(ReasonAgainst(detector).find("boxes"), std::string::npos);
}

TEST_F(DetectionTest, AnOverlapOfZeroIsNotTheOps) {
  SmallDetector detector;
  detector.iou = 0;
  EXPECT_NE(ReasonAgainst(detector).find("overlap"), std::string::npos);
}

}  // namespace
}  // namespace litesmith::detection
