#include "runtime/custom/prepared_results.h"

#include "runtime/session.h"
#include "runtime/single_prepare.h"

namespace litesmith::custom {

std::optional<std::vector<PreparedResult>> PreparedResults(const runtime::CustomKernelFactory& factory,
                                                           std::shared_ptr<const ir::Module> module,
                                                           const ir::Node& node, Context& context) {
  NullSink nobody;
  Context quiet{context.host, nobody, context.limits, context.cancelled};
  runtime::Session session(std::make_shared<runtime::SharedWeights>(std::move(module)), {}, quiet);
  const std::unique_ptr<Kernel> kernel = factory(session, node);
  std::vector<const Tensor*> constants;
  for (const ir::Value* operand : node.operands())
    constants.push_back(operand != nullptr ? session.shared->ConstantOf(*operand) : nullptr);
  runtime::SinglePrepare prepare(node, constants, context.limits, session.threads.get());
  if (kernel == nullptr || !kernel->Prepare(prepare)) return std::nullopt;
  std::vector<PreparedResult> results;
  for (size_t i = 0; i < node.output_count(); ++i)
    results.push_back({prepare.outputs[i].dtype, prepare.dims()[i]});
  return results;
}

}  // namespace litesmith::custom
