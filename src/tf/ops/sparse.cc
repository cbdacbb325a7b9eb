// Sparse and ragged tensors, sets.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AddManySparseToTensorsMap, "sparse_handles", "int64", ir::kNotPure, nullptr)
LS_TF_OP(AddSparseToTensorsMap, "sparse_handle", "int64", ir::kNotPure, nullptr)
LS_TF_OP(DenseCountSparseOutput, "output_indices output_values output_dense_shape", "int64 output_type int64",
         ir::kNone, nullptr)
LS_TF_OP(DenseToDenseSetOperation, "result_indices result_values result_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(DenseToSparseSetOperation, "result_indices result_values result_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(DeserializeManySparse, "sparse_indices sparse_values sparse_shape", "int64 dtype int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(DeserializeSparse, "sparse_indices sparse_values sparse_shape", "int64 dtype int64", ir::kNone,
         nullptr)
LS_TF_OP(RaggedCountSparseOutput, "output_indices output_values output_dense_shape",
         "int64 output_type int64", ir::kNone, nullptr)
LS_TF_OP(RaggedCross, "output_values output_row_splits", "out_values_type out_row_splits_type", ir::kNone,
         nullptr)
LS_TF_OP(RaggedGather, "output_nested_splits*OUTPUT_RAGGED_RANK output_dense_values", "Tsplits=int64 Tvalues",
         ir::kNone, nullptr)
LS_TF_OP(RaggedRange, "rt_nested_splits rt_dense_values", "Tsplits=int64 T=int32", ir::kNone,
         shape::RaggedRange)
LS_TF_OP(RaggedTensorFromVariant, "output_nested_splits*output_ragged_rank output_dense_values",
         "Tsplits=int64 Tvalues", ir::kNone, nullptr)
LS_TF_OP(RaggedTensorToSparse, "sparse_indices sparse_values sparse_dense_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(RaggedTensorToTensor, "result", "T", ir::kNone, shape::RaggedToTensor)
LS_TF_OP(RaggedTensorToVariant, "encoded_ragged", "variant", ir::kNone, nullptr)
LS_TF_OP(SerializeManySparse, "serialized_sparse", "out_type=string", ir::kNone, nullptr)
LS_TF_OP(SerializeSparse, "serialized_sparse", "out_type=string", ir::kNone, nullptr)
LS_TF_OP(SetSize, "size", "int32", ir::kNone, nullptr)
LS_TF_OP(SparseAdd, "sum_indices sum_values sum_shape", "int64 T int64", ir::kNone, shape::SparseOutputs)
LS_TF_OP(SparseConcat, "output_indices output_values output_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(SparseCountSparseOutput, "output_indices output_values output_dense_shape",
         "int64 output_type int64", ir::kNone, nullptr)
LS_TF_OP(SparseCross, "output_indices output_values output_shape", "int64 out_type int64", ir::kNone, nullptr)
LS_TF_OP(SparseCrossHashed, "output_indices output_values output_shape", "int64 int64 int64", ir::kNone,
         nullptr)
LS_TF_OP(SparseCrossV2, "output_indices output_values output_shape", "int64 string int64", ir::kNone, nullptr)
LS_TF_OP(SparseDenseCwiseAdd, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseDenseCwiseDiv, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseDenseCwiseMul, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseFillEmptyRows, "output_indices output_values empty_row_indicator reverse_index_map",
         "int64 T bool int64", ir::kNone, shape::SparseFillEmptyRows)
LS_TF_OP(SparseReduceMax, "output", "T", ir::kNone, shape::SparseReduce)
LS_TF_OP(SparseReduceMaxSparse, "output_indices output_values output_shape", "int64 T int64", ir::kNone,
         nullptr)
LS_TF_OP(SparseReduceSum, "output", "T", ir::kNone, shape::SparseReduce)
LS_TF_OP(SparseReduceSumSparse, "output_indices output_values output_shape", "int64 T int64", ir::kNone,
         nullptr)
LS_TF_OP(SparseReorder, "output_indices output_values", "int64 T", ir::kNone, shape::SparseReorder)
LS_TF_OP(SparseReshape, "output_indices output_shape", "int64 int64", ir::kNone, shape::SparseReshape)
LS_TF_OP(SparseSlice, "output_indices output_values output_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(SparseSoftmax, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseSparseMaximum, "output_indices output_values", "int64 T", ir::kNone, shape::SparseOutputs)
LS_TF_OP(SparseSparseMinimum, "output_indices output_values", "int64 T", ir::kNone, shape::SparseOutputs)
LS_TF_OP(SparseSplit, "output_indices*num_split output_values*num_split output_shape*num_split",
         "int64 T int64", ir::kNone, nullptr)
LS_TF_OP(SparseTensorDenseAdd, "output", "T", ir::kNone, nullptr)
LS_TF_OP(SparseTensorDenseMatMul, "product", "T", ir::kNone, shape::SparseMatMul)
LS_TF_OP(SparseToDense, "dense", "T", ir::kNone, shape::ShapeFromSecond)
LS_TF_OP(SparseToSparseSetOperation, "result_indices result_values result_shape", "int64 T int64", ir::kNone,
         shape::SparseOutputs)
LS_TF_OP(TakeManySparseFromTensorsMap, "sparse_indices sparse_values sparse_shape", "int64 dtype int64",
         ir::kNotPure, nullptr)

}  // namespace litesmith::tf
