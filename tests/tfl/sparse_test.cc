#include "tfl/sparse.h"

#include <gtest/gtest.h>

#include "base/finding.h"
#include "tfl/ops.h"

namespace litesmith::tfl {
namespace {

using Ints = std::vector<int64_t>;

struct NoHost {
  std::unique_ptr<Host> host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};
};

ir::Node* AddSparse(ir::Function& function, Dims dims, Tensor values, Attributes attributes) {
  attributes.Set("values", values);
  ir::Type type{values.dtype(), Shape::Of(dims), nullptr};
  return ir::Builder(function).Create(kSparseConstant, {}, {std::move(type)}, std::move(attributes));
}

TEST(SparseConstant, RowsOfStoredColumns) {
  ir::Module module;
  const ir::Node* node = AddSparse(*module.AddFunction("main"), {3, 4}, Tensor::Of<float>({3}, {1, 2, 3}),
                                   {{"traversal_order", Ints{0, 1}},
                                    {"block_map", Ints{}},
                                    {"dense_sizes", Ints{3, -1}},
                                    {"segments_1", Ints{0, 1, 1, 3}},
                                    {"indices_1", Ints{2, 0, 3}}});
  EXPECT_TRUE(
      SameTensor(DenseTensor(*node), Tensor::Of<float>({3, 4}, {0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 3})));
}

TEST(SparseConstant, BlocksOfTwoByTwo) {
  ir::Module module;
  // Blocks (0, 1) and (1, 0) of a matrix of two by two blocks.
  const ir::Node* node =
      AddSparse(*module.AddFunction("main"), {4, 4}, Tensor::Of<int8_t>({8}, {1, 2, 3, 4, 5, 6, 7, 8}),
                {{"traversal_order", Ints{0, 1, 2, 3}},
                 {"block_map", Ints{0, 1}},
                 {"dense_sizes", Ints{2, -1, 2, 2}},
                 {"segments_1", Ints{0, 1, 2}},
                 {"indices_1", Ints{1, 0}}});
  EXPECT_TRUE(SameTensor(DenseTensor(*node),
                         Tensor::Of<int8_t>({4, 4}, {0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0})));
}

TEST(SparseConstant, ExpandingRemovesDensify) {
  ir::Module module;
  ir::Function& function = *module.AddFunction("main");
  ir::Node* node = AddSparse(function, {2, 2}, Tensor::Of<float>({1}, {5}),
                             {{"traversal_order", Ints{0, 1}},
                              {"block_map", Ints{}},
                              {"dense_sizes", Ints{2, -1}},
                              {"segments_1", Ints{0, 0, 1}},
                              {"indices_1", Ints{1}}});
  ir::Node* densify = ir::Builder(function).Create(DENSIFY, {node->output()}, {node->output()->type});
  ir::Value* results[] = {densify->output()};
  function.SetResults(results);
  NoHost with;
  const auto changed = ExpandSparseConstants(module, with.context);
  ASSERT_TRUE(changed.ok());
  EXPECT_TRUE(*changed);
  ASSERT_NE(function.result(0)->constant(), nullptr);
  EXPECT_TRUE(SameTensor(*function.result(0)->constant(), Tensor::Of<float>({2, 2}, {0, 0, 0, 5})));
  EXPECT_EQ(function.node_count(), 1u);
}

TEST(SparseConstant, TooLargeToExpandIsAFinding) {
  ir::Module module;
  AddSparse(*module.AddFunction("main"), {int64_t{1} << 30, int64_t{1} << 20},
            Tensor::Of<float>({0}, std::vector<float>{}),
            {{"traversal_order", Ints{0, 1}}, {"block_map", Ints{}}, {"dense_sizes", Ints{-1, -1}}});
  NoHost with;
  EXPECT_FALSE(ExpandSparseConstants(module, with.context).ok());
  ASSERT_EQ(with.findings.findings().size(), 1u);
  EXPECT_EQ(with.findings.findings()[0].code, Code::kLimitExceeded);
}

}  // namespace
}  // namespace litesmith::tfl
