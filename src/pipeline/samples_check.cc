#include "pipeline/samples_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

// Samples that are compared with one another: those of the least index.
constexpr size_t kMostCompared = 4096;
constexpr size_t kPoints = 32;

// Fewer say little; so many are advised (TensorFlow's guides speak of 100 to 500).
constexpr size_t kFew = 10;
constexpr std::string_view kEnough =
    "give at least 20, better 100, samples of the kind that the model will see";

// Pictures of any kind fill their range nearly; those that fill about half of it were scaled for another one,
// such as 0..1 where the model takes -1..1. Numbers outside of the range by more than rounding say the same.
constexpr float kLeastFilled = 0.55f, kMostOutside = 0.05f;
// Where only the order of magnitude is known: 0..255 against 0..1 is told, 0..1 against -1..1 is not.
constexpr float kRoughly = 20;
// Samples are nearly the same if their points differ by that much of the whole range (root mean square)...
constexpr float kNearlyTheSame = 0.02f;
// ... which says something only where the points of one sample differ among themselves.
constexpr float kTellingSpread = 0.05f;
constexpr size_t kFewestToGroup = 8;

// The same number everywhere is ordinary in masks and the like, which are integers.
bool MayNotBeConstant(const runtime::TensorInfo& input) {
  return IsFloat(input.dtype) || input.dtype == DType::kUInt8 || input.dtype == DType::kInt8;
}

// Channels that are equal up to rounding, everywhere. `mean` and `std` undo the normalization.
template <class T>
bool IsGrey(std::span<const T> pixels, const vision::Preparation& by, float tolerance) {
  for (size_t at = 0; at + 3 <= pixels.size(); at += 3) {
    std::array<float, 3> level;
    for (size_t c = 0; c < 3; ++c) level[c] = static_cast<float>(pixels[at + c]) * by.std[c] + by.mean[c];
    const auto [low, high] = std::minmax_element(level.begin(), level.end());
    if (*high - *low > tolerance) return false;
  }
  return true;
}

void AppendPoints(const Tensor& tensor, std::vector<float>& points) {
  bool done = false;
  VisitDType(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (requires(T value) { static_cast<float>(value); }) {
      const auto data = tensor.data<T>();
      if (data.empty()) return;
      for (size_t i = 0; i < kPoints; ++i)
        points.push_back(static_cast<float>(data[(2 * i + 1) * data.size() / (2 * kPoints)]));
      done = true;
    }
  });
  if (!done) points.insert(points.end(), kPoints, 0.0f);
}

float Outside(const ValueRange& range, float low, float high) {
  return std::max(range.low - low, high - range.high) / (range.high - range.low);
}

bool Fits(const ValueRange& range, float low, float high) {
  const float width = range.high - range.low;
  if (range.rough) return high - low > width / kRoughly && high - low < width * kRoughly;
  return Outside(range, low, high) <= kMostOutside && high - low >= kLeastFilled * width;
}

Finding::TensorNote NoteOf(const runtime::TensorInfo& input) {
  return {input.name, std::string(NameOf(input.dtype)), input.shape.with_minus_one(), input.shape.ranked()};
}

std::string RangeText(float low, float high) { return fmt::format("{:.4g}..{:.4g}", low, high); }

}  // namespace

SampleCheck::SampleCheck(const Samples& samples, std::vector<runtime::TensorInfo> inputs,
                         SampleOptions options)
    : samples_(samples),
      inputs_(std::move(inputs)),
      options_(std::move(options)),
      summaries_(inputs_.size()) {}

SampleCheck::Summary SampleCheck::Summarize(const Tensor& tensor, size_t input) const {
  Summary summary;
  VisitDType(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (requires(T value) { static_cast<float>(value); } && !std::is_same_v<T, bool>) {
      const auto data = tensor.data<T>();
      if (data.empty()) return;
      // Not minmax_element: this form is vectorized.
      float low = static_cast<float>(data[0]), high = low;
      for (const T value : data) {
        const float number = static_cast<float>(value);
        low = number < low ? number : low;
        high = number > high ? number : high;
      }
      summary = {low, high, 1, data.size() > 1 && low == high ? size_t{1} : 0, 0, 0};
      const auto axes = AxesOfPicture(inputs_[input].dtype, inputs_[input].shape);
      if (!axes || axes->channels != 3 || tensor.dims()[3] != 3 || low == high) return;
      const vision::Preparation as_it_is;
      const bool normalized = IsFloat(tensor.dtype());
      const vision::Preparation& by = normalized ? options_.preparation : as_it_is;
      summary.pictures = 1;
      summary.grey = IsGrey<T>(data, by, 0.02f * (high - low) * by.std[0]);
    }
  });
  return summary;
}

void SampleCheck::Add(size_t index, const std::vector<Tensor>& tensors) {
  {
    const std::lock_guard lock(mutex_);
    if (added_.size() <= index) added_.resize(std::max(index + 1, samples_.count()));
    if (added_[index]) return;
    added_[index] = true;
  }
  std::vector<Summary> summaries;
  Digest digest;
  const bool compared = index < kMostCompared;
  for (size_t i = 0; i < tensors.size(); ++i) {
    summaries.push_back(tensors[i].valid() ? Summarize(tensors[i], i) : Summary());
    if (!compared) continue;
    digest.hash = digest.hash * 31 + HashOf(tensors[i]);
    AppendPoints(tensors[i], digest.points);
  }
  const std::lock_guard lock(mutex_);
  if (tensors.empty()) {
    skipped_.insert(index);
    return;
  }
  ++seen_;
  if (compared) digests_[index] = std::move(digest);
  for (size_t i = 0; i < summaries.size() && i < summaries_.size(); ++i) {
    Summary &all = summaries_[i], &one = summaries[i];
    if (one.numbers == 0) continue;
    all.low = all.numbers == 0 ? one.low : std::min(all.low, one.low);
    all.high = all.numbers == 0 ? one.high : std::max(all.high, one.high);
    all.numbers += one.numbers;
    all.constant += one.constant;
    all.pictures += one.pictures;
    all.grey += one.grey;
  }
}

void SampleCheck::ReportRanges(Context& context) const {
  const auto range_of = [&](size_t i) {
    return i < options_.ranges.size() ? options_.ranges[i] : std::nullopt;
  };
  const auto fits = [&](size_t data, size_t range) {
    return Fits(*range_of(range), summaries_[data].low, summaries_[data].high);
  };
  std::vector<bool> told(inputs_.size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Summary& found = summaries_[i];
    const auto wanted = range_of(i);
    if (!wanted || found.numbers == 0 || found.constant == found.numbers || told[i] || fits(i, i)) continue;
    size_t other = i + 1;
    while (other < inputs_.size() &&
           !(range_of(other) && summaries_[other].numbers > 0 && inputs_[other].dtype == inputs_[i].dtype &&
             inputs_[other].shape.Compatible(inputs_[i].shape) && !fits(other, other) && fits(other, i) &&
             fits(i, other)))
      ++other;
    Finding finding(Code::kSamplesDoubtful);
    finding.Tensor(NoteOf(inputs_[i]));
    if (other < inputs_.size()) {
      told[other] = true;
      finding.Headline("the samples for '{}' and '{}' look swapped", inputs_[i].name, inputs_[other].name);
      finding.Cause("'{}' holds {}, the model takes {}; '{}' holds {}, the model takes {}", inputs_[i].name,
                    RangeText(found.low, found.high), RangeText(wanted->low, wanted->high),
                    inputs_[other].name, RangeText(summaries_[other].low, summaries_[other].high),
                    RangeText(range_of(other)->low, range_of(other)->high));
      finding.Fix("give each array the other one's name");
      finding.Tensor(NoteOf(inputs_[other]));
    } else {
      finding.Headline("the samples for '{}' lie in {}, the model takes {}{}", inputs_[i].name,
                       RangeText(found.low, found.high), wanted->rough ? "about " : "",
                       RangeText(wanted->low, wanted->high));
      finding.Cause("{}", wanted->rough
                              ? "the weights of its first convolution are made for that order of magnitude"
                              : "ranges measured on them do not fit what the model will see");
      finding.Fix("scale them as the program does that runs the model: to " +
                  RangeText(wanted->low, wanted->high));
    }
    context.findings.Report(std::move(finding));
  }
}

void SampleCheck::ReportConstants(Context& context) const {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Summary& found = summaries_[i];
    if (found.constant > 0 && MayNotBeConstant(inputs_[i])) {
      const bool all = found.constant == found.numbers, same = all && found.low == found.high;
      context.findings.Report(Finding(Code::kSamplesDoubtful)
                                  .Headline("{} of {} samples hold one number everywhere in '{}'",
                                            found.constant, found.numbers, inputs_[i].name)
                                  .Cause("{}", same ? fmt::format("it is {:.4g} in all of them", found.low)
                                                    : "real inputs are not like that")
                                  .Fix(std::string(kEnough))
                                  .Tensor(NoteOf(inputs_[i])));
    }
    if (found.pictures > 0 && found.grey == found.pictures) {
      context.findings.Report(
          Finding(Code::kSamplesDoubtful)
              .Headline("all {} pictures for '{}' are grey", found.pictures, inputs_[i].name)
              .Cause("the model takes colours: three channels")
              .Fix("give pictures with colours if the model will see such")
              .Tensor(NoteOf(inputs_[i])));
    }
  }
}

std::optional<size_t> SampleCheck::CountGroups(size_t most) const {
  const size_t inputs = inputs_.size();
  std::vector<float> scale(inputs);
  bool telling = false;
  for (size_t i = 0; i < inputs; ++i) {
    const float width = summaries_[i].high - summaries_[i].low;
    scale[i] = width > 0 ? 1 / width : 0;
    for (const auto& [index, digest] : digests_) {
      const auto first = digest.points.begin() + static_cast<ptrdiff_t>(i * kPoints);
      const auto [low, high] = std::minmax_element(first, first + kPoints);
      telling = telling || (*high - *low) * scale[i] > kTellingSpread;
    }
  }
  if (!telling) return std::nullopt;
  const auto near = [&](const Digest& a, const Digest& b) {
    for (size_t i = 0; i < inputs; ++i) {
      double sum = 0;
      for (size_t p = i * kPoints; p < (i + 1) * kPoints; ++p)
        sum += std::pow((static_cast<double>(a.points[p]) - b.points[p]) * scale[i], 2);
      if (std::sqrt(sum / kPoints) > kNearlyTheSame) return false;
    }
    return true;
  };
  std::vector<const Digest*> groups;  // the first of each
  for (const auto& [index, digest] : digests_) {
    const Digest* one = &digest;
    if (std::none_of(groups.begin(), groups.end(), [&](const Digest* group) { return near(*group, *one); }))
      groups.push_back(one);
    if (groups.size() > most) break;
  }
  return groups.size();
}

void SampleCheck::ReportRepetition(Context& context) const {
  std::set<uint64_t> hashes;
  for (const auto& [index, digest] : digests_) hashes.insert(digest.hash);
  const size_t count = digests_.size();
  Finding finding(Code::kSamplesDoubtful);
  const auto groups = count >= kFewestToGroup ? CountGroups(count / 4) : std::nullopt;
  if (count > 1 && hashes.size() * 2 <= count) {
    finding.Headline("of {} samples only {} {} different", count, hashes.size(),
                     hashes.size() == 1 ? "is" : "are");
    finding.Cause("the others are copies of {}", hashes.size() == 1 ? "it" : "them");
  } else if (groups && *groups * 4 <= count) {
    finding.Headline("of {} samples only {} {} clearly different", count, *groups,
                     *groups == 1 ? "is" : "are");
    finding.Cause("the others are nearly the same, as neighbouring pictures of one film are");
  } else {
    return;
  }
  finding.Fix(std::string(kEnough));
  context.findings.Report(std::move(finding));
}

Result<void> SampleCheck::Report(Context& context) const {
  if (seen_ == 0 && skipped_.empty()) return {};
  std::vector<std::string> skipped;
  for (const size_t index : skipped_)
    skipped.push_back(samples_.name(index) + ": " + samples_.problem(index));
  if (seen_ == 0) {
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("{}", skipped.size() == 1
                                ? "the only sample cannot be read"
                                : fmt::format("none of the {} samples can be read", skipped.size()))
            .Cause("{}", ListSome(skipped))
            .Fix(std::string(kEnough)));
  }
  ReportSkipped(skipped, "unreadable file", "unreadable files", context);
  if (!samples_.scaled()) ReportRanges(context);
  ReportConstants(context);
  ReportRepetition(context);
  if (seen_ < kFew) {
    context.findings.Report(
        Finding(Code::kSamplesDoubtful)
            .Headline("{} sample{} few", seen_, seen_ == 1 ? " is" : "s are")
            .Cause("ranges hold what these samples need; what others need beyond that is cut off")
            .Fix(std::string(kEnough)));
  }
  return {};
}

}  // namespace litesmith::pipeline
