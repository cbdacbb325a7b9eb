// Fused cells and losses of recurrent networks.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(BlockLSTM, "i cs f o ci co h", "T T T T T T T", ir::kNone, shape::BlockLstm)
LS_TF_OP(BlockLSTMV2, "i cs f o ci co h", "T T T T T T T", ir::kNone, shape::BlockLstm)
LS_TF_OP(CTCBeamSearchDecoder,
         "decoded_indices*top_paths decoded_values*top_paths decoded_shape*top_paths log_probability",
         "int64 int64 int64 T=float32", ir::kNone, nullptr)
LS_TF_OP(CTCGreedyDecoder, "decoded_indices decoded_values decoded_shape log_probability",
         "int64 int64 int64 T=float32", ir::kNone, shape::CtcGreedyDecoder)
LS_TF_OP(CTCLoss, "loss gradient", "T=float32 T=float32", ir::kNone, nullptr)
LS_TF_OP(CTCLossV2, "loss gradient", "float32 float32", ir::kNone, nullptr)
LS_TF_OP(CudnnRNN, "output output_h output_c reserve_space", "T T T T", ir::kNotPure, nullptr)
LS_TF_OP(CudnnRNNCanonicalToParams, "params", "T", ir::kNone, nullptr)
LS_TF_OP(CudnnRNNCanonicalToParamsV2, "params", "T", ir::kNone, nullptr)
LS_TF_OP(CudnnRNNParamsSize, "params_size", "S", ir::kNone, nullptr)
LS_TF_OP(CudnnRNNParamsToCanonical, "weights*num_params biases*num_params", "T T", ir::kNone, nullptr)
LS_TF_OP(CudnnRNNParamsToCanonicalV2, "weights*num_params_weights biases*num_params_biases", "T T", ir::kNone,
         nullptr)
LS_TF_OP(CudnnRNNV2, "output output_h output_c reserve_space host_reserved", "T T T T int8", ir::kNotPure,
         nullptr)
LS_TF_OP(CudnnRNNV3, "output output_h output_c reserve_space host_reserved", "T T T T int8", ir::kNotPure,
         nullptr)
LS_TF_OP(EditDistance, "output", "float32", ir::kNone, nullptr)
LS_TF_OP(GRUBlockCell, "r u c h", "T T T T", ir::kNone, shape::GruBlockCell)
LS_TF_OP(LSTMBlockCell, "i cs f o ci co h", "T T T T T T T", ir::kNone, shape::LstmBlockCell)

}  // namespace litesmith::tf
