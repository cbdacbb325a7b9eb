#include "base/host.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/finding.h"
#include "base/unfinished_files.h"

namespace litesmith {
namespace {

class HostTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "litesmith_hostXXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    for (const std::string& name : Names()) ::unlink(JoinPath(folder_, name).c_str());
    ::rmdir(folder_.c_str());
  }
  std::string Path(std::string_view name) { return JoinPath(folder_, name); }
  std::vector<std::string> Names() { return host_->List(folder_).value; }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::string folder_;
};

TEST_F(HostTest, WritesPartsInOrderAndMapsThemBack) {
  std::vector<Bytes> parts(200, AsBytes("ab"));
  parts.push_back({});
  parts.push_back(AsBytes("c"));
  ASSERT_TRUE(WriteFile(context_, Path("x"), parts).ok());
  auto read = ReadFile(context_, Path("x"), "a test file");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->bytes.size(), 401u);
  EXPECT_EQ(AsText(read->bytes).substr(398), "abc");
  EXPECT_EQ(Names(), std::vector<std::string>{"x"});
}

TEST_F(HostTest, ReplacesAFileAndKeepsItsRightsAndWhatIsMapped) {
  ASSERT_TRUE(host_->Write(Path("x"), {AsBytes("old")}));
  ASSERT_EQ(::chmod(Path("x").c_str(), 0640), 0);
  const auto before = host_->Map(Path("x"));
  ASSERT_TRUE(host_->Write(Path("x"), {AsBytes("newer")}));
  EXPECT_EQ(AsText(before.value.bytes), "old");
  EXPECT_EQ(AsText(host_->Map(Path("x")).value.bytes), "newer");
  struct stat info;
  ASSERT_EQ(::stat(Path("x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST_F(HostTest, WritesThroughASymbolicLink) {
  ASSERT_TRUE(host_->Write(Path("target"), {AsBytes("old")}));
  ASSERT_EQ(::symlink("target", Path("link").c_str()), 0);
  ASSERT_TRUE(host_->Write(Path("link"), {AsBytes("new")}));
  EXPECT_EQ(AsText(host_->Map(Path("target")).value.bytes), "new");
  EXPECT_EQ(Names(), (std::vector<std::string>{"link", "target"}));
}

TEST_F(HostTest, MapsAnEmptyFile) {
  ASSERT_TRUE(host_->Write(Path("empty"), {}));
  const auto file = host_->Map(Path("empty"));
  EXPECT_TRUE(file.status);
  EXPECT_TRUE(file.value.bytes.empty());
}

TEST_F(HostTest, TellsMissingFilesFoldersAndDevicesApart) {
  EXPECT_FALSE(ReadFile(context_, Path("nothing"), "a model").ok());
  EXPECT_FALSE(ReadFile(context_, folder_, "a model").ok());
  EXPECT_FALSE(ReadFile(context_, "/dev/zero", "a model").ok());
  ASSERT_EQ(findings_.findings().size(), 3u);
  EXPECT_EQ(findings_.findings()[0].code, Code::kFileMissing);
  EXPECT_EQ(findings_.findings()[1].code, Code::kFileUnreadable);
  EXPECT_EQ(findings_.findings()[2].code, Code::kFileUnreadable);
  EXPECT_EQ(host_->Kind(folder_), PathKind::kFolder);
  EXPECT_EQ(host_->Kind("/dev/zero"), PathKind::kOther);
  EXPECT_EQ(host_->Kind(Path("nothing")), PathKind::kMissing);
}

TEST_F(HostTest, AFailedWriteLeavesNothingAndSaysWhatToDo) {
  EXPECT_FALSE(WriteFile(context_, Path("no/such/folder"), {AsBytes("x")}).ok());
  EXPECT_FALSE(WriteFile(context_, folder_, {AsBytes("x")}).ok());
  ASSERT_EQ(findings_.findings().size(), 2u);
  for (const Finding& finding : findings_.findings()) {
    EXPECT_EQ(finding.code, Code::kOutputUnwritable);
    EXPECT_FALSE(finding.fixes.empty());
  }
  EXPECT_EQ(findings_.exit_status(), 4);
  EXPECT_TRUE(Names().empty());
}

TEST_F(HostTest, WritesIntoDevicesWithoutReplacingThem) {
  EXPECT_TRUE(host_->Write("/dev/null", {AsBytes("x")}));
  EXPECT_EQ(host_->Kind("/dev/null"), PathKind::kOther);
}

TEST_F(HostTest, RemovesUnfinishedFilesOnly) {
  ASSERT_TRUE(host_->Write(Path("done"), {AsBytes("x")}));
  ASSERT_TRUE(host_->Write(Path("under_way"), {AsBytes("x")}));
  {
    const UnfinishedFile file(Path("under_way"));
    RemoveUnfinishedFiles();
  }
  EXPECT_EQ(Names(), std::vector<std::string>{"done"});
}

TEST_F(HostTest, MakingAFolderTwiceIsFine) {
  EXPECT_TRUE(host_->MakeFolder(Path("sub")));
  EXPECT_TRUE(host_->MakeFolder(Path("sub")));
  EXPECT_FALSE(host_->MakeFolder(Path("a/b")));
  ::rmdir(Path("sub").c_str());
}

TEST_F(HostTest, ALibraryThatIsNotThereHasAProblem) {
  std::string problem;
  EXPECT_EQ(host_->LibrarySymbol(Path("none.so"), "f", &problem), nullptr);
  EXPECT_NE(problem.find("none.so"), std::string::npos);
}

TEST(Paths, AreTakenApartAndJoined) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(FileName("a/b/c.txt"), "c.txt");
  EXPECT_EQ(FileName("a/"), "");
  EXPECT_EQ(Extension("a.b/c.TXT"), ".txt");
  EXPECT_EQ(Extension("a.b/c"), "");
  EXPECT_EQ(Extension("a/.hidden"), "");
}

}  // namespace
}  // namespace litesmith
