// --custom-op-library from the command line, with the kernel of examples/custom_op.
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/finding.h"
#include "cli/running.h"
#include "formats/npz/npz.h"
#include "ir/module.h"
#include "pipeline/convert.h"
#include "pipeline/layers.h"

namespace litesmith::cli {
namespace {

// A file whose input x, float32[3], goes through Erfc; and x itself.
class CustomOpLibrary : public testing::Test {
 protected:
  CustomOpLibrary() {
    ir::Module module;
    ir::Function* main = module.AddFunction("main");
    main->parameter_names = {"x"};
    main->result_names = {"y"};
    const ir::Type type{DType::kFloat32, {3}};
    ir::Value* x = main->AddParameter(type, "x");
    ir::Value* y = ir::Builder(*main).Make(module.UnknownOp(ir::Dialect::kTfl, "Erfc"), {x}, type);
    y->name = "scores/erfc";
    ir::Origin origin;
    origin.layer = "head.scores";
    origin.source = "train.py:41";
    y->node()->origin = module.origins.Add(origin);
    main->SetResults(std::array{y});
    pipeline::RecordLayers(module);
    const auto written = pipeline::WriteModel(module, context_);
    const auto inputs = npz::Write({{"x", Tensor::Of<float>({3}, {-1.0f, 0.0f, 2.0f})}}, context_);
    EXPECT_TRUE(written.ok() && inputs.ok());
    if (!written || !inputs) return;
    EXPECT_TRUE(WriteFile(context_, model_, {written->bytes}).ok());
    EXPECT_TRUE(WriteFile(context_, inputs_, {*inputs}).ok());
  }
  ~CustomOpLibrary() override {
    for (const std::string& path : {model_, inputs_, outputs_}) std::filesystem::remove(path);
  }

  static std::string Path(const std::string& ending) {
    return testing::TempDir() + "litesmith_" + testing::UnitTest::GetInstance()->current_test_info()->name() +
           ending;
  }

  const std::string model_ = Path(".tflite"), inputs_ = Path("_in.npz"), outputs_ = Path("_out.npz");
  const std::string library_ = LITESMITH_TEST_LIBRARIES "/liberfc.so";
  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
};

TEST_F(CustomOpLibrary, GivesRunTheKernelOfTheExample) {
  const Ran ran = RunProgram(
      {"run", model_, "--inputs", inputs_, "--outputs", outputs_, "--custom-op-library", library_});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto file = ReadFile(context_, outputs_, "results");
  ASSERT_TRUE(file.ok());
  const auto results = npz::Read(*file, outputs_, context_);
  ASSERT_TRUE(results && results->size() == 1);
  const auto y = (*results)[0].tensor.data<float>();
  EXPECT_FLOAT_EQ(y[0], std::erfc(-1.0f));
  EXPECT_FLOAT_EQ(y[1], 1.0f);
  EXPECT_FLOAT_EQ(y[2], std::erfc(2.0f));
}

TEST_F(CustomOpLibrary, LeftOutIsTheFixThatTheFindingNames) {
  const Ran ran = RunProgram({"run", model_, "--inputs", inputs_, "--outputs", outputs_});
  EXPECT_EQ(ran.status, 1);
  for (const char* words :
       {"LS0103", "Erfc", "scores/erfc", "layer head.scores", "train.py:41", "--custom-op-library"})
    EXPECT_NE(ran.err.find(words), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(outputs_));
}

TEST_F(CustomOpLibrary, IsLookedForByTheLayerThatInspectNames) {
  EXPECT_NE(RunProgram({"inspect", model_}).out.find("of layer head.scores"), std::string::npos);
  EXPECT_NE(RunProgram({"inspect", model_, "--json"}).out.find("train.py:41"), std::string::npos);
}

TEST_F(CustomOpLibrary, ConvertsItsOpsWithTheShapesOfItsKernels) {
  const std::string graph = Path(".pbtxt");
  const std::string type = "attr { key: \"T\" value { type: DT_FLOAT } }";
  std::ofstream(graph)
      << "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT } } "
         "attr { key: \"shape\" value { shape { dim { size: 2 } dim { size: 3 } } } } }\n"
      << "node { name: \"erfc\" op: \"Erfc\" input: \"x\" " << type << " }\n"
      << "node { name: \"y\" op: \"MyUnknown\" input: \"erfc\" " << type << " }\n";
  const Ran ran = RunProgram({"convert", graph, "-o", model_, "--custom-op-library", library_, "--custom-op",
                              "MyUnknown", "--custom-op-shape", "MyUnknown=6"});
  std::filesystem::remove(graph);
  ASSERT_EQ(ran.status, 0) << ran.err;
  // Erfc has its kernel, MyUnknown none.
  EXPECT_NE(ran.err.find("none of that name, but Erfc"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find(":MyUnknown=SYMBOL"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("--custom-op-library FILE.so\n"), std::string::npos) << ran.err;
  const Ran seen = RunProgram({"inspect", model_, "--json"});
  for (const char* words : {"\"Erfc\"", "[2,3]", "[6]"}) {
    std::string compact;
    for (const char c : seen.out) compact += c == ' ' || c == '\n' ? "" : std::string(1, c);
    EXPECT_NE(compact.find(words), std::string::npos) << words << seen.out;
  }
}

TEST_F(CustomOpLibrary, ThatIsNoLibraryIsAWrongInput) {
  const Ran ran = RunProgram({"benchmark", model_, "--custom-op-library", inputs_});
  EXPECT_EQ(ran.status, 3);
  EXPECT_NE(ran.err.find("LS0105"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace litesmith::cli
