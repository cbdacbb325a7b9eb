#include <fmt/format.h>

#include "import/tflite/import_graph.h"

namespace litesmith::import_tflite {
namespace {

using tflite::TensorInfo;

Shape ShapeOf(const TensorInfo& tensor, bool scalar) {
  const auto& from = tensor.shape_signature.empty() ? tensor.shape : tensor.shape_signature;
  if (from.empty() && !tensor.has_rank && !scalar) return Shape::Unknown();
  std::vector<Dim> dims;
  for (const int32_t dim : from) dims.push_back(Dim(dim));
  return Shape(std::move(dims));
}

Failed ReportQuantization(const TensorInfo& tensor, Severity severity, std::string cause,
                          FindingSink& findings) {
  return findings.Report(Finding(Code::kQuantizationInvalid)
                             .As(severity)
                             .Headline("the quantization of tensor '{}' cannot be used", tensor.name)
                             .Cause("{}", cause)
                             .Fix("quantize the float model again"));
}

// One scale a block, from the tensor that holds them.
Result<std::shared_ptr<const Quantization>> BlockwiseQuantization(const tflite::Model& model, size_t subgraph,
                                                                  const TensorInfo& tensor,
                                                                  FindingSink& findings) {
  const auto& tensors = model.subgraphs[subgraph].tensors;
  const auto values = [&](int32_t index) -> std::optional<Tensor> {
    const TensorInfo& info = tensors[static_cast<size_t>(index)];
    const auto data = model.data(info);
    if (!data || data->empty() || info.sparsity != nullptr) return std::nullopt;
    return Tensor(info.dtype, Dims(info.shape.begin(), info.shape.end()), model.owner, *data);
  };
  auto quantization = std::make_shared<Quantization>();
  quantization->block_size = tensor.blockwise->block_size;
  quantization->dimension = static_cast<int>(tensor.shape.size()) - 1;
  const auto scales = values(tensor.blockwise->scales);
  const auto numbers = scales ? scales->ToDouble() : std::nullopt;
  if (!numbers)
    return ReportQuantization(tensor, Severity::kError, "its scales are not in the file", findings);
  quantization->scale.assign(numbers->begin(), numbers->end());
  if (tensor.blockwise->zero_points >= 0) {
    const auto zeros = values(tensor.blockwise->zero_points);
    const auto integers = zeros ? zeros->ToInt64() : std::nullopt;
    if (!integers || (integers->size() != 1 && integers->size() != numbers->size())) {
      return ReportQuantization(tensor, Severity::kError, "its zero points are not as many as its scales",
                                findings);
    }
    quantization->zero_point = *integers;
  }
  return std::shared_ptr<const Quantization>(std::move(quantization));
}

}  // namespace

Result<ir::Type> TypeOfTensor(const tflite::Model& model, size_t subgraph, const TensorInfo& tensor,
                              bool scalar, FindingSink& findings) {
  ir::Type type{tensor.dtype, ShapeOf(tensor, scalar), tensor.quantization};
  if (tensor.blockwise) {
    LS_TRY(type.quantization, BlockwiseQuantization(model, subgraph, tensor, findings));
  }
  if (tensor.other_quantization) {
    (void)ReportQuantization(
        tensor, Severity::kWarning,
        "its parameters are in a form that this program does not read (custom, or along several "
        "axes); they are left out",
        findings);
  }
  return type;
}

}  // namespace litesmith::import_tflite
