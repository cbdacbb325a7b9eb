#include <nlohmann/json.hpp>

#include "cli/running.h"

namespace litesmith::cli {
namespace {

TEST(Status, WrongUseOfTheCommandLineIsTwo) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"transmogrify"},
           {"convert"},
           {"convert", "model", "-o", "out.tflite", "--no-such-option"},
           {"convert", "model", "-o", "out.tflite", "--detection", "sometimes"},
           {"convert", "", "-o", "out.tflite"},
           {"quantize", "m.tflite", "-o", "o.tflite", "--quantize", "int8", "--max-accuracy-drop", ""},
           {"quantize", "m.tflite", "-o", "o.tflite", "--quantize", "int8", "--max-accuracy-drop", "1"},
           {"run", "model.tflite"},
           {"benchmark", "model.tflite", "--runs", "0"},
           {"benchmark", "model.tflite", "--threads", "many"},
           {"explain"},
           {"explain", "LS9999"}}) {
    const Ran ran = RunProgram(words);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(words);
    EXPECT_EQ(ran.out, "") << testing::PrintToString(words);
    EXPECT_NE(ran.err.find("error[LS12"), std::string::npos) << ran.err;
  }
}

TEST(Status, WrongWordsAreNamedWithWhatTheyMayStandFor) {
  for (const auto& [words, text] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"inspekt"}, "no command 'inspekt'; did you mean inspect?"},
           {{"CONVERT"}, "no command 'CONVERT'; did you mean convert?"},
           {{"--nonsense"}, "no command '--nonsense'; there are convert"},
           {{}, "it wants a command"},
           {{"convert", "m", "-o", "x", "--detction", "raw"},
            "convert has no option --detction; did you mean --detection?"},
           {{"convert", "m", "-o", "x", "--nonsense", "1"}, "convert has no option --nonsense"},
           {{"convert", "m"}, "--output is required"}}) {
    std::string told = RunProgram(words).err;
    for (size_t at = 0; (at = told.find("\n         ", at)) != std::string::npos;) told.replace(at, 10, " ");
    EXPECT_NE(told.find(text), std::string::npos) << told;
  }
}

TEST(Status, AMissingFileIsThree) {
  const std::string missing = testing::TempDir() + "litesmith_no_such_file.tflite";
  for (const char* command : {"inspect", "benchmark"}) {
    const Ran ran = RunProgram({command, missing});
    EXPECT_EQ(ran.status, 3) << command;
    EXPECT_EQ(ran.out, "") << command;
    EXPECT_NE(ran.err.find("LS1101"), std::string::npos) << ran.err;
  }
}

TEST(Status, WithJsonAFailureIsOneDocumentOnStandardOutput) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"convert", "--json"},
           {"explain", "LS9999", "--json"},
           {"benchmark", testing::TempDir() + "litesmith_no_such_file.tflite", "--json"}}) {
    const Ran ran = RunProgram(words);
    EXPECT_NE(ran.status, 0);
    EXPECT_EQ(ran.err, "") << testing::PrintToString(words);
    const auto json = nlohmann::json::parse(ran.out, nullptr, false);
    ASSERT_TRUE(json.is_object()) << ran.out;
    EXPECT_EQ(json["status"], "failed");
    EXPECT_EQ(json["findings"].size(), 1u);
  }
}

TEST(Explain, PrintsThePageHoweverTheCodeIsTyped) {
  const Ran ran = RunProgram({"explain", "ls0101"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_TRUE(ran.out.starts_with("# LS0101: ")) << ran.out;
  EXPECT_EQ(ran.err, "");
}

TEST(Explain, GivesThePartsOfThePageAsJson) {
  const Ran ran = RunProgram({"explain", "LS0101", "--json"});
  const auto json = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.out;
  EXPECT_EQ(json["status"], "ok");
  EXPECT_EQ(json["code"], "LS0101");
  EXPECT_EQ(json["severity"], "error");
  EXPECT_EQ(json["category"], "custom-op");
  EXPECT_GE(json["fixes"].size(), 1u);
}

TEST(Explain, NamesNearCodesForOneThatDoesNotExist) {
  const Ran ran = RunProgram({"explain", "LS0199"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("LS0101"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace litesmith::cli
