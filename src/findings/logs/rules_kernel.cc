// What the interpreter's kernels say when they refuse a node: tensorflow/lite/kernels. The messages are
// conditions of the source; "Node number N (OP) failed to prepare" stands behind them.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kShapes{"give inputs of the shape that the model was made for",
                      "litesmith inspect model.tflite"};
constexpr Fix kRunHere{"let Litesmith run the file: it names the op, its operands and their shapes",
                       "litesmith run model.tflite --inputs in.npz --outputs out.npz"};
constexpr Fix kConvertAgain{"convert the model again from its source, at the size it is to be used with",
                            "--input-shape NAME=1,320,320,3"};
constexpr Fix kSoftware{"update the runtime: newer ones take more types and ranks", ""};

constexpr Rule kRules[] = {
    {"input->dims->size != {n} ({m} != {k})\nNumDimensions(input) != {n} ({m} != {k})\nNumDimensions(input) "
     "!={_} ({m} != {k})\n"
     "input->dims->size !={_} ({m} != {k})",
     Code::kInputShape,
     "an op gets a tensor with {m} dimensions and wants {k}",
     "most often the input was resized or exported without some of its dimensions (a placeholder of unknown "
     "shape, a missing batch)",
     {{kShapes,
       {"convert again with the whole shape of the input", "--input-shape NAME=1,320,320,3"},
       kRunHere}}},
    {"num_input_elements != num_output_elements ({n} != {m})\nnum_input_elements != {_} ({n} != {m})",
     Code::kInputShape,
     "a RESHAPE gets {n} elements and wants {m}",
     "the shape is written into the file as numbers (a batch of one, one size of picture), and the input has "
     "another size",
     {{kShapes,
       {"convert again with an open batch, so that it stays open in reshapes",
        "--input-shape NAME=?,320,320,3"},
       kRunHere}}},
    {"input_channel % filter_input_channel != 0 ({n} != 0)\ninput_channel % filter_input_channel",
     Code::kInputShape,
     "a convolution gets a number of channels that does not fit its weights",
     "the picture has another number of channels (grey instead of colour, NCHW instead of NHWC), or the "
     "model uses grouped "
     "convolution and the runtime is too old for it",
     {{{"give the picture as [1, height, width, channels], with the channels that `inspect` shows",
        "litesmith inspect model.tflite"},
       kSoftware,
       kConvertAgain}}},
    {"SizeOfDimension({what}) != {_} ({n} != {m})\nSizeOfDimension({what}) != SizeOfDimension({_}) ({n} != "
     "{m})\nSizeOfDimension(input, {what}) != {_} ({n} != {m})",
     Code::kShapeMismatch,
     "an op's operands do not fit together: {n} and {m} ({what})",
     "either the input has another size than the model was made for, or the file was converted wrongly",
     {{kShapes, kConvertAgain, kRunHere}}},
    {"final_dim_size % block_shape[dim] != 0 ({n} != 0)",
     Code::kInputShape,
     "SPACE_TO_BATCH_ND gets a size that is no multiple of its block",
     "dilated convolutions of a network were converted for another size of picture",
     {{kShapes,
       kConvertAgain,
       {"Litesmith writes one dilated convolution instead", "litesmith convert MODEL -o model.tflite"}}}},
    {"Given shapes, {got} and {want}, are not broadcastable",
     Code::kShapeMismatch,
     "two shapes do not fit together: {got} and {want}",
     "an op works element by element, and the shapes cannot be broadcast to each other; another input size "
     "than the model was "
     "made for is the usual reason",
     {{kShapes, kConvertAgain, kRunHere}}},
    {"NumInputs(node) != {_} ({n} != {m})\nNumOutputs(node) != {_} ({n} != {m})",
     Code::kKernelRefused,
     "an op of the file has {n} operands or results where its kernel wants {m}",
     "the op has the name of one that the runtime knows and is another: a custom op of the same name (a "
     "MediaPipe model, for "
     "instance), a file that was edited, or a runtime of another age",
     {{{"run the file with the runtime it was made for (MediaPipe models in MediaPipe)", ""},
       kRunHere,
       {"or convert the model again from its source", "litesmith convert MODEL -o model.tflite"}}}},
    {"filter->type != data_type ({n} != {m})\nfilter->type != {_} ({n} != {m})\ninput->type != filter->type "
     "({n} != {m})\n"
     "input_type == kTfLiteFloat32 || input_type == kTfLiteUInt8\ninput->type != output->type ({n} != "
     "{m})\ninput1->type != input2->type ({n} != {m})",
     Code::kDtypeMismatch,
     "an op mixes data types that its kernel does not take together",
     "the file is quantized in part (weights in 8 bits, the rest in float, or the other way round), and this "
     "runtime has no "
     "such variant of the op",
     {{kSoftware,
       {"convert again in one kind of quantization, or none",
        "litesmith convert MODEL -o model.tflite --quantize none"},
       kRunHere}}},
    {"Type {got} ({n}) not supported\nType {got} is not supported\nType '{got}' is not supported by\ntype "
     "{got} not supported\n"
     "Input type {got} is not currently supported\nUnsupported data type {got}\nUnsupported data type\nData "
     "type {got} not supported\nOnly float32 {_} supported, got {got}\n"
     "only supports {want}, got {got}\nType {n} is currently not supported by {op}\nOnly supports{_}, but "
     "got {got}\ncurrently not supported for type {got}\nInput data type {got} not supported",
     Code::kDtypeUnsupported,
     "an op of the file has no kernel for the data type {got}",
     "the op exists in this runtime, but not for tensors of that type (int64, float16, uint8 and int16 are "
     "usual cases)",
     {{kSoftware,
       {"cast in the model to float32 or int32 before the op, and convert again",
        "litesmith convert MODEL -o model.tflite"},
       {"for a quantized file: leave that op in float", "--keep-float NAME"},
       kRunHere}},
     nullptr,
     Weight::kEcho},
    {"gather index out of bounds\nindex out of bounds\nindices out of range\nout of bounds\ngather_nd index "
     "out of bounds",
     Code::kInputUnknown,
     "an index points outside of its tensor",
     "an input holds indices (words, classes, positions) that the model's table does not have, or it was "
     "never set",
     {{{"look at the range of the indices that go in: from 0 to the size of the table less one", ""},
       kInspect,
       kRunHere}},
     nullptr,
     Weight::kEcho},
    {"tensorflow/lite/kernels/{file}.cc:{n} {cond} was not true.\ntensorflow/lite/kernels/{file}.cc:{n} "
     "{cond} ({m} != {k})\n"
     "tensorflow/lite/kernels/{file}.cc:{n} {cond} failed",
     Code::kKernelRefused,
     "a kernel ({file}) refuses its operands: {cond}",
     "the condition is the kernel's own, from its source; it speaks of shapes, types or options of this node",
     {{kShapes, kRunHere, kConvertAgain, kSoftware}},
     nullptr,
     Weight::kEcho},
    {"Node number {n} ({op}) failed to prepare\nNode number {n} ({op}) failed to invoke\nNode {n} failed to "
     "prepare",
     Code::kKernelRefused,
     "node number {n} of the file ({op}) refuses its operands",
     "the runtime says the reason in the line before, which this log does not have or which is not known "
     "here: shapes or types "
     "of the operands do not suit the kernel",
     {{kShapes, kRunHere, kConvertAgain, kSoftware}},
     nullptr,
     Weight::kEcho},
};

}  // namespace

std::span<const Rule> KernelRules() { return kRules; }

}  // namespace litesmith::findings
