// TensorFlow Lite's kernels compute in float32: few take float64 or bfloat16, and float16 only in its newest
// release. So float64, float16 and bfloat16 become float32 throughout, and complex128 becomes complex64. What
// a signature takes and gives keeps its dtype, by casts at the border. Constants were folded in their own
// dtype before. Runs on TF ops, so that each lowering knows one float only.
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>

#include "passes/passes.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

DType Computed(DType dtype) {
  switch (dtype) {
    case DType::kFloat64:
    case DType::kFloat16:
    case DType::kBFloat16:
      return DType::kFloat32;
    case DType::kComplex128:
      return DType::kComplex64;
    default:
      return dtype;
  }
}

bool IsForeign(DType dtype) { return Computed(dtype) != dtype; }

// A finite double beyond float32's range is kept finite: as a mask or a bound it then does what it is there
// for.
float Narrow(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  return static_cast<float>(std::isfinite(value) ? std::clamp(value, -kMost, kMost) : value);
}

Tensor ComputedTensor(const Tensor& tensor) {
  if (!IsForeign(tensor.dtype())) return tensor;
  Tensor result = Tensor::Zeros(Computed(tensor.dtype()), tensor.dims());
  if (tensor.dtype() == DType::kComplex128) {
    const auto from = tensor.data<std::complex<double>>();
    std::transform(from.begin(), from.end(), result.mutable_data<std::complex<float>>().begin(),
                   [](std::complex<double> value) {
                     return std::complex<float>(Narrow(value.real()), Narrow(value.imag()));
                   });
    return result;
  }
  const std::vector<double> from = *tensor.ToDouble();
  std::transform(from.begin(), from.end(), result.mutable_data<float>().begin(), Narrow);
  return result;
}

// Ops that TensorFlow Lite has for these dtypes as well.
bool TakesAny(const ir::Node& node) {
  return node.op().dialect != ir::Dialect::kTf || node.Is(tf::Cast) || node.Is(tf::Identity) ||
         node.Is(tf::IdentityN) || node.Is(tf::StopGradient) || node.Is(tf::Shape) || node.Is(tf::ShapeN) ||
         node.Is(tf::Size) || node.Is(tf::Rank);
}

// What of complex numbers TensorFlow Lite computes.
bool TakesComplex(const ir::Node& node) {
  return node.Is(tf::Mul) || node.Is(tf::RFFT) || node.Is(tf::RFFT2D) || node.Is(tf::Real) ||
         node.Is(tf::Imag) || node.Is(tf::ComplexAbs) || node.Is(tf::Reshape) || node.Is(tf::Squeeze) ||
         node.Is(tf::ExpandDims) || node.op().Has(ir::kCalls);
}

// Parts of complex numbers that come from outside: TensorFlow Lite takes them in 128 bits, too.
bool IsNativePart(const ir::Node& node) {
  return (node.Is(tf::Real) || node.Is(tf::Imag) || node.Is(tf::ComplexAbs)) &&
         node.operand(0)->is_parameter() && node.operand(0)->type.dtype == DType::kComplex128;
}

std::vector<DType> DTypesOf(const ir::Node& node) {
  std::vector<DType> dtypes;
  for (const ir::Value* operand : node.operands()) {
    if (operand != nullptr) dtypes.push_back(operand->type.dtype);
  }
  for (size_t i = 0; i < node.output_count(); ++i) dtypes.push_back(node.output(i)->type.dtype);
  return dtypes;
}

struct Found {
  const ir::Node* first = nullptr;
  int count = 0;
};
using FoundByDType = std::map<DType, Found>;

FoundByDType FindForeign(const Module& module) {
  FoundByDType found;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (TakesAny(node) || IsNativePart(node)) continue;
      const std::vector<DType> dtypes = DTypesOf(node);
      const auto foreign = std::find_if(dtypes.begin(), dtypes.end(), IsForeign);
      if (foreign == dtypes.end()) continue;
      Found& entry = found[*foreign];
      if (entry.count++ == 0) entry.first = &node;
    }
  }
  return found;
}

Result<void> RefuseComplex(const Module& module, FindingSink& findings) {
  bool failed = false;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const std::vector<DType> dtypes = DTypesOf(node);
      const bool wide = std::find(dtypes.begin(), dtypes.end(), DType::kComplex128) != dtypes.end();
      if (!wide || TakesAny(node) || TakesComplex(node)) continue;
      failed = true;
      (void)findings.Report(
          tf::FindingAt(Code::kDtypeUnsupported, node)
              .Headline("{} of complex128 has no form in TensorFlow Lite", node.op_name())
              .Cause("TensorFlow Lite knows complex64 only, and computes little more with it "
                     "than Fourier transforms, products and absolute values")
              .Fix("compute with the real and the imaginary part as two float32 tensors")
              .Fix("or, for the ops named above, use complex64 in the model's code"));
    }
  }
  if (failed) return kFailed;
  return {};
}

// A constant that is another number in float32: infinite or zero, so that results may be anything.
void ReportOutOfRange(const Module& module, FindingSink& findings) {
  constexpr double kMost = std::numeric_limits<float>::max();
  const auto changes = [](double value) {
    return std::isfinite(value) &&
           (std::abs(value) > kMost || (value != 0 && static_cast<float>(value) == 0));
  };
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const Tensor* constant = node.output_count() == 1 ? node.output()->constant() : nullptr;
      if (constant == nullptr || constant->dtype() != DType::kFloat64 || !node.used()) continue;
      const auto values = constant->data<double>();
      const auto found = std::find_if(values.begin(), values.end(), changes);
      if (found == values.end()) continue;
      const ir::Node& user = *node.output()->uses()[0].user;
      Finding finding = tf::FindingAt(Code::kFloatsIn32Bits, user);
      finding.node = node.name;
      const bool large = std::abs(*found) > kMost;
      (void)findings.Report(
          finding.As(Severity::kWarning)
              .Headline("the constant {:g} {} float32", *found, large ? "exceeds" : "is too small for")
              .Cause(
                  "TensorFlow Lite computes in float32, whose numbers reach from 1.4e-45 to 3.4e+38. The "
                  "file has {} instead: as a bound or a mask it does the same, in products the results are "
                  "others than TensorFlow's",
                  large ? fmt::format("{:g}", std::copysign(kMost, *found)) : "0")
              .Fix("scale the numbers in the model's code so that they stay within float32"));
    }
  }
}

void ReportFound(const FoundByDType& found, FindingSink& findings) {
  for (const auto& [dtype, entry] : found) {
    Finding finding = tf::FindingAt(Code::kFloatsIn32Bits, *entry.first);
    const std::string_view name = NameOf(dtype), as = NameOf(Computed(dtype));
    const bool wider = BitsOf(dtype) > BitsOf(Computed(dtype));
    finding.Headline("{} is computed as {}", name, as)
        .Cause("{} ops compute in {}; TensorFlow Lite computes in {}. {}", entry.count, name, as,
               wider ? "Results agree to about seven digits, less where large numbers cancel"
                     : "Results are the more precise ones: TensorFlow rounds after every op")
        .Fix(fmt::format("nothing, if that is precise enough; a model built in {} has no such difference",
                         as));
    finding.count = entry.count;
    (void)findings.Report(std::move(finding));
  }
}

void ConvertAttributes(ir::Node& node) {
  std::vector<Attributes::Entry> changed;
  for (const auto& [name, value] : node.attributes) {
    if (const auto* dtype = std::get_if<DType>(&value); dtype != nullptr && IsForeign(*dtype)) {
      changed.emplace_back(name, Computed(*dtype));
    } else if (const auto* list = std::get_if<std::vector<DType>>(&value)) {
      std::vector<DType> dtypes(*list);
      for (DType& one : dtypes) one = Computed(one);
      changed.emplace_back(name, std::move(dtypes));
    } else if (const auto* tensor = std::get_if<Tensor>(&value);
               tensor != nullptr && IsForeign(tensor->dtype())) {
      changed.emplace_back(name, ComputedTensor(*tensor));
    }
  }
  for (auto& [name, value] : changed) node.attributes.Set(name, std::move(value));
}

ir::Value* Cast(ir::Builder& builder, ir::Value* value, DType to) {
  return builder.Make(tf::Cast, {value}, {to, value->type.shape, nullptr}, {{"DstT", to}});
}

// What a part of a number of 128 bits gives is cut to float32 behind it.
void CutResult(ir::Node& node) {
  ir::Builder after(*node.next());
  ir::Value* result = node.output();
  ir::Value* narrow = Cast(after, result, DType::kFloat32);
  result->ReplaceAllUsesWith(narrow);
  narrow->node()->SetOperand(0, result);
}

void ConvertBody(ir::Function& function) {
  for (ir::Node& node : function.nodes()) {
    if (IsNativePart(node)) {
      CutResult(node);
      continue;
    }
    ConvertAttributes(node);
    for (size_t i = 0; i < node.output_count(); ++i) {
      ir::Type& type = node.output(i)->type;
      type.dtype = Computed(type.dtype);
    }
    if (node.Is(tf::Cast) && node.operand(0)->type.dtype == node.output()->type.dtype) {
      node.output()->ReplaceAllUsesWith(node.operand(0));
    }
  }
}

void ConvertInner(ir::Function& function) {
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    ir::Type& type = function.parameter(i)->type;
    type.dtype = Computed(type.dtype);
  }
  ConvertBody(function);
}

// A function of a signature: casts where foreign dtypes come in and go out.
void ConvertEntry(ir::Function& function) {
  std::vector<ir::Value*> results;
  std::vector<DType> dtypes;
  for (size_t i = 0; i < function.result_count(); ++i) {
    results.push_back(function.result(i));
    dtypes.push_back(function.result(i)->type.dtype);
  }
  ir::Builder at_start(function.first() != nullptr ? *function.first() : *function.return_node());
  for (size_t i = 0; i < function.parameter_count(); ++i) {
    ir::Value* parameter = function.parameter(i);
    if (!IsForeign(parameter->type.dtype)) continue;
    std::vector<ir::Use> uses;
    for (const ir::Use& use : parameter->uses()) {
      if (!IsNativePart(*use.user)) uses.push_back(use);
    }
    if (uses.empty()) continue;
    ir::Value* inside = Cast(at_start, parameter, Computed(parameter->type.dtype));
    for (const ir::Use& use : uses) use.user->SetOperand(use.operand, inside);
  }
  ConvertBody(function);
  ir::Builder at_end(function);
  for (size_t i = 0; i < results.size(); ++i) {
    ir::Value* result = function.result(i);
    if (results[i]->is_parameter() || IsNativePart(*results[i]->node())) {
      result = results[i];  // passed through untouched
    } else if (result->type.dtype != dtypes[i]) {
      std::string name = std::exchange(result->name, {});
      result = Cast(at_end, result, dtypes[i]);
      result->name = std::move(name);
    }
    function.return_node()->SetOperand(i, result);
  }
}

bool IsEntry(const Module& module, const ir::Function& function) {
  if (module.signatures.empty()) return &function == module.functions().front().get();
  return std::any_of(module.signatures.begin(), module.signatures.end(),
                     [&](const ir::Signature& signature) { return signature.function == function.name; });
}

}  // namespace

Result<Changed> ComputeInFloat32(Module& module, PassContext& context) {
  const FoundByDType found = FindForeign(module);
  if (found.empty()) return Changed::kNo;
  if (found.contains(DType::kComplex128)) {
    LS_RETURN_IF_FAILED(RefuseComplex(module, context.context.findings));
  }
  ReportFound(found, context.context.findings);
  ReportOutOfRange(module, context.context.findings);
  for (const auto& function : module.functions()) {
    IsEntry(module, *function) ? ConvertEntry(*function) : ConvertInner(*function);
    function->EraseDeadNodes();
  }
  return Changed::kYes;
}

}  // namespace litesmith::passes
