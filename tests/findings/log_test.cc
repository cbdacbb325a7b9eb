#include <gtest/gtest.h>

#include <algorithm>

#include "findings/log_cases.h"
#include "findings/logs/explain_log.h"
#include "findings/logs/op_use.h"

namespace litesmith::findings {
namespace {

OpFacts FactsOf(std::string_view op) {
  using Standing = OpFacts::Standing;
  OpFacts facts;
  for (const std::string_view one :
       {"Relu", "AddV2", "Conv2D", "StridedSlice", "Cast", "TensorListReserve"}) {
    if (op == one) facts.standing = Standing::kConverts;
  }
  if (op == "DecodeJpeg" || op == "Erf") {
    facts.standing = Standing::kKnown;
    facts.cause = "it decodes";
    facts.fixes.push_back({"decode in the app", ""});
  }
  if (op == "SentencepieceOp") {
    facts.standing = Standing::kForeign;
    facts.library = "TensorFlow Text";
    facts.package = "tensorflow_text";
    facts.instead = "tokenize in the app";
  }
  return facts;
}

std::vector<Finding> Explain(std::string_view log) {
  return ExplainLog(AsBytes(log), {FactsOf, [](std::string_view, int) { return std::string("2.3.0"); }});
}

// The first finding; there always is one.
Finding First(std::string_view log) { return Explain(log).at(0); }

bool SpeaksOf(const Finding& finding, std::string_view word) {
  return std::any_of(finding.fixes.begin(), finding.fixes.end(), [&](const Finding::FixNote& fix) {
    return fix.text.find(word) != std::string::npos || fix.option.find(word) != std::string::npos;
  });
}

class Family : public testing::TestWithParam<LogCase> {};

TEST_P(Family, IsAnsweredWithItsCodePlaceAndFix) {
  const Finding finding = First(GetParam().log);
  EXPECT_EQ(CodeText(finding.code), CodeText(GetParam().code)) << finding.headline;
  EXPECT_NE(finding.headline.find(GetParam().headline), std::string::npos) << finding.headline;
  EXPECT_TRUE(SpeaksOf(finding, GetParam().fix)) << finding.headline;
  EXPECT_NE(finding.cause.find("line "), std::string::npos) << "the message itself is quoted";
}

// Each family in the middle of other lines, with the decoration that terminals, Windows and notebooks add.
TEST_P(Family, IsFoundUnderDecoration) {
  std::string log =
      "2026-11-25 10:00:00.123: I external/xla/service.cc:168] XLA service 0x55 initialized\r\n"
      "\x1b[0;31m---------------------------------------\x1b[0m\r\n\x1b[1;32m";
  for (const char* c = GetParam().log; *c != '\0'; ++c) {
    if (*c == '\n') log += "\x1b[0m\r";
    log += *c;
  }
  log += "\x1b[0m\r\nbye\r\n";
  EXPECT_EQ(CodeText(First(log).code), CodeText(GetParam().code));
}

TEST_P(Family, IsFoundThoughWordsWrapAt72Columns) {
  std::string log;
  size_t column = 0;
  for (const char* c = GetParam().log; *c != '\0'; ++c) {
    column = *c == '\n' ? 0 : column + 1;
    const bool wraps = *c == ' ' && column > 60;
    log += wraps ? "\n> " : std::string(1, *c);
    if (wraps) column = 0;
  }
  EXPECT_EQ(CodeText(First(log).code), CodeText(GetParam().code));
}

INSTANTIATE_TEST_SUITE_P(Logs, Family, testing::ValuesIn(kLogCases),
                         [](const auto& info) { return info.param.name; });

constexpr const char* kMlir =
    "loc(callsite(fused[\"AddV2:\", \"head/add@__inference_serve_12\"] at fused[\"PartitionedCall:\", "
    "\"PartitionedCall\"])): error: 'tf.AddV2' op is neither a custom op nor a flex op\n"
    "error: failed while converting: 'main': \n"
    "Some ops are not supported by the native TFLite runtime, you can enable TF kernels fallback using TF "
    "Select.\n"
    "TF Select ops: AddV2\nDetails:\n"
    "\ttf.AddV2(tensor<3x?xui8>, tensor<3x1xui8>) -> (tensor<3x?xui8>) : {device = \"\"}\n";

TEST(ConverterOps, TheTypeIsToldAndNotTheOpBlamed) {
  const Finding finding = First(kMlir);
  EXPECT_EQ(finding.code, Code::kDtypeUnsupported);
  EXPECT_EQ(finding.op, "AddV2");
  EXPECT_EQ(finding.node, "head/add");
  EXPECT_EQ(finding.layer, "head");
  ASSERT_EQ(finding.tensors.size(), 2u);
  EXPECT_EQ(finding.tensors[0].dtype, "uint8");
  EXPECT_EQ(finding.tensors[0].shape, (std::vector<int64_t>{3, -1}));
  EXPECT_EQ(Explain(kMlir).size(), 1u) << "three lines speak of one op";
}

TEST(ConverterOps, NodesOfOneOpAreCounted) {
  std::string log;
  for (int i = 0; i < 7; ++i)
    log += "loc(\"block" + std::to_string(i) +
           "/relu@f\"): error: 'tf.Relu' op is neither a custom op nor a flex op\n";
  const std::vector<Finding> found = Explain(log + log);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].count, 7);
}

TEST(ConverterOps, AnsweredByWhoseTheyAre) {
  const std::string before = "TF Select ops: ", custom = "Custom ops: ";
  EXPECT_EQ(First(before + "DecodeJpeg\n").code, Code::kNoLowering);
  EXPECT_EQ(First(custom + "SentencepieceOp\n").code, Code::kExternalLibraryOp);
  EXPECT_EQ(First(custom + "FeatureFuse\n").code, Code::kUnknownOp);
  EXPECT_EQ(First(before + "StridedSlice\n").code, Code::kLoweringRefused);
  EXPECT_EQ(First(before + "TensorListReserve\n").code, Code::kShapeUnknown);
}

TEST(ConverterOps, ChannelsFirstIsFoundInTheAttributes) {
  const Finding finding = First(
      "\ttf.Conv2D(tensor<1x3x8x8xf32>, tensor<3x3x3x4xf32>) -> (tensor<1x4x8x8xf32>) : {data_format = "
      "\"NCHW\"}\n");
  EXPECT_NE(finding.headline.find("NCHW"), std::string::npos);
}

TEST(ConverterOps, OpenChannelsAreAQuestionOfShape) {
  const Finding finding = First(
      "\ttf.Conv2D(tensor<1x8x8x?xf32>, tensor<3x3x3x4xf32>) -> (tensor<1x8x8x4xf32>) : {data_format = "
      "\"NHWC\"}\n");
  EXPECT_EQ(finding.code, Code::kShapeUnknown);
}

TEST(ConverterOps, EveryFormOfAListIsRead) {
  for (const char* log :
       {"Ops that need custom implementation (enabled via setting the -emit-custom-ops "
        "flag):\n\tFeatureFuse.\n",
        "Here is a list of operators for which you will need custom implementations: FeatureFuse.",
        "I tensorflow/lite/toco/import_tensorflow.cc:1336] Converting unsupported operation: FeatureFuse",
        "RuntimeError: Op type not registered 'FeatureFuse' in binary running on box. Make sure",
        "Custom ops: FeatureFuse\n", "Unsupported Ops in the model before optimization\nFeatureFuse\n"}) {
    const Finding finding = First(log);
    EXPECT_EQ(finding.op, "FeatureFuse") << log;
    EXPECT_EQ(finding.code, Code::kUnknownOp) << log;
  }
}

TEST(ConverterOps, TheDetectionOpIsNoProblem) {
  const Finding finding = First(
      "Here is a list of builtin operators you are using: CONV_2D. Here is a list of operators for which you "
      "will need "
      "custom implementations: TFLite_Detection_PostProcess.");
  EXPECT_EQ(finding.code, Code::kCustomOpKept);
  EXPECT_EQ(finding.severity, Severity::kNote);
}

TEST(ConverterOps, SourceIsTheUsersOwnFrame) {
  const Finding finding = First(
      "/v/site-packages/keras/layers/core.py:10:1: error: 'tf.FeatureFuse' op is neither a custom op nor a "
      "flex op\n"
      "/v/site-packages/keras/base.py:20:1: note: called from\n"
      "/home/ana/model.py:41:0: note: called from\n");
  EXPECT_EQ(finding.source, "/home/ana/model.py:41");
}

TEST(Types, OfMlirAreReadAsTensorFlowNamesThem) {
  EXPECT_EQ(TensorOfMlir("1x?x3xf64").dtype, "float64");
  EXPECT_EQ(TensorOfMlir("complex<f64>").dtype, "complex128");
  EXPECT_EQ(TensorOfMlir("!tf_type.string").dtype, "string");
  EXPECT_FALSE(TensorOfMlir("*xf32").ranked);
  EXPECT_EQ(TensorOfMlir("99999999999999999999x2xf32").shape.size(), 0u);
}

TEST(Order, TheCauseComesFirstAndItsEchoIsLeftOut) {
  const std::vector<Finding> found = Explain(
      "Following operations are not supported by GPU delegate:\nCAST: no\n"
      "tensorflow/lite/kernels/conv.cc:235 input->dims->size != 4 (1 != 4)Node number 0 (CONV_2D) failed to "
      "prepare.\n");
  ASSERT_GE(found.size(), 2u);
  EXPECT_EQ(found[0].code, Code::kInputShape);
  for (const Finding& finding : found) EXPECT_NE(finding.code, Code::kKernelRefused) << finding.headline;
}

TEST(Order, RepeatsAreToldOnce) {
  const std::string line = "ValueError: Only support at least one signature key.\n";
  EXPECT_EQ(Explain(line + line + line).size(), 1u);
}

TEST(Order, FindingsOfOurOwnLeadToTheirPages) {
  const auto found = Explain("error[LS0101]: op MyOp is unknown\n  where: MyOp 'x'\nnote[LS1302]: Assert\n");
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].fixes.size(), 2u);
  EXPECT_EQ(found[0].fixes[0].option, "litesmith explain LS0101");
  EXPECT_EQ(found[0].fixes[1].option, "litesmith explain LS1302");
}

TEST(Order, AWarningOfALargeAllocationIsNoLackOfMemory) {
  const auto found = Explain(
      "W tensorflow/tsl/framework/cpu_allocator_impl.cc:83] Allocation of 154140672 exceeds 10% of free "
      "system "
      "memory.\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, Code::kLogUnknown);
}

TEST(Source, IsTheInnermostFrameOfTheUser) {
  const Finding finding = First(
      "Traceback (most recent call last):\n  File \"/home/ana/convert.py\", line 34, in <module>\n    "
      "c.convert()\n"
      "  File \"/v/lib/python3.11/site-packages/tensorflow/lite/python/lite.py\", line 510, in f\n    raise "
      "ValueError(\n"
      "ValueError: For full integer quantization, a `representative_dataset` must be specified.");
  EXPECT_EQ(finding.source, "/home/ana/convert.py:34");
}

TEST(Text, FoldedInTheMiddleOfWordsByATerminal) {
  const std::string message =
      "RuntimeError: Op type not registered 'FeatureFuse' in binary running on ana-laptop. Make sure the Op "
      "and Kernel are "
      "registered in the binary running in this process. Note that if you are loading a saved graph";
  std::string log = "short\n";
  for (size_t at = 0; at < message.size(); at += 44) log += message.substr(at, 44) + "\n";
  EXPECT_EQ(First(log).op, "FeatureFuse");
}

TEST(Text, OfANotebookFile) {
  EXPECT_EQ(
      First("   \"\\u001b[0;31mValueError\\u001b[0m: Only support at least\\none signature key.\\n\"").code,
      Code::kNoSignature);
}

TEST(Text, OfPowerShellInUtf16) {
  std::string log = "\xff\xfe";
  for (const char c : std::string("ValueError: Only support at least one signature key.\r\n"))
    log += {c, '\0'};
  EXPECT_TRUE(LooksLikeText(AsBytes(log)));
  EXPECT_EQ(First(log).code, Code::kNoSignature);
}

TEST(Text, BinaryFilesAreNone) {
  EXPECT_FALSE(LooksLikeText(AsBytes(std::string_view("\x1c\0\0\0TFL3\x14\0", 10))));
  EXPECT_TRUE(LooksLikeText(AsBytes("\x1b[31mError\x1b[0m\tat\r\n")));
}

TEST(Text, OfManyMegabytesIsReadAtBothEnds) {
  std::string log(kLogHead + kLogTail + 1000, 'x');
  for (size_t i = 0; i < log.size(); i += 4000) log[i] = '\n';
  log += "\nValueError: Only support at least one signature key.\n";
  EXPECT_EQ(First(log).code, Code::kNoSignature);
}

TEST(Text, ALineOfMegabytesDoesNotHideWhatStandsAtItsEnd) {
  const std::string weights(size_t{4} << 20, 'F');
  EXPECT_EQ(First("dense<\"" + weights + "\"> Didn't find op for builtin opcode 'PAD' version '2'").code,
            Code::kTargetTooOld);
}

TEST(Text, ThousandsOfProblemsStayAFewFindings) {
  std::string log;
  for (int i = 0; i < 3000; ++i) log += "Key layer" + std::to_string(i) + "/w not found in checkpoint\n";
  for (int i = 0; i < 3000; ++i)
    log += "'tf.Op" + std::to_string(i) + "' op is neither a custom op nor a flex op\n";
  EXPECT_LE(Explain(log).size(), 30u);
}

TEST(Text, HarmlessNoiseIsNoError) {
  const Finding finding = First(
      "I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n"
      "W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Could not find TensorRT\n");
  EXPECT_EQ(finding.code, Code::kLogUnknown);
  EXPECT_EQ(finding.severity, Severity::kNote);
}

// Whoever follows a fix types what it says: only commands and options of the program may stand there.
TEST(Fixes, ProposeWhatTheProgramHas) {
  constexpr std::string_view kKnown[] = {"--input-shape",
                                         "--custom-op",
                                         "--custom-op-library",
                                         "--allow-custom-ops",
                                         "--detection",
                                         "--quantize",
                                         "--data",
                                         "--target-runtime",
                                         "--input-type",
                                         "--output-type",
                                         "--keep-float",
                                         "--no-float-fallback",
                                         "--tag",
                                         "--signature",
                                         "--input-tensors",
                                         "--output-tensors",
                                         "--labels",
                                         "--log",
                                         "--inputs",
                                         "--outputs"};
  const auto check = [&](std::string_view option) {
    EXPECT_TRUE(option.empty() || option.starts_with("--") || option.starts_with("litesmith ")) << option;
    for (size_t at = option.find("--"); at != std::string_view::npos; at = option.find("--", at + 2)) {
      const std::string_view word = option.substr(at, option.find(' ', at) - at);
      EXPECT_NE(std::find(std::begin(kKnown), std::end(kKnown), word), std::end(kKnown)) << option;
    }
  };
  for (const auto table :
       {LoadingRules(), CheckpointRules(), KerasRules(), ConverterRules(), QuantizationRules(),
        RuntimeRules(), KernelRules(), DelegateRules(), ToolRules()}) {
    for (const Rule& rule : table) {
      EXPECT_FALSE(rule.headline.empty() || rule.cause.empty() || rule.fixes[0].text.empty())
          << rule.patterns;
      for (const Fix& fix : rule.fixes) check(fix.option);
    }
  }
  for (const LogCase& one : kLogCases) {
    for (const Finding& finding : Explain(one.log)) {
      for (const auto& fix : finding.fixes) check(fix.option);
    }
  }
}

}  // namespace
}  // namespace litesmith::findings
