// Quantization as users ask for it: options that contradict one another, samples from files, no samples.
#include "pipeline/quantize.h"

#include "ir/text.h"
#include "sample_files.h"
#include "tfl/ops.h"

namespace litesmith::pipeline {
namespace {

using quantization::Mode;

class QuantizeModelTest : public SampleFiles {
 protected:
  QuantizeModelTest() { Parse(kDense); }

  void Parse(std::string_view text) {
    auto module = ir::Parse(
        text, {}, [](ir::Dialect, std::string_view name) -> const ir::OpDef* { return tfl::FindOp(name); },
        findings_);
    ASSERT_TRUE(module.ok()) << Said();
    module_ = *std::move(module);
  }
  QuantizeOptions In(Mode mode) {
    QuantizeOptions options;
    options.how.mode = mode;
    return options;
  }
  // Samples of x, one a row.
  std::string WriteSamples(const std::string& name, const std::vector<float>& values) {
    return WriteNpz(name, {{"x", Tensor::Of<float>({static_cast<int64_t>(values.size()) / 32, 32}, values)}});
  }
  static std::vector<float> Waves(size_t samples) {
    std::vector<float> values(samples * 32);
    for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i * i % 97));
    return values;
  }
  const Finding* Find(Code code) const {
    for (const Finding& finding : findings_.findings()) {
      if (finding.code == code) return &finding;
    }
    return nullptr;
  }
  DType WeightsType() const {
    for (const ir::Node& node : module_->functions()[0]->nodes()) {
      if (node.Is(tfl::FULLY_CONNECTED)) return node.operand(1)->type.dtype;
    }
    return DType::kInvalid;
  }

  static constexpr std::string_view kDense = R"(
signature "serving_default" @main
func @main(%x "x": f32[1,32] "x") -> ("y") {
  %w = const f32[32,32] random(1)
  %y = tfl.FULLY_CONNECTED(%x, %w, _) {} : f32[1,32] "dense/y"
  return %y
}
)";
  std::shared_ptr<ir::Module> module_;
};

TEST_F(QuantizeModelTest, WithoutSamplesRangesAreMadeUpAndThatIsSaid) {
  ASSERT_TRUE(QuantizeModel(module_, In(Mode::kInt8), context_).ok()) << Said();
  EXPECT_EQ(WeightsType(), DType::kInt8);
  ASSERT_NE(Find(Code::kCalibratedWithoutData), nullptr);
  EXPECT_EQ(Find(Code::kCalibratedWithoutData)->fixes.at(0).option, "--data FOLDER");
  EXPECT_EQ(Find(Code::kQuantizationDamage), nullptr) << "made-up inputs tell nothing of real ones";
}

TEST_F(QuantizeModelTest, ModesOfWeightsAskForNoSamples) {
  for (const Mode mode : {Mode::kDynamic, Mode::kFloat16, Mode::kWeight8, Mode::kWeight4}) {
    Parse(kDense);
    EXPECT_TRUE(QuantizeModel(module_, In(mode), context_).ok());
    EXPECT_EQ(Said(), "") << NameOf(mode);
  }
}

TEST_F(QuantizeModelTest, SamplesOfAFileCalibrateAndMeasure) {
  QuantizeOptions options = In(Mode::kInt8);
  options.data = WriteSamples("data.npz", Waves(40));
  const auto quantized = QuantizeModel(module_, options, context_);
  ASSERT_TRUE(quantized.ok()) << Said();
  ASSERT_TRUE(quantized->damage.has_value());
  EXPECT_LT(quantized->damage->drop(), 0.03);
  ASSERT_NE(Find(Code::kQuantizationDamage), nullptr);
  EXPECT_EQ(Find(Code::kCalibratedWithoutData), nullptr);
}

TEST_F(QuantizeModelTest, Float16IsMeasuredWhereSamplesAreGiven) {
  QuantizeOptions options = In(Mode::kFloat16);
  options.data = WriteSamples("data.npz", Waves(40));
  const auto quantized = QuantizeModel(module_, options, context_);
  ASSERT_TRUE(quantized.ok()) << Said();
  ASSERT_TRUE(quantized->damage.has_value());
  EXPECT_GT(quantized->damage->drop(), 0);
  EXPECT_LT(quantized->damage->drop(), 0.001);
}

TEST_F(QuantizeModelTest, ASampleWithNanIsAnErrorWithFileAndPlace) {
  std::vector<float> values = Waves(4);
  values[70] = NAN;
  QuantizeOptions options = In(Mode::kInt8);
  options.data = WriteSamples("data.npz", values);
  EXPECT_FALSE(QuantizeModel(module_, options, context_).ok());
  ASSERT_NE(Find(Code::kSampleNotFinite), nullptr);
  EXPECT_EQ(Find(Code::kSampleNotFinite)->headline, "sample 'data.npz[2]' holds NaN in 'x'");
}

TEST_F(QuantizeModelTest, TheRankingOfLayersIsATableThatSpreadsheetsRead) {
  QuantizeOptions options = In(Mode::kInt8);
  options.data = WriteSamples("data.npz", Waves(40));
  options.how.measure_sensitivity = true;
  options.sensitivity_file = Path("layers.csv");
  ASSERT_TRUE(QuantizeModel(module_, options, context_).ok()) << Said();
  const auto file = host_->Map(options.sensitivity_file);
  const std::string text(reinterpret_cast<const char*>(file.value.bytes.data()), file.value.bytes.size());
  EXPECT_TRUE(text.starts_with("layer,op,relative_error,multiply_adds_share,kept_in_float\r\n"));
  EXPECT_NE(text.find("\r\n\"dense/y\",FULLY_CONNECTED,0.0"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(",1,no\r\n")) << text;
}

TEST_F(QuantizeModelTest, WhereMadeUpInputsDoNotFitSamplesAreAskedFor) {
  Parse(R"(
signature "serving_default" @main
func @main(%x "x": f32[1,32] "x", %s "s": i32[2] "s") -> ("y") {
  %y = tfl.RESHAPE(%x, %s) {} : f32[?,?] "y"
  return %y
}
)");
  EXPECT_FALSE(QuantizeModel(module_, In(Mode::kInt8), context_).ok());
  ASSERT_NE(Find(Code::kSamplesMissing), nullptr) << Said();
  EXPECT_EQ(Find(Code::kSamplesMissing)->fixes.at(0).option, "--data FOLDER");
}

TEST_F(QuantizeModelTest, SamplesThatCannotBeReadAreNamedBeforeItFails) {
  Write("a.png", std::as_bytes(std::span("no picture", 10)));
  Parse(R"(
signature "serving_default" @main
func @main(%x "x": f32[1,4,4,3] "x") -> ("y") {
  %w = const f32[3,1,1,3] random(1)
  %y = tfl.CONV_2D(%x, %w, _) {padding = 0, stride_h = 1, stride_w = 1} : f32[1,4,4,3] "y"
  return %y
}
)");
  QuantizeOptions options = In(Mode::kInt8);
  options.data = folder_;
  EXPECT_FALSE(QuantizeModel(module_, options, context_).ok());
  EXPECT_NE(Said().find("a.png"), std::string::npos) << Said();
  EXPECT_EQ(Find(Code::kPartNeverReached), nullptr) << "a consequence, not a finding of its own";
}

struct SenselessCase {
  const char* name;
  std::function<void(QuantizeOptions&)> set;
  Code code;
  const char* headline;
  const char* option;  // of the first fix
};

const SenselessCase kSenseless[] = {
    {"IntegerInputsOfAFloatModel", [](auto& o) { o.how.input_type = DType::kInt8; },
     Code::kQuantizationOptions, "--input-type int8 goes with a quantized model only",
     "--quantize int8 --input-type int8"},
    {"IntegerOutputsOfDynamic",
     [](auto& o) {
       o.how.mode = Mode::kDynamic;
       o.how.output_type = DType::kInt16;
     },
     Code::kQuantizationOptions, "--output-type int16 does not go with --quantize dynamic",
     "--quantize int16x8 --output-type int16"},
    {"SixteenBitsOfEight",
     [](auto& o) {
       o.how.mode = Mode::kInt8;
       o.how.output_type = DType::kInt16;
     },
     Code::kQuantizationOptions, "--output-type int16 does not go with --quantize int8",
     "--quantize int8 --output-type int8"},
    {"EightBitsOfSixteen",
     [](auto& o) {
       o.how.mode = Mode::kInt16x8;
       o.how.input_type = DType::kUInt8;
     },
     Code::kQuantizationOptions, "--input-type uint8 does not go with --quantize int16x8",
     "--quantize int16x8 --input-type int16"},
    {"StrictDynamic",
     [](auto& o) {
       o.how.mode = Mode::kDynamic;
       o.how.float_fallback = false;
     },
     Code::kQuantizationOptions, "--no-float-fallback does not go with --quantize dynamic",
     "--quantize int8 --no-float-fallback"},
    {"StrictAndKept",
     [](auto& o) {
       o.how.mode = Mode::kInt8;
       o.how.float_fallback = false;
       o.how.keep_float = {"a"};
     },
     Code::kQuantizationOptions, "--no-float-fallback does not go with --keep-float", ""},
    {"SamplesOfAFloatModel", [](auto& o) { o.data = "photos"; }, Code::kQuantizationOptions,
     "--data goes with a quantized model only", "--quantize int8 --data"},
    {"NoRegularExpression",
     [](auto& o) {
       o.how.mode = Mode::kInt8;
       o.how.keep_float = {"("};
     },
     Code::kWrongUse, "--keep-float ( is no regular expression", "--keep-float 'head/.*'"},
    {"EverythingInFloat",
     [](auto& o) {
       o.how.mode = Mode::kInt8;
       o.how.keep_float = {""};
     },
     Code::kWrongUse, "--keep-float is empty", "--keep-float 'head/.*'"},
};

class SenselessOptions : public SampleFiles, public testing::WithParamInterface<SenselessCase> {};

TEST_P(SenselessOptions, AreRefusedWithTheNearestSensibleCommand) {
  QuantizeOptions options;
  GetParam().set(options);
  EXPECT_FALSE(CheckQuantizeOptions(options, context_).ok());
  ASSERT_EQ(findings_.findings().size(), 1u);
  const Finding& finding = findings_.findings()[0];
  EXPECT_EQ(finding.code, GetParam().code);
  EXPECT_EQ(finding.headline, GetParam().headline);
  EXPECT_EQ(finding.fixes.at(0).option, GetParam().option);
}

INSTANTIATE_TEST_SUITE_P(All, SenselessOptions, testing::ValuesIn(kSenseless),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace litesmith::pipeline
