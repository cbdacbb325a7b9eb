// Variables, lookup tables, and tensors that keep their value.
#include <gtest/gtest.h>

#include "graphs.h"

namespace litesmith::runtime {
namespace {

class StateTest : public RuntimeTest {
 protected:
  ir::Function* main_ = module_->AddFunction("main");

  ir::Value* Handle(ir::Builder& builder, const std::string& name) {
    return builder.Make(tfl::VAR_HANDLE, {}, Resource(),
                        {{"container", std::string()}, {"shared_name", name}});
  }

  // init: v = 10, run once; main: v = v + x; result v.
  void AddCounter() {
    ir::Function* init = module_->AddFunction("init");
    ir::Builder in_init(*init);
    in_init.Create(tfl::ASSIGN_VARIABLE, {Handle(in_init, "v"), in_init.Constant(FloatTensor({1}, {10}))},
                   {});
    ir::Value* x = main_->AddParameter(Floats({1}), "x");
    ir::Builder builder(*main_);
    builder.Create(tfl::CALL_ONCE, {}, {}, {{"init_subgraph_index", FunctionRef{"init"}}});
    ir::Value* v = Handle(builder, "v");
    ir::Value* now = builder.Make(tfl::READ_VARIABLE, {v}, Floats({1}));
    ir::Value* sum = builder.Make(tfl::ADD, {now, x}, Floats({1}));
    builder.Create(tfl::ASSIGN_VARIABLE, {v, sum}, {});
    main_->SetResults(std::vector<ir::Value*>{builder.Make(tfl::READ_VARIABLE, {v}, Floats({Dim()}))});
  }
};

TEST_F(StateTest, VariablesKeepTheirValueUntilReset) {
  AddCounter();
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({1}, {1})).ok());
  for (float expected : {11.0f, 12.0f, 13.0f}) {
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(FloatsOf(interpreter->output(0)), std::vector<float>{expected});
  }
  interpreter->ResetState();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), std::vector<float>{11.0f});
}

TEST_F(StateTest, InterpretersHaveVariablesOfTheirOwn) {
  AddCounter();
  auto first = Make(), second = Make();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(first->SetInput(0, FloatTensor({1}, {1})).ok());
    ASSERT_TRUE(first->Invoke().ok());
  }
  ASSERT_TRUE(second->Invoke().ok());
  EXPECT_EQ(FloatsOf(first->output(0)), std::vector<float>{13.0f});
  EXPECT_EQ(FloatsOf(second->output(0)), std::vector<float>{10.0f});
}

TEST_F(StateTest, AVariableThatNobodyAssignedIsReported) {
  ir::Builder builder(*main_);
  main_->SetResults(
      std::vector<ir::Value*>{builder.Make(tfl::READ_VARIABLE, {Handle(builder, "v")}, Floats({Dim()}))});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kVariableWithoutValue));
}

TEST_F(StateTest, TablesMapStringsToNumbersAndBack) {
  const auto table = [](ir::Builder& builder, int64_t id) {
    return builder.Make(tfl::HASHTABLE, {}, Resource(), {{"table_id", id}});
  };
  ir::Function* init = module_->AddFunction("init");
  ir::Builder in_init(*init);
  ir::Value* words = in_init.Constant(Tensor::OfStrings({3}, {"a", "b", "c"}));
  ir::Value* numbers = in_init.Constant(Tensor::Of<int64_t>({3}, {1, 2, 3}));
  in_init.Create(tfl::HASHTABLE_IMPORT, {table(in_init, 1), words, numbers}, {});
  in_init.Create(tfl::HASHTABLE_IMPORT, {table(in_init, 2), numbers, words}, {});

  const ir::Type strings{DType::kString, {Dim()}, nullptr}, longs{DType::kInt64, {Dim()}, nullptr};
  ir::Value* x = main_->AddParameter(strings, "x");
  ir::Builder builder(*main_);
  builder.Create(tfl::CALL_ONCE, {}, {}, {{"init_subgraph_index", FunctionRef{"init"}}});
  ir::Value* ids = builder.Make(tfl::HASHTABLE_FIND,
                                {table(builder, 1), x, builder.Constant(Tensor::Scalar<int64_t>(-1))}, longs);
  ir::Value* back =
      builder.Make(tfl::HASHTABLE_FIND,
                   {table(builder, 2), ids, builder.Constant(Tensor::OfStrings({}, {"unknown"}))}, strings);
  ir::Value* size = builder.Make(tfl::HASHTABLE_SIZE, {table(builder, 2)}, longs);
  main_->SetResults(std::vector<ir::Value*>{ids, back, size});

  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, Tensor::OfStrings({3}, {"c", "x", "a"})).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(interpreter->output(0).ToInt64(), (std::vector<int64_t>{3, -1, 1}));
    EXPECT_EQ(interpreter->output(1).strings(), (std::vector<std::string_view>{"c", "unknown", "a"}));
    EXPECT_EQ(interpreter->output(2).ToInt64(), std::vector<int64_t>{3});
  }
}

TEST_F(StateTest, AHandleOfTheWrongKindIsReported) {
  ir::Builder builder(*main_);
  ir::Value* table = builder.Make(tfl::HASHTABLE, {}, Resource(), {{"table_id", int64_t{1}}});
  builder.Create(tfl::ASSIGN_VARIABLE, {table, builder.Constant(Tensor::Scalar(1.0f))}, {});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_FALSE(interpreter->Invoke().ok());
  EXPECT_TRUE(Reported(Code::kGraphDamaged));
}

// Adds its input to the state and gives the sum.
class Accumulate final : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(context.Expect(context.input(1).state, "the second input keeps no value"));
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    float& state = context.input(1).as_mutable<float>()[0];
    state += context.input(0).as<float>()[0];
    context.output().as_mutable<float>()[0] = state;
    return {};
  }
};

TEST_F(StateTest, StateTensorsStartAsZerosAndKeepTheirValue) {
  ir::Value* x = main_->AddParameter(Floats({1}), "x");
  ir::Builder builder(*main_);
  ir::Value* state = builder.Make(tfl::kStateTensor, {}, Floats({1}));
  main_->SetResults(std::vector<ir::Value*>{
      builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "Accumulate"), {x, state}, Floats({1}))});
  Options options;
  options.custom_kernels["Accumulate"] = [](Session&, const ir::Node&) {
    return std::make_unique<Accumulate>();
  };
  auto interpreter = Make(options);
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({1}, {2})).ok());
  for (float expected : {2.0f, 4.0f}) {
    ASSERT_TRUE(interpreter->Invoke().ok());
    EXPECT_EQ(FloatsOf(interpreter->output(0)), std::vector<float>{expected});
  }
  interpreter->ResetState();
  ASSERT_TRUE(interpreter->Invoke().ok());
  EXPECT_EQ(FloatsOf(interpreter->output(0)), std::vector<float>{2.0f});
}

}  // namespace
}  // namespace litesmith::runtime
