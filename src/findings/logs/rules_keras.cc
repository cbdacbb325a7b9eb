// Loading and saving Keras models, 2 and 3.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kExport{
    "then export a SavedModel and convert that: model.export(FOLDER) in Keras 3, model.save(FOLDER) before",
    "litesmith convert FOLDER -o model.tflite"};

constexpr Rule kRules[] = {
    {"Unknown layer: '{op}'\nUnknown layer: \"{op}\"\nUnknown layer: {op}.\nUnknown layer: {op} \n"
     "Could not locate class '{op}'\nUnknown {_} function: '{op}'\nUnknown {_} function: {op}.\n"
     "Unknown object: '{op}'\nUnknown loss function: {op}\nUnknown metric function: {op}\nUnknown optimizer: "
     "{op}\n"
     "Unknown initializer: {op}\nUnknown regularizer: {op}\nUnknown activation function: {op}",
     Code::kKerasClassUnknown,
     "Keras does not know {op}: it is a class or function of your own, or of another library",
     "a Keras file holds the names of classes, not their code. This is about loading: a custom layer as such "
     "converts, "
     "since only the ops in it count",
     {{{"load with it: tf.keras.models.load_model(FILE, custom_objects={'{op}': ...}), with compile=False if "
        "it is a loss "
        "or metric",
        ""},
       {"or register the class: @keras.saving.register_keras_serializable()", ""},
       kExport}}},
    {"Layer {op} has arguments {_}in `__init__` and therefore must override `get_config\nLayer {op} was "
     "created by passing",
     Code::kKerasClassUnknown,
     "the layer {op} cannot be saved to a Keras file: it lacks get_config()",
     "Keras files hold the arguments of each layer; a SavedModel holds its graph and needs no get_config()",
     {{{"add get_config() to the class", ""}, kExport}}},
    {"Unrecognized keyword arguments passed to {op}: {rest}\nunexpected keyword argument '{key}'\n"
     "Keyword argument not understood: {rest}\nError when deserializing class '{op}' using config\n"
     "Exception encountered: Unrecognized keyword\nCould not deserialize class '{op}'\ncould not be "
     "deserialized properly",
     Code::kPackagesClash,
     "the Keras file was written by another version of Keras than the one that reads it",
     "the description of a layer holds an argument that this version does not have (groups, batch_shape, "
     "dtype policies "
     "and time_major are usual ones)",
     {
         {{"load the file with the version that wrote it: pip install keras==VERSION, or tf_keras with "
           "TF_USE_LEGACY_KERAS=1",
           ""},
          kExport},
     }},
    {"File format not supported: filepath={path}. Keras 3 only supports V3\nFile not found: filepath={path}. "
     "Please ensure",
     Code::kNotAModel,
     "Keras 3 does not load '{path}'",
     "Keras 3 reads .keras and legacy .h5 files; SavedModel folders are for tf.saved_model.load, and need "
     "not be loaded at all to be converted",
     {{{"convert the SavedModel folder itself", "litesmith convert FOLDER -o model.tflite"},
       {"or load it with Keras 2: pip install tf_keras, TF_USE_LEGACY_KERAS=1", ""}}}},
    {"Invalid filepath extension for saving\nThe `save_format` argument is deprecated in Keras 3",
     Code::kWrongUse,
     "Keras 3 saves to .keras or .h5 files only with model.save",
     "a SavedModel is written by another call since Keras 3",
     {{{"write a SavedModel with model.export(FOLDER)", "litesmith convert FOLDER -o model.tflite"}}}},
    {"Unable to open file (file signature not found)\nUnable to synchronously open file (file signature not "
     "found)\nUnable to open file (truncated file\n"
     "Unable to synchronously open file (truncated file\nbad object header version number",
     Code::kFileDamaged,
     "the .h5 file cannot be read",
     "it is no HDF5 file or was cut off: a pointer of Git LFS, a web page saved as a file and an interrupted "
     "download look "
     "like this; so does a .keras file (an archive) with the ending .h5",
     {{{"look at its size and first bytes (head -c 100 FILE); download or copy it again, for Git LFS: git "
        "lfs pull",
        ""},
       kExport}}},
    {"No model config found in the file\nNo model found in config file\nCannot load weights from",
     Code::kNotAModel,
     "the file holds weights only, no model",
     "it was written by save_weights: the layers themselves are not in it",
     {{{"build the model in code, load the weights into it (model.load_weights)", ""}, kExport}}},
    {"'str' object has no attribute 'decode'",
     Code::kPackagesClash,
     "h5py is too new for this old Keras",
     "Keras before TensorFlow 2.4 expects h5py 2, in which attributes of a file are bytes",
     {{{"pip install 'h5py<3', or update TensorFlow", ""}, kExport}}},
    {"You are trying to load a weight file containing {n} layers into a model with {m} layers\n"
     "Layer count mismatch when loading weights from file. Model expected {m} layers, found {n}",
     Code::kVariableWithoutValue,
     "the weight file has {n} layers, the model {m}",
     "weights and model belong to different versions of the code",
     {{{"build the model exactly as it was when the weights were saved", ""}, kExport}}},
    {"A KerasTensor cannot be used as input to a TensorFlow function\nA KerasTensor is symbolic",
     Code::kPackagesClash,
     "a TensorFlow function is called on a Keras 3 symbol",
     "since Keras 3 plain TensorFlow functions must stand inside a layer",
     {{{"wrap the call in a layer (keras.layers.Lambda or a Layer of your own), or use keras.ops", ""},
       kExport}}},
    {"object has no attribute '_get_save_spec'\nobject has no attribute 'call'\nobject has no attribute "
     "'inputs'\n"
     "'_UserObject' object has no attribute '{key}'\nobject has no attribute '_is_graph_network'",
     Code::kPackagesClash,
     "the converter was given an object that it does not understand as a Keras model",
     "from_keras_model wants a model of the Keras it was built for: a loaded SavedModel (_UserObject), or a "
     "model of Keras 3 "
     "in an older TensorFlow, is something else",
     {{kExport, {"or use from_saved_model on the folder", ""}}}},
    {"Input {n} of layer \"{node}\" is incompatible with the layer: {rest}\nInput {n} of layer {node} is "
     "incompatible with the layer: {rest}",
     Code::kShapeMismatch,
     "layer {node} is called with an input that does not fit: {rest}",
     "the shape of what goes in is not what the layer was built for; a missing batch dimension is the usual "
     "reason",
     {{{"give the input its batch dimension: x[None], or numpy.expand_dims(x, 0)", ""},
       {"or build the model for the shape that is used, and export again", ""}}}},
};

}  // namespace

std::span<const Rule> KerasRules() { return kRules; }

}  // namespace litesmith::findings
