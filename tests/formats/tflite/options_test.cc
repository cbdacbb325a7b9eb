#include "formats/tflite/options.h"

#include <gtest/gtest.h>

#include "formats/tflite/sample_model.h"
#include "tfl/op.h"

namespace litesmith::tflite {
namespace {

// The attributes after writing and reading a file with one operator that has these options.
Attributes Again(std::string_view table, const Attributes& attributes) {
  auto sample = testing::MakeSample();
  sample->model.subgraphs.emplace_back();  // for options that refer to a subgraph
  Operator& op = sample->model.subgraphs[0].operators[0];
  op.options = table;
  op.attributes = attributes;
  testing::Bench bench;
  const auto bytes = WriteModel(sample->model, {}, bench.findings);
  if (!bytes.ok()) return {};
  const auto model = bench.Read(*bytes);
  if (!model.ok()) return {};
  EXPECT_EQ(model->subgraphs[0].operators[0].options, table);
  return model->subgraphs[0].operators[0].attributes;
}

TEST(TfliteOptions, TableOfEveryOpIsInTheSchema) {
  for (const tfl::Op* op : tfl::AllOps()) {
    EXPECT_TRUE(op->options.empty() || IsOptionsTable(op->options)) << op->name;
  }
  EXPECT_FALSE(IsOptionsTable("NoSuchOptions"));
}

TEST(TfliteOptions, DefaultsAreFilledIn) {
  const Attributes read = Again("Conv2DOptions", {{"stride_w", int64_t{2}}});
  EXPECT_EQ(read.Int("stride_w"), 2);
  EXPECT_EQ(read.Int("stride_h", 9), 0);
  EXPECT_EQ(read.Int("dilation_w_factor"), 1);
  EXPECT_TRUE(Again("AddOptions", {}).Bool("pot_scale_int16"));
}

TEST(TfliteOptions, AllKindsOfFieldsComeBack) {
  EXPECT_EQ(Again("SoftmaxOptions", {{"beta", 1.5f}}).Float("beta"), 1.5f);
  EXPECT_EQ(Again("VarHandleOptions", {{"shared_name", std::string("v")}}).Text("shared_name"), "v");
  EXPECT_EQ(Again("ReshapeOptions", {{"new_shape", std::vector<int64_t>{2, -1}}}).Ints("new_shape"),
            (std::vector<int64_t>{2, -1}));
  EXPECT_EQ(Again("RandomOptions", {{"seed", int64_t{-1} << 40}}).Int("seed"), int64_t{-1} << 40);
  EXPECT_EQ(Again("BucketizeOptions", {{"boundaries", std::vector<float>{1, 2.5f}}})
                .Get<std::vector<float>>("boundaries"),
            (std::vector<float>{1, 2.5f}));
  const std::vector<bool> flags = {true, false};
  EXPECT_EQ(Again("StablehloConvolutionOptions", {{"window_reversal", flags}})
                .Get<std::vector<bool>>("window_reversal"),
            flags);
  EXPECT_EQ(Again("DilateOptions", {}).size(), 0u) << "a member of the second union";
  const Attributes composite =
      Again("StableHLOCompositeOptions", {{"decomposition_subgraph_index", int64_t{1}},
                                          {"options_version", int64_t{3}},
                                          {"composite_attributes", Tensor::Of<uint8_t>({2}, {1, 2})}});
  EXPECT_EQ(composite.Int("options_version"), 3);
  ASSERT_NE(composite.FindAs<Tensor>("composite_attributes"), nullptr);
  EXPECT_EQ(composite.FindAs<Tensor>("composite_attributes")->elements(), 2);
}

TEST(TfliteOptions, TypesOfTensorsMayBeDTypes) {
  EXPECT_EQ(Again("CastOptions", {{"in_data_type", DType::kInt8}, {"out_data_type", int64_t{4}}})
                .Int("in_data_type"),
            9);
}

TEST(TfliteOptions, ProblemsAreNamed) {
  EXPECT_EQ(OptionsProblem("Conv2DOptions", {{"stride_w", int64_t{2}}}), "");
  EXPECT_NE(OptionsProblem("Conv2DOptions", {{"stride_w", 2.0f}}), "");
  EXPECT_NE(OptionsProblem("Conv2DOptions", {{"stride_w", int64_t{1} << 40}}), "");
  EXPECT_NE(OptionsProblem("Conv2DOptions", {{"padding", DType::kInt8}}), "");
  EXPECT_NE(OptionsProblem("SoftmaxOptions", {{"beta", int64_t{1}}}), "");
}

TEST(TfliteOptions, SubgraphFieldsAreMarkedInTheSchema) {
  EXPECT_EQ(SubgraphFields("WhileOptions"),
            (std::vector<std::string>{"body_subgraph_index", "cond_subgraph_index"}));
  EXPECT_EQ(SubgraphFields("StablehloCaseOptions"), (std::vector<std::string>{"branch_subgraph_indices"}));
  EXPECT_TRUE(SubgraphFields("AddOptions").empty());
}

}  // namespace
}  // namespace litesmith::tflite
