// What a trace of an unknown shape says to people, without the module that it points into.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "pipeline/shape_tries.h"

namespace litesmith::pipeline {

struct ShapeExplanation {
  std::vector<OpenInput> inputs;  // that the unknown comes from
  std::string way;                // from them to the node: ", by way of Shape 'a', Fill 'b'"
  std::string from_op;     // "what is unknown here comes from Where 'w', ..."; empty if from inputs only
  Finding::FixNote at_op;  // what to do about that op

  // "what is unknown here comes from input 'x' (axis 1 of [1,?]), by way of ..."; empty if it comes from
  // none. `solved`: the shapes that solve it, whose dimensions are the ones that count; may be null.
  std::string FromInputs(const InputShapes* solved) const;
};

ShapeExplanation ExplainUnknownShape(const ir::Module& module, const ir::Node& node);

}  // namespace litesmith::pipeline
