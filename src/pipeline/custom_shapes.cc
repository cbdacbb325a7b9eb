#include "pipeline/custom_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <set>

#include "base/finding.h"
#include "lowering/lowering.h"
#include "runtime/custom/prepared_results.h"

namespace litesmith::pipeline {
namespace {

Shape WithSymbols(const std::vector<int64_t>& dims, ir::Module& module) {
  std::vector<Dim> shape;
  shape.reserve(dims.size());
  for (const int64_t dim : dims) shape.push_back(dim < 0 ? module.symbols.Fresh() : Dim(dim));
  return Shape(std::move(shape));
}

Failed NoSuchOp(const std::string& name, const std::set<std::string>& unknown, Context& context) {
  Finding finding(Code::kWrongUse);
  finding.Headline("--custom-op-shape names {}, which the model does not have", name);
  if (unknown.empty()) {
    finding.Cause("all ops of the model are TensorFlow's own, and their shapes are known")
        .Fix("leave the option out");
  } else {
    finding.Cause("its ops whose shapes are not known are: {}", fmt::join(unknown, ", "))
        .Fix("name one of them", fmt::format("--custom-op-shape {}=1,10,4", *unknown.begin()));
  }
  return context.findings.Report(std::move(finding));
}

// Numbers for unknown dimensions: no product or sum of small factors is one of them by chance.
constexpr std::array<std::array<int64_t, 12>, 2> kMadeUp = {
    {{17, 29, 41, 53, 67, 79, 97, 107, 127, 139, 157, 173},
     {23, 37, 47, 61, 73, 89, 103, 113, 131, 151, 167, 181}}};

// The node as a custom op with operands of known shapes.
class Trial {
 public:
  // `round`: which of the numbers stand for unknown dimensions. Dimensions in `unknown` get them in that
  // order.
  Trial(const ir::Node& node, const std::vector<Dim>& unknown, size_t round)
      : module_(std::make_shared<ir::Module>()) {
    ir::Function* main = module_->AddFunction("main");
    ir::Builder builder(*main);
    std::vector<ir::Value*> operands;
    for (const ir::Value* operand : node.operands()) {
      if (operand == nullptr) {
        operands.push_back(nullptr);
      } else if (const Tensor* constant = operand->constant()) {
        operands.push_back(builder.Constant(*constant, operand->name));
      } else {
        ir::Type type = operand->type;
        for (int axis = 0; axis < type.shape.rank(); ++axis) {
          for (size_t i = 0; i < unknown.size(); ++i) {
            if (type.shape[axis].Same(unknown[i])) {
              type.shape[axis] = Dim(kMadeUp[round][i]);
              break;
            }
          }
        }
        operands.push_back(main->AddParameter(std::move(type), operand->name));
      }
    }
    std::vector<ir::Type> types;
    for (size_t i = 0; i < node.output_count(); ++i)
      types.push_back({node.output(i)->type.dtype, Shape(), nullptr});
    node_ = builder.Create(module_->UnknownOp(ir::Dialect::kTfl, node.op_name()), operands, std::move(types),
                           lowering::CustomOpAttributes(node));
  }

  std::optional<std::vector<custom::PreparedResult>> Run(const runtime::CustomKernelFactory& factory,
                                                         Context& context) const {
    return custom::PreparedResults(factory, module_, *node_, context);
  }

 private:
  std::shared_ptr<ir::Module> module_;
  ir::Node* node_;
};

// The distinct unknown dimensions of the operands; empty if there are too many, or a rank or dtype is
// missing.
std::optional<std::vector<Dim>> UnknownDims(const ir::Node& node) {
  std::vector<Dim> unknown;
  for (const ir::Value* operand : node.operands()) {
    if (operand == nullptr || operand->constant() != nullptr) continue;
    if (operand->type.dtype == DType::kInvalid || !operand->type.shape.ranked()) return std::nullopt;
    for (const Dim dim : operand->type.shape.dims()) {
      if (dim.known()) continue;
      if (!dim.is_symbol()) return std::nullopt;
      if (std::find(unknown.begin(), unknown.end(), dim) == unknown.end()) unknown.push_back(dim);
    }
  }
  if (unknown.size() > kMadeUp[0].size()) return std::nullopt;
  return unknown;
}

// What the dimension is that came out as `first` and `second` for the two series of made-up numbers.
Dim Concluded(int64_t first, int64_t second, const std::vector<Dim>& unknown, Dim before,
              ir::Module& module) {
  if (first == second) return Dim(first);
  for (size_t i = 0; i < unknown.size(); ++i) {
    if (first == kMadeUp[0][i] && second == kMadeUp[1][i]) return unknown[i];
  }
  return before.is_symbol() ? before : module.symbols.Fresh();
}

}  // namespace

Result<void> SetCustomOpShapes(ir::Module& module, const CustomOpShapes& shapes, Context& context) {
  std::set<std::string> unknown, found;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (node.op().dialect != ir::Dialect::kTf) continue;
      if (node.op().Has(ir::kUnknownOp)) unknown.emplace(node.op_name());
      const auto given = shapes.find(std::string(node.op_name()));
      if (given == shapes.end()) continue;
      found.insert(given->first);
      for (size_t i = 0; i < given->second.size(); ++i) {
        if (i >= node.output_count()) node.AddOutput({});
        node.output(i)->type.shape = WithSymbols(given->second[i], module);
      }
    }
  }
  for (const auto& [name, dims] : shapes) {
    if (!found.contains(name)) return NoSuchOp(name, unknown, context);
  }
  return {};
}

void InferByKernel(ir::Node& node, const runtime::CustomKernels& kernels, Context& context) {
  const auto kernel = kernels.find(std::string(node.op_name()));
  if (kernel == kernels.end()) return;
  const auto unknown = UnknownDims(node);
  if (!unknown) return;
  const auto first = Trial(node, *unknown, 0).Run(kernel->second, context);
  const auto second = unknown->empty() ? first : Trial(node, *unknown, 1).Run(kernel->second, context);
  if (!first || !second) return;
  ir::Module& module = *node.function()->module();
  for (size_t i = 0; i < node.output_count(); ++i) {
    ir::Type& type = node.output(i)->type;
    const custom::PreparedResult &a = (*first)[i], &b = (*second)[i];
    type.dtype = a.dtype;
    if (!a.dims || !b.dims || a.dims->size() != b.dims->size()) continue;
    std::vector<Dim> dims;
    for (size_t axis = 0; axis < a.dims->size(); ++axis) {
      const bool same_rank = type.shape.rank() == static_cast<int>(a.dims->size());
      const Dim before = same_rank ? type.shape[static_cast<int>(axis)] : Dim();
      dims.push_back(Concluded((*a.dims)[axis], (*b.dims)[axis], *unknown, before, module));
    }
    type.shape = Shape(std::move(dims));
  }
}

}  // namespace litesmith::pipeline
