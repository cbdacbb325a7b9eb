// The fuzz targets on seeds, on their near neighbours, and on what once went wrong (fuzz/corpus): so that
// every compiler and every build runs them, without libFuzzer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "fuzz/target.h"

namespace litesmith::fuzz {
namespace {

constexpr int kNeighbours = 2000;  // of each seed

class Replay : public ::testing::TestWithParam<Target> {};

// One to four changes of the kinds that files suffer: bytes changed, cut out, doubled, cut off.
std::string Damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t count) { return count == 0 ? 0 : random() % count; };
  for (size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const size_t at = below(bytes.size()), length = 1 + below(8);
    switch (below(6)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 3:
        for (size_t i = at; i < std::min(at + length, bytes.size()); ++i) bytes[i] = '\xff';
        break;
      default:
        bytes[at] = static_cast<char>(random());
    }
  }
  return bytes;
}

TEST_P(Replay, SeedsAndTheirNeighboursNeitherCrashNorHang) {
  const std::vector<std::string> seeds = SeedsOf(GetParam().name);
  ASSERT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) {
    GetParam().run(AsBytes(seed));
    std::mt19937 random(1);
    for (int i = 0; i < kNeighbours; ++i) GetParam().run(AsBytes(Damaged(seed, random)));
  }
}

TEST_P(Replay, WhatOnceWentWrongDoesNotAgain) {
  const std::filesystem::path folder =
      std::filesystem::path(LITESMITH_SOURCE_DIR) / "fuzz" / "corpus" / GetParam().name;
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    GetParam().run(AsBytes(bytes));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, ::testing::ValuesIn(AllTargets()),
                         [](const auto& info) { return std::string(info.param.name); });

// Seeds that are no longer taken would leave a target with nothing but refusals.
TEST(Seeds, EveryModelBecomesATflite) { EXPECT_GE(SeedsOf("tflite").size(), 7u); }

}  // namespace
}  // namespace litesmith::fuzz
