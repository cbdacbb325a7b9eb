// Tensor lists (TF2) and tensor arrays (TF1) while the source is evaluated.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ir/module.h"
#include "tensor/tensor.h"

namespace litesmith::pipeline {

// What a value holds while the source is evaluated; nothing of it is set where that is not known.
struct Datum {
  Tensor tensor;
  // Elements of a list or array; invalid ones were never written. A list is never changed once it is made, an
  // array is.
  std::shared_ptr<std::vector<Tensor>> list;
  const ir::Node* resource = nullptr;  // what made the handle of a variable or table

  bool known() const { return tensor.valid() || list != nullptr || resource != nullptr; }
};

bool IsListOp(const ir::Node& node);
// The outputs of a list's or array's op, whose operands are all known; empty where the op is not of those
// computed here, or is given what it does not take.
std::optional<std::vector<Datum>> EvaluateListOp(const ir::Node& node, std::span<const Datum> operands);

}  // namespace litesmith::pipeline
