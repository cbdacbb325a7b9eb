// What interpreters of one module share, and constants that are computed once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "graphs.h"
#include "runtime/packed_weights.h"
#include "runtime/shared_weights.h"

namespace litesmith::runtime {
namespace {

TEST(PackedWeights, AreMadeOnceHoweverManyAsk) {
  PackedWeights packed;
  const std::vector<std::byte> source(100);
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<const std::byte>> results(8);
  for (auto& result : results) {
    threads.emplace_back([&] {
      result = packed.Get(source, "tiles", 64, [&](std::byte* to) {
        ++made;
        std::fill(to, to + 64, std::byte{7});
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
  EXPECT_EQ(results[0].get()[63], std::byte{7});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(results[0].get()) % 64, 0u);
  EXPECT_EQ(packed.bytes(), 64u);
}

TEST(PackedWeights, LayoutsAndSourcesAreKeptApart) {
  PackedWeights packed;
  const std::vector<std::byte> a(10), b(10);
  const auto nothing = [](std::byte*) {};
  const auto first = packed.Get(a, "x", 8, nothing);
  EXPECT_NE(packed.Get(a, "y", 8, nothing), first);
  EXPECT_NE(packed.Get(b, "x", 8, nothing), first);
  EXPECT_NE(packed.Get(a, "x", 16, nothing), first);
  EXPECT_EQ(packed.Get(a, "x", 8, nothing), first);
}

class WeightsTest : public RuntimeTest {
 protected:
  // y = x * dequantize(float16 weights)
  void AddHalfWeights() {
    ir::Function* function = module_->AddFunction("main");
    ir::Value* x = function->AddParameter(Floats({2}), "x");
    ir::Builder builder(*function);
    ir::Value* half = builder.Constant(Tensor::Of<Half>({2}, {Half(1.5f), Half(-2.0f)}));
    weights_ = builder.Make(tfl::DEQUANTIZE, {half}, Floats({2}));
    function->SetResults(std::vector<ir::Value*>{builder.Make(tfl::MUL, {x, weights_}, Floats({2}))});
  }
  ir::Value* weights_ = nullptr;
};

TEST_F(WeightsTest, Float16WeightsAreWidenedOnceForAllInterpreters) {
  AddHalfWeights();
  for (bool preserve : {false, true}) {
    Options options;
    options.profile = true;
    options.preserve_all = preserve;
    auto first = Make(options), second = Make(options);
    ASSERT_NE(first, nullptr) << Causes();
    ASSERT_TRUE(first->SetInput(0, FloatTensor({2}, {2, 3})).ok());
    ASSERT_TRUE(first->Invoke().ok());
    EXPECT_EQ(FloatsOf(first->output(0)), (std::vector<float>{3, -6}));
    EXPECT_EQ(first->profile().size(), 1u) << "DEQUANTIZE must not run in an inference";
    EXPECT_EQ(first->Inspect(*weights_).bytes().data(), second->Inspect(*weights_).bytes().data());
  }
}

TEST_F(WeightsTest, SharedWeightsLastAsLongAsAnInterpreterAndNoLonger) {
  AddHalfWeights();
  std::weak_ptr<SharedWeights> watched = SharedWeights::Of(module_);
  EXPECT_TRUE(watched.expired());
  auto first = Make();
  watched = SharedWeights::Of(module_);
  auto second = Make();
  EXPECT_EQ(watched.lock(), SharedWeights::Of(module_));
  first.reset();
  EXPECT_FALSE(watched.expired());
  second.reset();
  EXPECT_TRUE(watched.expired());
}

TEST_F(WeightsTest, InterpretersOfOneModuleRunAtOnce) {
  AddHalfWeights();
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      auto interpreter = Make();
      if (interpreter == nullptr) return;
      const float x = static_cast<float>(i);
      for (int round = 0; round < 20; ++round) {
        if (!interpreter->SetInput(0, FloatTensor({2}, {x, x})).ok() || !interpreter->Invoke().ok()) return;
        if (FloatsOf(interpreter->output(0)) != std::vector<float>{1.5f * x, -2.0f * x}) return;
      }
      ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4) << Causes();
}

TEST_F(WeightsTest, AConstantThatWouldGrowIsComputedWhenItRuns) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({1}), "x");
  ir::Builder builder(*function);
  const auto fill = [&](int32_t count) {
    return builder.Make(tfl::FILL,
                        {builder.Constant(IntTensor({1}, {count})), builder.Constant(Tensor::Scalar(1.0f))},
                        Floats({count}));
  };
  ir::Value* large = builder.Make(tfl::ADD, {x, fill(1 << 20)}, Floats({1 << 20}));
  ir::Value* small = builder.Make(tfl::ADD, {x, fill(4)}, Floats({4}));
  function->SetResults(std::vector<ir::Value*>{large, small});
  Options options;
  options.profile = true;
  auto interpreter = Make(options);
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->Invoke().ok());
  EXPECT_EQ(interpreter->profile().size(), 3u);
  EXPECT_EQ(FloatsOf(interpreter->output(1)), std::vector<float>(4, 1.0f));
}

}  // namespace
}  // namespace litesmith::runtime
