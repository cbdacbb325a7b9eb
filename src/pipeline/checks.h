// What a conversion must not do in silence: lose an input, make an output constant, let the network vanish.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::pipeline {

// Which results of each signature depend on the elements of any parameter, before anything is computed.
struct InputsAndOutputs {
  std::set<std::pair<std::string, std::string>> dependent;  // (function, result name)
};
InputsAndOutputs ObserveInterface(const ir::Module& module);

// Reports kOutputConstant for a result that depended on the inputs in the source and does so no more (unless
// it has to be constant: no elements, or a shape that is fixed), and warns of results without elements.
Result<void> CheckInterface(const ir::Module& module, const InputsAndOutputs& before, Context& context);

// Reports kWrongUse if `target` is neither empty nor a version of TensorFlow Lite, as "2.9".
Result<void> CheckRuntimeName(const std::string& target, Context& context);

// Reports kTargetTooOld for each op that the runtime `target` ("2.9") lacks, or lacks in the version that the
// node needs, and fails if there is one. Custom ops are nobody's business here.
Result<void> CheckTargetRuntime(const ir::Module& module, std::string_view target, Context& context);

}  // namespace litesmith::pipeline
