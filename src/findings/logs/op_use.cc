#include "findings/logs/op_use.h"

#include <algorithm>
#include <charconv>

namespace litesmith::findings {
namespace {

using Standing = OpFacts::Standing;

constexpr std::string_view kConvert = "litesmith convert MODEL -o model.tflite";

struct TypeName {
  std::string_view mlir, name;
};
constexpr TypeName kTypes[] = {
    {"f16", "float16"},
    {"bf16", "bfloat16"},
    {"f32", "float32"},
    {"f64", "float64"},
    {"i1", "bool"},
    {"i4", "int4"},
    {"i8", "int8"},
    {"i16", "int16"},
    {"i32", "int32"},
    {"i64", "int64"},
    {"ui8", "uint8"},
    {"ui16", "uint16"},
    {"ui32", "uint32"},
    {"ui64", "uint64"},
    {"complex<f32>", "complex64"},
    {"complex<f64>", "complex128"},
    {"!tf_type.string", "string"},
    {"!tf.string", "string"},
    {"!tf_type.resource", "resource"},
    {"!tf.resource", "resource"},
    {"!tf_type.variant", "variant"},
    {"!tf.variant", "variant"},
    {"!tf_type.quint8", "quint8"},
    {"!tf_type.qint8", "qint8"},
    {"!tf_type.qint32", "qint32"},
};

// Types that most builtin ops do not take as plain numbers: facts of TensorFlow Lite's kernels.
bool IsUnusualType(std::string_view dtype) {
  for (const std::string_view one :
       {"float64", "float16", "bfloat16", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "complex64",
        "complex128", "quint8", "qint8", "qint32"}) {
    if (dtype == one) return true;
  }
  return false;
}

// Ops that Litesmith converts where what they hold is known, and other converters in fewer places.
struct Family {
  std::string_view prefixes;  // separated by blanks
  std::string_view cause, fix, option;
};
constexpr Family kFamilies[] = {
    {"HashTable MutableHashTable LookupTable InitializeTable",
     "TensorFlow Lite has lookup tables between string and int64 only, filled once",
     "replace the table by tf.gather on a constant where the keys are numbers (int64), or look strings up in "
     "the app",
     ""},
    {"TensorList TensorArray EmptyTensorList",
     "lists of tensors (LSTM, GRU, map_fn, TensorArray) have no form in TensorFlow Lite; lists of known "
     "length and element "
     "shape become one tensor",
     "fix batch and length of the input", "--input-shape NAME=1,LENGTH,FEATURES"},
    {"VarHandleOp ReadVariableOp Assign Variable",
     "the model reads or writes a variable that could not be turned into a constant",
     "export for inference (training=False), or make the state an input and an output of the model", ""},
    {"Switch Merge Enter Exit NextIteration LoopCond RefSwitch",
     "this is control flow of TensorFlow 1, which must be recognised as a whole",
     "export with control flow version 2: tf.compat.v1.enable_control_flow_v2()", ""},
};

const Family* FamilyOf(std::string_view op) {
  for (const Family& family : kFamilies) {
    for (size_t at = 0; at < family.prefixes.size();) {
      const size_t end = std::min(family.prefixes.find(' ', at), family.prefixes.size());
      if (op.starts_with(family.prefixes.substr(at, end - at))) return &family;
      at = end + 1;
    }
  }
  return nullptr;
}

bool IsConvolution(std::string_view op) {
  return op.find("Conv2D") != std::string_view::npos || op.find("Conv3D") != std::string_view::npos ||
         op.starts_with("DepthwiseConv2d");
}

// The layer that a node belongs to by its name: the part before the last slash, without what export puts
// around it.
std::string LayerOf(std::string_view node) {
  for (const std::string_view wrapper : {"StatefulPartitionedCall/", "PartitionedCall/"}) {
    while (node.starts_with(wrapper)) node.remove_prefix(wrapper.size());
  }
  const size_t slash = node.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(node.substr(0, slash));
}

std::string UnusualTypes(const OpUse& use) {
  std::string list;
  for (const auto& operand : use.operands) {
    if (IsUnusualType(operand.dtype) && list.find(operand.dtype) == std::string::npos)
      list += (list.empty() ? "" : " and ") + operand.dtype;
  }
  return list;
}

bool HasOpenSize(const OpUse& use) {
  return std::any_of(use.operands.begin(), use.operands.end(), [](const Finding::TensorNote& operand) {
    return !operand.ranked ||
           std::any_of(operand.shape.begin(), operand.shape.end(), [](int64_t size) { return size < 0; });
  });
}

bool HasOpenChannels(const OpUse& use) {
  return std::any_of(use.operands.begin(), use.operands.end(), [](const Finding::TensorNote& operand) {
    return !operand.ranked || (!operand.shape.empty() && operand.shape.back() < 0);
  });
}

Finding WrongType(const OpUse& use, const std::string& types) {
  const bool is_float =
      types.find("float") != std::string::npos || types.find("complex") != std::string::npos;
  Finding finding(Code::kDtypeUnsupported);
  finding.Headline("op {} is fine, its data type is not: {}", use.name, types)
      .Cause(
          "TensorFlow Lite has {}, but not for {}{}. 'Neither a custom op nor a flex op' means this one "
          "variant; a "
          "custom op would not help",
          use.name, types, types.find("int8") != std::string::npos ? " without quantization" : "")
      .Fix(is_float ? fmt::format("compute in float32 in the model: tf.cast(x, tf.float32), or set the "
                                  "layer's dtype, and export again")
                    : fmt::format("cast before the op in the model, tf.cast(x, tf.int32) or tf.float32, and "
                                  "back after it"));
  if (types.find("complex") != std::string::npos)
    finding.Fix(
        "compute with the real and imaginary parts, as float tensors of their own (complex64 has a few ops "
        "only)");
  return finding.Fix(
      "let Litesmith convert it: it computes float64 in float32 and says so, and casts small integers where "
      "that is exact",
      std::string(kConvert));
}

// TensorFlow has the op, and Litesmith converts it: the other converter had no form for this variant.
Finding OtherVariant(const OpUse& use) {
  const std::string types = UnusualTypes(use);
  if (!types.empty()) return WrongType(use, types);
  if (IsConvolution(use.name) && use.attributes.find("NCHW") != std::string::npos) {
    return Finding(Code::kLoweringRefused)
        .Headline("op {} works on channels first (NCHW)", use.name)
        .Cause(
            "TensorFlow Lite's convolutions take channels last (NHWC) only; the log does not say so, the "
            "attribute data_format does")
        .Fix("let Litesmith convert the model: it transposes", std::string(kConvert))
        .Fix("or build the model with data_format='channels_last' and export again");
  }
  if (IsConvolution(use.name) && HasOpenChannels(use)) {
    return Finding(Code::kShapeUnknown)
        .Headline("the number of channels that goes into {} is not known", use.name)
        .Cause("a convolution needs it to read its weights; the input of the model has an open size there")
        .Fix("give the size of the input, channels included", "--input-shape NAME=1,320,320,3")
        .Fix("see where the open size comes from", "litesmith diagnose MODEL");
  }
  Finding finding(Code::kLoweringRefused);
  finding.Headline("the other converter has no form for {} as it is used here", use.name);
  if (use.attributes.find("new_axis_mask = ") != std::string::npos &&
      use.attributes.find("new_axis_mask = 0") == std::string::npos)
    finding.Cause(
        "a slice that adds a dimension, on a tensor of open size: typical of the preprocessing loop in "
        "exported detectors. "
        "Nothing of this is your work, and no other export is needed");
  else if (HasOpenSize(use))
    finding.Cause(
        "TensorFlow Lite has {}, but not with these shapes: a size is open that the converter needs",
        use.name);
  else
    finding.Cause(
        "TensorFlow Lite has a form for {}, but not with these types, shapes or attributes; the tensors "
        "listed are what the log "
        "says of them",
        use.name);
  finding.Fix(
      "let Litesmith convert the model: it converts this op, and says which part of it stands in the way if "
      "not",
      std::string(kConvert));
  if (HasOpenSize(use))
    finding.Fix("fix the size of the input, which often decides it", "--input-shape NAME=1,320,320,3");
  return finding.Fix(
      "do not allow custom ops for it: the file would hold a custom op of that name, for which no runtime "
      "has a kernel");
}

Finding WithoutForm(const OpUse& use, const OpFacts& facts) {
  Finding finding(Code::kNoLowering);
  finding.Headline("op {} has no form in TensorFlow Lite", use.name)
      .Cause("{}", facts.cause.empty()
                       ? "TensorFlow knows it, and nothing in TensorFlow Lite, alone or combined, computes it"
                       : facts.cause);
  finding.fixes = facts.fixes;
  return finding.Fix("see every such op, with its layer, in one run", "litesmith diagnose MODEL")
      .Fix("or keep it as a custom op, for an app that brings a kernel of this name",
           "--custom-op " + use.name);
}

Finding OfLibrary(const OpUse& use, const OpFacts& facts) {
  Finding finding(Code::kExternalLibraryOp);
  finding.Headline("op {} belongs to {}", use.name, facts.library)
      .Cause("{} ({}) registers it; TensorFlow alone does not know it, and TensorFlow Lite has no such op{}",
             facts.library, facts.package,
             use.while_loading ? ". The model cannot even be loaded without it" : "");
  if (!facts.instead.empty()) finding.Fix(facts.instead);
  if (use.while_loading)
    finding.Fix(fmt::format("to load the model in Python, import {} first, in the version it was saved with",
                            facts.package));
  return finding
      .Fix(fmt::format("or keep it as a custom op, for an app that links the kernel of {}", facts.package),
           "--custom-op " + use.name)
      .Fix("Litesmith reads the model without that library", "litesmith diagnose MODEL");
}

Finding UnknownEverywhere(const OpUse& use) {
  Finding finding(Code::kUnknownOp);
  finding.Headline("op {} is unknown: TensorFlow has no op of this name", use.name)
      .Cause("{}", use.while_loading ? "the code that made the model loaded a library (tf.load_op_library, "
                                       "or a Python package) that registers it. Without "
                                       "it TensorFlow cannot load the graph, so allow_custom_ops is never "
                                       "looked at. A custom layer made of ordinary ops is no obstacle"
                                     : "it is an op of your own or of a library that no table here has. A "
                                       "custom layer made of ordinary ops is no obstacle; this "
                                       "is an op with a kernel of its own")
      .Fix("keep it as a custom op: Litesmith converts the rest without the library",
           fmt::format("{} --custom-op {}", kConvert, use.name))
      .Fix("run the file with a kernel of that name", fmt::format("--custom-op-library lib{}.so", use.name))
      .Fix("or write that part with ordinary TensorFlow ops and export again");
  if (use.while_loading)
    finding.Fix(
        "to load the model in Python, load the library or import the package that defines the op first");
  return finding;
}

Finding KnownButNotLoaded(const OpUse& use) {
  return Finding(Code::kProducerTooNew)
      .As(Severity::kError)
      .Headline("this TensorFlow does not know its own op {}", use.name)
      .Cause(
          "newer TensorFlow releases have the op: the model was saved with a newer one than reads it, or "
          "with a build that has more ops")
      .Fix("update TensorFlow to the version that saved the model, or a newer one")
      .Fix("or let Litesmith convert it, which needs no TensorFlow", std::string(kConvert));
}

Finding DetectionOp(const OpUse& use) {
  return Finding(Code::kCustomOpKept)
      .Headline("{} is no obstacle: every TensorFlow Lite runtime has it", use.name)
      .Cause(
          "it is the post-processing of a detector. Converters count it as a custom op, so for this one op "
          "allowing custom ops is right")
      .Fix(
          "let Litesmith convert the detector: it needs no --allow-custom-ops for this op (allow_custom_ops "
          "in the official converter)",
          std::string(kConvert))
      .Fix("for an engine without this op: cut before the post-processing", "--detection raw");
}

Finding Answer(const OpUse& use, const Knowledge& knowledge) {
  if (use.name.starts_with("TFLite_Detection_PostProcess")) return DetectionOp(use);
  const OpFacts facts = knowledge.tensorflow_op ? knowledge.tensorflow_op(use.name) : OpFacts{};
  switch (facts.standing) {
    case Standing::kForeign:
      return OfLibrary(use, facts);
    case Standing::kUnknown:
      return UnknownEverywhere(use);
    case Standing::kKnown:
      return use.while_loading ? KnownButNotLoaded(use) : WithoutForm(use, facts);
    case Standing::kConverts:
      break;
  }
  if (use.while_loading) return KnownButNotLoaded(use);
  const Family* family = FamilyOf(use.name);
  if (family == nullptr) return OtherVariant(use);
  // Litesmith converts it where lists, tables or variables are static; what the other converter lacked is
  // known.
  Finding finding(use.name.starts_with("TensorList") || use.name.starts_with("TensorArray")
                      ? Code::kShapeUnknown
                      : Code::kLoweringRefused);
  return finding.Headline("op {} stops the other converter", use.name)
      .Cause("{}", family->cause)
      .Fix("let Litesmith convert the model, which converts this op where its operands are known",
           std::string(kConvert))
      .Fix(std::string(family->fix), std::string(family->option));
}

}  // namespace

Finding::TensorNote TensorOfMlir(std::string_view type) {
  Finding::TensorNote note;
  type = type.substr(0, type.find(", "));  // what follows is an encoding
  while (!type.empty()) {
    const char c = type[0];
    if (c == '*' && type.starts_with("*x")) {
      note.ranked = false;
      type.remove_prefix(2);
    } else if (c == '?' && type.starts_with("?x")) {
      note.shape.push_back(-1);
      type.remove_prefix(2);
    } else if (c >= '0' && c <= '9') {
      int64_t size = 0;
      const auto [end, error] = std::from_chars(type.data(), type.data() + type.size(), size);
      const auto length = static_cast<size_t>(end - type.data());
      if (error != std::errc() || length >= type.size() || type[length] != 'x') break;
      note.shape.push_back(size);
      type.remove_prefix(length + 1);
    } else {
      break;
    }
    if (note.shape.size() > 255) break;
  }
  note.dtype = type;
  for (const TypeName& one : kTypes) {
    if (type == one.mlir || (type.starts_with(one.mlir) && (one.mlir[0] == '!'))) {
      note.dtype = one.name;
      break;
    }
  }
  return note;
}

Finding FindingOf(const OpUse& use, const Knowledge& knowledge) {
  Finding finding = Answer(use, knowledge);
  finding.op = use.name;
  finding.node = use.node;
  finding.layer = LayerOf(use.node);
  finding.source = use.source;
  finding.count = std::max<int>(1, static_cast<int>(use.places.size()));
  finding.tensors = use.operands;
  if (use.needed_at_runtime) finding.As(Severity::kWarning);
  return finding;
}

}  // namespace litesmith::findings
