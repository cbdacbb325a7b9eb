#include "formats/npz/npz.h"

#include "base/finding.h"
#include "formats/npz/array.h"
#include "formats/npz/npy.h"
#include "formats/npz/zip.h"

namespace litesmith::npz {
namespace {

constexpr std::string_view kEnding = ".npy";

Failed ReportUnreadable(const std::string& path, const std::string& name, const std::string& problem,
                        FindingSink& findings) {
  Finding finding(Code::kNotAnArray);
  finding.Headline("'{}' cannot be read as arrays", path);
  finding.cause = name.empty() ? problem : "array '" + name + "': " + problem;
  finding.Fix("write it with numpy: numpy.savez('inputs.npz', name=array)");
  return findings.Report(std::move(finding));
}

}  // namespace

Result<std::vector<std::shared_ptr<const Array>>> Open(const FileBytes& file, const std::string& path,
                                                       Context& context) {
  std::string problem;
  std::vector<Member> members;
  if (AsText(file.bytes).starts_with("PK")) {
    auto listed = ListMembers(file.bytes, problem);
    if (!listed) return ReportUnreadable(path, "", problem, context.findings);
    members = *std::move(listed);
    std::erase_if(members, [](const Member& member) { return !member.name.ends_with(kEnding); });
    for (Member& member : members) member.name.resize(member.name.size() - kEnding.size());
  } else {
    Member whole;
    whole.stored = file.bytes;
    whole.size = file.bytes.size();
    members.push_back(std::move(whole));
  }
  std::vector<std::shared_ptr<const Array>> arrays;
  for (const Member& member : members) {
    auto array = OpenMember(member, file.owner, context.limits, problem);
    if (array == nullptr) return ReportUnreadable(path, member.name, problem, context.findings);
    arrays.push_back(std::move(array));
  }
  return arrays;
}

Result<std::vector<Entry>> Read(const FileBytes& file, const std::string& path, Context& context) {
  LS_TRY(const auto arrays, Open(file, path, context));
  std::vector<Entry> entries;
  for (const auto& array : arrays) {
    std::string problem;
    auto tensor = array->Whole(problem);
    if (!tensor) return ReportUnreadable(path, array->name(), problem, context.findings);
    entries.push_back({array->name(), *std::move(tensor)});
  }
  return entries;
}

Result<std::vector<std::byte>> Write(const std::vector<Entry>& entries, Context& context) {
  ArchiveWriter archive;
  for (const Entry& entry : entries) {
    const auto bytes = FormatNpy(entry.tensor);
    if (!bytes) {
      return context.findings.Report(Finding(Code::kDtypeUnsupported)
                                         .Headline("array '{}' cannot be written for NumPy", entry.name)
                                         .Cause("NumPy has no type {}", NameOf(entry.tensor.dtype())));
    }
    archive.Add(entry.name + std::string(kEnding), *bytes);
  }
  return archive.Finish();
}

}  // namespace litesmith::npz
