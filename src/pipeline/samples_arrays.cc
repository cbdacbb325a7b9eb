// Arrays of NumPy as sample inputs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <list>
#include <set>

#include "base/checked.h"
#include "formats/npz/array.h"
#include "pipeline/samples_shapes.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

// The samples of one file: for each input an array, and how it holds them.
struct ArrayFile {
  std::vector<std::shared_ptr<const npz::Array>> arrays;
  std::vector<Dims> samples;
  size_t count = 0;                  // 0: all arrays belong to other signatures
  std::vector<std::string> unknown;  // names of arrays that are no inputs
};

std::string_view WithoutIndex(std::string_view name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

std::string Describe(const npz::Array& array) {
  return fmt::format("{} {}{}", array.name().empty() ? "one array without a name," : array.name(),
                     NameOf(array.dtype()), ToText(array.dims()));
}

// numpy.savez('samples.npz', **{'x': array})
std::string SaveCode(const std::vector<std::string>& names) {
  std::string arrays;
  for (const std::string& name : names)
    arrays += fmt::format("{}'{}': array", arrays.empty() ? "" : ", ", name);
  return fmt::format("numpy.savez('samples.npz', **{{{}}})", arrays);
}

// Finds the arrays of the inputs in files, and says what does not fit.
class ArrayFiles {
 public:
  ArrayFiles(std::vector<runtime::TensorInfo> inputs, const SampleOptions& options)
      : inputs_(std::move(inputs)),
        signature_(options.signature),
        others_(options.other_names.begin(), options.other_names.end()) {}

  const std::vector<runtime::TensorInfo>& inputs() const { return inputs_; }

  // Reports kNotAnArray and kFileUnreadable into `unreadable`, what does not fit to `context`.
  Result<ArrayFile> Open(const SampleFile& from, Context& unreadable, Context& context) const {
    LS_TRY(const FileBytes bytes, ReadFile(unreadable, from.path, "arrays of NumPy (.npz or .npy)"));
    LS_TRY(const auto arrays, npz::Open(bytes, from.path, unreadable));
    ArrayFile file;
    bool has_others = false;
    file.arrays = Match(arrays, file.unknown, has_others);
    std::vector<std::string> missing;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (file.arrays[i] == nullptr) missing.push_back(inputs_[i].name);
    }
    if (missing.size() == inputs_.size() && has_others) return file;
    if (!missing.empty()) return ReportMissing(from, arrays, missing, context);
    LS_RETURN_IF_FAILED(Fit(from, file, context));
    return file;
  }

 private:
  using Arrays = std::vector<std::shared_ptr<const npz::Array>>;

  // By input; null where there is none. `has_others`: some belong to other signatures.
  Arrays Match(const Arrays& arrays, std::vector<std::string>& unknown, bool& has_others) const {
    std::map<std::string, size_t, std::less<>> by_name;
    for (size_t i = inputs_.size(); i-- > 0;) by_name[std::string(WithoutIndex(inputs_[i].tensor))] = i;
    for (size_t i = inputs_.size(); i-- > 0;) by_name[std::string(WithoutIndex(inputs_[i].name))] = i;
    Arrays matched(inputs_.size());
    const std::string prefix = signature_ + "/";
    for (const auto& array : arrays) {
      std::string_view name = WithoutIndex(array->name());
      auto found = by_name.find(name);
      if (found == by_name.end() && name.starts_with(prefix))
        found = by_name.find(name.substr(prefix.size()));
      if (found != by_name.end()) {
        matched[found->second] = array;
      } else if (name.empty() && inputs_.size() == 1) {
        matched[0] = array;
      } else if (others_.contains(array->name()) || others_.contains(std::string(name))) {
        has_others = true;
      } else {
        unknown.push_back(array->name());
      }
    }
    return matched;
  }

  Failed ReportMissing(const SampleFile& from, const Arrays& arrays, const std::vector<std::string>& missing,
                       Context& context) const {
    std::vector<std::string> given;
    for (const auto& array : arrays) given.push_back(Describe(*array));
    Finding finding(Code::kSamplesUnfit);
    finding.Headline("the samples have no array for the input{} '{}'", missing.size() > 1 ? "s" : "",
                     fmt::join(missing, "', '"));
    finding.Cause("'{}' holds {}; the model takes {}", from.name,
                  given.empty() ? "no arrays" : ListSome(given), DescribeInputs(inputs_));
    std::vector<std::string> names;
    for (const runtime::TensorInfo& input : inputs_) names.push_back(input.name);
    finding.Fix("name the arrays as the inputs: " + SaveCode(names));
    return context.findings.Report(std::move(finding));
  }

  Result<void> Fit(const SampleFile& from, ArrayFile& file, Context& context) const {
    std::vector<std::vector<SampleFit>> fits;
    bool failed = false;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const npz::Array& array = *file.arrays[i];
      fits.push_back(SampleFits(inputs_[i].shape, array.dims()));
      if (!DTypeFits(array.dtype(), inputs_[i].dtype)) {
        failed = true;
        ReportDType(from, array, inputs_[i], context);
      } else if (fits.back().empty()) {
        failed = true;
        ReportShape(from, array, inputs_[i], context);
      } else if (*CheckedProduct(array.dims()) == 0 &&
                 (fits.back()[0].count == 0 ||
                  inputs_[i].shape.elements() != 0)) {  // not as the model has it
        failed = true;
        ReportEmpty(from, array, inputs_[i], context);
      }
    }
    if (failed) return kFailed;
    const auto count = CommonCount(fits);
    if (!count) return ReportCounts(from, fits, context);
    file.count = *count;
    for (const auto& of_input : fits) {
      const auto fit = std::find_if(of_input.begin(), of_input.end(),
                                    [&](const SampleFit& one) { return one.count == *count; });
      file.samples.push_back(fit->sample);
    }
    return {};
  }

  static void ReportShape(const SampleFile& from, const npz::Array& array, const runtime::TensorInfo& input,
                          Context& context) {
    context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("the samples for '{}' have another shape than the model takes", input.name)
            .Cause("'{}' holds {}; the model takes {}", from.name, Describe(array), DescribeInput(input))
            .Fix(AdviceForShape(input, array.dims())));
  }

  static void ReportDType(const SampleFile& from, const npz::Array& array, const runtime::TensorInfo& input,
                          Context& context) {
    Finding finding(Code::kSamplesUnfit);
    finding.Headline("the samples for '{}' are {}, the model takes {}", input.name, NameOf(array.dtype()),
                     NameOf(input.dtype));
    finding.Cause("'{}' holds {}; the model takes {}", from.name, Describe(array), DescribeInput(input));
    const bool pixels = IsFloat(input.dtype) && array.dtype() == DType::kUInt8;
    finding.Fix(fmt::format("convert the array{}: array.astype('{}')",
                            pixels ? ", scaled as the program does that runs the model" : "",
                            NameOf(input.dtype)));
    context.findings.Report(std::move(finding));
  }

  static void ReportEmpty(const SampleFile& from, const npz::Array& array, const runtime::TensorInfo& input,
                          Context& context) {
    context.findings.Report(Finding(Code::kSamplesUnfit)
                                .Headline("the array for '{}' is empty", input.name)
                                .Cause("'{}' holds {}", from.name, Describe(array))
                                .Fix("give an array with some hundred samples"));
  }

  Failed ReportCounts(const SampleFile& from, const std::vector<std::vector<SampleFit>>& fits,
                      Context& context) const {
    std::vector<std::string> counts;
    for (size_t i = 0; i < inputs_.size(); ++i)
      counts.push_back(fmt::format("{} for '{}'", fits[i][0].count, inputs_[i].name));
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("the inputs have different numbers of samples")
            .Cause("'{}' holds {}", from.name, ListSome(counts))
            .Fix("give every input the same number: the first sample of each is fed together, and so on"));
  }

  const std::vector<runtime::TensorInfo> inputs_;
  const std::string signature_;
  const std::set<std::string> others_;
};

class ArraySamples : public Samples {
 public:
  // starts[i]: the first sample of file i; one more at the end.
  ArraySamples(std::vector<SampleFile> files, std::vector<size_t> starts, ArrayFiles opener)
      : files_(std::move(files)), starts_(std::move(starts)), opener_(std::move(opener)) {}

  size_t count() const override { return starts_.back(); }
  std::string name(size_t index) const override {
    const size_t file = FileOf(index);
    if (starts_[file + 1] - starts_[file] == 1) return files_[file].name;
    return fmt::format("{}[{}]", files_[file].name, index - starts_[file]);
  }
  std::string problem(size_t index) const override { return problems_.Get(index); }
  bool scaled() const override { return false; }

  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    const size_t number = FileOf(index);
    FindingList findings;
    Context own{context.host, findings, context.limits, context.cancelled};
    const auto file = Opened(number, own);
    if (file == nullptr || file->count != starts_[number + 1] - starts_[number]) {
      const auto found = findings.Take();
      problems_.Set(index, found.empty() ? "the file has changed" : found[0].cause);
      return std::vector<Tensor>{};
    }
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < opener_.inputs().size(); ++i) {
      const Dims& dims = file->samples[i];
      const auto first = CheckedMul(static_cast<int64_t>(index - starts_[number]), *CheckedProduct(dims));
      std::string problem;
      auto tensor = file->arrays[i]->Part(*first, dims, problem);
      if (!tensor) {
        problems_.Set(index, fmt::format("array '{}': {}", file->arrays[i]->name(), problem));
        return std::vector<Tensor>{};
      }
      LS_TRY(Tensor fit, CheckedSample(*tensor, name(index), opener_.inputs()[i], context));
      tensors.push_back(std::move(fit));
    }
    return tensors;
  }

 private:
  size_t FileOf(size_t index) const {
    return static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), index) - starts_.begin()) - 1;
  }

  // The file, opened now or lately.
  std::shared_ptr<const ArrayFile> Opened(size_t number, Context& context) const {
    {
      const std::lock_guard lock(mutex_);
      for (auto it = opened_.begin(); it != opened_.end(); ++it) {
        if (it->first != number) continue;
        opened_.splice(opened_.begin(), opened_, it);
        return it->second;
      }
    }
    auto file = opener_.Open(files_[number], context, context);
    if (!file) return nullptr;
    const std::lock_guard lock(mutex_);
    opened_.emplace_front(number, std::make_shared<const ArrayFile>(*std::move(file)));
    if (opened_.size() > kMostOpened) opened_.pop_back();
    return opened_.front().second;
  }

  // As many threads read a folder, each a file of its own.
  static constexpr size_t kMostOpened = 16;

  const std::vector<SampleFile> files_;
  const std::vector<size_t> starts_;
  const ArrayFiles opener_;
  mutable std::mutex mutex_;
  mutable std::list<std::pair<size_t, std::shared_ptr<const ArrayFile>>> opened_;
  mutable SampleProblems problems_;
};

void ReportUnknown(const std::set<std::string>& unknown, const std::vector<runtime::TensorInfo>& inputs,
                   Context& context) {
  if (unknown.empty()) return;
  context.findings.Report(Finding(Code::kSampleSkipped)
                              .Headline("arrays that are no inputs of the model were skipped")
                              .Cause("{}; the model takes {}",
                                     ListSome(std::vector<std::string>(unknown.begin(), unknown.end())),
                                     DescribeInputs(inputs))
                              .Fix("nothing has to be done if they are labels or the like"));
}

}  // namespace

Result<std::unique_ptr<Samples>> OpenArrays(std::vector<SampleFile> files,
                                            const std::vector<runtime::TensorInfo>& inputs,
                                            const SampleOptions& options, Context& context) {
  ArrayFiles opener(inputs, options);
  std::vector<SampleFile> used;
  std::vector<size_t> starts = {0};
  std::vector<std::string> skipped;
  std::set<std::string> unknown;
  for (SampleFile& file : files) {
    if (context.is_cancelled()) return kFailed;
    FindingList findings;
    Context own{context.host, findings, context.limits, context.cancelled};
    const auto opened = opener.Open(file, files.size() == 1 ? context : own, context);
    if (!opened && findings.findings().empty()) return kFailed;
    if (!opened) {
      skipped.push_back(file.name + ": " + findings.findings()[0].cause);
      continue;
    }
    unknown.insert(opened->unknown.begin(), opened->unknown.end());
    if (opened->count == 0) continue;
    const auto end = CheckedAdd(starts.back(), opened->count);
    if (!end) break;
    starts.push_back(*end);
    used.push_back(std::move(file));
  }
  if (skipped.size() == files.size()) {
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("none of the {} files of samples can be read", skipped.size())
            .Cause("{}", ListSome(skipped))
            .Fix("write them with numpy: numpy.savez('sample.npz', name=array)"));
  }
  ReportSkipped(skipped, "unreadable file", "unreadable files", context);
  ReportUnknown(unknown, inputs, context);
  return std::unique_ptr<Samples>(
      std::make_unique<ArraySamples>(std::move(used), std::move(starts), std::move(opener)));
}

}  // namespace litesmith::pipeline
