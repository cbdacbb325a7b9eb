// What findings about shapes say once the whole model has been seen, and that what they propose works.
#include "pipeline/shape_advice.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "pipeline/diagnose.h"

namespace litesmith::pipeline {
namespace {

std::string Attribute(const std::string& key, const std::string& value) {
  return "  attr { key: \"" + key + "\" value { " + value + " } }\n";
}
std::string Node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
                 const std::string& attributes) {
  std::string text = "node {\n  name: \"" + name + "\"\n  op: \"" + op + "\"\n";
  for (const std::string& input : inputs) text += "  input: \"" + input + "\"\n";
  return text + attributes + "}\n";
}
std::string Dims(const std::vector<int>& dims) {
  std::string text;
  for (const int dim : dims) text += " dim { size: " + std::to_string(dim) + " }";
  return text;
}
const std::string kFloat = Attribute("T", "type: DT_FLOAT");
std::string Input(const std::string& name, const std::vector<int>& dims) {
  return Node(name, "Placeholder", {},
              Attribute("dtype", "type: DT_FLOAT") + Attribute("shape", "shape {" + Dims(dims) + " }"));
}
std::string Ints(const std::string& name, const std::vector<int>& values) {
  std::string text;
  for (const int value : values) text += " int_val: " + std::to_string(value);
  return Node(name, "Const", {},
              Attribute("dtype", "type: DT_INT32") +
                  Attribute("value", "tensor { dtype: DT_INT32 tensor_shape {" +
                                         Dims({static_cast<int>(values.size())}) + " }" + text + " }"));
}
std::string Floats(const std::string& name, const std::vector<int>& dims) {
  return Node(
      name, "Const", {},
      Attribute("dtype", "type: DT_FLOAT") +
          Attribute("value", "tensor { dtype: DT_FLOAT tensor_shape {" + Dims(dims) + " } float_val: 0.5 }"));
}

// A depthwise convolution with a filter that has as many channels as x.
const std::string kOpenChannels =
    Input("x", {-1, -1, -1, -1}) +
    Node("size", "Shape", {"x"}, kFloat + Attribute("out_type", "type: DT_INT32")) + Ints("three", {3}) +
    Ints("four", {4}) + Ints("one", {1}) + Ints("window", {3, 3}) + Ints("axis", {0}) +
    Node("channels", "StridedSlice", {"size", "three", "four", "one"},
         Attribute("T", "type: DT_INT32") + Attribute("Index", "type: DT_INT32")) +
    Node("zero", "Const", {},
         Attribute("dtype", "type: DT_INT32") +
             Attribute("value", "tensor { dtype: DT_INT32 tensor_shape { } int_val: 0 }")) +
    Node("dims", "ConcatV2", {"window", "channels", "one", "zero"},
         Attribute("T", "type: DT_INT32") + Attribute("Tidx", "type: DT_INT32") + Attribute("N", "i: 4")) +
    Floats("value", {}) +
    Node("filter", "Fill", {"dims", "value"}, kFloat + Attribute("index_type", "type: DT_INT32")) +
    Node("conv", "DepthwiseConv2dNative", {"x", "filter"},
         kFloat + Attribute("strides", "list { i: 1 i: 1 i: 1 i: 1 }") + Attribute("padding", "s: \"SAME\""));

// x, flattened as it comes, times a matrix for pictures of 28 x 28.
const std::string kTrainedOn28 =
    Input("x", {1, -1, -1, 1}) + Ints("flat", {1, -1}) +
    Node("reshape", "Reshape", {"x", "flat"}, kFloat + Attribute("Tshape", "type: DT_INT32")) +
    Floats("weights", {784, 5}) + Node("head", "MatMul", {"reshape", "weights"}, kFloat);

class ShapeAdvice : public testing::Test {
 protected:
  ~ShapeAdvice() override { std::filesystem::remove(path_); }

  // The only error about shapes of a conversion that fails, or of its diagnosis.
  Finding Only(const std::string& graph, const ConvertOptions& options = {}, bool diagnose = false) {
    std::ofstream(path_) << graph;
    FindingList findings;
    Context context{*host_, findings};
    Diagnosis diagnosis;
    const bool converts = diagnose ? Diagnose(path_, options, context, diagnosis).ok()
                                   : LoadModel(path_, options, context).ok();
    EXPECT_FALSE(converts);
    std::vector<Finding> found = findings.Take();
    std::erase_if(found, [](const Finding& one) { return InfoOf(one.code).category != Category::kShape; });
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Finding(Code::kShapeUnknown) : found[0];
  }
  bool Converts(const std::string& graph, const ConvertOptions& options) {
    std::ofstream(path_) << graph;
    FindingList findings;
    Context context{*host_, findings};
    return LoadModel(path_, options, context).ok();
  }
  static bool Says(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  const std::string path_ = testing::TempDir() + "litesmith_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".pbtxt";
  std::unique_ptr<Host> host_ = MakeSystemHost();
};

TEST_F(ShapeAdvice, NamesTheOneDimensionThatSolvesItAndTheWayItComes) {
  for (const bool diagnose : {false, true}) {
    const Finding finding = Only(kOpenChannels, {}, diagnose);
    EXPECT_EQ(finding.code, Code::kShapeUnknown);
    EXPECT_EQ(finding.node, "conv");
    EXPECT_TRUE(Says(finding.cause, "comes from input 'x' (axis")) << finding.cause;
    EXPECT_TRUE(Says(finding.cause, "Shape 'size', StridedSlice 'channels', ConcatV2 'dims', Fill 'filter'"))
        << finding.cause;
    ASSERT_FALSE(finding.fixes.empty());
    EXPECT_EQ(finding.fixes[0].option, "--input-shape x=?,?,?,3");
    EXPECT_TRUE(Says(finding.fixes[0].text, "with it the model converts")) << finding.fixes[0].text;
  }
  ConvertOptions options;
  options.input_shapes["x"] = {-1, -1, -1, 3};
  EXPECT_TRUE(Converts(kOpenChannels, options));
}

TEST_F(ShapeAdvice, AGivenShapeThatContradictsTheWeightsIsMeasuredAgainstOthers) {
  ConvertOptions options;
  options.input_shapes["x"] = {1, 32, 32, 1};
  const Finding finding = Only(kTrainedOn28, options);
  EXPECT_EQ(finding.code, Code::kShapeMismatch);
  ASSERT_GE(finding.fixes.size(), 2u);
  EXPECT_TRUE(Says(finding.fixes[0].text, "leave out --input-shape x=1,32,32,1: tried, the model converts"))
      << finding.fixes[0].text;
  EXPECT_EQ(finding.fixes[1].option, "--input-shape x=1,28,28,1");
}

TEST_F(ShapeAdvice, WhatIsLeftBehindAShapeThatHelpsIsSaid) {
  const Finding finding = Only(kOpenChannels + Node("late", "MyOp", {"conv"}, kFloat));
  ASSERT_FALSE(finding.fixes.empty());
  EXPECT_EQ(finding.fixes[0].option, "--input-shape x=?,?,?,3");
  EXPECT_TRUE(Says(finding.fixes[0].text, "gets past this, and LS0101 is left: op MyOp is unknown"))
      << finding.fixes[0].text;
}

TEST_F(ShapeAdvice, AnUnknownOpIsToldAsTheSourceWithTheOptionForItsShape) {
  const Finding finding = Only(Input("x", {1, 4, 4, 3}) + Node("mine", "MyOp", {"x"}, kFloat) +
                                   Node("conv", "DepthwiseConv2dNative", {"x", "mine"},
                                        kFloat + Attribute("strides", "list { i: 1 i: 1 i: 1 i: 1 }") +
                                            Attribute("padding", "s: \"SAME\"")),
                               [] {
                                 ConvertOptions options;
                                 options.allow_custom_ops = true;
                                 return options;
                               }());
  EXPECT_TRUE(Says(finding.cause, "comes from MyOp 'mine'")) << finding.cause;
  ASSERT_FALSE(finding.fixes.empty());
  EXPECT_TRUE(Says(finding.fixes[0].option, "--custom-op-shape MyOp=")) << finding.fixes[0].option;
}

}  // namespace
}  // namespace litesmith::pipeline
