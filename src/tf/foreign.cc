#include "tf/foreign.h"

#include <array>

#include "tf/glob.h"

namespace litesmith::tf {
namespace {

constexpr Library kText{
    "TensorFlow Text", "tensorflow_text",
    "tokenize in the app and give the model token ids; that library also offers TensorFlow Lite "
    "kernels for some of its ops"};
constexpr Library kAddons{
    "TensorFlow Addons", "tensorflow_addons",
    "write the layer with ordinary TensorFlow ops: the library is no longer maintained, and "
    "most of its layers have a counterpart in Keras"};
constexpr Library kIo{"TensorFlow I/O", "tensorflow_io",
                      "read and decode files in the app and give the model the decoded tensors"};
constexpr Library kForests{
    "TensorFlow Decision Forests", "tensorflow_decision_forests",
    "run the forest with its own engine (Yggdrasil), which is faster on a device than any graph"};
constexpr Library kTensorRt{
    "TensorRT (TF-TRT)", "TensorRT",
    "convert the SavedModel as it was before TF-TRT optimized it: the engine inside runs on "
    "that one GPU only"};
constexpr Library kHorovod{
    "Horovod", "horovod",
    "export the model for inference from one process, without the distributed optimizer"};
constexpr Library kBytePs{"BytePS", "byteps", "export the model for inference from one process"};
constexpr Library kLingvo{"Lingvo", "lingvo",
                          "export the network without the beam search and do the search in the app"};
constexpr Library kRecommenders{"TensorFlow Recommenders Addons", "tensorflow_recommenders_addons",
                                "look the embeddings up in the app, or export them as an ordinary variable"};
constexpr Library kScann{"ScaNN", "scann", "search in the app; export the embedding network alone"};
constexpr Library kCompression{"TensorFlow Compression", "tensorflow_compression",
                               "export the transforms without entropy coding and do the coding in the app"};
constexpr Library kQuantum{"TensorFlow Quantum", "tensorflow_quantum",
                           "simulate the circuit outside the model"};
constexpr Library kReverb{"Reverb", "reverb", "export the policy alone, without the replay buffer"};
constexpr Library kStruct2Tensor{"Struct2Tensor", "struct2tensor",
                                 "parse in the app and give the model the tensors"};
constexpr Library kGnn{"TensorFlow GNN", "tensorflow_gnn", "sample and parse the graphs in the app"};
constexpr Library kNeuron{"AWS Neuron", "tensorflow_neuron",
                          "convert the model as it was before it was compiled for Neuron"};
constexpr Library kIpu{"Graphcore's TensorFlow", "ipu", "export the model from ordinary TensorFlow"};
constexpr Library kHabana{"Habana's TensorFlow", "habana_frameworks",
                          "export the model from ordinary TensorFlow"};
constexpr Library kIntel{"Intel's optimized TensorFlow", "intel_extension_for_tensorflow",
                         "convert the model as it was saved, before that library rewrote its graph"};
constexpr Library kEmbedding{"DeepRec", "deeprec", "export the embeddings as ordinary variables"};
constexpr Library kHugeCtr{"HugeCTR's embeddings", "sparse_operation_kit",
                           "export the embeddings as ordinary variables"};
constexpr Library kWarpCtc{"warp-ctc", "warpctc_tensorflow",
                           "leave the loss out: inference does not need it"};
constexpr Library kContrib{"tf.contrib of TensorFlow 1", "tensorflow.contrib",
                           "write it with ordinary ops: tf.contrib ended with TensorFlow 1"};
constexpr Library kMediapipe{"MediaPipe", "mediapipe", "run the file in MediaPipe, or supply a kernel"};

struct Row {
  std::string_view names;  // patterns, separated by blanks
  const Library* library;
};

constexpr std::array kRows = {
    Row{"Addons>*", &kAddons},
    Row{"IO>*", &kIo},
    Row{"TFText>* *TokenizeWithOffsets *TokenizeWithOffsetsV2 WordpieceTokenize* FastWordpiece* "
        "FastBertNormalize* "
        "FastSentencepiece* CaseFoldUTF8 NormalizeUTF8* FindSourceOffsets ConstrainedSequence "
        "MaxSpanningTree RougeL "
        "SentenceFragments* SplitMerge* RegexSplitWithOffsets* *RoundRobinTrim* NgramsStringJoin "
        "UnicodeScriptTokenize* "
        "WhitespaceTokenize* StateBasedSentenceBreaker* Utf8Binarize *BoiseTags* PhraseTokenize* ByteSplit*",
        &kText},
    Row{"Sentencepiece*", &kText},
    Row{"SimpleML*", &kForests},
    Row{"TRTEngineOp CreateTRTResourceHandle InitializeTRTResource GetCalibrationDataOp *TRTEngine*",
        &kTensorRt},
    Row{"Horovod*", &kHorovod},
    Row{"Byteps* BytePS*", &kBytePs},
    Row{"BeamSearchStep* TopKTerminatedHyps UnpackHyp HypsFromBeamSearchOuts BestStep GenericInput "
        "AsciiToTokenId "
        "IdToAscii StrToVocabTokens VocabTokenToId VocabIdToToken TokenInVocab NgramIdToToken BpeWordsToIds "
        "BpeIdsToWords "
        "PackSequences ApplyPacking PackSingleSequence CachedCall StaticMap* MlPerfSubwordIdToString "
        "RandomPermutationSequence RecordYielder* StringToTokenId*",
        &kLingvo},
    Row{"TFRA>* CuckooHashTable* RedisTable*", &kRecommenders},
    Row{"Scann>* Scann*", &kScann},
    Row{"EntropyEncode* EntropyDecode* CreateRangeEncoder CreateRangeDecoder RangeEncode RangeDecode "
        "UnboundedIndexRange* RunLengthEncode RunLengthDecode RunLengthGamma* PmfToQuantizedCdf "
        "StochasticRound YToU8",
        &kCompression},
    Row{"Tfq*", &kQuantum},
    Row{"Reverb*", &kReverb},
    Row{"DecodeProtoSparse* EquiJoin*Indices RunLengthBefore", &kStruct2Tensor},
    Row{"TFGNN*", &kGnn},
    Row{"NeuronOp AwsNeuron*", &kNeuron},
    Row{"Ipu* IPU* Poplar*", &kIpu},
    Row{"Habana* Hpu*", &kHabana},
    Row{"ITEX* _ITEX* _Mkl* _OneDnn*", &kIntel},
    Row{"KvVarHandleOp KvResource* InitializeKvVariable*", &kEmbedding},
    Row{"HugeCTR* Sok* SOK*", &kHugeCtr},
    Row{"WarpCTC*", &kWarpCtc},
    Row{"GatherTree ImageConnectedComponents SingleImageRandomDotStereograms AdjustHsvInYiq BipartiteMatch "
        "MaskedMatmul "
        "WALSComputePartialLhsAndRhs PeriodicResample HyperplaneLSHProbes Resampler ResamplerGrad "
        "DecodeAudio "
        "EncodeAudio StatelessResampler",
        &kContrib},
    Row{"MaxPoolingWithArgmax2D MaxUnpooling2D Convolution2DTransposeBias TransformLandmarks "
        "TransformTensorBilinear "
        "Landmarks2TransformMatrix",
        &kMediapipe},
};

}  // namespace

const Library* LibraryOf(std::string_view op) {
  for (const Row& row : kRows) {
    if (MatchesAny(row.names, op)) return row.library;
  }
  return nullptr;
}

}  // namespace litesmith::tf
