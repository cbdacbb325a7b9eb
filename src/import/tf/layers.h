// Which layer of the model a node belongs to, as the object graph tells it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "formats/savedmodel/savedmodel.h"

namespace litesmith::import_tf {

// Objects are matched with scopes by the variables they own: the object whose attribute is the variable
// "block1/conv/kernel" is the layer of every node in a scope that contains "block1/conv".
// Objects that only bookkeeping attributes lead to go by that scope.
class Layers {
 public:
  Layers() = default;
  explicit Layers(const savedmodel::ObjectGraph& objects);

  // "encoder.block1.conv" for "model/block1/conv/Conv2D"; empty if no object is known for the scope.
  const std::string& LayerOf(std::string_view node);

 private:
  std::unordered_map<std::string, std::string> paths_;  // scope -> path of attributes from the root
  std::unordered_map<std::string, std::string> known_;  // scopes of nodes asked so far
};

}  // namespace litesmith::import_tf
