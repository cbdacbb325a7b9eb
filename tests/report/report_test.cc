#include "report/report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "ir/text.h"
#include "report_data.h"
#include "tfl/op.h"

namespace litesmith::report {
namespace {

using Json = nlohmann::json;

// TensorFlow's ops are as good as unknown here: the page shows what stands in the graph.
const ir::OpDef* Lookup(ir::Dialect dialect, std::string_view name) {
  return dialect == ir::Dialect::kTfl ? tfl::FindOp(name) : nullptr;
}

std::unique_ptr<ir::Module> Parsed(const std::string& text) {
  FindingList findings;
  auto module = ir::Parse(text, {}, Lookup, findings);
  EXPECT_TRUE(module.ok()) << (findings.findings().empty() ? "" : findings.findings()[0].cause);
  return module.ok() ? *std::move(module) : std::make_unique<ir::Module>();
}

constexpr const char* kSource = R"(
signature "serving_default" @main
func @main(%x "image": f32[1,8,8,3] "image:0") -> ("boxes") {
  %w = const f32[3,3,3,4] random(1) "net/head/conv/weights:0"
  %c = tf.Conv2D(%x, %w) {padding = "SAME", strides = [1, 1, 1, 1]} : f32[1,8,8,4] "net/head/conv:0" loc("net/head/conv")
  %r = tf.Relu(%c) : f32[1,8,8,4] "net/head/relu:0" loc("net/head/relu")
  %s = tf.Sigmoid(%r) : f32[1,8,8,4] "net/tail:0" loc("net/tail")
  return %s
}
)";

class Column {
 public:
  Column(const Json& data, size_t graph) : data_(data), graph_(data["graphs"][graph]) {}
  std::string Text(const char* column, size_t i) const {
    return data_["strings"][graph_[column][i].get<size_t>()];
  }
  // The first node of an op.
  size_t NodeOf(const std::string& op) const {
    for (size_t i = 0; i < graph_["op"].size(); ++i)
      if (Text("op", i) == op) return i;
    ADD_FAILURE() << "no " << op;
    return 0;
  }
  std::string Path(size_t node) const {
    std::string path = Text("name", node);
    for (int at = graph_["scope"][node]; graph_["scope_parent"][static_cast<size_t>(at)] >= 0;
         at = graph_["scope_parent"][static_cast<size_t>(at)])
      path = Text("scope_name", static_cast<size_t>(at)) + "/" + path;
    return path;
  }
  // The nodes that a node reads.
  std::vector<size_t> ReadBy(size_t node) const {
    std::vector<size_t> nodes;
    size_t first = 0;
    for (size_t i = 0; i < node; ++i) first += graph_["input_count"][i].get<size_t>();
    for (size_t i = 0; i < graph_["input_count"][node]; ++i) {
      const int value = graph_["inputs"][first + i];
      int outputs = 0;
      for (size_t maker = 0; maker < graph_["op"].size(); ++maker) {
        outputs += graph_["output_count"][maker].get<int>();
        if (value >= 0 && value < outputs) {
          nodes.push_back(maker);
          break;
        }
      }
    }
    return nodes;
  }
  const Json& json() const { return graph_; }

 private:
  const Json& data_;
  const Json& graph_;
};

Json SourceData(const ir::Module& module, const Contents& contents = {}) {
  Recorder recorder;
  recorder.RecordSource(module);
  return DataOf(recorder.Html(contents));
}

TEST(Report, ShowsTheGraphWithItsScopesEdgesAndTypes) {
  const Json data = SourceData(*Parsed(kSource));
  const Column graph(data, 0);
  EXPECT_EQ(graph.json()["kind"], "source");
  const size_t convolution = graph.NodeOf("Conv2D");
  EXPECT_EQ(graph.Path(convolution), "net/head/conv");
  EXPECT_EQ(graph.Path(graph.NodeOf("Sigmoid")), "net/tail");
  EXPECT_EQ(graph.ReadBy(convolution), (std::vector<size_t>{graph.NodeOf("Input"), graph.NodeOf("Const")}));
  EXPECT_EQ(graph.ReadBy(graph.NodeOf("Output")), std::vector<size_t>{graph.NodeOf("Sigmoid")});
  EXPECT_EQ(graph.Text("attributes", convolution), "padding = SAME, strides = [1, 1, 1, 1]");
  EXPECT_EQ(graph.json()["bytes"][graph.NodeOf("Const")], 3 * 3 * 3 * 4 * 4);
  EXPECT_EQ(graph.Text("type", 0), "float32[1,8,8,3]");
}

TEST(Report, TellsWhatAnOpOfTheFileWasMadeFrom) {
  const auto module = Parsed(kSource);
  for (ir::Node& node : module->functions()[0]->nodes()) {
    ir::Origin origin;
    origin.node = node.name;
    if (!node.name.empty()) node.origin = module->origins.Add(std::move(origin));
  }
  Recorder recorder;
  recorder.RecordSource(*module);
  ir::Function& function = *module->functions()[0];
  ir::Node* relu = function.return_node()->previous()->previous();
  ir::Node* convolution = relu->previous();
  ir::Builder builder(*function.return_node());
  builder.origin = module->origins.Join(convolution->origin, relu->origin);
  ir::Node* fused = builder.Create(*tfl::FindOp("LOGISTIC"), {function.parameter(0)}, {relu->output()->type});
  function.SetResults(std::vector<ir::Value*>{fused->output()});
  function.EraseDeadNodes();
  recorder.RecordFile(*module);

  const Json data = DataOf(recorder.Html({}));
  const Column source(data, 0), file(data, 1);
  EXPECT_EQ(file.json()["kind"], "file");
  EXPECT_EQ(file.json()["from"], Json({source.NodeOf("Conv2D"), source.NodeOf("Relu")}));
  EXPECT_EQ(file.json()["from_count"][file.NodeOf("LOGISTIC")], 2);
  EXPECT_EQ(file.Path(file.NodeOf("LOGISTIC")), "net/head/conv") << "under the name of the first";
}

TEST(Report, FindingsStandWhereTheyAreInTheGraphAndErrorsFirst) {
  Contents contents;
  contents.failed = true;
  contents.findings.push_back(Finding(Code::kShapeAssumed).Headline("a shape").Node("not/there"));
  contents.findings.push_back(Finding(Code::kNoLowering).Headline("an op").Node("net/head/relu"));
  const Json data = SourceData(*Parsed(kSource), contents);
  EXPECT_EQ(data["status"], "failed");
  ASSERT_EQ(data["findings"].size(), 2u);
  EXPECT_EQ(data["findings"][0]["headline"], "an op");
  EXPECT_EQ(data["findings"][0]["at"], Json({0, Column(data, 0).NodeOf("Relu")}));
  EXPECT_TRUE(data["findings"][1]["at"].is_null());
  for (const auto& finding : data["findings"]) {
    EXPECT_TRUE(data["pages"].contains(finding["code"])) << "what a code means stands on the page as well";
  }
}

TEST(Report, ATensorsNameLeadsToTheNodeThatGivesIt) {
  Contents contents;
  Finding finding(Code::kShapeUnknown);
  finding.Tensor({"net/head/conv:0", "float32", {1, 8, 8, 4}, true});
  contents.findings.push_back(finding);
  const Json data = SourceData(*Parsed(kSource), contents);
  EXPECT_EQ(data["findings"][0]["at"], Json({0, Column(data, 0).NodeOf("Conv2D")}));
}

TEST(Report, NamesOfStrangersStayData) {
  const auto module = Parsed(kSource);
  const std::string hostile = "</script><img src=x onerror=alert(1)>\xff\x01/<!--";
  module->functions()[0]->return_node()->previous()->name = hostile;
  Contents contents;
  contents.model_path = "<b>model</b>";
  contents.findings.push_back(Finding(Code::kNoLowering).Headline("{}", hostile).Node(hostile));
  Recorder recorder;
  recorder.RecordSource(*module);
  const std::string page = recorder.Html(contents);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  const Json data = DataOf(page);
  EXPECT_EQ(data["model"]["path"], "<b>model</b>");
  EXPECT_EQ(data["findings"][0]["at"], Json({0, Column(data, 0).NodeOf("Sigmoid")}));
}

TEST(Report, SameModelSameBytes) {
  const auto module = Parsed(kSource);
  Recorder one, other;
  one.RecordSource(*module);
  other.RecordSource(*Parsed(kSource));
  EXPECT_EQ(one.Html({}), other.Html({}));
}

TEST(Report, LoopsOfTensorFlow1AreDrawnWithTheirBackEdge) {
  ir::Module module;
  ir::Function* function = module.AddFunction("main");
  ir::Value* x = function->AddParameter({DType::kFloat32, Shape{2}, nullptr}, "x");
  ir::Builder builder(*function);
  const auto op = [&](const char* name) -> const ir::OpDef& {
    return module.UnknownOp(ir::Dialect::kTf, name);
  };
  ir::Node* enter = builder.Create(op("Enter"), {x}, {x->type});
  ir::Node* merge = builder.Create(op("Merge"), {enter->output(), enter->output()}, {x->type});
  ir::Node* next = builder.Create(op("NextIteration"), {merge->output()}, {x->type});
  merge->SetOperand(1, next->output());
  function->SetResults(std::vector<ir::Value*>{merge->output()});
  const Json data = SourceData(module);
  const Column graph(data, 0);
  EXPECT_EQ(graph.ReadBy(graph.NodeOf("Merge")),
            (std::vector<size_t>{graph.NodeOf("Enter"), graph.NodeOf("NextIteration")}));
}

TEST(Report, DeepAndOddNamesMakeNoDeepTree) {
  const auto module = Parsed(kSource);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "a/";
  module->functions()[0]->return_node()->previous()->name = deep;
  module->functions()[0]->return_node()->previous()->previous()->name = "//odd//";
  const Json data = SourceData(*module);
  EXPECT_LT(data["graphs"][0]["scope_parent"].size(), 40u);
  EXPECT_EQ(Column(data, 0).Path(Column(data, 0).NodeOf("Relu")), "//odd//");
  for (const auto& text : data["strings"]) EXPECT_LE(text.get<std::string>().size(), 410u);
}

TEST(Report, FortyThousandNodesStayAFewMegabytes) {
  ir::Module module;
  ir::Function* function = module.AddFunction("main");
  ir::Value* value = function->AddParameter({DType::kFloat32, Shape{1, 8}, nullptr}, "x");
  for (int i = 0; i < 40'000; ++i) {
    ir::Node* node =
        ir::Builder(*function).Create(module.UnknownOp(ir::Dialect::kTf, "Relu"), {value}, {value->type});
    node->name = fmt::format("model/block_{}/conv_{}/relu_{}", i / 400, i / 20, i);
    value = node->output();
  }
  function->SetResults(std::vector<ir::Value*>{value});
  Recorder recorder;
  recorder.RecordSource(module);
  EXPECT_LT(recorder.Html({}).size(), 5'000'000u);
}

TEST(Report, NumbersOfTablesThatAreNoneAreAbsent) {
  Contents contents;
  contents.tables.push_back({"Damage",
                             "By layer.",
                             {{"Layer", Table::Kind::kNode}, {"SNR, dB", Table::Kind::kNumber}},
                             {{{"net/tail", 0}, {"", 12.5}}, {{"gone", 0}, {"", std::nan("")}}}});
  const Json data = SourceData(*Parsed(kSource), contents);
  const Json& rows = data["tables"][0]["rows"];
  EXPECT_EQ(rows[0][0], Json({"net/tail", {0, Column(data, 0).NodeOf("Sigmoid")}}));
  EXPECT_EQ(rows[0][1], 12.5);
  EXPECT_TRUE(rows[1][0][1].is_null());
  EXPECT_TRUE(rows[1][1].is_null());
}

TEST(Report, APathThatCannotBeWrittenIsAFinding) {
  const auto host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};
  EXPECT_FALSE(Write("/nonexistent/folder/report.html", "<!doctype html>", context));
  ASSERT_EQ(findings.findings().size(), 1u);
  EXPECT_EQ(findings.findings()[0].code, Code::kOutputUnwritable);
  EXPECT_EQ(findings.exit_status(), 4);
}

}  // namespace
}  // namespace litesmith::report
