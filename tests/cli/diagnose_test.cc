// Text of `diagnose` and `verify` word for word, and their documents. To write the golden files anew:
//   LITESMITH_REGENERATE=1 build/tests/cli_test
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "cli/running.h"

namespace litesmith::cli {
namespace {

using Json = nlohmann::json;

// A frozen graph in the text form, in a file of the test's own.
class GraphFile {
 public:
  explicit GraphFile(const std::string& nodes) {
    const char* name = testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = testing::TempDir() + "litesmith_" + name + ".pbtxt";
    std::ofstream(path_) << nodes;
  }
  ~GraphFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string Attribute(const std::string& key, const std::string& value) {
  return "  attr { key: \"" + key + "\" value { " + value + " } }\n";
}
std::string Node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
                 const std::string& attributes = Attribute("T", "type: DT_FLOAT")) {
  std::string text = "node {\n  name: \"" + name + "\"\n  op: \"" + op + "\"\n";
  for (const std::string& input : inputs) text += "  input: \"" + input + "\"\n";
  return text + attributes + "}\n";
}
const std::string kInput = Node(
    "x", "Placeholder", {},
    Attribute("dtype", "type: DT_FLOAT") + Attribute("shape", "shape { dim { size: 1 } dim { size: 4 } }"));
std::string Constant(const std::string& name, const std::vector<int>& dims, float value) {
  std::string shape;
  for (const int dim : dims) shape += " dim { size: " + std::to_string(dim) + " }";
  return Node(name, "Const", {},
              Attribute("dtype", "type: DT_FLOAT") +
                  Attribute("value", "tensor { dtype: DT_FLOAT tensor_shape {" + shape +
                                         " } float_val: " + std::to_string(value) + " }"));
}

// The path and the time differ from run to run.
std::string Plain(std::string text, const std::string& path) {
  for (size_t at = text.find(path); at != std::string::npos; at = text.find(path))
    text.replace(at, path.size(), "MODEL");
  return std::regex_replace(text, std::regex("in [0-9.]+ s"), "in T s");
}

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = LITESMITH_SOURCE_DIR "/tests/cli/golden/" + name;
  if (std::getenv("LITESMITH_REGENERATE") != nullptr) std::ofstream(path) << text;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

// Two unknown ops of one kind, a sum of shapes that do not fit, and an op whose shape follows from nothing
// but an unknown one.
const std::string kBroken = kInput + Constant("three", {3}, 1) + Node("first", "MyOp", {"x"}) +
                            Node("second", "MyOp", {"first"}) + Node("sum", "AddV2", {"x", "three"}) +
                            Node("sound", "Relu", {"x"}) + Node("behind", "Softmax", {"second"}) +
                            Node("string_input", "Bessel", {"sound"});
const std::vector<std::string> kAllOutputs = {"--output-tensors", "sum,behind,string_input"};

std::vector<std::string> With(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Diagnose, TellsAllProblemsInOneRunOnStandardOutput) {
  const GraphFile file(kBroken);
  const Ran ran = RunProgram(With({"diagnose", file.path()}, kAllOutputs));
  EXPECT_EQ(ran.status, 1);
  // Codes and places in order, what blocks first; the words are those of the rooms that find them.
  std::string places;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("error[")) places += line.substr(6, 6);
    if (line.starts_with("  where: ")) places += " " + line.substr(9) + "\n";
  }
  EXPECT_EQ(places,
            "LS0601 AddV2 'sum'\n"
            "LS0101 MyOp 'first' and 1 more like it\n"
            "LS0101 Bessel 'string_input'\n")
      << ran.out;
  EXPECT_EQ(Plain(ran.err, file.path()), "3 problems stop the conversion of MODEL (0 warnings, 0 notes)\n");
}

TEST(Diagnose, EndsAsConvertWould) {
  const GraphFile file(kBroken);
  const std::string out = testing::TempDir() + "litesmith_diagnose_none.tflite";
  EXPECT_EQ(RunProgram(With({"convert", file.path(), "-o", out}, kAllOutputs)).status,
            RunProgram(With({"diagnose", file.path()}, kAllOutputs)).status);
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(RunProgram({"diagnose", testing::TempDir() + "litesmith_nothing_here"}).status, 3);
}

TEST(Diagnose, RepeatsAreOneFindingAndConsequencesNone) {
  const GraphFile file(kBroken);
  const Ran ran = RunProgram(With({"diagnose", file.path(), "--json"}, kAllOutputs));
  const Json json = Json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.out;
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["model"]["kind"], "frozen_graph");
  EXPECT_FALSE(json.contains("output"));
  std::map<std::string, int> counts;
  for (const Json& finding : json["findings"]) counts[finding["op"]] += finding["count"].get<int>();
  EXPECT_EQ(counts, (std::map<std::string, int>{{"AddV2", 1}, {"Bessel", 1}, {"MyOp", 2}})) << ran.out;
}

TEST(Diagnose, AModelThatConvertsIsToldSo) {
  const GraphFile file(kInput + Node("assert", "Identity", {"x"}) + Node("y", "Relu", {"assert"}));
  const Ran ran = RunProgram({"diagnose", file.path()});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  ExpectGolden("diagnose_sound.txt", Plain(ran.out, file.path()));
}

TEST(Diagnose, HasNoColourWherePiped) {
  const GraphFile file(kBroken);
  EXPECT_EQ(RunProgram(With({"diagnose", file.path()}, kAllOutputs)).out.find('\x1b'), std::string::npos);
}

class VerifyProgram : public testing::Test {
 protected:
  std::string Convert(const std::string& path) {
    const std::string out = path + ".tflite";
    const Ran ran = RunProgram({"convert", path, "-o", out});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return out;
  }
};

const std::string kGraph =
    kInput + Constant("two", {}, 2) + Node("twice", "Mul", {"x", "two"}) + Node("y", "Exp", {"twice"});

TEST_F(VerifyProgram, AgreesWithWhatWasConverted) {
  const GraphFile file(kGraph);
  const std::string out = Convert(file.path());
  const Ran ran = RunProgram({"verify", file.path(), out, "--json"});
  EXPECT_EQ(ran.status, 0) << ran.out;
  const Json json = Json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_TRUE(json["first_difference"].is_null());
  ASSERT_EQ(json["tensors"].size(), 2u);
  EXPECT_EQ(json["tensors"][0]["source"], "twice:0");
  for (const char* key : {"file", "max_error", "rms_error", "snr_db"})
    EXPECT_TRUE(json["tensors"][0].contains(key)) << key;
  std::filesystem::remove(out);
}

TEST_F(VerifyProgram, NamesTheOpWhereTheFilePartsFromTheSource) {
  const GraphFile file(kGraph);
  const std::string out = Convert(file.path());
  // The file is of the graph as it was before somebody changed a constant.
  std::ofstream(file.path()) << kInput + Constant("two", {}, 3) + Node("twice", "Mul", {"x", "two"}) +
                                    Node("y", "Exp", {"twice"});
  const Ran ran = RunProgram({"verify", file.path(), out});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(
      ran.err.find("error[LS1405]: the file computes something else than the source, from 'twice:0' on"), 0u)
      << ran.err;
  EXPECT_NE(ran.err.find("where: Mul 'twice'"), std::string::npos) << ran.err;
  ExpectGolden("verify_apart.txt", Plain(ran.out, file.path()));
  std::filesystem::remove(out);
}

}  // namespace
}  // namespace litesmith::cli
