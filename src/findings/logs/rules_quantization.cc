// Quantizing after training and in training: tensorflow/lite/python/lite.py, optimize/calibrator.py,
// tools/optimize, tensorflow_model_optimization.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kGiveData{
    "give some hundred pictures (or arrays) of the kind that the model will see, as samples",
    "--quantize int8 --data FOLDER"};
constexpr Fix kNoDataNeeded{"dynamic range and float16 quantization need no samples", "--quantize dynamic"};
constexpr Fix kKeepFloat{"leave that part in float", "--keep-float NAME"};
constexpr Fix kAllowFloat{
    "let ops without an integer form stay in float: Litesmith does unless it is forbidden; leave "
    "--no-float-fallback out",
    ""};

constexpr Rule kRules[] = {
    {"`representative_dataset` must be specified\nrepresentative_dataset is required when specifying\n"
     "representative_dataset must be specified\nRepresentative dataset must be specified\n"
     "requires a representative dataset\nInvalid `representative_dataset`",
     Code::kSamplesMissing,
     "int8 was asked for without samples (representative_dataset)",
     "integers need to know which range each tensor takes, and only sample inputs tell. The model is not at "
     "fault",
     {{kGiveData,
       kNoDataNeeded,
       {"in the official converter: converter.representative_dataset = a generator of inputs", ""}}}},
    {"The inference_input_type and inference_output_type must be tf.float32",
     Code::kQuantizationNotAsAsked,
     "integer inputs (inference_input_type, inference_output_type) were asked for, and nothing is quantized "
     "to integers",
     "only a model quantized to int8 can have int8 or uint8 at its ends; float16 and dynamic range "
     "quantization keep float32 there",
     {{{"quantize to int8, with samples, then choose the type of the input",
        "--quantize int8 --data FOLDER --input-type int8"},
       {"or leave the input in float32: leave --input-type out", ""}}}},
    {"The inference_input_type and inference_output_type must be in [{types}]\n"
     "Unsupported `inference_input_type` value {types}\nUnsupported `inference_output_type` value {types}",
     Code::kQuantizationNotAsAsked,
     "the type of the input or output (inference_input_type) does not fit the kind of quantization; "
     "possible: {types}",
     "int8 quantization allows float32, int8 and uint8 at the model's ends, int16 activations (int16x8) "
     "allow float32 and int16",
     {{{"for int16x8 choose", "--input-type int16 --output-type int16"},
       {"for uint8 or int8 at the ends", "--quantize int8 --data FOLDER --input-type uint8"},
       {"or leave --input-type and --output-type out: float32", ""}}}},
    {"Initial model {_} is not {_}quantized. Expected type for tensor with name '{tensor}' should be in "
     "{types}, instead type is {got}\n"
     "Initial model {_} type must be tf.float32. Expected type for tensor with name '{tensor}' is "
     "tf.float32, instead type is {got}\n"
     "Model {end} is not dequantized",
     Code::kQuantizationNotAsAsked,
     "the type of the model's input or output cannot be changed as asked: {tensor}",
     "changing the type at the ends means dropping a QUANTIZE or DEQUANTIZE there, and this model has none: "
     "an input that is no "
     "float to begin with, or an op that stayed in float",
     {{{"leave --input-type and --output-type out (inference_input_type, inference_output_type)", ""},
       kInspect}}},
    {"As full integer quantization has been enabled by setting\nthus `target_spec.supported_types` should be "
     "left",
     Code::kWrongUse,
     "two settings of the converter contradict each other: supported_ops and supported_types",
     "TFLITE_BUILTINS_INT8 means int8 already; supported_types may only repeat that",
     {{{"leave target_spec.supported_types out", ""},
       {"in Litesmith one option says it all", "--quantize int8 --data FOLDER"}}}},
    {"The `quantized_input_stats` flag must be defined\nQuantization input stats are not available for input "
     "tensors '{node}'\n"
     "std_dev and mean must be defined when inference_type\nquantized_input_stats are required",
     Code::kSamplesMissing,
     "the old converter wants the mean and deviation of the inputs (quantized_input_stats)",
     "an input of type uint8 or int8 needs a scale; the old quantizer takes it from these two numbers",
     {{{"with Litesmith the scale is measured on samples",
        "--quantize int8 --data FOLDER --input-type uint8"},
       {"in the old converter: quantized_input_stats={'NAME': (mean, std)}, (127.5, 127.5) for pictures in "
        "-1..1, (0, 255) for 0..1",
        ""}}}},
    {"Max and min for dynamic tensors should be recorded during calibration: Failed for tensor {tensor}\n"
     "Max and min for dynamic tensors should be recorded during calibration",
     Code::kSamplesUnfit,
     "no sample reached the tensor {tensor}, so its range is not known",
     "ranges are recorded while samples run through the model. No sample went through that part (a branch or "
     "loop that was "
     "never taken), or the tensor is no float at all",
     {{{"give more and other samples, such that every branch is taken", "--data FOLDER"},
       kKeepFloat,
       {"or let Litesmith convert first: branches and loops that are decided by constants disappear",
        "litesmith convert MODEL -o model.tflite"}}}},
    {"min/max information is missing\nlacking min/max data\ndoes not have MinMax information, and is not a "
     "constant array\n"
     "lacks min/max data\nwhich lacks min and max data\nUnimplemented: this graph contains an operator of "
     "type {op} for which the quantized form is not yet implemented",
     Code::kSamplesMissing,
     "tensors have no range: the model was not trained for quantization",
     "the old converter (inference_type=QUANTIZED_UINT8) wants fake quantization around every op in the "
     "graph; an ordinary model has none",
     {{kGiveData,
       kNoDataNeeded,
       {"or train with quantization (tfmot.quantization.keras.quantize_model) and export again", ""}}}},
    {"Quantization not yet supported for op: '{op}'\nQuantization not yet supported for op: {op} "
     "\nQuantization not yet supported for op: {op}.\n"
     "Quantization not yet supported for op:\nQuantization to 16x8-bit not yet supported for op: "
     "'{op}'\nQuantization to 16x8-bit not yet supported for op\n"
     "No quantization support for op {op}\ndoes not support quantization: {op}\ntype {op} is not quantizable",
     Code::kQuantizationNotAsAsked,
     "op {op} has no integer form",
     "only ops with an int8 kernel can be quantized; with builtin int8 ops alone allowed "
     "(TFLITE_BUILTINS_INT8), one op without "
     "such a kernel stops everything",
     {{kAllowFloat,
       {"quantize with Litesmith, which leaves such ops in float and names them",
        "--quantize int8 --data FOLDER"},
       {"in the official converter: add tf.lite.OpsSet.TFLITE_BUILTINS to supported_ops", ""},
       kKeepFloat}}},
    {"_create_input_array_from_dict{_}KeyError: '{key}'\nKeyError: 'Input {key} not found in representative\n"
     "Input {key} not found in the representative dataset",
     Code::kSamplesUnfit,
     "the samples (representative_dataset, --data) have no array for the input '{key}'",
     "the dataset yields a dictionary, and the calibrator looks each input of the model up in it by name; "
     "the names (keys) differ",
     {{{"name the array '{key}' in what the dataset yields", ""},
       {"list the names of the inputs", "litesmith inspect MODEL"},
       {"or give samples to Litesmith: an .npz with the key {key}, or a folder of pictures",
        "--data PATH"}}}},
    {"You need to provide either a dictionary with input names and values",
     Code::kSamplesUnfit,
     "the samples (representative_dataset) come in a form that the calibrator does not take",
     "the generator must yield a list of arrays in the order of the inputs, or a dictionary of input names "
     "and arrays",
     {{{"yield [array] with a batch dimension: yield [image[None].astype(numpy.float32)]", ""},
       {"or give samples to Litesmith: a folder of pictures or an .npz", "--data PATH"}}}},
    {"Invalid number of inputs in representative dataset\nThe number of inputs {_} in representative "
     "dataset\nInput array length {_} does not match",
     Code::kSamplesUnfit,
     "the samples have another number of arrays than the model has inputs",
     "each sample must hold one array for each input",
     {{kInspect, {"give one array for each input, under its name", "--data FILE.npz"}}}},
    {"Failed to parse the model: {rest}\nFailed to parse the model.",
     Code::kQuantizationNotAsAsked,
     "the calibrator cannot read the file that the converter made: {rest}",
     "before it measures ranges the calibrator loads the float model; what stops it is an op that the "
     "interpreter does not "
     "have (custom or Flex), or a model without ops",
     {{{"convert without quantization and see whether the float file runs",
        "litesmith convert MODEL -o model.tflite"},
       {"then quantize the file",
        "litesmith quantize model.tflite -o int8.tflite --quantize int8 --data FOLDER"}}},
     nullptr,
     Weight::kEcho},
    {"Failed to quantize: {rest}\nError occured when quantizing\nError in QuantizeModel\nFailed to run "
     "quantization",
     Code::kQuantizationNotAsAsked,
     "the quantizer failed",
     "the converted model is sound so far; a step of quantization is not possible for it",
     {{{"convert in float first", "litesmith convert MODEL -o model.tflite"},
       {"then quantize, and see which op stands in the way",
        "litesmith quantize model.tflite -o int8.tflite --quantize int8 --data FOLDER"}}},
     nullptr,
     Weight::kEcho},
    {"The quantized model has no calibration\nscale is NaN\nScale must be positive\nscale should be a "
     "positive\nInvalid quantization params\ncannot be quantized: min is not finite\nencountered infinite "
     "value\ncontains NaN",
     Code::kQuantizationInvalid,
     "the quantization of a tensor makes no sense: its range is empty or not finite",
     "NaN or infinity in the samples or the weights, or a tensor that is always the same",
     {{{"look for NaN in the samples and in the weights", ""},
       {"use samples scaled as in training (0..1, -1..1 or 0..255)", "--data FOLDER"},
       kKeepFloat}}},
    {"quantize_model` can only either be a tf.keras\n`to_quantize` can only either be a keras\n`to_annotate` "
     "can only be a `keras\n"
     "Layer {op}:{_} is not supported. You can quantize this layer by passing",
     Code::kQuantizationNotAsAsked,
     "the training-time quantizer (tfmot) does not take this model or layer: {op}",
     "tensorflow_model_optimization takes Keras 2 models made of layers that it knows",
     {{{"quantize after training instead",
        "litesmith quantize model.tflite -o int8.tflite --quantize int8 --data FOLDER"},
       {"or pass a QuantizeConfig for the layer; with Keras 3 set TF_USE_LEGACY_KERAS=1", ""}}}},
    {"Integer overflow\nbias scale is too small\nBias scale is too small\nscale too small\nbias_scale",
     Code::kQuantizationInvalid,
     "the scale of a bias is too small for 32 bits",
     "a layer's weights or inputs have almost no range, often a channel that was pruned away",
     {{kKeepFloat, {"give samples with the full range of inputs", "--data FOLDER"}}},
     nullptr,
     Weight::kEcho},
};

}  // namespace

std::span<const Rule> QuantizationRules() { return kRules; }

}  // namespace litesmith::findings
