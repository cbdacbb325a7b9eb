// `litesmith explain`: pages of codes, and answers to what other tools print.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/running.h"

namespace litesmith::cli {
namespace {

// A file of the test's own that goes with it.
class Log {
 public:
  explicit Log(const std::string& text, const std::string& ending = ".txt")
      : path_(testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ending) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~Log() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

nlohmann::json FirstFinding(const Ran& ran) { return nlohmann::json::parse(ran.out).at("findings").at(0); }

TEST(ExplainLog, AnswersOnStandardOutputAndSucceeds) {
  const Log log("ValueError: Only support at least one signature key.\n");
  const Ran ran = RunProgram({"explain", "--log", log.path()});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("error[LS1204]"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.err, "");
}

TEST(ExplainLog, JsonIsOneObjectWithFindings) {
  const Log log("RuntimeError: Op type not registered 'SentencepieceOp' in binary running on box.\n");
  const Ran ran = RunProgram({"explain", "--log", log.path(), "--json"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(nlohmann::json::parse(ran.out).size(), 1u);
  EXPECT_EQ(FirstFinding(ran)["category"], "external-library");
  EXPECT_EQ(FirstFinding(ran)["op"], "SentencepieceOp");
}

TEST(ExplainLog, KnowsWhatTheOpTablesKnow) {
  const auto code_of = [](const std::string& op) {
    const Log log("Custom ops: " + op + "\n");
    return FirstFinding(RunProgram({"explain", "--log", log.path(), "--json"}))["code"].get<std::string>();
  };
  EXPECT_EQ(code_of("Conv2D"), "LS0202");       // converts
  EXPECT_EQ(code_of("EnsureShape"), "LS0202");  // a pass takes it away
  EXPECT_EQ(code_of("Betainc"), "LS0201");      // TensorFlow's, without a form
  EXPECT_EQ(code_of("FeatureFuse"), "LS0101");
}

TEST(ExplainLog, TellsWhichRuntimeBroughtAnOp) {
  const Log log("Didn't find op for builtin opcode 'FULLY_CONNECTED' version '9'.\n");
  const Ran ran = RunProgram({"explain", "--log", log.path(), "--json"});
  EXPECT_NE(FirstFinding(ran)["cause"].get<std::string>().find("came with TensorFlow Lite 2."),
            std::string::npos);
}

TEST(ExplainLog, AMissingFileAnEmptyOneAndAModelAreTold) {
  EXPECT_EQ(RunProgram({"explain", "--log", "no_such_log.txt"}).status, 3);
  const Log empty("");
  EXPECT_EQ(RunProgram({"explain", "--log", empty.path()}).status, 3);
  const Log model(std::string("\x1c\0\0\0TFL3\0\0\0\0", 12), ".tflite");
  const Ran ran = RunProgram({"explain", "--log", model.path(), "--json"});
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(FirstFinding(ran)["code"], "LS1115");
  EXPECT_NE(FirstFinding(ran)["fixes"].dump().find("litesmith inspect"), std::string::npos);
}

TEST(ExplainLog, SomethingUnknownIsNoFailure) {
  const Log log("everything is fine\n");
  const Ran ran = RunProgram({"explain", "--log", log.path(), "--json"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(FirstFinding(ran)["code"], "LS1114");
}

TEST(Explain, WantsACodeOrALogAndNotBoth) {
  EXPECT_EQ(RunProgram({"explain"}).status, 2);
  EXPECT_EQ(RunProgram({"explain", "LS0101", "--log", "x.txt"}).status, 2);
}

}  // namespace
}  // namespace litesmith::cli
