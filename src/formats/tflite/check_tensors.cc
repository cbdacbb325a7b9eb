#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "formats/tflite/check.h"
#include "formats/tflite/damage.h"
#include "tensor/strings.h"

namespace litesmith::tflite {
namespace {

// The dimensions, -1 where one is unknown.
std::vector<int64_t> DimsOf(const TensorInfo& tensor) {
  const auto& from = tensor.shape_signature.empty() ? tensor.shape : tensor.shape_signature;
  return {from.begin(), from.end()};
}

class TensorChecker {
 public:
  TensorChecker(const Model& model, size_t subgraph, size_t index, Context& context)
      : model_(model),
        tensor_(model.subgraphs[subgraph].tensors[index]),
        subgraph_(subgraph),
        index_(index),
        context_(context) {}

  Result<void> Check() {
    LS_RETURN_IF_FAILED(CheckShape());
    if (tensor_.buffer >= model_.buffers.size() && tensor_.buffer != 0) {
      return Damaged("is in buffer {}, but there are {}", tensor_.buffer, model_.buffers.size());
    }
    if (tensor_.quantization != nullptr) LS_RETURN_IF_FAILED(CheckQuantization(*tensor_.quantization));
    if (tensor_.blockwise) LS_RETURN_IF_FAILED(CheckBlockwise(*tensor_.blockwise));
    const auto data = model_.data(tensor_);
    if (!data || data->empty()) return {};
    if (tensor_.is_variable) return Damaged("is a variable and a constant");
    return CheckData(*data);
  }

 private:
  template <class... A>
  Failed Damaged(fmt::format_string<A...> text, A&&... arguments) {
    return ReportDamage(context_.findings, NameOfTensor(model_, subgraph_, static_cast<int64_t>(index_)) +
                                               " " + fmt::format(text, std::forward<A>(arguments)...));
  }

  Result<void> CheckShape() {
    if (tensor_.shape.size() > static_cast<size_t>(context_.limits.max_rank)) {
      return Damaged("has {} dimensions, at most {} are taken", tensor_.shape.size(),
                     context_.limits.max_rank);
    }
    if (!tensor_.shape_signature.empty() && tensor_.shape_signature.size() != tensor_.shape.size()) {
      return Damaged("has {} dimensions in its shape and {} in its shape signature", tensor_.shape.size(),
                     tensor_.shape_signature.size());
    }
    std::vector<int64_t> known;
    for (const int64_t dim : DimsOf(tensor_)) {
      if (dim < -1) return Damaged("has a dimension of {}", dim);
      if (dim >= 0) known.push_back(dim);
    }
    const auto elements = CheckedProduct(known);
    const auto bytes =
        elements && HasFixedSize(tensor_.dtype) ? BytesOf(tensor_.dtype, *elements) : std::nullopt;
    const bool too_large = !elements || (HasFixedSize(tensor_.dtype) && !bytes) ||
                           (bytes && *bytes > static_cast<size_t>(context_.limits.max_tensor_bytes));
    if (too_large) return Damaged("has the shape {}, which is too large", ToText(known));
    return {};
  }

  Result<void> CheckQuantization(const Quantization& quantization) {
    const size_t scales = quantization.scale.size();
    const auto bad = [](float scale) { return !std::isfinite(scale) || scale < 0; };
    if (std::any_of(quantization.scale.begin(), quantization.scale.end(), bad)) {
      return Invalid("has a scale that is negative or not a number");
    }
    const size_t zeros = quantization.zero_point.size();
    if (zeros > 1 && zeros != scales) return Invalid("has {} scales and {} zero points", scales, zeros);
    if (scales == 1) return {};
    const std::vector<int64_t> dims = DimsOf(tensor_);
    const int dimension = quantization.dimension;
    if (dimension < 0 || static_cast<size_t>(dimension) >= dims.size()) {
      return Invalid("is quantized along dimension {}, but has {}", dimension, dims.size());
    }
    const int64_t slices = dims[static_cast<size_t>(dimension)];
    if (slices >= 0 && static_cast<size_t>(slices) != scales) {
      return Invalid("has {} scales for the {} slices along dimension {}", scales, slices, dimension);
    }
    return {};
  }

  template <class... A>
  Failed Invalid(fmt::format_string<A...> text, A&&... arguments) {
    return ReportDamage(context_.findings,
                        NameOfTensor(model_, subgraph_, static_cast<int64_t>(index_)) + " " +
                            fmt::format(text, std::forward<A>(arguments)...),
                        Code::kQuantizationInvalid);
  }

  Result<void> CheckBlockwise(const BlockwiseScales& blockwise) {
    const auto& tensors = model_.subgraphs[subgraph_].tensors;
    const auto exists = [&](int32_t tensor) {
      return tensor >= 0 && static_cast<size_t>(tensor) < tensors.size();
    };
    if (!exists(blockwise.scales))
      return Invalid("has its scales in tensor {}, which is not there", blockwise.scales);
    if (blockwise.zero_points >= 0 && !exists(blockwise.zero_points)) {
      return Invalid("has its zero points in tensor {}, which is not there", blockwise.zero_points);
    }
    if (blockwise.block_size < 1)
      return Invalid("is quantized in blocks of {} elements", blockwise.block_size);
    const std::vector<int64_t> dims = DimsOf(tensor_);
    const bool whole =
        CheckedProduct(dims).has_value() && !dims.empty() && dims.back() % blockwise.block_size == 0;
    if (!whole)
      return Invalid("is quantized in blocks of {}, which do not fit its shape", blockwise.block_size);
    const TensorInfo& scales = tensors[static_cast<size_t>(blockwise.scales)];
    const std::vector<int64_t> scale_dims = DimsOf(scales);
    const auto expected = *CheckedProduct(dims) / blockwise.block_size;
    if (!IsFloat(scales.dtype) || CheckedProduct(scale_dims) != expected) {
      return Invalid("needs {} scales, but tensor {} is {}{}", expected, blockwise.scales,
                     NameOf(scales.dtype), ToText(scale_dims));
    }
    return {};
  }

  Result<void> CheckData(Bytes data) {
    const std::vector<int64_t> dims = DimsOf(tensor_);
    const auto elements = CheckedProduct(dims);
    if (!elements) return Damaged("is a constant, but its shape is not known");
    if (tensor_.dtype == DType::kString) {
      const auto strings = UnpackStrings(data);
      if (!strings) return Damaged("holds strings whose offsets do not fit its {} bytes", data.size());
      if (static_cast<int64_t>(strings->size()) != *elements) {
        return Damaged("holds {} strings, its shape {} asks for {}", strings->size(), ToText(dims),
                       *elements);
      }
      return {};
    }
    if (!HasFixedSize(tensor_.dtype)) return {};
    int64_t stored = *elements;
    if (tensor_.sparsity != nullptr) {
      const auto count = StoredElements(*tensor_.sparsity, tensor_.shape);
      if (!count) return Damaged("is sparse, but the description of its storage contradicts itself");
      stored = *count;
    }
    const auto bytes = BytesOf(tensor_.dtype, stored);
    if (!bytes || *bytes != data.size()) {
      return Damaged("holds {} bytes, its shape {} of {} takes {}", data.size(), ToText(dims),
                     NameOf(tensor_.dtype), bytes.value_or(0));
    }
    return {};
  }

  const Model& model_;
  const TensorInfo& tensor_;
  size_t subgraph_, index_;
  Context& context_;
};

bool IsPermutation(const std::vector<int32_t>& order, size_t size) {
  if (order.size() != size) return false;
  std::vector<bool> seen(size);
  for (const int32_t entry : order) {
    if (entry < 0 || static_cast<size_t>(entry) >= size || seen[static_cast<size_t>(entry)]) return false;
    seen[static_cast<size_t>(entry)] = true;
  }
  return true;
}

// `size` is that of the dimension; empty if the segments do not cover `parents` or an index is out of range.
std::optional<int64_t> StoredBelow(const Sparsity::Dimension& dimension, int64_t parents, int64_t size) {
  const auto& segments = dimension.segments;
  if (segments.empty() || static_cast<int64_t>(segments.size()) - 1 != parents) return std::nullopt;
  if (segments.front() != 0 || !std::is_sorted(segments.begin(), segments.end())) return std::nullopt;
  if (segments.back() != static_cast<int64_t>(dimension.indices.size())) return std::nullopt;
  for (const int32_t index : dimension.indices) {
    if (index < 0 || index >= size) return std::nullopt;
  }
  return segments.back();
}

}  // namespace

std::optional<int64_t> StoredElements(const Sparsity& sparsity, const std::vector<int32_t>& shape) {
  const size_t rank = shape.size(), blocks = sparsity.block_map.size();
  if (!IsPermutation(sparsity.traversal_order, rank + blocks)) return std::nullopt;
  if (sparsity.dimensions.size() != rank + blocks) return std::nullopt;
  // Sizes of the outer dimensions are those of the shape, divided by the block along them.
  std::vector<int64_t> sizes(shape.begin(), shape.end());
  sizes.resize(rank + blocks);
  for (size_t level = 0; level < sizes.size(); ++level) {
    const auto dimension = static_cast<size_t>(sparsity.traversal_order[level]);
    if (dimension < rank) continue;
    const int32_t outer = sparsity.block_map[dimension - rank];
    const int32_t block = sparsity.dimensions[level].dense_size;
    if (outer < 0 || static_cast<size_t>(outer) >= rank || block < 1) return std::nullopt;
    if (sparsity.dimensions[level].sparse) return std::nullopt;
    int64_t& size = sizes[static_cast<size_t>(outer)];
    if (size % block != 0) return std::nullopt;
    size /= block;
    sizes[dimension] = block;
  }
  int64_t stored = 1;
  for (size_t level = 0; level < sizes.size(); ++level) {
    const int64_t size = sizes[static_cast<size_t>(sparsity.traversal_order[level])];
    const Sparsity::Dimension& dimension = sparsity.dimensions[level];
    std::optional<int64_t> below;
    if (dimension.sparse) {
      below = StoredBelow(dimension, stored, size);
    } else if (dimension.dense_size == size) {
      below = CheckedMul(stored, size);
    }
    if (!below) return std::nullopt;
    stored = *below;
  }
  return stored;
}

Result<void> CheckTensor(const Model& model, size_t subgraph, size_t tensor, Context& context) {
  return TensorChecker(model, subgraph, tensor, context).Check();
}

}  // namespace litesmith::tflite
