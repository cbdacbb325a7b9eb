// Arrays that NumPy writes are read as they are, and damaged or hostile archives are findings.
#include "formats/npz/npz.h"

#include <gtest/gtest.h>

#include <complex>

#include "archives.h"
#include "base/finding.h"

namespace litesmith::npz {
namespace {

using namespace testing;
using namespace std::string_literals;

class NpzTest : public ::testing::Test {
 protected:
  std::optional<std::vector<Entry>> Read(const std::string& bytes) {
    const auto copy = std::make_shared<std::string>(bytes);
    auto entries = npz::Read({copy, AsBytes(*copy)}, "in.npz", context_);
    return entries ? std::optional(*std::move(entries)) : std::nullopt;
  }
  Tensor One(const std::string& npy) {
    auto entries = Read(npy);
    EXPECT_TRUE(entries && entries->size() == 1);
    return entries && !entries->empty() ? (*entries)[0].tensor : Tensor();
  }
  void ExpectRefused(const std::string& bytes, const std::string& word) {
    EXPECT_FALSE(Read(bytes).has_value());
    const auto found = findings_.Take();
    ASSERT_EQ(found.size(), 1u) << word;
    EXPECT_EQ(found[0].code, Code::kNotAnArray);
    EXPECT_NE(found[0].cause.find(word), std::string::npos) << found[0].cause;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
};

const std::string kArray = Npy(Header("<f4", "(2, 3)"), Numbers<float>({1, 2, 3, 4, 5, 6}));

TEST_F(NpzTest, EveryDtypeThatNumpyHasComesBackAsItWasWritten) {
  std::vector<Entry> entries;
  const auto add = [&](Tensor tensor) {
    entries.push_back({std::string(NameOf(tensor.dtype())), std::move(tensor)});
  };
  add(Tensor::Of<float>({2}, {1.5f, -2}));
  add(Tensor::Of<double>({1, 2}, {1.5, -2}));
  add(Tensor::Of<Half>({2}, {Half(1.5f), Half(-2.0f)}));
  add(Tensor::Of<BFloat16>({2}, {BFloat16(1.5f), BFloat16(-2.0f)}));
  add(Tensor::Of<int8_t>({2}, {-1, 1}));
  add(Tensor::Of<int16_t>({2}, {-1, 1}));
  add(Tensor::Of<int32_t>({2}, {-1, 1}));
  add(Tensor::Of<int64_t>({}, {-1}));
  add(Tensor::Of<uint8_t>({2}, {255, 1}));
  add(Tensor::Of<uint16_t>({2}, {65535, 1}));
  add(Tensor::Of<uint32_t>({2}, {~0u, 1}));
  add(Tensor::Of<uint64_t>({0, 3}, std::vector<uint64_t>()));
  add(Tensor::Of<bool>({2}, {true, false}));
  add(Tensor::Of<std::complex<float>>({1}, {{1, 2}}));
  add(Tensor::Of<std::complex<double>>({1}, {{1, 2}}));
  add(Tensor::OfStrings({3}, {"one", "", "three"}));
  const auto bytes = Write(entries, context_);
  ASSERT_TRUE(bytes.ok());
  const auto again = Read(std::string(AsText(*bytes)));
  ASSERT_TRUE(again.has_value());
  ASSERT_EQ(again->size(), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*again)[i].name, entries[i].name);
    EXPECT_TRUE(SameTensor((*again)[i].tensor, entries[i].tensor)) << entries[i].name;
  }
}

TEST_F(NpzTest, ATypeThatNumpyLacksIsAFinding) {
  EXPECT_FALSE(Write({{"x", Tensor::Zeros(DType::kInt4, {3})}}, context_).ok());
  ASSERT_EQ(findings_.findings().size(), 1u);
  EXPECT_EQ(findings_.findings()[0].code, Code::kDtypeUnsupported);
}

TEST_F(NpzTest, FortranOrderIsTurnedIntoRows) {
  const Tensor tensor = One(Npy(Header("<i4", "(2, 3)", true), Numbers<int32_t>({1, 4, 2, 5, 3, 6})));
  EXPECT_TRUE(SameTensor(tensor, Tensor::Of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6})));
  const Tensor deep = One(Npy(Header("<i2", "(2, 1, 3)", true), Numbers<int16_t>({1, 4, 2, 5, 3, 6})));
  EXPECT_TRUE(SameTensor(deep, Tensor::Of<int16_t>({2, 1, 3}, {1, 2, 3, 4, 5, 6})));
}

TEST_F(NpzTest, BigEndianNumbersAreSwappedPartByPart) {
  EXPECT_TRUE(SameTensor(One(Npy(Header(">i4", "(1,)"), "\x01\x02\x03\x04")),
                         Tensor::Of<int32_t>({1}, {0x01020304})));
  EXPECT_TRUE(SameTensor(One(Npy(Header(">c8", "(1,)"), "\x3f\x80\0\0\x40\0\0\0"s)),
                         Tensor::Of<std::complex<float>>({1}, {{1, 2}})));
}

TEST_F(NpzTest, TextsAreStringsAndWideOnesUtf8) {
  const Tensor bytes = One(Npy(Header("|S3", "(2,)"), "ab\0c\0\0"s));
  EXPECT_EQ(bytes.strings(), (std::vector<std::string_view>{"ab", "c"}));
  const Tensor wide = One(Npy(Header("<U2", "(1,)"), Numbers<uint32_t>({0x48, 0x1f600})));
  EXPECT_EQ(wide.strings()[0], "H\xf0\x9f\x98\x80");
  const Tensor swapped = One(Npy(Header(">U1", "()"), "\0\0\0\xe9"s));
  EXPECT_EQ(swapped.strings()[0], "\xc3\xa9");
}

TEST_F(NpzTest, LaterVersionsOfTheHeadAndOtherSpacingAreRead) {
  for (const char major : {'\x02', '\x03'}) {
    EXPECT_EQ(One(Npy(Header("<f4", "(1,)"), Numbers<float>({7}), major)).data<float>()[0], 7);
  }
  EXPECT_EQ(One(Npy("{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"<f4\"}", Numbers<float>({7})))
                .data<float>()[0],
            7);
}

TEST_F(NpzTest, DeflatedArchivesAndOtherMembersAreRead) {
  const auto entries =
      Read(Zip({{"x.npy", kArray, 8}, {"readme.txt", "no array"}, {"y.npy", kArray}}, "a comment"));
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "x");
  EXPECT_TRUE(SameTensor((*entries)[0].tensor, (*entries)[1].tensor));
}

TEST_F(NpzTest, NamesAreNamesAndNoPaths) {
  const auto entries = Read(Zip({{"../../etc/passwd.npy", kArray}, {"/abs.npy", kArray}}));
  ASSERT_TRUE(entries.has_value());
  EXPECT_EQ((*entries)[0].name, "../../etc/passwd");
  EXPECT_EQ((*entries)[1].name, "/abs");
}

TEST_F(NpzTest, AWrongChecksumIsTold) {
  ExpectRefused(Zip({{"x.npy", kArray, 0, 0, -1, 1}}), "checksum");
  ExpectRefused(Zip({{"x.npy", kArray, 8, 0, -1, 1}}), "checksum");
}

TEST_F(NpzTest, SizesThatDeflateCannotReachAreRefusedBeforeMemoryIsTaken) {
  ExpectRefused(Zip({{"x.npy", kArray, 8, 0, 0x7fffffff}}), "size it cannot have");
  ExpectRefused(Zip({{"x.npy", kArray, 8, 0, 20}}), "unpacked");
}

TEST_F(NpzTest, EncryptedAndStrangelyPackedMembersAreRefused) {
  ExpectRefused(Zip({{"x.npy", kArray, 0, 1}}), "encrypted");
  ExpectRefused(Zip({{"x.npy", kArray, 14}}), "compressed in a way");
}

TEST_F(NpzTest, EveryTruncationIsRefused) {
  const auto written = Write({{"x", Tensor::Of<float>({2}, {1, 2})}}, context_);
  for (const std::string& whole : {Zip({{"x.npy", kArray, 8}}), std::string(AsText(*written)), kArray}) {
    ASSERT_TRUE(Read(whole).has_value());
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(Read(whole.substr(0, size)).has_value()) << size << " of " << whole.size();
      EXPECT_EQ(findings_.Take().size(), 1u);
    }
  }
}

TEST_F(NpzTest, EveryFlippedByteIsReadOrRefusedAndNeverACrash) {
  const auto written = Write({{"x", Tensor::Of<float>({2}, {1, 2})}}, context_);
  for (const std::string& whole : {Zip({{"x.npy", kArray, 8}}), std::string(AsText(*written)), kArray}) {
    for (size_t at = 0; at < whole.size(); ++at) {
      for (const char mask : {'\x01', '\x7f', '\xff'}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ mask);
        const bool read = Read(damaged).has_value();
        EXPECT_EQ(findings_.Take().empty(), read);
      }
    }
  }
}

TEST_F(NpzTest, ShapesThatTheContentDoesNotFillAreRefused) {
  ExpectRefused(Npy(Header("<f4", "(3,)"), Numbers<float>({1, 2})), "larger");
  ExpectRefused(Npy(Header("<f4", "(9223372036854775807, 9223372036854775807)"), ""), "larger");
  ExpectRefused(Npy(Header("<f4", "(99999999999999999999,)"), ""), "damaged");
  ExpectRefused(Npy(Header("<f4", "(-1,)"), ""), "damaged");
  ExpectRefused(Npy(Header("|S0", "(4611686018427387904,)"), ""), "larger");
  ExpectRefused(Npy(Header("|S0", "(99999999,)"), ""), "larger");
  ExpectRefused(Npy(Header("<U999999999999999999", "(9,)"), ""), "larger");
}

TEST_F(NpzTest, HeadsThatAreNoneAreRefused) {
  ExpectRefused(Npy("", ""), "damaged");
  ExpectRefused(Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "    "), "damaged");
  ExpectRefused(Npy(Header("<f4", "3"), ""), "damaged");
  ExpectRefused(Npy(Header("|O", "(1,)"), "x"), "Python objects");
  ExpectRefused(Npy(Header("<M8[ns]", "(1,)"), "12345678"), "no counterpart");
  ExpectRefused(Npy(Header("<f4", "(1,)"), "1234", 9), "no .npy");
  ExpectRefused("hello", "no .npy");
  ExpectRefused("", "no .npy");
}

}  // namespace
}  // namespace litesmith::npz
