#include "lowering/advice.h"

#include <fmt/format.h>

#include <array>

#include "base/near_name.h"
#include "tf/foreign.h"
#include "tf/glob.h"
#include "tf/ops.h"
#include "tf/shape_context.h"
#include "tfl/ops.h"

namespace litesmith::lowering {
namespace {

// Ops that have the same answer. The first row that fits counts. In the texts, {} is the op's name.
struct Advice {
  std::string_view names;  // patterns, separated by blanks
  Code code;
  std::string_view cause;
  std::string_view fix;
};

constexpr std::array kAdvice = {
    Advice{"EagerPyFunc PyFunc PyFuncStateless", Code::kNoLowering,
           "it calls Python code (tf.py_function or tf.numpy_function), which is not in the model: only "
           "Python that has "
           "the function defined can run it",
           "write what the Python function does with TensorFlow ops, or do it in the app before or after the "
           "model"},
    Advice{"XlaCallModule", Code::kNoLowering,
           "it holds a program in StableHLO, as jax2tf writes it; its ops are not in the graph",
           "export from JAX with jax2tf.convert(..., native_serialization=False, enable_xla=False), which "
           "gives ordinary "
           "TensorFlow ops"},
    Advice{"DecodeJpeg DecodePng DecodeBmp DecodeGif DecodeImage DecodeWebP DecodeAndCropJpeg "
           "ExtractJpegShape EncodeJpeg* "
           "EncodePng",
           Code::kNoLowering, "it reads or writes encoded pictures; a model on a device gets decoded pixels",
           "export a signature whose input is the decoded image (uint8 or float pixels) and choose it with "
           "--signature; of "
           "a frozen graph, start at the pixels with --input-tensors"},
    Advice{"DecodeWav EncodeWav DecodeVideo", Code::kNoLowering,
           "it reads or writes a sound or video file; a model on a device gets decoded samples",
           "decode in the app, and export a signature whose input is the decoded tensor of samples "
           "(--signature, or "
           "--input-tensors of a frozen graph)"},
    Advice{"ParseExample* ParseSingleExample* ParseSequenceExample* ParseSingleSequenceExample* DecodeProto* "
           "DecodeCSV "
           "DecodeJSONExample ParseTensor SerializeTensor SerializeSparse DeserializeSparse "
           "DeserializeManySparse "
           "SerializeManySparse EncodeProto",
           Code::kNoLowering,
           "it parses serialized examples, which is how data is fed while training and serving; a model on a "
           "device gets "
           "the parsed tensors",
           "export a signature whose inputs are the raw feature tensors (for estimators: a raw serving input "
           "receiver) and "
           "choose it with --signature; of a frozen graph, start there with --input-tensors"},
    Advice{"*Dataset *DatasetV? *Dataset?? Iterator* OneShotIterator MakeIterator AnonymousIterator* "
           "OptionalFromValue "
           "*Iterator* *FromDataset",
           Code::kNoLowering, "it belongs to a pipeline that feeds data (tf.data); a device feeds tensors",
           "export a signature that takes tensors as its inputs"},
    Advice{"*Queue* *Reader ReaderRead* Reader* Barrier* *Stage* Unstage RecordInput", Code::kNoLowering,
           "it belongs to a queue or reader that fed data in TensorFlow 1; a device feeds tensors",
           "start behind it: --input-tensors names the tensor that the network reads"},
    Advice{"ReadFile WriteFile MatchingFiles Save* Restore* MergeV2Checkpoints ShardedFilename",
           Code::kNoLowering, "it reads or writes files; a .tflite has no files",
           "leave it out of the exported signature, or store what it reads as a constant of the model"},
    Advice{"*Summary *SummaryV2 *SummaryWriter* *SummaryDb*", Code::kNoLowering,
           "it writes a log for TensorBoard, which belongs to training",
           "export a signature that does not write summaries"},
    Advice{"Apply* ResourceApply* SparseApply* ResourceSparseApply* *Optimizer* ", Code::kNoLowering,
           "it is a step of an optimizer, which belongs to training",
           "export the inference function alone (for Keras: the model, not its train step), with "
           "training=False"},
    Advice{"*Grad *GradV2 *GradV3 *GradGrad *GradWithArgmax *Gradient *GradientV2 Conv*BackpropFilter* "
           "Depthwise*Backprop* "
           "*PoolGradV2 SymbolicGradient",
           Code::kNoLowering, "it computes a gradient, which belongs to training",
           "export the inference function alone, without the training step (training=False)"},
    Advice{
        "Random* StatelessRandom* StatelessTruncatedNormal StatelessMultinomial Stateful* TruncatedNormal "
        "Multinomial "
        "ParameterizedTruncatedNormal StatelessParameterized* StatelessSample* RngSkip RngReadAndSkip",
        Code::kNoLowering,
        "it draws random numbers: most often a dropout or a noise layer that was exported in training mode",
        "export with training=False; where randomness is meant, feed the numbers as an input of the model"},
    Advice{"HashTable* MutableHashTable* MutableDenseHashTable* AnonymousHashTable AnonymousMutable* "
           "LookupTable* "
           "InitializeTable*",
           Code::kTableUnsupported,
           "TensorFlow Lite has lookup tables from int64 to string and from string to int64, filled once, "
           "and no others",
           "use one of these pairs of types, or, for keys that are small numbers, a constant and tf.gather; "
           "or look it up in "
           "the app"},
    Advice{"Assign AssignAdd AssignSub ResourceScatter* Scatter* Variable* TemporaryVariable "
           "DestroyTemporaryVariable CountUpTo "
           "ResourceStridedSliceAssign ResourceCountUpTo DestroyResourceOp",
           Code::kVariableWritten,
           "the model writes to a variable while it runs; TensorFlow Lite has variables, but none that are "
           "written "
           "in parts or by this op",
           "keep the state outside: give it to the model as an input and take it back as an output; or, if "
           "it only counts "
           "or averages while training, export with training=False or make it a constant"},
    Advice{
        "TPU* _TPU* ConfigureDistributedTPU ShutdownDistributedTPU *TPUEmbedding* Collective* Nccl* _Nccl* "
        "CrossReplicaSum AllToAll Xla*",
        Code::kNoLowering, "it belongs to computing on several devices or on a TPU",
        "export for inference on one device (for TPUs: without the TPU rewriting)"},
    Advice{"CudnnRNN*", Code::kNoLowering,
           "it is an LSTM or GRU in the form of NVIDIA's library, with weights packed in "
           "that library's order",
           "build the model for inference with the ordinary layer (tf.keras.layers.LSTM or GRU, "
           "reset_after=True for "
           "GRU), load the same weights, and export that"},
    Advice{"String* Substr Regex* StaticRegex* Unicode* AsString *Base64 DecodeRaw DecodePaddedRaw "
           "DecodeCompressed "
           "Fingerprint ReduceJoin Strings* TensorStringJoin",
           Code::kNoLowering, "it works on text, for which TensorFlow Lite has no kernel",
           "do this step outside the model, before its first numbers: give the model ids or numbers instead "
           "of strings"},
    Advice{
        "Sparse* *Sparse *SparseTensor* Ragged* *Ragged* DenseToCSR* CSR*", Code::kNoLowering,
        "sparse and ragged tensors have no form in TensorFlow Lite, which has dense ones only",
        "give the model dense tensors (make them so in the app), and keep tf.sparse and tf.ragged out of the "
        "exported function"},
    Advice{
        "ResizeArea ResizeBicubic *ScaleAndTranslate* ImageProjectiveTransform* CropAndResize AdjustHue "
        "AdjustSaturation "
        "AdjustContrast* RGBToHSV HSVToRGB DrawBoundingBoxes* SampleDistortedBoundingBox* ExtractGlimpse*",
        Code::kNoLowering, "TensorFlow Lite has no such image op: its resizing is bilinear or nearest",
        "use tf.image.resize with method bilinear or nearest, or do this step outside the model, in the app; "
        "bicubic, area and similar resizing converts where the sizes before and after it are known "
        "(--input-shape)"},
    Advice{"Cholesky* MatrixInverse MatrixSolve* MatrixTriangularSolve Qr Svd *Eig* SelfAdjoint* "
           "MatrixDeterminant "
           "LogMatrixDeterminant MatrixExponential MatrixLogarithm MatrixSquareRoot Lu Tridiagonal*",
           Code::kNoLowering, "TensorFlow Lite has no linear algebra beyond products",
           "compute it once, outside the model, if its operand does not change; else rewrite it with "
           "products and sums"},
    Advice{"FakeQuant* QuantizeAndDequantize* Quantize* Quantized* Dequantize Requantiz* UniformQuant* "
           "UniformDequantize "
           "UniformRequantize",
           Code::kNoLowering, "this way of quantizing inside the graph is not converted yet",
           "export the float model and quantize while converting (--quantize)"},
    Advice{"CTCLoss* *CrossEntropyWithLogits *Loss", Code::kNoLowering,
           "it computes a loss, which belongs to training", "leave the loss out of the exported signature"},
    Advice{"Complex Conj Angle *FFT* ", Code::kNoLowering,
           "of complex numbers TensorFlow Lite has RFFT2D, COMPLEX_ABS, REAL and IMAG, of complex64",
           "compute with real and imaginary parts as two float32 tensors"},
};

std::string AttributeText(const Attribute& value) {
  const auto list = [](const auto& entries) {
    std::string text;
    for (const auto& entry : entries) text += fmt::format("{}{}", text.empty() ? "" : ",", entry);
    return "[" + text + "]";
  };
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* real = std::get_if<float>(&value)) return fmt::format("{}", *real);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", text->substr(0, 40));
  if (const auto* dtype = std::get_if<DType>(&value)) return std::string(NameOf(*dtype));
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) return list(*numbers);
  if (const auto* reals = std::get_if<std::vector<float>>(&value)) return list(*reals);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) return list(*texts);
  if (const auto* shape = std::get_if<Shape>(&value)) return ToText(*shape);
  if (const auto* flags = std::get_if<std::vector<bool>>(&value))
    return fmt::format("{} flags", flags->size());
  if (const auto* types = std::get_if<std::vector<DType>>(&value))
    return fmt::format("{} types", types->size());
  return {};
}

// For one line of a terminal or two; whoever needs more has the file.
constexpr size_t kMostAttributes = 12;

bool IsOption(const Attributes::Entry& entry) {
  return !entry.first.starts_with("_") && !AttributeText(entry.second).empty();
}

// The builtin op of TensorFlow Lite that goes by the name of a TensorFlow op, or "": "Conv3DBackpropInputV2"
// and the like have others.
std::string BuiltinOf(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"LRN", "LOCAL_RESPONSE_NORMALIZATION"},
      {"Conv3DBackpropInputV2", "CONV_3D_TRANSPOSE"},
      {"AssignVariableOp", "ASSIGN_VARIABLE"},
      {"RandomStandardNormal", "RANDOM_STANDARD_NORMAL"},
  };
  for (const auto& [op, builtin] : kOthers) {
    if (op == name) return std::string(builtin);
  }
  if (const size_t version = name.rfind('V');
      version != name.npos && version + 2 == name.size() && name.back() >= '2' && name.back() <= '9')
    name = name.substr(0, version);
  // "DepthToSpace" and "Conv3D" are DEPTH_TO_SPACE and CONV_3D: a word starts at a capital or number after a
  // small letter.
  std::string builtin;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    if (i > 0 && small(name[i - 1]) && !small(name[i])) builtin += '_';
    builtin += small(name[i]) ? static_cast<char>(name[i] - 'a' + 'A') : name[i];
  }
  return tfl::FindOp(builtin) != nullptr ? builtin : "";
}

std::string Filled(std::string_view text, std::string_view op) {
  std::string filled(text);
  if (const size_t at = filled.find("{}"); at != filled.npos) filled.replace(at, 2, op);
  return filled;
}

// For names that were typed: graphs made by hand, and by tools of one's own.
std::string DidYouMean(std::string_view name) {
  std::vector<std::string_view> names;
  for (const tf::Op* op : tf::AllOps()) names.push_back(op->name);
  const std::string near = NearName(name, names);
  return !near.empty() && LettersApart(name, near) <= 1 ? fmt::format(" (did you mean {}?)", near) : "";
}

}  // namespace

std::string OptionsText(const Attributes& attributes) {
  std::string text;
  size_t shown = 0;
  for (const auto& entry : attributes) {
    if (!IsOption(entry)) continue;
    if (++shown > kMostAttributes) return text + ", ...";
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", entry.first, AttributeText(entry.second));
  }
  return text;
}

std::string LostAttributes(const Attributes& attributes) {
  std::string text;
  for (const auto& entry : attributes) {
    if (entry.first.starts_with("_") || IsOption(entry)) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", entry.first);
  }
  return text;
}

Finding UnknownOpFinding(const ir::Node& node) {
  const std::string name(node.op_name());
  const std::string options = OptionsText(node.attributes);
  const std::string kernel =
      fmt::format("or keep it as a custom op and supply a kernel at run time{}",
                  options.empty() ? "" : fmt::format("; the kernel would get the attributes {}", options));
  if (const tf::Library* library = tf::LibraryOf(name)) {
    return tf::FindingAt(Code::kExternalLibraryOp, node)
        .Headline("op {} belongs to {}", name, library->name)
        .Cause("it is an op of the library {} ({}), which TensorFlow Lite does not have", library->name,
               library->package)
        .Fix(fmt::format("what users of {} do: {}", library->package, library->instead))
        .Fix(kernel, "--custom-op " + name);
  }
  return tf::FindingAt(Code::kUnknownOp, node)
      .Headline("op {} is unknown", name)
      .Cause(
          "neither TensorFlow nor a library that is known here has it{}; it looks like a custom op of the "
          "model's "
          "own (a custom layer as such is no obstacle: only its ops count)",
          DidYouMean(name))
      .Fix(
          "rewrite what makes it with ordinary TensorFlow ops; a custom layer made of known ops just "
          "converts")
      .Fix(kernel, "--custom-op " + name);
}

Finding NoFormFinding(const ir::Node& node) {
  const std::string name(node.op_name());
  for (const Advice& advice : kAdvice) {
    if (!tf::MatchesAny(advice.names, name)) continue;
    Finding finding = tf::FindingAt(advice.code, node);
    finding.Headline("op {} is not converted", name);
    finding.cause = Filled(advice.cause, name);
    return finding.Fix(Filled(advice.fix, name));
  }
  Finding finding = tf::FindingAt(Code::kNoLowering, node);
  if (const std::string builtin = BuiltinOf(name); !builtin.empty()) {
    finding.Headline("op {} is not converted yet", name)
        .Cause("TensorFlow Lite has {} for it, but Litesmith does not write that op yet", builtin);
  } else {
    finding.Headline("op {} has no form in TensorFlow Lite", name)
        .Cause(
            "TensorFlow Lite has no builtin op that computes {}, and Litesmith does not compose it of others "
            "yet",
            name);
  }
  return finding.Fix(
      "rewrite it in the model's code with ops that convert (`litesmith ops` lists them), or do this step "
      "outside of the model");
}

}  // namespace litesmith::lowering
