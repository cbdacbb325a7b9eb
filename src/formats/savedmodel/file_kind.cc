#include <algorithm>

#include "formats/savedmodel/locate.h"

namespace litesmith::savedmodel {
namespace {

bool StartsWith(Bytes content, std::string_view mark) { return AsText(content).starts_with(mark); }

// A GraphDef starts with its first node (field 1, a message that starts with its name, then its op), or,
// without nodes, with its library or versions.
bool LooksLikeGraphDef(Bytes content) {
  ByteReader reader(content);
  if (reader.TakeVarint() != 0x0a) return false;
  const auto length = reader.TakeVarint();
  if (!length || reader.TakeVarint() != 0x0a) return false;
  const auto name_length = reader.TakeVarint();
  const auto name = name_length ? reader.Take(*name_length) : std::nullopt;
  if (!name || name->empty() || *name_length + 2 > *length) return false;
  return reader.TakeVarint() == 0x12;
}

// A SavedModel starts with its schema version, 1, and its first meta graph (or leaves out the version).
bool LooksLikeSavedModel(Bytes content) {
  return StartsWith(content, "\x08\x01\x12") ||
         (StartsWith(content, "\x12") && !StartsWith(content, "\x12\x04"));
}

// An ONNX ModelProto starts with its version of the format and its producer's name.
bool LooksLikeOnnx(std::string_view file, Bytes content) {
  if (Extension(file) == ".onnx") return true;
  return content.size() > 4 && StartsWith(content, "\x08") && content[1] > std::byte{1} &&
         content[2] == std::byte{0x12} && content[3] < std::byte{64};
}

// The first letters of a text, without blanks and comments; empty if the bytes are no text.
std::string_view TextStart(Bytes content) {
  std::string_view text = AsText(content.first(std::min<size_t>(content.size(), 4096)));
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 32 && c != '\n' && c != '\r' && c != '\t') return {};
  }
  while (!text.empty()) {
    if (text[0] == '#') {
      text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    } else if (text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t') {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return text;
}

// `text` is where the letters begin, `whole` all of the file.
FileKind KindOfText(std::string_view file, std::string_view text, std::string_view whole) {
  std::string lower(text.substr(0, 512));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (text.starts_with("version https://git-lfs")) return FileKind::kLfsPointer;
  if (lower.starts_with("<!doctype") || lower.starts_with("<html") || lower.starts_with("<?xml") ||
      lower.starts_with("<head")) {
    return FileKind::kWebPage;
  }
  if (text.starts_with("model_checkpoint_path")) return FileKind::kCheckpointState;
  if (text.starts_with('{')) {
    for (const char* mark :
         {"\"modelTopology\"", "\"weightsManifest\"", "\"graph-model\"", "\"layers-model\""}) {
      if (whole.find(mark) != whole.npos) return FileKind::kTfjs;
    }
    return FileKind::kJson;
  }
  if (text.starts_with("saved_model_schema_version") || text.starts_with("meta_graphs")) {
    return FileKind::kSavedModelText;
  }
  if (text.starts_with("node") || text.starts_with("versions") || text.starts_with("library") ||
      Extension(file) == ".pbtxt") {
    return FileKind::kGraphDefText;
  }
  return FileKind::kUnknown;
}

}  // namespace

FileKind KindOfFile(std::string_view file, Bytes content) {
  const std::string extension = Extension(file);
  if (content.empty()) return FileKind::kEmpty;
  if (content.size() > 8 && AsText(content).substr(4, 4) == "TFL3") return FileKind::kTflite;
  if (StartsWith(content, "\x89HDF\r\n")) return FileKind::kHdf5;
  if (StartsWith(content, "PK\x03\x04")) return extension == ".keras" ? FileKind::kKeras : FileKind::kZip;
  if (StartsWith(content, "\x1f\x8b") ||
      StartsWith(content,
                 "\xfd"
                 "7zXZ") ||
      StartsWith(content, "BZh") || (content.size() > 262 && AsText(content).substr(257, 5) == "ustar")) {
    return FileKind::kArchive;
  }
  constexpr std::string_view kTableMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
  if (AsText(content).ends_with(kTableMagic)) return FileKind::kCheckpointIndex;
  if (LooksLikeSavedModel(content) && extension != ".onnx") return FileKind::kSavedModel;
  if (LooksLikeGraphDef(content)) return FileKind::kGraphDef;
  if (LooksLikeOnnx(file, content)) return FileKind::kOnnx;
  if (StartsWith(content, "\x80\x02") || StartsWith(content, "\x80\x03") || StartsWith(content, "\x80\x04") ||
      StartsWith(content, "\x80\x05")) {
    return FileKind::kPickle;
  }
  return KindOfText(file, TextStart(content), AsText(content));
}

}  // namespace litesmith::savedmodel
