#include "formats/tflite/damage.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "formats/tflite/sample_model.h"

namespace litesmith::tflite {
namespace {

std::vector<std::byte> SampleBytes(LayoutOptions options = {}) {
  testing::Bench bench;
  const auto sample = testing::MakeSample();
  auto bytes = WriteModel(sample->model, options, bench.findings);
  return bytes.ok() ? *std::move(bytes) : std::vector<std::byte>();
}

// Reading fails with one finding of status 1 or 3 that says something, or does not fail.
void ExpectReadOrFinding(const std::vector<std::byte>& bytes) {
  testing::Bench bench;
  if (bench.Read(bytes).ok()) return;
  ASSERT_EQ(bench.findings.findings().size(), 1u);
  EXPECT_NE(bench.findings.exit_status(), 0);
  EXPECT_NE(bench.headline(), "");
}

TEST(TfliteDamage, EveryPrefixOfAFileIsRefused) {
  const auto bytes = SampleBytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    testing::Bench bench;
    // The last bytes belong to a constant or a text; without the very last the file is not whole either.
    EXPECT_FALSE(bench.Read({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}).ok()) << size;
    ASSERT_EQ(bench.findings.findings().size(), 1u);
    EXPECT_EQ(bench.findings.exit_status(), 3) << bench.headline();
  }
}

TEST(TfliteDamage, ChangedBytesNeverCrash) {
  std::mt19937 random(20261125);
  for (const LayoutOptions options : {LayoutOptions{}, LayoutOptions{0}}) {
    const auto bytes = SampleBytes(options);
    for (int round = 0; round < 3000; ++round) {
      auto changed = bytes;
      const int changes = 1 + static_cast<int>(random() % 4);
      for (int i = 0; i < changes; ++i) changed[random() % changed.size()] = static_cast<std::byte>(random());
      ExpectReadOrFinding(changed);
    }
  }
}

TEST(TfliteDamage, ExtremeNumbersNeverCrash) {
  const auto bytes = SampleBytes();
  for (const uint32_t number : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu, 0x10000u}) {
    for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      auto changed = bytes;
      std::memcpy(changed.data() + at, &number, sizeof(number));
      ExpectReadOrFinding(changed);
    }
  }
}

TEST(TfliteDamage, FindingNamesThePlace) {
  auto bytes = SampleBytes();
  // The root's offset leads past the end.
  const uint32_t far = 1 << 30;
  std::memcpy(bytes.data(), &far, sizeof(far));
  testing::Bench bench;
  EXPECT_FALSE(bench.Read(bytes).ok());
  EXPECT_NE(bench.headline().find("at byte 0"), std::string::npos) << bench.headline();
  EXPECT_NE(bench.headline().find(std::to_string(bytes.size())), std::string::npos) << bench.headline();
}

TEST(TfliteDamage, OtherFilesAreToldFromDamagedOnes) {
  testing::Bench bench;
  const std::string text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
  EXPECT_FALSE(bench.Read({AsBytes(text).begin(), AsBytes(text).end()}).ok());
  EXPECT_EQ(bench.code(), static_cast<int>(Code::kLfsPointer));
  EXPECT_FALSE(LooksLikeTflite(AsBytes(text)));
}

// Tables may be shared: a file of 100 KB whose 20,000 tensors all have one name of 60 KB would take over a
// gigabyte.
TEST(TfliteDamage, SharedPartsDoNotMultiplyMemory) {
  const auto sample = testing::MakeSample();
  sample->model.subgraphs[0].tensors[3].name = std::string(60'000, 'n');
  auto& tensors = sample->model.subgraphs[0].tensors;
  for (int i = 0; i < 20'000; ++i) tensors.push_back(testing::Info("t", DType::kFloat32, {1}));
  testing::Bench bench;
  auto bytes = WriteModel(sample->model, {}, bench.findings);
  ASSERT_TRUE(bytes.ok());
  // Find the vector of tensors by its count and let all entries refer to the table of tensor 3.
  const auto count = static_cast<uint32_t>(tensors.size());
  for (size_t at = 0; at + 4 * (count + 1) <= bytes->size(); at += 4) {
    if (*Load<uint32_t>(*bytes, at) != count) continue;
    const size_t target = at + 4 + 4 * 3 + *Load<uint32_t>(*bytes, at + 4 + 4 * 3);
    for (uint32_t i = 6; i < count; ++i) {
      const size_t slot = at + 4 + 4 * size_t{i};
      const auto offset = static_cast<uint32_t>(target - slot);
      if (target > slot) std::memcpy(bytes->data() + slot, &offset, sizeof(offset));
    }
    break;
  }
  EXPECT_FALSE(bench.Read(*bytes).ok());
  EXPECT_EQ(bench.code(), static_cast<int>(Code::kLimitExceeded)) << bench.headline();
}

}  // namespace
}  // namespace litesmith::tflite
