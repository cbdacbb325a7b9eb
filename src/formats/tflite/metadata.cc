#include "formats/tflite/metadata.h"

#include <cstring>

#include "formats/tflite/archive.h"
#include "tflite/metadata_generated.h"

namespace litesmith::tflite {
namespace {

namespace schema = metadata_fb;
using flatbuffers::Offset;
using Content = TensorMetadata::Content;
using Kind = AssociatedFile::Kind;

// The version of the metadata's schema that has all that is written here.
constexpr const char* kMinParserVersion = "1.0.0";

Offset<schema::AssociatedFile> Pack(const AssociatedFile& file, flatbuffers::FlatBufferBuilder& builder) {
  const auto type = [&] {
    switch (file.kind) {
      case Kind::kDescriptions:
        return schema::AssociatedFileType_DESCRIPTIONS;
      case Kind::kAxisLabels:
        return schema::AssociatedFileType_TENSOR_AXIS_LABELS;
      case Kind::kValueLabels:
        return schema::AssociatedFileType_TENSOR_VALUE_LABELS;
      case Kind::kOther:
        break;
    }
    return schema::AssociatedFileType_UNKNOWN;
  }();
  const auto name = builder.CreateString(file.name), description = builder.CreateString(file.description);
  return schema::CreateAssociatedFile(builder, name, description, type);
}

Offset<schema::Content> PackContent(const TensorMetadata& tensor, flatbuffers::FlatBufferBuilder& builder) {
  Offset<void> properties;
  schema::ContentProperties type = schema::ContentProperties_FeatureProperties;
  switch (tensor.content) {
    case Content::kNone:
      return {};
    case Content::kFeature:
      properties = schema::CreateFeatureProperties(builder).Union();
      break;
    case Content::kRgbImage:
    case Content::kGrayImage: {
      const auto space = tensor.content == Content::kRgbImage ? schema::ColorSpaceType_RGB
                                                              : schema::ColorSpaceType_GRAYSCALE;
      properties = schema::CreateImageProperties(builder, space).Union();
      type = schema::ContentProperties_ImageProperties;
      break;
    }
    case Content::kBoxes: {
      // The schema's own order is left, top, right, bottom; these are the places of those four.
      const auto index = builder.CreateVector(std::vector<uint32_t>{1, 0, 3, 2});
      properties = schema::CreateBoundingBoxProperties(builder, index, schema::BoundingBoxType_BOUNDARIES,
                                                       schema::CoordinateType_RATIO)
                       .Union();
      type = schema::ContentProperties_BoundingBoxProperties;
      break;
    }
  }
  Offset<schema::ValueRange> range;
  if (tensor.content_range) {
    range = schema::CreateValueRange(builder, (*tensor.content_range)[0], (*tensor.content_range)[1]);
  }
  return schema::CreateContent(builder, type, properties, range);
}

Offset<schema::TensorMetadata> Pack(const TensorMetadata& tensor, flatbuffers::FlatBufferBuilder& builder) {
  const auto name = builder.CreateString(tensor.name), description = builder.CreateString(tensor.description);
  const auto content = PackContent(tensor, builder);
  std::vector<Offset<schema::ProcessUnit>> units;
  if (!tensor.mean.empty()) {
    const auto mean = builder.CreateVector(tensor.mean), std = builder.CreateVector(tensor.std);
    const auto options = schema::CreateNormalizationOptions(builder, mean, std);
    units.push_back(
        schema::CreateProcessUnit(builder, schema::ProcessUnitOptions_NormalizationOptions, options.Union()));
  }
  Offset<flatbuffers::Vector<Offset<schema::ProcessUnit>>> unit_vector;
  if (!units.empty()) unit_vector = builder.CreateVector(units);
  Offset<schema::Stats> stats;
  if (!tensor.min.empty() || !tensor.max.empty()) {
    const auto max = builder.CreateVector(tensor.max), min = builder.CreateVector(tensor.min);
    stats = schema::CreateStats(builder, max, min);
  }
  std::vector<Offset<schema::AssociatedFile>> files;
  for (const AssociatedFile& file : tensor.files) files.push_back(Pack(file, builder));
  Offset<flatbuffers::Vector<Offset<schema::AssociatedFile>>> file_vector;
  if (!files.empty()) file_vector = builder.CreateVector(files);
  return schema::CreateTensorMetadata(builder, name, description, 0, content, unit_vector, stats,
                                      file_vector);
}

std::string Text(const flatbuffers::String* text) { return text != nullptr ? text->str() : std::string(); }

std::vector<float> Floats(const flatbuffers::Vector<float>* vector) {
  return vector != nullptr ? std::vector<float>(vector->begin(), vector->end()) : std::vector<float>();
}

Content ContentOf(const schema::Content& content) {
  switch (content.content_properties_type()) {
    case schema::ContentProperties_FeatureProperties:
      return Content::kFeature;
    case schema::ContentProperties_BoundingBoxProperties:
      return Content::kBoxes;
    case schema::ContentProperties_ImageProperties: {
      const auto* image = content.content_properties_as_ImageProperties();
      const bool gray = image != nullptr && image->color_space() == schema::ColorSpaceType_GRAYSCALE;
      return gray ? Content::kGrayImage : Content::kRgbImage;
    }
    default:
      return Content::kNone;
  }
}

AssociatedFile Unpack(const schema::AssociatedFile& file) {
  AssociatedFile to{Text(file.name()), Text(file.description()), Kind::kOther};
  switch (file.type()) {
    case schema::AssociatedFileType_DESCRIPTIONS:
      to.kind = Kind::kDescriptions;
      break;
    case schema::AssociatedFileType_TENSOR_AXIS_LABELS:
      to.kind = Kind::kAxisLabels;
      break;
    case schema::AssociatedFileType_TENSOR_VALUE_LABELS:
      to.kind = Kind::kValueLabels;
      break;
    default:
      break;
  }
  return to;
}

TensorMetadata Unpack(const schema::TensorMetadata& tensor) {
  TensorMetadata to;
  to.name = Text(tensor.name());
  to.description = Text(tensor.description());
  if (tensor.content() != nullptr) {
    to.content = ContentOf(*tensor.content());
    if (const auto* range = tensor.content()->range()) to.content_range = {{range->min(), range->max()}};
  }
  if (tensor.process_units() != nullptr) {
    for (const schema::ProcessUnit* unit : *tensor.process_units()) {
      const auto* normalization = unit->options_as_NormalizationOptions();
      if (normalization == nullptr) continue;
      to.mean = Floats(normalization->mean());
      to.std = Floats(normalization->std());
    }
  }
  if (tensor.stats() != nullptr) {
    to.min = Floats(tensor.stats()->min());
    to.max = Floats(tensor.stats()->max());
  }
  if (tensor.associated_files() != nullptr) {
    for (const schema::AssociatedFile* file : *tensor.associated_files()) to.files.push_back(Unpack(*file));
  }
  return to;
}

}  // namespace

std::vector<std::byte> PackMetadata(const ModelMetadata& metadata) {
  flatbuffers::FlatBufferBuilder builder;
  const auto pack = [&](const std::vector<TensorMetadata>& tensors) {
    std::vector<Offset<schema::TensorMetadata>> offsets;
    for (const TensorMetadata& tensor : tensors) offsets.push_back(Pack(tensor, builder));
    return builder.CreateVector(offsets);
  };
  const auto inputs = pack(metadata.inputs), outputs = pack(metadata.outputs);
  const auto subgraph = schema::CreateSubGraphMetadata(builder, 0, 0, inputs, outputs);
  const auto subgraphs = builder.CreateVector(&subgraph, 1);
  const auto text = [&](const std::string& from) {
    return from.empty() ? Offset<flatbuffers::String>() : builder.CreateString(from);
  };
  const auto name = text(metadata.name), description = text(metadata.description),
             version = text(metadata.version);
  const auto author = text(metadata.author), license = text(metadata.license);
  const auto parser = builder.CreateString(kMinParserVersion);
  schema::FinishModelMetadataBuffer(
      builder, schema::CreateModelMetadata(builder, name, description, version, subgraphs, author, license, 0,
                                           parser));
  const auto bytes = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return {bytes.begin(), bytes.end()};
}

std::optional<ModelMetadata> UnpackMetadata(Bytes bytes) {
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) return std::nullopt;
  // Aligned as FlatBuffers' accessors want it.
  std::vector<uint64_t> words(bytes.size() / sizeof(uint64_t) + 1);
  if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  const auto* data = reinterpret_cast<const uint8_t*>(words.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (bytes.size() < 8 || !schema::VerifyModelMetadataBuffer(verifier)) return std::nullopt;
  const schema::ModelMetadata& from = *schema::GetModelMetadata(data);
  ModelMetadata to;
  to.name = Text(from.name());
  to.description = Text(from.description());
  to.version = Text(from.version());
  to.author = Text(from.author());
  to.license = Text(from.license());
  if (from.subgraph_metadata() == nullptr || from.subgraph_metadata()->size() == 0) return to;
  const schema::SubGraphMetadata& subgraph = *from.subgraph_metadata()->Get(0);
  if (subgraph.input_tensor_metadata() != nullptr) {
    for (const schema::TensorMetadata* tensor : *subgraph.input_tensor_metadata())
      to.inputs.push_back(Unpack(*tensor));
  }
  if (subgraph.output_tensor_metadata() != nullptr) {
    for (const schema::TensorMetadata* tensor : *subgraph.output_tensor_metadata()) {
      to.outputs.push_back(Unpack(*tensor));
    }
  }
  return to;
}

std::vector<std::string> LinesOf(Bytes text) {
  std::vector<std::string> lines;
  std::string_view rest = AsText(text);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> LabelsOf(const ModelMetadata& metadata, Bytes file) {
  for (const TensorMetadata& output : metadata.outputs) {
    for (const AssociatedFile& associated : output.files) {
      if (associated.kind != Kind::kAxisLabels && associated.kind != Kind::kValueLabels) continue;
      if (const auto text = FindInArchive(file, associated.name)) return LinesOf(*text);
    }
  }
  return {};
}

}  // namespace litesmith::tflite
