#include "passes/infer_shapes.h"

#include <gtest/gtest.h>

#include "tf/ops.h"

namespace litesmith::passes {
namespace {

using ir::Builder;
using ir::Function;
using ir::Node;
using ir::Type;
using ir::Value;

class InferShapesTest : public testing::Test {
 protected:
  Type F32(Shape shape) { return {DType::kFloat32, std::move(shape), nullptr}; }
  Type I32(Shape shape) { return {DType::kInt32, std::move(shape), nullptr}; }
  Type Nothing() { return {}; }

  Node* Make(Function* function, const tf::Op& op, std::initializer_list<Value*> operands,
             Attributes attributes = {}, size_t outputs = 1) {
    return Builder(*function).Create(op, operands, std::vector<Type>(outputs), std::move(attributes));
  }
  Value* Int(Function* function, int32_t value) {
    return Builder(*function).Constant(Tensor::Scalar<int32_t>(value));
  }
  Value* Ints(Function* function, const std::vector<int32_t>& values) {
    return Builder(*function).Constant(Tensor::Of<int32_t>({static_cast<int64_t>(values.size())}, values));
  }
  void Return(Function* function, std::initializer_list<Value*> values) {
    function->SetResults(std::vector<Value*>(values));
  }
  bool Infer() { return InferShapes(module_, context_).ok(); }
  static std::string Text(const Value* value) {
    return std::string(NameOf(value->type.dtype)) + ToText(value->type.shape);
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  ir::Module module_;
  Function* main_ = module_.AddFunction("main");
  const Attributes f32_ = {{"T", DType::kFloat32}};
};

TEST_F(InferShapesTest, DtypesComeFromAttributesAndShapesFromOperands) {
  Value* x = main_->AddParameter(F32({2, 3}));
  Node* relu = Make(main_, tf::Relu, {x}, f32_);
  Node* top = Make(main_, tf::TopKV2, {relu->output(), Int(main_, 2)}, f32_, 2);
  Return(main_, {top->output(0), top->output(1)});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(top->output(0)), "float32[2,2]");
  EXPECT_EQ(Text(top->output(1)), "int32[2,2]");
}

TEST_F(InferShapesTest, ABatchOfUnknownSizeSurvivesAFlattening) {
  Value* x = main_->AddParameter(F32({Dim(), 4, 6}));
  Node* shape = Make(main_, tf::Shape, {x}, f32_);
  Node* batch =
      Make(main_, tf::StridedSlice, {shape->output(), Ints(main_, {0}), Ints(main_, {1}), Ints(main_, {1})},
           {{"T", DType::kInt32}, {"shrink_axis_mask", int64_t{1}}});
  Node* target = Make(main_, tf::Pack, {batch->output(), Int(main_, -1)}, {{"T", DType::kInt32}});
  Node* flat = Make(main_, tf::Reshape, {x, target->output()}, f32_);
  Return(main_, {flat->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(x), "float32[s0,4,6]");
  EXPECT_EQ(Text(flat->output()), "float32[s0,24]");
}

TEST_F(InferShapesTest, TypesOfTheFileStayWhereTheySayMore) {
  Value* x = main_->AddParameter(F32(Shape::Unknown()));
  Node* relu = Make(main_, tf::Relu, {x}, f32_);
  relu->output()->type.shape = {1, Dim(), 3};
  Node* clash = Make(main_, tf::Relu, {main_->AddParameter(F32({5}))}, f32_);
  clash->output()->type.shape = {6};
  Return(main_, {relu->output(), clash->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(relu->output()->type.shape[2], Dim(3));
  EXPECT_EQ(Text(clash->output()), "float32[5]");
}

TEST_F(InferShapesTest, AllContradictionsAreReported) {
  Value* x = main_->AddParameter(F32({2, 3}));
  Value* y = main_->AddParameter(F32({4, 5}));
  Node* sum = Make(main_, tf::AddV2, {x, y}, f32_);
  Node* product = Make(main_, tf::MatMul, {x, y}, f32_);
  Return(main_, {sum->output(), product->output()});
  EXPECT_FALSE(Infer());
  ASSERT_EQ(findings_.findings().size(), 2u);
  EXPECT_EQ(findings_.findings()[0].op, "AddV2");
  EXPECT_EQ(findings_.findings()[1].op, "MatMul");
  EXPECT_EQ(Text(sum->output()), "float32[*]");
}

TEST_F(InferShapesTest, KnownElementsBecomeConstantsOnRequest) {
  Value* x = main_->AddParameter(F32({7, Dim()}));
  Node* shape = Make(main_, tf::Shape, {x}, {{"out_type", DType::kInt64}});
  Node* rows =
      Make(main_, tf::StridedSlice, {shape->output(), Ints(main_, {0}), Ints(main_, {1}), Ints(main_, {1})},
           {{"T", DType::kInt64}, {"shrink_axis_mask", int64_t{1}}});
  ShapeInference inference(module_, context_);
  ASSERT_TRUE(inference.InferFunction(*main_).ok());
  EXPECT_FALSE(inference.KnownConstant(shape->output()));
  const auto constant = inference.KnownConstant(rows->output());
  ASSERT_TRUE(constant);
  EXPECT_EQ(constant->dtype(), DType::kInt64);
  EXPECT_EQ(constant->rank(), 0);
  EXPECT_EQ(constant->scalar<int64_t>(), 7);
}

TEST_F(InferShapesTest, CallsGiveTheirOperandsTypesToTheFunctionAndTakeItsResults) {
  Function* twice = module_.AddFunction("twice");
  Value* parameter = twice->AddParameter(Nothing());
  Node* joined = Make(twice, tf::ConcatV2, {parameter, parameter, Int(twice, 0)}, f32_);
  Return(twice, {joined->output()});
  Value* x = main_->AddParameter(F32({Dim(), 3}));
  Node* call = Make(main_, tf::PartitionedCall, {x}, {{"f", FunctionRef{"twice"}}});
  Return(main_, {call->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(parameter), "float32[s0,3]");
  EXPECT_EQ(Text(call->output()), "float32[s1,3]");
}

TEST_F(InferShapesTest, AFunctionWithSeveralCallersAssumesOnlyWhatAllGive) {
  Function* negate = module_.AddFunction("negate");
  Value* parameter = negate->AddParameter(Nothing());
  Return(negate, {Make(negate, tf::Neg, {parameter}, f32_)->output()});
  Value* x = main_->AddParameter(F32({2, 3}));
  Value* y = main_->AddParameter(F32({4, 3}));
  Node* first = Make(main_, tf::PartitionedCall, {x}, {{"f", FunctionRef{"negate"}}});
  Node* second = Make(main_, tf::PartitionedCall, {y}, {{"f", FunctionRef{"negate"}}});
  Node* sum = Make(main_, tf::ConcatV2, {first->output(), second->output(), Int(main_, 0)}, f32_);
  Return(main_, {sum->output()});
  ASSERT_TRUE(Infer());
  EXPECT_FALSE(parameter->type.shape[0].known());
  EXPECT_EQ(parameter->type.shape[1], Dim(3));
  // The second caller's rows must not be taken for a symbol of the function's own.
  EXPECT_FALSE(second->output()->type.shape[0].Same(parameter->type.shape[0]));
  EXPECT_EQ(second->output()->type.shape[1], Dim(3));
}

TEST_F(InferShapesTest, ConditionalsKeepWhatBothBranchesShare) {
  for (const auto& [name, rows] : {std::pair("then", 2), std::pair("else", 5)}) {
    Function* branch = module_.AddFunction(name);
    Value* x = branch->AddParameter(Nothing());
    Node* tile = Make(branch, tf::Tile, {x, Ints(branch, {rows, 1})}, f32_);
    Return(branch, {tile->output()});
  }
  Value* condition = main_->AddParameter({DType::kBool, Shape::Scalar(), nullptr});
  Value* x = main_->AddParameter(F32({1, 3}));
  Node* chosen = Make(main_, tf::StatelessIf, {condition, x},
                      {{"then_branch", FunctionRef{"then"}}, {"else_branch", FunctionRef{"else"}}});
  Return(main_, {chosen->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(chosen->output()), "float32[s0,3]");
}

TEST_F(InferShapesTest, ABranchThatContradictsItselfMayBeOneThatNeverRuns) {
  Function* good = module_.AddFunction("good");
  Return(good, {good->AddParameter(Nothing())});
  Function* bad = module_.AddFunction("bad");
  Value* x = bad->AddParameter(Nothing());
  Return(bad, {Make(bad, tf::Transpose, {x, Ints(bad, {0, 2, 1})}, f32_)->output()});
  Value* condition = main_->AddParameter({DType::kBool, Shape::Scalar(), nullptr});
  Node* chosen = Make(main_, tf::StatelessIf, {condition, main_->AddParameter(F32({2, 3}))},
                      {{"then_branch", FunctionRef{"good"}}, {"else_branch", FunctionRef{"bad"}}});
  Return(main_, {chosen->output()});
  EXPECT_TRUE(Infer());
  EXPECT_TRUE(findings_.findings().empty());
}

// while (i < 3) { i = i + 1; rows = concat(rows, x); }
TEST_F(InferShapesTest, LoopsFreeTheDimensionsThatGrowAndKeepTheOthers) {
  Function* condition = module_.AddFunction("condition");
  Function* body = module_.AddFunction("body");
  for (Function* function : {condition, body}) {
    for (int i = 0; i < 3; ++i) function->AddParameter(Nothing());
  }
  Node* less =
      Make(condition, tf::Less, {condition->parameter(0), Int(condition, 3)}, {{"T", DType::kInt32}});
  Return(condition, {less->output()});
  Node* next = Make(body, tf::AddV2, {body->parameter(0), Int(body, 1)}, {{"T", DType::kInt32}});
  Node* rows = Make(body, tf::ConcatV2, {body->parameter(1), body->parameter(2), Int(body, 0)}, f32_);
  Return(body, {next->output(), rows->output(), body->parameter(2)});

  Value* x = main_->AddParameter(F32({Dim(), 4}));
  Value* start = main_->AddParameter(F32({1, 4}));
  Node* loop = Builder(*main_).Create(tf::StatelessWhile, {Int(main_, 0), start, x}, std::vector<Type>(3),
                                      {{"cond", FunctionRef{"condition"}}, {"body", FunctionRef{"body"}}});
  Return(main_, {loop->output(1), loop->output(2)});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(loop->output(0)), "int32[]");
  EXPECT_EQ(loop->output(1)->type.shape.rank(), 2);
  EXPECT_FALSE(loop->output(1)->type.shape[0].known());
  EXPECT_EQ(loop->output(1)->type.shape[1], Dim(4));
  EXPECT_TRUE(loop->output(2)->type.shape[0].Same(x->type.shape[0]));
  EXPECT_TRUE(body->parameter(2)->type.shape[0].Same(x->type.shape[0]));
  // The counter starts at 0 but is not 0 in every step.
  EXPECT_EQ(Text(less->output()), "bool[]");
  EXPECT_FALSE(loop->output(1)->type.shape[0].Same(body->parameter(1)->type.shape[0]));
}

TEST_F(InferShapesTest, LoopsWhoseRankChangesEnd) {
  Function* condition = module_.AddFunction("condition");
  Function* body = module_.AddFunction("body");
  for (Function* function : {condition, body}) function->AddParameter(Nothing());
  Return(condition,
         {Make(condition, tf::Less, {condition->parameter(0), condition->parameter(0)}, f32_)->output()});
  Return(body, {Make(body, tf::ExpandDims, {body->parameter(0), Int(body, 0)}, f32_)->output()});
  Node* loop = Make(main_, tf::While, {main_->AddParameter(F32({2}))},
                    {{"cond", FunctionRef{"condition"}}, {"body", FunctionRef{"body"}}});
  Return(main_, {loop->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(Text(loop->output()), "float32[*]");
}

TEST_F(InferShapesTest, FunctionsThatCallThemselvesEnd) {
  Function* self = module_.AddFunction("self");
  Value* x = self->AddParameter(Nothing());
  Node* again = Make(self, tf::PartitionedCall, {x}, {{"f", FunctionRef{"self"}}});
  Return(self, {again->output()});
  Node* call =
      Make(main_, tf::PartitionedCall, {main_->AddParameter(F32({2}))}, {{"f", FunctionRef{"self"}}});
  Return(main_, {call->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(call->output()->type.shape, Shape::Unknown());
}

// Each function calls the next one twice: 2^40 paths through 40 functions.
TEST_F(InferShapesTest, ManyPathsThroughFunctionsAreNotWalkedOneByOne) {
  Function* caller = main_;
  caller->AddParameter(F32({2, Dim()}));
  for (int level = 0; level < 40; ++level) {
    const std::string name = "level" + std::to_string(level);
    Function* callee = module_.AddFunction(name);
    callee->AddParameter(Nothing());
    Node* first = Make(caller, tf::PartitionedCall, {caller->parameter(0)}, {{"f", FunctionRef{name}}});
    Node* second = Make(caller, tf::PartitionedCall, {first->output()}, {{"f", FunctionRef{name}}});
    Return(caller, {second->output()});
    caller = callee;
  }
  Return(caller, {Make(caller, tf::Neg, {caller->parameter(0)}, f32_)->output()});
  ASSERT_TRUE(Infer());
  EXPECT_EQ(main_->result(0)->type.shape.rank(), 2);
}

// Each level of a nest of loops is inferred at least twice for each time its parent is: 2^60 times at the
// bottom.
TEST_F(InferShapesTest, LoopsInLoopsAreNotInferredForEver) {
  Function* parent = main_;
  Value* rows = main_->AddParameter(F32({1, 4}));
  for (int level = 0; level < 60; ++level) {
    const std::string number = std::to_string(level);
    Function* condition = module_.AddFunction("condition" + number);
    Function* body = module_.AddFunction("body" + number);
    for (Function* function : {condition, body}) function->AddParameter(Nothing());
    Return(condition,
           {Make(condition, tf::Any, {condition->parameter(0), Ints(condition, {0, 1})})->output()});
    Node* loop = Make(parent, tf::StatelessWhile, {rows},
                      {{"cond", FunctionRef{condition->name}}, {"body", FunctionRef{body->name}}});
    Return(parent,
           {Make(parent, tf::ConcatV2, {loop->output(), loop->output(), Int(parent, 0)}, f32_)->output()});
    parent = body;
    rows = body->parameter(0);
  }
  Return(parent, {Make(parent, tf::ConcatV2, {rows, rows, Int(parent, 0)}, f32_)->output()});
  static_cast<void>(Infer());
  const Shape& shape = main_->result(0)->type.shape;
  EXPECT_TRUE(!shape.ranked() || !shape[0].known());
}

TEST_F(InferShapesTest, InferringAgainChangesNothing) {
  Value* x = main_->AddParameter(F32({Dim(), 3}));
  Node* where = Make(main_, tf::Where, {x}, f32_);
  Node* slice = Make(main_, tf::GatherNd, {x, where->output()}, {{"Tparams", DType::kFloat32}});
  Return(main_, {slice->output()});
  ShapeInference inference(module_, context_);
  inference.NameParameters(*main_);
  ASSERT_TRUE(inference.InferFunction(*main_).ok());
  const std::string before = Text(where->output()) + Text(slice->output());
  EXPECT_EQ(before, "int64[s1,2]float32[s1]");
  ASSERT_TRUE(inference.InferFunction(*main_).ok());
  EXPECT_EQ(Text(where->output()) + Text(slice->output()), before);
}

}  // namespace
}  // namespace litesmith::passes
