// What to tell about ops that have no form in TensorFlow Lite: whose they are, why they cannot be there, and
// what people do who need what they compute.
#pragma once

#include "base/finding.h"
#include "ir/module.h"

namespace litesmith::lowering {

// An op that no table knows: of another library where its name tells (kExternalLibraryOp), else somebody's
// own (kUnknownOp). Names the option that keeps it and the attributes that a kernel would get.
Finding UnknownOpFinding(const ir::Node& node);
// An op of TensorFlow that nothing here lowers: kNoLowering, or the code of what it is about (a variable, a
// table).
Finding NoFormFinding(const ir::Node& node);

// "alpha=0.5, sizes=[1,2,300]" of the attributes that a custom op's options would hold, and the names of
// those that they cannot (tensors, functions).
std::string OptionsText(const Attributes& attributes);
std::string LostAttributes(const Attributes& attributes);

}  // namespace litesmith::lowering
