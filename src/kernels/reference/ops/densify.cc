// DENSIFY of a constant that is dense already: sparse ones are expanded while a model is loaded.
#include <cstring>

#include "kernels/reference/checks.h"

namespace litesmith {
namespace {

class Densify : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    LS_RETURN_IF_FAILED(ExpectSameDType(context, context.input(0), context.output()));
    LS_RETURN_IF_FAILED(context.Expect(HasFixedSize(context.input(0).dtype), "an input of {}",
                                       NameOf(context.input(0).dtype)));
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    if (output.bytes > 0) std::memcpy(output.data, input.data, output.bytes);
    return {};
  }
};

}  // namespace

LS_KERNEL(DENSIFY) { return std::make_unique<Densify>(); }

}  // namespace litesmith
