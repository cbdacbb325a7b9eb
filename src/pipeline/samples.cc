#include "pipeline/samples.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/list_some.h"
#include "formats/image/picture.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

// Folders in folders; links that lead back end here, too.
constexpr int kMostDepth = 8;
constexpr size_t kMostFiles = 10'000'000;
// A list of names that nobody reads to its end helps nobody.
constexpr size_t kMostNames = 20;

enum class FileKind { kPicture, kArrays, kOther };

struct Folder {
  std::vector<SampleFile> pictures, arrays, others;
};

FileKind KindOf(const std::string& path, Context& context) {
  const std::string extension = Extension(path);
  if (extension == ".npz" || extension == ".npy") return FileKind::kArrays;
  if (extension == ".jpg" || extension == ".jpeg" || extension == ".png") return FileKind::kPicture;
  const auto file = context.host.Map(path);
  const std::string_view text = AsText(file.value.bytes);
  if (text.starts_with("\xff\xd8\xff") || text.starts_with("\x89PNG")) return FileKind::kPicture;
  if (text.starts_with("PK\x03\x04") || text.starts_with("\x93NUMPY")) return FileKind::kArrays;
  return FileKind::kOther;
}

// What stands in the folder and in those below it, by name. Hidden files are nobody's samples.
Result<Folder> ListFolder(const std::string& root, Context& context) {
  Folder folder;
  size_t files = 0;
  struct Pending {
    std::string path, prefix;
    int depth;
  };
  std::vector<Pending> pending = {{root, "", 0}};
  for (size_t next = 0; next < pending.size(); ++next) {
    const Pending here = pending[next];
    auto names = context.host.List(here.path);
    if (!names.status) {
      return context.findings.Report(Finding(Code::kFileUnreadable)
                                         .Headline("the folder '{}' cannot be read", here.path)
                                         .Cause("{}", names.status.detail));
    }
    for (const std::string& name : names.value) {
      if (context.is_cancelled()) return kFailed;
      if (name.starts_with('.') || ++files > kMostFiles) continue;
      const SampleFile file{JoinPath(here.path, name), here.prefix + name};
      const PathKind kind = context.host.Kind(file.path);
      if (kind == PathKind::kFolder && here.depth < kMostDepth)
        pending.push_back({file.path, file.name + "/", here.depth + 1});
      if (kind != PathKind::kFile) continue;
      const FileKind content = KindOf(file.path, context);
      (content == FileKind::kPicture  ? folder.pictures
       : content == FileKind::kArrays ? folder.arrays
                                      : folder.others)
          .push_back(file);
    }
  }
  return folder;
}

// The reason, or nothing if it is one.
std::string WhyNotPicture(const SampleFile& file, Context& context) {
  FindingList findings;
  Context own{context.host, findings, context.limits, context.cancelled};
  const auto bytes = ReadFile(own, file.path, "a picture");
  if (bytes) (void)ReadPicture(bytes->bytes, file.path, own);
  return findings.findings().empty() ? "" : findings.findings()[0].cause;
}

void ReportOthers(const std::vector<SampleFile>& others, bool pictures, Context& context) {
  std::vector<std::string> skipped;
  for (const SampleFile& file : others)
    skipped.push_back(pictures && skipped.size() < kMostNames
                          ? file.name + ": " + WhyNotPicture(file, context)
                          : file.name);
  if (pictures) {
    ReportSkipped(skipped, "file that is no picture", "files that are no pictures", context);
  } else {
    ReportSkipped(skipped, "file that is no array of NumPy", "files that are no arrays of NumPy", context);
  }
}

Result<std::unique_ptr<Samples>> OpenFolder(const std::string& path,
                                            const std::vector<runtime::TensorInfo>& inputs,
                                            const SampleOptions& options, Context& context) {
  LS_TRY(Folder folder, ListFolder(path, context));
  if (folder.pictures.empty() && folder.arrays.empty()) {
    std::vector<std::string> names;
    for (const SampleFile& file : folder.others) names.push_back(file.name);
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("there are no samples in the folder '{}'", path)
            .Cause("{}", names.empty() ? "it is empty"
                                       : "it holds no JPEG, PNG, .npz or .npy, only " + ListSome(names))
            .Fix(TakesPictures(inputs)
                     ? "name a folder with some hundred pictures, or an .npz with arrays: --data FOLDER"
                     : "name an .npz, or a folder of them, with arrays for " + DescribeInputs(inputs)));
  }
  const bool pictures = !folder.pictures.empty() && (TakesPictures(inputs) || folder.arrays.empty());
  auto& unused = pictures ? folder.arrays : folder.pictures;
  folder.others.insert(folder.others.end(), unused.begin(), unused.end());
  auto samples = pictures ? OpenPictures(std::move(folder.pictures), inputs, options, context)
                          : OpenArrays(std::move(folder.arrays), inputs, options, context);
  if (samples) ReportOthers(folder.others, pictures, context);
  return samples;
}

}  // namespace

Result<std::unique_ptr<Samples>> OpenSamples(const std::string& path,
                                             const std::vector<runtime::TensorInfo>& inputs,
                                             const SampleOptions& options, Context& context) {
  if (context.host.Kind(path) == PathKind::kFolder) {
    const std::string own = JoinPath(path, options.signature);
    const bool by_signature = !options.signature.empty() &&
                              options.signature.find('/') == std::string::npos &&
                              context.host.Kind(own) == PathKind::kFolder;
    return OpenFolder(by_signature ? own : path, inputs, options, context);
  }
  LS_TRY(const FileBytes file,
         ReadFile(context, path, "sample inputs: a folder of pictures, or arrays of NumPy"));
  std::vector<SampleFile> files = {{path, std::string(FileName(path))}};
  const FileKind kind = KindOf(path, context);
  if (kind == FileKind::kPicture) return OpenPictures(std::move(files), inputs, options, context);
  if (kind == FileKind::kOther) {
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("'{}' holds no sample inputs", path)
            .Cause("it is no array of NumPy and no picture: {}", WhyNotPicture(files[0], context))
            .Fix("give a folder of pictures (JPEG, PNG), an .npz, or a folder of them"));
  }
  return OpenArrays(std::move(files), inputs, options, context);
}

void SampleProblems::Set(size_t index, std::string problem) {
  const std::lock_guard lock(mutex_);
  problems_[index] = std::move(problem);
}

std::string SampleProblems::Get(size_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = problems_.find(index);
  return found != problems_.end() ? found->second : "";
}

std::optional<PictureAxes> AxesOfPicture(DType dtype, const Shape& shape) {
  if (shape.rank() != 4 || (dtype != DType::kFloat32 && dtype != DType::kUInt8 && dtype != DType::kInt32))
    return std::nullopt;
  const auto counts_colours = [](int64_t count) { return count == 1 || count == 3; };
  if (counts_colours(shape[3].value_or(3))) return PictureAxes{1, 2, 3};
  if (counts_colours(shape[1].value_or(0))) return PictureAxes{2, 3, 1};
  return std::nullopt;
}

bool TakesPictures(const std::vector<runtime::TensorInfo>& inputs) {
  return inputs.size() == 1 && AxesOfPicture(inputs[0].dtype, inputs[0].shape).has_value();
}

std::string DescribeInput(const runtime::TensorInfo& input) {
  return fmt::format("{} {}{}", input.name, NameOf(input.dtype), ToText(input.shape));
}

std::string DescribeInputs(const std::vector<runtime::TensorInfo>& inputs) {
  std::vector<std::string> names;
  for (const runtime::TensorInfo& input : inputs) names.push_back(DescribeInput(input));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string ListSome(const std::vector<std::string>& names) { return litesmith::ListSome(names, kMostNames); }

void ReportSkipped(const std::vector<std::string>& skipped, std::string_view one, std::string_view several,
                   Context& context) {
  if (skipped.empty()) return;
  const bool single = skipped.size() == 1;
  Finding finding(Code::kSampleSkipped);
  finding.Headline("{} {} skipped", skipped.size(),
                   single ? fmt::format("{} was", one) : fmt::format("{} were", several));
  finding.Cause("{}", ListSome(skipped));
  finding.Fix(single ? "remove it from the folder, or replace it"
                     : "remove them from the folder, or replace them");
  context.findings.Report(std::move(finding));
}

}  // namespace litesmith::pipeline
