#include <gtest/gtest.h>

#include "graphs.h"

namespace litesmith::runtime {
namespace {

class ControlFlowTest : public RuntimeTest {
 protected:
  ir::Function* main_ = module_->AddFunction("main");

  // f(x) = x `op` c
  void AddBinary(const std::string& name, const ir::OpDef& op, float c, Shape shape) {
    ir::Function* function = module_->AddFunction(name);
    ir::Value* x = function->AddParameter(Floats(shape));
    ir::Builder builder(*function);
    function->SetResults(
        std::vector<ir::Value*>{builder.Make(op, {x, builder.Constant(Tensor::Scalar(c))}, Floats(shape))});
  }

  void AddIf(Shape shape, Shape result) {
    ir::Value* which = main_->AddParameter(Bools({1}), "which");
    ir::Value* x = main_->AddParameter(Floats(shape), "x");
    ir::Builder builder(*main_);
    ir::Value* y = builder.Make(
        tfl::IF, {which, x}, Floats(result),
        {{"then_subgraph_index", FunctionRef{"then"}}, {"else_subgraph_index", FunctionRef{"else"}}});
    main_->SetResults(std::vector<ir::Value*>{builder.Make(tfl::NEG, {y}, Floats(result))});
  }

  std::vector<float> RunIf(Interpreter& interpreter, bool which, std::vector<float> x) {
    const auto count = static_cast<int64_t>(x.size());
    EXPECT_TRUE(interpreter.SetInput(0, Tensor::Of<bool>({1}, {which})).ok());
    EXPECT_TRUE(interpreter.SetInput(1, FloatTensor({count}, std::move(x))).ok());
    EXPECT_TRUE(interpreter.Invoke().ok()) << Causes();
    return FloatsOf(interpreter.output(0));
  }

  // while (i < n) { i = i + 1; x = x + x; } with n constant; the two variables change places in each round if
  // `swap`.
  void AddCountingLoop(int32_t n) {
    ir::Function* condition = module_->AddFunction("cond");
    ir::Value* i = condition->AddParameter(Ints(Shape::Scalar()));
    condition->AddParameter(Floats({2}));
    ir::Builder in_condition(*condition);
    condition->SetResults(std::vector<ir::Value*>{
        in_condition.Make(tfl::LESS, {i, in_condition.Constant(Tensor::Scalar(n))}, Bools(Shape::Scalar()))});
    ir::Function* body = module_->AddFunction("body");
    i = body->AddParameter(Ints(Shape::Scalar()));
    ir::Value* x = body->AddParameter(Floats({2}));
    ir::Builder in_body(*body);
    ir::Value* next = in_body.Make(tfl::ADD, {i, in_body.Constant(Tensor::Scalar(1))}, Ints(Shape::Scalar()));
    body->SetResults(std::vector<ir::Value*>{next, in_body.Make(tfl::ADD, {x, x}, Floats({2}))});

    i = main_->AddParameter(Ints(Shape::Scalar()), "i");
    x = main_->AddParameter(Floats({2}), "x");
    ir::Builder builder(*main_);
    ir::Node* loop = builder.Create(tfl::WHILE, {i, x}, {Ints(Shape::Scalar()), Floats({2})}, Loop());
    main_->SetResults(std::vector<ir::Value*>{loop->output(0), loop->output(1)});
  }
  static Attributes Loop() {
    return {{"cond_subgraph_index", FunctionRef{"cond"}}, {"body_subgraph_index", FunctionRef{"body"}}};
  }
};

TEST_F(ControlFlowTest, IfRunsTheBranchItIsTold) {
  AddBinary("then", tfl::ADD, 1, {2});
  AddBinary("else", tfl::MUL, 10, {2});
  AddIf({2}, {2});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(RunIf(*interpreter, true, {1, 2}), (std::vector<float>{-2, -3}));
  EXPECT_EQ(RunIf(*interpreter, false, {1, 2}), (std::vector<float>{-10, -20}));
  EXPECT_EQ(RunIf(*interpreter, true, {3, 4}), (std::vector<float>{-4, -5}));
}

TEST_F(ControlFlowTest, IfWithResultsOfDifferentShapes) {
  AddBinary("then", tfl::ADD, 1, {Dim()});
  ir::Function* function = module_->AddFunction("else");
  ir::Value* x = function->AddParameter(Floats({Dim()}));
  ir::Builder builder(*function);
  ir::Node* twice = builder.Create(tfl::CONCATENATION, {x, x}, {Floats({Dim()})}, {{"axis", int64_t{0}}});
  function->SetResults(std::vector<ir::Value*>{twice->output()});
  AddIf({Dim()}, {Dim()});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(RunIf(*interpreter, true, {1, 2}), (std::vector<float>{-2, -3}));
  EXPECT_EQ(RunIf(*interpreter, false, {1, 2}), (std::vector<float>{-1, -2, -1, -2}));
  EXPECT_EQ(RunIf(*interpreter, false, {5}), (std::vector<float>{-5, -5}));
}

TEST_F(ControlFlowTest, WhileRunsUntilItsConditionFails) {
  AddCountingLoop(5);
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (int32_t start : {0, 3, 7}) {
    ASSERT_TRUE(interpreter->SetInput(0, Tensor::Scalar(start)).ok());
    ASSERT_TRUE(interpreter->SetInput(1, FloatTensor({2}, {1, 3})).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    const float factor = static_cast<float>(1 << std::max(0, 5 - start));
    EXPECT_EQ(interpreter->output(0).ToInt64(), (std::vector<int64_t>{std::max(start, 5)}));
    EXPECT_EQ(FloatsOf(interpreter->output(1)), (std::vector<float>{factor, 3 * factor}));
  }
}

TEST_F(ControlFlowTest, LoopVariablesMayChangePlaces) {
  AddCountingLoop(3);
  ir::Function* body = module_->FindFunction("body");
  ir::Function* condition = module_->FindFunction("cond");
  for (ir::Function* function : {body, condition, main_}) function->AddParameter(Floats({2}), "z");
  // (i, x, z) -> (i + 1, z, x)
  body->SetResults(std::vector<ir::Value*>{body->result(0), body->parameter(2), body->parameter(1)});
  ir::Builder builder(*main_);
  ir::Node* loop = builder.Create(
      tfl::WHILE, std::vector<ir::Value*>{main_->parameter(0), main_->parameter(1), main_->parameter(2)},
      {Ints(Shape::Scalar()), Floats({2}), Floats({2})}, Loop());
  main_->SetResults(std::vector<ir::Value*>{loop->output(1), loop->output(2)});
  main_->EraseDeadNodes();
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(1, FloatTensor({2}, {1, 2})).ok());
  ASSERT_TRUE(interpreter->SetInput(2, FloatTensor({2}, {3, 4})).ok());
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{3, 4}));
  EXPECT_EQ(FloatsOf(interpreter->output(1)), (std::vector<float>{1, 2}));
}

TEST_F(ControlFlowTest, LoopVariablesMayGrow) {
  ir::Function* condition = module_->AddFunction("cond");
  ir::Value* x = condition->AddParameter(Ints({Dim()}));
  ir::Builder in_condition(*condition);
  ir::Value* size = in_condition.Make(tfl::SHAPE, {x}, Ints({1}), {{"out_type", DType::kInt32}});
  ir::Value* scalar = in_condition.Make(
      tfl::RESHAPE, {size, in_condition.Constant(Tensor::Zeros(DType::kInt32, {0}))}, Ints(Shape::Scalar()));
  condition->SetResults(std::vector<ir::Value*>{in_condition.Make(
      tfl::LESS, {scalar, in_condition.Constant(Tensor::Scalar(20))}, Bools(Shape::Scalar()))});
  ir::Function* body = module_->AddFunction("body");
  x = body->AddParameter(Ints({Dim()}));
  ir::Builder in_body(*body);
  ir::Value* more = in_body.Make(tfl::ADD, {x, in_body.Constant(Tensor::Scalar(1))}, Ints({Dim()}));
  body->SetResults(std::vector<ir::Value*>{
      in_body.Make(tfl::CONCATENATION, {x, more}, Ints({Dim()}), {{"axis", int64_t{0}}})});
  x = main_->AddParameter(Ints({Dim()}), "x");
  ir::Builder builder(*main_);
  main_->SetResults(std::vector<ir::Value*>{builder.Make(tfl::WHILE, {x}, Ints({Dim()}), Loop())});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(interpreter->SetInput(0, IntTensor({3}, {0, 10, 20})).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    const auto result = interpreter->output(0).ToInt64();
    ASSERT_TRUE(result.has_value());
    ASSERT_EQ(result->size(), 24u);
    EXPECT_EQ((*result)[23], 23);
    EXPECT_EQ((*result)[4], 11);
  }
}

TEST_F(ControlFlowTest, AnEndlessLoopMeetsTheLimit) {
  AddCountingLoop(std::numeric_limits<int32_t>::max());
  context_.limits.max_loop_steps = 1000;
  auto interpreter = Make();
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kLimitExceeded));
}

TEST_F(ControlFlowTest, AnEndlessLoopMeetsTheClockButFewStepsMayTakeAsLongAsTheyTake) {
  AddCountingLoop(1000);
  context_.limits.max_loop_seconds = -1;  // over before it starts
  auto interpreter = Make();
  EXPECT_TRUE(interpreter->Invoke().ok()) << Causes();
  context_.limits.free_loop_steps = 500;
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kLimitExceeded));
}

TEST_F(ControlFlowTest, ALoopThatDoesNotFitItsBodyIsRefused) {
  AddCountingLoop(3);
  ir::Function* body = module_->FindFunction("body");
  body->SetResults(std::vector<ir::Value*>{body->result(1), body->result(0)});
  EXPECT_EQ(Make(), nullptr);
  EXPECT_TRUE(Reported(Code::kDtypeMismatch)) << Causes();
}

TEST_F(ControlFlowTest, FunctionsThatCallThemselvesAreRefused) {
  AddBinary("then", tfl::ADD, 1, {2});
  AddBinary("else", tfl::ADD, 1, {2});
  AddIf({2}, {2});
  ir::Function* other = module_->FindFunction("then");
  ir::Builder builder(*other);
  ir::Value* which = builder.Constant(Tensor::Of<bool>({1}, {true}));
  other->SetResults(std::vector<ir::Value*>{builder.Make(
      tfl::IF, {which, other->parameter(0)}, Floats({2}),
      {{"then_subgraph_index", FunctionRef{"then"}}, {"else_subgraph_index", FunctionRef{"else"}}})});
  EXPECT_EQ(Make(), nullptr);
  EXPECT_TRUE(Reported(Code::kRecursion)) << Causes();
}

TEST_F(ControlFlowTest, ManyCallsOfCallsMeetALimitInsteadOfFillingTheMemory) {
  // f0 calls f1 twice, f1 calls f2 twice...
  constexpr int kDeep = 40;
  for (int i = 0; i <= kDeep; ++i) {
    ir::Function* function = i == 0 ? main_ : module_->AddFunction("f" + std::to_string(i));
    ir::Value* x = function->AddParameter(Floats({1}));
    ir::Builder builder(*function);
    if (i == kDeep) {
      function->SetResults(std::vector<ir::Value*>{builder.Make(tfl::NEG, {x}, Floats({1}))});
      continue;
    }
    const Attributes call = {{"decomposition_subgraph_index", FunctionRef{"f" + std::to_string(i + 1)}}};
    ir::Value* y = builder.Make(tfl::STABLEHLO_COMPOSITE, {x}, Floats({1}), call);
    function->SetResults(
        std::vector<ir::Value*>{builder.Make(tfl::STABLEHLO_COMPOSITE, {y}, Floats({1}), call)});
  }
  EXPECT_EQ(Make(), nullptr);
  EXPECT_TRUE(Reported(Code::kLimitExceeded));
}

TEST_F(ControlFlowTest, CaseTakesTheLastBranchForAnIndexOutOfRange) {
  for (int i = 0; i < 3; ++i) AddBinary("branch" + std::to_string(i), tfl::ADD, static_cast<float>(i), {1});
  ir::Value* which = main_->AddParameter(Ints(Shape::Scalar()), "which");
  ir::Value* x = main_->AddParameter(Floats({1}), "x");
  ir::Builder builder(*main_);
  const std::vector<FunctionRef> branches = {{"branch0"}, {"branch1"}, {"branch2"}};
  main_->SetResults(std::vector<ir::Value*>{
      builder.Make(tfl::STABLEHLO_CASE, {which, x}, Floats({1}), {{"branch_subgraph_indices", branches}})});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (int32_t index : {0, 1, 2, 3, -1}) {
    ASSERT_TRUE(interpreter->SetInput(0, Tensor::Scalar(index)).ok());
    ASSERT_TRUE(interpreter->Invoke().ok());
    EXPECT_EQ(FloatsOf(interpreter->output(0))[0], index < 0 || index > 2 ? 2.0f : static_cast<float>(index));
  }
}

}  // namespace
}  // namespace litesmith::runtime
