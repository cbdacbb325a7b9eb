// Tensor lists (TF2) and tensor arrays (TF1) whose length and indices are known are no lists: each element is
// a value. Follows them through a function and replaces what reads them; writes lose their readers and die.
#pragma once

#include <unordered_map>
#include <vector>

#include "ir/module.h"

namespace litesmith::passes {

class TensorLists {
 public:
  // Notes what a writing node makes of its list, or replaces a reading node. True if the node was replaced
  // (its outputs have no uses any more); new nodes stand before it.
  bool Visit(ir::Node& node);

 private:
  struct List {
    DType dtype = DType::kInvalid;
    Shape element;                     // what is known of every element's shape
    std::vector<ir::Value*> elements;  // null: never written
    ir::Value* stacked = nullptr;      // the elements are the slices of this tensor; `elements` is then empty
    size_t length = 0;
  };

  bool VisitTensorList(ir::Node& node);
  bool VisitTensorArray(ir::Node& node);
  const List* Find(const ir::Value* value) const;
  void Note(const ir::Value* value, List list) { lists_[value] = std::move(list); }
  // Element `index` as a value, made before `at` if need be; null if it has no known value.
  static ir::Value* Element(const List& list, size_t index, ir::Node& at);
  // A copy of the list whose elements are single values; empty if that cannot be.
  static bool Spread(List& list, ir::Node& at);
  static ir::Value* Stack(const List& list, ir::Node& at);

  std::unordered_map<const ir::Value*, List> lists_;
};

}  // namespace litesmith::passes
