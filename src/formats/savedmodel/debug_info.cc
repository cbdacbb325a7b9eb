#include "formats/savedmodel/debug_info.h"

#include "base/finding.h"

namespace litesmith::savedmodel {
namespace {

using protobuf::MapEntry;
using protobuf::Reader;

// Code that the user did not write: its lines say nothing to them.
bool IsLibrary(std::string_view file) {
  return file.find("site-packages/") != file.npos || file.find("dist-packages/") != file.npos ||
         file.find("/lib/python") != file.npos || file.find("runfiles/") != file.npos ||
         file.starts_with('<');
}

}  // namespace

std::unique_ptr<DebugInfo> DebugInfo::Read(Context& context, const std::string& folder) {
  const std::string path = JoinPath(JoinPath(folder, "debug"), "saved_model_debug_info.pb");
  if (context.host.Kind(path) != PathKind::kFile) return nullptr;
  FileResult<FileBytes> file = context.host.Map(path);
  if (!file.status) return nullptr;
  auto info = std::make_unique<DebugInfo>();
  info->document_.file = path;
  info->document_.content = std::move(file.value);
  NullSink silent;
  Context quiet{context.host, silent, context.limits};
  return info->Decode(quiet) ? std::move(info) : nullptr;
}

// GraphDebugInfo of tensorflow/core/framework/graph_debug_info.proto.
bool DebugInfo::Decode(Context& context) {
  const auto line_of = [](Reader reader) {
    Frame frame;
    while (reader.Next()) {
      if (reader.field() == 1) frame.file = static_cast<uint32_t>(reader.Varint());
      if (reader.field() == 2) frame.line = reader.Int();
    }
    return frame;
  };
  const auto trace_of = [&](Reader reader, std::vector<uint64_t>& ids) {
    std::vector<Frame> frames;
    while (reader.Next()) {
      if (reader.field() == 1) frames.push_back(line_of(reader.Message("FileLineCol")));
      if (reader.field() == 2) reader.AppendFixed(ids);
    }
    return frames;
  };
  std::unordered_map<uint64_t, std::vector<uint64_t>> ids_of_traces;
  Reader reader(document_, context, document_.content.bytes, "GraphDebugInfo");
  while (reader.Next()) {
    const uint32_t field = reader.field();
    if (field == 1) {
      files_.push_back(reader.Text());
    } else if (field == 2 || field == 4 || field == 5 || field == 6) {
      const MapEntry entry = protobuf::ReadMapEntry(reader);
      const Reader value(document_, context, entry.value, "map value", 2);
      std::vector<uint64_t> ids;
      if (field == 2) older_.emplace(entry.text_key, trace_of(value, ids));
      if (field == 4) frames_.emplace(entry.number_key, line_of(value));
      if (field == 5) trace_of_.emplace(entry.text_key, entry.number_value);
      if (field == 6) {
        traces_.emplace(entry.number_key, trace_of(value, ids));
        ids_of_traces.emplace(entry.number_key, std::move(ids));
      }
    }
  }
  if (!reader.ok()) return false;
  for (const auto& [trace, ids] : ids_of_traces) {
    for (uint64_t id : ids) {
      const auto frame = frames_.find(id);
      if (frame != frames_.end()) traces_[trace].push_back(frame->second);
    }
  }
  return true;
}

// Frames stand outermost first, as in Python's tracebacks.
std::string DebugInfo::TextOf(const std::vector<Frame>& frames) const {
  for (size_t i = frames.size(); i-- > 0;) {
    const Frame& frame = frames[i];
    if (frame.file >= files_.size() || IsLibrary(files_[frame.file])) continue;
    return fmt::format("{}:{}", FileName(files_[frame.file]), frame.line);
  }
  return {};
}

std::string DebugInfo::SourceOf(std::string_view node, std::string_view function) const {
  const std::string key = fmt::format("{}@{}", node, function);
  const auto id = trace_of_.find(key);
  if (id != trace_of_.end()) {
    const auto trace = traces_.find(id->second);
    return trace != traces_.end() ? TextOf(trace->second) : std::string();
  }
  const auto trace = older_.find(key);
  return trace != older_.end() ? TextOf(trace->second) : std::string();
}

}  // namespace litesmith::savedmodel
