// The keys of model.json as the TF.js converter writes them (tfjs-converter/python/tensorflowjs/converters/
// common.py and write_weights.py, tfjs-core/src/io/types.ts).
#include "formats/tfjs/schema.h"

#include <vector>

#include "formats/graphdef/graphdef.h"
#include "formats/tfjs/initializer.h"

namespace litesmith::tfjs {
namespace {

using protobuf::FieldSchema;
using protobuf::Kind;
using protobuf::MessageSchema;

constexpr FieldSchema kQuantizationFields[] = {
    {"dtype", 1, Kind::kText}, {"scale", 2, Kind::kDouble}, {"min", 3, Kind::kDouble}};
constexpr MessageSchema kQuantization{"quantization", kQuantizationFields};
constexpr FieldSchema kWeightFields[] = {{"name", 1, Kind::kText},
                                         {"dtype", 2, Kind::kText},
                                         {"shape", 3, Kind::kInt},
                                         {"quantization", 4, Kind::kMessage, &kQuantization}};
constexpr MessageSchema kWeight{"weight", kWeightFields};
constexpr FieldSchema kGroupFields[] = {{"paths", 1, Kind::kText}, {"weights", 2, Kind::kMessage, &kWeight}};
constexpr MessageSchema kGroup{"weightsManifest", kGroupFields};
constexpr FieldSchema kNoFields[] = {{"class_name", 1, Kind::kText}};
constexpr MessageSchema kOther{"message", kNoFields};  // only its presence counts

// GraphDef, and the keys of a Keras model: a whole one, or what `model.toJSON()` gives.
const MessageSchema& TopologySchema() {
  static const std::vector<FieldSchema> fields = [] {
    const auto& graph = graphdef::kGraphDefSchema.fields;
    std::vector<FieldSchema> all(graph.begin(), graph.end());
    all.push_back({"model_config", kLayersField, Kind::kMessage, &kOther});
    all.push_back({"class_name", kLayersField, Kind::kText});
    return all;
  }();
  static const MessageSchema schema{"GraphDef", fields};
  return schema;
}

}  // namespace

const MessageSchema& ModelSchema() {
  static const FieldSchema kMetadataFields[] = {{"signature", 1, Kind::kMessage, &NumberedSignatureSchema()}};
  static const MessageSchema kMetadata{"userDefinedMetadata", kMetadataFields};
  static const FieldSchema kFields[] = {
      {"format", kFormat, Kind::kText},
      {"generated_by", kGeneratedBy, Kind::kText},
      {"model_topology", kTopology, Kind::kMessage, &TopologySchema()},
      {"weights_manifest", kManifest, Kind::kMessage, &kGroup},
      {"signature", kSignature, Kind::kMessage, &NumberedSignatureSchema()},
      {"user_defined_metadata", kUserMetadata, Kind::kMessage, &kMetadata},
      {"model_initializer", kInitializer, Kind::kMessage, &graphdef::kGraphDefSchema},
      {"initializer_signature", kInitializerSignature, Kind::kMessage, &NumberedSignatureSchema()}};
  static const MessageSchema schema{"model", kFields};
  return schema;
}

}  // namespace litesmith::tfjs
