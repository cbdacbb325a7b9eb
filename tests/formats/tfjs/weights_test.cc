#include "formats/tfjs/weights.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/finding.h"
#include "import/tf/memory_host.h"

namespace litesmith::tfjs {
namespace {

struct Outcome {
  Result<Weights> weights = kFailed;
  std::vector<Finding> findings;

  Code code() const { return findings.empty() ? Code::kCodeUnknown : findings[0].code; }
  std::string words() const {
    return findings.empty() ? std::string() : findings[0].headline + "; " + findings[0].cause;
  }
};

using Files = std::map<std::string, std::string>;

Outcome Read(const Files& files, const std::vector<WeightGroup>& groups) {
  litesmith::testing::MemoryHost host;
  host.files = files;
  FindingList findings;
  Context context{host, findings};
  Outcome outcome;
  outcome.weights = ReadWeights(context, "m/model.json", groups);
  outcome.findings = findings.Take();
  return outcome;
}

template <class T>
std::string BytesOf(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T));
}

template <class T>
void ExpectValues(const Outcome& outcome, std::string_view name, std::vector<T> expected) {
  ASSERT_TRUE(outcome.weights.ok()) << outcome.words();
  const Tensor& tensor = outcome.weights->at(name);
  const auto data = tensor.data<T>();
  EXPECT_EQ(std::vector<T>(data.begin(), data.end()), expected) << name;
}

TEST(TfjsWeights, LieOneAfterTheOtherAcrossFiles) {
  const std::string bytes = BytesOf<float>({1, 2, 3}) + BytesOf<int32_t>({7}) + std::string("\1\0\5", 3);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    const Outcome outcome =
        Read({{"m/a.bin", bytes.substr(0, cut)}, {"m/b.bin", bytes.substr(cut)}},
             {{{"a.bin", "b.bin"}, {{"f", "float32", {3}}, {"i", "int32", {}}, {"b", "bool", {3}}}}});
    ExpectValues<float>(outcome, "f", {1, 2, 3});
    ExpectValues<int32_t>(outcome, "i", {7});
    ExpectValues<bool>(outcome, "b", {true, false, true});
    EXPECT_EQ(outcome.weights->at("i").rank(), 0);
  }
}

TEST(TfjsWeights, GroupsHaveFilesOfTheirOwn) {
  const Outcome outcome =
      Read({{"m/a.bin", BytesOf<float>({1})}, {"m/sub/b.bin", BytesOf<float>({2})}},
           {{{"a.bin"}, {{"x", "float32", {1}}}}, {{"sub/b.bin"}, {{"y", "float32", {1}}}}, {{}, {}}});
  ExpectValues<float>(outcome, "x", {1});
  ExpectValues<float>(outcome, "y", {2});
}

TEST(TfjsWeights, QuantizedOnesAreTurnedBack) {
  const std::string bytes = BytesOf<uint8_t>({0, 2, 255}) + BytesOf<uint16_t>({1, 65535}) +
                            BytesOf<uint16_t>({0x3c00, 0xc000}) + BytesOf<uint8_t>({0, 1, 3});
  const Outcome outcome =
      Read({{"m/a.bin", bytes}}, {{{"a.bin"},
                                   {{"byte", "float32", {3}, Quantization{"uint8", 0.5, -1.0}},
                                    {"word", "float32", {2}, Quantization{"uint16", 1.0, 0.25}},
                                    {"half", "float32", {2}, Quantization{"float16", {}, {}}},
                                    {"whole", "int32", {3}, Quantization{"uint8", 0.5, -1.0}}}}});
  ExpectValues<float>(outcome, "byte", {-1, 0, 126.5f});
  ExpectValues<float>(outcome, "word", {1.25f, 65535.25f});
  ExpectValues<float>(outcome, "half", {1, -2});
  ExpectValues<int32_t>(outcome, "whole", {-1, 0, 1});  // halves upwards
}

TEST(TfjsWeights, WholeNumbersStayWithinTheirRange) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const Outcome outcome = Read({{"m/a.bin", BytesOf<uint8_t>({1, 1, 1})}},
                               {{{"a.bin"},
                                 {{"far", "int32", {1}, Quantization{"uint8", 1e300, 0.0}},
                                  {"low", "int32", {1}, Quantization{"uint8", -1e300, 0.0}},
                                  {"nan", "int32", {1}, Quantization{"uint8", kNan, 0.0}}}}});
  ExpectValues<int32_t>(outcome, "far", {std::numeric_limits<int32_t>::max()});
  ExpectValues<int32_t>(outcome, "low", {std::numeric_limits<int32_t>::min()});
  ExpectValues<int32_t>(outcome, "nan", {0});
}

TEST(TfjsWeights, StringsHaveTheirLengthsBeforeThem) {
  const std::string bytes = BytesOf<uint32_t>({2}) + "ab" + BytesOf<uint32_t>({0}) + BytesOf<float>({4});
  const Outcome outcome = Read({{"m/a.bin", bytes.substr(0, 3)}, {"m/b.bin", bytes.substr(3)}},
                               {{{"a.bin", "b.bin"}, {{"s", "string", {2}}, {"f", "float32", {}}}}});
  ASSERT_TRUE(outcome.weights.ok()) << outcome.words();
  EXPECT_EQ(outcome.weights->at("s").strings(), (std::vector<std::string_view>{"ab", ""}));
  ExpectValues<float>(outcome, "f", {4});
}

TEST(TfjsWeights, MissingFilesAreAllNamed) {
  const Outcome outcome =
      Read({{"m/b.bin", "1234"}}, {{{"a.bin", "b.bin", "c.bin"}, {{"x", "float32", {3}}}}});
  EXPECT_EQ(outcome.code(), Code::kVariablesMissing);
  EXPECT_NE(outcome.words().find("a.bin, c.bin"), std::string::npos) << outcome.words();
}

TEST(TfjsWeights, FilesThatAreTooShortOrTooLongAreRefused) {
  const std::vector<WeightGroup> groups = {{{"a.bin"}, {{"x", "float32", {2}}, {"s", "string", {1}}}}};
  const std::string floats = BytesOf<float>({1, 2});
  EXPECT_TRUE(Read({{"m/a.bin", floats + BytesOf<uint32_t>({1}) + "z"}}, groups).weights.ok());
  for (const std::string& bytes :
       {std::string(), floats.substr(0, 7), floats, floats + BytesOf<uint32_t>({1}),
        floats + BytesOf<uint32_t>({0xffffffff}) + "z"}) {
    EXPECT_EQ(Read({{"m/a.bin", bytes}}, groups).code(), Code::kFileTruncated) << bytes.size();
  }
  const Outcome rest = Read({{"m/a.bin", floats + BytesOf<uint32_t>({1}) + "zy"}}, groups);
  EXPECT_EQ(rest.code(), Code::kFileDamaged);
  EXPECT_NE(rest.words().find("13 bytes of weights, and the files hold 14"), std::string::npos)
      << rest.words();
}

TEST(TfjsWeights, FilesOfOtherKindsAreCalledWhatTheyAre) {
  const std::vector<WeightGroup> groups = {{{"a.bin"}, {{"x", "float32", {200}}}}};
  EXPECT_EQ(Read({{"m/a.bin", "version https://git-lfs.github.com/spec/v1\noid x\n"}}, groups).code(),
            Code::kLfsPointer);
  const Outcome page = Read({{"m/a.bin", "<!DOCTYPE html><html></html>"}}, groups);
  EXPECT_NE(page.words().find("web page"), std::string::npos) << page.words();
}

TEST(TfjsWeights, PathsStayInTheFolderOfTheModel) {
  for (const char* path :
       {"../a.bin", "/m/a.bin", "sub/../../a.bin", "", "https://host/a.bin", "..", "sub\\..\\a.bin"}) {
    const Outcome outcome =
        Read({{"m/a.bin", "1234"}, {"a.bin", "1234"}}, {{{path}, {{"x", "float32", {}}}}});
    EXPECT_EQ(outcome.code(), Code::kFileDamaged) << path;
  }
}

TEST(TfjsWeights, EntriesThatMakeNoSenseAreRefused) {
  constexpr int64_t kFar = int64_t{1} << 40;
  const WeightEntry entries[] = {{"x", "float33", {1}},
                                 {"x", "resource", {1}},
                                 {"x", "", {1}},
                                 {"x", "float32", {-1}},
                                 {"x", "float32", {kFar, kFar}},
                                 {"x", "float32", {kFar}},
                                 {"x", "float32", Dims(300, 1)},
                                 {"x", "float32", {1}, Quantization{"int8", 1.0, 0.0}},
                                 {"x", "float32", {1}, Quantization{"uint8", 1.0, {}}},
                                 {"x", "float32", {1}, Quantization{"uint8", {}, 1.0}},
                                 {"x", "int32", {1}, Quantization{"float16", {}, {}}},
                                 {"x", "bool", {1}, Quantization{"uint8", 1.0, 0.0}}};
  for (const WeightEntry& entry : entries) {
    const Outcome outcome = Read({{"m/a.bin", "1234"}}, {{{"a.bin"}, {entry}}});
    EXPECT_EQ(outcome.code(), Code::kFileDamaged) << entry.dtype << ToText(entry.dims);
  }
  const WeightEntry once{"x", "uint8", {2}};
  const Outcome twice = Read({{"m/a.bin", "1234"}}, {{{"a.bin"}, {once, once}}});
  EXPECT_NE(twice.words().find("described twice"), std::string::npos) << twice.words();
  EXPECT_EQ(Read({{"m/a.bin", "1234"}}, {{{"a.bin"}, {{"s", "string", {kFar}}}}}).code(),
            Code::kFileTruncated);
}

}  // namespace
}  // namespace litesmith::tfjs
