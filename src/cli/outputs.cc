#include "cli/outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <unordered_map>

namespace litesmith::cli {
namespace {

namespace fs = std::filesystem;

// Without links and dots, also for what does not exist yet; the path itself where the system refuses.
fs::path Canonical(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const fs::path canonical = fs::weakly_canonical(absolute, error);
  return error ? absolute : canonical;
}

bool IsWithin(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return in_folder == folder.end() && in_path != path.end();
}

// Kinds of files that Litesmith writes and that are no part of a SavedModel: a model in its folder may be
// written again.
bool IsOwnKind(const std::string& path) {
  const std::string ending = Extension(path);
  return ending == ".tflite" || ending == ".html";
}

// One text for all paths to one file or folder, also where it does not exist yet. Devices and pipes are never
// the same: what is written to one is not what is read from it.
std::optional<std::string> IdentityOf(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return Canonical(path).string();
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return std::nullopt;
  return fmt::format("{}:{}", info.st_dev, info.st_ino);
}

// What a run reads, looked at once.
class Inputs {
 public:
  explicit Inputs(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (path.empty()) continue;
      if (const auto identity = IdentityOf(path)) by_identity_.emplace(*identity, path);
      std::error_code error;
      const fs::path canonical = Canonical(path);
      // A TF.js model is the folder of its model.json.
      if (Extension(path) == ".json") {
        folders_.emplace_back(canonical.parent_path(), canonical.parent_path().string());
      } else if (fs::is_directory(canonical, error)) {
        folders_.emplace_back(canonical, path);
      }
    }
  }

  Result<void> Check(const OutputPath& output, Context& context) const {
    Finding finding(Code::kWrongUse);
    finding.Headline("{} {} would write over what is read", output.option, output.path);
    finding.Fix("choose another name or folder for the output");
    const auto identity = IdentityOf(output.path);
    if (!identity) return {};
    if (const auto found = by_identity_.find(*identity); found != by_identity_.end()) {
      finding.Cause("it is {}, which this command reads", found->second);
      return context.findings.Report(std::move(finding));
    }
    if (context.host.Kind(output.path) == PathKind::kMissing || IsOwnKind(output.path)) return {};
    for (const auto& [folder, as_given] : folders_) {
      if (!IsWithin(Canonical(output.path), folder)) continue;
      finding.Cause("the file exists and lies in {}, which this command reads", as_given);
      return context.findings.Report(std::move(finding));
    }
    return {};
  }

 private:
  std::unordered_map<std::string, std::string> by_identity_;
  std::vector<std::pair<fs::path, std::string>> folders_;
};

Result<void> CheckPlace(const OutputPath& output, Context& context) {
  if (output.path.empty()) {
    return context.findings.Report(Finding(Code::kWrongUse)
                                       .Headline("{} is empty", output.option)
                                       .Cause("it takes the name of the file to write")
                                       .Fix("give a name, or leave the option out"));
  }
  const bool folder = context.host.Kind(output.path) == PathKind::kFolder || output.path.ends_with('/');
  const std::string parent = fs::path(output.path).parent_path().string();
  const bool homeless = !parent.empty() && context.host.Kind(parent) != PathKind::kFolder;
  if (!folder && !homeless) return {};
  Finding finding(Code::kOutputUnwritable);
  finding.Headline("{} could not be written", output.path);
  if (folder) {
    finding.Cause("it is a folder").Fix("name a file inside that folder");
  } else {
    finding.Cause("the folder {} is not there", parent)
        .Fix(fmt::format("make the folder first: mkdir -p {}", parent));
  }
  return context.findings.Report(std::move(finding));
}

}  // namespace

std::vector<std::string> PathsRead(const ModelArguments& arguments) {
  std::vector<std::string> paths = {arguments.path, arguments.labels, arguments.quantize.data};
  for (const std::string& library : arguments.custom_op_libraries)
    paths.push_back(library.substr(0, library.find(':')));
  return paths;
}

Result<void> CheckOutputs(const std::vector<std::string>& inputs, const std::vector<OutputPath>& outputs,
                          Context& context) {
  const Inputs read(inputs);
  std::unordered_map<std::string, std::string> options;
  for (const OutputPath& output : outputs) {
    if (output.path.empty() && !output.required) continue;
    LS_RETURN_IF_FAILED(CheckPlace(output, context));
    LS_RETURN_IF_FAILED(read.Check(output, context));
    const auto identity = IdentityOf(output.path);
    if (!identity) continue;
    const auto [other, added] = options.emplace(*identity, output.option);
    if (added) continue;
    return context.findings.Report(Finding(Code::kWrongUse)
                                       .Headline("{} and {} would be one file", other->second, output.option)
                                       .Cause("both are {}", output.path)
                                       .Fix("give each a name of its own"));
  }
  return {};
}

}  // namespace litesmith::cli
