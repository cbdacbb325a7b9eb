#include "formats/tfjs/shards.h"

#include <algorithm>
#include <optional>

#include "base/checked.h"
#include "base/finding.h"
#include "formats/savedmodel/locate.h"

namespace litesmith::tfjs {
namespace {

// Whether the path stays below the folder that it is relative to. A model is data: it names no other files.
bool StaysBelow(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.find('\\') != path.npos) return false;
  if (path.find("://") != path.npos || path.find('\0') != path.npos) return false;
  while (true) {
    const size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Failed LeadsOut(Context& context, const std::string& model_file, std::string_view path) {
  return context.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("{} names a weight file outside of its folder", FileName(model_file))
          .Cause("{}: '{}' is no path below the folder that the model lies in", model_file,
                 path.substr(0, 200))
          .Fix(
              "put (or download) the weight files beside model.json, and name them there by file name only"));
}

Failed Missing(Context& context, const std::string& model_file, const std::vector<std::string>& missing,
               size_t count) {
  std::string names;
  for (size_t i = 0; i < missing.size() && i < 10; ++i) names += (i > 0 ? ", " : "") + missing[i];
  if (missing.size() > 10) names += fmt::format(" and {} more", missing.size() - 10);
  return context.findings.Report(
      Finding(Code::kVariablesMissing)
          .Headline("weight files of the TensorFlow.js model are missing: {}", names)
          .Cause("{} names {} weight files, of which {} {} not there: {}", model_file, count, missing.size(),
                 missing.size() == 1 ? "is" : "are", names)
          .Fix("copy or download all weight files (.bin) of the model into the folder beside model.json, "
               "under "
               "the names that it gives them"));
}

std::string FolderOf(const std::string& file) {
  return file.substr(0, file.size() - FileName(file).size());  // with its slash, or empty
}

}  // namespace

Result<Shards> Shards::Open(Context& context, const std::string& model_file,
                            const std::vector<std::string_view>& paths) {
  Shards shards;
  std::vector<std::string> missing;
  for (std::string_view path : paths) {
    if (!StaysBelow(path)) return LeadsOut(context, model_file, path);
    const std::string file = FolderOf(model_file) + std::string(path);
    if (context.host.Kind(file) == PathKind::kMissing) {
      missing.emplace_back(path);
      continue;
    }
    LS_TRY(FileBytes content, ReadFile(context, file, "the weights of a TensorFlow.js model"));
    const size_t begin = shards.size_;
    const auto end = CheckedAdd(begin, content.bytes.size());
    if (!end) return LeadsOut(context, model_file, path);  // no memory holds as much
    shards.size_ = *end;
    shards.shards_.push_back({file, std::move(content), begin});
  }
  if (!missing.empty()) return Missing(context, model_file, missing, paths.size());
  return shards;
}

std::optional<FileBytes> Shards::Slice(size_t offset, size_t size) const {
  if (offset > size_ || size > size_ - offset) return std::nullopt;
  if (size == 0) return FileBytes{};
  auto shard = std::upper_bound(shards_.begin(), shards_.end(), offset,
                                [](size_t at, const Shard& other) { return at < other.begin; });
  --shard;
  const auto whole = litesmith::Slice(shard->content.bytes, offset - shard->begin, size);
  if (whole) return FileBytes{shard->content.owner, *whole};
  const auto copy = std::make_shared<std::vector<std::byte>>();
  copy->reserve(size);
  for (; copy->size() < size; ++shard) {
    const Bytes rest = shard->content.bytes.subspan(offset + copy->size() - shard->begin);
    const Bytes part = rest.first(std::min(rest.size(), size - copy->size()));
    copy->insert(copy->end(), part.begin(), part.end());
  }
  return FileBytes{copy, *copy};
}

std::string Shards::Describe() const {
  std::string text;
  for (size_t i = 0; i < shards_.size() && i < 10; ++i) {
    text +=
        fmt::format("{}{} ({} bytes)", i > 0 ? ", " : "", shards_[i].path, shards_[i].content.bytes.size());
  }
  if (shards_.size() > 10) text += fmt::format(" and {} more", shards_.size() - 10);
  return text.empty() ? "no files" : text;
}

bool Shards::ReportStrangers(Context& context) const {
  for (const Shard& shard : shards_) {
    const auto kind = savedmodel::KindOfFile(shard.path, shard.content.bytes);
    if (kind == savedmodel::FileKind::kLfsPointer) {
      context.findings.Report(
          Finding(Code::kLfsPointer)
              .Headline("{} is a Git LFS pointer", FileName(shard.path))
              .Cause("{} has {} bytes of text that stand for the weights, which Git LFS keeps elsewhere",
                     shard.path, shard.content.bytes.size())
              .Fix("fetch the real file: git lfs install && git lfs pull"));
      return true;
    }
    if (kind == savedmodel::FileKind::kWebPage) {
      context.findings.Report(
          Finding(Code::kFileDamaged)
              .Headline("{} is a web page instead of weights", FileName(shard.path))
              .Cause("{} is an HTML page, as a download gives that went wrong", shard.path)
              .Fix("download the file itself (on GitHub the raw file), and check its size"));
      return true;
    }
  }
  return false;
}

}  // namespace litesmith::tfjs
