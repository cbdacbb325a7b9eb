// Lookup tables.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AnonymousHashTable, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(AnonymousMutableDenseHashTable, "table_handle", "resource", ir::kNotPure, nullptr)
LS_TF_OP(AnonymousMutableHashTable, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(AnonymousMutableHashTableOfTensors, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(HashTable, "table_handle", "string", ir::kNotPure, nullptr)
LS_TF_OP(HashTableV2, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(InitializeTable, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(InitializeTableFromDataset, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(InitializeTableFromTextFile, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(InitializeTableFromTextFileV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(InitializeTableV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableExport, "keys values", "Tkeys Tvalues", ir::kNotPure, nullptr)
LS_TF_OP(LookupTableExportV2, "keys values", "Tkeys Tvalues", ir::kNotPure, nullptr)
LS_TF_OP(LookupTableFind, "values", "Tout", ir::kNotPure, shape::LookupFind)
LS_TF_OP(LookupTableFindV2, "values", "Tout", ir::kNotPure, shape::LookupFind)
LS_TF_OP(LookupTableImport, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableImportV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableInsert, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableInsertV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableRemoveV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(LookupTableSize, "size", "int64", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(LookupTableSizeV2, "size", "int64", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(MutableDenseHashTable, "table_handle", "string", ir::kNotPure, nullptr)
LS_TF_OP(MutableDenseHashTableV2, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(MutableHashTable, "table_handle", "string", ir::kNotPure, nullptr)
LS_TF_OP(MutableHashTableOfTensors, "table_handle", "string", ir::kNotPure, nullptr)
LS_TF_OP(MutableHashTableOfTensorsV2, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(MutableHashTableV2, "table_handle", "resource", ir::kNotPure, shape::ScalarOutput)

}  // namespace litesmith::tf
