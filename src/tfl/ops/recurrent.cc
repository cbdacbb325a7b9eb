// Recurrent layers. Those with state tensors among their operands change them, so none of them is pure.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int HybridVersion(const ir::Node& node, size_t weights, int plain, int asymmetric) {
  if (!Mixes(node, DType::kFloat32, DType::kInt8, weights)) return 1;
  return node.attributes.Bool("asymmetric_quantize_inputs") ? asymmetric : plain;
}

int SvdfVersion(const ir::Node& node) {
  if (InputType(node) == DType::kInt8) return 3;
  return HybridVersion(node, 1, 2, 4);
}

// Version 5 of both LSTMs (int16 activations) is in official rules, but no runtime registers it: such nodes
// stay at the version whose kernel takes them.
int LstmVersion(const ir::Node& node) {
  if (node.attributes.Int("kernel_type") == 1) return 2;  // BASIC
  return HybridVersion(node, 2, 3, 4);
}

int SequenceLstmVersion(const ir::Node& node) {
  if (node.attributes.Bool("diagonal_recurrent_tensors")) return 4;
  return HybridVersion(node, 2, 2, 3);
}

}  // namespace

LS_TFL_OP(BIDIRECTIONAL_SEQUENCE_LSTM, 52, "BidirectionalSequenceLSTMOptions", "1.14 1.14 1.14", ir::kNotPure,
          VersionHybridRnn)
LS_TFL_OP(BIDIRECTIONAL_SEQUENCE_RNN, 46, "BidirectionalSequenceRNNOptions", "1.14 1.14 2.3", ir::kNotPure,
          VersionHybridRnn)
LS_TFL_OP(LSTM, 16, "LSTMOptions", "1.7 1.10 1.14 2.3", ir::kNotPure, LstmVersion)
LS_TFL_OP(RNN, 24, "RNNOptions", "1.5 1.14 2.3", ir::kNotPure, VersionHybridRnn)
LS_TFL_OP(SVDF, 27, "SVDFOptions", "1.5 1.14 2.2 2.3", ir::kNotPure, SvdfVersion)
LS_TFL_OP(UNIDIRECTIONAL_SEQUENCE_LSTM, 44, "UnidirectionalSequenceLSTMOptions", "1.13.1 1.14 2.3 2.12",
          ir::kNotPure, SequenceLstmVersion)
LS_TFL_OP(UNIDIRECTIONAL_SEQUENCE_RNN, 35, "SequenceRNNOptions", "1.14 1.14 2.3", ir::kNotPure,
          VersionHybridRnn)

}  // namespace litesmith::tfl
