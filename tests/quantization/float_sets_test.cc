#include "quantization/float_sets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "quantizing.h"

namespace litesmith::quantization {
namespace {

using Set = std::vector<const ir::Node*>;

class FloatSetsTest : public QuantizationTest {
 protected:
  // Some nodes to speak of.
  Set Nodes(size_t count) {
    std::string text = "func @main(%x: f32[1]) -> (\"y\") {\n";
    for (size_t i = 0; i < count; ++i) text += "  %v" + std::to_string(i) + " = tfl.RELU(%x) {} : f32[1]\n";
    module_ = Parse(text + "  return %v0\n}\n");
    Set nodes;
    for (const ir::Node* node : NodesOf(*module_, tfl::RELU)) nodes.push_back(node);
    return nodes;
  }
  static bool Holds(const Set& set, const ir::Node* node) {
    return std::find(set.begin(), set.end(), node) != set.end();
  }
  static double Removed(const Set& set, const std::vector<NoiseSource>& sources) {
    double sum = 0;
    for (const NoiseSource& source : sources) {
      const auto in = [&](const ir::Node* op) { return Holds(set, op); };
      if (std::all_of(source.ops.begin(), source.ops.end(), in)) sum += source.power;
    }
    return sum;
  }
  static double CostOf(const Set& set, const std::vector<OpCost>& costs) {
    double sum = 0;
    for (const OpCost& cost : costs) sum += Holds(set, cost.op) ? cost.cost : 0;
    return sum;
  }

  std::shared_ptr<ir::Module> module_;
};

TEST_F(FloatSetsTest, ATensorGoesWithAllOpsAroundItOrNotAtAll) {
  const Set n = Nodes(4);
  // 0 and 1 together free most; 2 alone frees nothing; 3 frees little for much.
  const std::vector<NoiseSource> sources = {{1.0, {n[0], n[1]}}, {0.5, {n[1], n[2], n[3]}}, {0.01, {n[3]}}};
  const auto sets = BestFloatSets(sources, {{n[0], 1}, {n[1], 1}, {n[2], 1}, {n[3], 50}});
  ASSERT_GE(sets.size(), 2u);
  EXPECT_EQ(sets.front().size(), 2u);
  EXPECT_TRUE(Holds(sets.front(), n[0]) && Holds(sets.front(), n[1]));
  EXPECT_EQ(sets.back().size(), 4u);
}

TEST_F(FloatSetsTest, EachSetHoldsTheOneBefore) {
  const Set n = Nodes(12);
  std::minstd_rand random(5);
  std::vector<NoiseSource> sources;
  std::vector<OpCost> costs;
  for (size_t i = 0; i < n.size(); ++i) costs.push_back({n[i], 1.0 + static_cast<double>(random() % 9)});
  for (size_t i = 0; i + 2 < n.size(); ++i)
    sources.push_back({1.0 + static_cast<double>(random() % 99), {n[i], n[i + 1 + random() % 2]}});
  const auto sets = BestFloatSets(sources, costs);
  ASSERT_GT(sets.size(), 3u);
  for (size_t s = 1; s < sets.size(); ++s) {
    EXPECT_GT(sets[s].size(), sets[s - 1].size());
    for (const ir::Node* node : sets[s - 1]) EXPECT_TRUE(Holds(sets[s], node));
  }
}

TEST_F(FloatSetsTest, NoOtherSetOfThatCostRemovesMore) {
  const Set n = Nodes(9);
  std::minstd_rand random(7);
  std::vector<NoiseSource> sources;
  std::vector<OpCost> costs;
  for (const ir::Node* node : n) costs.push_back({node, 1.0 + static_cast<double>(random() % 9)});
  for (int i = 0; i < 14; ++i) {
    NoiseSource source{1.0 + static_cast<double>(random() % 99), {}};
    for (size_t k = 0; k <= random() % 3; ++k) source.ops.push_back(n[random() % n.size()]);
    sources.push_back(std::move(source));
  }
  for (const Set& best : BestFloatSets(sources, costs)) {
    const double cost = CostOf(best, costs), removed = Removed(best, sources);
    for (size_t bits = 0; bits < size_t{1} << n.size(); ++bits) {
      Set other;
      for (size_t i = 0; i < n.size(); ++i) {
        if ((bits >> i & 1) != 0) other.push_back(n[i]);
      }
      if (CostOf(other, costs) > cost + 1e-9) continue;
      EXPECT_LE(Removed(other, sources), removed + 1e-9);
    }
  }
}

TEST_F(FloatSetsTest, WithoutNoiseThereIsOneSetOfAll) {
  const Set n = Nodes(3);
  const auto sets = BestFloatSets({}, {{n[0], 1}, {n[1], 1}, {n[2], 1}});
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(sets[0].size(), 3u);
  EXPECT_TRUE(BestFloatSets({}, {}).empty());
}

}  // namespace
}  // namespace litesmith::quantization
