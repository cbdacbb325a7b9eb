// REVERSE_SEQUENCE: inputs are a tensor and the lengths of its sequences; the first `length` steps of each
// are turned round.
#include <cstring>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

class ReverseSequence : public ShapedKernel {
 public:
  ReverseSequence() : ShapedKernel(2, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype, lengths = context.input(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype) && dtype == context.output().dtype,
                                       "it does not move {} to {}", NameOf(dtype),
                                       NameOf(context.output().dtype)));
    return context.Expect(lengths == DType::kInt32 || lengths == DType::kInt64,
                          "lengths are int32 or int64, not {}", NameOf(lengths));
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &input = context.input(0), &lengths = context.input(1);
    LS_TRY(steps_, reference::AxisOf(context, context.attributes->Int("seq_dim"), input.rank()));
    LS_TRY(batch_, reference::AxisOf(context, context.attributes->Int("batch_dim"), input.rank()));
    if (steps_ == batch_ || lengths.dims != Dims{input.dim(batch_)}) {
      return context.Mismatch("lengths {} do not fit batch axis {} and sequence axis {} of {}",
                              ToText(lengths.dims), batch_, steps_, ToText(input.dims));
    }
    return std::vector<Dims>{input.dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims& shape = context.input(0).dims;
    const std::vector<int64_t> lengths = context.input(1).ToInt64();
    const int64_t steps = shape[static_cast<size_t>(steps_)];
    for (const int64_t length : lengths) {
      if (length < 0 || length > steps) {
        return context.Mismatch("a sequence of {} steps has no {} to turn round", steps, length);
      }
    }
    const size_t input = 0;
    return reference::MoveElements(context, {&input, 1}, dims(), [&](auto from, auto to, size_t width) {
      if (ElementsOf(shape) == 0) return;
      // One copy for each sequence's turned part, one for what follows it.
      const std::vector<int64_t> strides = reference::Strides(shape);
      const int64_t batch_step = strides[static_cast<size_t>(batch_)],
                    step = strides[static_cast<size_t>(steps_)];
      std::vector<reference::CopyAxis> axes;
      for (size_t i = 0; i < shape.size(); ++i) {
        if (static_cast<int>(i) != batch_ && static_cast<int>(i) != steps_) {
          axes.push_back({shape[i], strides[i], strides[i]});
        }
      }
      const auto bytes = static_cast<int64_t>(width);
      for (size_t i = 0; i < lengths.size(); ++i) {
        const int64_t first = static_cast<int64_t>(i) * batch_step, length = lengths[i];
        std::vector<reference::CopyAxis> turned = axes, rest = axes;
        turned.insert(turned.begin(), {length, -step, step});
        rest.insert(rest.begin(), {steps - length, step, step});
        if (length > 0) {
          reference::CopyStrided(from[0] + (first + (length - 1) * step) * bytes, to[0] + first * bytes,
                                 width, turned);
        }
        if (length < steps) {
          const int64_t offset = (first + length * step) * bytes;
          reference::CopyStrided(from[0] + offset, to[0] + offset, width, rest);
        }
      }
    });
  }

  int steps_ = 0, batch_ = 0;
};

}  // namespace

LS_KERNEL(REVERSE_SEQUENCE) { return std::make_unique<ReverseSequence>(); }

}  // namespace litesmith
