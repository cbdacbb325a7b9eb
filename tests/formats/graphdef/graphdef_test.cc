#include "formats/graphdef/graphdef.h"

#include <gtest/gtest.h>

#include <random>

#include "base/finding.h"
#include "formats/graphdef/tensor.h"
#include "import/tf/memory_host.h"
#include "import/tf/model_writer.h"

namespace litesmith::graphdef {
namespace {

namespace writer = litesmith::testing;

struct Case {
  writer::MemoryHost host;
  FindingList findings;
  Context context{host, findings};
  std::shared_ptr<std::string> owned = std::make_shared<std::string>();
  protobuf::Document document;

  explicit Case(std::string bytes) {
    *owned = std::move(bytes);
    document.file = "graph.pb";
    document.content = {owned, AsBytes(*owned)};
  }
  Result<Tensor> Decode() {
    return DecodeTensor(protobuf::Reader(document, context, document.content.bytes, "TensorProto"));
  }
  Code code() const { return findings.findings().empty() ? Code::kCodeUnknown : findings.findings()[0].code; }
};

std::string TensorOf(uint64_t type, const std::vector<int64_t>& dims) {
  std::string tensor;
  protobuf::PutVarintField(tensor, 1, type);
  protobuf::PutBytesField(tensor, 2, writer::ShapeProto(dims));
  return tensor;
}

TEST(TensorProto, RepeatsItsLastValue) {
  Case setup(writer::FloatTensor({2, 3}, {1, 2}));
  const auto tensor = setup.Decode();
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(std::vector<float>(tensor->data<float>().begin(), tensor->data<float>().end()),
            (std::vector<float>{1, 2, 2, 2, 2, 2}));
}

TEST(TensorProto, IsZeroWithoutValues) {
  Case setup(TensorOf(writer::kInt32, {3}));
  EXPECT_EQ(setup.Decode()->data<int32_t>()[2], 0);
}

TEST(TensorProto, KeepsRawContentAsAViewWhereItIsAligned) {
  std::string bytes = TensorOf(4, {16});  // uint8: aligned anywhere
  protobuf::PutBytesField(bytes, 4, "0123456789abcdef");
  Case setup(bytes);
  const auto tensor = setup.Decode();
  ASSERT_TRUE(tensor.ok());
  EXPECT_GE(tensor->bytes().data(), setup.document.content.bytes.data());
  EXPECT_LT(tensor->bytes().data(),
            setup.document.content.bytes.data() + setup.document.content.bytes.size());
  EXPECT_EQ(tensor->owner(), setup.owned);
}

TEST(TensorProto, ReadsEveryKindOfList) {
  const auto with = [](uint64_t type, uint32_t field, uint64_t value) {
    std::string bytes = TensorOf(type, {2});
    protobuf::PutVarintField(bytes, field, value);
    return bytes;
  };
  EXPECT_EQ(Case(with(9, 10, static_cast<uint64_t>(-5))).Decode()->data<int64_t>()[1], -5);
  EXPECT_EQ(Case(with(6, 7, static_cast<uint64_t>(-5))).Decode()->data<int8_t>()[1], -5);
  EXPECT_EQ(Case(with(10, 11, 1)).Decode()->data<bool>()[1], true);
  EXPECT_EQ(float(Case(with(19, 13, 0x3e00)).Decode()->data<Half>()[1]), 1.5f);
  EXPECT_EQ(float(Case(with(14, 13, 0x3fc0)).Decode()->data<BFloat16>()[1]), 1.5f);
  EXPECT_EQ(Case(with(22, 16, 4000000000u)).Decode()->data<uint32_t>()[1], 4000000000u);
  EXPECT_EQ(Case(with(23, 17, ~uint64_t{0})).Decode()->data<uint64_t>()[1], ~uint64_t{0});
  std::string complex = TensorOf(8, {});
  protobuf::PutFixedField(complex, 9, 1.0f);
  protobuf::PutFixedField(complex, 9, -2.0f);
  EXPECT_EQ(Case(complex).Decode()->data<std::complex<float>>()[0], std::complex<float>(1, -2));
  Case strings(writer::TextTensor({3}, {"a", "bc"}));
  EXPECT_EQ(strings.Decode()->strings(), (std::vector<std::string_view>{"a", "bc", "bc"}));
}

TEST(TensorProto, RefusesCountsThatDoNotFitTheShape) {
  Case many(writer::FloatTensor({1}, {1, 2}));
  EXPECT_FALSE(many.Decode().ok());
  EXPECT_EQ(many.code(), Code::kFileDamaged);
  std::string bytes = TensorOf(1, {3});
  protobuf::PutBytesField(bytes, 4, "0123456789a");
  Case odd(bytes);
  EXPECT_FALSE(odd.Decode().ok());
  EXPECT_EQ(odd.code(), Code::kFileDamaged);
  Case unknown(writer::FloatTensor({-1}, {1}));
  EXPECT_FALSE(unknown.Decode().ok());
  Case huge(writer::FloatTensor({int64_t{1} << 40, int64_t{1} << 40}, {1}));
  EXPECT_FALSE(huge.Decode().ok());
  Case dtype(TensorOf(77, {1}));
  EXPECT_FALSE(dtype.Decode().ok());
  EXPECT_EQ(dtype.code(), Code::kDtypeUnsupported);
}

TEST(TensorProto, BoundsWhatAFewBytesMayGrowTo) {
  Case setup(writer::FloatTensor({int64_t{1} << 30}, {1}));
  EXPECT_FALSE(setup.Decode().ok());
  EXPECT_EQ(setup.code(), Code::kLimitExceeded);
}

TEST(GraphDef, DecodesAttributesWhenAsked) {
  std::string list, shapes, value;
  for (int64_t stride : {1, 2, 2, 1}) protobuf::PutVarintField(list, 3, static_cast<uint64_t>(stride));
  protobuf::PutBytesField(value, 1, list);
  Case setup(writer::Graph({writer::Node("conv", "Conv2D", {"x", "w"},
                                         {{"strides", value},
                                          {"padding", writer::TextValue("SAME")},
                                          {"T", writer::TypeValue(101)},
                                          {"f", writer::FunctionValue("body")},
                                          {"shape", writer::ShapeValue({-1, 3})},
                                          {"_class", writer::TextValue("noise")}})}));
  const auto graph = DecodeGraph(setup.document, setup.context, setup.document.content.bytes);
  ASSERT_TRUE(graph.ok());
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->producer, 1000);
  EXPECT_EQ(graph->nodes[0].inputs, (std::vector<std::string_view>{"x", "w"}));
  const auto attributes = DecodeNodeAttributes(setup.document, setup.context, graph->nodes[0]);
  ASSERT_TRUE(attributes.ok());
  EXPECT_EQ(attributes->Ints("strides"), (std::vector<int64_t>{1, 2, 2, 1}));
  EXPECT_EQ(attributes->Text("padding"), "SAME");
  EXPECT_EQ(attributes->Type("T"), DType::kFloat32);  // a reference counts as what it refers to
  EXPECT_EQ(attributes->Get<FunctionRef>("f").name, "body");
  EXPECT_EQ(attributes->Get<Shape>("shape"), (Shape{Dim::Unknown(), 3}));
  EXPECT_EQ(attributes->Find("_class"), nullptr);
}

TEST(GraphDef, DecodesAFunctionWhenAsked) {
  const writer::Function function{
      "f", {{"a", 1}}, {{"b", 1}}, {writer::Node("n", "Relu", {"a"})}, {{"b", "n:activations:0"}}, {"n"}, {}};
  Case setup(writer::Graph({}, {function}));
  const auto graph = DecodeGraph(setup.document, setup.context, setup.document.content.bytes);
  ASSERT_TRUE(graph.ok());
  ASSERT_TRUE(graph->functions.contains("f"));
  const auto decoded = DecodeFunction(setup.document, setup.context, graph->functions.at("f"));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->signature.inputs[0].name, "a");
  EXPECT_EQ(decoded->signature.outputs[0].type, DType::kFloat32);
  EXPECT_EQ(decoded->results[0].second, "n:activations:0");
  EXPECT_EQ(decoded->control_results[0], "n");
}

TEST(GraphDef, EndsOnAnyBytes) {
  const writer::Function function{
      "f", {{"a", 1}}, {{"b", 1}}, {writer::Node("n", "Relu", {"a"})}, {{"b", "n:activations:0"}}, {"n"}, {}};
  const std::string good = writer::Graph(
      {writer::Placeholder("x", {1, -1}), writer::Const("c", writer::FloatTensor({2, 2}, {1, 2})),
       writer::Const("s", writer::TextTensor({2}, {"abc"}), 7),
       writer::Node("y", "Op", {"x"}, {{"t", writer::TypesValue({1, 3})}})},
      {function});
  std::mt19937 random(9);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = good;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 2 == 0 ? random() : 0xff);
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    Case setup(bytes);
    bool ok = true;
    const auto graph = DecodeGraph(setup.document, setup.context, setup.document.content.bytes);
    ok = graph.ok();
    if (graph) {
      for (const NodeDef& node : graph->nodes)
        ok &= DecodeNodeAttributes(setup.document, setup.context, node).ok();
      for (const auto& [name, message] : graph->functions) {
        const auto body = DecodeFunction(setup.document, setup.context, message);
        ok &= body.ok();
        if (!body) continue;
        for (const NodeDef& node : body->nodes)
          ok &= DecodeNodeAttributes(setup.document, setup.context, node).ok();
      }
    }
    EXPECT_EQ(ok, setup.findings.findings().empty());
  }
}

}  // namespace
}  // namespace litesmith::graphdef
