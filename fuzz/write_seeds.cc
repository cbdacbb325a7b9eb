// write_seeds FOLDER: the seeds of every target into FOLDER/<target>/.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fuzz/target.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const auto& target : litesmith::fuzz::AllTargets()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target.name;
    std::filesystem::create_directories(folder);
    int index = 0;
    for (const std::string& seed : litesmith::fuzz::SeedsOf(target.name)) {
      std::ofstream file(folder / ("seed" + std::to_string(index++)), std::ios::binary);
      if (!file.write(seed.data(), static_cast<std::streamsize>(seed.size()))) return 1;
    }
  }
  return 0;
}
