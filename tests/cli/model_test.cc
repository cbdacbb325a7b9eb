#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/model_file.h"
#include "cli/running.h"

namespace litesmith::cli {
namespace {

using Json = nlohmann::json;

Json RunForJson(const std::vector<std::string>& words) {
  const Ran ran = RunProgram(words);
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.err, "");
  Json json = Json::parse(ran.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << ran.out;
  return json;
}

TEST(Inspect, ShowsSignaturesTensorsOpsAndSizes) {
  const ModelFile file;
  const Json json = RunForJson({"inspect", file.path(), "--json"});
  EXPECT_EQ(json["signatures"][0]["inputs"][0]["name"], "x");
  EXPECT_EQ(json["signatures"][0]["outputs"][0]["shape"], Json({1, 4}));
  const Json& subgraph = json["subgraphs"][0];
  ASSERT_EQ(subgraph["ops"].size(), 1u);
  const Json& op = subgraph["ops"][0];
  EXPECT_EQ(op["op"], "FULLY_CONNECTED");
  EXPECT_EQ(op["multiply_adds"], 16);
  EXPECT_EQ(subgraph["tensors"][op["inputs"][0].get<size_t>()]["name"], "x");
  EXPECT_EQ(subgraph["tensors"][op["inputs"][1].get<size_t>()]["constant"], true);
  EXPECT_EQ(json["multiply_adds"], 16);
  EXPECT_EQ(json["bytes"]["constants"], 64);
  EXPECT_EQ(json["bytes"]["file"], std::filesystem::file_size(file.path()));
  EXPECT_TRUE(json["arena_bytes"].is_number_unsigned());
}

TEST(Inspect, WorksForOpsThatThisRuntimeDoesNotRun) {
  const ModelFile file("NobodyKnowsThis");
  const Json json = RunForJson({"inspect", file.path(), "--json"});
  EXPECT_EQ(json["subgraphs"][0]["ops"][0]["op"], "NobodyKnowsThis");
  EXPECT_EQ(json["subgraphs"][0]["ops"][0]["kernel"], "none");
  EXPECT_FALSE(json.contains("arena_bytes"));
}

TEST(Inspect, FitsAHundredColumnsBelowItsFirstLine) {
  const ModelFile file;
  const Ran ran = RunProgram({"inspect", file.path()});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("FULLY_CONNECTED"), std::string::npos);
  std::istringstream lines(ran.out.substr(ran.out.find('\n') + 1));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Benchmark, HasTheKeysOfTheContract) {
  const ModelFile file;
  const Json json =
      RunForJson({"benchmark", file.path(), "--runs", "3", "--warmup", "1", "--profile", "--json"});
  for (const char* key : {"load_ms", "first_ms", "median_ms", "p10_ms", "p90_ms", "min_ms", "peak_rss_mb"})
    EXPECT_TRUE(json[key].is_number()) << key;
  EXPECT_EQ(json["model"], file.path());
  EXPECT_EQ(json["runs"], 3);
  EXPECT_TRUE(json["arena_bytes"].is_number_unsigned());
  EXPECT_LE(json["min_ms"], json["p10_ms"]);
  EXPECT_LE(json["p10_ms"], json["median_ms"]);
  EXPECT_LE(json["median_ms"], json["p90_ms"]);
  ASSERT_EQ(json["ops"].size(), 1u);
  EXPECT_EQ(json["ops"][0]["op"], "FULLY_CONNECTED");
  EXPECT_EQ(json["ops"][0]["index"], 0);
  for (const char* key : {"name", "median_ms", "share"}) EXPECT_TRUE(json["ops"][0].contains(key)) << key;
}

TEST(Benchmark, OfACustomOpWithoutKernelSaysSo) {
  const ModelFile file("NobodyKnowsThis");
  const Ran ran = RunProgram({"benchmark", file.path()});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("LS0103"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace litesmith::cli
