#include "formats/protobuf/json.h"

#include <gtest/gtest.h>

#include "base/finding.h"
#include "formats/protobuf/wire.h"

namespace litesmith::protobuf {
namespace {

std::optional<int64_t> Colour(std::string_view name) {
  return name == "RED" ? std::optional<int64_t>(4) : std::nullopt;
}

extern const MessageSchema kTree;
constexpr FieldSchema kEntryFields[] = {{"key", 1, Kind::kText}, {"value", 2, Kind::kMessage, &kTree}};
constexpr MessageSchema kEntry{"entry", kEntryFields};
constexpr FieldSchema kNamesFields[] = {{"key", 1, Kind::kInt}, {"value", 2, Kind::kText}};
constexpr MessageSchema kNames{"names", kNamesFields};
constexpr FieldSchema kFields[] = {{"number", 1, Kind::kInt},
                                   {"text", 2, Kind::kText},
                                   {"child_node", 3, Kind::kMessage, &kTree},
                                   {"real", 4, Kind::kFloat},
                                   {"flag", 5, Kind::kBool},
                                   {"colour", 6, Kind::kEnum, nullptr, Colour},
                                   {"wide", 7, Kind::kDouble},
                                   {"raw", 8, Kind::kBytes},
                                   {"by_name", 9, Kind::kMessage, &kEntry},
                                   {"by_number", 10, Kind::kMessage, &kNames}};
const MessageSchema kTree{"Tree", kFields};

struct Outcome {
  bool ok;
  std::string wire;
  std::vector<Finding> findings;

  Code code() const { return findings.empty() ? Code::kCodeUnknown : findings[0].code; }
  std::string cause() const { return findings.empty() ? std::string() : findings[0].cause; }
};

Outcome Convert(std::string_view text) {
  const auto host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};
  const auto wire = JsonToWire(context, "model.json", text, kTree);
  return {wire.ok(), wire.ok() ? *wire : std::string(), findings.Take()};
}

TEST(ProtobufJson, TurnsAllKindsOfValuesIntoWireBytes) {
  std::string child, wanted;
  PutVarintField(child, 1, static_cast<uint64_t>(-3));
  PutBytesField(child, 2, "a\n\"b");
  PutBytesField(wanted, 3, child);
  PutFixedField(wanted, 4, -1.5f);
  PutVarintField(wanted, 5, 1);
  PutVarintField(wanted, 6, 4);
  PutVarintField(wanted, 6, 7);
  PutVarintField(wanted, 1, 31);
  PutVarintField(wanted, 1, 8);
  PutFixedField(wanted, 7, 1e300);
  PutBytesField(wanted, 8, std::string_view("\0\xff\xfe", 3));
  const Outcome outcome = Convert(
      R"({"childNode": {"number": "-3", "text": "a\n\"b"}, "real": -1.5, "flag": true,
          "colour": ["RED", 7], "number": [31, 8.0], "wide": 1e300, "raw": "AP/+"})");
  ASSERT_TRUE(outcome.ok) << outcome.cause();
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufJson, TakesNamesAsTheyAreAndReadsOverWhatNobodyDecodes) {
  std::string wanted;
  PutBytesField(wanted, 3, "");
  PutVarintField(wanted, 1, 2);
  const Outcome outcome = Convert(
      R"({"child_node": {}, "later": [{"number": 1}, [[], 2], "x"], "other": {"number": {"a": 1}},
          "text": null, "number": 2, "childnode": 1})");
  ASSERT_TRUE(outcome.ok) << outcome.cause();
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufJson, TurnsMapsIntoEntries) {
  std::string inner, entry, wanted, name;
  PutVarintField(inner, 1, 5);
  PutBytesField(entry, 1, "a.b");
  PutBytesField(entry, 2, inner);
  PutBytesField(wanted, 9, entry);
  PutVarintField(name, 1, 12);
  PutBytesField(name, 2, "x");
  PutBytesField(wanted, 10, name);
  const Outcome outcome = Convert(R"({"byName": {"a.b": {"number": 5}}, "byNumber": {"12": "x"}})");
  ASSERT_TRUE(outcome.ok) << outcome.cause();
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufJson, ReadsFloatsThatJsonHasNoNumbersFor) {
  std::string wanted;
  PutFixedField(wanted, 4, std::numeric_limits<float>::infinity());
  PutFixedField(wanted, 4, -std::numeric_limits<float>::infinity());
  PutFixedField(wanted, 4, 0.25f);
  const Outcome outcome = Convert(R"({"real": ["Infinity", "-Infinity", "0.25"]})");
  ASSERT_TRUE(outcome.ok) << outcome.cause();
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufJson, TellsWhereAValueIsOfAnotherKind) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"childNode": [{}, {"number": "seven"}]})", "childNode[1].number: a whole number expected"},
      {R"({"number": 1.5})", "a whole number"},
      {R"({"number": 1e30})", "a whole number"},
      {R"({"number": {"a": 1}})", "number: a value expected, but there is an object"},
      {R"({"childNode": 3})", "an object expected, but there is 3"},
      {R"({"number": [[1]]})", "a list"},
      {R"({"colour": "BLUE"})", "a known name expected, but there is 'BLUE'"},
      {R"({"flag": 1})", "true or false"},
      {R"({"real": "far"})", "a number"},
      {R"({"text": 3})", "a string"},
      {R"({"byName": {"k": {"raw": "a"}}})", "byName.k.raw: bytes in base64"},
      {R"({"raw": "a!=="})", "bytes in base64"},
      {R"({"byName": [{}]})", "no list"},
      {R"({"byNumber": {"x": "y"}})", "a whole number"},
      {R"([1])", "the beginning: an object expected, but there is a list"},
      {R"(17)", "an object expected, but there is 17"},
      {R"(null)", "an object expected"},
  };
  for (const auto& [text, words] : cases) {
    const Outcome outcome = Convert(text);
    EXPECT_FALSE(outcome.ok) << text;
    EXPECT_EQ(outcome.code(), Code::kFileDamaged) << text;
    EXPECT_NE(outcome.cause().find(words), std::string::npos) << outcome.cause();
  }
}

TEST(ProtobufJson, TellsDamageFromAFileThatEndsTooEarly) {
  const Outcome cut = Convert(R"({"childNode": {"number": 1)");
  EXPECT_EQ(cut.code(), Code::kFileTruncated);
  EXPECT_NE(cut.cause().find("childNode.number"), std::string::npos) << cut.cause();
  EXPECT_EQ(Convert("").code(), Code::kFileTruncated);
  const Outcome damaged = Convert(R"({"number" 1})");
  EXPECT_EQ(damaged.code(), Code::kFileDamaged);
  EXPECT_NE(damaged.cause().find("byte 11 of 12"), std::string::npos) << damaged.cause();
  EXPECT_EQ(Convert("{\"text\": \"\xff\"}").code(), Code::kFileDamaged);
  EXPECT_EQ(Convert("{} {}").code(), Code::kFileDamaged);
  EXPECT_EQ(Convert(R"({"real": 1e999})").code(), Code::kFileDamaged);
}

TEST(ProtobufJson, LimitsHowDeepValuesNest) {
  std::string known, ignored(100'000, '[');
  for (int i = 0; i < 100'000; ++i) known += "{\"childNode\":";
  EXPECT_EQ(Convert(known).code(), Code::kLimitExceeded);
  EXPECT_EQ(Convert("{\"later\":" + ignored).code(), Code::kLimitExceeded);
}

TEST(Base64, ReadsBothAlphabetsWithAndWithoutPadding) {
  EXPECT_EQ(DecodeBase64("Qmlhc0FkZA=="), "BiasAdd");
  EXPECT_EQ(DecodeBase64("Qmlhc0FkZA"), "BiasAdd");
  EXPECT_EQ(DecodeBase64("UmVsdQ=="), "Relu");
  EXPECT_EQ(DecodeBase64("-_-_"), DecodeBase64("+/+/"));
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("QQ=Q"), std::nullopt);
  EXPECT_EQ(DecodeBase64("QUJDR"), std::nullopt);
  EXPECT_EQ(DecodeBase64("Q Q="), std::nullopt);
}

}  // namespace
}  // namespace litesmith::protobuf
