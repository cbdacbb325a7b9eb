// Messages of other tools, one of each family, as they stand in a log, and what the answer must hold.
#pragma once

#include "base/finding.h"

namespace litesmith::findings {

struct LogCase {
  const char* name;
  const char* log;
  Code code;
  const char* headline;  // part of it
  const char* fix;       // part of a fix or its option
};

constexpr LogCase kLogCases[] = {
    // loading
    {"WrongFolder",
     "OSError: SavedModel file does not exist at: /m/exported/{saved_model.pbtxt|saved_model.pb}",
     Code::kNotAModel, "/m/exported", "find . -name saved_model.pb"},
    {"KerasFileAsSavedModel",
     "OSError: SavedModel file does not exist at: nets/a.h5/{saved_model.pbtxt|saved_model.pb}",
     Code::kNotAModel, "nets/a.h5", "export"},
    {"CheckpointAsSavedModel",
     "SavedModel file does not exist at: run/checkpoint/{saved_model.pbtxt|saved_model.pb}", Code::kNotAModel,
     "run/checkpoint", "exporter_main_v2.py"},
    {"DamagedSavedModel",
     "OSError: Cannot parse file b'm/saved_model.pb': Error parsing message with type "
     "'tensorflow.SavedModel'.",
     Code::kFileDamaged, "m/saved_model.pb", "git lfs pull"},
    {"NoGraphAtAll",
     "RuntimeError: MetaGraphDef associated with tags {'serve'} could not be found in SavedModel, with "
     "available tags "
     "'[]'. To inspect",
     Code::kFileDamaged, "holds no graph", "frozen graph"},
    {"OtherTag",
     "ValueError: Got an incompatible argument to `tags`: {'train'}. The SavedModel at m has one MetaGraph "
     "with tags "
     "['serve']. You may omit",
     Code::kTagUnknown, "train", "--tag serve"},
    {"SignatureMisspelled",
     "ValueError: Invalid signature key 'sevring' found. Valid keys are 'serving_default,train'.",
     Code::kSignatureUnknown, "sevring", "--signature serving_default"},
    {"NoSignature", "ValueError: Only support at least one signature key.", Code::kNoSignature, "signature",
     "signatures="},
    {"NeverCalled",
     "ValueError: The model provided has never been called. It must be called at least once before export.",
     Code::kNoSignature, "input shape", "call the model"},
    {"SavedModelAsFrozenGraph",
     "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xf8 in position 3: invalid start byte",
     Code::kNotAModel, "binary file", "folder"},
    {"Recursion",
     "ValueError: ('There is a cyclic dependency between functions. ', \"Could not resolve "
     "['__inference_fib_12', "
     "'__inference_serve_13'].\")",
     Code::kRecursion, "fib", "loop"},
    {"NewerGraph",
     "ValueError: GraphDef min consumer version 5000 above current version 1087 for TensorFlow 2.9.1.  "
     "Please upgrade "
     "TensorFlow.",
     Code::kConsumerTooOld, "5000", "update"},
    {"UnknownAttribute",
     "ValueError: NodeDef mentions attr 'half_pixel_centers' not in Op<name=ResizeBilinear; "
     "signature=images:T",
     Code::kUnknownAttribute, "half_pixel_centers", "update"},
    {"FileNotThere", "FileNotFoundError: [Errno 2] No such file or directory: 'data/model.h5'",
     Code::kFileMissing, "data/model.h5", "ls -l"},
    {"NotFrozen", "ValueError: Please freeze the graph using freeze_graph.py.", Code::kVariableWithoutValue,
     "not frozen", "SavedModel"},
    {"FrozenWithAssignments",
     "ValueError: Input 0 of node save/Assign was passed float from Variable:0 incompatible with expected "
     "resource.",
     Code::kVariableWritten, "save/Assign", "freeze again"},
    {"TensorNotThere", "ValueError: Invalid tensors 'image' were found.", Code::kTensorUnknown, "image",
     "litesmith inspect"},
    // weights
    {"VariablesMissing",
     "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
     "m/variables/variables",
     Code::kVariablesMissing, "missing", "whole folder"},
    {"ShardMissing", "OpError: m/variables/variables.data-00000-of-00001; No such file or directory",
     Code::kVariablesMissing, "data-00000-of-00001", "variables/"},
    {"Checksum",
     "DataLossError: TensorBundle at m/variables shard 0 (64 bytes): Checksum does not match: stored 1 vs. "
     "calculated on "
     "the restored bytes 2",
     Code::kChecksumMismatch, "checksum", "download"},
    {"ShardCutOff", "IndexError: Read less bytes than requested", Code::kFileTruncated, "ends too early",
     "copy"},
    {"OtherShape",
     "ValueError: Received incompatible tensor with shape (8, 4) when attempting to restore variable with "
     "shape (8, 5) and "
     "name kernel:0.",
     Code::kShapeMismatch, "kernel:0", "export"},
    {"KeyNotInCheckpoint", "NotFoundError: Key conv/weights not found in checkpoint",
     Code::kVariableWithoutValue, "conv/weights", "checkpoint"},
    {"ResourceFrozen", "NotImplementedError: Cannot convert a Tensor of dtype resource to a NumPy array.",
     Code::kTableUnsupported, "lookup table", "without the table"},
    // Keras
    {"UnknownLayer",
     "ValueError: Unknown layer: 'AnchorScale'. Please ensure you are using a "
     "`keras.utils.custom_object_scope`",
     Code::kKerasClassUnknown, "AnchorScale", "custom_objects={'AnchorScale'"},
    {"OtherKeras", "ValueError: Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups': 1}",
     Code::kPackagesClash, "another version of Keras", "TF_USE_LEGACY_KERAS"},
    {"Keras3FolderRefused",
     "ValueError: File format not supported: filepath=exported. Keras 3 only supports V3 `.keras` files",
     Code::kNotAModel, "exported", "litesmith convert FOLDER"},
    {"NoHdf5", "OSError: Unable to open file (file signature not found)", Code::kFileDamaged, ".h5",
     "git lfs pull"},
    // converting
    {"SwallowedError", "ValueError: input_shapes must be defined for this model.", Code::kUnknownOp,
     "input_shapes", "diagnose"},
    {"OpenImageSize",
     "ValueError: None is only supported in the 1st dimension. Tensor 'image:0' has invalid shape '[None, "
     "None, None, 3]'.",
     Code::kShapeUnknown, "image", "--input-shape image=1,320,320,3"},
    {"TensorListElement", "error: requires element_shape to be static during TF Lite transformation pass",
     Code::kShapeUnknown, "tensor list", "--input-shape"},
    {"ListsNotLowered",
     "<unknown>:0: error: Lowering tensor list ops is failed. Please consider using Select TF ops",
     Code::kShapeUnknown, "tensor list", "litesmith convert"},
    {"MixedTypes",
     "error: 'tfl.concatenation' op requires all operands and results to have compatible element types",
     Code::kDtypeMismatch, "data types", "cast"},
    {"EmptyRange", "error: 'tf.FakeQuantWithMinMaxArgs' op range is invalid: [6.0,-1.0]",
     Code::kQuantizationInvalid, "FakeQuantWithMinMaxArgs", "min < max"},
    {"DimensionsDiffer",
     "ValueError: Dimensions must be equal, but are 6 and 8 for '{{node head/mul}} = MatMul[T=DT_FLOAT](x, "
     "Const)' with",
     Code::kShapeMismatch, "6 and 8", "shape"},
    {"TwoGigabytes",
     "google.protobuf.message.EncodeError: Failed to serialize; exceeds maximum protobuf size of 2GB: "
     "2400000000",
     Code::kLimitExceeded, "2 GB", "--quantize float16"},
    // quantizing
    {"NoSamples", "ValueError: For full integer quantization, a `representative_dataset` must be specified.",
     Code::kSamplesMissing, "representative_dataset", "--data"},
    {"IntegerInputOfFloatModel",
     "ValueError: The inference_input_type and inference_output_type must be tf.float32.",
     Code::kQuantizationNotAsAsked, "inference_input_type", "--quantize int8"},
    {"OtherSampleKeys",
     "    input_array = self._create_input_array_from_dict(None, sample)\n        "
     "input_array.append(inputs[input_name])\n"
     "KeyError: 'image'",
     Code::kSamplesUnfit, "'image'", "--data"},
    {"BranchNeverTaken",
     "RuntimeError: Max and min for dynamic tensors should be recorded during calibration: Failed for tensor "
     "cond/Identity",
     Code::kSamplesUnfit, "cond/Identity", "samples"},
    {"NoIntegerForm", "RuntimeError: Quantization not yet supported for op: 'CUMSUM'.",
     Code::kQuantizationNotAsAsked, "CUMSUM", "--no-float-fallback"},
    {"NotTrainedForQuantization",
     "F tensorflow/lite/toco/tooling_util.cc:1718] Array conv/Relu6, which is an input to the Add operator "
     "producing the "
     "output array add, is lacking min/max data, which is necessary for quantization.",
     Code::kSamplesMissing, "range", "--quantize int8 --data"},
    // running
    {"OlderRuntime",
     "Didn't find op for builtin opcode 'FULLY_CONNECTED' version '9'. An older version of this builtin",
     Code::kTargetTooOld, "FULLY_CONNECTED version 9", "2.3.0"},
    {"OpcodeMarker", "Op builtin_code out of range: 127. Are you using old TFLite binary with newer model?",
     Code::kTargetTooOld, "127", "--target-runtime"},
    {"NoFlatbuffer", "ValueError: Model provided has model identifier '<!DO', should be 'TFL3'",
     Code::kFileDamaged, ".tflite", "litesmith inspect"},
    {"CustomOpMissing", "RuntimeError: Encountered unresolved custom op: MyRefine.\nSee instructions",
     Code::kCustomKernelMissing, "MyRefine", "--custom-op-library"},
    {"OwnOpHidden", "RuntimeError: Encountered unresolved custom op: Relu.", Code::kCustomKernelMissing,
     "Relu", "litesmith convert"},
    {"FlexMissing",
     "Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter. See "
     "ops_selectNode number 3 (FlexErf) failed to prepare.",
     Code::kNoKernel, "Erf", "builtin ops only"},
    {"OtherInputType",
     "ValueError: Cannot set tensor: Got value of type UINT8 but expected type FLOAT32 for input 0, name: "
     "image",
     Code::kInputDtype, "uint8", "astype(numpy.float32)"},
    {"OtherInputTypeByNumber",
     "ValueError: Cannot set tensor: Got tensor of type 1 but expected type 3 for input 87",
     Code::kInputDtype, "float32 is given where the model wants uint8", "zero_point"},
    {"OtherInputShape",
     "ValueError: Cannot set tensor: Dimension mismatch. Got 3 but expected 4 for input 0.",
     Code::kInputShape, "3 instead of 4", "expand_dims"},
    {"JavaBuffer",
     "java.lang.IllegalArgumentException: Cannot copy to a TensorFlowLite tensor (image) with 1080000 bytes "
     "from a Java "
     "Buffer with 270000 bytes.",
     Code::kInputShape, "1080000", "4 bytes"},
    {"KernelRefusesRank",
     "RuntimeError: tensorflow/lite/kernels/conv.cc:235 input->dims->size != 4 (1 != 4)Node number 0 "
     "(CONV_2D) failed to "
     "prepare.",
     Code::kInputShape, "1 dimensions", "--input-shape"},
    {"ReshapeOfOneBatch",
     "tensorflow/lite/kernels/reshape.cc:66 num_input_elements != num_output_elements (1001 != 9)Node number "
     "4 (RESHAPE)",
     Code::kInputShape, "1001", "--input-shape"},
    {"KernelSaysNothingKnown",
     "tensorflow/lite/kernels/zeta.cc:12 params->k == 2 was not true.\nNode number 7 (ZETA) failed to "
     "prepare.",
     Code::kKernelRefused, "zeta", "litesmith run"},
    {"NotReady", "RuntimeError: Invoke called on model that is not ready.", Code::kWrongUse, "allocated",
     "allocate_tensors()"},
    {"MicroArena", "Failed to resize buffer. Requested: 99328, available 60412, missing: 38916",
     Code::kOutOfMemory, "memory", "--quantize int8"},
    // delegates and apps
    {"GpuDelegate",
     "Following operations are not supported by GPU delegate:\nCAST: Operation is not supported.",
     Code::kDelegateRefused, "GPU", "--detection raw"},
    {"DelegateFails", "RuntimeError: Failed to apply delegate: no device", Code::kDelegateRefused, "delegate",
     "without the delegate"},
    {"Normalization",
     "Input tensor has type kTfLiteFloat32: it requires specifying NormalizationOptions metadata to "
     "preprocess input images.",
     Code::kMetadataMissing, "NormalizationOptions", "--labels"},
    {"FourOutputs", "Mobile SSD models are expected to have exactly 4 outputs, found 8",
     Code::kCallerExpectsOther, "has 8", "--detection auto"},
    {"EdgeTpu", "Invalid model: m.tflite\nModel not quantized", Code::kQuantizationNotAsAsked, "Edge TPU",
     "--quantize int8"},
    // around it
    {"OrderOfOutputs", "IndexError: invalid index to scalar variable.", Code::kCallerExpectsOther, "outputs",
     "by name"},
    {"NoModule", "ModuleNotFoundError: No module named 'tflite_model_maker'", Code::kPackagesClash,
     "tflite_model_maker", "litesmith convert"},
    {"Protobuf", "TypeError: Descriptors cannot not be created directly.", Code::kPackagesClash, "protobuf",
     "protobuf"},
    {"Crash", "Segmentation fault (core dumped)", Code::kToolCrashed, "crashed", "litesmith diagnose"},
    {"NothingKnown", "ERROR: the moon is not in the right place", Code::kLogUnknown, "nothing",
     "litesmith diagnose"},
};

}  // namespace litesmith::findings
