// A SavedModel: the meta graphs of saved_model.pb (or .pbtxt), and what lies beside it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/host.h"
#include "formats/graphdef/graphdef.h"
#include "formats/protobuf/reader.h"

namespace litesmith::savedmodel {

struct TensorInfo {
  std::string_view name;  // "serving_default_x:0"
  DType dtype = DType::kInvalid;
  Shape shape;
  bool dense = true;  // false for sparse and composite tensors, which are several
};

struct SignatureDef {
  std::string_view key, method;
  std::vector<std::pair<std::string_view, TensorInfo>> inputs, outputs;  // sorted by name
};

struct SaverDef {
  std::string_view filename_tensor, restore_op;  // "saver_filename:0", "StatefulPartitionedCall_2"
};

struct Asset {
  std::string_view tensor;    // of the constant that holds the path
  std::string_view filename;  // below assets/
};

// Names are views into the document.
struct MetaGraph {
  std::vector<std::string_view> tags;
  std::string_view tensorflow_version;
  graphdef::GraphDef graph;
  SaverDef saver;
  std::vector<SignatureDef> signatures;  // TensorFlow's own among them: "__saved_model_init_op"
  std::vector<Asset> assets;
  std::map<std::string_view, std::vector<std::string_view>>
      node_collections;                   // "saved_model_main_op" -> nodes
  std::map<std::string_view, Bytes> ops;  // OpDef messages of the ops that the graph uses, by name
  Bytes object_graph;                     // a SavedObjectGraph message, for DecodeObjectGraph
};

struct SavedModel {
  std::string folder;
  std::shared_ptr<protobuf::Document> document;
  MetaGraph graph;

  std::string variables_prefix() const;  // of the checkpoint
  // The path of an asset; empty for a name that would lead out of the folder assets/.
  std::string AssetPath(std::string_view filename) const;
};

// The parts of a SavedObjectGraph that say where variables and layers belong.
struct ObjectGraph {
  struct Object {
    std::vector<std::pair<int32_t, std::string_view>> children;  // object, attribute name
    std::string_view variable;                // name of the variable that this is, or empty
    std::string_view identifier;              // "_tf_keras_layer" and the like
    std::vector<std::string_view> functions;  // of a function: its concrete functions
  };
  std::vector<Object> objects;  // the first is the root
};

// Reads the SavedModel in `folder`, whose protobuf is `file`, and decodes the meta graph with exactly `tags`;
// without tags the one tagged `serve`, else the only one. Reports damage, or kTagUnknown with the tags that
// exist.
Result<SavedModel> ReadSavedModel(Context& context, const std::string& folder, const std::string& file,
                                  const std::vector<std::string>& tags);

// Decodes an object graph; the same message layout serves a checkpoint's TrackableObjectGraph for its
// children.
Result<ObjectGraph> DecodeObjectGraph(const protobuf::Document& document, Context& context, Bytes message);

// From the names of variables to their keys, as a checkpoint's TrackableObjectGraph lists them.
Result<std::vector<std::pair<std::string, std::string>>> DecodeCheckpointKeys(Context& context,
                                                                              const std::string& file,
                                                                              Bytes message);

// A SignatureDef. `ok` turns false on damage, which has been reported.
SignatureDef DecodeSignature(protobuf::Reader reader, std::string_view key, bool& ok);

extern const protobuf::MessageSchema kSavedModelSchema;
extern const protobuf::MessageSchema kSignatureSchema;

}  // namespace litesmith::savedmodel
