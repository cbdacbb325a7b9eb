#include "formats/protobuf/reader.h"

#include <gtest/gtest.h>

#include <random>

#include "base/finding.h"
#include "formats/protobuf/wire.h"

namespace litesmith::protobuf {
namespace {

struct Case {
  explicit Case(std::string bytes)
      : host(MakeSystemHost()), context{*host, findings}, owned(std::move(bytes)) {
    document.file = "model.pb";
    document.content = {nullptr, AsBytes(owned)};
  }
  Reader Whole() { return Reader(document, context, document.content.bytes, "Test"); }

  std::unique_ptr<Host> host;
  FindingList findings;
  Context context;
  std::string owned;
  Document document;
};

TEST(ProtobufReader, ReadsEveryWireTypeAndSkipsWhatNobodyTakes) {
  std::string bytes;
  PutVarintField(bytes, 1, 300);
  PutBytesField(bytes, 7, "skipped");
  PutBytesField(bytes, 2, "text");
  PutFixedField(bytes, 3, 1.5f);
  PutFixedField(bytes, 4, 2.5);
  PutVarintField(bytes, 5, static_cast<uint64_t>(-7));
  Case setup(bytes);
  Reader reader = setup.Whole();
  uint64_t number = 0;
  std::string_view text;
  float single = 0;
  double wide = 0;
  int64_t negative = 0;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        number = reader.Varint();
        break;
      case 2:
        text = reader.Text();
        break;
      case 3:
        single = reader.Float();
        break;
      case 4:
        wide = reader.Double();
        break;
      case 5:
        negative = reader.Int();
        break;
      default:
        break;
    }
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(number, 300u);
  EXPECT_EQ(text, "text");
  EXPECT_EQ(single, 1.5f);
  EXPECT_EQ(wide, 2.5);
  EXPECT_EQ(negative, -7);
}

TEST(ProtobufReader, TakesRepeatedNumbersPackedAndSingle) {
  std::string packed, floats, bytes;
  PutVarint(packed, 5);
  PutVarint(packed, 600);
  for (float value : {1.0f, -2.0f}) floats.append(reinterpret_cast<const char*>(&value), 4);
  PutBytesField(bytes, 1, packed);
  PutVarintField(bytes, 1, 7);
  PutBytesField(bytes, 2, floats);
  PutFixedField(bytes, 2, 3.0f);
  Case setup(bytes);
  Reader reader = setup.Whole();
  std::vector<int64_t> numbers;
  std::vector<float> reals;
  while (reader.Next()) {
    if (reader.field() == 1) reader.AppendVarints(numbers);
    if (reader.field() == 2) reader.AppendFixed(reals);
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(numbers, (std::vector<int64_t>{5, 600, 7}));
  EXPECT_EQ(reals, (std::vector<float>{1, -2, 3}));
}

Code FirstCode(Case& setup) {
  return setup.findings.findings().empty() ? Code::kWrongUse : setup.findings.findings()[0].code;
}

TEST(ProtobufReader, TellsACutOffFileFromADamagedMessage) {
  std::string inner, cut;
  PutBytesField(cut, 1, "0123456789");
  cut.resize(cut.size() - 3);
  Case truncated(cut);
  Reader outer = truncated.Whole();
  while (outer.Next()) outer.Text();
  EXPECT_FALSE(outer.ok());
  EXPECT_EQ(FirstCode(truncated), Code::kFileTruncated);

  std::string whole;
  PutBytesField(whole, 1, cut);
  Case damaged(whole);
  Reader reader = damaged.Whole();
  while (reader.Next()) {
    Reader nested = reader.Message("Nested");
    while (nested.Next()) nested.Text();
    EXPECT_FALSE(nested.ok());
  }
  EXPECT_EQ(FirstCode(damaged), Code::kFileDamaged);
  EXPECT_EQ(damaged.findings.findings().size(), 1u);
}

TEST(ProtobufReader, RefusesAFieldOfAnotherWireType) {
  std::string bytes;
  PutVarintField(bytes, 1, 1);
  Case setup(bytes);
  Reader reader = setup.Whole();
  while (reader.Next()) EXPECT_TRUE(reader.Text().empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(FirstCode(setup), Code::kFileDamaged);
}

TEST(ProtobufReader, LimitsTheDepthOfMessages) {
  Case setup("");
  const Reader reader(setup.document, setup.context, {}, "Deep", setup.context.limits.max_depth + 1);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(FirstCode(setup), Code::kLimitExceeded);
}

TEST(ProtobufReader, EndsOnAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() % 64 : random());
    Case setup(bytes);
    Reader reader = setup.Whole();
    std::vector<int64_t> numbers;
    std::vector<double> reals;
    while (reader.Next()) {
      switch (random() % 6) {
        case 0:
          reader.Varint();
          break;
        case 1:
          reader.Text();
          break;
        case 2:
          reader.AppendVarints(numbers);
          break;
        case 3:
          reader.AppendFixed(reals);
          break;
        case 4:
          ReadMapEntry(reader);
          break;
        default:
          break;
      }
    }
    EXPECT_EQ(reader.ok(), setup.findings.findings().empty());
  }
}

}  // namespace
}  // namespace litesmith::protobuf
