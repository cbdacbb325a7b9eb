#include <gtest/gtest.h>

#include "import/tf/import_fixture.h"

namespace litesmith::testing {
namespace {

using Names = std::vector<std::string>;
const Attrs kT = {{"T", TypeValue(kFloat)}};

TEST(FrozenGraph, TakesPlaceholdersAndSinksByDefaultAndDropsTheRest) {
  const Outcome run =
      ImportGraph(Graph({Placeholder("x", {1, 4}), Const("w", FloatTensor({4}, {1, 2, 3, 4})),
                         Node("sum", "AddV2", {"x", "w"}, kT), Node("y", "Relu", {"sum"}, kT),
                         Node("done", "NoOp", {"^y"}), Const("lonely", FloatTensor({}, {1}))}));
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.imported->kind, "frozen_graph");
  EXPECT_TRUE(run.imported->module->signatures.empty());
  const ir::Function& main = *run.function("main");
  EXPECT_EQ(main.parameter_names, Names{"x"});
  EXPECT_EQ(main.result_names, Names{"y"});
  EXPECT_EQ(NodeNames(main), (Names{"w", "sum", "y"}));
  EXPECT_EQ(main.parameter(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(main.parameter(0)->type.shape, (Shape{1, 4}));
  EXPECT_EQ(main.parameter(0)->name, "x:0");
  EXPECT_EQ(main.result(0)->name, "y:0");
  ASSERT_NE(FindNode(main, "w"), nullptr);
  EXPECT_EQ(FindNode(main, "w")->output()->constant()->data<float>()[3], 4);
  EXPECT_EQ(run.imported->module->origins[FindNode(main, "sum")->origin].op, "AddV2");
}

TEST(FrozenGraph, CutsAtTheTensorsThatAreNamed) {
  import_tf::Options options;
  options.input_tensors = {"a:0"};
  options.output_tensors = {"b", "parts:1"};
  const Outcome run = ImportGraph(
      Graph({Placeholder("x", {4}), Node("a", "Neg", {"x"}, kT), Node("b", "Relu", {"a"}, kT),
             Const("axis", ZeroTensor(kInt32, {}), kInt32),
             Node("parts", "Split", {"axis", "b"}, {{"T", TypeValue(kFloat)}, {"num_split", IntValue(2)}}),
             Node("c", "Relu", {"b"}, kT)}),
      options);
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Function& main = *run.function("main");
  EXPECT_EQ(main.parameter_names, Names{"a"});
  EXPECT_EQ(main.result_names, (Names{"b", "parts:1"}));
  EXPECT_EQ(main.result(1)->index(), 1u);
  EXPECT_EQ(FindNode(main, "c"), nullptr);
  EXPECT_EQ(FindNode(main, "x"), nullptr);
}

TEST(FrozenGraph, RefusesNodesThatContradictTheirOps) {
  const Attrs string = {{"T", TypeValue(kString)}};
  for (const auto& [node, word] :
       {std::pair(Node("y", "Relu", {"x", "x"}, kT), "takes 1 inputs, and has 2"),
        std::pair(Node("y", "AddV2", {"x"}, kT), "takes 2 inputs, and has 1"),
        std::pair(Node("y", "AddV2", {"x", "i"}, kT), "its input 1 is float32; it is given int32"),
        std::pair(Node("y", "Relu", {"x"}, string), "its input 0 is string; it is given float32"),
        std::pair(Node("y", "ConcatV2", {"x", "x", "x"}, {{"N", IntValue(2)}, {"T", TypeValue(kFloat)}}),
                  "its input 2 is int32; it is given float32")}) {
    const Outcome run = ImportGraph(Graph({Placeholder("x", {4}), Placeholder("i", {4}, kInt32), node}));
    EXPECT_EQ(run.code(), Code::kGraphDamaged) << word;
    EXPECT_NE(run.cause().find(word), std::string::npos) << run.cause();
  }
}

TEST(FrozenGraph, KeepsAnInputThatNothingReads) {
  const Outcome run =
      ImportGraph(Graph({Placeholder("x", {2}), Placeholder("unused", {3}), Node("y", "Relu", {"x"}, kT)}));
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("main")->parameter_names, (Names{"x", "unused"}));
  EXPECT_FALSE(run.function("main")->parameter(1)->used());
}

TEST(FrozenGraph, ListsTheTensorsForAnUnknownName) {
  import_tf::Options options;
  options.output_tensors = {"logits"};
  const Outcome run = ImportGraph(Graph({Placeholder("x", {2}), Node("y", "Relu", {"x"}, kT)}), options);
  EXPECT_EQ(run.code(), Code::kTensorUnknown);
  EXPECT_NE(run.cause().find("y"), std::string::npos);
}

TEST(FrozenGraph, TellsAPlaceholderThatIsNotAmongTheInputs) {
  import_tf::Options options;
  options.input_tensors = {"x"};
  const Outcome run = ImportGraph(
      Graph({Placeholder("x", {2}), Placeholder("z", {2}), Node("y", "AddV2", {"x", "z"}, kT)}), options);
  EXPECT_EQ(run.code(), Code::kInputMissing);
}

TEST(FrozenGraph, OrdersNodesByControlEdges) {
  const Outcome run = ImportGraph(Graph({Placeholder("x", {2}), Node("y", "Relu", {"x", "^check"}, kT),
                                         Node("check", "CheckNumerics", {"x"}, kT)}));
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(NodeNames(*run.function("main")), (Names{"check", "y"}));
}

TEST(FrozenGraph, ImportsALoopOfTensorFlow1WithItsBackEdge) {
  const Outcome run = ImportGraph(
      Graph({Placeholder("x", {2}),
             Node("enter", "Enter", {"x"}, {{"T", TypeValue(kFloat)}, {"frame_name", TextValue("f")}}),
             Node("merge", "Merge", {"enter", "next"}, {{"T", TypeValue(kFloat)}, {"N", IntValue(2)}}),
             Const("yes", ZeroTensor(kBool, {}), kBool), Node("cond", "LoopCond", {"yes"}),
             Node("switch", "Switch", {"merge", "cond"}, kT), Node("body", "Neg", {"switch:1"}, kT),
             Node("next", "NextIteration", {"body"}, kT), Node("y", "Exit", {"switch"}, kT)}));
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Function& main = *run.function("main");
  const ir::Node* merge = FindNode(main, "merge");
  ASSERT_NE(merge, nullptr);
  ASSERT_NE(merge->operand(1), nullptr);
  EXPECT_EQ(merge->operand(1)->node(), FindNode(main, "next"));
}

// tf.cond and tf.while_loop leave nodes that nobody reads beside the model's output.
TEST(FrozenGraph, TakesNoLeftoversOfControlFlowForOutputs) {
  const Outcome run = ImportGraph(
      Graph({Placeholder("x", {2}), Const("yes", ZeroTensor(kBool, {}), kBool),
             Node("pivot", "Switch", {"yes", "yes"}, {{"T", TypeValue(kBool)}}),
             Node("switch_t", "Identity", {"pivot:1"}, {{"T", TypeValue(kBool)}}),
             Node("enter", "Enter", {"x"}, {{"T", TypeValue(kFloat)}, {"frame_name", TextValue("f")}}),
             Node("counter", "Exit", {"enter"}, kT), Node("y", "Relu", {"x"}, kT)}));
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("main")->result_names, Names{"y"});
}

TEST(FrozenGraph, APlaceholderWithADefaultIsAnInputWhereThereIsNoOther) {
  const auto with_default =
      Node("k", "PlaceholderWithDefault", {"c"}, {{"dtype", TypeValue(kFloat)}, {"shape", ShapeValue({-1})}});
  const auto constant = Const("c", FloatTensor({2}, {1, 2}));
  const Outcome alone = ImportGraph(Graph({constant, with_default, Node("y", "Relu", {"k"}, kT)}));
  ASSERT_TRUE(alone.ok()) << alone.cause();
  EXPECT_EQ(alone.function("main")->parameter_names, Names{"k"});
  EXPECT_EQ(alone.function("main")->parameter(0)->type.dtype, DType::kFloat32);
  const Outcome beside =
      ImportGraph(Graph({constant, with_default, Placeholder("x", {2}), Node("y", "AddV2", {"k", "x"}, kT)}));
  ASSERT_TRUE(beside.ok()) << beside.cause();
  EXPECT_EQ(beside.function("main")->parameter_names, Names{"x"});
}

TEST(FrozenGraph, RefusesEveryOtherCircle) {
  const Outcome run = ImportGraph(
      Graph({Node("a", "Relu", {"b"}, kT), Node("b", "Relu", {"a"}, kT), Node("y", "Neg", {"a"}, kT)}));
  EXPECT_EQ(run.code(), Code::kGraphDamaged);
  EXPECT_NE(run.cause().find("a <- b"), std::string::npos) << run.cause();
}

TEST(FrozenGraph, NumbersOutputsOfAnOpThatNobodyKnows) {
  const Outcome run = ImportGraph(Graph(
      {Placeholder("x", {2}), Node("mine", "MyOp", {"x"}), Node("y", "AddV2", {"mine:2", "mine"}, kT)}));
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Node* mine = FindNode(*run.function("main"), "mine");
  ASSERT_NE(mine, nullptr);
  EXPECT_TRUE(mine->op().Has(ir::kUnknownOp));
  EXPECT_EQ(mine->output_count(), 3u);
}

TEST(FrozenGraph, TellsReferencesThatLeadNowhere) {
  EXPECT_EQ(ImportGraph(Graph({Node("y", "Relu", {"gone"}, kT)})).code(), Code::kGraphDamaged);
  EXPECT_EQ(
      ImportGraph(Graph({Placeholder("x", {2}), Node("a", "Neg", {"x"}, kT), Node("y", "Relu", {"a:7"}, kT)}))
          .code(),
      Code::kGraphDamaged);
  EXPECT_EQ(
      ImportGraph(Graph({Placeholder("x", {2}), Placeholder("x", {2}), Node("y", "Relu", {"x"}, kT)})).code(),
      Code::kGraphDamaged);
}

// Everything behind the importer takes an op's operands for granted.
TEST(FrozenGraph, RefusesOpsWithoutAllOfTheirInputs) {
  for (const auto& [op, inputs] : {std::pair<std::string, std::vector<std::string>>("Conv2D", {"x"}),
                                   {"AddV2", {"x"}},
                                   {"Relu", {}},
                                   {"Relu", {"^x"}},
                                   {"ConcatV2", {}}}) {
    const Outcome run = ImportGraph(Graph({Placeholder("x", {2}), Node("y", op, inputs, kT)}));
    EXPECT_EQ(run.code(), Code::kGraphDamaged) << op;
    EXPECT_NE(run.cause().find("y is of op " + op), std::string::npos) << run.cause();
  }
}

TEST(FrozenGraph, MayOverrideAPlaceholdersShape) {
  import_tf::Options options;
  options.input_shapes["x"] = {1, 320};
  const std::string graph = Graph({Placeholder("x", {1, 300}), Node("y", "Relu", {"x"}, kT)});
  const Outcome run = ImportGraph(graph, options);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("main")->parameter(0)->type.shape, (Shape{1, 320}));
  options.input_shapes = {{"picture", {1, 320}}};
  EXPECT_EQ(ImportGraph(graph, options).code(), Code::kTensorUnknown);
}

TEST(FrozenGraph, LeavesOutWhatBelongsToTheSaver) {
  const Outcome run = ImportGraph(Graph(
      {Placeholder("x", {2}), Node("y", "Relu", {"x"}, kT), Const("file", TextTensor({}, {"f"}), kString),
       Node("save", "SaveV2", {"file", "file", "file", "y"}, {{"dtypes", TypesValue({kFloat})}}),
       Node("after", "Identity", {"file", "^save"}, {{"T", TypeValue(kString)}})}));
  ASSERT_TRUE(run.ok()) << run.cause();
  // That the saver reads y does not make it an inner tensor.
  // reading.
  EXPECT_EQ(run.function("main")->result_names, Names{"y"});
}

TEST(FrozenGraph, ReadsTheTextForm) {
  MemoryHost host;
  host.files["graph.pbtxt"] =
      "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } }\n"
      "  attr { key: 'shape' value { shape { dim { size: -1 } dim { size: 3 } } } } }\n"
      "node { name: 'y' op: 'Relu' input: 'x' attr { key: 'T' value { type: DT_FLOAT } } }\n"
      "versions { producer: 1000 }";
  const Outcome run = Import(host, "graph.pbtxt");
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("main")->parameter(0)->type.shape, (Shape{Dim::Unknown(), 3}));
  EXPECT_EQ(run.function("main")->result_names, Names{"y"});
}

}  // namespace
}  // namespace litesmith::testing
