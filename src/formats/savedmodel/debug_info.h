// debug/saved_model_debug_info.pb: the lines of Python that made each node, where a model ships them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/protobuf/reader.h"

namespace litesmith::savedmodel {

class DebugInfo {
 public:
  // Null if the model in `folder` ships none, or none that can be read: this is extra, so damage is no
  // failure and no finding.
  static std::unique_ptr<DebugInfo> Read(Context& context, const std::string& folder);

  // "train.py:41", the innermost line that belongs to nobody's installed library; empty if nothing is known.
  std::string SourceOf(std::string_view node, std::string_view function) const;

 private:
  struct Frame {
    uint32_t file = 0;
    int64_t line = 0;
  };
  bool Decode(Context& context);
  std::string TextOf(const std::vector<Frame>& frames) const;

  protobuf::Document document_;
  std::vector<std::string_view> files_;
  std::unordered_map<uint64_t, Frame> frames_;
  std::unordered_map<uint64_t, std::vector<Frame>> traces_;
  std::unordered_map<std::string_view, uint64_t> trace_of_;         // by "node@function"
  std::unordered_map<std::string_view, std::vector<Frame>> older_;  // the same before traces were shared
};

}  // namespace litesmith::savedmodel
