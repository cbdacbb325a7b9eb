// Delegates and the libraries around the interpreter: GPU, NNAPI, Core ML, Edge TPU; Task library, MediaPipe,
// ML Kit; TensorFlow Lite for Microcontrollers.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kRaw{"detectors: cut before the post-processing, which no delegate runs",
                   "litesmith convert MODEL -o model.tflite --detection raw"};
constexpr Fix kCpu{"run without the delegate: XNNPACK on the CPU is often as fast for small networks", ""};
constexpr Fix kMetadata{
    "convert with Litesmith, which writes the metadata; your own scaling and labels by option",
    "litesmith convert MODEL -o model.tflite --labels labels.txt"};

constexpr Rule kRules[] = {
    {"Following operations are not supported by GPU delegate: {op}:{rest}\nFollowing operations are not "
     "supported by GPU delegate: {op} {rest}\n"
     "Next operations are not supported by GPU delegate: {op}\noperations will run on the GPU, and the "
     "remaining",
     Code::kDelegateRefused,
     "the GPU delegate does not take some ops ({op})",
     "they run on the CPU instead; each change between the two costs time, results stay the same. Only what "
     "follows as an "
     "error stops the model",
     {{{"see the ops and their types", "litesmith inspect model.tflite"},
       kRaw,
       {"use float32 or float16 weights: the GPU has no int64, strings or open sizes", "--quantize float16"},
       kCpu}},
     [](const Match&, const Knowledge&, Finding& finding) { finding.As(Severity::kWarning); }},
    {"Failed to apply delegate: {rest}\nFailed to apply the default TensorFlow Lite "
     "delegate\nModifyGraphWithDelegate failed\n"
     "Error applying delegate\nTfLiteGpuDelegate Init: {rest}\nTfLiteGpuDelegate Prepare: "
     "{rest}\nTfLiteGpuDelegate Invoke: {rest}\n"
     "NN API returned error {rest}\nCoreML delegate{_}failed\nInternal error: Failed to apply delegate",
     Code::kDelegateRefused,
     "a delegate cannot be used for this file",
     "the accelerator refuses the graph or the device lacks it; the file itself may be sound",
     {{kCpu,
       {"give fixed sizes", "--input-shape NAME=1,320,320,3"},
       kRaw,
       {"see whether the file itself runs", "litesmith run model.tflite --inputs in.npz --outputs out.npz"}}},
     nullptr,
     Weight::kEcho},
    {"Failed to load delegate from {path}\nCould not load delegate\nlibedgetpu.so.1: cannot open shared "
     "object file",
     Code::kDelegateRefused,
     "the delegate's library cannot be loaded",
     "the library (for the Edge TPU libedgetpu) is not installed, is of another version than the runtime, or "
     "the device is not "
     "plugged in or not accessible",
     {{{"install the library, plug the device in, and check permissions (udev rules)", ""}, kCpu}}},
    {"Encountered unresolved custom op: edgetpu-custom-op\nDidn't find custom op for name "
     "'edgetpu-custom-op'",
     Code::kCustomKernelMissing,
     "the file was compiled for an Edge TPU (edgetpu-custom-op) and is run without one",
     "the compiler turned the network into one op that only the Edge TPU's delegate runs",
     {{{"load the delegate: load_delegate('libedgetpu.so.1')", ""},
       {"or use the .tflite from before edgetpu_compiler, with Litesmith or any runtime",
        "litesmith run model.tflite --inputs in.npz --outputs out.npz"}}}},
    {"Model not quantized\nmodel is not quantized\nModel has not been quantized\nInvalid model: {path} Model "
     "not quantized",
     Code::kQuantizationNotAsAsked,
     "the Edge TPU compiler wants a model that is quantized to int8 throughout",
     "an input, an output or an op is still in float",
     {{{"quantize with integer input and output",
        "--quantize int8 --data FOLDER --input-type uint8 --output-type uint8"},
       {"see what stayed in float", "litesmith inspect model.tflite"}}}},
    {"Operation is working on an unsupported data type\nOperation version not supported\nOperation is "
     "otherwise supported, but not mapped due to some unspecified limitation\n"
     "More than one subgraph is not supported\nTensor has unsupported rank",
     Code::kDelegateRefused,
     "the Edge TPU compiler leaves some ops to the CPU",
     "it says why beside each op in its table; the model works, more slowly",
     {{{"quantize all of it to int8", "--quantize int8 --data FOLDER"},
       kRaw,
       {"convert for the compiler's age", "--target-runtime 2.x"}}},
     [](const Match&, const Knowledge&, Finding& finding) { finding.As(Severity::kWarning); }},
    {"it requires specifying NormalizationOptions metadata\nNormalizationOptions metadata to preprocess\nit "
     "requires specifying NormalizationOptions",
     Code::kMetadataMissing,
     "the app's library wants to know how pictures are scaled (NormalizationOptions), and the file does not "
     "say",
     "a float32 input can mean 0..1, -1..1 or 0..255; the Task library and MediaPipe read mean and deviation "
     "from the file's metadata",
     {{kMetadata,
       {"see what the file has", "litesmith inspect model.tflite"},
       {"or write it with the metadata writer (tflite_support): mean 127.5 and std 127.5 for -1..1, mean 0 "
        "and std 255 for 0..1",
        ""}}}},
    {"Mobile SSD models are expected to have exactly 4 outputs, found {n}\nexpected to have exactly 4 "
     "outputs, found {n}\nModels are expected to have exactly {m} outputs, found {n}",
     Code::kCallerExpectsOther,
     "the app's library wants a detector with four outputs, the file has {n}",
     "the library expects boxes, classes, scores and count, as TFLite_Detection_PostProcess gives them",
     {{{"convert the detector's SavedModel with Litesmith, which writes these four",
        "litesmith convert MODEL -o model.tflite --detection auto"},
       {"see the outputs and their roles", "litesmith inspect model.tflite"}}}},
    {"Cannot read metadata: {rest}\nThe model has no metadata\nModel metadata is missing\nnot a Zip "
     "file\nZip archive not found\nThis model does not contain associated files\n"
     "Missing mandatory{_}metadata\nNo metadata found\nThe file doesn't exist in metadata\nmissing "
     "TFLITE_METADATA\nUnable to find {_} in metadata\nPack the model with",
     Code::kMetadataMissing,
     "the app's library finds no metadata or labels in the file",
     "labels and the scaling of pictures are kept in the .tflite itself (a zip archive at its end); a "
     "converter does not write "
     "them by itself",
     {{kMetadata, {"see what the file has", "litesmith inspect model.tflite"}}}},
    {"Unexpected number of dimensions for output index {n}: got {got}, expected\nOutput tensor at index {n} "
     "is expected to\nInput tensor expected to have\n"
     "Only RGB color space is supported\nExpected {_} to have {m} output tensors, found {n}\nexpects {_} "
     "input tensor{_}, found {n}",
     Code::kCallerExpectsOther,
     "the app's library was written for another kind of model",
     "number, shape or order of inputs and outputs are not what it expects",
     {{kInspect,
       {"detectors: let Litesmith write the usual four outputs",
        "litesmith convert MODEL -o model.tflite --detection auto"}}}},
    {"Failed to get registration from op code {op}",
     Code::kTargetTooOld,
     "the runtime has no {op}",
     "its op resolver does not list the op (microcontrollers register each one), or it is older than the op",
     {{{"microcontrollers: add the op to the resolver (AddXxx in MicroMutableOpResolver)", ""},
       {"or update the runtime, or convert for the one there is", "--target-runtime 2.x"},
       {"see which ops the file needs", "litesmith inspect model.tflite"}}},
     nullptr,
     Weight::kEcho},
};

}  // namespace

std::span<const Rule> DelegateRules() { return kRules; }

}  // namespace litesmith::findings
