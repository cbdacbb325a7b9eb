// Files, records, messages to the user, code of other languages.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AudioSummary, "summary", "string", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(AudioSummaryV2, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(BoostedTreesBucketize, "buckets*num_features", "int32", ir::kNone, nullptr)
LS_TF_OP(CloseSummaryWriter, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(CompositeTensorVariantFromComponents, "encoded", "variant", ir::kNone, nullptr)
LS_TF_OP(CompositeTensorVariantToComponents, "components*Tcomponents", "Tcomponents", ir::kNone, nullptr)
LS_TF_OP(CreateSummaryFileWriter, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(DecodeCSV, "output*OUT_TYPE", "OUT_TYPE", ir::kNone, nullptr)
LS_TF_OP(DecodeJSONExample, "binary_examples", "string", ir::kNone, nullptr)
LS_TF_OP(DecodeProtoV2, "sizes values*output_types", "int32 output_types", ir::kNone, nullptr)
LS_TF_OP(EagerPyFunc, "output*Tout", "Tout", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(EncodeProto, "bytes", "string", ir::kNone, nullptr)
LS_TF_OP(FlushSummaryWriter, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(HistogramSummary, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(ImageSummary, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(MatchingFiles, "filenames", "string", ir::kNotPure, shape::VectorOutputs)
LS_TF_OP(MergeSummary, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(MergeV2Checkpoints, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(ParseExample,
         "sparse_indices*Nsparse sparse_values*sparse_types sparse_shapes*Nsparse dense_values*Tdense",
         "int64 sparse_types int64 Tdense", ir::kNone, shape::ParseExample)
LS_TF_OP(ParseExampleV2,
         "sparse_indices*num_sparse sparse_values*sparse_types sparse_shapes*num_sparse dense_values*Tdense "
         "ragged_values*ragged_value_types ragged_row_splits*ragged_split_types",
         "int64 sparse_types int64 Tdense ragged_value_types ragged_split_types", ir::kNone,
         shape::ParseExample)
// clang-format off
LS_TF_OP(ParseSequenceExample,
         "context_sparse_indices*Ncontext_sparse context_sparse_values*context_sparse_types "
         "context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense "
         "feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*feature_list_sparse_types "
         "feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types "
         "feature_list_dense_lengths*Nfeature_list_dense",
         "int64 context_sparse_types int64 Tcontext_dense int64 feature_list_sparse_types int64 "
         "feature_list_dense_types int64",
         ir::kNone, nullptr)
// clang-format on
// clang-format off
LS_TF_OP(ParseSequenceExampleV2,
         "context_sparse_indices*Ncontext_sparse context_sparse_values*context_sparse_types "
         "context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense "
         "context_ragged_values*context_ragged_value_types context_ragged_row_splits*context_ragged_split_types "
         "feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*feature_list_sparse_types "
         "feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types "
         "feature_list_dense_lengths*Nfeature_list_dense "
         "feature_list_ragged_values*feature_list_ragged_value_types "
         "feature_list_ragged_outer_splits*feature_list_ragged_split_types "
         "feature_list_ragged_inner_splits*feature_list_ragged_split_types",
         "int64 context_sparse_types int64 Tcontext_dense context_ragged_value_types context_ragged_split_types "
         "int64 feature_list_sparse_types int64 feature_list_dense_types int64 feature_list_ragged_value_types "
         "feature_list_ragged_split_types feature_list_ragged_split_types",
         ir::kNone, nullptr)
// clang-format on
LS_TF_OP(ParseSingleExample,
         "sparse_indices*num_sparse sparse_values*sparse_types sparse_shapes*num_sparse dense_values*Tdense",
         "int64 sparse_types int64 Tdense", ir::kNone, shape::ParseExample)
// clang-format off
LS_TF_OP(ParseSingleSequenceExample,
         "context_sparse_indices*Ncontext_sparse context_sparse_values*context_sparse_types "
         "context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense "
         "feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*feature_list_sparse_types "
         "feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types",
         "int64 context_sparse_types int64 Tcontext_dense int64 feature_list_sparse_types int64 "
         "feature_list_dense_types",
         ir::kNone, nullptr)
// clang-format on
LS_TF_OP(ParseTensor, "output", "out_type", ir::kNone, nullptr)
LS_TF_OP(Print, "output", "T", ir::kSideEffect | ir::kNotPure, shape::SameShape)
LS_TF_OP(PrintV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(PyFunc, "output*Tout", "Tout", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(PyFuncStateless, "output*Tout", "Tout", ir::kNotPure, nullptr)
LS_TF_OP(ReadFile, "contents", "string", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(Restore, "tensor", "dt", ir::kNotPure, nullptr)
LS_TF_OP(RestoreSlice, "tensor", "dt", ir::kNotPure, nullptr)
LS_TF_OP(RestoreV2, "tensors*dtypes", "dtypes", ir::kNotPure, nullptr)
LS_TF_OP(Save, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(SaveSlices, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(SaveV2, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(ScalarSummary, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(SerializeTensor, "serialized", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(ShardedFilename, "filename", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(ShardedFilespec, "filename", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(SummaryWriter, "writer", "resource", ir::kNotPure, nullptr)
LS_TF_OP(TensorSummaryV2, "summary", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(Timestamp, "ts", "float64", ir::kNotPure, shape::ScalarOutput)
LS_TF_OP(WholeFileReader, "reader_handle", "string", ir::kNotPure, nullptr)
LS_TF_OP(WholeFileReaderV2, "reader_handle", "resource", ir::kNotPure, nullptr)
LS_TF_OP(WriteAudioSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteFile, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteGraphSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteHistogramSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteImageSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteRawProtoSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteScalarSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)
LS_TF_OP(WriteSummary, "", "", ir::kSideEffect | ir::kNotPure, nullptr)

}  // namespace litesmith::tf
