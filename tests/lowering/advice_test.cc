// Each kind of op that cannot be converted gets the answer of its kind.
#include "lowering/advice.h"

#include "one_op.h"

namespace litesmith::lowering {
namespace {

struct Answer {
  std::string op;
  std::string code;
  std::string cause, fix;  // words that must be in them
};

void PrintTo(const Answer& answer, std::ostream* out) { *out << answer.op; }

const Answer kAnswers[] = {
    {"EagerPyFunc", "LS0201", "Python", "TensorFlow ops"},
    {"XlaCallModule", "LS0201", "StableHLO", "native_serialization=False"},
    {"DecodeJpeg", "LS0201", "encoded pictures", "decoded image"},
    {"ParseExampleV2", "LS0201", "serialized examples", "raw feature tensors"},
    {"StringUpper", "LS0201", "text", "outside the model"},
    {"TruncatedNormal", "LS0201", "random", "training=False"},
    {"ResourceApplyAdam", "LS0201", "optimizer", "inference"},
    {"MaxPoolGrad", "LS0201", "gradient", "training=False"},
    {"ResourceScatterAdd", "LS0902", "writes to a variable", "as an input"},
    {"UniqueV2", "LS0201", "TensorFlow Lite has UNIQUE for it", "ops that convert"},
    {"Betainc", "LS0201", "no builtin op that computes Betainc", "ops that convert"},
    {"MatMull", "LS0101", "did you mean MatMul?", "ordinary TensorFlow ops"},
    {"ResizeArea", "LS0201", "image op", "bilinear"},
    {"Cholesky", "LS0201", "linear algebra", "outside the model"},
    {"Addons>CorrelationCost", "LS0301", "tensorflow_addons", "tensorflow_addons"},
    {"SentencepieceTokenizeOp", "LS0301", "tensorflow_text", "token ids"},
    {"HorovodAllreduce", "LS0301", "horovod", "one process"},
    {"MyOwnOp", "LS0101", "custom op of the model's own", "ordinary TensorFlow ops"},
};

class Advice : public LoweringTest, public testing::WithParamInterface<Answer> {};

TEST_P(Advice, SaysWhatTheOpIsAndWhatToDo) {
  const Answer& answer = GetParam();
  ir::Module module;
  ir::Function& function = *module.AddFunction("main");
  const tf::Op* known = tf::FindOp(answer.op);
  const ir::OpDef& op = known != nullptr ? *known : module.UnknownOp(ir::Dialect::kTf, answer.op);
  const ir::Node& node =
      *ir::Builder(function).Create(op, {}, {}, {{"alpha", 0.5f}, {"sizes", std::vector<int64_t>{1, 2}}});
  const Finding finding = known != nullptr ? NoFormFinding(node) : UnknownOpFinding(node);
  EXPECT_EQ(CodeText(finding.code), answer.code);
  EXPECT_NE(finding.headline.find(answer.op), std::string::npos) << finding.headline;
  EXPECT_NE(finding.cause.find(answer.cause), std::string::npos) << finding.cause;
  ASSERT_FALSE(finding.fixes.empty());
  EXPECT_NE(finding.fixes[0].text.find(answer.fix), std::string::npos) << finding.fixes[0].text;
  if (known == nullptr) {
    EXPECT_EQ(finding.fixes.back().option, "--custom-op " + answer.op);
    EXPECT_NE(finding.fixes.back().text.find("alpha=0.5, sizes=[1,2]"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Advice, testing::ValuesIn(kAnswers));

TEST(CustomOpAttributes, ThoseThatOptionsCannotHoldAreNamed) {
  EXPECT_EQ(LostAttributes({{"table", Tensor::Scalar(1.5f)}, {"rate", 0.5f}, {"_note", std::string("x")}}),
            "table");
}

}  // namespace
}  // namespace litesmith::lowering
