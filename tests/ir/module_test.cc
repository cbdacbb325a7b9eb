#include "ir/module.h"

#include <gtest/gtest.h>

#include "ir/verify.h"

namespace litesmith::ir {
namespace {

const OpDef kAdd{Dialect::kTf, "Add"};
const Type kFloat{DType::kFloat32, Shape::Scalar(), nullptr};

TEST(Value, ReplacingUsesMovesAllOfThem) {
  Module module;
  Function* function = module.AddFunction("f");
  Value* a = function->AddParameter(kFloat);
  Value* b = function->AddParameter(kFloat);
  Value* sum = Builder(*function).Make(kAdd, {a, a}, kFloat);
  function->SetResults(std::vector<Value*>{sum, a});
  a->ReplaceAllUsesWith(b);
  EXPECT_FALSE(a->used());
  EXPECT_EQ(b->uses().size(), 3u);
  EXPECT_EQ(sum->node()->operand(0), b);
  EXPECT_EQ(function->result(1), b);
  EXPECT_EQ(Verify(module), std::nullopt);
}

TEST(Function, DeadNodesGoAndTheirOperandsAfterThem) {
  Module module;
  Function* function = module.AddFunction("f");
  Value* a = function->AddParameter(kFloat);
  Value* first = Builder(*function).Make(kAdd, {a, a}, kFloat);
  Builder(*function).Make(kAdd, {first, a}, kFloat);
  function->SetResults(std::vector<Value*>{a});
  EXPECT_TRUE(function->EraseDeadNodes());
  EXPECT_EQ(function->node_count(), 0u);
}

TEST(Function, SortingPutsDefinitionsFirstAndFindsCycles) {
  Module module;
  Function* function = module.AddFunction("f");
  Value* a = function->AddParameter(kFloat);
  Value* first = Builder(*function).Make(kAdd, {a, a}, kFloat);
  Value* second = Builder(*function).Make(kAdd, {a, a}, kFloat);
  first->node()->SetOperand(0, second);
  function->SetResults(std::vector<Value*>{first});
  EXPECT_NE(Verify(module), std::nullopt);
  EXPECT_TRUE(function->SortTopologically());
  EXPECT_EQ(Verify(module), std::nullopt);
  second->node()->SetOperand(0, first);
  EXPECT_FALSE(function->SortTopologically());
}

TEST(OriginTable, JoinedOriginsAreMadeOnceAndLeadToTheFirstName) {
  OriginTable table;
  Origin conv, norm;
  conv.node = "conv";
  norm.node = "norm";
  const OriginId a = table.Add(conv), b = table.Add(norm);
  const OriginId both = table.Join(a, b);
  EXPECT_EQ(both, table.Join(a, b));
  EXPECT_EQ(table.Leading(both).node, "conv");
}

}  // namespace
}  // namespace litesmith::ir
