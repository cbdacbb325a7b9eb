// Variables that the model writes to.
#pragma once

#include <string>

#include "ir/module.h"

namespace litesmith::lowering {

// Lets each function of a signature first run, once, a function that gives the variables left in the module
// their first values.
void InitializeVariables(ir::Module& module);

// Nodes with the same options stand for the same variable: the options of VAR_HANDLE.
Attributes VariableOptions(const ir::Node& handle);

}  // namespace litesmith::lowering
