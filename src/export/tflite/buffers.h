// The buffers of a file while it is put together: equal contents are stored once.
#pragma once

#include <deque>
#include <unordered_map>

#include "formats/tflite/model.h"

namespace litesmith::export_tflite {

class BufferPool {
 public:
  // Buffer 0 is there from the start and empty.
  explicit BufferPool(tflite::Model& model) : model_(model) { model_.buffers.push_back(std::nullopt); }

  // The buffer with these bytes, which must outlive the model.
  uint32_t Add(Bytes bytes);
  // The same for a tensor or text that the pool keeps.
  uint32_t Keep(Tensor tensor);
  uint32_t KeepText(std::string text);

 private:
  tflite::Model& model_;
  std::unordered_multimap<size_t, uint32_t> by_hash_;
  std::deque<Tensor> tensors_;
  std::deque<std::string> texts_;
};

}  // namespace litesmith::export_tflite
