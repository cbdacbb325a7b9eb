// Einsum: sums of products named by letters.
#include <algorithm>
#include <string>

#include "base/checked.h"
#include "evaluate/contraction.h"
#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// An operand of Einsum with one label per axis; broadcast axes ("...") have labels from 256 on.
struct Labelled {
  Tensor tensor;
  std::vector<int> labels;
};

int FindLabel(const std::vector<int>& labels, int label) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  return found == labels.end() ? -1 : static_cast<int>(found - labels.begin());
}

// "ab...c" for a tensor of `rank`; the axes of the ellipsis are numbered from the right, so that operands
// align.
Result<std::vector<int>> LabelsOf(const Call& call, std::string_view text, int rank) {
  std::vector<int> labels;
  const size_t dots = text.find("...");
  const size_t letters = text.size() - (dots == std::string_view::npos ? 0 : 3);
  const bool fits =
      dots == std::string_view::npos ? static_cast<int>(letters) == rank : static_cast<int>(letters) <= rank;
  if (!fits) return call.Fail(fmt::format("\"{}\" does not fit an operand of rank {}", text, rank));
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == dots) {
      for (int open = rank - static_cast<int>(letters); open > 0; --open) labels.push_back(255 + open);
      i += 2;
      continue;
    }
    labels.push_back(static_cast<unsigned char>(text[i]));
  }
  return labels;
}

// Takes the diagonal where a label repeats, so that each label names one axis.
Result<Labelled> WithoutRepeats(const Call& call, const Labelled& operand) {
  const Dims dense = DenseStrides(operand.tensor.dims());
  std::vector<int> labels;
  Dims dims, strides;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    const int at = FindLabel(labels, operand.labels[axis]);
    if (at < 0) {
      labels.push_back(operand.labels[axis]);
      dims.push_back(operand.tensor.dims()[axis]);
      strides.push_back(dense[axis]);
    } else {
      if (dims[static_cast<size_t>(at)] != operand.tensor.dims()[axis]) {
        return call.Fail("axes of one label differ in length");
      }
      strides[static_cast<size_t>(at)] += dense[axis];
    }
  }
  if (labels.size() == operand.labels.size()) return operand;
  LS_TRY(Tensor tensor, Rearranged(call, operand.tensor, dims, strides, 0));
  return Labelled{std::move(tensor), std::move(labels)};
}

// Sums over all axes whose label `keep` refuses: a product with ones.
template <class Keep>
Result<Labelled> SummedOver(const Call& call, const Labelled& operand, Keep keep) {
  std::vector<int> order, labels;
  Dims kept;
  int64_t summed = 1;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    if (!keep(operand.labels[axis])) continue;
    order.push_back(static_cast<int>(axis));
    labels.push_back(operand.labels[axis]);
    kept.push_back(operand.tensor.dims()[axis]);
  }
  if (labels.size() == operand.labels.size()) return operand;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    if (keep(operand.labels[axis])) continue;
    order.push_back(static_cast<int>(axis));
    summed *= operand.tensor.dims()[axis];
  }
  LS_TRY(const Tensor moved, Permuted(call, operand.tensor, order));
  const int64_t rows = ProductOf(kept, 0, static_cast<int>(kept.size()));
  LS_TRY(Tensor ones, Allocate(call, operand.tensor.dtype(), {summed, 1}));
  Dispatch(Numbers{}, ones.dtype(),
           [&]<class T>(std::type_identity<T>) { std::ranges::fill(ones.mutable_data<T>(), T{1}); });
  LS_TRY(const Tensor product, MatrixProduct(call, moved.Reshaped({rows, summed}), ones));
  return Labelled{product.Reshaped(std::move(kept)), std::move(labels)};
}

// The axes of `groups`, one after another, each group merged into one dimension.
Result<Tensor> Grouped(const Call& call, const Labelled& operand,
                       const std::vector<std::vector<int>>& groups) {
  std::vector<int> order;
  Dims dims;
  for (const auto& group : groups) {
    int64_t product = 1;
    for (int label : group) {
      order.push_back(FindLabel(operand.labels, label));
      product *= operand.tensor.dims()[static_cast<size_t>(order.back())];
    }
    dims.push_back(product);
  }
  LS_TRY(const Tensor moved, Permuted(call, operand.tensor, order));
  return moved.Reshaped(std::move(dims));
}

// Two operands, each label once in each: [batch, free a, summed] x [batch, summed, free b].
Result<Labelled> Contracted(const Call& call, Labelled a, Labelled b, const std::vector<int>& wanted) {
  LS_TRY(a, SummedOver(call, a, [&](int label) {
           return FindLabel(b.labels, label) >= 0 || FindLabel(wanted, label) >= 0;
         }));
  LS_TRY(b, SummedOver(call, b, [&](int label) {
           return FindLabel(a.labels, label) >= 0 || FindLabel(wanted, label) >= 0;
         }));
  std::vector<int> batch, summed, free_a, free_b;
  Dims batch_dims, a_dims, b_dims;
  for (size_t axis = 0; axis < a.labels.size(); ++axis) {
    const int label = a.labels[axis], other = FindLabel(b.labels, label);
    const int64_t dim = a.tensor.dims()[axis];
    const int64_t other_dim = other < 0 ? dim : b.tensor.dims()[static_cast<size_t>(other)];
    if (dim != other_dim) {
      return call.Fail(fmt::format("axes of one label have {} and {} elements", dim, other_dim));
    }
    (other < 0 ? free_a : FindLabel(wanted, label) >= 0 ? batch : summed).push_back(label);
    if (other < 0)
      a_dims.push_back(dim);
    else if (FindLabel(wanted, label) >= 0)
      batch_dims.push_back(dim);
  }
  for (size_t axis = 0; axis < b.labels.size(); ++axis) {
    if (FindLabel(a.labels, b.labels[axis]) >= 0) continue;
    free_b.push_back(b.labels[axis]);
    b_dims.push_back(b.tensor.dims()[axis]);
  }
  LS_TRY(const Tensor left, Grouped(call, a, {batch, free_a, summed}));
  LS_TRY(const Tensor right, Grouped(call, b, {batch, summed, free_b}));
  LS_TRY(const Tensor product, MatrixProduct(call, left, right));
  Labelled result;
  for (const auto* labels : {&batch, &free_a, &free_b}) {
    result.labels.insert(result.labels.end(), labels->begin(), labels->end());
  }
  Dims dims = batch_dims;
  dims.insert(dims.end(), a_dims.begin(), a_dims.end());
  dims.insert(dims.end(), b_dims.begin(), b_dims.end());
  result.tensor = product.Reshaped(std::move(dims));
  return result;
}

// Axes of the ellipsis broadcast: those of length 1, where the other operand has more, are dropped.
Result<Labelled> WithoutBroadcast(const Call& call, const Labelled& operand, const Labelled& other) {
  Labelled result;
  Dims dims;
  for (size_t axis = 0; axis < operand.labels.size(); ++axis) {
    const int label = operand.labels[axis], at = FindLabel(other.labels, label);
    const int64_t dim = operand.tensor.dims()[axis];
    if (label >= 256 && at >= 0 && dim == 1 && other.tensor.dims()[static_cast<size_t>(at)] != 1) continue;
    result.labels.push_back(label);
    dims.push_back(dim);
  }
  if (CheckedProduct(dims) != operand.tensor.elements()) return call.Fail("its operands do not broadcast");
  result.tensor = operand.tensor.Reshaped(std::move(dims));
  return result;
}

Result<Outputs> EinsumOf(const Call& call) {
  const std::string equation = call.attributes().Text("equation");
  std::string text;
  std::ranges::copy_if(equation, std::back_inserter(text), [](char c) { return c != ' '; });
  const size_t arrow = text.find("->");
  if (arrow == std::string::npos) return call.Fail(fmt::format("equation \"{}\" has no ->", equation));
  std::string_view inputs = std::string_view(text).substr(0, arrow),
                   output = std::string_view(text).substr(arrow + 2);
  const size_t comma = inputs.find(',');
  const std::string_view sides[] = {inputs.substr(0, comma),
                                    comma == std::string_view::npos ? "" : inputs.substr(comma + 1)};
  const size_t count = comma == std::string_view::npos ? 1 : 2;
  LS_RETURN_IF_FAILED(ExpectInputs(call, count));

  std::vector<Labelled> operands;
  int open = 0;  // axes of the longest ellipsis
  for (size_t i = 0; i < count; ++i) {
    Labelled operand{Widen(call.input(i)), {}};
    LS_TRY(operand.labels, LabelsOf(call, sides[i], operand.tensor.rank()));
    for (int label : operand.labels) open = std::max(open, label - 255);
    LS_TRY(operands.emplace_back(), WithoutRepeats(call, operand));
  }
  const int letters =
      static_cast<int>(output.size()) - (output.find("...") == std::string_view::npos ? 0 : 3);
  const bool dotted = output.find("...") != std::string_view::npos;
  LS_TRY(const std::vector<int> wanted, LabelsOf(call, output, letters + (dotted ? open : 0)));

  Labelled result = operands[0];
  if (count == 1) {
    LS_TRY(result, SummedOver(call, result, [&](int label) { return FindLabel(wanted, label) >= 0; }));
  } else {
    LS_TRY(const Labelled a, WithoutBroadcast(call, operands[0], operands[1]));
    LS_TRY(const Labelled b, WithoutBroadcast(call, operands[1], operands[0]));
    LS_TRY(result, Contracted(call, a, b, wanted));
  }
  std::vector<int> order;
  for (int label : wanted) {
    order.push_back(FindLabel(result.labels, label));
    if (order.back() < 0) return call.Fail(fmt::format("\"{}\" has a label that no operand has", equation));
  }
  if (order.size() != result.labels.size()) return call.Fail(fmt::format("\"{}\" repeats a label", equation));
  LS_TRY(const Tensor moved, Permuted(call, result.tensor, order));
  return One(Narrow(moved, call.input(0).dtype()));
}

}  // namespace

LS_EVALUATE(Einsum) { return EinsumOf(call); }

}  // namespace litesmith::evaluate
