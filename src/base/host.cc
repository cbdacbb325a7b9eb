#include "base/host.h"

#include <algorithm>

#include "base/finding.h"

namespace litesmith {
namespace {

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Finding Unreadable(const std::string& path, std::string_view what, const FileStatus& status) {
  Finding finding(Code::kFileUnreadable);
  finding.Headline("{} cannot be read", path);
  if (status.problem == FileProblem::kIsFolder) {
    finding.Cause("it is a folder, not {}", what).Fix("give the path of the file inside that folder");
  } else if (status.problem == FileProblem::kNotAllowed) {
    finding.Cause("{}", status.detail)
        .Fix("give yourself the right to read it (chmod u+r) or copy it elsewhere");
  } else {
    finding.Cause("{}", status.detail)
        .Fix("check that the disk is mounted and healthy, and that the file is whole");
  }
  return finding;
}

}  // namespace

std::string JoinPath(std::string_view folder, std::string_view name) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  if (folder.empty()) return std::string(name);
  while (name.starts_with('/')) name.remove_prefix(1);
  std::string path(folder);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

std::string_view FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string Extension(std::string_view path) {
  const std::string_view name = FileName(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string extension(name.substr(dot));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension;
}

Result<FileBytes> ReadFile(Context& context, const std::string& path, std::string_view what) {
  FileResult<FileBytes> file = context.host.Map(path);
  if (file.status) return std::move(file.value);
  if (file.status.problem != FileProblem::kMissing) {
    return context.findings.Report(Unreadable(path, what, file.status));
  }
  const std::string folder(FolderOf(path));
  Finding finding(Code::kFileMissing);
  finding.Headline("{} is not there", path);
  if (context.host.Kind(folder) == PathKind::kFolder) {
    finding.Cause("the folder {} has no entry of this name; it should be {}", folder, what);
  } else {
    finding.Cause("the folder {} is not there either; the path should lead to {}", folder, what);
  }
  finding.Fix("check the spelling; relative paths start at the folder in which the command was called");
  return context.findings.Report(std::move(finding));
}

Result<void> WriteFile(Context& context, const std::string& path, const std::vector<Bytes>& parts) {
  const FileStatus status = context.host.Write(path, parts);
  if (status) return {};
  Finding finding(Code::kOutputUnwritable);
  finding.Headline("{} could not be written", path).Cause("{}", status.detail);
  switch (status.problem) {
    case FileProblem::kMissing:
      finding.Fix(fmt::format("make the folder first: mkdir -p {}", FolderOf(path)));
      break;
    case FileProblem::kIsFolder:
      finding.Fix("name a file inside that folder");
      break;
    case FileProblem::kNotAllowed:
      if (context.host.Kind(path) == PathKind::kFile) {
        finding.Fix(fmt::format("allow writing to it (chmod u+w '{}'), or choose another name", path));
      } else {
        finding.Fix("choose a folder in which you may write");
      }
      break;
    case FileProblem::kNoSpace:
      finding.Fix("free some space, or choose another disk");
      break;
    default:
      finding.Fix("choose another folder or disk");
      break;
  }
  return context.findings.Report(std::move(finding));
}

}  // namespace litesmith
