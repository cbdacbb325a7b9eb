// Loading a .tflite and giving it inputs: tensorflow/lite/core, interpreter_wrapper, the Java and Swift
// libraries.
#include "findings/logs/rules.h"

#include <charconv>

namespace litesmith::findings {
namespace {

constexpr Fix kUpdate{
    "update the runtime (tflite-runtime, ai-edge-litert, the org.tensorflow:tensorflow-lite dependency) to a "
    "newer version",
    ""};
constexpr Fix kTarget{"or convert for the runtime that the device has", "--target-runtime 2.x"};
constexpr Fix kRunHere{"see whether the file itself is sound: Litesmith runs it",
                       "litesmith run model.tflite --inputs in.npz --outputs out.npz"};

constexpr Fix kNoFlex{"convert the SavedModel with Litesmith, which writes builtin ops only and no Flex ops",
                      "litesmith convert MODEL -o model.tflite"};
constexpr Fix kLinkFlex{
    "or link the Flex library: org.tensorflow:tensorflow-lite-select-tf-ops on Android, "
    "TensorFlowLiteSelectTfOps on iOS, tensorflow (not tflite-runtime) in Python"};

void FlexAtRuntime(const Match&, const Knowledge& knowledge, Finding& finding) {
  const OpFacts facts = knowledge.tensorflow_op(finding.op);
  if (facts.standing == OpFacts::Standing::kKnown)
    finding.Fix(fmt::format("Litesmith has no form for {} either: replace it in the model, and see how with",
                            finding.op),
                "litesmith diagnose MODEL");
}

void CustomAtRuntime(const Match&, const Knowledge& knowledge, Finding& finding) {
  if (finding.op.starts_with("Flex")) {
    finding.cause = fmt::format(
        "{} is TensorFlow's op {}: the file was converted with SELECT_TF_OPS and runs only where the Flex "
        "delegate is linked in",
        finding.op, finding.op.substr(4));
    finding.fixes.clear();
    finding.Fix(std::string(kNoFlex.text), std::string(kNoFlex.option)).Fix(std::string(kLinkFlex.text));
    return;
  }
  if (finding.op == "TFLite_Detection_PostProcess") {
    finding.cause =
        "every full TensorFlow Lite has this op (detection post-processing); this runtime is very old, was "
        "built "
        "without it, or is another engine";
    finding.fixes.clear();
    finding.Fix("update the runtime, or use the full one")
        .Fix("let Litesmith run the file: it has the kernel",
             "litesmith detect model.tflite photo.jpg -o boxes.png")
        .Fix("for an engine without it: cut before the post-processing", "--detection raw");
    return;
  }
  const OpFacts facts = knowledge.tensorflow_op(finding.op);
  if (facts.standing == OpFacts::Standing::kForeign)
    finding.cause += fmt::format(". The op is of {} ({}): {}", facts.library, facts.package, facts.instead);
  if (facts.standing == OpFacts::Standing::kConverts || facts.standing == OpFacts::Standing::kKnown) {
    finding.cause += fmt::format(
        ". {} is TensorFlow's own op, hidden under a name that no runtime has: the converter had no form for "
        "it "
        "in that place",
        finding.op);
    std::swap(finding.fixes.front(), finding.fixes.back());
  }
}

void NewerOp(const Match& match, const Knowledge& knowledge, Finding& finding) {
  const std::string_view digits = match.Place("n");
  int version = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), version);
  const std::string runtime =
      knowledge.runtime_of ? knowledge.runtime_of(finding.op, version) : std::string();
  if (runtime.empty()) return;
  finding.cause +=
      fmt::format(". Version {} of {} came with TensorFlow Lite {}", version, finding.op, runtime);
  finding.fixes.front().text = fmt::format("update the runtime to TensorFlow Lite {} or newer", runtime);
}

// "FLOAT32" and "<class 'numpy.float32'>" and "FLOAT" as one name.
void TypesGiven(const Match& match, const Knowledge&, Finding& finding) {
  // Numbers of TfLiteType, which very old runtimes print.
  static constexpr std::string_view kNames[] = {"no type",   "float32", "int32",   "uint8",
                                                "int64",     "string",  "bool",    "int16",
                                                "complex64", "int8",    "float16", "float64"};
  const auto name = [](std::string_view text) {
    size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number < std::size(kNames))
      return std::string(kNames[number]);
    std::string out;
    for (const char c : text) {
      if (c != '<' && c != '>' && c != '\'')
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    for (const std::string_view drop : {"class numpy.", "kTfLite", "class "}) {
      if (out.starts_with(drop)) out.erase(0, drop.size());
    }
    return out;
  };
  const std::string got = name(match.Place("got")), want = name(match.Place("want"));
  if (got.empty() || want.empty()) return;
  finding.Headline("an input of type {} is given where the model wants {}", got, want);
  if (want == "uint8" || want == "int8" || want == "int16") {
    finding.Cause("the input of this model is quantized: it wants {} and not {}", want, got);
    finding.Fix(
        "give quantized numbers: round(x / scale) + zero_point, with the values that `litesmith inspect` "
        "shows; a "
        "picture's own bytes often are these numbers already for uint8",
        "litesmith inspect model.tflite");
  }
  finding.Fix(fmt::format("give the array that type: array.astype(numpy.{})", want));
}

constexpr Rule kRules[] = {
    {"Didn't find op for builtin opcode '{op}' version '{n}'",
     Code::kTargetTooOld,
     "the runtime is too old for the file: it has no {op} version {n}",
     "the file was written for newer runtimes than the one that loads it",
     {{kUpdate, kTarget, {"see which op needs which runtime", "litesmith inspect model.tflite"}}},
     NewerOp},
    {"Op builtin_code out of range: {n}\nOp builtin_code out or range: {n}\nbuiltin_code out of range",
     Code::kTargetTooOld,
     "the runtime is too old for the file: it does not know op codes above 127 (here {n})",
     "ops with numbers above 127 are marked with 127 in the field that old runtimes read; the runtime is "
     "from before TensorFlow "
     "Lite 2.4",
     {{kUpdate,
       {"or convert for the runtime that the device has", "--target-runtime 2.3"},
       {"see which op it is", "litesmith inspect model.tflite"}}}},
    {"Model provided is schema version {n} not equal to supported version {m}\nModel provided is schema "
     "version {n}",
     Code::kTargetTooOld,
     "the file has schema version {n}, the runtime reads another",
     "all .tflite files of today have version 3; another number means a runtime from before 2018, or a "
     "damaged file",
     {{kUpdate, {"look at the file", "litesmith inspect model.tflite"}}}},
    {"Model provided has model identifier '{got}', should be 'TFL3'\nModel provided has model identifier "
     "'{got}\n"
     "The model is not a valid Flatbuffer\nThe Model is not a valid Flatbuffer buffer\nnot a valid "
     "Flatbuffer\n"
     "ByteBuffer is not a valid flatbuffer model\nByteBuffer is not a valid TensorFlow Lite model "
     "flatbuffer\n"
     "Contents of {path} does not encode a valid TensorFlow Lite model\nCould not open the model\nInvalid "
     "flatbuffer\ndoes not encode a valid TensorFlow Lite model",
     Code::kFileDamaged,
     "the file is no .tflite, or is damaged",
     "a .tflite has TFL3 at its bytes 4 to 7. A pointer of Git LFS, a web page, an interrupted download, a "
     "file that the "
     "Android build compressed (noCompress), or another format under that name does not",
     {{{"see what the file really is", "litesmith inspect model.tflite"},
       {"download or copy it again and compare the sizes; for Git LFS: git lfs pull", ""},
       {"Android: aaptOptions { noCompress \"tflite\" }", ""}}}},
    {"Could not open '{path}'\nmmap of '{path}' at offset\nUnable to open file '{path}'\nFailed to mmap "
     "model {path}\nCould not open '{path}",
     Code::kFileMissing,
     "the runtime cannot open '{path}'",
     "the file is not there or may not be read, seen from the folder in which the program was started",
     {{{"check the path: ls -l {path}", ""}, {"give an absolute path", ""}}}},
    {"Encountered unresolved custom op: {op}\nDidn't find custom op for name '{op}' with version {n}\nDidn't "
     "find custom operator for name '{op}' with version {n}\n"
     "Didn't find custom op for name '{op}'\nunresolved-ops: {op}\nOp type {op} not supported by resolver",
     Code::kCustomKernelMissing,
     "the runtime has no kernel for the custom op {op}",
     "the file was converted with custom ops allowed: {op} is a name without code in it, and the app must "
     "register a kernel of "
     "that name",
     {{{"register the kernel in the app; in Litesmith give its library", "--custom-op-library lib{op}.so"},
       {"or convert the SavedModel again without allowing custom ops, and see what really stands in the way",
        "litesmith convert MODEL -o model.tflite"}}},
     CustomAtRuntime},
    {"Node number {n} (Flex{op}) failed to",
     Code::kNoKernel,
     "the file holds TensorFlow's op {op} (as Flex{op}) and the runtime is built without such ops",
     "it was converted with SELECT_TF_OPS: such ops run only where TensorFlow's own kernels (the Flex "
     "delegate) are linked in",
     {{kNoFlex, kLinkFlex, {"see all ops of that kind in the file", "litesmith inspect model.tflite"}}},
     FlexAtRuntime},
    {"Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter\n"
     "Regular TensorFlow ops are not supported by this interpreter\nMake sure you apply/link the Flex "
     "delegate\nMake sure you invoke the Flex delegate",
     Code::kNoKernel,
     "the file holds TensorFlow ops (Flex ops) and the runtime is built without them",
     "it was converted with SELECT_TF_OPS: such ops run only where TensorFlow's own kernels (the Flex "
     "delegate) are linked in",
     {{kNoFlex, kLinkFlex, {"see which ops they are", "litesmith inspect model.tflite"}}},
     nullptr,
     Weight::kEcho},
    {"Cannot set tensor: Got value of type {got} but expected type {want} for input {n}, name: {node}\n"
     "Cannot set tensor: Got value of type {got} but expected type {want} for input {n}\n"
     "Cannot set tensor: Got tensor of type {got} but expected type {want} for input {n}\n"
     "Cannot convert between a TensorFlowLite tensor with type {want} and a Java object of type {got} "
     "(which\n"
     "Expected input to be of type {want} but got {got}.",
     Code::kInputDtype,
     "an input has another data type than the model wants",
     "arrays are taken as they are, without conversion",
     {{kInspect}},
     TypesGiven},
    {"Cannot set tensor: Dimension mismatch. Got {n} but expected {m} for dimension {k} of input {_}.\n"
     "Cannot set tensor: Dimension mismatch. Got {n} but expected {m} for input {k}.",
     Code::kInputShape,
     "an input has another shape than the model wants: {n} instead of {m} (dimension or number of dimensions "
     "{k})",
     "the array must have all dimensions of the input, the batch included, and each of the right size",
     {{kInspect,
       {"add the batch dimension: numpy.expand_dims(x, 0); resize pictures to the size that `inspect` shows",
        ""},
       {"for another size, convert again with it", "--input-shape NAME=1,320,320,3"}}}},
    {"Cannot copy to a TensorFlowLite tensor ({node}) with {n} bytes from a Java Buffer with {m} bytes\n"
     "Cannot convert a TensorFlowLite buffer with {n} bytes to a ByteBuffer with {m} bytes\n"
     "Cannot convert a TensorFlowLite buffer with {n} bytes to a Java Buffer with {m} bytes\n"
     "Cannot copy from a TensorFlowLite tensor ({node}) with {n} bytes to a Java Buffer with {m} bytes\n"
     "Provided data count {m} must match the required count {n}\nThe length of the input buffer is {m} {_} "
     "expects {n}",
     Code::kInputShape,
     "the model's tensor has {n} bytes, the app's buffer {m}",
     "size or type differ: a factor of 4 is float32 against uint8, a factor of 3 colour against grey, other "
     "factors the size of the picture",
     {{{"see size and type of each input and output", "litesmith inspect model.tflite"},
       {"allocate 4 bytes an element for float32 and 1 for uint8 and int8", ""}}}},
    {"Cannot copy from a TensorFlowLite tensor ({node}) with shape {got} to a Java object with shape {want}\n"
     "Cannot copy to a TensorFlowLite tensor ({node}) with shape {want} from a Java object with shape {got}\n"
     "Cannot copy between a TensorFlowLite tensor with shape {got} and a Java object with shape {want}\n"
     "Shape of output target {want} does not match with the shape of the Tensor {got}",
     Code::kInputShape,
     "the app's array has shape {want} and the model's tensor shape {got}",
     "the app was written for another model: other outputs, another order of them, or another number of "
     "boxes or classes",
     {{kInspect,
       {"order outputs by name, not by number; files of Litesmith have boxes, classes, scores, count", ""}}}},
    {"Input tensor {node} lacks data\nInput tensor {n} lacks data",
     Code::kInputMissing,
     "an input was not given before the model was run",
     "each input must be set (set_tensor, copy) after tensors are allocated and before invoke",
     {{{"set all inputs; resizing one drops the data of all", ""}, kInspect}}},
    {"Cannot set tensor: Tensor is unallocated\nInvoke called on model that is not ready\nTensor data is "
     "null. Run allocate_tensors() first\n"
     "Must call allocateTensors()\nInterpreter was not initialized\nTensorFlow Lite Interpreter is not "
     "initialized",
     Code::kWrongUse,
     "the interpreter was used before its tensors were allocated, or after that failed",
     "allocate_tensors() must have succeeded before inputs are set; if it failed, the reason stands further "
     "up",
     {{{"call allocate_tensors() after creating the interpreter and after each resize", ""}, kRunHere}},
     nullptr,
     Weight::kEcho},
    {"There is at least 1 reference to internal data",
     Code::kWrongUse,
     "the program holds on to the interpreter's own memory (tensor()()) while it runs",
     "tensor(index)() gives a view, not a copy, and the memory may move",
     {{{"use get_tensor(index), which copies, or drop the view before invoke and allocate_tensors", ""}}}},
    {"Attempting to resize a fixed-size tensor\nResizeInputTensorStrict only allows mutating unknown "
     "dimensions\nAttempting to use a resize that is not",
     Code::kInputShape,
     "the input of the file has a fixed size and cannot be resized",
     "the size was fixed when the file was made",
     {{{"convert again with the size you need, or with an open one (?)", "--input-shape NAME=?,320,320,3"},
       kInspect}}},
    {"Attempting to use a delegate that only supports static-sized tensors with a graph that has "
     "dynamic-sized tensors\n"
     "Attempting to use a delegate that only supports static-sized tensors",
     Code::kDelegateRefused,
     "a delegate (GPU, NNAPI, XNNPACK) needs fixed sizes and the file has open ones",
     "an input or an op's result has a size that is known only when the model runs",
     {{{"convert with fixed sizes", "--input-shape NAME=1,320,320,3"},
       {"see which tensor is open, and which op makes it so", "litesmith inspect model.tflite"},
       {"detectors: the post-processing as one op, or none", "--detection raw"}}},
     nullptr,
     Weight::kEcho},
    {"Failed to allocate memory\nFailed to allocate tensor\nUnable to allocate memory\nArena size is too "
     "small\narena_size\nmemory allocation failed\nFailed to resize buffer. Requested: {n}, available {m}, "
     "missing: {k}\nCannot allocate memory for the interpreter",
     Code::kOutOfMemory,
     "there is not enough memory for the model's tensors",
     "activations of the whole network need one block of memory (the arena); on microcontrollers its size is "
     "a constant of the program",
     {{{"see how much the arena takes", "litesmith inspect model.tflite"},
       {"use a smaller input or a batch of one", "--input-shape NAME=1,320,320,3"},
       {"quantize: int8 takes a quarter", "--quantize int8 --data FOLDER"}}},
     nullptr,
     Weight::kEcho},
    {"op_context.input->type =={_}Registration failed\nRegistration failed",
     Code::kTargetTooOld,
     "the runtime does not have an op of the file, and this part of the log does not name it",
     "the line before it names the op",
     {{kUpdate,
       kTarget,
       {"see the ops of the file and the runtime they need", "litesmith inspect model.tflite"}}},
     nullptr,
     Weight::kEcho},
};

}  // namespace

std::span<const Rule> RuntimeRules() { return kRules; }

}  // namespace litesmith::findings
