#include "runtime/custom/prepared_results.h"

#include "base/checked.h"
#include "runtime/session.h"

namespace litesmith::custom {
namespace {

// Notes what prepare decides; memory that it asks for is never needed.
class Listening final : public PrepareContext {
 public:
  Listening(const ir::Node& node, runtime::Session& session) {
    attributes = &node.attributes;
    op_name = node.op_name();
    threads = session.threads.get();
    limits = &session.context.limits;
    for (size_t i = 0; i < node.operand_count(); ++i) inputs.push_back(ViewOf(node.operand(i), session));
    for (size_t i = 0; i < node.output_count(); ++i) {
      TensorView& view = outputs.emplace_back();
      view.dtype = node.output(i)->type.dtype;
      if (node.output(i)->type.shape.known()) view.dims = node.output(i)->type.shape.known_dims();
    }
    dims_.resize(outputs.size());
  }

  Failed Report(Code, std::string) override { return kFailed; }
  Result<void> SetOutput(size_t index, Dims dims) override {
    const auto elements = CheckedProduct(dims);
    if (!elements || *elements > limits->max_result_bytes) return kFailed;
    dims_[index] = std::move(dims);
    return {};
  }
  void SetOutputDynamic(size_t index) override { dims_[index].reset(); }
  int RequestScratch(size_t) override { return scratch_++; }
  void AllowInPlace(size_t, size_t) override {}
  std::shared_ptr<const std::byte> Pack(size_t, std::string_view, size_t bytes,
                                        const std::function<void(std::byte*)>& make) override {
    std::shared_ptr<std::byte[]> packed(new std::byte[bytes]);
    make(packed.get());
    return {packed, packed.get()};
  }

  std::vector<PreparedResult> Results() const {
    std::vector<PreparedResult> results;
    for (size_t i = 0; i < outputs.size(); ++i) results.push_back({outputs[i].dtype, dims_[i]});
    return results;
  }

 private:
  static TensorView ViewOf(const ir::Value* value, runtime::Session& session) {
    TensorView view;
    view.present = value != nullptr;
    if (value == nullptr) return view;
    view.dtype = value->type.dtype;
    view.dims = value->type.shape.known_dims();
    view.quantization = value->type.quantization.get();
    if (const Tensor* constant = session.shared->ConstantOf(*value)) {
      view.constant = true;
      view.data = const_cast<std::byte*>(constant->bytes().data());  // NOLINT: kernels only read constants
      view.bytes = constant->bytes().size();
    }
    return view;
  }

  std::vector<std::optional<Dims>> dims_;
  int scratch_ = 0;
};

}  // namespace

std::optional<std::vector<PreparedResult>> PreparedResults(const runtime::CustomKernelFactory& factory,
                                                           std::shared_ptr<const ir::Module> module,
                                                           const ir::Node& node, Context& context) {
  NullSink nobody;
  Context quiet{context.host, nobody, context.limits, context.cancelled};
  runtime::Session session(std::make_shared<runtime::SharedWeights>(std::move(module)), {}, quiet);
  const std::unique_ptr<Kernel> kernel = factory(session, node);
  Listening listening(node, session);
  if (kernel == nullptr || !kernel->Prepare(listening)) return std::nullopt;
  return listening.Results();
}

}  // namespace litesmith::custom
