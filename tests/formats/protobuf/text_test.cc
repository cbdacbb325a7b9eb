#include "formats/protobuf/text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/finding.h"
#include "formats/protobuf/wire.h"

namespace litesmith::protobuf {
namespace {

std::optional<int64_t> Colour(std::string_view name) {
  return name == "RED" ? std::optional<int64_t>(4) : std::nullopt;
}

extern const MessageSchema kTree;
constexpr FieldSchema kFields[] = {
    {"number", 1, Kind::kInt}, {"text", 2, Kind::kText}, {"child", 3, Kind::kMessage, &kTree},
    {"real", 4, Kind::kFloat}, {"flag", 5, Kind::kBool}, {"colour", 6, Kind::kEnum, nullptr, Colour},
    {"wide", 7, Kind::kDouble}};
const MessageSchema kTree{"Tree", kFields};

struct Outcome {
  bool ok;
  std::string wire;
  std::vector<Finding> findings;
};

Outcome Convert(std::string_view text) {
  const auto host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};
  auto wire = TextToWire(context, "model.pbtxt", text, kTree);
  Outcome outcome{wire.ok(), wire.ok() ? *wire : std::string(), findings.Take()};
  return outcome;
}

TEST(ProtobufText, TurnsAllKindsOfValuesIntoWireBytes) {
  std::string child, wanted;
  PutVarintField(child, 1, static_cast<uint64_t>(-3));
  PutBytesField(child, 2, "a\n\x01\"b");
  PutBytesField(wanted, 3, child);
  PutFixedField(wanted, 4, -1.5f);
  PutVarintField(wanted, 5, 1);
  PutVarintField(wanted, 6, 4);
  PutVarintField(wanted, 1, 31);
  PutVarintField(wanted, 1, 8);
  PutFixedField(wanted, 7, 1e300);
  const Outcome outcome = Convert(
      "# a comment\nchild { number: -3, text: 'a\\n' \"\\001\\\"b\" }\n"
      "real: -1.5f; flag: true colour: RED number: [0x1f, 010]\nwide: 1e300");
  ASSERT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufText, ReadsOverFieldsThatNobodyDecodes) {
  std::string wanted;
  PutVarintField(wanted, 1, 2);
  const Outcome outcome = Convert(
      "other { child { number: 1 } deep < x: [1, 2] > } [type.url/Thing] { y: 'z' } number: 2 list: [{a: 1}, "
      "{}]");
  ASSERT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufText, KeepsListsOfMessages) {
  std::string one, two, wanted;
  PutVarintField(one, 1, 1);
  PutVarintField(two, 1, 2);
  PutBytesField(wanted, 3, one);
  PutBytesField(wanted, 3, two);
  const Outcome outcome = Convert("child: [ { number: 1 }, < number: 2 > ]");
  ASSERT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.wire, wanted);
}

TEST(ProtobufText, NamesTheLineOfADamage) {
  const Outcome outcome = Convert("number: 1\nnumber: {\n");
  ASSERT_FALSE(outcome.ok);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].code, Code::kFileDamaged);
  EXPECT_NE(outcome.findings[0].cause.find("line 2"), std::string::npos) << outcome.findings[0].cause;
}

TEST(ProtobufText, LimitsTheDepth) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "child{";
  const Outcome outcome = Convert(deep);
  ASSERT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.findings[0].code, Code::kLimitExceeded);
}

TEST(ProtobufText, EndsOnAnyText) {
  const std::string seed =
      "child { number: -3 text: 'a' } real: 1.5 flag: true colour: RED number: [1, 2] x < y: 1 >";
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    std::string text = seed.substr(0, random() % (seed.size() + 1));
    for (int i = 0; i < 3 && !text.empty(); ++i)
      text[random() % text.size()] = "{}<>[]:,'\"a1-#\\ \n"[random() % 17];
    const Outcome outcome = Convert(text);
    EXPECT_EQ(outcome.ok, outcome.findings.empty());
  }
}

}  // namespace
}  // namespace litesmith::protobuf
