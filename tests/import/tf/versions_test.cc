#include <gtest/gtest.h>

#include "import/tf/import_fixture.h"
#include "tf/attribute_names.h"

namespace litesmith::testing {
namespace {

std::string FloatValue(float number) {
  std::string value;
  PutFixedField(value, 4, number);
  return value;
}

// in -> Relu -> out, with one more attribute of the Relu.
std::string ReluGraph(const Attrs& more = {}, uint64_t producer = 1000, uint64_t min_consumer = 0,
                      const std::vector<uint64_t>& bad_consumers = {}) {
  Attrs attrs = {{"T", TypeValue(kFloat)}};
  attrs.insert(attrs.end(), more.begin(), more.end());
  std::string graph, versions;
  PutBytesField(graph, 1, Placeholder("in", {1, 4}));
  PutBytesField(graph, 1, Node("out", "Relu", {"in"}, attrs));
  PutVarintField(versions, 1, producer);
  PutVarintField(versions, 2, min_consumer);
  for (const uint64_t bad : bad_consumers) PutVarintField(versions, 3, bad);
  PutBytesField(graph, 4, versions);
  return graph;
}

// A SavedModel whose list of ops says that Relu has `attribute` with a default.
Outcome ImportWithOpList(const std::string& graph, std::string_view attribute,
                         std::string_view default_value) {
  std::string attr, op, list, info, meta;
  PutBytesField(attr, 1, attribute);
  PutBytesField(attr, 3, default_value);
  PutBytesField(op, 1, "Relu");
  PutBytesField(op, 4, attr);
  PutBytesField(list, 1, op);
  PutBytesField(info, 2, list);
  PutBytesField(info, 4, "serve");
  PutBytesField(meta, 1, info);
  PutBytesField(meta, 2, graph);
  PutMapEntry(meta, 5, "serving_default",
              Signature{"serving_default", {{"x", "in:0", kFloat, {1, 4}}}, {{"y", "out:0", kFloat, {1, 4}}}}
                  .Message());
  MemoryHost host;
  host.files["m/saved_model.pb"] = SavedModel({meta});
  return Import(host, "m");
}

TEST(Versions, ANewerProducerIsANoteAndTheModelComesIn) {
  const Outcome run = ImportGraph(ReluGraph({}, 99999));
  ASSERT_TRUE(run.ok());
  ASSERT_EQ(run.code(), Code::kProducerTooNew);
  EXPECT_EQ(run.findings[0].severity, Severity::kNote);
  EXPECT_NE(run.cause().find("99999"), std::string::npos) << run.cause();
}

TEST(Versions, TheKnownProducerIsNotWorthAWord) {
  EXPECT_TRUE(ImportGraph(ReluGraph({}, tf::kGraphVersion, tf::kGraphVersion)).findings.empty());
}

TEST(Versions, AGraphThatForbidsOurVersionIsRefused) {
  const Outcome too_old = ImportGraph(ReluGraph({}, 99999, 99999));
  EXPECT_FALSE(too_old.ok());
  EXPECT_EQ(too_old.code(), Code::kConsumerTooOld);
  const Outcome bad = ImportGraph(ReluGraph({}, 3000, 0, {7, tf::kGraphVersion}));
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.code(), Code::kConsumerTooOld);
}

TEST(Versions, AnotherSchemaOfSavedModelsIsNotRead) {
  std::string model;
  PutVarintField(model, 1, 7);
  PutBytesField(model, 2, MetaGraph(ReluGraph(), {}));
  MemoryHost host;
  host.files["m/saved_model.pb"] = model;
  const Outcome run = Import(host, "m");
  EXPECT_FALSE(run.ok());
  ASSERT_EQ(run.code(), Code::kSavedModelSchema);
  EXPECT_NE(run.cause().find("saved_model_schema_version is 7"), std::string::npos) << run.cause();
}

TEST(Versions, AnAttributeThatCameLaterIsHarmlessAtTheDefaultOfTheFilesOwnList) {
  EXPECT_TRUE(
      ImportWithOpList(ReluGraph({{"grad_mode", TextValue("exact")}}), "grad_mode", TextValue("exact")).ok());
  EXPECT_TRUE(ImportWithOpList(ReluGraph(), "grad_mode", TextValue("exact")).ok());
}

TEST(Versions, AnAttributeThatCameLaterIsHarmlessWhenItIsZero) {
  EXPECT_TRUE(ImportGraph(ReluGraph({{"negative_slope", FloatValue(0)}})).ok());
  EXPECT_TRUE(ImportGraph(ReluGraph({{"grad_mode", TextValue("")}})).ok());
}

TEST(Versions, AnAttributeThatChangesAnOpIsRefusedByName) {
  for (const Outcome& run :
       {ImportGraph(ReluGraph({{"negative_slope", FloatValue(0.25f)}})),
        ImportWithOpList(ReluGraph({{"negative_slope", FloatValue(0.25f)}}), "negative_slope", FloatValue(0)),
        ImportWithOpList(ReluGraph({{"negative_slope", FloatValue(0)}}), "negative_slope", FloatValue(1))}) {
    EXPECT_FALSE(run.ok());
    ASSERT_EQ(run.code(), Code::kUnknownAttribute);
    EXPECT_EQ(run.findings[0].severity, Severity::kError);
    EXPECT_EQ(run.findings[0].op, "Relu");
    EXPECT_EQ(run.findings[0].node, "out");
    EXPECT_NE(run.findings[0].headline.find("negative_slope"), std::string::npos);
  }
}

TEST(Versions, TensorFlowsOwnNotesAreNoAttributes) {
  EXPECT_TRUE(ImportGraph(ReluGraph({{"_later", TextValue("x")}})).findings.empty());
}

TEST(Versions, TheTableKnowsAttributesOfListedOpsOnly) {
  EXPECT_TRUE(tf::HasAttribute(*tf::FindOp("Conv2D"), "explicit_paddings"));
  EXPECT_FALSE(tf::HasAttribute(*tf::FindOp("Conv2D"), "explicit"));
  EXPECT_FALSE(tf::HasAttribute(*tf::FindOp("Relu"), ""));
}

}  // namespace
}  // namespace litesmith::testing
