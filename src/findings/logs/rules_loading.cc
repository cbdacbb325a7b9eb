// Reading a SavedModel or a frozen graph: tensorflow/python/saved_model, tensorflow/lite/python/lite.py.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

// What a path that is no SavedModel is, by its ending.
struct Kind {
  std::string_view ending, what, todo, option;
};
constexpr Kind kKinds[] = {
    {".h5", "a Keras file in HDF5 form",
     "export it as a SavedModel: tf.keras.models.load_model(FILE).export(FOLDER)", ""},
    {".hdf5", "a Keras file in HDF5 form",
     "export it as a SavedModel: tf.keras.models.load_model(FILE).export(FOLDER)", ""},
    {".keras", "a Keras file", "export it as a SavedModel: keras.models.load_model(FILE).export(FOLDER)", ""},
    {".onnx", "an ONNX file",
     "convert the model from the TensorFlow SavedModel it comes from, or make one of it with onnx2tf", ""},
    {".pt", "a PyTorch file",
     "PyTorch models take another way: litert-torch, or ONNX and onnx2tf to a SavedModel", ""},
    {".pth", "a PyTorch file",
     "PyTorch models take another way: litert-torch, or ONNX and onnx2tf to a SavedModel", ""},
    {".zip", "an archive", "unpack (unzip) it and give the folder that holds saved_model.pb", ""},
    {".gz", "an archive", "unpack (extract) it and give the folder that holds saved_model.pb", ""},
    {".tar", "an archive", "unpack (extract) it and give the folder that holds saved_model.pb", ""},
    {".tflite", "a TensorFlow Lite file already", "use it as it is", "litesmith inspect model.tflite"},
    {".pb", "a file, not a folder",
     "for saved_model.pb give the folder it lies in; a frozen graph is given to Litesmith as it is",
     "litesmith convert MODEL.pb -o model.tflite"},
    {".pbtxt", "a file, not a folder",
     "for saved_model.pbtxt give the folder it lies in; a frozen graph is given to Litesmith as it is",
     "litesmith convert MODEL.pbtxt -o model.tflite"},
    {".json", "a file, perhaps a TF.js model", "give a TF.js graph model to Litesmith as it is",
     "litesmith convert model.json -o model.tflite"},
    {".ckpt", "a checkpoint: weights without a graph",
     "export a SavedModel from the checkpoint with the code that made it (exporter_main_v2.py for the Object "
     "Detection API)",
     ""},
    {".meta", "part of a checkpoint: a graph for training without its weights",
     "export a SavedModel from the checkpoint with the code that made it", ""},
    {".index", "part of a checkpoint: weights without a graph",
     "export a SavedModel from the checkpoint with the code that made it", ""},
};

void NoSavedModel(const Match& match, const Knowledge&, Finding& finding) {
  std::string path(match.Place("rest"));
  path = path.substr(0, path.find("/{"));
  path = path.substr(0, path.find(" ["));
  finding.Headline("there is no saved_model.pb in '{}'", path);
  for (const Kind& kind : kKinds) {
    if (!path.ends_with(kind.ending)) continue;
    finding.Cause("a SavedModel is a folder; by its name '{}' is {}", path, kind.what);
    finding.fixes.insert(finding.fixes.begin(), {std::string(kind.todo), std::string(kind.option)});
    return;
  }
  if (path.find("ckpt") != std::string::npos || path.find("checkpoint") != std::string::npos) {
    finding.Cause("'{}' looks like a folder of checkpoints, which hold weights and no graph", path);
    finding.fixes.insert(
        finding.fixes.begin(),
        {"export a SavedModel from the checkpoint (exporter_main_v2.py for the Object Detection API)", ""});
  }
}

// "{'train'}" or "['serve']" or "serve" without what Python prints around it.
std::string Bare(std::string_view list) {
  std::string out;
  for (const char c : list) {
    if (std::string_view("{}[]'\"()").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

void NoSuchTag(const Match& match, const Knowledge&, Finding& finding) {
  const std::string wanted = Bare(match.Place("wanted")), there = Bare(match.Place("there"));
  if (there.empty()) {  // nothing could be read: the file is empty, or is something else
    Finding other(Code::kFileDamaged);
    other.Headline("saved_model.pb holds no graph")
        .Cause(
            "the loader looks for a graph tagged {} and finds none at all: the file is empty, cut off, or "
            "something "
            "else under that name, such as a frozen GraphDef",
            wanted.empty() ? "serve" : wanted)
        .Fix("look at its size and first bytes; copy, download or export the model again if it is empty")
        .Fix("a frozen graph (GraphDef) is converted under its own name",
             "litesmith convert MODEL.pb -o model.tflite")
        .Fix(std::string(kDiagnose.text), std::string(kDiagnose.option));
    finding = std::move(other);
    return;
  }
  finding.Headline("the model has no graph tagged {}; there is {}", wanted, there);
  finding.fixes.insert(finding.fixes.begin(), {"take a tag that the model has",
                                               "--tag " + there.substr(0, there.find_first_of(", "))});
}

void UnknownSignature(const Match& match, const Knowledge&, Finding& finding) {
  const std::string there = Bare(match.Place("there"));
  if (there.empty()) return;
  finding.Headline("the model has no signature '{}'; there is {}", Bare(match.Place("key")), there);
  finding.fixes.insert(finding.fixes.begin(),
                       {"name one that exists", "--signature " + there.substr(0, there.find_first_of(", "))});
}

void CyclicFunctions(const Match& match, const Knowledge&, Finding& finding) {
  // The names carry what TensorFlow puts around them: "__inference_countdown_9865".
  std::string names;
  std::string_view list = match.Place("list");
  for (size_t at = list.find('\''); at != std::string_view::npos; at = list.find('\'', at + 1)) {
    const size_t end = list.find('\'', at + 1);
    if (end == std::string_view::npos) break;
    std::string_view name = list.substr(at + 1, end - at - 1);
    at = end;
    if (name.starts_with("__inference_")) name.remove_prefix(12);
    const size_t number = name.find_last_not_of("0123456789");
    if (number != std::string_view::npos && number + 1 < name.size() && name[number] == '_')
      name = name.substr(0, number);
    if (name.starts_with("signature_wrapper")) continue;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  if (names.empty()) return;
  finding.Headline("functions call each other in a circle: {}", names);
  finding.node = names.substr(0, names.find(','));
}

constexpr Fix kAgain{"copy, download or export the model again, and compare the sizes of the files", ""};
constexpr Fix kSaveSignature{
    "save the model with a signature: tf.saved_model.save(model, FOLDER, signatures=...); in Keras, "
    "model.export(FOLDER)",
    ""};

constexpr Rule kRules[] = {
    {"SavedModel file does not exist at: {rest}\nUnable to find SavedModel at {rest}\nNo SavedModel found at "
     "{rest}",
     Code::kNotAModel,
     "there is no saved_model.pb in the folder",
     "a SavedModel is a folder with saved_model.pb in it, often called saved_model and one level further "
     "down",
     {{{"give the path of the folder that holds saved_model.pb: find . -name saved_model.pb", ""},
       kDiagnose}},
     NoSavedModel},
    {"Cannot parse file b'{path}'\nCannot parse file {path}: Error parsing message",
     Code::kFileDamaged,
     "'{path}' is no SavedModel, or is damaged",
     "the loader says the same for a file that was cut off, for a Git LFS pointer (some 130 bytes of text) "
     "and for a web "
     "page that was saved as a model",
     {{{"look at its size and first line; for a pointer of Git LFS: git lfs pull", ""},
       kAgain,
       {"let Litesmith say which of these it is, with the folder that holds the file",
        "litesmith diagnose MODEL"}}}},
    {"MetaGraphDef associated with tags {wanted} could not be found in SavedModel, with available tags "
     "'{there}'\n"
     "MetaGraphDef associated with tags {wanted} could not be found in SavedModel. To inspect",
     Code::kTagUnknown,
     "the model has no graph tagged {wanted}",
     "a SavedModel may hold several graphs, told apart by tags",
     {{{"leave --tag out: Litesmith takes the graph tagged serve, or the only one there is", ""}, kDiagnose}},
     NoSuchTag},
    {"Got an incompatible argument to `tags`: {wanted}. The SavedModel at {_} has one MetaGraph with tags "
     "{there}. You",
     Code::kTagUnknown,
     "the model has no graph tagged {wanted}",
     "its only graph has another tag",
     {{{"leave the tag out: the only graph is taken then", ""}, kDiagnose}},
     NoSuchTag},
    {"Importing a SavedModel with `tf.saved_model.load` requires a `tags=` argument if there is more than "
     "one MetaGraph. Got {_}, but there are {_}.",
     Code::kTagUnknown,
     "the model holds several graphs and none was chosen",
     "a SavedModel may hold several graphs, told apart by tags",
     {{{"choose one", "--tag serve"}, kDiagnose}}},
    {"Invalid signature key '{key}' found. Valid keys are '{there}'\n"
     "No '{key}' in the SavedModel's SignatureDefs. Possible values are '{there}'\n"
     "Invalid signature_key provided: \"{key}\"\nSignature '{key}' not found\n"
     "No signature \"{key}\" found",
     Code::kSignatureUnknown,
     "the model has no signature '{key}'",
     "signatures are the named entries of a model; serving_default is the usual one",
     {{{"list the signatures of the model", "litesmith inspect MODEL"},
       {"leave the key out: Litesmith converts all of them", ""}}},
     UnknownSignature},
    {"Only support at least one signature key\nOnly support a single signature key\nNo ConcreteFunction is "
     "specified\n"
     "Only supports a single signature key\nneeds to have at least one signature\nThis saved model cannot be "
     "loaded: no signature",
     Code::kNoSignature,
     "the converter finds no single signature in the model",
     "without a signature nobody knows where the model begins and ends. Either the model was saved without "
     "one "
     "(signatures=), or a converter that takes only one was given several",
     {{kSaveSignature,
       {"or name both ends yourself", "--input-tensors NAME --output-tensors NAME"},
       {"choose one of several (Litesmith converts all of them by default)", "--signature KEY"}}}},
    {"The model provided has never been called. It must be called at least once\n"
     "cannot be saved because the input shapes have not been set\n"
     "cannot be saved either because the input shape is not available\n"
     "Model {_} cannot be saved either because the input\n"
     "Forward pass of the model is not defined\nThis model has not yet been built",
     Code::kNoSignature,
     "the Keras model does not know its input shape yet",
     "a model that was never called has no graph, so there is nothing to save or to convert",
     {{{"call the model once on an input of the right shape before saving, or give it an Input layer", ""},
       {"then export it and convert the folder: model.export(FOLDER)",
        "litesmith convert FOLDER -o model.tflite"}}}},
    {"codec can't decode byte 0x{hex} in position",
     Code::kNotAModel,
     "a binary file was read as text",
     "when a graph is loaded this means that saved_model.pb of a SavedModel was given as a frozen graph "
     "(both end in .pb)",
     {{{"give the folder that holds saved_model.pb, as a SavedModel: from_saved_model instead of "
        "from_frozen_graph",
        "litesmith convert FOLDER -o model.tflite"},
       kDiagnose}}},
    {"Unable to parse input file '{path}'\nError parsing message with type 'tensorflow.GraphDef'\nError "
     "parsing message with type 'tensorflow.MetaGraphDef'\nNot a TF graph file",
     Code::kFileDamaged,
     "the graph file cannot be read",
     "it is damaged or cut off, or it is no frozen GraphDef: a SavedModel's saved_model.pb and a Git LFS "
     "pointer look alike "
     "from outside",
     {{{"for a SavedModel give the folder that holds saved_model.pb",
        "litesmith convert FOLDER -o model.tflite"},
       kAgain,
       kDiagnose}}},
    {"There is a cyclic dependency between functions. ', \"Could not resolve [{list}]\n"
     "There is a cyclic dependency between functions.{_}Could not resolve [{list}]",
     Code::kRecursion,
     "functions of the model call each other in a circle",
     "a function calls itself (recursion), or calls one that is not in the file: the loader has the same "
     "words for both. "
     "TensorFlow Lite has no recursion",
     {{{"write the recursion as a loop (tf.while_loop) and export again", ""}, kDiagnose}},
     CyclicFunctions},
    {"Function {node} is not defined\nfunction {node} is not in the library\nUnable to find function {node} "
     "in library",
     Code::kFunctionMissing,
     "the function {node} is not in the file",
     "the graph calls a function that was not saved with it: the file was edited, or made by a tool that "
     "copies graphs "
     "without their functions",
     {{{"export the model again from its source", ""}, kDiagnose}}},
    {"SavedModel file format({n}) is not supported",
     Code::kSavedModelSchema,
     "the SavedModel has schema version {n}, which this TensorFlow does not read",
     "saved_model_schema_version is 1 in all TensorFlow releases to date; another number means a newer or "
     "damaged file",
     {{{"update TensorFlow to the version that wrote the model, or export it again from there", ""},
       kDiagnose}}},
    {"GraphDef min consumer version {n} above current version {m} for TensorFlow {version}.  Please\n"
     "GraphDef min consumer version {n} above current version {m} for TensorFlow {version}. Please",
     Code::kConsumerTooOld,
     "the model wants a newer TensorFlow: graph version {n}, this one reads up to {m}",
     "the model says that readers older than {n} would misunderstand it; TensorFlow {version} is older",
     {{{"update (upgrade) TensorFlow to the version that wrote the model or a newer one: pip install -U "
        "tensorflow",
        ""},
       {"or export the model again from an older TensorFlow", ""},
       kDiagnose}}},
    {"GraphDef producer version {n} below min producer {m} supported by TensorFlow {version}.",
     Code::kProducerTooNew,
     "the model is too old for this TensorFlow: graph version {n}, at least {m} is wanted",
     "TensorFlow {version} no longer reads graphs of that age",
     {{{"load the model with an older TensorFlow and save it again there", ""}, kConvertInstead}}},
    {"NodeDef mentions attr '{attribute}' not in Op<name={op}\nNodeDef mentions attribute {attribute} which "
     "is not in the op definition: Op<name={op}\n"
     "NodeDef mentions attr {attribute} not in Op<name={op}",
     Code::kUnknownAttribute,
     "op {op} has the attribute '{attribute}', which this TensorFlow does not know",
     "the model was written by a newer TensorFlow than the one that reads it",
     {{{"update TensorFlow to the version that wrote the model", ""},
       {"let Litesmith convert the model: it reads newer graphs and says whether the attribute matters",
        "litesmith convert MODEL -o model.tflite"}}},
     [](const Match&, const Knowledge&, Finding& finding) { finding.As(Severity::kError); }},
    {"NodeDef missing attr '{attribute}' from Op<name={op}\nNodeDef missing attrs '{attribute}' from "
     "Op<name={op}",
     Code::kGraphDamaged,
     "op {op} lacks the attribute '{attribute}'",
     "the graph was written by a much older TensorFlow, or by a tool that leaves attributes out",
     {{{"load and save the model once with the TensorFlow that wrote it", ""}, kDiagnose}}},
    {"File '{path}' does not exist.\nNo such file or directory: '{path}'\nNo such file or directory: "
     "b'{path}'\nNewRandomAccessFile failed to Create/Open: {path} :",
     Code::kFileMissing,
     "'{path}' is not there",
     "the program looks for a file or folder of this name, from the folder it was started in",
     {{{"check the path and the working folder: ls -l {path}", ""},
       {"give an absolute path, or start the program where the file lies", ""}}}},
    {"InitializeTableFromTextFileV2 {_} {path}; No such file or directory\nassets/{path}; No such file or "
     "directory\n"
     "SavedModels with assets/ directory are not supported",
     Code::kFileMissing,
     "a file of the model's folder assets/ is missing: {path}",
     "lookup tables read their words from files in assets/, which belongs to the SavedModel",
     {{{"copy the whole folder, with assets/ and variables/, or export the model again", ""},
       {"or leave the table out of the model and look words up in the app", ""}}}},
    {"Please freeze the graph using freeze_graph.py",
     Code::kVariableWithoutValue,
     "the graph is not frozen: it still holds variables",
     "a .pb file alone has no values for variables; freezing writes them into the graph as constants",
     {{{"convert the SavedModel (folder with variables/) instead of the .pb: nothing has to be frozen then",
        "litesmith convert FOLDER -o model.tflite"},
       {"or freeze the graph with its checkpoint: freeze_graph.py, or convert_variables_to_constants_v2",
        ""}}}},
    {"Input {n} of node {node} was passed {got} from {from} incompatible with expected {want}.",
     Code::kVariableWritten,
     "node {node} wants a variable and gets a {got}",
     "the graph was frozen with its training ops: something still assigns to a variable ({from}) that became "
     "a constant",
     {{{"freeze again and name only the outputs of inference, so that assignments fall away", ""},
       {"cut them away: name the outputs you need", "--output-tensors NAME"},
       {"or convert the SavedModel, which need not be frozen", "litesmith convert FOLDER -o model.tflite"}}}},
    {"Invalid tensors '{tensor}' were found\nThe name '{tensor}' refers to a Tensor which does not exist\n"
     "Tensor {tensor} not found in\nSpecified output array \"{tensor}\" is not produced by any op in this "
     "graph",
     Code::kTensorUnknown,
     "the graph has no tensor '{tensor}'",
     "the name is misspelled, or stands for something that freezing or export renamed",
     {{{"list the names in the graph", "litesmith inspect MODEL"},
       {"leave --input-tensors and --output-tensors out: placeholders become inputs, and what nobody reads "
        "an output",
        ""}}}},
};

}  // namespace

std::span<const Rule> LoadingRules() { return kRules; }

}  // namespace litesmith::findings
