// Parts of an array are what the whole has there, in whatever order and by however many threads they are
// read.
#include "formats/npz/array.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "archives.h"
#include "base/finding.h"

namespace litesmith::npz {
namespace {

using namespace testing;

class ArrayTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Array> Open(const std::string& bytes) {
    const auto copy = std::make_shared<std::string>(bytes);
    auto arrays = npz::Open({copy, AsBytes(*copy)}, "in.npz", context_);
    return arrays && arrays->size() == 1 ? (*arrays)[0] : nullptr;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
};

// 300 rows of 40 numbers, each its own place.
std::string Counted() {
  std::vector<float> values(300 * 40);
  std::iota(values.begin(), values.end(), 0.0f);
  return Npy(Header("<f4", "(300, 40)"), Numbers<float>(values));
}

void ExpectRow(const Array& array, int64_t row) {
  std::string problem;
  const auto part = array.Part(row * 40, {1, 40}, problem);
  ASSERT_TRUE(part.has_value()) << problem;
  EXPECT_EQ(part->dims(), (Dims{1, 40}));
  EXPECT_EQ(part->data<float>().front(), static_cast<float>(row * 40));
  EXPECT_EQ(part->data<float>().back(), static_cast<float>(row * 40 + 39));
}

TEST_F(ArrayTest, RowsOfStoredAndDeflatedArraysAreReadInAnyOrder) {
  for (const uint16_t method : {uint16_t{0}, uint16_t{8}}) {
    const auto array = Open(Zip({{"x.npy", Counted(), method}}));
    ASSERT_NE(array, nullptr);
    EXPECT_EQ(array->name(), "x");
    EXPECT_EQ(array->dims(), (Dims{300, 40}));
    for (int64_t i = 0; i < 300; ++i) ExpectRow(*array, i);
    for (int64_t i = 0; i < 300; ++i) ExpectRow(*array, i * 77 % 300);
  }
}

TEST_F(ArrayTest, ThreadsReadOneDeflatedArrayTogether) {
  const auto array = Open(Zip({{"x.npy", Counted(), 8}}));
  ASSERT_NE(array, nullptr);
  std::vector<std::thread> threads;
  for (int64_t worker = 0; worker < 20; ++worker) {
    threads.emplace_back([&, worker] {
      for (int64_t i = worker * 15; i < worker * 15 + 15; ++i) ExpectRow(*array, i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ArrayTest, AStoredRowIsAViewOfTheFile) {
  const auto copy = std::make_shared<std::string>(Npy(Header("|u1", "(2, 3)"), "abcdef"));
  const auto arrays = npz::Open({copy, AsBytes(*copy)}, "in.npy", context_);
  ASSERT_TRUE(arrays.ok());
  std::string problem;
  const auto row = (*arrays)[0]->Part(3, {3}, problem);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(AsText(row->bytes()), "def");
  EXPECT_EQ(AsText(row->bytes()).data(), copy->data() + copy->size() - 3);
}

TEST_F(ArrayTest, ColumnMajorSwappedAndTextArraysHaveRowsToo) {
  std::string problem;
  for (const uint16_t method : {uint16_t{0}, uint16_t{8}}) {
    const auto columns = Open(
        Zip({{"x.npy", Npy(Header("<i4", "(2, 3)", true), Numbers<int32_t>({1, 4, 2, 5, 3, 6})), method}}));
    ASSERT_NE(columns, nullptr);
    EXPECT_TRUE(SameTensor(*columns->Part(3, {3}, problem), Tensor::Of<int32_t>({3}, {4, 5, 6})));
    const auto swapped =
        Open(Zip({{"x.npy", Npy(Header(">i2", "(2,)"), std::string("\x01\x02\x03\x04")), method}}));
    ASSERT_NE(swapped, nullptr);
    EXPECT_TRUE(SameTensor(*swapped->Part(1, {}, problem), Tensor::Of<int16_t>({}, {0x0304})));
    const auto texts = Open(Zip({{"x.npy", Npy(Header("|S2", "(3,)"), "aabbcc"), method}}));
    ASSERT_NE(texts, nullptr);
    EXPECT_EQ(texts->Part(1, {2}, problem)->strings(), (std::vector<std::string_view>{"bb", "cc"}));
  }
}

TEST_F(ArrayTest, DamageInADeflatedArrayIsToldWhereItIsReached) {
  const auto array = Open(Zip({{"x.npy", Counted(), 8, 0, -1, 1}}));
  ASSERT_NE(array, nullptr);
  std::string problem;
  EXPECT_TRUE(array->Part(0, {40}, problem).has_value());
  EXPECT_FALSE(array->Part(299 * 40, {40}, problem).has_value());
  EXPECT_EQ(problem, "its checksum does not match");
  EXPECT_FALSE(array->Whole(problem).has_value());
}

}  // namespace
}  // namespace litesmith::npz
