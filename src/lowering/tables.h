// Lookup tables that are filled once.
#pragma once

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::lowering {

// Replaces the lookups in every table whose content came with the model, and the tables themselves:
// - string to int64 and int64 to string become HASHTABLE, HASHTABLE_FIND and HASHTABLE_SIZE, filled by
// HASHTABLE_IMPORT
//   in a subgraph that CALL_ONCE runs;
// - other tables from strings find a row that way, and GATHER its value;
// - other tables from integers GATHER from an array over the range of keys, or compare where that range is
// wide. Reports kTableUnsupported for what is none of these. Ops on other kinds of tables stay.
Result<void> LowerTables(ir::Module& module, Context& context);

}  // namespace litesmith::lowering
