// Sample inputs for quantization out of files: pictures, and arrays of NumPy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "quantization/samples.h"
#include "runtime/interpreter.h"
#include "vision/resize.h"

namespace litesmith::pipeline {

// The numbers that an input takes, both ends included.
struct ValueRange {
  float low = 0, high = 0;
  bool rough = false;  // the order of magnitude is right, the rest a guess
};

// What the model itself tells of its inputs.
struct SampleOptions {
  std::string signature;  // the key of the signature, empty without one
  // How a picture becomes the input's numbers; height and width are the input's, whatever stands here.
  vision::Preparation preparation;
  // What tells mean and std of `preparation`; OpenSamples says so where it is a guess: by weights or by
  // nothing.
  enum class Source { kNone, kMetadata, kFirstOps, kFirstWeights } normalization = Source::kNone;
  // By input; missing entries and empty ones are not known.
  std::vector<std::optional<ValueRange>> ranges;
  // Keys of arrays that belong to the model's other signatures, and whether one of these takes pictures.
  std::vector<std::string> other_names;
  bool others_take_pictures = false;
};

// By the metadata of `module` (normalization, least and largest values), else by its first ops (subtracting
// 127.5 from an input tells that it takes pixels), else by the size of the weights of its first convolution.
// `signature` as Interpreter::Create takes it.
SampleOptions SampleOptionsOf(const ir::Module& module, const std::string& signature);

class Samples : public quantization::SampleSource {
 public:
  // Why Get passed over sample `index`: "it is a GIF"; empty when it did not. SampleCheck reports it, in the
  // order of the samples.
  virtual std::string problem(size_t index) const = 0;
  // Whether Get scales the numbers as the model wants them: they are made of pictures.
  virtual bool scaled() const = 0;
};

// `path`: a picture or a folder of them (with its subfolders) for a model with one input [N,H,W,C] or
// [N,C,H,W], C being 1 or 3, of float32, or of uint8 or int32 that take pixels; an .npz, or a folder of them,
// whose keys are the inputs' names (the signature's or the tensors', with or without ":0", also behind
// "SIGNATURE/"), or an .npy for the only input. An array of an input's shape is one sample; with one
// dimension more, or along a first dimension where the input has 1 or none that is known, it holds one sample
// after the other. In a folder that has a subfolder named as the signature, only that one counts.
//
// Get decodes one sample and keeps nothing of it. It returns an empty vector for a file that cannot be read
// (see problem()), and fails with kSampleNotFinite for NaN and infinity.
//
// Reports kSamplesUnfit (nothing there, nothing readable, or names, shapes or dtypes that are not the
// model's), kFileMissing and kNotAnArray for a single file; warns with kSampleSkipped of files and arrays
// that are no samples and with kSamplesDoubtful when the normalization of pictures is a guess. count() is 0
// only if all samples belong to other signatures. `inputs` as Interpreter::inputs() lists them.
Result<std::unique_ptr<Samples>> OpenSamples(const std::string& path,
                                             const std::vector<runtime::TensorInfo>& inputs,
                                             const SampleOptions& options, Context& context);

// Some dozens of made-up samples, the same each time: for pictures, shapes and noise with the statistics of
// photographs, prepared as the options say; for other floats, numbers in the range that is known, else around
// 0 with a deviation of 1; for integers, numbers in that range, else 0 to 7.
std::unique_ptr<quantization::SampleSource> MakeUpSamples(std::vector<runtime::TensorInfo> inputs,
                                                          SampleOptions options);

}  // namespace litesmith::pipeline
