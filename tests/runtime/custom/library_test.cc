// Libraries with kernels. LITESMITH_TEST_LIBRARIES is the folder of those that the files in libraries/ make.
#include "runtime/custom/library.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "runtime/graphs.h"

namespace litesmith::runtime {
namespace {

std::string PathOf(const std::string& name) { return LITESMITH_TEST_LIBRARIES "/lib" + name + ".so"; }

class LibraryTest : public RuntimeTest {
 protected:
  // What an op of the name gives for 1 with the kernels loaded; empty if there is no such kernel.
  std::vector<float> Run(const std::string& op) {
    module_ = std::make_shared<ir::Module>();
    ir::Function* main = module_->AddFunction("main");
    ir::Value* x = main->AddParameter(Floats({1}), "x");
    ir::Builder builder(*main);
    main->SetResults(std::array{builder.Make(module_->UnknownOp(ir::Dialect::kTfl, op), {x}, Floats({1}))});
    Options options;
    options.custom_kernels = kernels_;
    const auto interpreter = Make(options);
    if (interpreter == nullptr || !interpreter->SetInput(0, FloatTensor({1}, {1})) || !interpreter->Invoke())
      return {};
    return FloatsOf(interpreter->output(0));
  }
  void ExpectRefused(const std::string& text, const std::string& words) {
    EXPECT_FALSE(custom::AddLibrary(text, kernels_, context_).ok());
    EXPECT_TRUE(Reported(Code::kCustomLibrary)) << Causes();
    EXPECT_NE(Causes().find(words), std::string::npos) << Causes();
    EXPECT_EQ(findings_.exit_status(), 3);
  }
  std::string FileWith(const std::string& bytes) {
    const char* name = testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = testing::TempDir() + "litesmith_" + name + ".so";
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  ~LibraryTest() override {
    if (!path_.empty()) std::filesystem::remove(path_);
  }

  CustomKernels kernels_;
  std::string path_;
};

TEST_F(LibraryTest, ListsItsKernels) {
  ASSERT_TRUE(custom::AddLibrary(PathOf("listed"), kernels_, context_).ok()) << Causes();
  EXPECT_EQ(Run("Twice"), std::vector<float>{2}) << Causes();
  EXPECT_EQ(Run("Thrice"), std::vector<float>{3}) << Causes();
}

TEST_F(LibraryTest, RegistersKernelsOfItsFunctionsNamesInNamespacesToo) {
  ASSERT_TRUE(custom::AddLibrary(PathOf("registering"), kernels_, context_).ok()) << Causes();
  EXPECT_EQ(Run("Twice"), std::vector<float>{2}) << Causes();
  EXPECT_EQ(Run("Thrice"), std::vector<float>{3}) << Causes();
}

TEST_F(LibraryTest, MayBeToldWhichFunctionIsWhichOp) {
  ASSERT_TRUE(
      custom::AddLibrary(PathOf("registering") + ":Other:Name=Register_Twice", kernels_, context_).ok());
  ASSERT_TRUE(custom::AddLibrary(PathOf("registering") + ":More=Register_Thrice", kernels_, context_).ok());
  EXPECT_EQ(Run("Other:Name"), std::vector<float>{2}) << Causes();
  EXPECT_EQ(Run("More"), std::vector<float>{3}) << Causes();
  EXPECT_EQ(kernels_.size(), 2u);
}

TEST_F(LibraryTest, OfOneKernelTwiceIsWrongUse) {
  ASSERT_TRUE(custom::AddLibrary(PathOf("listed"), kernels_, context_).ok());
  EXPECT_FALSE(custom::AddLibrary(PathOf("registering"), kernels_, context_).ok());
  EXPECT_TRUE(Reported(Code::kWrongUse)) << Causes();
}

TEST_F(LibraryTest, WithoutRegistrationsSaysWhatItExports) {
  ExpectRefused(PathOf("nothing"), "SomethingElse");
}

TEST_F(LibraryTest, ThatNeedsWhatNobodyHasSaysWhat) { ExpectRefused(PathOf("undefined"), "NobodyHasThis"); }

TEST_F(LibraryTest, WithoutTheNamedFunctionSaysWhatItExports) {
  EXPECT_FALSE(custom::AddLibrary(PathOf("listed") + ":A=NotThere", kernels_, context_).ok());
  ASSERT_TRUE(Reported(Code::kCustomLibrary)) << Causes();
  EXPECT_NE(findings_.findings()[0].fixes[0].text.find("litesmith_custom_ops"), std::string::npos);
}

TEST_F(LibraryTest, ThatIsNotThereIsAMissingFile) {
  EXPECT_FALSE(custom::AddLibrary("/nowhere/libkernels.so", kernels_, context_).ok());
  EXPECT_TRUE(Reported(Code::kFileMissing)) << Causes();
}

TEST_F(LibraryTest, ThatIsATextIsRefused) { ExpectRefused(FileWith("int x;\n"), "no shared library"); }

TEST_F(LibraryTest, ThatIsAnArchiveIsRefused) { ExpectRefused(FileWith("!<arch>\nabc"), "static library"); }

TEST_F(LibraryTest, ThatIsOfWindowsIsRefused) { ExpectRefused(FileWith("MZ12345"), "operating system"); }

TEST_F(LibraryTest, ThatIsCutOffIsRefused) {
  std::ifstream file(PathOf("listed"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  ASSERT_GT(bytes.size(), 1000u);
  ExpectRefused(FileWith(bytes.substr(0, 1000)), "damaged");
}

TEST_F(LibraryTest, WithoutAKernelForTheOpLeavesItMissing) {
  ASSERT_TRUE(custom::AddLibrary(PathOf("listed"), kernels_, context_).ok());
  EXPECT_TRUE(Run("twice").empty());
  EXPECT_TRUE(Reported(Code::kCustomKernelMissing));
  EXPECT_NE(Causes().find("Twice"), std::string::npos) << Causes();
}

TEST_F(LibraryTest, RegistrationWithoutInvokeIsRefused) {
  const TfLiteRegistration none = {};
  EXPECT_FALSE(custom::AddRegistration("A", &none, "the program", kernels_, context_).ok());
  EXPECT_FALSE(custom::AddRegistration("A", nullptr, "the program", kernels_, context_).ok());
  EXPECT_TRUE(Reported(Code::kCustomLibrary)) << Causes();
  EXPECT_TRUE(kernels_.empty());
}

}  // namespace
}  // namespace litesmith::runtime
