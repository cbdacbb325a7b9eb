#include "export/tflite/export_graph.h"

#include <fmt/format.h>

#include <limits>
#include <unordered_set>

#include "base/check.h"
#include "base/finding.h"
#include "tensor/half.h"
#include "tfl/ops.h"

namespace litesmith::export_tflite {
namespace {

using tflite::TensorInfo;

class GraphExporter {
 public:
  GraphExporter(const ir::Function& function, ExportState& state)
      : function_(function), state_(state), index_(state.model.subgraphs.size()) {
    state.model.subgraphs.emplace_back().name = function.name;
    for (const ir::Node& node : function.nodes()) {
      for (size_t i = 0; i < node.output_count(); ++i) own_.insert(node.output(i)->name);
    }
  }

  Result<ExportedGraph> Export() {
    NameInterface();
    ExportedGraph exported;
    for (size_t i = 0; i < function_.parameter_count(); ++i) {
      LS_TRY(const int32_t tensor, TensorOf(*function_.parameter(i)));
      exported.parameters.push_back(tensor);
    }
    for (const ir::Node& node : function_.nodes()) {
      if (node.op().dialect == ir::Dialect::kCore) continue;
      LS_RETURN_IF_FAILED(ExportNode(node));
    }
    for (size_t i = 0; i < function_.result_count(); ++i) {
      LS_TRY(const int32_t tensor, TensorOf(*function_.result(i)));
      exported.results.push_back(tensor);
    }
    graph().inputs = exported.parameters;
    graph().outputs = exported.results;
    return exported;
  }

 private:
  tflite::Subgraph& graph() { return state_.model.subgraphs[index_]; }

  // Parameters and results have the first choice of names.
  void NameInterface() {
    const auto name = [&](const ir::Value& value, const std::vector<std::string>& names, size_t i) {
      if (names_.contains(&value)) return;
      names_[&value] = FreeName(!value.name.empty() || i >= names.size() ? value.name : names[i], value);
    };
    for (size_t i = 0; i < function_.parameter_count(); ++i) {
      name(*function_.parameter(i), function_.parameter_names, i);
    }
    for (size_t i = 0; i < function_.result_count(); ++i)
      name(*function_.result(i), function_.result_names, i);
  }

  // A nameless value is a step on the way to what its node's name stands for, and must not be taken for it.
  std::string FreeName(std::string wanted, const ir::Value& value) {
    const bool nameless = wanted.empty();
    if (nameless && value.node() != nullptr) {
      const ir::Node& node = *value.node();
      wanted =
          node.name.empty() ? std::string(node.op_name()) : fmt::format("{}/{}", node.name, node.op_name());
      if (value.index() > 0) wanted += ":" + std::to_string(value.index());
    }
    if (wanted.empty()) wanted = "input";
    if (!(nameless && own_.contains(wanted)) && taken_.insert(wanted).second) return wanted;
    for (size_t& next = numbers_[wanted];;) {
      std::string numbered = fmt::format("{}_{}", wanted, ++next);
      if (!own_.contains(numbered) && taken_.insert(numbered).second) return numbered;
    }
  }

  Result<int32_t> TensorOf(const ir::Value& value) {
    const auto found = tensors_.find(&value);
    if (found != tensors_.end()) return found->second;
    TensorInfo info;
    const auto named = names_.find(&value);
    info.name = named != names_.end() ? named->second : FreeName(value.name, value);
    info.dtype = value.type.dtype;
    LS_RETURN_IF_FAILED(SetShape(value, info));
    if (value.node() != nullptr) SetStorage(*value.node(), info);
    LS_RETURN_IF_FAILED(SetQuantization(value, info));
    const auto index = static_cast<int32_t>(graph().tensors.size());
    graph().tensors.push_back(std::move(info));
    tensors_[&value] = index;
    return index;
  }

  Result<void> SetShape(const ir::Value& value, TensorInfo& info) {
    const Shape& shape = value.type.shape;
    info.has_rank = shape.ranked();
    if (!shape.ranked()) return {};
    bool unknown = false;
    for (const Dim dim : shape.dims()) {
      if (dim.value_or(0) > std::numeric_limits<int32_t>::max()) {
        return TooLarge(value, info, "dimensions have 31 bits there");
      }
      unknown |= !dim.known();
      info.shape.push_back(static_cast<int32_t>(dim.value_or(1)));
      info.shape_signature.push_back(static_cast<int32_t>(dim.value_or(-1)));
    }
    if (unknown) return {};
    info.shape_signature.clear();
    const std::optional<int64_t> elements = shape.elements();
    const auto bytes = elements && HasFixedSize(info.dtype) ? BytesOf(info.dtype, *elements) : std::nullopt;
    const auto limit = static_cast<size_t>(state_.context.limits.max_tensor_bytes);
    if (elements && (!HasFixedSize(info.dtype) || (bytes && *bytes <= limit))) return {};
    return TooLarge(value, info, fmt::format("a tensor has at most {} bytes here", limit));
  }

  Failed TooLarge(const ir::Value& value, const TensorInfo& info, std::string_view rule) {
    Finding finding(Code::kTensorTooLarge);
    if (value.node() != nullptr) finding.Op(value.node()->op_name());
    finding.Node(info.name)
        .Headline("'{}' is too large for a .tflite", info.name)
        .Cause("its shape is {}; {}", ToText(value.type.shape), rule)
        .Fix("give the tensor a smaller shape, or split it: no device could hold it");
    return state_.context.findings.Report(std::move(finding));
  }

  void SetStorage(const ir::Node& node, TensorInfo& info) {
    if (node.Is(ir::kConstant)) {
      info.buffer = state_.buffers.Add(node.attributes.FindAs<Tensor>("value")->bytes());
    } else if (node.Is(tfl::kStateTensor)) {
      info.is_variable = !node.attributes.Bool("intermediate");
    } else if (node.attributes.Bool("_writes_variable")) {
      info.is_variable = true;
    } else if (node.Is(tfl::kSparseConstant)) {
      info.buffer = state_.buffers.Add(node.attributes.FindAs<Tensor>("values")->bytes());
      info.sparsity = SparsityOf(node);
    }
  }

  static std::shared_ptr<const tflite::Sparsity> SparsityOf(const ir::Node& node) {
    const auto narrow = [&](const std::string& name) {
      const std::vector<int64_t> from = node.attributes.Ints(name);
      return std::vector<int32_t>(from.begin(), from.end());
    };
    auto sparsity = std::make_shared<tflite::Sparsity>();
    sparsity->traversal_order = narrow("traversal_order");
    sparsity->block_map = narrow("block_map");
    for (const int32_t size : narrow("dense_sizes")) {
      const std::string level = std::to_string(sparsity->dimensions.size());
      tflite::Sparsity::Dimension& dimension = sparsity->dimensions.emplace_back();
      dimension.sparse = size < 0;
      dimension.dense_size = std::max(size, 0);
      dimension.segments = narrow("segments_" + level);
      dimension.indices = narrow("indices_" + level);
    }
    return sparsity;
  }

  Result<void> SetQuantization(const ir::Value& value, TensorInfo& info) {
    const auto& quantization = value.type.quantization;
    if (quantization == nullptr || quantization->scale.empty()) return {};
    if (quantization->block_size == 0) {
      info.quantization = quantization;
      return {};
    }
    info.blockwise = tflite::BlockwiseScales{AddScales(*quantization, info), -1, quantization->block_size};
    return {};
  }

  // A tensor of float16 with one scale a block. Zero points other than 0 have no kernel anywhere.
  int32_t AddScales(const Quantization& quantization, const TensorInfo& of) {
    Dims dims(of.shape.begin(), of.shape.end());
    LS_CHECK(!dims.empty());
    dims.back() /= quantization.block_size;
    std::vector<Half> scales;
    for (const float scale : quantization.scale) scales.push_back(Half(scale));
    TensorInfo info;
    info.name = of.name + "_scales";
    while (!taken_.insert(info.name).second) info.name += "_";
    info.dtype = DType::kFloat16;
    info.has_rank = true;
    info.shape.assign(dims.begin(), dims.end());
    info.buffer = state_.buffers.Keep(Tensor::Of<Half>(dims, scales));
    graph().tensors.push_back(std::move(info));
    return static_cast<int32_t>(graph().tensors.size()) - 1;
  }

  Result<void> ExportNode(const ir::Node& node) {
    LS_TRY(tflite::Operator op, ExportOp(node, state_));
    const auto intermediates = static_cast<size_t>(node.attributes.Int("intermediate_count"));
    LS_CHECK(intermediates <= node.operand_count());
    const size_t inputs = node.operand_count() - intermediates;
    for (size_t i = 0; i < node.operand_count(); ++i) {
      int32_t tensor = -1;
      if (const ir::Value* value = node.operand(i)) {
        LS_TRY(tensor, TensorOf(*value));
      }
      (i < inputs ? op.inputs : op.intermediates).push_back(tensor);
    }
    for (size_t i = 0; i < node.output_count(); ++i) {
      LS_TRY(const int32_t tensor, TensorOf(*node.output(i)));
      op.outputs.push_back(tensor);
    }
    graph().operators.push_back(std::move(op));
    return {};
  }

  const ir::Function& function_;
  ExportState& state_;
  size_t index_;
  std::unordered_map<const ir::Value*, int32_t> tensors_;
  std::unordered_map<const ir::Value*, std::string> names_;  // of parameters and results
  std::unordered_set<std::string> taken_;
  std::unordered_set<std::string> own_;  // of values that have a name themselves
  std::unordered_map<std::string, size_t> numbers_;
};

}  // namespace

Result<ExportedGraph> ExportGraph(const ir::Function& function, ExportState& state) {
  return GraphExporter(function, state).Export();
}

}  // namespace litesmith::export_tflite
