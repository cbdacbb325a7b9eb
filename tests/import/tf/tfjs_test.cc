#include <gtest/gtest.h>

#include "import/tf/import_fixture.h"

namespace litesmith::testing {
namespace {

using Names = std::vector<std::string>;

// y = x + w; `more` goes in front of the topology, `nodes` behind its nodes.
std::string Model(std::string_view more = "", std::string_view nodes = "",
                  std::string_view weight = R"({"name": "w", "shape": [2], "dtype": "float32"})") {
  return fmt::format(R"({{"format": "graph-model", "generatedBy": "2.11.0", "convertedBy": "a test", {}
"modelTopology": {{"node": [
  {{"name": "x", "op": "Placeholder", "attr": {{"dtype": {{"type": "DT_FLOAT"}},
    "shape": {{"shape": {{"dim": [{{"size": "1"}}, {{"size": "2"}}]}}}}}}}},
  {{"name": "w", "op": "Const", "attr": {{"dtype": {{"type": "DT_FLOAT"}},
    "value": {{"tensor": {{"dtype": "DT_FLOAT", "tensorShape": {{"dim": [{{"size": "2"}}]}}}}}}}}}},
  {{"name": "y", "op": "AddV2", "input": ["x", "w"], "attr": {{"T": {{"type": 1}}}}}} {}],
  "library": {{}}, "versions": {{"producer": 1087}}}},
"weightsManifest": [{{"paths": ["group1-shard1of1.bin"], "weights": [{}]}}]}})",
                     more, nodes, weight);
}

Outcome ImportJson(const std::string& json, const std::string& weights,
                   const import_tf::Options& options = {}) {
  MemoryHost host;
  host.files["m/model.json"] = json;
  host.files["m/group1-shard1of1.bin"] = weights;
  return Import(host, "m/model.json", options);
}

template <class T>
std::string BytesOf(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T));
}
const std::string kTwo = BytesOf<float>({0.5f, 4});

const Tensor& ValueOf(const Outcome& run, std::string_view function, std::string_view node) {
  return *FindNode(*run.function(function), node)->output()->constant();
}

TEST(Tfjs, ConstantsHaveTheirValuesFromTheWeightFiles) {
  const Outcome run = ImportJson(Model(), kTwo);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.imported->kind, "tfjs");
  EXPECT_EQ(run.imported->tensorflow, "2.11.0");
  EXPECT_TRUE(run.imported->module->signatures.empty());
  const ir::Function& main = *run.function("main");
  EXPECT_EQ(main.parameter_names, Names{"x"});
  EXPECT_EQ(main.parameter(0)->type.shape, (Shape{1, 2}));
  EXPECT_EQ(main.result_names, Names{"y"});
  EXPECT_EQ(ValueOf(run, "main", "w").data<float>()[1], 4);
  EXPECT_TRUE(run.findings.empty());
}

constexpr std::string_view kSignature = R"("signature": {
  "inputs": {"picture": {"name": "x:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "-1"}, {"size": "2"}]}}},
  "outputs": {"sum:0": {"name": "y:0", "dtype": "DT_FLOAT"}}},)";

TEST(Tfjs, TheSignatureNamesInputsAndOutputs) {
  const std::string in_metadata =
      fmt::format(R"("userDefinedMetadata": {{"author": 1, {} "x": []}},)", kSignature);
  for (const std::string& signature : {std::string(kSignature), in_metadata}) {
    const Outcome run = ImportJson(Model(signature), kTwo);
    ASSERT_TRUE(run.ok()) << run.cause();
    ASSERT_EQ(run.imported->module->signatures.size(), 1u);
    EXPECT_EQ(run.imported->module->signatures[0].key, "serving_default");
    const ir::Function& main = *run.function("serving_default");
    EXPECT_EQ(main.parameter_names, Names{"picture"});
    EXPECT_EQ(main.parameter(0)->type.shape, (Shape{Dim(), 2}));
    EXPECT_EQ(main.result_names, Names{"sum:0"});
  }
}

TEST(Tfjs, WhatTheSignatureLeavesOutIsFoundInTheGraph) {
  const Outcome outputs = ImportJson(Model(R"("signature": {"outputs": {"sum": {"name": "y"}}},)"), kTwo);
  ASSERT_TRUE(outputs.ok()) << outputs.cause();
  const ir::Function& main = *outputs.function("serving_default");
  EXPECT_EQ(main.parameter_names, Names{"x"});
  EXPECT_EQ(main.parameter(0)->type.dtype, DType::kFloat32);
  EXPECT_EQ(main.result_names, Names{"sum"});
  const Outcome inputs = ImportJson(Model(R"("signature": {"inputs": {"in": {"name": "x"}}},)"), kTwo);
  ASSERT_TRUE(inputs.ok()) << inputs.cause();
  EXPECT_EQ(inputs.function("serving_default")->parameter(0)->type.shape, (Shape{1, 2}));
  EXPECT_EQ(inputs.function("serving_default")->result_names, Names{"y"});
}

TEST(Tfjs, TensorsCanBeNamedInsteadOfTheSignature) {
  import_tf::Options options;
  options.output_tensors = {"w"};
  const Outcome run = ImportJson(Model(kSignature), kTwo, options);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(run.function("main")->result_names, Names{"w"});
}

TEST(Tfjs, WeightsTakeTheDtypeOfTheirNode) {
  const auto constant = [](std::string_view dtype) {
    return fmt::format(R"(, {{"name": "c", "op": "Const", "attr": {{"dtype": {{"type": "{}"}}}}}},
      {{"name": "z", "op": "Identity", "input": ["c"], "attr": {{"T": {{"type": "{}"}}}}}})",
                       dtype, dtype);
  };
  const auto run = [&](std::string_view dtype, std::string_view stored, const std::string& bytes) {
    return ImportJson(Model("", constant(dtype),
                            fmt::format(R"({{"name": "w", "shape": [2], "dtype": "float32"}},
      {{"name": "c", "shape": [1], "dtype": "{}"}})",
                                        stored)),
                      kTwo + bytes);
  };
  const Outcome longs = run("DT_INT64", "int32", BytesOf<int32_t>({-7}));
  ASSERT_TRUE(longs.ok()) << longs.cause();
  EXPECT_EQ(ValueOf(longs, "main", "c").data<int64_t>()[0], -7);
  const Outcome doubles = run("DT_DOUBLE", "float32", BytesOf<float>({0.5f}));
  ASSERT_TRUE(doubles.ok()) << doubles.cause();
  EXPECT_EQ(ValueOf(doubles, "main", "c").data<double>()[0], 0.5);
  const Outcome halves = run("DT_HALF", "float32", BytesOf<float>({0.5f}));
  ASSERT_TRUE(halves.ok()) << halves.cause();
  EXPECT_EQ(static_cast<float>(ValueOf(halves, "main", "c").data<Half>()[0]), 0.5f);
  const Outcome flags = run("DT_BOOL", "int32", BytesOf<int32_t>({1}));
  ASSERT_TRUE(flags.ok()) << flags.cause();
  EXPECT_TRUE(ValueOf(flags, "main", "c").data<bool>()[0]);
  EXPECT_EQ(run("DT_UINT8", "int32", BytesOf<int32_t>({256})).code(), Code::kDtypeMismatch);
  EXPECT_EQ(run("DT_INT32", "float32", BytesOf<float>({1})).code(), Code::kDtypeMismatch);
  EXPECT_EQ(run("DT_STRING", "int32", BytesOf<int32_t>({1})).code(), Code::kDtypeMismatch);
}

TEST(Tfjs, AConstantWithoutAWeightIsNotTakenForZeros) {
  const Outcome run = ImportJson(Model("", "", R"({"name": "v", "shape": [2], "dtype": "float32"})"), kTwo);
  EXPECT_FALSE(run.ok());
  ASSERT_EQ(run.findings.size(), 2u);
  EXPECT_EQ(run.findings[0].code, Code::kDropped);  // a weight that no node uses
  EXPECT_EQ(run.findings[1].code, Code::kGraphDamaged);
  EXPECT_EQ(run.findings[1].node, "w");
}

TEST(Tfjs, AConstantMayHaveItsValueInTheGraph) {
  const std::string nodes = R"(, {"name": "c", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}, "value":
    {"tensor": {"dtype": "DT_INT32", "tensorShape": {}, "intVal": [5]}}}},
    {"name": "d", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}, "value":
    {"tensor": {"dtype": "DT_INT32", "tensorShape": {"dim": [{"size": "2"}]}, "tensorContent": "AQAAAAIAAAA="}}}},
    {"name": "z", "op": "AddV2", "input": ["c", "d"], "attr": {"T": {"type": "DT_INT32"}}})";
  const Outcome run = ImportJson(Model("", nodes), kTwo);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(ValueOf(run, "main", "c").scalar<int32_t>(), 5);
  EXPECT_EQ(ValueOf(run, "main", "d").data<int32_t>()[1], 2);
}

TEST(Tfjs, FunctionsOfTheLibraryHaveWeightsToo) {
  const std::string json = R"({"format": "graph-model", "modelTopology": {"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": 2}]}}}},
  {"name": "y", "op": "PartitionedCall", "input": ["x"], "attr": {"f": {"func": {"name": "half"}},
    "Tin": {"list": {"type": ["DT_FLOAT"]}}, "Tout": {"list": {"type": ["DT_FLOAT"]}}}}],
  "library": {"function": [{"signature": {"name": "half", "inputArg": [{"name": "a", "type": "DT_FLOAT"}],
      "outputArg": [{"name": "r", "type": "DT_FLOAT"}]},
    "nodeDef": [{"name": "half/w", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
      {"name": "m", "op": "Mul", "input": ["a", "half/w:output:0"], "attr": {"T": {"type": "DT_FLOAT"}}}],
    "ret": {"r": "m:z:0"}}]}},
"weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": [{"name": "half/w", "shape": [2], "dtype": "float32"}]}]})";
  const Outcome run = ImportJson(json, kTwo);
  ASSERT_TRUE(run.ok()) << run.cause();
  EXPECT_EQ(ValueOf(run, "half", "half/w").data<float>()[0], 0.5f);
  EXPECT_TRUE(run.findings.empty());
}

TEST(Tfjs, TheInitializerFillsLookupTables) {
  const std::string initializer = R"("modelInitializer": {"node": [
    {"name": "table", "op": "HashTableV2", "attr": {"key_dtype": {"type": "DT_INT64"}, "value_dtype": {"type": "DT_FLOAT"}}},
    {"name": "keys", "op": "Const", "attr": {"dtype": {"type": "DT_INT64"}}},
    {"name": "values", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
    {"name": "fill", "op": "LookupTableImportV2", "input": ["table", "keys", "values"]}]},)";
  const std::string nodes = R"(, {"name": "table", "op": "HashTableV2",
      "attr": {"key_dtype": {"type": "DT_INT64"}, "value_dtype": {"type": "DT_FLOAT"}}},
    {"name": "k", "op": "Placeholder", "attr": {"dtype": {"type": "DT_INT64"}, "shape": {"shape": {"dim": [{"size": 1}]}}}},
    {"name": "zero", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
    {"name": "found", "op": "LookupTableFindV2", "input": ["table", "k", "zero"],
      "attr": {"Tin": {"type": "DT_INT64"}, "Tout": {"type": "DT_FLOAT"}}})";
  const std::string weights = R"({"name": "w", "shape": [2], "dtype": "float32"},
    {"name": "keys", "shape": [1], "dtype": "int32"}, {"name": "values", "shape": [1], "dtype": "float32"},
    {"name": "zero", "shape": [], "dtype": "float32"})";
  import_tf::Options options;
  options.output_tensors = {"found"};
  const Outcome run = ImportJson(Model(initializer, nodes, weights),
                                 kTwo + BytesOf<int32_t>({3}) + BytesOf<float>({9, 0}), options);
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Node* table = FindNode(*run.function("main"), "table");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->attributes.Get<Tensor>("table_keys").data<int64_t>()[0], 3);
  EXPECT_EQ(table->attributes.Get<Tensor>("table_values").data<float>()[0], 9);
}

TEST(Tfjs, AnInputThatStandsForATableIsTheTable) {
  const std::string json = R"({"format": "graph-model",
  "signature": {"inputs": {"k": {"name": "k:0", "dtype": "DT_INT64"},
      "captured": {"name": "captured:0", "dtype": "DT_RESOURCE", "tensorShape": {}, "resourceId": 7}},
    "outputs": {"found": {"name": "found:0", "dtype": "DT_FLOAT"}}},
  "initializerSignature": {"outputs": {"Identity:0": {"name": "table:0", "dtype": "DT_RESOURCE", "resourceId": 7}}},
  "modelTopology": {"node": [
    {"name": "captured", "op": "Placeholder", "attr": {"dtype": {"type": "DT_RESOURCE"}}},
    {"name": "k", "op": "Placeholder", "attr": {"dtype": {"type": "DT_INT64"}, "shape": {"shape": {"dim": [{"size": 1}]}}}},
    {"name": "zero", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
    {"name": "found", "op": "LookupTableFindV2", "input": ["captured:0", "k", "zero"],
      "attr": {"Tin": {"type": "DT_INT64"}, "Tout": {"type": "DT_FLOAT"}}}]},
  "modelInitializer": {"node": [
    {"name": "table", "op": "HashTableV2", "attr": {"key_dtype": {"type": "DT_INT64"}, "value_dtype": {"type": "DT_FLOAT"}}},
    {"name": "keys", "op": "Const", "attr": {"dtype": {"type": "DT_INT64"}}},
    {"name": "values", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
    {"name": "fill", "op": "LookupTableImportV2", "input": ["table", "keys", "values"]}]},
  "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": [
    {"name": "keys", "shape": [1], "dtype": "int32"}, {"name": "values", "shape": [1], "dtype": "float32"},
    {"name": "zero", "shape": [], "dtype": "float32"}]}]})";
  const Outcome run = ImportJson(json, BytesOf<int32_t>({3}) + BytesOf<float>({9, 0}));
  ASSERT_TRUE(run.ok()) << run.cause();
  const ir::Function& main = *run.function("serving_default");
  EXPECT_EQ(main.parameter_names, Names{"k"});
  const ir::Node* table = FindNode(main, "found")->operand(0)->node();
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->attributes.Get<Tensor>("table_keys").data<int64_t>()[0], 3);
}

TEST(Tfjs, WhatIsNoGraphModelIsCalledWhatItIs) {
  const auto words = [](const std::string& json) {
    const Outcome run = ImportJson(json, "");
    EXPECT_EQ(run.code(), Code::kNotAModel) << json;
    return run.findings.empty() ? std::string() : run.findings[0].headline;
  };
  EXPECT_NE(
      words(R"({"format": "layers-model", "modelTopology": {"model_config": {}}})").find("layers model"),
      std::string::npos);
  EXPECT_NE(
      words(R"({"modelTopology": {"keras_version": "2.1", "model_config": {"config": []}}})").find("layers"),
      std::string::npos);
  EXPECT_NE(words(R"({"modelTopology": {"class_name": "Sequential", "config": {}}})").find("layers"),
            std::string::npos);
  EXPECT_NE(words(R"({"weightsManifest": []})").find("no graph"), std::string::npos);
  EXPECT_NE(words(R"({"format": "graph-model", "modelTopology": null})").find("no graph"), std::string::npos);
  EXPECT_NE(words(R"({"format": "graph-model", "modelTopology": {"node": []}})").find("no graph"),
            std::string::npos);
}

TEST(Tfjs, MissingWeightFilesAreNamed) {
  MemoryHost host;
  host.files["model.json"] = Model();
  const Outcome run = Import(host, "model.json");
  EXPECT_EQ(run.code(), Code::kVariablesMissing);
  EXPECT_NE(run.cause().find("group1-shard1of1.bin"), std::string::npos);
}

}  // namespace
}  // namespace litesmith::testing
