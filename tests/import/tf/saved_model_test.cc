#include <gtest/gtest.h>

#include "import/tf/checkpoint_writer.h"
#include "import/tf/import_fixture.h"

namespace litesmith::testing {
namespace {

using Names = std::vector<std::string>;
const Attrs kT = {{"T", TypeValue(kFloat)}};

Attrs CallOf(std::string_view function, size_t inputs, size_t outputs) {
  return {{"f", FunctionValue(function)},
          {"Tin", TypesValue(std::vector<uint64_t>(inputs, kFloat))},
          {"Tout", TypesValue(std::vector<uint64_t>(outputs, kFloat))}};
}

Function Doubler(std::string name) {
  return {std::move(name),
          {{"a", kFloat}},
          {{"b", kFloat}},
          {Node("sum", "AddV2", {"a", "a"}, kT)},
          {{"b", "sum:z:0"}},
          {},
          {}};
}

Signature Serving(std::string tensor_in, std::string tensor_out, std::string key = "serving_default") {
  return {std::move(key),
          {{"x", std::move(tensor_in), kFloat, {-1, 4}}},
          {{"y", std::move(tensor_out), kFloat, {-1, 4}}}};
}

Outcome ImportModelOf(const std::string& graph, const std::vector<Signature>& signatures,
                      const import_tf::Options& options = {}) {
  MemoryHost host;
  host.files["m/saved_model.pb"] = SavedModel({MetaGraph(graph, signatures)});
  return Import(host, "m", options);
}

TEST(SavedModelImport, MakesAFunctionPerSignatureAndPerReachedFunction) {
  const Outcome run = ImportModelOf(Graph({Placeholder("in", {-1, 4}), Node("call", "StatefulPartitionedCall",
                                                                            {"in"}, CallOf("double", 1, 1))},
                                          {Doubler("double"), Doubler("unreached")}),
                                    {Serving("in:0", "call:0")});
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.imported->kind, "saved_model");
  EXPECT_EQ(run.imported->tensorflow, "2.21.0");
  const ir::Module& module = *run.imported->module;
  ASSERT_EQ(module.functions().size(), 2u);
  ASSERT_EQ(module.signatures.size(), 1u);
  EXPECT_EQ(module.signatures[0].key, "serving_default");
  const ir::Function& entry = *run.function("serving_default");
  EXPECT_EQ(entry.parameter_names, Names{"x"});
  EXPECT_EQ(entry.result_names, Names{"y"});
  EXPECT_EQ(entry.parameter(0)->name, "in:0");
  EXPECT_EQ(FindNode(entry, "call")->attributes.Get<FunctionRef>("f").name, "double");
  const ir::Function& body = *run.function("double");
  EXPECT_EQ(body.parameter(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(NodeNames(body), Names{"sum"});
  EXPECT_EQ(module.origins[FindNode(body, "sum")->origin].function, "double");
}

// Library functions are added while an entry is built, so they stand between the functions of the entries.
TEST(SavedModelImport, BindsEachOfSeveralSignaturesToItsOwnFunction) {
  const auto call = [](std::string name, std::string_view function, std::string input) {
    return Node(std::move(name), "StatefulPartitionedCall", {std::move(input)}, CallOf(function, 1, 1));
  };
  const Outcome run = ImportModelOf(
      Graph({Placeholder("a_in", {-1, 4}), Placeholder("b_in", {-1, 4}), Placeholder("c_in", {-1, 4}),
             call("a_call", "first", "a_in"), call("b_call", "second", "b_in"),
             call("c_call", "third", "c_in")},
            {Doubler("first"), Doubler("second"), Doubler("third")}),
      {Serving("a_in:0", "a_call:0"),
       {"enc", {{"e", "b_in:0", kFloat, {-1, 4}}}, {{"code", "b_call:0", kFloat, {-1, 4}}}},
       {"first", {{"d", "c_in:0", kFloat, {-1, 4}}}, {{"picture", "c_call:0", kFloat, {-1, 4}}}}});
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Module& module = *run.imported->module;
  ASSERT_EQ(module.signatures.size(), 3u);
  const std::pair<std::string_view, std::pair<Names, Names>> expected[] = {
      {"a_call", {{"x"}, {"y"}}}, {"b_call", {{"e"}, {"code"}}}, {"c_call", {{"d"}, {"picture"}}}};
  std::map<std::string, size_t> row = {{"serving_default", 0}, {"enc", 1}, {"first", 2}};
  for (const ir::Signature& signature : module.signatures) {
    SCOPED_TRACE(signature.key);
    const auto& [node, names] = expected[row.at(signature.key)];
    const ir::Function* function = module.FindFunction(signature.function);
    ASSERT_NE(function, nullptr);
    EXPECT_EQ(NodeNames(*function), Names{std::string(node)});
    EXPECT_EQ(function->parameter_names, names.first);
    EXPECT_EQ(function->result_names, names.second);
  }
}

TEST(SavedModelImport, TakesTheSignaturesThatAreAskedFor) {
  const std::string graph =
      Graph({Placeholder("in", {-1, 4}), Node("a", "Relu", {"in"}, kT), Node("b", "Neg", {"in"}, kT)});
  const std::vector<Signature> signatures = {Serving("in:0", "a:0", "aaa"),
                                             Serving("in:0", "b:0"),
                                             {"__saved_model_init_op", {}, {{"op", "gone", kFloat, {}}}}};
  const Outcome all = ImportModelOf(graph, signatures);
  ASSERT_TRUE(all.ok()) << all.cause();
  ASSERT_EQ(all.imported->module->signatures.size(), 2u);
  EXPECT_EQ(all.imported->module->signatures[0].key, "serving_default");
  import_tf::Options options;
  options.signatures = {"aaa"};
  const Outcome one = ImportModelOf(graph, signatures, options);
  ASSERT_TRUE(one.ok()) << one.cause();
  EXPECT_EQ(one.imported->module->signatures.size(), 1u);
  options.signatures = {"serving_defualt"};
  const Outcome none = ImportModelOf(graph, signatures, options);
  EXPECT_EQ(none.code(), Code::kSignatureUnknown);
  EXPECT_NE(none.cause().find("serving_default"), std::string::npos);
  EXPECT_EQ(ImportModelOf(graph, {}).code(), Code::kNoSignature);
}

TEST(SavedModelImport, ChoosesTheMetaGraphByItsTags) {
  MemoryHost host;
  const std::string graph = Graph({Placeholder("in", {-1, 4}), Node("a", "Relu", {"in"}, kT)});
  host.files["m/saved_model.pb"] =
      SavedModel({MetaGraph(graph, {Serving("in:0", "a:0")}, {"train"}),
                  MetaGraph(graph, {Serving("in:0", "a:0", "eval")}, {"serve", "tpu"})});
  import_tf::Options options;
  options.tags = {"tpu", "serve"};
  const Outcome run = Import(host, "m", options);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.imported->module->signatures[0].key, "eval");
  options.tags = {"serve"};
  const Outcome wrong = Import(host, "m", options);
  EXPECT_EQ(wrong.code(), Code::kTagUnknown);
  EXPECT_NE(wrong.cause().find("train"), std::string::npos);
}

TEST(SavedModelImport, TurnsACallByNameIntoAPartitionedCall) {
  const Outcome run =
      ImportModelOf(Graph({Placeholder("in", {-1, 4}), Node("call", "double", {"in"})}, {Doubler("double")}),
                    {Serving("in:0", "call:0")});
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Node* call = FindNode(*run.function("serving_default"), "call");
  EXPECT_EQ(call->op_name(), "PartitionedCall");
  EXPECT_EQ(call->attributes.Get<FunctionRef>("f").name, "double");
  EXPECT_EQ(call->output()->type.dtype, DType::kFloat32);
}

TEST(SavedModelImport, TellsMissingAndRecursiveFunctions) {
  const std::vector<std::string> nodes = {Placeholder("in", {-1, 4}),
                                          Node("call", "PartitionedCall", {"in"}, CallOf("f", 1, 1))};
  EXPECT_EQ(ImportModelOf(Graph(nodes), {Serving("in:0", "call:0")}).code(), Code::kFunctionMissing);
  Function f{"f",
             {{"a", kFloat}},
             {{"b", kFloat}},
             {Node("g", "PartitionedCall", {"a"}, CallOf("g", 1, 1))},
             {{"b", "g:output:0"}},
             {},
             {}};
  Function g = f;
  g.name = "g";
  g.nodes = {Node("g", "PartitionedCall", {"a"}, CallOf("f", 1, 1))};
  const Outcome run = ImportModelOf(Graph(nodes, {f, g}), {Serving("in:0", "call:0")});
  EXPECT_EQ(run.code(), Code::kRecursion);
  EXPECT_NE(run.cause().find("f -> g -> f"), std::string::npos) << run.cause();
}

TEST(SavedModelImport, PutsWhatAFunctionImplementsOnTheCall) {
  Function f = Doubler("double");
  std::string call, value;
  PutBytesField(call, 1, "TheOp");
  std::string number;
  PutFixedField(number, 4, 10.0f);
  PutMapEntry(call, 2, "y_scale", number);
  PutBytesField(value, 10, call);
  f.attributes = {{"_implements", value}, {"version", IntValue(3)}, {"_noise", IntValue(1)}};
  const Outcome run = ImportModelOf(
      Graph({Placeholder("in", {-1, 4}), Node("call", "PartitionedCall", {"in"}, CallOf("double", 1, 1))},
            {f}),
      {Serving("in:0", "call:0")});
  ASSERT_TRUE(run.ok()) << run.cause();
  const Attributes& attributes = FindNode(*run.function("serving_default"), "call")->attributes;
  EXPECT_EQ(attributes.Text("_implements"), "name: \"TheOp\" attr { key: \"y_scale\" value { f: 10 } }");
  EXPECT_EQ(attributes.Int("version"), 3);
  EXPECT_EQ(attributes.Find("_noise"), nullptr);
}

TEST(SavedModelImport, KeepsNodesThatRunForTheirEffect) {
  Function f = Doubler("double");
  f.nodes.push_back(Node("say", "PrintV2", {"text:output:0"}));
  f.nodes.push_back(Const("text", TextTensor({}, {"hello"}), kString));
  f.nodes.push_back(Const("unused", FloatTensor({}, {1})));
  f.controls = {"say"};
  const Outcome run = ImportModelOf(Graph({Placeholder("in", {-1, 4}), Node("call", "StatefulPartitionedCall",
                                                                            {"in"}, CallOf("double", 1, 1))},
                                          {f}),
                                    {Serving("in:0", "call:0")});
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(NodeNames(*run.function("double")), (Names{"sum", "text", "say"}));
}

TEST(SavedModelImport, ChecksInputShapesAgainstTheModel) {
  const std::string graph = Graph({Placeholder("in", {-1, 4}), Node("a", "Relu", {"in"}, kT)});
  import_tf::Options options;
  options.input_shapes["x"] = {7, 4};
  const Outcome run = ImportModelOf(graph, {Serving("in:0", "a:0")}, options);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("serving_default")->parameter(0)->type.shape, (Shape{7, 4}));
  options.input_shapes["x"] = {7, 5};
  EXPECT_EQ(ImportModelOf(graph, {Serving("in:0", "a:0")}, options).code(), Code::kWrongUse);
  options.input_shapes["x"] = {7};
  EXPECT_EQ(ImportModelOf(graph, {Serving("in:0", "a:0")}, options).code(), Code::kWrongUse);
  options.input_shapes = {{"picture", {7}}};
  EXPECT_EQ(ImportModelOf(graph, {Serving("in:0", "a:0")}, options).code(), Code::kTensorUnknown);
}

// A table in the style of TensorFlow 2: the initialiser is a function, the asset a variable's value.
TEST(SavedModelImport, FillsATableFromItsVocabularyFile) {
  const Function init{"init", {{"file", kString}, {"table", kResource}},
                      {},     {Node("fill", "InitializeTableFromTextFileV2", {"table", "file"})},
                      {},     {},
                      {}};
  const Attrs table = {
      {"shared_name", TextValue("t")}, {"key_dtype", TypeValue(kString)}, {"value_dtype", TypeValue(kInt64)}};
  const std::string graph =
      Graph({Placeholder("path", {}), Node("keeper", "VarHandleOp", {}, {{"dtype", TypeValue(kString)}}),
             Node("keep", "AssignVariableOp", {"keeper", "path"}),
             Node("read", "ReadVariableOp", {"keeper", "^keep"}), Node("table", "HashTableV2", {}, table),
             Node("start", "StatefulPartitionedCall", {"read", "table"}, {{"f", FunctionValue("init")}}),
             Node("go", "NoOp", {"^start"}), Placeholder("in", {-1, 4}, kString),
             Const("default", ZeroTensor(kInt64, {}), kInt64),
             Node("find", "LookupTableFindV2", {"table", "in", "default"},
                  {{"Tin", TypeValue(kString)}, {"Tout", TypeValue(kInt64)}})},
            {init});
  std::string meta = MetaGraph(
      graph, {{"serving_default", {{"x", "in:0", kString, {-1, 4}}}, {{"y", "find:0", kInt64, {-1, 4}}}},
              {"__saved_model_init_op", {}, {{"op", "go", kFloat, {}}}}});
  std::string asset, info;
  PutBytesField(info, 1, "path:0");
  PutBytesField(asset, 1, info);
  PutBytesField(asset, 2, "labels.txt");
  PutBytesField(meta, 6, asset);
  MemoryHost host;
  host.files["m/saved_model.pb"] = SavedModel({meta});
  EXPECT_EQ(Import(host, "m").code(), Code::kVariablesMissing);
  host.files["m/assets/labels.txt"] = "cat\ndog\n";
  const Outcome run = Import(host, "m");
  ASSERT_TRUE(run.ok()) << run.cause();
  const Attributes& attributes = FindNode(*run.function("serving_default"), "table")->attributes;
  ASSERT_NE(attributes.FindAs<Tensor>("table_keys"), nullptr);
  EXPECT_EQ(attributes.FindAs<Tensor>("table_keys")->strings()[1], "dog");
  EXPECT_EQ(attributes.FindAs<Tensor>("table_values")->data<int64_t>()[1], 1);
}

}  // namespace
}  // namespace litesmith::testing
