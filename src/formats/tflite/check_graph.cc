#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "formats/tflite/check.h"
#include "formats/tflite/damage.h"
#include "formats/tflite/options.h"

namespace litesmith::tflite {
namespace {

class GraphChecker {
 public:
  GraphChecker(const Model& model, size_t subgraph, Context& context)
      : model_(model), graph_(model.subgraphs[subgraph]), subgraph_(subgraph), findings_(context.findings) {}

  Result<void> Check() {
    LS_RETURN_IF_FAILED(Start());
    for (size_t i = 0; i < graph_.operators.size(); ++i) LS_RETURN_IF_FAILED(CheckOperator(i));
    for (const int32_t tensor : graph_.outputs) {
      if (!Exists(tensor)) return Missing("output", tensor);
      if (!ready_[static_cast<size_t>(tensor)]) {
        return Report(
            fmt::format("{} is an output, but nothing computes it", NameOfTensor(model_, subgraph_, tensor)));
      }
    }
    return {};
  }

 private:
  Failed Report(std::string what) { return ReportDamage(findings_, std::move(what), Code::kGraphDamaged); }
  Failed Missing(std::string_view what, int32_t tensor) {
    return Report(fmt::format("{} has {} tensors, but one {} is tensor {}", NameOfSubgraph(model_, subgraph_),
                              graph_.tensors.size(), what, tensor));
  }
  bool Exists(int32_t tensor) const {
    return tensor >= 0 && static_cast<size_t>(tensor) < graph_.tensors.size();
  }

  // Constants, variables and inputs are there from the start, and so is what has no elements. An operator may
  // write a variable that nothing has read before: official float16 files give states their start that way,
  // each time anew.
  Result<void> Start() {
    ready_.resize(graph_.tensors.size());
    fixed_.resize(graph_.tensors.size());
    for (size_t i = 0; i < graph_.tensors.size(); ++i) {
      const TensorInfo& tensor = graph_.tensors[i];
      const auto data = model_.data(tensor);
      fixed_[i] = data && !data->empty();
      const auto& shape = tensor.shape;
      ready_[i] = fixed_[i] || tensor.is_variable || std::find(shape.begin(), shape.end(), 0) != shape.end();
    }
    std::vector<bool> seen(graph_.tensors.size());
    for (const int32_t tensor : graph_.inputs) {
      if (!Exists(tensor)) return Missing("input", tensor);
      const auto index = static_cast<size_t>(tensor);
      if (seen[index]) return Report(NameOfTensor(model_, subgraph_, tensor) + " is an input twice");
      seen[index] = ready_[index] = fixed_[index] = true;
    }
    return {};
  }

  Result<void> CheckOperator(size_t index) {
    const Operator& op = graph_.operators[index];
    if (op.code >= model_.codes.size()) {
      return Report(fmt::format("operator {} of {} is of code {}, but there are {}", index,
                                NameOfSubgraph(model_, subgraph_), op.code, model_.codes.size()));
    }
    const auto wrong = [&](std::string_view what, int32_t tensor) {
      return Report(fmt::format("{} has {} {}, but the subgraph has {} tensors",
                                NameOfOperator(model_, subgraph_, index), what, tensor,
                                graph_.tensors.size()));
    };
    for (const int32_t tensor : op.inputs) {
      if (tensor == -1) continue;
      if (!Exists(tensor)) return wrong("input", tensor);
      const auto at = static_cast<size_t>(tensor);
      if (!ready_[at]) {
        return Report(fmt::format("{} reads {} before anything computes it",
                                  NameOfOperator(model_, subgraph_, index),
                                  NameOfTensor(model_, subgraph_, tensor)));
      }
      fixed_[at] = true;
    }
    for (const int32_t tensor : op.intermediates) {
      if (tensor != -1 && !Exists(tensor)) return wrong("the intermediate tensor", tensor);
    }
    for (const int32_t tensor : op.outputs) {
      if (!Exists(tensor)) return wrong("output", tensor);
      const auto at = static_cast<size_t>(tensor);
      if (fixed_[at]) {
        return Report(
            fmt::format("{} writes {}, which is an input, a constant, or has been written or read before",
                        NameOfOperator(model_, subgraph_, index), NameOfTensor(model_, subgraph_, tensor)));
      }
      ready_[at] = fixed_[at] = true;
    }
    return {};
  }

  const Model& model_;
  const Subgraph& graph_;
  size_t subgraph_;
  FindingSink& findings_;
  std::vector<bool> ready_;  // may be read
  std::vector<bool> fixed_;  // may not be written
};

// The subgraphs that an operator calls.
std::vector<int64_t> CalledBy(const Operator& op) {
  std::vector<int64_t> called;
  for (const std::string& field : SubgraphFields(op.options)) {
    if (const auto* index = op.attributes.FindAs<int64_t>(field)) called.push_back(*index);
    if (const auto* indices = op.attributes.FindAs<std::vector<int64_t>>(field)) {
      called.insert(called.end(), indices->begin(), indices->end());
    }
  }
  return called;
}

}  // namespace

Result<void> CheckGraph(const Model& model, size_t subgraph, Context& context) {
  return GraphChecker(model, subgraph, context).Check();
}

Result<void> CheckCalls(const Model& model, Context& context) {
  const size_t count = model.subgraphs.size();
  std::vector<std::vector<size_t>> calls(count);
  std::vector<size_t> callers(count);
  for (size_t i = 0; i < count; ++i) {
    const auto& operators = model.subgraphs[i].operators;
    for (size_t k = 0; k < operators.size(); ++k) {
      for (const int64_t called : CalledBy(operators[k])) {
        if (called < 0 || static_cast<size_t>(called) >= count) {
          return ReportDamage(context.findings, fmt::format("{} calls subgraph {}, but there are {}",
                                                            NameOfOperator(model, i, k), called, count));
        }
        calls[i].push_back(static_cast<size_t>(called));
        ++callers[static_cast<size_t>(called)];
      }
    }
  }
  // Callers before the called: whatever never becomes free of callers is in a circle or called from one.
  std::vector<size_t> order;
  std::vector<int> depth(count);
  for (size_t i = 0; i < count; ++i) {
    if (callers[i] == 0) order.push_back(i);
  }
  for (size_t next = 0; next < order.size(); ++next) {
    for (const size_t called : calls[order[next]]) {
      depth[called] = std::max(depth[called], depth[order[next]] + 1);
      if (--callers[called] == 0) order.push_back(called);
    }
  }
  if (order.size() < count) {
    const auto circle = std::find_if(callers.begin(), callers.end(), [](size_t left) { return left > 0; });
    const auto index = static_cast<size_t>(circle - callers.begin());
    return ReportDamage(context.findings,
                        NameOfSubgraph(model, index) + " calls itself, directly or through others",
                        Code::kRecursion);
  }
  const auto deepest = std::max_element(depth.begin(), depth.end());
  if (*deepest > context.limits.max_call_depth) {
    return ReportLimit(context.findings,
                       fmt::format("{} is reached through {} calls, at most {} are taken",
                                   NameOfSubgraph(model, static_cast<size_t>(deepest - depth.begin())),
                                   *deepest, context.limits.max_call_depth));
  }
  return {};
}

}  // namespace litesmith::tflite
