// A host whose files are texts in memory.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/host.h"

namespace litesmith::testing {

class MemoryHost : public Host {
 public:
  std::map<std::string, std::string> files;
  std::set<std::string> forbidden;  // files that may not be read

  PathKind Kind(const std::string& path) override {
    if (files.contains(path)) return PathKind::kFile;
    const auto below = files.lower_bound(path + "/");
    return below != files.end() && below->first.starts_with(path + "/") ? PathKind::kFolder
                                                                        : PathKind::kMissing;
  }
  FileResult<FileBytes> Map(const std::string& path) override {
    if (forbidden.contains(path)) return {{FileProblem::kNotAllowed, "Permission denied"}, {}};
    const auto found = files.find(path);
    if (found == files.end()) return {{FileProblem::kMissing, "no such file"}, {}};
    const auto copy = std::make_shared<const std::string>(found->second);
    return {{}, {copy, AsBytes(*copy)}};
  }
  FileResult<std::vector<std::string>> List(const std::string& folder) override {
    std::set<std::string> names;
    for (const auto& [path, content] : files) {
      if (!path.starts_with(folder + "/")) continue;
      const std::string rest = path.substr(folder.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    }
    return {{}, {names.begin(), names.end()}};
  }
  FileStatus Write(const std::string&, const std::vector<Bytes>&) override {
    return {FileProblem::kNotAllowed, ""};
  }
  FileStatus MakeFolder(const std::string&) override { return {FileProblem::kNotAllowed, ""}; }
  std::optional<std::string> Environment(const std::string&) override { return std::nullopt; }
  double Seconds() override { return 0; }
  void* LibrarySymbol(const std::string&, const std::string&, std::string*) override { return nullptr; }
};

}  // namespace litesmith::testing
