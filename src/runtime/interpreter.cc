#include "runtime/interpreter.h"

#include <cstring>
#include <new>
#include <stdexcept>

#include "base/checked.h"
#include "runtime/check_ops.h"
#include "runtime/subgraph.h"
#include "tensor/strings.h"

namespace litesmith::runtime {
namespace {

// Runs `work`, which may call kernels and libraries; memory that could not be had becomes a finding.
template <class Work>
Result<void> Guarded(Context& context, const Work& work) {
  const auto fail = [&] {
    return context.findings.Report(Finding(Code::kOutOfMemory)
                                       .Headline("there is not enough memory to run the model")
                                       .Fix("close other programs, or give inputs of a smaller shape"));
  };
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail();
  } catch (const std::length_error&) {
    return fail();
  }
}

TensorInfo InfoOf(const ir::Value& value, const std::vector<std::string>& names, size_t index) {
  TensorInfo info;
  info.tensor = value.name;
  info.name = index < names.size() && !names[index].empty() ? names[index] : value.name;
  info.dtype = value.type.dtype;
  info.shape = value.type.shape;
  info.quantization = value.type.quantization;
  return info;
}

Tensor CopyOf(const TensorView& view) {
  if (view.dtype == DType::kString) {
    if (view.elements() == 0) return Tensor::OfStrings(view.dims, {});
    const auto strings = UnpackStrings({view.data, view.bytes});
    return strings ? Tensor::OfStrings(view.dims, *strings) : Tensor();
  }
  if (!HasFixedSize(view.dtype)) return {};
  Tensor tensor = Tensor::Zeros(view.dtype, view.dims);
  const auto bytes = tensor.mutable_bytes();
  if (bytes.size() != view.bytes) return {};
  if (!bytes.empty()) std::memcpy(bytes.data(), view.data, bytes.size());
  return tensor;
}

std::vector<std::byte> EmptyStrings(int64_t count) {
  return PackStrings(std::vector<std::string_view>(static_cast<size_t>(count)));
}

class GraphInterpreter final : public Interpreter {
 public:
  GraphInterpreter(std::shared_ptr<SharedWeights> shared, const ir::Function& function,
                   const Options& options, Context& context)
      : session_(std::move(shared), options, context), function_(function) {
    for (size_t i = 0; i < function.parameter_count(); ++i) {
      input_infos_.push_back(InfoOf(*function.parameter(i), function.parameter_names, i));
    }
    for (size_t i = 0; i < function.result_count(); ++i) {
      output_infos_.push_back(InfoOf(*function.result(i), function.result_names, i));
    }
  }

  Result<void> Build() {
    LS_TRY(graph_, Subgraph::Build(session_, function_, 0));
    graph_->TakeTimes(session_.options.profile);
    input_blocks_.resize(input_infos_.size());
    bool known = true;
    for (size_t i = 0; i < input_infos_.size(); ++i) {
      const TensorInfo& info = input_infos_[i];
      if (!HasFixedSize(info.dtype) && info.dtype != DType::kString) {
        return session_.context.findings.Report(
            Finding(Code::kInputDtype)
                .Headline("input {} is a {}, which nobody can give", info.name, NameOf(info.dtype))
                .Fix("choose another signature"));
      }
      known = known && info.shape.known();
      if (info.shape.known()) LS_RETURN_IF_FAILED(Resize(i, info.shape.known_dims(), std::nullopt));
    }
    return known ? Prepare() : Result<void>();
  }

  const std::vector<TensorInfo>& inputs() const override { return input_infos_; }
  const std::vector<TensorInfo>& outputs() const override { return output_infos_; }

  Result<void> SetInput(size_t index, const Tensor& value) override {
    return Guarded(session_.context, [&]() -> Result<void> {
      LS_RETURN_IF_FAILED(CheckInput(index, value));
      LS_RETURN_IF_FAILED(Resize(index, value.dims(), value.bytes().size()));
      if (!value.bytes().empty()) {
        std::memcpy(input_blocks_[index].data(), value.bytes().data(), value.bytes().size());
      }
      return {};
    });
  }

  TensorView input_view(size_t index) override { return graph_->input(index); }

  Result<void> Allocate() override {
    return Guarded(session_.context, [&] { return Prepare(); });
  }

  Result<void> Invoke() override {
    return Guarded(session_.context, [&]() -> Result<void> {
      LS_RETURN_IF_FAILED(Prepare());
      session_.StartInference();
      invoked_ = false;
      LS_RETURN_IF_FAILED(graph_->Invoke());
      invoked_ = true;
      if (session_.options.profile) TakeProfile();
      return {};
    });
  }

  Tensor output(size_t index) const override { return invoked_ ? CopyOf(graph_->output(index)) : Tensor(); }
  TensorView output_view(size_t index) const override { return graph_->output(index); }

  Tensor Inspect(const ir::Value& value) const override {
    if (const Tensor* constant = session_.shared->ConstantOf(value)) return *constant;
    const Slot* slot = graph_->Find(value);
    if (slot == nullptr || !invoked_) return {};
    const bool empty = slot->view.elements() == 0;
    return slot->view.data != nullptr || empty ? CopyOf(slot->view) : Tensor();
  }

  void ResetState() override { session_.ResetState(); }
  size_t arena_bytes() const override { return session_.memory.bytes(); }
  const std::vector<OpTime>& profile() const override { return profile_; }

 private:
  Result<void> CheckInput(size_t index, const Tensor& value) {
    const TensorInfo& info = input_infos_[index];
    if (value.dtype() != info.dtype) {
      return session_.context.findings.Report(
          Finding(Code::kInputDtype)
              .Headline("input {} is of another data type", info.name)
              .Cause("the model takes {}, given was {}", NameOf(info.dtype), NameOf(value.dtype()))
              .Fix(fmt::format("give it as {}", NameOf(info.dtype))));
    }
    const bool rank_fits = !info.shape.ranked() || info.shape.rank() == value.rank();
    const bool fits =
        session_.options.resize_known ? rank_fits : info.shape.Compatible(Shape::Of(value.dims()));
    if (fits) return {};
    return session_.context.findings.Report(
        Finding(Code::kInputShape)
            .Headline("input {} is of another shape", info.name)
            .Cause("the model takes {}, given was {}", ToText(info.shape), ToText(value.dims()))
            .Fix("give it in the shape that the model takes; what stands as ? there is free"));
  }

  // Memory for an input of this shape; `bytes`: of a string tensor's table, or empty for one of empty
  // strings.
  Result<void> Resize(size_t index, const Dims& dims, std::optional<size_t> bytes) {
    const DType dtype = input_infos_[index].dtype;
    const auto elements = CheckedProduct(dims);
    std::vector<std::byte> empty_strings;
    if (dtype != DType::kString) {
      bytes = elements ? BytesOf(dtype, *elements) : std::nullopt;
    } else if (!bytes && elements && *elements < (1 << 24)) {
      empty_strings = EmptyStrings(*elements);
      bytes = empty_strings.size();
    }
    if (!bytes || *bytes > static_cast<size_t>(session_.context.limits.max_tensor_bytes)) {
      return session_.context.findings.Report(
          Finding(Code::kLimitExceeded)
              .Headline("input {} of the shape {} is larger than allowed", input_infos_[index].name,
                        ToText(dims))
              .Cause("a tensor may take {} bytes", session_.context.limits.max_tensor_bytes)
              .Fix("give an input of a smaller shape"));
    }
    Block& block = input_blocks_[index];
    if (!block || block.capacity() < *bytes) {
      block.Reset();
      LS_TRY(block, session_.memory.Take(*bytes, "an input"));
    }
    if (!empty_strings.empty()) std::memcpy(block.data(), empty_strings.data(), empty_strings.size());
    graph_->SetInputShape(index, dims);
    graph_->BindInput(index, *bytes == 0 ? nullptr : block.data(), *bytes);
    return {};
  }

  Result<void> Prepare() {
    bool missing = false;
    for (size_t i = 0; i < input_infos_.size(); ++i) {
      if (input_blocks_[i]) continue;
      missing = true;
      session_.context.findings.Report(
          Finding(Code::kInputMissing)
              .Headline("input {} is missing", input_infos_[i].name)
              .Cause("its shape {} is not known before it is given", ToText(input_infos_[i].shape))
              .Fix("give a tensor for it"));
    }
    if (missing) return kFailed;
    return graph_->Prepare();
  }

  void TakeProfile() {
    profile_.clear();
    const std::vector<Step>& steps = graph_->steps();
    for (size_t i = 0; i < steps.size(); ++i) {
      const ir::Node& node = *steps[i].node;
      const std::string name = node.output_count() > 0 ? node.output()->name : node.name;
      profile_.push_back(
          {i, std::string(node.op_name()), name, std::string(steps[i].kernel_name), graph_->seconds()[i]});
    }
  }

  Session session_;
  const ir::Function& function_;
  std::vector<Block> input_blocks_;
  std::unique_ptr<Subgraph> graph_;
  std::vector<TensorInfo> input_infos_, output_infos_;
  std::vector<OpTime> profile_;
  bool invoked_ = false;
};

// The function of a signature; see Interpreter::Create.
Result<const ir::Function*> FindEntry(const ir::Module& module, std::string_view key, Context& context) {
  const ir::Signature* chosen = nullptr;
  for (const ir::Signature& signature : module.signatures) {
    if (signature.key == (key.empty() ? std::string_view("serving_default") : key)) chosen = &signature;
  }
  if (chosen == nullptr && !key.empty()) {
    std::string known;
    for (const ir::Signature& signature : module.signatures)
      known += (known.empty() ? "" : ", ") + signature.key;
    Finding finding(Code::kSignatureUnknown);
    finding.Headline("the model has no signature {}", key);
    finding.Cause("{}", known.empty() ? "it has none at all" : "it has: " + known);
    finding.Fix(known.empty() ? "leave out the option" : "choose one of these",
                known.empty() ? "" : "--signature KEY");
    return context.findings.Report(std::move(finding));
  }
  if (chosen == nullptr && !module.signatures.empty()) chosen = &module.signatures[0];
  const ir::Function* function = chosen != nullptr ? module.FindFunction(chosen->function) : nullptr;
  if (function == nullptr && chosen == nullptr && !module.functions().empty())
    function = module.functions()[0].get();
  if (function != nullptr) return function;
  return context.findings.Report(Finding(Code::kFunctionMissing)
                                     .Headline("the model has no graph to run")
                                     .Fix("check that the file is whole"));
}

}  // namespace

Result<std::unique_ptr<Interpreter>> Interpreter::Create(std::shared_ptr<const ir::Module> module,
                                                         std::string_view signature, const Options& options,
                                                         Context& context) {
  LS_TRY(const ir::Function* entry, FindEntry(*module, signature, context));
  LS_RETURN_IF_FAILED(CheckOps(*module, *entry, options, context));
  std::unique_ptr<GraphInterpreter> interpreter;
  LS_RETURN_IF_FAILED(Guarded(context, [&]() -> Result<void> {
    interpreter =
        std::make_unique<GraphInterpreter>(SharedWeights::Of(std::move(module)), *entry, options, context);
    return interpreter->Build();
  }));
  return std::unique_ptr<Interpreter>(std::move(interpreter));
}

}  // namespace litesmith::runtime
