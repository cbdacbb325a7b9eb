// The two kinds of sample inputs behind OpenSamples, and what they share.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/finding.h"
#include "formats/image/picture.h"
#include "pipeline/samples.h"

namespace litesmith::pipeline {

struct SampleFile {
  std::string path;
  std::string name;  // as findings call it: without the folder of the samples
};

// Why samples were passed over. Safe to use from several threads.
class SampleProblems {
 public:
  void Set(size_t index, std::string problem);
  std::string Get(size_t index) const;

 private:
  mutable std::mutex mutex_;
  std::map<size_t, std::string> problems_;
};

// Both report kSamplesUnfit when the model's inputs are others; see OpenSamples. At least one file.
Result<std::unique_ptr<Samples>> OpenPictures(std::vector<SampleFile> files,
                                              const std::vector<runtime::TensorInfo>& inputs,
                                              const SampleOptions& options, Context& context);
Result<std::unique_ptr<Samples>> OpenArrays(std::vector<SampleFile> files,
                                            const std::vector<runtime::TensorInfo>& inputs,
                                            const SampleOptions& options, Context& context);

// Axes of an input [N,H,W,C] or [N,C,H,W] of float32, uint8 or int32, with C 1 or 3, or last and unknown.
struct PictureAxes {
  int height, width, channels;
};
std::optional<PictureAxes> AxesOfPicture(DType dtype, const Shape& shape);
bool TakesPictures(const std::vector<runtime::TensorInfo>& inputs);  // one such input

// What a picture input takes of a picture: scaled to the preparation's size and repeated for the batch;
// normalized if it takes floats, else pixels.
Tensor PictureTensor(const Picture& picture, const runtime::TensorInfo& input,
                     vision::Preparation preparation);

// A tensor that fits `input`, as its dtype. Reports kSamplesUnfit for numbers that it cannot hold, and
// kSampleNotFinite; `sample` is the sample's name.
Result<Tensor> CheckedSample(const Tensor& tensor, const std::string& sample,
                             const runtime::TensorInfo& input, Context& context);

// "x float32[1,8]".
std::string DescribeInput(const runtime::TensorInfo& input);
std::string DescribeInputs(const std::vector<runtime::TensorInfo>& inputs);
// "a, b, c and 12 more".
std::string ListSome(const std::vector<std::string>& names);
// Warns of files that were passed over, each with its reason: "notes.txt: the file is empty".
// `one` and `several` say what they are: "unreadable file".
void ReportSkipped(const std::vector<std::string>& skipped, std::string_view one, std::string_view several,
                   Context& context);

}  // namespace litesmith::pipeline
