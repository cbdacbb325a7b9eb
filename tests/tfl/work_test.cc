#include "tfl/work.h"

#include <gtest/gtest.h>

#include <limits>

#include "tfl/ops.h"

namespace litesmith::tfl {
namespace {

struct Graph {
  ir::Module module;
  ir::Function* function = module.AddFunction("main");
  ir::Value* Input(Shape shape) { return function->AddParameter({DType::kFloat32, std::move(shape)}); }
  std::optional<int64_t> Work(const ir::OpDef& op, std::initializer_list<ir::Value*> operands, Shape output,
                              Attributes attributes = {}) {
    return MultiplyAdds(*ir::Builder(*function).Create(op, operands, {{DType::kFloat32, std::move(output)}},
                                                       std::move(attributes)));
  }
};

TEST(MultiplyAdds, AConvolutionCountsItsFilterOnceAnOutputElement) {
  Graph graph;
  EXPECT_EQ(graph.Work(CONV_2D, {graph.Input({1, 8, 8, 3}), graph.Input({16, 3, 3, 3})}, {1, 4, 4, 16}),
            4 * 4 * 16 * 3 * 3 * 3);
}

TEST(MultiplyAdds, AGroupedConvolutionCountsTheChannelsOfItsGroup) {
  Graph graph;
  EXPECT_EQ(graph.Work(CONV_2D, {graph.Input({1, 8, 8, 8}), graph.Input({16, 3, 3, 2})}, {1, 8, 8, 16}),
            8 * 8 * 16 * 3 * 3 * 2);
}

TEST(MultiplyAdds, ADepthwiseConvolutionCountsOneChannel) {
  Graph graph;
  EXPECT_EQ(
      graph.Work(DEPTHWISE_CONV_2D, {graph.Input({1, 8, 8, 4}), graph.Input({1, 3, 5, 8})}, {1, 8, 8, 8}),
      8 * 8 * 8 * 3 * 5);
}

TEST(MultiplyAdds, ATransposedConvolutionCountsItsFilterOnceAnInputElement) {
  Graph graph;
  EXPECT_EQ(
      graph.Work(TRANSPOSE_CONV, {graph.Input({4}), graph.Input({6, 2, 3, 5}), graph.Input({1, 4, 4, 5})},
                 {1, 8, 8, 6}),
      4 * 4 * 5 * 6 * 2 * 3);
}

TEST(MultiplyAdds, MatrixProductsCountTheInnerDimensionWhereverItLies) {
  Graph graph;
  EXPECT_EQ(graph.Work(FULLY_CONNECTED, {graph.Input({2, 7}), graph.Input({5, 7})}, {2, 5}), 2 * 5 * 7);
  EXPECT_EQ(graph.Work(BATCH_MATMUL, {graph.Input({3, 2, 7}), graph.Input({3, 7, 5})}, {3, 2, 5}),
            3 * 2 * 5 * 7);
  EXPECT_EQ(graph.Work(BATCH_MATMUL, {graph.Input({3, 2, 7}), graph.Input({3, 5, 7})}, {3, 2, 5},
                       {{"adj_y", true}}),
            3 * 2 * 5 * 7);
}

TEST(MultiplyAdds, UnknownAndAbsurdShapesGiveNoNumber) {
  Graph graph;
  const int64_t huge = std::numeric_limits<int64_t>::max() / 2;
  EXPECT_FALSE(graph.Work(CONV_2D, {graph.Input({1, 8, 8, 3}), graph.Input({16, 3, 3, 3})},
                          {Dim::Unknown(), 4, 4, 16}));
  EXPECT_FALSE(graph.Work(CONV_2D, {graph.Input({1, 8, 8, 3}), graph.Input({16, 3})}, {1, 4, 4, 16}));
  EXPECT_FALSE(graph.Work(FULLY_CONNECTED, {graph.Input({2, 7}), graph.Input({5, huge})}, {2, 5}));
  EXPECT_FALSE(graph.Work(FULLY_CONNECTED, {graph.Input({2, 7})}, {2, 5}));
}

TEST(MultiplyAdds, OtherOpsHaveNone) {
  Graph graph;
  EXPECT_EQ(graph.Work(ADD, {graph.Input({2, 7}), graph.Input({2, 7})}, {2, 7}), 0);
}

TEST(Arithmetic, IsThatOfTheKernelNotOfTheStoredWeights) {
  Graph graph;
  const auto arithmetic = [&](const ir::OpDef& op, DType data, DType weights, DType result) {
    ir::Value* x = graph.function->AddParameter({data, {1, 4, 4, 8}});
    ir::Value* w = graph.function->AddParameter({weights, {8, 1, 1, 8}});
    return ArithmeticOf(*ir::Builder(*graph.function).Create(op, {x, w}, {{result, {1, 4, 4, 8}}}));
  };
  EXPECT_EQ(arithmetic(CONV_2D, DType::kInt8, DType::kInt8, DType::kInt8), Arithmetic::kInteger);
  EXPECT_EQ(arithmetic(CONV_2D, DType::kInt16, DType::kInt8, DType::kInt16), Arithmetic::kInteger);
  EXPECT_EQ(arithmetic(CONV_2D, DType::kFloat32, DType::kInt8, DType::kFloat32), Arithmetic::kHybrid);
  EXPECT_EQ(arithmetic(CONV_2D, DType::kFloat32, DType::kFloat32, DType::kFloat32), Arithmetic::kFloat);
  EXPECT_EQ(arithmetic(TRANSPOSE_CONV, DType::kFloat32, DType::kInt8, DType::kFloat32), Arithmetic::kFloat);
}

}  // namespace
}  // namespace litesmith::tfl
