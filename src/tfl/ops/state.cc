// Control flow, variables, tables, and ops that give something else each time.
#include "tfl/versions.h"

namespace litesmith::tfl {

LS_TFL_OP(ASSIGN_VARIABLE, 144, "AssignVariableOptions", "2.6", ir::kSideEffect | ir::kNotPure, VersionOne)
LS_TFL_OP(CALL, 31, "CallOptions", "", ir::kCalls | ir::kNotPure, VersionOne)
LS_TFL_OP(CALL_ONCE, 129, "CallOnceOptions", "2.5", ir::kCalls | ir::kSideEffect | ir::kNotPure, VersionOne)
LS_TFL_OP(DELEGATE, 51, "", "", ir::kNotPure, VersionOne)
LS_TFL_OP(HASHTABLE, 136, "HashtableOptions", "2.5", ir::kNotPure, VersionOne)
LS_TFL_OP(HASHTABLE_FIND, 137, "HashtableFindOptions", "2.5", ir::kNotPure, VersionOne)
LS_TFL_OP(HASHTABLE_IMPORT, 138, "HashtableImportOptions", "2.5", ir::kSideEffect | ir::kNotPure, VersionOne)
LS_TFL_OP(HASHTABLE_LOOKUP, 10, "", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(HASHTABLE_SIZE, 139, "HashtableSizeOptions", "2.5", ir::kNotPure, VersionOne)
LS_TFL_OP(IF, 118, "IfOptions", "1.15", ir::kCalls | ir::kNotPure, VersionOne)
LS_TFL_OP(LSH_PROJECTION, 15, "LSHProjectionOptions", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(MULTINOMIAL, 149, "RandomOptions", "2.8", ir::kNotPure, VersionOne)
LS_TFL_OP(RANDOM_STANDARD_NORMAL, 146, "RandomOptions", "2.8", ir::kNotPure, VersionOne)
LS_TFL_OP(RANDOM_UNIFORM, 148, "RandomOptions", "2.8", ir::kNotPure, VersionOne)
LS_TFL_OP(READ_VARIABLE, 143, "ReadVariableOptions", "2.6", ir::kNotPure, VersionOne)
LS_TFL_OP(SKIP_GRAM, 30, "SkipGramOptions", "1.5", ir::kNone, VersionOne)
LS_TFL_OP(VAR_HANDLE, 142, "VarHandleOptions", "2.6", ir::kNotPure, VersionOne)
LS_TFL_OP(WHILE, 119, "WhileOptions", "1.15", ir::kCalls | ir::kNotPure, VersionOne)

}  // namespace litesmith::tfl
