#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/model_file.h"
#include "cli/running.h"

namespace litesmith::cli {
namespace {

namespace fs = std::filesystem;

// A folder of the test's own.
class Outputs : public testing::Test {
 protected:
  Outputs() { fs::create_directories(folder_); }
  ~Outputs() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Put(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name)) << content;
    return Path(name);
  }
  static std::string ContentOf(const std::string& path) {
    std::stringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
  }
  // Refused before anything is read, and nothing is changed.
  static void ExpectRefused(const std::vector<std::string>& words, const std::string& keeps) {
    const std::string before = ContentOf(keeps);
    const Ran ran = RunProgram(words);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(words) << ran.err;
    EXPECT_NE(ran.err.find("would write over what is read"), std::string::npos) << ran.err;
    EXPECT_EQ(ContentOf(keeps), before);
  }

  const std::string folder_ =
      testing::TempDir() + "litesmith_" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(Outputs, NeverReplaceWhatTheRunReads) {
  const ModelFile model;
  const std::string arrays = Put("in.npz", "arrays"), photo = Put("photos/a.jpg", "a photograph");
  ExpectRefused({"convert", model.path(), "-o", model.path()}, model.path());
  ExpectRefused({"convert", model.path(), "-o", Path("x.tflite"), "--report", model.path()}, model.path());
  ExpectRefused({"quantize", model.path(), "--quantize", "float16", "-o", model.path()}, model.path());
  ExpectRefused({"run", model.path(), "--inputs", arrays, "--outputs", model.path()}, model.path());
  ExpectRefused({"run", model.path(), "--inputs", arrays, "--outputs", Path("./in.npz")}, arrays);
  ExpectRefused({"detect", model.path(), photo, "-o", photo}, photo);
  ExpectRefused({"detect", model.path(), Path("photos"), "-o", Path("photos")}, photo);
}

TEST_F(Outputs, AreSeenThroughLinks) {
  const ModelFile model;
  fs::create_symlink(model.path(), Path("soft.tflite"));
  fs::create_hard_link(model.path(), Path("hard.tflite"));
  ExpectRefused({"convert", model.path(), "-o", Path("soft.tflite")}, model.path());
  ExpectRefused({"convert", Path("soft.tflite"), "-o", Path("hard.tflite")}, model.path());
}

TEST_F(Outputs, ReplaceNoFileOfAModelsFolderButFilesOfTheirOwn) {
  const std::string graph = Put("m/saved_model.pb", "the graph");
  const std::string index = Put("m/variables/variables.index", "the index");
  ExpectRefused({"convert", Path("m"), "-o", graph}, graph);
  ExpectRefused({"convert", Path("m"), "-o", index}, index);
  Put("m/model.tflite", "an earlier result");
  const Ran again = RunProgram({"convert", Path("m"), "-o", Path("m/model.tflite")});
  EXPECT_EQ(again.status, 3) << "the graph is damaged, the output is not refused: " << again.err;
}

TEST_F(Outputs, WithoutAPlaceAreToldBeforeTheModelIsRead) {
  const std::string missing = Path("no_such_model.tflite");
  for (const std::string& output : {folder_, Path("no/such/folder/x.tflite")}) {
    const Ran ran = RunProgram({"convert", missing, "-o", output});
    EXPECT_EQ(ran.status, 4) << ran.err;
    EXPECT_EQ(ran.err.find("LS1101"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(RunProgram({"convert", missing, "-o", ""}).status, 2);
  const Ran twice = RunProgram({"convert", missing, "-o", Path("x"), "--report", Path("./x")});
  EXPECT_EQ(twice.status, 2);
  EXPECT_NE(twice.err.find("one file"), std::string::npos) << twice.err;
}

TEST_F(Outputs, OfSeveralPicturesWantAFolderAndOfOneAnEnding) {
  const ModelFile model;
  const std::string a = Put("a/photo.jpg", "a"), b = Put("b/photo.jpg", "b");
  EXPECT_EQ(RunProgram({"detect", model.path(), a, b, "-o", Path("boxes.png")}).status, 2);
  EXPECT_EQ(RunProgram({"detect", model.path(), a, "-o", Path("boxes.txt")}).status, 2);
  EXPECT_FALSE(fs::exists(Path("boxes.png")));
}

TEST_F(Outputs, ToAPipeThatNobodyReadsAreRefusedAndInputsFromOneAreNotWaitedFor) {
  const ModelFile model;
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(RunProgram({"convert", model.path(), "-o", Path("pipe")}).status, 4);
  EXPECT_EQ(RunProgram({"inspect", Path("pipe")}).status, 3);
  const std::vector<std::string> run = {"run",        model.path(), "--inputs",
                                        Path("pipe"), "--outputs",  Path("o")};
  EXPECT_EQ(RunProgram(run).status, 3);
}

TEST_F(Outputs, AreNotWrittenWhereAnOptionNamesWhatIsNotThere) {
  const ModelFile model;
  EXPECT_EQ(RunProgram({"convert", model.path(), "-o", Path("x.tflite"), "--dump-after", "nonsense"}).status,
            2);
  EXPECT_EQ(RunProgram({"convert", model.path(), "-o", Path("x.tflite"), "--labels", model.path()}).status,
            3);
  EXPECT_EQ(
      RunProgram({"convert", model.path(), "-o", Path("x.tflite"), "--labels", Put("empty", "")}).status, 3);
  EXPECT_FALSE(fs::exists(Path("x.tflite")));
  const Ran idle = RunProgram({"convert", model.path(), "-o", Path("x.tflite"), "--input-shape", "x=1,8"});
  EXPECT_EQ(idle.status, 0);
  EXPECT_NE(idle.err.find("--input-shape has no effect"), std::string::npos) << idle.err;
}

TEST(RepeatableOptions, TakeOneValueEachTime) {
  for (const char* option : {"--tag", "--signature", "--input-shape", "--custom-op", "--custom-op-shape",
                             "--custom-op-library", "--keep-float"}) {
    const std::string value = std::string(option).ends_with("shape") ? "x=1,2" : "x";
    const Ran ran = RunProgram({"convert", option, value, option, value, "no_such_model.pb", "-o",
                                "out.tflite", "--quantize", "dynamic"});
    EXPECT_EQ(ran.status, 3) << option << ": " << ran.err;  // the model or the library is missing
    EXPECT_EQ(ran.err.find("LS1201"), std::string::npos) << option << ": " << ran.err;
  }
}

}  // namespace
}  // namespace litesmith::cli
