// Pictures as sample inputs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "formats/image/picture.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

// What tf.image.rgb_to_grayscale takes of red, green and blue.
constexpr std::array<float, 3> kGrey = {0.2989f, 0.5870f, 0.1140f};

// float32 [1,H,W,1] of float32 [1,H,W,3].
Tensor Grey(const Tensor& colours) {
  Tensor grey = Tensor::Zeros(DType::kFloat32, {1, colours.dims()[1], colours.dims()[2], 1});
  const auto from = colours.data<float>();
  const auto to = grey.mutable_data<float>();
  for (size_t i = 0; i < to.size(); ++i)
    to[i] = kGrey[0] * from[3 * i] + kGrey[1] * from[3 * i + 1] + kGrey[2] * from[3 * i + 2];
  return grey;
}

// The same picture for each place of the batch; uint8 rounds to the nearest pixel.
template <class T>
Tensor Batch(const Tensor& picture, int64_t count) {
  Dims dims = picture.dims();
  dims[0] = count;
  Tensor batch = Tensor::Zeros(kDTypeOf<T>, dims);
  const auto from = picture.data<float>();
  const auto to = batch.mutable_data<T>();
  for (size_t i = 0; i < from.size(); ++i) {
    if constexpr (std::is_same_v<T, uint8_t>) {
      to[i] = static_cast<uint8_t>(std::clamp(std::round(from[i]), 0.0f, 255.0f));
    } else {
      to[i] = from[i];
    }
  }
  for (size_t at = from.size(); at < to.size(); at += from.size())
    std::copy_n(to.begin(), from.size(), to.begin() + static_cast<ptrdiff_t>(at));
  return batch;
}

class PictureSamples : public Samples {
 public:
  PictureSamples(std::vector<SampleFile> files, runtime::TensorInfo input,
                 const vision::Preparation& preparation)
      : files_(std::move(files)), input_(std::move(input)), preparation_(preparation) {}

  size_t count() const override { return files_.size(); }
  std::string name(size_t index) const override { return files_[index].name; }
  std::string problem(size_t index) const override { return problems_.Get(index); }
  bool scaled() const override { return true; }

  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    FindingList findings;
    Context own{context.host, findings, context.limits, context.cancelled};
    const auto file = ReadFile(own, files_[index].path, "a picture");
    if (!file) return PassOver(index, findings);
    const auto picture = ReadPicture(file->bytes, files_[index].path, own);
    if (!picture) return PassOver(index, findings);
    vision::Preparation preparation = preparation_;
    preparation.height = input_.shape[1].value_or(picture->height);
    preparation.width = input_.shape[2].value_or(picture->width);
    const int64_t count = input_.shape[0].value_or(1);
    const Dims dims = {count, preparation.height, preparation.width, 3};  // grey ones come from colours
    const auto elements = CheckedProduct(dims);
    const auto bytes = elements ? BytesOf(DType::kFloat32, *elements) : std::nullopt;
    if (!bytes || *bytes > static_cast<uint64_t>(context.limits.max_result_bytes)) {
      problems_.Set(index, fmt::format("a tensor {} of it would be too large", ToText(dims)));
      return std::vector<Tensor>{};
    }
    return std::vector<Tensor>{PictureTensor(*picture, input_, preparation)};
  }

 private:
  std::vector<Tensor> PassOver(size_t index, const FindingList& findings) const {
    const Finding& finding = findings.findings()[0];
    problems_.Set(index, finding.cause.empty() ? finding.headline : finding.cause);
    return {};
  }

  const std::vector<SampleFile> files_;
  const runtime::TensorInfo input_;
  const vision::Preparation preparation_;
  mutable SampleProblems problems_;
};

Failed ReportNoPictureInput(const std::vector<runtime::TensorInfo>& inputs, const std::string& file,
                            Context& context) {
  Finding finding(Code::kSamplesUnfit);
  finding.Headline("pictures are no samples for this model");
  finding.Cause("'{}' is a picture, and the model takes {}{}", file, DescribeInputs(inputs),
                inputs.size() == 1 ? ", which is no picture [1,H,W,3] or [1,H,W,1] of float32 or uint8" : "");
  std::string arrays;
  for (const runtime::TensorInfo& input : inputs) {
    arrays += fmt::format("{}'{}': array", arrays.empty() ? "" : ", ", input.name);
    finding.Tensor(NoteOf(input));
  }
  finding.Fix(fmt::format("give arrays of NumPy: an .npz per sample, or one with all of them, written with "
                          "numpy.savez('samples.npz', **{{{}}})",
                          arrays),
              "--data samples.npz");
  return context.findings.Report(std::move(finding));
}

// Half of the models want 0..1, half -1..1. Ranges of the wider one hold what the other one needs.
constexpr float kGuessedMean = 127.5f, kGuessedStd = 127.5f;

void ReportNormalization(const runtime::TensorInfo& input, const SampleOptions& options, Context& context) {
  if (options.normalization == SampleOptions::Source::kNone) {
    context.findings.Report(
        Finding(Code::kSamplesDoubtful)
            .Headline("pictures were scaled to -1..1 for '{}', which is a guess", input.name)
            .Cause("neither metadata nor first ops of the model tell which numbers it takes for black and "
                   "white; "
                   "if it takes others, all ranges are wrong")
            .Fix("if it takes others, give samples as your program prepares them, as arrays of NumPy: "
                 "numpy.savez('samples.npz', **{'" +
                     input.name + "': array})",
                 "--data samples.npz")
            .Tensor(NoteOf(input)));
    return;
  }
  if (options.normalization != SampleOptions::Source::kFirstOps) return;
  const vision::Preparation& by = options.preparation;
  context.findings.Report(Finding(Code::kSamplesDoubtful)
                              .As(Severity::kNote)
                              .Headline("pictures enter '{}' as the model's first ops want them", input.name)
                              .Cause("from {:.3g} for black to {:.3g} for white (mean {:.4g}, std {:.4g})",
                                     -by.mean[0] / by.std[0], (255 - by.mean[0]) / by.std[0], by.mean[0],
                                     by.std[0]));
}

}  // namespace

Tensor PictureTensor(const Picture& picture, const runtime::TensorInfo& input,
                     const vision::Preparation& preparation) {
  Tensor tensor = vision::Prepare(picture, preparation);
  if (input.shape[3].value_or(3) == 1) tensor = Grey(tensor);
  const int64_t count = input.shape[0].value_or(1);
  if (input.dtype == DType::kUInt8) return Batch<uint8_t>(tensor, count);
  return count == 1 ? tensor : Batch<float>(tensor, count);
}

Result<std::unique_ptr<Samples>> OpenPictures(std::vector<SampleFile> files,
                                              const std::vector<runtime::TensorInfo>& inputs,
                                              const SampleOptions& options, Context& context) {
  if (!TakesPictures(inputs) && options.others_take_pictures) {
    files.clear();
    return std::unique_ptr<Samples>(
        std::make_unique<PictureSamples>(std::move(files), runtime::TensorInfo(), options.preparation));
  }
  if (!TakesPictures(inputs)) return ReportNoPictureInput(inputs, files[0].name, context);
  vision::Preparation preparation = options.preparation;
  if (inputs[0].dtype == DType::kUInt8) {
    preparation.mean.fill(0);
    preparation.std.fill(1);
  } else {
    if (options.normalization == SampleOptions::Source::kNone) {
      preparation.mean.fill(kGuessedMean);
      preparation.std.fill(kGuessedStd);
    }
    ReportNormalization(inputs[0], options, context);
  }
  return std::unique_ptr<Samples>(std::make_unique<PictureSamples>(std::move(files), inputs[0], preparation));
}

}  // namespace litesmith::pipeline
