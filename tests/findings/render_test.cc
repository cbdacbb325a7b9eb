#include <gtest/gtest.h>

#include "findings/json.h"
#include "findings/text.h"

namespace litesmith::findings {
namespace {

Finding Example() {
  Finding finding(Code::kUnknownOp);
  finding.Op("MyOp").Node("model/head/my_op").Headline("op {} is unknown", "MyOp").Cause("no table knows it");
  finding.Tensor({"x", "float32", {1, -1, 4}, true}).Fix("keep it", "--custom-op MyOp").Fix("replace it");
  finding.layer = "head";
  finding.count = 3;
  return finding;
}

TEST(Text, ShowsWhatWhereWhyAndWhatToDo) {
  EXPECT_EQ(RenderText(Example(), {}),
            "error[LS0101]: op MyOp is unknown\n"
            "  where: MyOp 'model/head/my_op' and 2 more like it, in layer head\n"
            "  given: x float32[1,?,4]\n"
            "  why:   no table knows it\n"
            "  do:    keep it: --custom-op MyOp\n"
            "  do:    replace it\n");
}

TEST(Text, WrapsAtTheWidthBelowTheTextsStart) {
  Finding finding(Code::kUnknownOp);
  finding.Headline("short").Cause("one two three four five six");
  EXPECT_EQ(RenderText(finding, {false, 24}),
            "error[LS0101]: short\n"
            "  why:   one two three\n"
            "         four five six\n");
}

TEST(Text, PutsWhatBlocksFirst) {
  Finding note(Code::kDropped), error(Code::kUnknownOp);
  note.Headline("a note");
  error.Headline("an error");
  const std::string text = RenderText(std::vector<Finding>{note, error}, {});
  EXPECT_LT(text.find("an error"), text.find("a note"));
}

TEST(Text, PutsWhatBlocksLastWhereTheEndStaysInView) {
  Finding note(Code::kDropped), error(Code::kUnknownOp);
  TextStyle style;
  style.errors_last = true;
  const std::string text =
      RenderText(std::vector<Finding>{error.Headline("an error"), note.Headline("a note")}, style);
  EXPECT_LT(text.find("a note"), text.find("an error"));
}

TEST(Text, LetsNoNameSteerTheTerminal) {
  Finding finding(Code::kUnknownOp);
  finding.Headline("op {} is unknown", "A\x1b[31mB")
      .Node("bell\a")
      .Cause("a\nline \xc2\x9b;\x7f \u00e4")
      .Fix("do\r");
  const std::string text = RenderText(finding, {});
  for (const char control : {'\x1b', '\a', '\r', '\x7f'})
    EXPECT_EQ(text.find(control), std::string::npos) << text;
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos) << text;
  EXPECT_NE(text.find("A\\x1b[31mB"), std::string::npos) << text;
  EXPECT_NE(text.find("a\\x0aline"), std::string::npos) << text;
  EXPECT_NE(text.find("\u00e4"), std::string::npos) << text;
  EXPECT_EQ(Printable("a\n\tb\x1b", true), "a\n\tb\\x1b");
}

TEST(Text, HasColoursOnlyWhenAsked) {
  EXPECT_EQ(RenderText(Example(), {false, 100}).find('\x1b'), std::string::npos);
  EXPECT_NE(RenderText(Example(), {true, 100}).find('\x1b'), std::string::npos);
}

TEST(Json, HasTheKeysOfTheContractInTheirOrder) {
  EXPECT_EQ(Dump(ToJson(Example())),
            R"({"code":"LS0101","severity":"error","category":"custom-op","headline":"op MyOp is unknown",)"
            R"("op":"MyOp","node":"model/head/my_op","count":3,"layer":"head",)"
            R"("tensors":[{"name":"x","dtype":"float32","shape":[1,-1,4]}],"cause":"no table knows it",)"
            R"("fixes":[{"text":"keep it","option":"--custom-op MyOp"},{"text":"replace it"}]})");
}

TEST(Json, LeavesOutWhatIsNotKnown) {
  Finding finding(Code::kUnknownOp);
  finding.Headline("h");
  const auto json = ToJson(finding);
  for (const char* key : {"op", "node", "layer", "source"}) EXPECT_FALSE(json.contains(key)) << key;
}

TEST(Json, SurvivesNamesThatAreNoUtf8) {
  Finding finding(Code::kUnknownOp);
  finding.Node("\xff\xfe");
  EXPECT_NE(Dump(ToJson(finding)).find("node"), std::string::npos);
}

}  // namespace
}  // namespace litesmith::findings
