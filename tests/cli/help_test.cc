// The help texts, word for word: a change of an option shows in the diff of tests/cli/golden. To write them
// anew:
//   LITESMITH_REGENERATE=1 build/tests/cli_test
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/running.h"

namespace litesmith::cli {
namespace {

class Help : public testing::TestWithParam<const char*> {};

TEST_P(Help, IsAsReviewed) {
  const std::string command = GetParam();
  const std::string path =
      LITESMITH_SOURCE_DIR "/tests/cli/golden/help" + (command.empty() ? "" : "_" + command) + ".txt";
  const Ran ran = RunProgram(command.empty() ? std::vector<std::string>{"--help"}
                                             : std::vector{command, std::string("--help")});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  if (std::getenv("LITESMITH_REGENERATE") != nullptr) std::ofstream(path) << ran.out;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(ran.out, expected.str()) << path;
}

TEST_P(Help, ShowsAnExample) {
  const std::string command = GetParam();
  const Ran ran = RunProgram(command.empty() ? std::vector<std::string>{"--help"}
                                             : std::vector{command, std::string("--help")});
  EXPECT_NE(ran.out.find("litesmith " + (command.empty() ? "convert" : command)), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Commands, Help,
                         testing::Values("", "convert", "diagnose", "run", "detect", "verify", "inspect",
                                         "benchmark", "explain", "ops"),
                         [](const auto& info) { return *info.param == '\0' ? "litesmith" : info.param; });

}  // namespace
}  // namespace litesmith::cli
