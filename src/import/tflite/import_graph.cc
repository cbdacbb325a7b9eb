#include "import/tflite/import_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/tflite/options.h"
#include "tfl/ops.h"

namespace litesmith::import_tflite {
namespace {

using tflite::Operator;
using tflite::TensorInfo;

// A constant's tensor. Bytes of booleans other than 0 and 1 are made 1: C++ gives them no meaning.
Tensor ConstantOf(const TensorInfo& info, const std::shared_ptr<const void>& owner, Bytes data, Dims dims) {
  const auto odd = [](std::byte byte) { return byte > std::byte{1}; };
  if (info.dtype != DType::kBool || std::none_of(data.begin(), data.end(), odd)) {
    return Tensor(info.dtype, std::move(dims), owner, data);
  }
  Tensor tensor = Tensor::Zeros(DType::kBool, std::move(dims));
  std::transform(data.begin(), data.end(), tensor.mutable_bytes().begin(),
                 [](std::byte byte) { return byte == std::byte{0} ? std::byte{0} : std::byte{1}; });
  return tensor;
}

class GraphImporter {
 public:
  GraphImporter(const tflite::Model& model, size_t subgraph, ir::Module& module, Context& context)
      : model_(model),
        graph_(model.subgraphs[subgraph]),
        subgraph_(subgraph),
        module_(module),
        function_(*module.functions()[subgraph]),
        builder_(function_),
        context_(context),
        values_(graph_.tensors.size()) {
    const auto says_rank = [](const TensorInfo& tensor) { return tensor.has_rank; };
    old_ = std::none_of(graph_.tensors.begin(), graph_.tensors.end(), says_rank);
  }

  Result<void> Import(const std::vector<int32_t>& results) {
    for (const int32_t tensor : graph_.inputs) {
      LS_TRY(ir::Type type, TypeOf(tensor, old_));
      ir::Value* value = function_.AddParameter(std::move(type), Info(tensor).name);
      Define(tensor, value);
      function_.parameter_names.push_back(Info(tensor).name);
    }
    for (size_t i = 0; i < graph_.operators.size(); ++i) {
      if (context_.is_cancelled()) return kFailed;
      LS_RETURN_IF_FAILED(ImportOperator(i));
    }
    builder_.origin = ir::kNoOrigin;
    std::vector<ir::Value*> values;
    for (const int32_t tensor : results) {
      LS_TRY(ir::Value * value, ValueOf(tensor));
      values.push_back(value);
      function_.result_names.push_back(Info(tensor).name);
    }
    function_.SetResults(values);
    return {};
  }

 private:
  const TensorInfo& Info(int32_t tensor) const { return graph_.tensors[static_cast<size_t>(tensor)]; }

  Result<ir::Type> TypeOf(int32_t tensor, bool scalar) {
    return TypeOfTensor(model_, subgraph_, Info(tensor), scalar, context_.findings);
  }

  void Define(int32_t tensor, ir::Value* value) {
    value->name = Info(tensor).name;
    value->source_tensor = tensor;
    values_[static_cast<size_t>(tensor)] = value;
  }

  // The value of a tensor that is read; constants and variables are made when they are first needed.
  Result<ir::Value*> ValueOf(int32_t tensor) {
    if (ir::Value* value = values_[static_cast<size_t>(tensor)]) return value;
    const TensorInfo& info = Info(tensor);
    LS_TRY(ir::Type type, TypeOf(tensor, true));
    ir::Value* value = nullptr;
    if (info.is_variable) {
      value = builder_.Create(tfl::kStateTensor, {}, {type})->output();
    } else if (info.sparsity != nullptr && HasFixedSize(info.dtype)) {
      value = MakeSparse(info, type);
    } else {
      value = builder_.Constant(MakeConstant(info));
      value->type.quantization = type.quantization;
    }
    value->node()->name = info.name;
    Define(tensor, value);
    return value;
  }

  Tensor MakeConstant(const TensorInfo& info) {
    const auto& shape = info.shape_signature.empty() ? info.shape : info.shape_signature;
    Dims dims(shape.begin(), shape.end());
    for (int64_t& dim : dims) dim = std::max<int64_t>(dim, 0);
    const auto data = model_.data(info);
    if (data && !data->empty()) return ConstantOf(info, model_.owner, *data, std::move(dims));
    if (info.dtype == DType::kString) return Tensor::OfStrings(std::move(dims), {});
    return Tensor::Zeros(info.dtype, std::move(dims));
  }

  ir::Value* MakeSparse(const TensorInfo& info, const ir::Type& type) {
    const tflite::Sparsity& sparsity = *info.sparsity;
    const Bytes data = model_.data(info).value_or(Bytes());
    const auto stored = static_cast<int64_t>(data.size()) * 8 / BitsOf(info.dtype);
    ir::Node* node = builder_.Create(tfl::kSparseConstant, {}, {type});
    const auto wide = [](const std::vector<int32_t>& from) {
      return std::vector<int64_t>(from.begin(), from.end());
    };
    node->attributes.Set("values", Tensor(info.dtype, {stored}, model_.owner, data));
    node->attributes.Set("traversal_order", wide(sparsity.traversal_order));
    node->attributes.Set("block_map", wide(sparsity.block_map));
    std::vector<int64_t> dense_sizes;
    for (size_t level = 0; level < sparsity.dimensions.size(); ++level) {
      const auto& dimension = sparsity.dimensions[level];
      dense_sizes.push_back(dimension.sparse ? -1 : dimension.dense_size);
      if (!dimension.sparse) continue;
      node->attributes.Set("segments_" + std::to_string(level), wide(dimension.segments));
      node->attributes.Set("indices_" + std::to_string(level), wide(dimension.indices));
    }
    node->attributes.Set("dense_sizes", std::move(dense_sizes));
    return node->output();
  }

  const ir::OpDef& OpOfCode(const tflite::OperatorCode& code) {
    if (code.builtin == tflite::kCustomCode) return module_.UnknownOp(ir::Dialect::kTfl, code.custom);
    if (const tfl::Op* op = tfl::FindOpOfCode(code.builtin)) return *op;
    return module_.UnknownOp(ir::Dialect::kTfl, "BUILTIN_" + std::to_string(code.builtin));
  }

  Result<void> ImportOperator(size_t index) {
    const Operator& from = graph_.operators[index];
    const tflite::OperatorCode& code = model_.codes[from.code];
    const ir::OpDef& op = OpOfCode(code);
    const std::string name = from.outputs.empty() ? std::string() : Info(from.outputs[0]).name;
    ir::Origin origin;
    origin.node = name;
    origin.op = op.name;
    origin.function = subgraph_ == 0 ? std::string() : function_.name;
    origin.subgraph = static_cast<int32_t>(subgraph_);
    origin.operator_index = static_cast<int32_t>(index);
    builder_.origin = module_.origins.Add(std::move(origin));

    std::vector<ir::Value*> operands;
    for (const int32_t tensor : from.inputs) {
      if (tensor == -1) {
        operands.push_back(nullptr);
        continue;
      }
      LS_TRY(ir::Value * value, ValueOf(tensor));
      operands.push_back(value);
    }
    LS_RETURN_IF_FAILED(AddIntermediates(from, operands));
    std::vector<ir::Type> types;
    for (const int32_t tensor : from.outputs) {
      LS_TRY(ir::Type type, TypeOf(tensor, false));
      types.push_back(std::move(type));
    }
    ir::Node* node = builder_.Create(op, operands, std::move(types));
    node->name = name;
    for (size_t i = 0; i < from.outputs.size(); ++i) Define(from.outputs[i], node->output(i));
    SetAttributes(from, code, *node);
    const auto variable = [&](int32_t tensor) { return Info(tensor).is_variable; };
    if (std::any_of(from.outputs.begin(), from.outputs.end(), variable)) {
      node->attributes.Set("_writes_variable", true);
    }
    if (!from.intermediates.empty()) {
      node->attributes.Set("intermediate_count", static_cast<int64_t>(from.intermediates.size()));
    }
    return {};
  }

  void SetAttributes(const Operator& from, const tflite::OperatorCode& code, ir::Node& node) {
    const tfl::Op* op = tfl::OpOf(node);
    if (from.unknown_options || (!from.options.empty() && op != nullptr && from.options != op->options)) {
      ReportOptions(from, node);
      if (from.unknown_options) node.attributes.Set("unknown_options", true);
    } else {
      node.attributes = from.attributes;
      ReferToFunctions(from, node);
    }
    if (code.builtin == tflite::kCustomCode) {
      if (from.custom_options) {
        const auto size = static_cast<int64_t>(from.custom_options->size());
        node.attributes.Set("custom_options",
                            Tensor(DType::kUInt8, {size}, model_.owner, *from.custom_options));
      }
    } else if (op == nullptr) {
      node.attributes.Set("builtin_code", int64_t{code.builtin});
    }
    node.attributes.Set("version", int64_t{code.version});
  }

  void ReportOptions(const Operator& from, const ir::Node& node) {
    (void)context_.findings.Report(Finding(Code::kUnknownAttribute)
                                       .As(Severity::kWarning)
                                       .Op(node.op_name())
                                       .Node(node.name)
                                       .Headline("options of {} are ignored", node.op_name())
                                       .Cause("{}", from.unknown_options
                                                        ? "their table is newer than this program"
                                                        : fmt::format("the file gives it {}", from.options))
                                       .Fix("use a newer release of this program if the results are wrong"));
  }

  void ReferToFunctions(const Operator& from, ir::Node& node) {
    const auto refer = [&](int64_t subgraph) {
      return FunctionRef{module_.functions()[static_cast<size_t>(subgraph)]->name};
    };
    for (const std::string& field : tflite::SubgraphFields(from.options)) {
      const Attribute* attribute = node.attributes.Find(field);
      if (attribute == nullptr) continue;
      if (const auto* index = std::get_if<int64_t>(attribute)) {
        node.attributes.Set(field, refer(*index));
      } else if (const auto* indices = std::get_if<std::vector<int64_t>>(attribute)) {
        std::vector<FunctionRef> refs;
        for (const int64_t entry : *indices) refs.push_back(refer(entry));
        node.attributes.Set(field, std::move(refs));
      }
    }
  }

  // Tensors of which only the quantization counts, after the op's real operands.
  Result<void> AddIntermediates(const Operator& from, std::vector<ir::Value*>& operands) {
    for (const int32_t tensor : from.intermediates) {
      ir::Value*& value = operands.emplace_back();
      if (tensor == -1) continue;
      LS_TRY(ir::Type type, TypeOf(tensor, true));
      ir::Node* node = builder_.Create(tfl::kStateTensor, {}, {std::move(type)});
      node->attributes.Set("intermediate", true);
      node->name = Info(tensor).name;
      value = node->output();
      value->name = Info(tensor).name;
      value->source_tensor = tensor;
    }
    return {};
  }

  const tflite::Model& model_;
  const tflite::Subgraph& graph_;
  size_t subgraph_;
  ir::Module& module_;
  ir::Function& function_;
  ir::Builder builder_;
  Context& context_;
  std::vector<ir::Value*> values_;
  bool old_;  // no tensor says that its rank is known: the file is older than that field
};

}  // namespace

Result<void> ImportGraph(const tflite::Model& model, size_t subgraph, const std::vector<int32_t>& results,
                         ir::Module& module, Context& context) {
  return GraphImporter(model, subgraph, module, context).Import(results);
}

}  // namespace litesmith::import_tflite
