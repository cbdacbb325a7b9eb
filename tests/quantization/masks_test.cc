// Attention: what a mask pushes far below the scores must not take the scores' steps.
#include "quantization/masks.h"

#include "quantizing.h"

namespace litesmith::quantization {
namespace {

// softmax(x W + mask) V, with a mask of 32 places that `mask` puts on the scores %s as %z.
std::string Attention(const std::string& mask, const std::string& normalize = "") {
  return R"(
signature "s" @main
func @main(%x "x": f32[4,32] "x", %m "m": f32[1,32] "m") -> ("y") {
  %w = const f32[32,32] random(1)
  %s = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[4,32] "s"
  %one = const f32[] [1]
  %n = tfl.SUB(%one, %m) {} : f32[1,32] "n"
)" + mask +
         (normalize.empty() ? R"(
  %p = tfl.SOFTMAX(%z) {beta = 1.0f} : f32[4,32] "p")"
                            : normalize) +
         R"(
  %v = const f32[16,32] random(2)
  %y = tfl.FULLY_CONNECTED(%p, %v, _) {} : f32[4,16] "y"
  return %y
}
)";
}

const std::string kAdded = R"(
  %far = const f32[] [-1e9]
  %a = tfl.MUL(%n, %far) {} : f32[1,32] "a"
  %z = tfl.ADD(%s, %a) {} : f32[4,32] "z")";

class MasksTest : public QuantizationTest {
 protected:
  // Zeros from place `length` on.
  static std::vector<Tensor> Sample(uint32_t seed, size_t length) {
    Tensor mask = Tensor::Zeros(DType::kFloat32, {1, 32});
    for (size_t i = 0; i < length; ++i) mask.mutable_data<float>()[i] = 1;
    return {RandomTensor({4, 32}, seed), mask};
  }
  static ArraySamples Samples(bool with_masks) {
    std::vector<std::vector<Tensor>> samples;
    for (uint32_t i = 0; i < 8; ++i) samples.push_back(Sample(i, with_masks ? 8 + 3 * i : 32));
    return ArraySamples(samples);
  }
  Quantized In(Mode mode, const std::shared_ptr<ir::Module>& module, bool with_masks = true) {
    Options options;
    options.mode = mode;
    return QuantizeWith(module, options, Samples(with_masks));
  }
};

TEST_F(MasksTest, ScoresKeepTheirStepsWhateverPutsTheMask) {
  const std::string ways[] = {kAdded, R"(
  %far = const f32[] [10000]
  %a = tfl.MUL(%n, %far) {} : f32[1,32] "a"
  %r = const i32[2] [1, 32]
  %b = tfl.RESHAPE(%a, %r) {} : f32[1,32] "b"
  %t = tfl.SUB(%s, %b) {} : f32[4,32] "t"
  %q = const i32[2] [4, 32]
  %z = tfl.RESHAPE(%t, %q) {} : f32[4,32] "z")",
                              R"(
  %far = const f32[] [-1e9]
  %half = const f32[] [0.5]
  %c = tfl.GREATER(%m, %half) {} : bool[1,32] "c"
  %z = tfl.SELECT_V2(%c, %s, %far) {} : f32[4,32] "z")"};
  for (const std::string& way : ways) {
    const auto module = Parse(Attention(way));
    for (const Mode mode : {Mode::kInt8, Mode::kInt16x8}) {
      const Quantized quantized = In(mode, module);
      ASSERT_NE(quantized.module, nullptr) << Said();
      EXPECT_LT(ErrorOn(module, quantized.module, Sample(77, 20)), 0.05) << way << NameOf(mode);
      EXPECT_EQ(Named(*quantized.module, "s")->type.dtype, ActivationType(mode)) << "layers stay integer";
    }
  }
}

TEST_F(MasksTest, AMaskThatNoSampleUsedWorks) {
  const auto module = Parse(Attention(kAdded));
  const Quantized quantized = In(Mode::kInt8, module, false);
  ASSERT_NE(quantized.module, nullptr) << Said();
  EXPECT_LT(ErrorOn(module, quantized.module, Sample(78, 10)), 0.05);
}

TEST_F(MasksTest, ASoftmaxOfParts) {
  const auto module = Parse(Attention(kAdded, R"(
  %k = const i32[] [1]
  %h = tfl.REDUCE_MAX(%z, %k) {keep_dims = true} : f32[4,1] "h"
  %d = tfl.SUB(%z, %h) {} : f32[4,32] "d"
  %e = tfl.EXP(%d) {} : f32[4,32] "e"
  %u = tfl.SUM(%e, %k) {keep_dims = true} : f32[4,1] "u"
  %p = tfl.DIV(%e, %u) {} : f32[4,32] "p")"));
  const Quantized quantized = In(Mode::kInt8, module);
  ASSERT_NE(quantized.module, nullptr) << Said();
  EXPECT_LT(ErrorOn(module, quantized.module, Sample(79, 20)), 0.05);
}

TEST_F(MasksTest, WithoutASoftmaxBehindItAWideOperandIsNoMask) {
  const auto module = Parse(R"(
signature "s" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %w = const f32[32,32] random(1)
  %s = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,32] "s"
  %hundred = const f32[] [100]
  %a = tfl.MUL(%s, %hundred) {} : f32[1,32] "a"
  %z = tfl.ADD(%s, %a) {} : f32[1,32] "z"
  %v = const f32[16,32] random(2)
  %y = tfl.FULLY_CONNECTED(%z, %v, _) {} : f32[1,16] "y"
  return %y
}
)");
  Options options;
  options.mode = Mode::kInt8;
  const Quantized quantized = QuantizeWith(module, options, ArraySamples::Random({1, 32}, 6));
  ASSERT_NE(quantized.module, nullptr) << Said();
  EXPECT_TRUE(quantized.float_ops.empty());
}

}  // namespace
}  // namespace litesmith::quantization
