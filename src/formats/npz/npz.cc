#include "formats/npz/npz.h"

#include "base/finding.h"
#include "formats/npz/npy.h"
#include "formats/npz/zip.h"

namespace litesmith::npz {
namespace {

Failed ReportUnreadable(const std::string& path, const std::string& name, const std::string& problem,
                        FindingSink& findings) {
  Finding finding(Code::kNotAnArray);
  finding.Headline("'{}' cannot be read as arrays", path);
  finding.cause = name.empty() ? problem : "array '" + name + "': " + problem;
  finding.Fix("write it with numpy: numpy.savez('inputs.npz', name=array)");
  return findings.Report(std::move(finding));
}

}  // namespace

Result<std::vector<Entry>> Read(const FileBytes& file, const std::string& path, Context& context) {
  std::string problem;
  if (!AsText(file.bytes).starts_with("PK")) {
    auto tensor = ParseNpy(file.bytes, file.owner, context.limits, problem);
    if (!tensor) return ReportUnreadable(path, "", problem, context.findings);
    std::vector<Entry> single;
    single.push_back({"", *std::move(tensor)});
    return single;
  }
  const auto members = ListMembers(file.bytes, problem);
  if (!members) return ReportUnreadable(path, "", problem, context.findings);
  std::vector<Entry> entries;
  for (const Member& member : *members) {
    if (!member.name.ends_with(".npy")) continue;
    const std::string name = member.name.substr(0, member.name.size() - 4);
    std::shared_ptr<const void> owner = file.owner;
    Bytes bytes = member.stored;
    if (member.deflated) {
      auto unpacked = Unpack(member, static_cast<uint64_t>(context.limits.max_tensor_bytes), problem);
      if (!unpacked) return ReportUnreadable(path, name, problem, context.findings);
      const auto kept = std::make_shared<std::vector<std::byte>>(*std::move(unpacked));
      bytes = *kept;
      owner = kept;
    }
    if (!ChecksumFits(member, bytes))
      return ReportUnreadable(path, name, "its checksum does not match", context.findings);
    auto tensor = ParseNpy(bytes, std::move(owner), context.limits, problem);
    if (!tensor) return ReportUnreadable(path, name, problem, context.findings);
    entries.push_back({name, *std::move(tensor)});
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
    archive.Add(entry.name + ".npy", *bytes);
  }
  return archive.Finish();
}

}  // namespace litesmith::npz
