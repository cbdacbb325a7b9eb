// Tensors that share memory must not disturb each other: random graphs give the same planned tightly and with
// everything preserved.
#include <gtest/gtest.h>

#include <random>

#include "graphs.h"

namespace litesmith::runtime {
namespace {

class SharingTest : public RuntimeTest {
 protected:
  // Ops of two kinds of shape, chains and forks, results in the middle, shapes that depend on values now and
  // then.
  void AddRandomGraph(uint32_t seed) {
    std::mt19937 random(seed);
    module_ = std::make_shared<ir::Module>();
    ir::Function* function = module_->AddFunction("main");
    std::vector<ir::Value*> values;
    for (int i = 0; i < 2; ++i)
      values.push_back(function->AddParameter(Floats({4, 6}), "x" + std::to_string(i)));
    ir::Value* dims = function->AddParameter(Ints({2}), "dims");
    ir::Builder builder(*function);
    const auto pick = [&] {
      const size_t recent = std::min<size_t>(values.size(), 6);
      return values[values.size() - 1 - random() % recent];
    };
    for (int i = 0; i < 40; ++i) {
      ir::Value* a = pick();
      switch (random() % 8) {
        case 0:
          values.push_back(builder.Make(tfl::ADD, {a, pick()}, Floats({4, 6})));
          break;
        case 1:
          values.push_back(builder.Make(tfl::MAXIMUM, {a, pick()}, Floats({4, 6})));
          break;
        case 2:
          values.push_back(builder.Make(tfl::RELU, {a}, Floats({4, 6})));
          break;
        case 3:
          values.push_back(builder.Make(tfl::NEG, {a}, Floats({4, 6})));
          break;
        case 4: {
          ir::Value* flat =
              builder.Make(tfl::RESHAPE, {a, builder.Constant(IntTensor({1}, {24}))}, Floats({24}));
          ir::Value* half =
              builder.Make(tfl::MUL, {flat, builder.Constant(Tensor::Scalar(0.5f))}, Floats({24}));
          values.push_back(
              builder.Make(tfl::RESHAPE, {half, builder.Constant(IntTensor({2}, {4, 6}))}, Floats({4, 6})));
          break;
        }
        case 5: {
          ir::Value* wide =
              builder.Make(tfl::CONCATENATION, {a, pick()}, Floats({4, 12}), {{"axis", int64_t{1}}});
          values.push_back(builder.Make(
              tfl::SLICE,
              {wide, builder.Constant(IntTensor({2}, {0, 3})), builder.Constant(IntTensor({2}, {4, 6}))},
              Floats({4, 6})));
          break;
        }
        case 6: {
          // Known from the shape alone.
          ir::Value* shape = builder.Make(tfl::SHAPE, {a}, Ints({2}), {{"out_type", DType::kInt32}});
          ir::Value* same = builder.Make(tfl::MAXIMUM, {shape, shape}, Ints({2}));
          values.push_back(builder.Make(tfl::RESHAPE, {a, same}, Floats({Dim(), Dim()})));
          break;
        }
        default: {
          // A shape that is computed, so that what follows is only known when it runs.
          ir::Value* same = builder.Make(tfl::MAXIMUM, {dims, dims}, Ints({2}));
          values.push_back(builder.Make(tfl::RESHAPE, {a, same}, Floats({Dim(), Dim()})));
          break;
        }
      }
    }
    function->SetResults(std::vector<ir::Value*>{values.back(), values[10], values[20], values[5]});
  }

  std::vector<std::vector<float>> Run(Interpreter& interpreter, uint32_t seed) {
    std::mt19937 random(seed);
    for (size_t i = 0; i < 2; ++i) {
      std::vector<float> x(24);
      for (float& value : x) value = static_cast<float>(static_cast<int>(random() % 17) - 8);
      EXPECT_TRUE(interpreter.SetInput(i, FloatTensor({4, 6}, x)).ok());
    }
    EXPECT_TRUE(interpreter.SetInput(2, IntTensor({2}, {4, 6})).ok());
    EXPECT_TRUE(interpreter.Invoke().ok()) << Causes();
    std::vector<std::vector<float>> results;
    for (size_t i = 0; i < interpreter.outputs().size(); ++i)
      results.push_back(FloatsOf(interpreter.output(i)));
    return results;
  }
};

TEST_F(SharingTest, RandomGraphsGiveTheSameWithAndWithoutSharing) {
  for (uint32_t seed = 0; seed < 25; ++seed) {
    AddRandomGraph(seed);
    Options preserve;
    preserve.preserve_all = true;
    auto planned = Make(), preserved = Make(preserve);
    ASSERT_NE(planned, nullptr) << Causes();
    ASSERT_NE(preserved, nullptr) << Causes();
    for (uint32_t round = 0; round < 3; ++round) {
      const auto expected = Run(*preserved, seed * 10 + round);
      ASSERT_EQ(Run(*planned, seed * 10 + round), expected) << "seed " << seed;
      for (const auto& result : expected) ASSERT_EQ(result.size(), 24u);
    }
  }
}

TEST_F(SharingTest, AChainInPlaceTakesTheMemoryOfOneTensor) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* value = function->AddParameter(Floats({1024}), "x");
  ir::Builder builder(*function);
  for (int i = 0; i < 10; ++i) value = builder.Make(tfl::NEG, {value}, Floats({1024}));
  function->SetResults(std::vector<ir::Value*>{value});
  auto planned = Make();
  EXPECT_EQ(planned->arena_bytes(), 2 * 4096u);  // the input and the chain
  Options options;
  options.preserve_all = true;
  EXPECT_EQ(Make(options)->arena_bytes(), 11 * 4096u);
}

TEST_F(SharingTest, ShapesComputedFromShapesDoNotKeepTensorsOutOfThePlan) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({Dim(), 4}), "x");
  ir::Builder builder(*function);
  ir::Value* shape = builder.Make(tfl::SHAPE, {x}, Ints({2}), {{"out_type", DType::kInt32}});
  ir::Value* twice = builder.Make(tfl::MUL, {shape, builder.Constant(IntTensor({2}, {2, 1}))}, Ints({2}));
  ir::Value* wanted =
      builder.Make(tfl::MINIMUM, {twice, builder.Constant(IntTensor({2}, {1 << 20, 2}))}, Ints({2}));
  ir::Value* y = builder.Make(tfl::RESHAPE, {x, wanted}, Floats({Dim(), Dim()}));
  for (int i = 0; i < 5; ++i) y = builder.Make(tfl::NEG, {y}, Floats({Dim(), Dim()}));
  function->SetResults(std::vector<ir::Value*>{y, wanted});
  auto interpreter = Make();
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (int64_t rows : {256, 64, 512}) {
    std::vector<float> values(static_cast<size_t>(rows * 4));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({rows, 4}, values)).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(interpreter->output(0).dims(), (Dims{rows * 2, 2}));
    EXPECT_EQ(interpreter->output(1).ToInt64(), (std::vector<int64_t>{rows * 2, 2}));
    for (float& value : values) value = -value;
    EXPECT_EQ(FloatsOf(interpreter->output(0)), values);
    if (rows == 256) {
      EXPECT_EQ(interpreter->arena_bytes(), 2 * 4096u);  // the input and one chain in place
    }
  }
}

TEST_F(SharingTest, AValueThatIsStillNeededIsNotOverwritten) {
  ir::Function* function = module_->AddFunction("main");
  ir::Value* x = function->AddParameter(Floats({2}), "x");
  ir::Builder builder(*function);
  ir::Value* a = builder.Make(tfl::NEG, {x}, Floats({2}));
  ir::Value* b = builder.Make(tfl::NEG, {a}, Floats({2}));  // not in place: a is a result
  ir::Value* c = builder.Make(tfl::ADD, {b, b}, Floats({2}));
  ir::Value* d = builder.Make(tfl::ADD, {c, b}, Floats({2}));
  function->SetResults(std::vector<ir::Value*>{a, d});
  auto interpreter = Make();
  ASSERT_TRUE(interpreter->SetInput(0, FloatTensor({2}, {1, 2})).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(interpreter->Invoke().ok());
    EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{-1, -2}));
    EXPECT_EQ(FloatsOf(interpreter->output(1)), (std::vector<float>{3, 6}));
  }
}

}  // namespace
}  // namespace litesmith::runtime
