// Shapes that are worth a try where a model leaves some open.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/shape_trace.h"

namespace litesmith::pipeline {

using InputShapes = std::map<std::string, std::vector<int64_t>>;  // -1 for unknown

// One of the dimensions that matter alone, each in turn, the last of an input first.
std::vector<InputShapes> SinglesToTry(const std::vector<OpenInput>& inputs);
// All that matter at once, in sizes that networks are often trained with; then all that are open.
std::vector<InputShapes> SizesToTry(const std::vector<OpenInput>& inputs);
// Everything open in the most common size, at once.
InputShapes WholeShapes(const std::vector<OpenInput>& inputs);

// "--input-shape image=1,224,224,3 --input-shape ids=1,128"
std::string OptionText(const InputShapes& shapes);

}  // namespace litesmith::pipeline
