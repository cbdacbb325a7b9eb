// The converter itself, apart from its lists of ops (unsupported_ops.h): tensorflow/lite/python, the MLIR
// passes of tensorflow/compiler/mlir/lite, and TOCO before them.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kFixShape{"fix the size of the input", "--input-shape NAME=1,320,320,3"};
constexpr Fix kConvertLoops{
    "let Litesmith convert the model: it turns lists and loops of known length into ordinary ops",
    "litesmith convert MODEL -o model.tflite"};

void OpenImageShape(const Match& match, const Knowledge&, Finding& finding) {
  // "[None, None, None, 3]": a proposal with the same number of dimensions.
  const std::string_view shape = match.Place("shape");
  std::string proposal;
  for (size_t at = 0, index = 0; at < shape.size(); ++index) {
    const size_t end = std::min(shape.find(',', at), shape.size());
    std::string one;
    for (const char c : shape.substr(at, end - at)) {
      if ((c >= '0' && c <= '9') || c == '-') one += c;
    }
    proposal +=
        (index > 0 ? "," : "") + (one.empty() || one[0] == '-' ? std::string(index == 0 ? "1" : "320") : one);
    at = end + 1;
  }
  std::string_view name = match.Place("node");
  if (name.ends_with(":0")) name.remove_suffix(2);
  finding.Node(name);
  if (proposal.empty()) return;
  finding.fixes.insert(finding.fixes.begin(),
                       {"give Litesmith the size that the model is to be used with (320 stands for yours)",
                        fmt::format("--input-shape {}={}", name, proposal)});
}

constexpr Rule kRules[] = {
    {"input_shapes must be defined for this model",
     Code::kUnknownOp,
     "the frozen graph could not be read, though the message asks for input_shapes",
     "the converter tries to load the graph, swallows the error, and falls back to a path that wants "
     "input_shapes. The "
     "usual reason is an op in the graph that this TensorFlow does not know",
     {{{"see which op it is", "litesmith diagnose MODEL.pb"},
       {"keep the unknown op, for a runtime with a kernel of its name", "--custom-op NAME"},
       {"only if the graph loads elsewhere: name the shape of the input",
        "--input-shape NAME=1,320,320,3"}}}},
    {"None is only supported in the 1st dimension. Tensor '{node}' has invalid shape '{shape}'",
     Code::kShapeUnknown,
     "input {node} has an open size: {shape}",
     "the model was exported for inputs of any size (a detector for pictures of any size, for instance), and "
     "converters "
     "before TensorFlow 2.2 want all but the batch fixed",
     {{{"in the old converter itself: input_shapes={'{node}': [1, 320, 320, 3]}", ""}, kConvertInstead}},
     OpenImageShape},
    {"Provide an input shape for input array '{node}'",
     Code::kShapeUnknown,
     "the shape of input {node} is not known",
     "the placeholder has no shape in the graph, and nothing else tells it",
     {{{"give it", "--input-shape {node}=1,320,320,3"}, kDiagnose}}},
    {"The batch size cannot be set for this model",
     Code::kShapeUnknown,
     "the batch size cannot be set",
     "the shape of the input is not known at all, so its first dimension cannot be set alone",
     {{kFixShape, kDiagnose}}},
    {"requires element_shape to be static during TF Lite transformation pass\n"
     "requires element_shape to be 1D tensor during TF Lite transformation pass\n"
     "requires num_elements to be static\nrequires num_elements to be 1D\nTensorListReserve{_} requires\n"
     "Lowering tensor list ops is failed\nFailed to lower tensor list ops",
     Code::kShapeUnknown,
     "a tensor list (LSTM, GRU, map_fn, TensorArray) has an element of open shape",
     "TensorFlow Lite has no lists of tensors: they become one tensor, which takes a known length and "
     "element shape (static). "
     "An open batch size or number of steps stands in the way",
     {{{"fix batch and length of the input", "--input-shape NAME=1,LENGTH,FEATURES"},
       kConvertLoops,
       {"in the model: tf.keras.Input(shape, batch_size=1), or unroll=True in the recurrent layer", ""},
       {"in the official converter: from_concrete_functions on a function with a fixed input signature",
        ""}}}},
    {"requires all operands and results to have compatible element types\nop requires the same element type "
     "for all operands and results\n"
     "op requires compatible element types for all operands",
     Code::kDtypeMismatch,
     "an op gets operands of data types that do not fit together",
     "an old converter mixes uint8 with its quantized form (quint8) when the exported model has a uint8 "
     "input, or the graph "
     "mixes types after an edit",
     {{{"convert with Litesmith or a newer TensorFlow, which keep the input as it is",
        "litesmith convert MODEL -o model.tflite"},
       {"or export with a float32 input (export_tflite_graph_tf2.py for the Object Detection API)", ""},
       {"or cast at the start of the model: tf.cast(image, tf.float32)", ""}}}},
    {"'tf.{op}' op range is invalid: {rest}",
     Code::kQuantizationInvalid,
     "{op} has a range that is empty: {rest}",
     "the smallest value of fake quantization (min) must lie below the largest (max), and zero between them",
     {{{"give the layer a range with min < max, or train a little longer so that it is measured, and export "
        "again",
        ""},
       kDiagnose}}},
    {"'tf.{op}' op num_bits must be between\n'tf.{op}' op num_bits should be",
     Code::kQuantizationInvalid,
     "{op} has a number of bits that cannot be quantized to",
     "TensorFlow Lite has 4, 8 and 16 bits",
     {{{"use num_bits=8 in fake quantization and export again", ""}, kDiagnose}}},
    {"Dimensions must be equal, but are {n} and {m} for '{_}node {node}}} = {op}[\n"
     "Dimensions must be equal, but are {n} and {m} for '{node}' (op: '{op}')",
     Code::kShapeMismatch,
     "the operands of {op} do not fit together: {n} and {m}",
     "two dimensions that must be equal are not. The graph contradicts itself, or an input got another shape "
     "than it was "
     "exported for",
     {{{"check the shape of the inputs, and whether graph and weights are of the same export", ""},
       {"export the model again", ""},
       kDiagnose}}},
    {"Shape must be rank {n} but is rank {m} for '{node}' (op: '{op}')\nShape must be rank {n} but is rank "
     "{m}\nShape must be at least rank {n} but is rank {m}",
     Code::kShapeMismatch,
     "a tensor has {m} dimensions where {n} are wanted",
     "the graph contradicts itself, or an input got another shape than it was exported for (a missing batch "
     "dimension is usual)",
     {{{"give the whole shape, batch included", "--input-shape NAME=1,320,320,3"}, kDiagnose}}},
    {"Incompatible shapes: [{got}] vs. [{want}]\nIncompatible shapes: {got} vs. {want}\nrequired "
     "broadcastable shapes",
     Code::kShapeMismatch,
     "two shapes do not fit together: {got} and {want}",
     "an op works element by element on tensors whose shapes cannot be broadcast to each other; an input of "
     "another size than "
     "the model was made for is the usual reason",
     {{{"give inputs of the shape that the model was exported for", ""}, kInspect, kDiagnose}}},
    {"Cannot reshape a tensor with {n} elements to shape {shape} ({m} elements)\nInput to reshape is a "
     "tensor with {n} values, but the requested shape has {m}",
     Code::kShapeMismatch,
     "a reshape gets {n} elements and wants {m}",
     "sizes are written into the graph as numbers (often a batch of one), and the input has another size",
     {{{"use the size the model was exported for", ""},
       {"or keep the size open in the model: tf.reshape(x, [-1, ...]), and export again", ""},
       kDiagnose}}},
    {"Check failed: array->has_shape()\nCheck failed: array.has_shape()\nInput array {node} does not have a "
     "shape\nArray {node} does not have a shape",
     Code::kShapeUnknown,
     "the old converter (TOCO) needs a shape that it does not find",
     "TOCO wants all shapes known; an op before that place has none, often one that it does not know",
     {{kFixShape, kConvertInstead, kDiagnose}}},
    {"Unsupported TensorFlow type `{dtype}` provided for the\nUnsupported data type in placeholder op: "
     "{dtype}\n"
     "Unsupported data type {dtype} in\nUnsupported tensor element type",
     Code::kDtypeUnsupported,
     "the data type {dtype} has no counterpart in TensorFlow Lite",
     "an input or output of the model has a type that TensorFlow Lite's tensors do not have",
     {{{"cast inside of the model, and use float32, int32, uint8 or string at its ends", ""},
       kConvertInstead,
       kDiagnose}}},
    {"Only models with a single subgraph are supported\nModels with multiple subgraphs are not "
     "supported\nmodel has {n} subgraphs",
     Code::kControlFlow,
     "the model holds several subgraphs: loops (while) or branches (if), and this step takes only one",
     "loops and conditions are functions of their own in a .tflite file; older quantizers and some delegates "
     "take one function",
     {{{"let Litesmith convert and quantize it: loops of known length become ordinary ops",
        "litesmith convert MODEL -o model.tflite"},
       {"or unroll the loop in the model (unroll=True in recurrent layers)", ""},
       kDiagnose}}},
    {"op has recursive call\nrecursive call\ndoes not support recursion\nRecursion is not supported",
     Code::kRecursion,
     "functions of the model call each other in a circle",
     "TensorFlow Lite has no recursion",
     {{{"write the recursion as a loop (tf.while_loop) and export again", ""}, kDiagnose}}},
    {"Unsupported Control Flow\nop with control flow V1\nMerge node is not supported\nFunctional control "
     "flow could not\n"
     "Failed to functionalize Control Flow V1 ops\nFailed to functionalize\nunexpected op '{op}' in control "
     "flow",
     Code::kControlFlow,
     "the control flow of the model (Switch, Merge, Enter, Exit of TensorFlow 1) is not understood",
     "old loops and conditions are written as a net of small ops that must be recognised as a whole",
     {{{"export with control flow version 2: tf.compat.v1.enable_control_flow_v2() before the graph is built",
        ""},
       kConvertLoops,
       kDiagnose}}},
    {"exceeds maximum protobuf size of 2GB\nCannot serialize protocol buffer of type {_} as the serialized "
     "size\n"
     "graph_def is invalid at node {_}: exceeds\nError parsing message as the message exceeded the protobuf "
     "limit\nmodel is larger than 2GB\n"
     "Model size is bigger than 2gb",
     Code::kLimitExceeded,
     "the graph with its weights is larger than 2 GB",
     "protobuf, which official tools pass the frozen graph through, ends at 2 GB",
     {{{"convert from the SavedModel with Litesmith, which reads the weights where they lie",
        "litesmith convert FOLDER -o model.tflite"},
       {"write smaller weights", "--quantize float16"},
       {"or split the model", ""}}}},
    {"Could not translate MLIR to FlatBuffer",
     Code::kNoLowering,
     "the converter could not write the model, and this part of the log does not say why",
     "this line ends many kinds of failures; the reason stands above it, in lines with 'error:'",
     {{{"give the whole log, not its last lines", "litesmith explain --log FILE"},
       kDiagnose,
       kConvertInstead}},
     nullptr,
     Weight::kEcho},
    {"See console for info\nTOCO failed",
     Code::kNoLowering,
     "the converter failed, and this part of the log does not say why",
     "the reason was printed by the converter's own process, further up",
     {{{"give the whole output of the console", "litesmith explain --log FILE"}, kDiagnose, kConvertInstead}},
     nullptr,
     Weight::kEcho},
    {"failed to legalize operation '{op}'",
     Code::kNoLowering,
     "the converter has no form for {op}",
     "an op of one of its intermediate forms is left over",
     {{kConvertInstead, kDiagnose}},
     nullptr,
     Weight::kEcho},
};

}  // namespace

std::span<const Rule> ConverterRules() { return kRules; }

}  // namespace litesmith::findings
