// Runs the program within the test.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/program.h"

namespace litesmith::cli {

struct Ran {
  int status = 0;
  std::string out, err;
};

inline Ran RunProgram(std::vector<std::string> words) {
  words.insert(words.begin(), "litesmith");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.status = Main(static_cast<int>(pointers.size()), pointers.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace litesmith::cli
