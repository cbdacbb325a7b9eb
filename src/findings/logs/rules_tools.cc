// The Python around the converter, crashes, and other converters: TF.js, tf2onnx, onnx2tf, onnx-tf.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Rule kRules[] = {
    {"ModuleNotFoundError: No module named '{op}'\nImportError: No module named {op}\nImportError: cannot "
     "import name '{op}'\n"
     "ModuleNotFoundError: No module named {op} ",
     Code::kPackagesClash,
     "the Python package or name {op} is not there",
     "it is not installed in the Python that runs the script, or this version of its package no longer has "
     "it",
     {{{"see which Python runs: python -m pip list; install what is missing there", ""},
       {"Litesmith needs no Python to convert a SavedModel", "litesmith convert MODEL -o model.tflite"}}}},
    {"Descriptors cannot be created directly\nDescriptors cannot not be created directly\nincompatible "
     "Protobuf Gencode/Runtime versions\ncannot import name 'builder' from 'google.protobuf",
     Code::kPackagesClash,
     "TensorFlow and the installed protobuf package do not fit together",
     "the generated code in one package is of another age than the protobuf package",
     {{{"pip install 'protobuf<3.21' for TensorFlow before 2.12, the version that TensorFlow's own "
        "requirements name otherwise",
        ""},
       kConvertInstead}}},
    {"numpy.dtype size changed, may indicate binary incompatibility\nA module that was compiled using NumPy "
     "1.x cannot be run in\n_ARRAY_API not found\n"
     "module 'numpy' has no attribute '{key}'\nmodule compiled against API version\nnumpy.core.multiarray "
     "failed to import",
     Code::kPackagesClash,
     "the installed numpy is of another generation than the packages that use it",
     "TensorFlow before 2.18 and tflite-runtime are built for numpy 1",
     {{{"pip install 'numpy<2'", ""},
       {"or update TensorFlow, and use ai-edge-litert in place of tflite-runtime", ""},
       kConvertInstead}}},
    {"module 'tensorflow' has no attribute '{key}'\nmodule 'tensorflow.{_}' has no attribute '{key}'\nmodule "
     "'keras.{_}' has no attribute '{key}'\n"
     "module 'tensorflow._api{_}' has no attribute '{key}'\ntype object 'TFLiteConverter{_}' has no "
     "attribute '{key}'\ntype object 'OpsSet' has no attribute '{key}'",
     Code::kPackagesClash,
     "this TensorFlow has no '{key}'",
     "the script was written for another version: TensorFlow 1 names live in tf.compat.v1, tf.contrib is "
     "gone, some names came later",
     {{{"use tf.compat.v1.{key} if it is of TensorFlow 1 "
        "(tf.compat.v1.lite.TFLiteConverter.from_frozen_graph), or the version the script is for",
        ""},
       kConvertInstead}}},
    {"/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_{rest}\nversion `GLIBC_{_}' not found\nversion "
     "`GLIBCXX_{_}' not found\nDLL load failed while importing\nimport_pywrap_tensorflow_internal\n"
     "cannot open shared object file: No such file",
     Code::kPackagesClash,
     "a compiled library of a package cannot be loaded on this system",
     "it was built for a newer system, for another processor, or needs a library that is not installed",
     {{{"install a version for this system, or the Microsoft Visual C++ runtime on Windows", ""},
       kConvertInstead}}},
    {"Illegal instruction\nthe TensorFlow library was compiled to use AVX\nTensorFlow library was compiled "
     "to use {_} instructions, but these aren't available",
     Code::kPackagesClash,
     "the processor lacks an instruction that TensorFlow is built for",
     "published TensorFlow packages need AVX, which old processors and some virtual machines do not have",
     {{kConvertInstead, {"or take another machine, or a TensorFlow built without AVX", ""}}}},
    {"std::bad_alloc\nMemoryError\nResourceExhaustedError: {rest}\nOOM when allocating tensor with "
     "shape{shape} and\nOut of memory: Killed process\nout of memory: Killed process\n"
     "Unable to allocate {want} for an array with shape {shape} and\nDst tensor is not initialized",
     Code::kOutOfMemory,
     "there was not enough memory",
     "the converter holds several copies of the weights; large constants computed in advance (folding) and "
     "large inputs add to it",
     {{{"let Litesmith convert: it maps the weights instead of copying them",
        "litesmith convert MODEL -o model.tflite"},
       {"use a smaller input or a batch of one", "--input-shape NAME=1,320,320,3"},
       {"close other programs, or use a machine with more memory", ""}}}},
    {"Your session crashed after using all available RAM\nKernel died\nThe kernel appears to have "
     "died\nKilled ",
     Code::kOutOfMemory,
     "the process was ended by the system, most likely for lack of memory",
     "a process that dies without a message of its own was killed from outside; memory is the usual reason",
     {{{"let Litesmith convert: it maps the weights instead of copying them",
        "litesmith convert MODEL -o model.tflite"},
       {"use a smaller input or a batch of one", "--input-shape NAME=1,320,320,3"}}},
     nullptr,
     Weight::kEcho},
    {"Segmentation fault\nFatal Python error: {rest}\nsignal 11 (SIGSEGV)\nSIGABRT\nAborted (core "
     "dumped)\nCheck failed: {rest}\nLLVM ERROR: {rest}\nAssertion `{_}' failed\nFatal signal {rest}",
     Code::kToolCrashed,
     "the other tool crashed",
     "a crash is a bug of that tool, whatever the model; a model that it does not expect sets it off",
     {{{"see whether the model itself is sound, and what is unusual in it", "litesmith diagnose MODEL"},
       kConvertInstead,
       {"or update that tool, and report the crash to its authors", ""}}},
     nullptr,
     Weight::kEcho},
    {"IndexError: list index out of range\nIndexError: invalid index to scalar variable\nIndexError: index "
     "{n} is out of bounds for axis\nTypeError: only integer scalar arrays can be converted to a scalar "
     "index\n"
     "TypeError: 'numpy.float32' object is not iterable\nTypeError: only size-1 arrays can be "
     "converted\nTypeError: only length-1 arrays can be converted",
     Code::kCallerExpectsOther,
     "the script expects other outputs than it gets",
     "with detectors this means that the outputs come in another order: newer exports give scores, boxes, "
     "count, classes where "
     "examples expect boxes, classes, scores, count; or the labels do not match the classes",
     {{{"take outputs by name, not by their number: see names and roles", "litesmith inspect model.tflite"},
       {"files that Litesmith writes have the usual order: boxes, classes, scores, count",
        "litesmith convert MODEL -o model.tflite"},
       {"see that the file with labels has as many lines as there are classes", ""}}},
     nullptr,
     Weight::kEcho},
    {"Tensorflow op [{node}: {op}] is not supported",
     Code::kNoLowering,
     "tf2onnx has no form for {op}",
     "that converter's table lacks the op; Litesmith goes from TensorFlow to TensorFlow Lite without ONNX",
     {{kConvertInstead, kDiagnose}}},
    {"onnx.onnx_cpp2py_export.checker.ValidationError: "
     "{rest}\nonnx.checker.ValidationError\nBackendIsNotSupposedToImplementIt: {rest}\nNo Op registered for "
     "{op} with",
     Code::kNotAModel,
     "a tool for ONNX stopped",
     "ONNX models take another way to TensorFlow Lite than TensorFlow models",
     {{{"if the model comes from TensorFlow, convert its SavedModel directly",
        "litesmith convert MODEL -o model.tflite"},
       {"else make a SavedModel of it first, with onnx2tf", ""}}},
     nullptr,
     Weight::kEcho},
    {"weight file with basename '{path}' is not found\nmissing weight file{rest}\nBased on the provided "
     "shape, {shape}, the tensor should have {n} values but has {m}",
     Code::kVariablesMissing,
     "the weights of a TF.js model are missing or do not fit",
     "model.json names files (group1-shard1of1.bin) that belong beside it; one is missing, or was changed by "
     "a bundler",
     {{{"copy or download all .bin files beside model.json", ""},
       {"then convert it", "litesmith convert model.json -o model.tflite"}}}},
    {"RuntimeError: Attempting to use {_} eager execution\n`input_arrays` and `output_arrays` are "
     "unsupported with Eager mode\nloading SavedModel in eager mode",
     Code::kWrongUse,
     "the script mixes TensorFlow 1 settings with TensorFlow 2",
     "names of inputs and outputs (input_arrays, output_arrays) are for graphs of TensorFlow 1",
     {{{"leave them out for a SavedModel of TensorFlow 2", "litesmith convert MODEL -o model.tflite"},
       {"or name the ends", "--input-tensors NAME --output-tensors NAME"}}}},
};

}  // namespace

std::span<const Rule> ToolRules() { return kRules; }

}  // namespace litesmith::findings
