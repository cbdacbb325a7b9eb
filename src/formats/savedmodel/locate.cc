#include "formats/savedmodel/locate.h"

#include <algorithm>

#include "base/finding.h"

namespace litesmith::savedmodel {
namespace {

constexpr std::string_view kNames[] = {"saved_model.pb", "saved_model.pbtxt"};
constexpr int kSearchDepth = 4;          // folders below the one given that are looked through
constexpr size_t kSearchFolders = 1000;  // and how many of them at most

bool HasSavedModel(Host& host, const std::string& folder) {
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return host.Kind(JoinPath(folder, name)) == PathKind::kFile;
  });
}

std::string WithoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// "a/b" -> "a"; "." for a bare name, ".." counted as it should.
std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (path == "." || path == ".." || path.ends_with("/..")) return JoinPath(path, "..");
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Folders with a SavedModel below `folder`, as paths relative to it, the nearest first.
std::vector<std::string> SavedModelsBelow(Host& host, const std::string& folder) {
  std::vector<std::string> found, level = {""};
  size_t seen = 0;
  for (int depth = 0; depth < kSearchDepth && found.empty(); ++depth) {
    std::vector<std::string> next;
    for (const std::string& path : level) {
      const auto names = host.List(path.empty() ? folder : JoinPath(folder, path));
      if (!names.status) continue;
      for (const std::string& name : names.value) {
        const std::string child = path.empty() ? name : JoinPath(path, name);
        if (name.starts_with('.') || ++seen > kSearchFolders) continue;
        if (host.Kind(JoinPath(folder, child)) != PathKind::kFolder) continue;
        next.push_back(child);
        if (HasSavedModel(host, JoinPath(folder, child))) found.push_back(child);
      }
    }
    level = std::move(next);
  }
  return found;
}

Failed ElsewhereFinding(Context& context, const std::string& path, const std::string& there,
                        std::string_view where) {
  return context.findings.Report(
      Finding(Code::kOtherFolder)
          .Headline("the SavedModel is in another folder")
          .Cause("{} holds no saved_model.pb; the SavedModel is {}, in {}", path, where, there)
          .Fix("name the folder " + there));
}

// The name of a file in `folder` that says what the folder is, or empty.
std::string FileThat(const std::vector<std::string>& names, bool (*fits)(std::string_view)) {
  const auto found = std::find_if(names.begin(), names.end(), fits);
  return found != names.end() ? *found : std::string();
}

Failed NoModelInFolder(Context& context, const std::string& path) {
  const auto listing = context.host.List(path);
  const std::vector<std::string>& names = listing.value;
  Finding finding(Code::kNotAModel);
  if (!listing.status) {
    finding = Finding(Code::kFileUnreadable);
    return context.findings.Report(finding.Headline("the folder cannot be read")
                                       .Cause("{}: {}", path, listing.status.detail)
                                       .Fix("check the path and who may read it"));
  }
  const std::string index = FileThat(names, [](std::string_view name) { return name.ends_with(".index"); });
  const std::string keras = FileThat(names, [](std::string_view name) {
    return name.ends_with(".h5") || name.ends_with(".keras") || name.ends_with(".hdf5");
  });
  const std::string graph = FileThat(names, [](std::string_view name) {
    return name.ends_with(".pb") && name != "keras_metadata.pb" && name != "fingerprint.pb";
  });
  const bool tfjs = std::find(names.begin(), names.end(), "model.json") != names.end();
  const std::string tflite = FileThat(names, [](std::string_view name) { return name.ends_with(".tflite"); });
  if (!index.empty() || std::find(names.begin(), names.end(), "checkpoint") != names.end()) {
    finding.Headline("a training checkpoint, not a model")
        .Cause("{} holds a checkpoint ({}): values of variables without the graph that uses them", path,
               index.empty() ? "checkpoint" : index)
        .Fix(
            "export a SavedModel from it; for the Object Detection API with exporter_main_v2.py "
            "--trained_checkpoint_dir " +
            path)
        .Fix("otherwise rebuild the model in Python, restore the checkpoint and call tf.saved_model.save");
  } else if (tfjs) {
    finding.Headline("the folder holds a TensorFlow.js model")
        .Cause("{} has no saved_model.pb, but a model.json", path)
        .Fix("name the file " + JoinPath(path, "model.json"));
  } else if (!graph.empty() || !tflite.empty()) {
    const std::string& name = graph.empty() ? tflite : graph;
    finding.Headline("the folder holds no SavedModel")
        .Cause("{} has no saved_model.pb, but a {}", path, name)
        .Fix("name the file " + JoinPath(path, name));
  } else if (!keras.empty()) {
    finding.Headline("a Keras model, not a SavedModel")
        .Cause("{} holds {}, which only Keras can read", path, keras)
        .Fix("load it in Python and export a SavedModel: model.export('saved_model')");
  } else {
    finding.Headline("no model in this folder")
        .Cause("{} holds neither saved_model.pb nor saved_model.pbtxt{}", path,
               names.empty()
                   ? std::string(": it is empty")
                   : fmt::format("; the first of its {} entries are: {}", names.size(),
                                 fmt::join(names.begin(),
                                           names.begin() +
                                               std::min<ptrdiff_t>(5, static_cast<ptrdiff_t>(names.size())),
                                           ", ")))
        .Fix("name the folder that saved_model.pb lies in, or export the model again");
  }
  return context.findings.Report(std::move(finding));
}

struct Explanation {
  FileKind kind;
  std::string_view headline, cause, fix;
};

// What to say of files that are no model for this importer.
constexpr Explanation kExplanations[] = {
    {FileKind::kTflite, "already a .tflite", "this is a TensorFlow Lite model",
     "use it as it is: run, inspect and quantize take .tflite files"},
    {FileKind::kWebPage, "a web page instead of a model",
     "this is an HTML page, as a download gives that went wrong",
     "download the file itself (on GitHub the raw file), and check its size"},
    {FileKind::kTfjs, "a TensorFlow.js model", "this is the description of a TensorFlow.js model",
     "give it the name model.json, and convert that file"},
    {FileKind::kJson, "not a model", "this is a JSON text without a TensorFlow.js model in it",
     "give a SavedModel folder, a frozen graph (.pb) or a TensorFlow.js model.json"},
    {FileKind::kHdf5, "a Keras model in HDF5 form",
     "this is an HDF5 file, as Keras writes models and weights",
     "load it in Python (keras.models.load_model) and export a SavedModel: model.export('saved_model'), with "
     "older "
     "Keras model.save('saved_model')"},
    {FileKind::kKeras, "a Keras model", "this is Keras' own format, an archive of a description and weights",
     "load it in Python (keras.models.load_model) and export a SavedModel: model.export('saved_model')"},
    {FileKind::kZip, "an archive, not a model", "this is a zip archive",
     "unzip it and name the SavedModel folder inside; a Keras or PyTorch archive has to be exported as "
     "SavedModel"},
    {FileKind::kArchive, "an archive, not a model", "this is a compressed or tar archive",
     "unpack it (tar xf) and name the SavedModel folder inside"},
    {FileKind::kOnnx, "an ONNX model", "this is a model in ONNX form, which this program does not read",
     "export a SavedModel from the original framework, or convert with onnx2tf or onnx-tf to a SavedModel "
     "first"},
    {FileKind::kPickle, "not a TensorFlow model",
     "this is a Python pickle, as PyTorch and scikit-learn write them",
     "export a SavedModel from the original framework"},
    {FileKind::kCheckpointIndex, "a checkpoint's index, not a model",
     "this lists the values of variables; a checkpoint has no graph",
     "export a SavedModel and name its folder"},
    {FileKind::kCheckpointState, "a training checkpoint, not a model",
     "this file says which checkpoint is the latest; a checkpoint has no graph",
     "export a SavedModel from it (for the Object Detection API: exporter_main_v2.py) and name its folder"},
};

Failed ExplainFile(Context& context, const std::string& path, FileKind kind, size_t bytes) {
  if (kind == FileKind::kEmpty) {
    return context.findings.Report(Finding(Code::kFileTruncated)
                                       .Headline("{} is empty", FileName(path))
                                       .Cause("{} has 0 bytes", path)
                                       .Fix("copy or download it again, or export the model again"));
  }
  if (kind == FileKind::kLfsPointer) {
    return context.findings.Report(
        Finding(Code::kLfsPointer)
            .Headline("{} is a Git LFS pointer", FileName(path))
            .Cause("{} has {} bytes of text that stand for the real file, which Git LFS keeps elsewhere",
                   path, bytes)
            .Fix("fetch the real file: git lfs install && git lfs pull"));
  }
  for (const Explanation& known : kExplanations) {
    if (known.kind != kind) continue;
    return context.findings.Report(Finding(Code::kNotAModel)
                                       .Headline("{}: {}", FileName(path), known.headline)
                                       .Cause("{}: {}", path, known.cause)
                                       .Fix(std::string(known.fix)));
  }
  return context.findings.Report(
      Finding(Code::kNotAModel)
          .Headline("{} is not a model", FileName(path))
          .Cause(
              "{} ({} bytes) starts like no SavedModel, no GraphDef and no other format that is known here",
              path, bytes)
          .Fix("if it should be one, the file is damaged: copy, download or export it again")
          .Fix("else name a SavedModel folder, a frozen graph (.pb) or a TensorFlow.js model.json"));
}

// The file inside a SavedModel folder must be a SavedModel.
Result<Location> CheckedSavedModel(Context& context, const std::string& folder) {
  Location location;
  location.form = Location::Form::kSavedModel;
  location.folder = folder;
  location.text = context.host.Kind(JoinPath(folder, kNames[0])) != PathKind::kFile;
  location.file = JoinPath(folder, location.text ? kNames[1] : kNames[0]);
  LS_TRY(const FileBytes content, ReadFile(context, location.file, "a SavedModel"));
  const FileKind kind = KindOfFile(location.file, content.bytes);
  if (kind == FileKind::kGraphDef || kind == FileKind::kGraphDefText) {
    return context.findings.Report(
        Finding(Code::kNotAModel)
            .Headline("{} is a frozen graph, not a SavedModel", FileName(location.file))
            .Cause("{} holds a GraphDef, which has no signatures and lies in a file with any other name",
                   location.file)
            .Fix("give it another name, such as frozen_graph.pb, and convert that file (add --input-tensors "
                 "and "
                 "--output-tensors if the guessed ones are not yours)"));
  }
  if (kind == FileKind::kUnknown && !content.bytes.empty() && content.bytes[0] == std::byte{0x08})
    return location;
  const bool fits = location.text ? kind == FileKind::kSavedModelText : kind == FileKind::kSavedModel;
  if (!fits) return ExplainFile(context, location.file, kind, content.bytes.size());
  return location;
}

Result<Location> LocateFile(Context& context, const std::string& path) {
  const std::string_view name = FileName(path);
  if (name == kNames[0] || name == kNames[1]) {
    return CheckedSavedModel(context, ParentOf(path));
  }
  LS_TRY(const FileBytes content, ReadFile(context, path, "a model"));
  const FileKind kind = KindOfFile(path, content.bytes);
  if (kind == FileKind::kTfjs) return Location{Location::Form::kTfjs, false, "", path};
  if (kind == FileKind::kGraphDef || kind == FileKind::kGraphDefText) {
    Location location;
    location.text = kind == FileKind::kGraphDefText;
    location.file = path;
    return location;
  }
  if (kind == FileKind::kSavedModel || kind == FileKind::kSavedModelText) {
    return context.findings.Report(Finding(Code::kNotAModel)
                                       .Headline("{} is a SavedModel's protobuf under another name", name)
                                       .Cause("{} holds a SavedModel, which is a folder: saved_model.pb with "
                                              "variables/ and assets/ beside it",
                                              path)
                                       .Fix("name the SavedModel folder; if the file was renamed, call it "
                                            "saved_model.pb again and put it back "
                                            "beside variables/"));
  }
  return ExplainFile(context, path, kind, content.bytes.size());
}

}  // namespace

Result<Location> Locate(Context& context, const std::string& given) {
  const std::string path = WithoutTrailingSlashes(given);
  switch (context.host.Kind(path)) {
    case PathKind::kFile:
      return LocateFile(context, path);
    case PathKind::kFolder:
      break;
    case PathKind::kMissing:
      return context.findings.Report(
          Finding(Code::kFileMissing)
              .Headline("there is no such file or folder")
              .Cause("{} does not exist", path)
              .Fix("check the path: a SavedModel is the folder that saved_model.pb lies in"));
    case PathKind::kOther:
      return context.findings.Report(Finding(Code::kFileUnreadable)
                                         .Headline("neither a file nor a folder")
                                         .Cause("{} is a device or something of that kind", path)
                                         .Fix("name a SavedModel folder or a model's file"));
  }
  if (HasSavedModel(context.host, path)) return CheckedSavedModel(context, path);
  const std::string parent = ParentOf(path);
  const std::string_view name = FileName(path);
  if ((name == "variables" || name == "assets" || name == "debug" || name == "assets.extra") &&
      HasSavedModel(context.host, parent)) {
    return ElsewhereFinding(context, path, parent, "one folder higher");
  }
  const std::vector<std::string> below = SavedModelsBelow(context.host, path);
  if (!below.empty()) return ElsewhereFinding(context, path, JoinPath(path, below[0]), "deeper");
  return NoModelInFolder(context, path);
}

}  // namespace litesmith::savedmodel
