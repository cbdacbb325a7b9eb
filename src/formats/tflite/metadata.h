// The metadata that task libraries read: what goes in and comes out, how pictures are normalized, and which
// files (labels) belong to the model. The metadata is the content of the model's metadata entry
// kMetadataEntry; the files follow the model as a ZIP archive (archive.h).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace litesmith::tflite {

inline constexpr std::string_view kMetadataEntry = "TFLITE_METADATA";

struct AssociatedFile {
  // What the lines of the file are: names for positions along the tensor's last axis, or for its values.
  enum class Kind { kOther, kDescriptions, kAxisLabels, kValueLabels };
  std::string name, description;
  Kind kind = Kind::kOther;
};

struct TensorMetadata {
  enum class Content {
    kNone,
    kFeature,
    kRgbImage,
    kGrayImage,
    kBoxes,  // ymin, xmin, ymax, xmax along the last axis, in 0..1
  };
  std::string name, description;
  Content content = Content::kNone;
  std::optional<std::array<int, 2>>
      content_range;             // first and last dimension that the content fills; none: all
  std::vector<float> mean, std;  // (x - mean) / std; one value or one a channel; none: not normalized
  std::vector<float> min, max;   // of the tensor's values
  std::vector<AssociatedFile> files;
};

struct ModelMetadata {
  std::string name, description, version, author, license;
  // Of the first subgraph; as many as it has inputs and outputs, in its order.
  std::vector<TensorMetadata> inputs, outputs;
};

std::vector<std::byte> PackMetadata(const ModelMetadata& metadata);
// Empty if the bytes are no such metadata. What is not in ModelMetadata is left out.
std::optional<ModelMetadata> UnpackMetadata(Bytes bytes);

// The lines of a label file, without the ends of lines; empty lines count, but for those at the end.
std::vector<std::string> LinesOf(Bytes text);
// The labels of a model: those of the first output whose metadata names a label file that is in the archive
// after the model. Empty if there are none.
std::vector<std::string> LabelsOf(const ModelMetadata& metadata, Bytes file);

}  // namespace litesmith::tflite
