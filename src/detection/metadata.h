// What the file tells of a detector's picture and results, in the form that detection libraries read.
#pragma once

#include <string>
#include <vector>

#include "detection/preprocess.h"
#include "ir/module.h"

namespace litesmith::detection {

// Adds TFLITE_METADATA (normalization, roles of the four outputs, labels) and LITESMITH_PREPROCESSING to the
// function's module, and the label file to its files, unless an earlier function did: the file has one of
// each. `four_outputs`: the results are those of the detection
// op.
void AddMetadata(ir::Function& function, const Preprocess& preprocess, bool four_outputs,
                 const std::vector<std::string>& labels);

}  // namespace litesmith::detection
