// IF, STABLEHLO_CASE, CALL_ONCE, STABLEHLO_COMPOSITE: ops that run one subgraph of several, or the only one.
#include "runtime/calls.h"

#include <cstring>

#include "runtime/node_report.h"
#include "runtime/runtime_kernels.h"

namespace litesmith::runtime {

Result<std::unique_ptr<Subgraph>> BuildCalled(Session& session, const ir::Node& node,
                                              const FunctionRef* function, std::string_view attribute,
                                              int depth) {
  const ir::Function* found =
      function != nullptr ? session.shared->module().FindFunction(function->name) : nullptr;
  if (found == nullptr) {
    return session.context.findings.Report(NodeFinding(
        Code::kFunctionMissing, node, fmt::format("its {} names no subgraph of the file", attribute)));
  }
  return Subgraph::Build(session, *found, depth + 1);
}

Result<void> CheckInputs(PrepareContext& context, const Subgraph& called, size_t first) {
  if (context.input_count() < first || context.input_count() - first != called.input_count()) {
    return context.Mismatch("it gives {} tensors to a subgraph that takes {}",
                            context.input_count() - std::min(first, context.input_count()),
                            called.input_count());
  }
  for (size_t i = 0; i < called.input_count(); ++i) {
    const TensorView& given = context.input(first + i);
    if (!given.present) return context.Mismatch("input {} is left out, but its subgraph takes it", first + i);
    if (given.dtype != called.input(i).dtype) {
      return context.Report(Code::kDtypeMismatch,
                            fmt::format("input {} is {}, its subgraph takes {}", first + i,
                                        NameOf(given.dtype), NameOf(called.input(i).dtype)));
    }
  }
  return {};
}

Result<void> CheckOutputs(PrepareContext& context, const Subgraph& called) {
  if (context.output_count() > called.output_count()) {
    return context.Mismatch("it has {} results, its subgraph gives {}", context.output_count(),
                            called.output_count());
  }
  for (size_t i = 0; i < context.output_count(); ++i) {
    if (context.output(i).dtype == called.output(i).dtype) continue;
    return context.Report(Code::kDtypeMismatch,
                          fmt::format("result {} is {}, its subgraph gives {}", i,
                                      NameOf(context.output(i).dtype), NameOf(called.output(i).dtype)));
  }
  return {};
}

Result<void> CopyToOutput(InvokeContext& context, size_t index, const TensorView& from) {
  if (from.dtype == DType::kString) {
    LS_RETURN_IF_FAILED(context.ResizeStringOutput(index, from.dims, from.bytes));
  } else {
    LS_RETURN_IF_FAILED(context.ResizeOutput(index, from.dims));
  }
  if (from.bytes > 0) std::memcpy(context.output(index).data, from.data, from.bytes);
  return {};
}

namespace {

// Runs the branch that the first input picks (IF: a bool, CASE: an index), or the only one.
class CallKernel final : public Kernel {
 public:
  CallKernel(Session& session, size_t first_input, std::vector<std::unique_ptr<Subgraph>> branches)
      : session_(session), first_(first_input), branches_(std::move(branches)) {}

  Result<void> Prepare(PrepareContext& context) override {
    for (const auto& branch : branches_) {
      LS_RETURN_IF_FAILED(CheckInputs(context, *branch, first_));
      LS_RETURN_IF_FAILED(CheckOutputs(context, *branch));
      for (size_t i = 0; i < branch->input_count(); ++i)
        branch->SetInputShape(i, context.input(first_ + i).dims);
      LS_RETURN_IF_FAILED(branch->Prepare());
    }
    if (first_ > 0) LS_RETURN_IF_FAILED(CheckSelector(context));
    for (size_t i = 0; i < context.output_count(); ++i) {
      bool same = true;
      for (const auto& branch : branches_) {
        same =
            same && branch->output_shape_known(i) && branch->output(i).dims == branches_[0]->output(i).dims;
      }
      if (same) {
        LS_RETURN_IF_FAILED(context.SetOutput(i, branches_[0]->output(i).dims));
      } else {
        context.SetOutputDynamic(i);
      }
    }
    return {};
  }

  Result<void> Invoke(InvokeContext& context) override {
    LS_RETURN_IF_FAILED(session_.TakeLoopStep());
    Subgraph& branch = *branches_[Selected(context)];
    for (size_t i = 0; i < branch.input_count(); ++i) {
      const TensorView& given = context.input(first_ + i);
      branch.SetInputShape(i, given.dims);
      branch.BindInput(i, given.data, given.bytes);
    }
    LS_RETURN_IF_FAILED(branch.Invoke());
    for (size_t i = 0; i < context.output_count(); ++i) {
      LS_RETURN_IF_FAILED(CopyToOutput(context, i, branch.output(i)));
    }
    return {};
  }

 private:
  Result<void> CheckSelector(PrepareContext& context) const {
    const TensorView& selector = context.input(0);
    const bool fits = selector.dtype == DType::kBool || selector.dtype == DType::kInt32;
    LS_RETURN_IF_FAILED(context.Expect(fits, "what picks the branch is {}", NameOf(selector.dtype)));
    if (selector.elements() == 1) return {};
    return context.Mismatch("what picks the branch has the shape {}, not one element", ToText(selector.dims));
  }

  size_t Selected(const InvokeContext& context) const {
    if (first_ == 0) return 0;
    const TensorView& selector = context.input(0);
    // IF: then, else.
    if (selector.dtype == DType::kBool)
      return selector.as<bool>()[0] ? 0 : std::min<size_t>(1, branches_.size() - 1);
    // CASE: what is out of range takes the last branch (StableHLO specification, case).
    const int32_t index = selector.as<int32_t>()[0];
    return index >= 0 && static_cast<size_t>(index) < branches_.size() ? static_cast<size_t>(index)
                                                                       : branches_.size() - 1;
  }

  Session& session_;
  const size_t first_;
  const std::vector<std::unique_ptr<Subgraph>> branches_;
};

class CallOnce final : public Kernel {
 public:
  CallOnce(Session& session, const ir::Function& function, std::unique_ptr<Subgraph> called)
      : session_(session), function_(function), called_(std::move(called)) {}

  Result<void> Prepare(PrepareContext& context) override {
    if (called_->input_count() > 0)
      return context.Mismatch("the subgraph that it runs once must take no inputs");
    LS_RETURN_IF_FAILED(context.Expect(context.output_count() == 0, "it has results"));
    return called_->Prepare();
  }
  Result<void> Invoke(InvokeContext&) override {
    LS_RETURN_IF_FAILED(session_.TakeLoopStep());
    if (!session_.FirstCall(function_)) return {};
    Result<void> done = called_->Invoke();
    if (!done.ok()) session_.ForgetCall(function_);
    return done;
  }

 private:
  Session& session_;
  const ir::Function& function_;
  const std::unique_ptr<Subgraph> called_;
};

}  // namespace

Result<std::unique_ptr<Kernel>> MakeCallKernel(Session& session, const ir::Node& node, int depth) {
  const std::string_view op = node.op_name();
  std::vector<std::unique_ptr<Subgraph>> branches;
  const auto add = [&](std::string_view attribute) -> Result<void> {
    LS_TRY(auto branch,
           BuildCalled(session, node, node.attributes.FindAs<FunctionRef>(attribute), attribute, depth));
    branches.push_back(std::move(branch));
    return {};
  };
  if (op == "CALL_ONCE") {
    LS_RETURN_IF_FAILED(add("init_subgraph_index"));
    const FunctionRef* function = node.attributes.FindAs<FunctionRef>("init_subgraph_index");
    return std::make_unique<CallOnce>(session, *session.shared->module().FindFunction(function->name),
                                      std::move(branches[0]));
  }
  if (op == "STABLEHLO_COMPOSITE") {
    LS_RETURN_IF_FAILED(add("decomposition_subgraph_index"));
    return std::make_unique<CallKernel>(session, 0, std::move(branches));
  }
  if (op == "IF") {
    LS_RETURN_IF_FAILED(add("then_subgraph_index"));
    LS_RETURN_IF_FAILED(add("else_subgraph_index"));
    return std::make_unique<CallKernel>(session, 1, std::move(branches));
  }
  constexpr std::string_view kBranches = "branch_subgraph_indices";
  const auto functions = node.attributes.Get<std::vector<FunctionRef>>(kBranches);
  if (functions.empty()) LS_RETURN_IF_FAILED(BuildCalled(session, node, nullptr, kBranches, depth));
  for (const FunctionRef& function : functions) {
    LS_TRY(auto branch, BuildCalled(session, node, &function, kBranches, depth));
    branches.push_back(std::move(branch));
  }
  return std::make_unique<CallKernel>(session, 1, std::move(branches));
}

}  // namespace litesmith::runtime
