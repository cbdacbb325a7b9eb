#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/finding.h"
#include "ir/module.h"
#include "pipeline/convert.h"
#include "tfl/ops.h"

namespace litesmith::cli {

// A file whose input x, float32[1,4], goes through `op` with a constant of four floats.
class ModelFile {
 public:
  explicit ModelFile(const char* custom_op = nullptr) {
    const char* name = testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = testing::TempDir() + "litesmith_" + name + ".tflite";
    ir::Module module;
    ir::Function* main = module.AddFunction("main");
    main->parameter_names = {"x"};
    main->result_names = {"y"};
    const ir::Type type{DType::kFloat32, {1, 4}};
    ir::Value* x = main->AddParameter(type, "x");
    ir::Builder builder(*main);
    ir::Value* weights = builder.Constant(Tensor::Of<float>({4, 4}, std::vector<float>(16, 0.5f)), "w");
    const ir::OpDef& op = custom_op != nullptr ? module.UnknownOp(ir::Dialect::kTfl, custom_op)
                                               : static_cast<const ir::OpDef&>(tfl::FULLY_CONNECTED);
    ir::Value* y = builder.Make(op, {x, weights, nullptr}, type);
    y->name = "y";
    main->SetResults(std::array{y});
    module.signatures.push_back({"serving_default", "main", {}, {}});
    FindingList findings;
    const auto host = MakeSystemHost();
    Context context{*host, findings, {}, nullptr};
    const auto written = pipeline::WriteModel(module, context);
    EXPECT_TRUE(written.ok());
    if (!written) return;
    EXPECT_TRUE(WriteFile(context, path_, {written->bytes}).ok());
  }
  ~ModelFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace litesmith::cli
