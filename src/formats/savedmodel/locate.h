// What a path given by a user really is: the model itself, or one of the things that are often mistaken for
// it.
#pragma once

#include <string>

#include "base/host.h"

namespace litesmith::savedmodel {

enum class FileKind {
  kEmpty,
  kSavedModel,
  kGraphDef,
  kGraphDefText,
  kSavedModelText,
  kTflite,
  kLfsPointer,
  kWebPage,
  kTfjs,
  kJson,
  kHdf5,
  kKeras,
  kZip,
  kArchive,
  kOnnx,
  kPickle,
  kCheckpointIndex,
  kCheckpointState,
  kUnknown,
};

// Judges by content, `file` being only a hint for formats without a mark of their own.
FileKind KindOfFile(std::string_view file, Bytes content);

struct Location {
  enum class Form { kSavedModel, kGraphDef, kTfjs } form = Form::kGraphDef;
  bool text = false;   // the protobuf is in its text form
  std::string folder;  // of a SavedModel
  std::string file;    // the protobuf, or the model.json
};

// Finds the model at `path`: a SavedModel's folder, its saved_model.pb or .pbtxt, a GraphDef's file, or the
// JSON text of a TensorFlow.js model. Everything else gives a finding that says what is there and what to do
// (kFileMissing, kOtherFolder, kLfsPointer, kFileTruncated, kNotAModel).
Result<Location> Locate(Context& context, const std::string& path);

}  // namespace litesmith::savedmodel
