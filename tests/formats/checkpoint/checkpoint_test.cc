#include "formats/checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <random>

#include "base/finding.h"
#include "formats/checkpoint/crc32c.h"
#include "import/tf/checkpoint_writer.h"
#include "import/tf/memory_host.h"

namespace litesmith::checkpoint {
namespace {

using litesmith::testing::CheckpointWriter;
using litesmith::testing::MemoryHost;
namespace writer = litesmith::testing;

TEST(Crc32c, AgreesWithItsPublishedCheckValuesHoweverItIsComputed) {
  const std::string digits = "123456789", zeros(32, '\0');  // RFC 3720, B.4, and the usual check value
  EXPECT_EQ(Crc32c(AsBytes(digits)), 0xe3069283u);
  EXPECT_EQ(PortableCrc32c(AsBytes(digits)), 0xe3069283u);
  EXPECT_EQ(Crc32c(AsBytes(zeros)), 0x8a9136aau);
  EXPECT_EQ(PortableCrc32c(AsBytes(zeros)), 0x8a9136aau);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text.push_back(static_cast<char>(i * 7));
    EXPECT_EQ(Crc32c(AsBytes(text)), PortableCrc32c(AsBytes(text)));
    EXPECT_EQ(Crc32c(AsBytes(text).subspan(text.size() / 3), Crc32c(AsBytes(text).first(text.size() / 3))),
              Crc32c(AsBytes(text)));
  }
}

// Keys as TensorFlow's OrderedCode writes them: 0; the name; the axes; start and length of each.
TEST(Slices, KeysAreTensorFlowsOrderedCode) {
  const std::string key = SliceKey("w", {{0, -1}, {5, 100}});
  EXPECT_EQ(key, std::string("\x00w\x00\x01\x01\x02\x80\x7f\x85\xc0\x64", 11));
  EXPECT_EQ(SliceKey(std::string("a\0b\xff", 4), {}), std::string("\x00"
                                                                  "a\x00\xff"
                                                                  "b\xff\x00\x00\x01\x00",
                                                                  10));
}

TEST(Slices, SpecsAreReadAndFittedToTheWhole) {
  const auto spec = ParseSliceSpec("10 4 2,3:-");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(*spec, (SliceSpec{{2, 3}, {0, -1}}));
  EXPECT_EQ(Resolve(*spec, {10, 4}), (SliceSpec{{2, 3}, {0, 4}}));
  EXPECT_FALSE(Resolve(*spec, {4, 4}).has_value());
  EXPECT_FALSE(Resolve(*spec, {10}).has_value());
  EXPECT_FALSE(Resolve({{std::numeric_limits<int64_t>::max(), 2}}, {10}).has_value());
  EXPECT_FALSE(ParseSliceSpec("10 4 2;3:-").has_value());
  EXPECT_FALSE(ParseSliceSpec("").has_value());
}

struct Case {
  MemoryHost host;
  FindingList findings;
  Context context{host, findings};

  explicit Case(const CheckpointWriter& files) {
    host.files["v.index"] = files.Index();
    host.files["v.data-00000-of-00001"] = files.shard();
  }
  Result<Tensor> Read(std::string_view key, std::string_view slice = "") {
    auto checkpoint = Checkpoint::Open(context, "v");
    if (!checkpoint) return kFailed;
    return (*checkpoint)->ReadSlice(context, key, slice);
  }
  Code code() const { return findings.findings().empty() ? Code::kCodeUnknown : findings.findings()[0].code; }
};

CheckpointWriter Sample() {
  CheckpointWriter files;
  files.AddFloats("layer/kernel", {2, 2}, {1, 2, 3, 4});
  files.Add("count", writer::kInt64, {}, std::string_view("\x07\0\0\0\0\0\0\0", 8));
  // Two parts of a [3,2] tensor, by rows.
  const auto slice = [](int start, int length) {
    std::string rows, all, part;
    protobuf::PutVarintField(rows, 1, static_cast<uint64_t>(start));
    protobuf::PutVarintField(rows, 2, static_cast<uint64_t>(length));
    protobuf::PutBytesField(part, 1, rows);
    protobuf::PutBytesField(part, 1, all);
    return part;
  };
  files.Add("parted", writer::kFloat, {3, 2}, "", {slice(0, 2), slice(2, 1)});
  files.AddFloats(SliceKey("parted", {{0, 2}, {0, -1}}), {2, 2}, {1, 2, 3, 4});
  files.AddFloats(SliceKey("parted", {{2, 1}, {0, -1}}), {1, 2}, {5, 6});
  return files;
}

TEST(Checkpoint, GivesValuesByKey) {
  Case setup(Sample());
  const auto kernel = setup.Read("layer/kernel");
  ASSERT_TRUE(kernel.ok());
  EXPECT_EQ(kernel->dims(), (Dims{2, 2}));
  EXPECT_EQ(kernel->data<float>()[2], 3);
  EXPECT_EQ(setup.Read("count")->scalar<int64_t>(), 7);
  EXPECT_FALSE(setup.Read("nothing").ok());
  EXPECT_EQ(setup.code(), Code::kVariablesMissing);
}

TEST(Checkpoint, JoinsValuesThatAreStoredInParts) {
  Case setup(Sample());
  const auto joined = setup.Read("parted");
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(std::vector<float>(joined->data<float>().begin(), joined->data<float>().end()),
            (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const auto column = setup.Read("parted", "3 2 1,2:1,1");
  ASSERT_TRUE(column.ok());
  EXPECT_EQ(std::vector<float>(column->data<float>().begin(), column->data<float>().end()),
            (std::vector<float>{4, 6}));
  auto checkpoint = Checkpoint::Open(setup.context, "v");
  EXPECT_EQ((*checkpoint)->Keys(), (std::vector<std::string_view>{"count", "layer/kernel", "parted"}));
}

TEST(Checkpoint, ReadsStringsAndChecksThem) {
  CheckpointWriter files;
  files.AddTexts("names", {3}, {"ab", "", "c"});
  Case setup(files);
  const auto names = setup.Read("names");
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->strings(), (std::vector<std::string_view>{"ab", "", "c"}));
  for (const size_t byte : {size_t{0}, size_t{4}, size_t{8}}) {  // a length, the lengths' checksum, a text
    Case damaged(files);
    damaged.host.files["v.data-00000-of-00001"][byte] ^= 1;
    EXPECT_FALSE(damaged.Read("names").ok());
    EXPECT_EQ(damaged.code(), Code::kChecksumMismatch);
  }
}

TEST(Checkpoint, TellsDamage) {
  const auto outcome = [](auto&& damage) {
    Case setup(Sample());
    damage(setup.host.files);
    EXPECT_FALSE(setup.Read("layer/kernel").ok());
    return setup.code();
  };
  const char *index = "v.index", *shard = "v.data-00000-of-00001";
  EXPECT_EQ(outcome([&](auto& files) { files.erase(index); }), Code::kVariablesMissing);
  EXPECT_EQ(outcome([&](auto& files) { files.erase(shard); }), Code::kVariablesMissing);
  EXPECT_EQ(outcome([&](auto& files) { files[index].resize(20); }), Code::kFileTruncated);
  EXPECT_EQ(outcome([&](auto& files) { files[index].back() ^= 1; }), Code::kFileDamaged);
  EXPECT_EQ(outcome([&](auto& files) { files[index][12] ^= 1; }), Code::kChecksumMismatch);
  EXPECT_EQ(outcome([&](auto& files) { files[shard].resize(3); }), Code::kFileTruncated);
  EXPECT_EQ(outcome([&](auto& files) { files[shard][0] ^= 1; }), Code::kChecksumMismatch);
}

// Damage that the checksums do not show, as a hostile file would have it.
TEST(Checkpoint, EndsOnAnyEntries) {
  std::mt19937 random(5);
  const CheckpointWriter files = Sample();
  const size_t checked = files.CheckedBytes();
  int whole = 0, senseless = 0;
  for (int round = 0; round < 3000; ++round) {
    Case setup(files);
    std::string& index = setup.host.files["v.index"];
    for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
      index[random() % (checked - 1)] = static_cast<char>(random() % 2 == 0 ? random() : random() % 8);
    }
    const uint32_t crc = Masked(Crc32c(AsBytes(index).first(checked)));
    std::memcpy(index.data() + checked, &crc, 4);
    const bool kernel = setup.Read("layer/kernel").ok(), parted = setup.Read("parted").ok();
    EXPECT_EQ(kernel && parted, setup.findings.findings().empty());
    whole += kernel && parted;
    senseless += setup.code() == Code::kFileDamaged;
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(senseless, 100);
}

}  // namespace
}  // namespace litesmith::checkpoint
