#include "runtime/interpreter.h"

#include <gtest/gtest.h>

#include "graphs.h"

namespace litesmith::runtime {
namespace {

class InterpreterTest : public RuntimeTest {
 protected:
  // y = relu(x + 1), with x of `shape`.
  ir::Function* AddRelu(Shape shape, const std::string& name = "main") {
    ir::Function* function = module_->AddFunction(name);
    ir::Value* x = function->AddParameter(Floats(shape), "x");
    ir::Builder builder(*function);
    ir::Value* one = builder.Constant(Tensor::Scalar(1.0f));
    ir::Value* sum = builder.Make(tfl::ADD, {x, one}, Floats(shape));
    ir::Value* y = builder.Make(tfl::RELU, {sum}, Floats(shape));
    sum->name = "sum";
    y->name = "y";
    function->SetResults(std::vector<ir::Value*>{y});
    return function;
  }
};

TEST_F(InterpreterTest, RunsAChainOfOps) {
  AddRelu({3});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({3}, {-2, 0, 5})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{0, 1, 6}));
  EXPECT_EQ(interpreter->inputs()[0].name, "x");
  EXPECT_EQ(interpreter->outputs()[0].name, "y");
}

TEST_F(InterpreterTest, InputsStayBetweenInferencesAndStartAsZeros) {
  AddRelu({2});
  auto interpreter = Make();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{1, 1}));
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2}, {1, 2})).ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(interpreter->Invoke().ok());
    EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{2, 3}));
  }
  interpreter->input_view(0).as_mutable<float>()[1] = 10;
  ASSERT_TRUE(interpreter->Invoke().ok());
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{2, 11}));
}

TEST_F(InterpreterTest, FreeDimensionsTakeTheShapeOfWhatIsGiven) {
  AddRelu({Dim(), 2});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kInputMissing));
  for (int64_t rows : {1, 3, 2, 0}) {
    const std::vector<float> ones(static_cast<size_t>(rows * 2), 1.0f);
    ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({rows, 2}, ones)).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(interpreter->output(0).dims(), (Dims{rows, 2}));
  }
}

TEST_F(InterpreterTest, InputsOfAnotherShapeOrDtypeAreRefusedWithWhatIsExpected) {
  AddRelu({Dim(), 2});
  auto interpreter = Make();
  EXPECT_FALSE(interpreter->SetInput(0, FloatTensor({1, 3}, {1, 2, 3})).ok());
  EXPECT_FALSE(interpreter->SetInput(0, FloatTensor({2}, {1, 2})).ok());
  EXPECT_FALSE(interpreter->SetInput(0, IntTensor({1, 2}, {1, 2})).ok());
  ASSERT_EQ(findings_.findings().size(), 3u);
  EXPECT_EQ(findings_.findings()[0].code, Code::kInputShape);
  EXPECT_EQ(findings_.findings()[0].cause, "the model takes [?,2], given was [1,3]");
  EXPECT_EQ(findings_.findings()[1].code, Code::kInputShape);
  EXPECT_EQ(findings_.findings()[2].code, Code::kInputDtype);
  EXPECT_EQ(findings_.exit_status(), 3);
}

TEST_F(InterpreterTest, KnownDimensionsMayBeResizedWhenAskedFor) {
  AddRelu({1, 2});
  Options options;
  options.resize_known = true;
  auto interpreter = Make(options);
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2, 3}, {1, 2, 3, 4, 5, 6})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{2, 3, 4, 5, 6, 7}));
}

TEST_F(InterpreterTest, ShapesThatDependOnValuesAreFollowedAtRunTime) {
  // y = relu(range(0, n, 1) + 1): n is only known when it runs, and changes between inferences.
  ir::Function* function = module_->AddFunction("main");
  ir::Value* n = function->AddParameter(Ints(Shape::Scalar()), "n");
  ir::Builder builder(*function);
  ir::Value* range =
      builder.Make(tfl::RANGE, {builder.Constant(Tensor::Scalar(0)), n, builder.Constant(Tensor::Scalar(1))},
                   Ints({Dim()}));
  ir::Value* sum = builder.Make(tfl::ADD, {range, builder.Constant(Tensor::Scalar(1))}, Ints({Dim()}));
  ir::Value* twice = builder.Make(tfl::ADD, {sum, range}, Ints({Dim()}));
  function->SetResults(std::vector<ir::Value*>{twice, sum});
  for (bool preserve : {false, true}) {
    Options options;
    options.preserve_all = preserve;
    auto interpreter = Make(options);
    ASSERT_NE(interpreter, nullptr) << Causes();
    for (int32_t count : {3, 5, 0, 2}) {
      ASSERT_TRUE(interpreter->SetInput(0, Tensor::Scalar(count)).ok());
      ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
      std::vector<int64_t> expected;
      for (int32_t i = 0; i < count; ++i) expected.push_back(2 * i + 1);
      EXPECT_EQ(interpreter->output(0).ToInt64(), expected);
      EXPECT_EQ(interpreter->output(1).dims(), Dims{count});
    }
  }
}

TEST_F(InterpreterTest, ResultsMayBeParametersAndConstants) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2}), "x");
  ir::Builder builder(*function);
  function->SetResults(std::vector<ir::Value*>{x, builder.Constant(FloatTensor({1}, {7}), "c"), x});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2}, {1, 2})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok());
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{1, 2}));
  EXPECT_EQ(FloatsOf(interpreter->output(1)), (std::vector<float>{7}));
  EXPECT_EQ(FloatsOf(interpreter->output(2)), (std::vector<float>{1, 2}));
}

TEST_F(InterpreterTest, StringsGoThrough) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter({DType::kString, {Dim()}, nullptr}, "x");
  ir::Builder builder(*function);
  ir::Value* shape = builder.Constant(IntTensor({2}, {-1, 1}));
  ir::Value* y = builder.Make(tfl::RESHAPE, {x, shape}, {DType::kString, {Dim(), 1}, nullptr});
  function->SetResults(std::vector<ir::Value*>{y});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (const auto& words : {std::vector<std::string_view>{"a", "", "long one"}, {"b"}}) {
    ASSERT_TRUE(
        interpreter->SetInput(0, Tensor::OfStrings({static_cast<int64_t>(words.size())}, words)).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(interpreter->output(0).strings(), words);
    EXPECT_EQ(interpreter->output(0).rank(), 2);
  }
}

TEST_F(InterpreterTest, SignaturesAreChosenByKey) {
  AddRelu({1}, "other");
  ir::Function* function = AddRelu({2}, "serving");
  function->parameter_names = {"image"};
  function->result_names = {"scores"};
  module_->signatures = {{"first", "other"}, {"serving_default", "serving"}};
  EXPECT_EQ(Make()->inputs()[0].name, "image");
  EXPECT_EQ(Make()->outputs()[0].name, "scores");
  EXPECT_EQ(Make()->inputs()[0].tensor, "x");
  EXPECT_EQ(Make({}, "first")->inputs()[0].name, "x");
  EXPECT_EQ(Make({}, "third"), nullptr);
  ASSERT_TRUE(Reported(Code::kSignatureUnknown));
  EXPECT_EQ(findings_.findings()[0].cause, "it has: first, serving_default");
  EXPECT_EQ(findings_.exit_status(), 2);
}

TEST_F(InterpreterTest, EverythingThatCannotRunIsReportedAtOnce) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2}), "x");
  ir::Builder builder(*function);
  ir::Value* a = builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "MyOp"), {x}, Floats({2}));
  ir::Value* b = builder.Make(tfl::ADD, {a, x}, Floats({2}), {{"version", int64_t{99}}});
  ir::Value* c = builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "FlexErf"), {b}, Floats({2}));
  function->SetResults(std::vector<ir::Value*>{c});
  EXPECT_EQ(Make(), nullptr);
  ASSERT_EQ(findings_.findings().size(), 3u) << Causes();
  EXPECT_EQ(findings_.findings()[0].code, Code::kCustomKernelMissing);
  EXPECT_EQ(findings_.findings()[0].op, "MyOp");
  EXPECT_EQ(findings_.findings()[1].code, Code::kOpVersionTooNew);
  EXPECT_EQ(findings_.findings()[2].op, "FlexErf");
}

TEST_F(InterpreterTest, AllKernelsThatRefuseAreReportedAtOnce) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2}), "x");
  ir::Value* y = function->AddParameter(Floats({3}), "y");
  ir::Builder builder(*function);
  ir::Value* a = builder.Make(tfl::ADD, {x, y}, Floats({2}));
  ir::Value* b = builder.Make(tfl::MUL, {a, y}, Floats({2}));
  a->name = "left";
  function->SetResults(std::vector<ir::Value*>{b});
  EXPECT_EQ(Make(), nullptr);
  ASSERT_EQ(findings_.findings().size(), 2u) << Causes();
  EXPECT_EQ(findings_.findings()[0].op, "ADD");
  EXPECT_EQ(findings_.findings()[0].node, "left");
  EXPECT_EQ(findings_.findings()[0].tensors.size(), 2u);
  EXPECT_EQ(findings_.findings()[1].op, "MUL");
}

TEST_F(InterpreterTest, ACallersKernelRunsACustomOp) {
  class Negate final : public Kernel {
    Result<void> Prepare(PrepareContext& context) override {
      return context.SetOutput(0, context.input(0).dims);
    }
    Result<void> Invoke(InvokeContext& context) override {
      for (size_t i = 0; i < context.input(0).as<float>().size(); ++i) {
        context.output().as_mutable<float>()[i] = -context.input(0).as<float>()[i];
      }
      return {};
    }
  };
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2}), "x");
  ir::Builder builder(*function);
  function->SetResults(std::vector<ir::Value*>{
      builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "Negate"), {x}, Floats({2}))});
  Options options;
  options.custom_kernels["Negate"] = [](Session&, const ir::Node&) { return std::make_unique<Negate>(); };
  auto interpreter = Make(options);
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2}, {1, -2})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok());
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{-1, 2}));
}

TEST_F(InterpreterTest, AKernelMayDecideOnTheTypeOfItsOutputAgainstTheFile) {
  class Count final : public Kernel {
    Result<void> Prepare(PrepareContext& context) override {
      context.outputs[0].dtype = DType::kInt64;
      return context.SetOutput(0, {});
    }
    Result<void> Invoke(InvokeContext& context) override {
      context.output().as_mutable<int64_t>()[0] = context.input(0).elements();
      return {};
    }
  };
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2, 3}), "x");
  ir::Builder builder(*function);
  ir::Value* count = builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "Count"), {x}, Ints(Shape::Scalar()));
  function->SetResults(std::vector<ir::Value*>{count});
  Options options;
  options.custom_kernels["Count"] = [](Session&, const ir::Node&) { return std::make_unique<Count>(); };
  auto interpreter = Make(options);
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(interpreter->output(0).dtype(), DType::kInt64);
  EXPECT_EQ(interpreter->output(0).ToInt64(), std::vector<int64_t>{6});
}

TEST_F(InterpreterTest, PreservedTensorsCanBeInspected) {
  ir::Function* function = AddRelu({2});
  Options options;
  options.preserve_all = true;
  auto interpreter = Make(options);
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2}, {-5, 5})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok());
  const ir::Node* add = function->result(0)->node()->previous();
  EXPECT_EQ(FloatsOf(interpreter->Inspect(*add->output())), (std::vector<float>{-4, 6}));
  EXPECT_EQ(FloatsOf(interpreter->Inspect(*function->parameter(0))), (std::vector<float>{-5, 5}));
  EXPECT_EQ(FloatsOf(interpreter->Inspect(*add->operand(1))), (std::vector<float>{1}));
}

TEST_F(InterpreterTest, TheProfileNamesOpsAndKernels) {
  AddRelu({2});
  Options options;
  options.profile = true;
  auto interpreter = Make(options);
  ASSERT_TRUE(interpreter->Invoke().ok());
  ASSERT_EQ(interpreter->profile().size(), 2u);
  EXPECT_EQ(interpreter->profile()[0].op, "ADD");
  EXPECT_EQ(interpreter->profile()[1].name, "y");
  EXPECT_FALSE(interpreter->profile()[1].kernel.empty());
  EXPECT_GE(interpreter->profile()[1].seconds, 0.0);
}

TEST_F(InterpreterTest, CancelledWorkFailsWithoutAFinding) {
  AddRelu({2});
  auto interpreter = Make();
  volatile bool cancelled = true;
  context_.cancelled = &cancelled;
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(findings_.findings().empty());
  cancelled = false;
  EXPECT_TRUE(interpreter->Invoke().ok());
}

TEST_F(InterpreterTest, MemoryBeyondTheLimitIsRefused) {
  AddRelu({Dim()});
  context_.limits.max_arena_bytes = 4096;
  auto interpreter = Make();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({100}, std::vector<float>(100))).ok());
  EXPECT_TRUE(interpreter->Invoke().ok());
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({900}, std::vector<float>(900))).ok());
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kLimitExceeded));
}

TEST_F(InterpreterTest, TensorsBeyondTheLimitAreRefused) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* n = function->AddParameter(Ints({1}), "n");
  ir::Builder builder(*function);
  ir::Value* y = builder.Make(tfl::FILL, {n, builder.Constant(Tensor::Scalar(1.0f))}, Floats({Dim()}));
  function->SetResults(std::vector<ir::Value*>{y});
  if (auto interpreter = Make()) {
    ASSERT_TRUE(interpreter->SetInput(0, IntTensor({1}, {3})).ok());
    EXPECT_TRUE(interpreter->Invoke().ok()) << Causes();
    ASSERT_TRUE(interpreter->SetInput(0, IntTensor({1}, {1 << 30})).ok());
    EXPECT_FALSE(interpreter->Invoke().ok());
    EXPECT_TRUE(Reported(Code::kLimitExceeded));
  } else {
    ADD_FAILURE() << Causes();
  }
}

}  // namespace
}  // namespace litesmith::runtime
