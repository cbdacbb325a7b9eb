#include "detection/metadata.h"

#include <algorithm>

#include "formats/tflite/metadata.h"

namespace litesmith::detection {
namespace {

Tensor TextTensor(Bytes bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  return Tensor::Of<uint8_t>({static_cast<int64_t>(bytes.size())},
                             std::span<const uint8_t>(data, bytes.size()));
}

constexpr const char* kLabelFile = "labels.txt";

// The names that the task library's object detector expects of the outputs.
std::vector<tflite::TensorMetadata> FourOutputs(bool labelled) {
  using Content = tflite::TensorMetadata::Content;
  std::vector<tflite::TensorMetadata> outputs(4);
  outputs[0].name = "location";
  outputs[0].description = "The boxes: top, left, bottom, right, in 0..1 of the picture.";
  outputs[0].content = Content::kBoxes;
  outputs[0].content_range = {2, 2};
  outputs[1].name = "category";
  outputs[1].description = "The class of each box, counted from 0.";
  outputs[1].content = Content::kFeature;
  outputs[1].content_range = {2, 2};
  if (labelled) {
    outputs[1].files.push_back(
        {kLabelFile, "The name of each class, one a line.", tflite::AssociatedFile::Kind::kValueLabels});
  }
  outputs[2].name = "score";
  outputs[2].description = "The score of each box, best first.";
  outputs[2].content = Content::kFeature;
  outputs[2].content_range = {2, 2};
  outputs[3].name = "number of detections";
  outputs[3].description = "How many boxes there are.";
  outputs[3].content = Content::kFeature;
  return outputs;
}

}  // namespace

void AddMetadata(ir::Function& function, const Preprocess& preprocess, bool four_outputs,
                 const std::vector<std::string>& labels) {
  ir::Module& module = *function.module();
  if (std::any_of(module.metadata.begin(), module.metadata.end(),
                  [](const auto& entry) { return entry.first == tflite::kMetadataEntry; }))
    return;
  module.metadata.emplace_back("LITESMITH_PREPROCESSING", TextTensor(AsBytes(PreprocessJson(preprocess))));

  tflite::ModelMetadata metadata;
  metadata.name = "object detector";
  metadata.inputs.resize(function.parameter_count());
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    tflite::TensorMetadata& input = metadata.inputs[i];
    input.name =
        i < function.parameter_names.size() ? function.parameter_names[i] : function.parameter(i)->name;
    if (function.parameter(i)->type.shape != Shape{1, preprocess.height, preprocess.width, 3}) continue;
    input.description = "The picture, scaled to the network's size.";
    input.content = tflite::TensorMetadata::Content::kRgbImage;
    if (preprocess.normalized_known) {
      input.mean.assign(preprocess.mean.begin(), preprocess.mean.end());
      input.std.assign(preprocess.std.begin(), preprocess.std.end());
    }
  }
  metadata.outputs = four_outputs ? FourOutputs(!labels.empty())
                                  : std::vector<tflite::TensorMetadata>(function.result_count());
  for (size_t i = 0; i < metadata.outputs.size(); ++i) {
    if (metadata.outputs[i].name.empty() && i < function.result_names.size())
      metadata.outputs[i].name = function.result_names[i];
  }
  module.metadata.emplace_back(tflite::kMetadataEntry, TextTensor(tflite::PackMetadata(metadata)));
  if (labels.empty()) return;
  std::string text;
  for (const std::string& label : labels) text += label + "\n";
  module.files.emplace_back(kLabelFile, TextTensor(AsBytes(text)));
}

}  // namespace litesmith::detection
