#include "litesmith/custom_op_options.h"

#include <gtest/gtest.h>

#include <string>

#include "formats/tflite/flex_options.h"

namespace litesmith {
namespace {

std::string Packed() {
  const Tensor bytes = flex::Pack({{"slope", 0.25f},
                                   {"steps", int64_t{-3}},
                                   {"large", int64_t{1} << 40},
                                   {"flag", true},
                                   {"text", std::string("words")},
                                   {"list", std::vector<int64_t>{1, 2}}});
  return std::string(AsText(bytes.bytes()));
}

TEST(CustomOpOptions, ReadsNumbersAndFlags) {
  const std::string options = Packed();
  const auto number = [&](const char* name) {
    double value = -1;
    EXPECT_EQ(LitesmithOptionNumber(options.data(), options.size(), name, &value), 1) << name;
    return value;
  };
  EXPECT_EQ(number("slope"), 0.25);
  EXPECT_EQ(number("steps"), -3);
  EXPECT_EQ(number("large"), static_cast<double>(int64_t{1} << 40));
  EXPECT_EQ(number("flag"), 1);
}

TEST(CustomOpOptions, LeavesTheValueWhereThereIsNoSuchNumber) {
  const std::string options = Packed();
  for (const char* name : {"slop", "slopes", "", "text", "list"}) {
    double value = 7;
    EXPECT_EQ(LitesmithOptionNumber(options.data(), options.size(), name, &value), 0) << name;
    EXPECT_EQ(value, 7);
  }
  double value = 7;
  EXPECT_EQ(LitesmithOptionNumber(nullptr, 0, "slope", &value), 0);
}

// Whatever a byte is changed to and wherever the bytes end, nothing beyond them is read (seen by sanitizers).
TEST(CustomOpOptions, StaysWithinDamagedOptions) {
  const std::string whole = Packed();
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const char byte : {'\0', '\x01', '\x27', '\x7f', '\xff'}) {
      std::vector<char> changed(whole.begin(), whole.end());
      changed[i] = byte;
      double value = 0;
      EXPECT_LE(LitesmithOptionNumber(changed.data(), changed.size(), "slope", &value), 1);
    }
    const std::vector<char> cut(whole.begin() + static_cast<std::ptrdiff_t>(i), whole.end());
    double value = 0;
    EXPECT_LE(LitesmithOptionNumber(cut.data(), cut.size(), "slope", &value), 1);
  }
}

}  // namespace
}  // namespace litesmith
