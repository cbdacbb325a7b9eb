// Field names and numbers of TensorFlow's public .proto files (tensorflow/core/protobuf), as far as they are
// decoded.
#include "formats/savedmodel/savedmodel.h"

namespace litesmith::savedmodel {
namespace {

using protobuf::FieldSchema;
using protobuf::Kind;
using protobuf::MessageSchema;

constexpr FieldSchema kEmptyFields[] = {{"name", 1, Kind::kText}};
constexpr MessageSchema kOther{"message", kEmptyFields};  // only its presence counts
constexpr FieldSchema kTensorInfoFields[] = {
    {"name", 1, Kind::kText},
    {"dtype", 2, Kind::kEnum, nullptr, graphdef::DataTypeOfName},
    {"tensor_shape", 3, Kind::kMessage, &graphdef::kTensorShapeSchema},
    {"coo_sparse", 4, Kind::kMessage, &kOther},
    {"composite_tensor", 5, Kind::kMessage, &kOther}};
constexpr MessageSchema kTensorInfo{"TensorInfo", kTensorInfoFields};
constexpr FieldSchema kTensorInfoEntryFields[] = {{"key", 1, Kind::kText},
                                                  {"value", 2, Kind::kMessage, &kTensorInfo}};
constexpr MessageSchema kTensorInfoEntry{"inputs", kTensorInfoEntryFields};
constexpr FieldSchema kSignatureFields[] = {{"inputs", 1, Kind::kMessage, &kTensorInfoEntry},
                                            {"outputs", 2, Kind::kMessage, &kTensorInfoEntry},
                                            {"method_name", 3, Kind::kText}};
constexpr FieldSchema kSignatureEntryFields[] = {{"key", 1, Kind::kText},
                                                 {"value", 2, Kind::kMessage, &kSignatureSchema}};
constexpr MessageSchema kSignatureEntry{"signature_def", kSignatureEntryFields};

constexpr FieldSchema kOpListFields[] = {{"op", 1, Kind::kMessage, &graphdef::kOpDefSchema}};
constexpr MessageSchema kOpList{"OpList", kOpListFields};
constexpr FieldSchema kInfoFields[] = {{"stripped_op_list", 2, Kind::kMessage, &kOpList},
                                       {"tags", 4, Kind::kText},
                                       {"tensorflow_version", 5, Kind::kText}};
constexpr MessageSchema kInfo{"MetaInfoDef", kInfoFields};
constexpr FieldSchema kSaverFields[] = {{"filename_tensor_name", 1, Kind::kText},
                                        {"save_tensor_name", 2, Kind::kText},
                                        {"restore_op_name", 3, Kind::kText}};
constexpr MessageSchema kSaver{"SaverDef", kSaverFields};
constexpr FieldSchema kAssetFields[] = {{"tensor_info", 1, Kind::kMessage, &kTensorInfo},
                                        {"filename", 2, Kind::kText}};
constexpr MessageSchema kAsset{"AssetFileDef", kAssetFields};
constexpr FieldSchema kNodeListFields[] = {{"value", 1, Kind::kText}};
constexpr MessageSchema kNodeList{"CollectionDef.NodeList", kNodeListFields};
constexpr FieldSchema kCollectionFields[] = {{"node_list", 1, Kind::kMessage, &kNodeList}};
constexpr MessageSchema kCollection{"CollectionDef", kCollectionFields};
constexpr FieldSchema kCollectionEntryFields[] = {{"key", 1, Kind::kText},
                                                  {"value", 2, Kind::kMessage, &kCollection}};
constexpr MessageSchema kCollectionEntry{"collection_def", kCollectionEntryFields};

constexpr FieldSchema kReferenceFields[] = {{"node_id", 1, Kind::kInt}, {"local_name", 2, Kind::kText}};
constexpr MessageSchema kReference{"ObjectReference", kReferenceFields};
constexpr FieldSchema kUserObjectFields[] = {{"identifier", 1, Kind::kText}};
constexpr MessageSchema kUserObject{"SavedUserObject", kUserObjectFields};
constexpr FieldSchema kFunctionFields[] = {{"concrete_functions", 1, Kind::kText}};
constexpr MessageSchema kFunction{"SavedFunction", kFunctionFields};
constexpr FieldSchema kVariableFields[] = {{"name", 6, Kind::kText}};
constexpr MessageSchema kVariable{"SavedVariable", kVariableFields};
constexpr FieldSchema kObjectFields[] = {{"children", 1, Kind::kMessage, &kReference},
                                         {"user_object", 4, Kind::kMessage, &kUserObject},
                                         {"function", 6, Kind::kMessage, &kFunction},
                                         {"variable", 7, Kind::kMessage, &kVariable}};
constexpr MessageSchema kObject{"SavedObject", kObjectFields};
constexpr FieldSchema kObjectGraphFields[] = {{"nodes", 1, Kind::kMessage, &kObject}};
constexpr MessageSchema kObjectGraph{"SavedObjectGraph", kObjectGraphFields};

constexpr FieldSchema kMetaGraphFields[] = {{"meta_info_def", 1, Kind::kMessage, &kInfo},
                                            {"graph_def", 2, Kind::kMessage, &graphdef::kGraphDefSchema},
                                            {"saver_def", 3, Kind::kMessage, &kSaver},
                                            {"collection_def", 4, Kind::kMessage, &kCollectionEntry},
                                            {"signature_def", 5, Kind::kMessage, &kSignatureEntry},
                                            {"asset_file_def", 6, Kind::kMessage, &kAsset},
                                            {"object_graph_def", 7, Kind::kMessage, &kObjectGraph}};
constexpr MessageSchema kMetaGraph{"MetaGraphDef", kMetaGraphFields};
constexpr FieldSchema kSavedModelFields[] = {{"saved_model_schema_version", 1, Kind::kInt},
                                             {"meta_graphs", 2, Kind::kMessage, &kMetaGraph}};

}  // namespace

constexpr MessageSchema kSavedModelSchema{"SavedModel", kSavedModelFields};
constexpr MessageSchema kSignatureSchema{"SignatureDef", kSignatureFields};

}  // namespace litesmith::savedmodel
