// Pictures as sample inputs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "formats/image/picture.h"
#include "pipeline/samples_sources.h"
#include "tensor/transpose.h"

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

// The same picture for each place of the batch; integers are the nearest pixel.
template <class T>
Tensor Batch(const Tensor& picture, int64_t count) {
  Dims dims = picture.dims();
  dims[0] = count;
  Tensor batch = Tensor::Zeros(kDTypeOf<T>, dims);
  const auto from = picture.data<float>();
  const auto to = batch.mutable_data<T>();
  for (size_t i = 0; i < from.size(); ++i) {
    if constexpr (std::is_integral_v<T>) {
      to[i] = static_cast<T>(std::clamp(std::round(from[i]), 0.0f, 255.0f));
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
    const PictureAxes axes = *AxesOfPicture(input_.dtype, input_.shape);
    preparation.height = input_.shape[axes.height].value_or(picture->height);
    preparation.width = input_.shape[axes.width].value_or(picture->width);
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
                inputs.size() == 1 ? ", which is no picture [1,H,W,3] or [1,H,W,1]" : "");
  std::string arrays;
  for (const runtime::TensorInfo& input : inputs)
    arrays += fmt::format("{}'{}': array", arrays.empty() ? "" : ", ", input.name);
  finding.Fix(fmt::format("give arrays of NumPy: an .npz per sample, or one with all of them, written with "
                          "numpy.savez('samples.npz', **{{{}}})",
                          arrays),
              "--data samples.npz");
  return context.findings.Report(std::move(finding));
}

// Says which numbers pictures become, unless the metadata tells.
void ReportNormalization(const runtime::TensorInfo& input, const SampleOptions& options, Context& context) {
  using Source = SampleOptions::Source;
  if (options.normalization == Source::kMetadata) return;
  const vision::Preparation& by = options.preparation;
  const std::string scale =
      fmt::format("{:.3g}..{:.3g}", -by.mean[0] / by.std[0], (255 - by.mean[0]) / by.std[0]);
  Finding finding(Code::kSamplesDoubtful);
  if (options.normalization == Source::kFirstOps) {
    finding.As(Severity::kNote);
    finding.Headline("pictures were scaled to {} for '{}'", scale, input.name);
    finding.Cause("that is what the first ops of the model want");
    context.findings.Report(std::move(finding));
    return;
  }
  finding.Headline("pictures were scaled to {} for '{}', which is a guess", scale, input.name);
  finding.Cause("{}; if the model takes other numbers for black and white, all ranges are wrong",
                options.normalization == Source::kFirstWeights
                    ? "no metadata and no op tells, but the weights of the first convolution suggest it"
                    : "nothing in the model tells");
  finding.Fix(
      "if it takes others, give samples as your program prepares them, as arrays of NumPy: "
      "numpy.savez('samples.npz', **{'" +
          input.name + "': array})",
      "--data samples.npz");
  context.findings.Report(std::move(finding));
}

}  // namespace

Tensor PictureTensor(const Picture& picture, const runtime::TensorInfo& input,
                     vision::Preparation preparation) {
  if (!IsFloat(input.dtype)) {
    preparation.mean.fill(0);
    preparation.std.fill(1);
  }
  const PictureAxes axes = *AxesOfPicture(input.dtype, input.shape);
  Tensor tensor = vision::Prepare(picture, preparation);
  if (input.shape[axes.channels].value_or(3) == 1) tensor = Grey(tensor);
  if (axes.channels == 1) tensor = Transposed(tensor, std::vector<int>{0, 3, 1, 2});
  const int64_t count = input.shape[0].value_or(1);
  if (input.dtype == DType::kUInt8) return Batch<uint8_t>(tensor, count);
  if (input.dtype == DType::kInt32) return Batch<int32_t>(tensor, count);
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
  if (IsFloat(inputs[0].dtype)) ReportNormalization(inputs[0], options, context);
  return std::unique_ptr<Samples>(
      std::make_unique<PictureSamples>(std::move(files), inputs[0], options.preparation));
}

}  // namespace litesmith::pipeline
