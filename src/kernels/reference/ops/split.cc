// Ops that take a tensor apart along an axis: SPLIT, SPLIT_V, UNPACK.
#include <numeric>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// Output i takes `lengths_[i]` of the input's places along `axis_`.
class Splitting : public ShapedKernel {
 protected:
  Splitting(size_t input, size_t inputs, std::vector<size_t> deciding)
      : ShapedKernel(inputs, 1, std::move(deciding)), input_(input) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(input_).dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype), "{} cannot be moved", NameOf(dtype)));
    for (const TensorView& output : context.outputs) {
      if (output.dtype != dtype)
        return context.Mismatch("an output is not of the input's type {}", NameOf(dtype));
    }
    return {};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims& whole = context.input(input_).dims;
    const int64_t outer = ElementsOf({whole.data(), axis_});
    const int64_t inner = ElementsOf({whole.data() + axis_ + 1, whole.size() - axis_ - 1});
    const int64_t row = inner * whole[axis_];
    return reference::MoveElements(context, {&input_, 1}, dims(), [&](auto from, auto to, size_t width) {
      int64_t offset = 0;
      for (size_t i = 0; i < to.size(); ++i) {
        const int64_t part = lengths_[i] * inner;
        reference::CopyStrided(from[0] + offset * static_cast<int64_t>(width), to[i], width,
                               {{outer, row, part}, {part, 1, 1}});
        offset += part;
      }
    });
  }

  size_t input_;
  size_t axis_ = 0;
  std::vector<int64_t> lengths_;
};

class Split : public Splitting {
 public:
  Split() : Splitting(1, 2, {0}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(1);
    LS_TRY(const int64_t given, reference::ScalarOf(context, context.input(0), "the axis"));
    LS_TRY(const int axis, reference::AxisOf(context, given, input.rank()));
    const auto parts = static_cast<int64_t>(context.output_count());
    if (input.dim(axis) % parts != 0) {
      return context.Mismatch("axis {} of {} cannot be split into {} equal parts", axis, ToText(input.dims),
                              parts);
    }
    axis_ = static_cast<size_t>(axis);
    Dims dims = input.dims;
    dims[axis_] /= parts;
    lengths_.assign(context.output_count(), dims[axis_]);
    return std::vector<Dims>(context.output_count(), dims);
  }
};

class SplitV : public Splitting {
 public:
  SplitV() : Splitting(0, 3, {1, 2}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    LS_TRY(const int64_t given, reference::ScalarOf(context, context.input(2), "the axis"));
    LS_TRY(const int axis, reference::AxisOf(context, given, input.rank()));
    lengths_ = context.input(1).ToInt64();
    int64_t* open = nullptr;  // may be -1: the rest
    int64_t rest = input.dim(axis);
    bool fits = lengths_.size() == context.output_count();
    for (int64_t& length : lengths_) {
      if (length == -1 && open == nullptr) {
        open = &length;
      } else if (length < 0 || length > rest) {
        fits = false;
      } else {
        rest -= length;
      }
    }
    if (!fits || (open == nullptr && rest != 0)) {
      return context.Mismatch("axis {} of {} cannot be split into {} parts of {}", axis, ToText(input.dims),
                              context.output_count(), ToText(context.input(1).ToInt64()));
    }
    if (open != nullptr) *open = rest;
    axis_ = static_cast<size_t>(axis);
    std::vector<Dims> dims(lengths_.size(), input.dims);
    for (size_t i = 0; i < dims.size(); ++i) dims[i][axis_] = lengths_[i];
    return dims;
  }
};

class Unpack : public Splitting {
 public:
  Unpack() : Splitting(0, 1, {}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    LS_TRY(const int axis, reference::AxisOf(context, context.attributes->Int("axis"), input.rank()));
    if (input.dim(axis) != static_cast<int64_t>(context.output_count())) {
      return context.Mismatch("axis {} of {} cannot be unpacked into {} outputs", axis, ToText(input.dims),
                              context.output_count());
    }
    axis_ = static_cast<size_t>(axis);
    lengths_.assign(context.output_count(), 1);
    Dims dims = input.dims;
    dims.erase(dims.begin() + axis);
    return std::vector<Dims>(context.output_count(), dims);
  }
};

}  // namespace

LS_KERNEL(SPLIT) { return std::make_unique<Split>(); }
LS_KERNEL(SPLIT_V) { return std::make_unique<SplitV>(); }
LS_KERNEL(UNPACK) { return std::make_unique<Unpack>(); }

}  // namespace litesmith
