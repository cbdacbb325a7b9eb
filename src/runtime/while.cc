#include <cstring>

#include "runtime/calls.h"
#include "runtime/runtime_kernels.h"

namespace litesmith::runtime {
namespace {

class WhileKernel final : public Kernel {
 public:
  WhileKernel(Session& session, std::unique_ptr<Subgraph> condition, std::unique_ptr<Subgraph> body)
      : session_(session), condition_(std::move(condition)), body_(std::move(body)) {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(CheckInputs(context, *condition_, 0));
    LS_RETURN_IF_FAILED(CheckInputs(context, *body_, 0));
    LS_RETURN_IF_FAILED(CheckOutputs(context, *body_));
    const size_t count = context.input_count();
    if (context.output_count() != count || body_->output_count() != count) {
      return context.Mismatch("its body gives {} tensors of the {} that go round", body_->output_count(),
                              count);
    }
    if (condition_->output_count() != 1 || condition_->output(0).dtype != DType::kBool) {
      return context.Report(Code::kDtypeMismatch, "its condition does not give one bool");
    }
    for (size_t i = 0; i < count; ++i) {
      condition_->SetInputShape(i, context.input(i).dims);
      body_->SetInputShape(i, context.input(i).dims);
    }
    LS_RETURN_IF_FAILED(condition_->Prepare());
    LS_RETURN_IF_FAILED(body_->Prepare());
    // One shape that changes may change others in later rounds: then only what is handed through surely keeps
    // its own.
    bool all_keep = true;
    for (size_t i = 0; i < count; ++i) {
      all_keep = all_keep && body_->output_shape_known(i) && body_->output(i).dims == context.input(i).dims;
    }
    for (size_t i = 0; i < count; ++i) {
      if (all_keep || HandedThrough(i)) {
        LS_RETURN_IF_FAILED(context.SetOutput(i, context.input(i).dims));
      } else {
        context.SetOutputDynamic(i);
      }
    }
    return {};
  }

  Result<void> Invoke(InvokeContext& context) override {
    variables_.resize(context.input_count());
    for (size_t i = 0; i < variables_.size(); ++i) variables_[i].now = context.input(i);
    for (;;) {
      LS_RETURN_IF_FAILED(session_.TakeLoopStep());
      LS_RETURN_IF_FAILED(Run(*condition_));
      const TensorView& go_on = condition_->output(0);
      if (go_on.elements() != 1)
        return context.Mismatch("its condition has the shape {}", ToText(go_on.dims));
      if (!go_on.as<bool>()[0]) break;
      LS_RETURN_IF_FAILED(Run(*body_));
      for (size_t i = 0; i < variables_.size(); ++i) {
        if (!HandedThrough(i)) LS_RETURN_IF_FAILED(Store(variables_[i], body_->output(i)));
      }
      for (size_t i = 0; i < variables_.size(); ++i) {
        if (!HandedThrough(i)) std::swap(variables_[i].now, variables_[i].next);
      }
    }
    for (size_t i = 0; i < variables_.size(); ++i) {
      LS_RETURN_IF_FAILED(CopyToOutput(context, i, variables_[i].now));
    }
    return {};
  }

 private:
  struct LoopVariable {
    TensorView now, next;
    Block blocks[2];  // `next` never lies where `now` does: other variables may still be copied from there
    int used = 0;
  };

  bool HandedThrough(size_t index) const { return body_->PassedThrough(index) == static_cast<int>(index); }

  Result<void> Run(Subgraph& subgraph) {
    for (size_t i = 0; i < variables_.size(); ++i) {
      const TensorView& now = variables_[i].now;
      subgraph.SetInputShape(i, now.dims);
      subgraph.BindInput(i, now.data, now.bytes);
    }
    return subgraph.Invoke();
  }

  Result<void> Store(LoopVariable& variable, const TensorView& value) {
    Block& block = variable.blocks[variable.used ^= 1];
    if (block.capacity() < value.bytes || !block) {
      session_.memory.Give(std::move(block));
      LS_TRY(block, session_.memory.Take(value.bytes, "a tensor that goes round in a loop"));
    }
    if (value.bytes > 0) std::memcpy(block.data(), value.data, value.bytes);
    variable.next = value;
    variable.next.data = value.bytes > 0 ? block.data() : nullptr;
    return {};
  }

  Session& session_;
  const std::unique_ptr<Subgraph> condition_, body_;
  std::vector<LoopVariable> variables_;
};

}  // namespace

Result<std::unique_ptr<Kernel>> MakeWhileKernel(Session& session, const ir::Node& node, int depth) {
  const auto called = [&](std::string_view attribute) {
    return BuildCalled(session, node, node.attributes.FindAs<FunctionRef>(attribute), attribute, depth);
  };
  LS_TRY(auto condition, called("cond_subgraph_index"));
  LS_TRY(auto body, called("body_subgraph_index"));
  return std::make_unique<WhileKernel>(session, std::move(condition), std::move(body));
}

}  // namespace litesmith::runtime
