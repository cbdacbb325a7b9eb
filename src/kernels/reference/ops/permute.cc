// Ops whose output is the input read in another order: TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, FILL.
#include <algorithm>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::CopyAxis;
using reference::ShapedKernel;

// One strided copy of one input, from `first_` on.
class Reordering : public ShapedKernel {
 protected:
  Reordering(size_t input, size_t inputs, std::vector<size_t> deciding)
      : ShapedKernel(inputs, 1, std::move(deciding)), input_(input) {}

  Result<void> Check(PrepareContext& context) override {
    const DType from = context.input(input_).dtype, to = context.output().dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(from), "{} cannot be moved", NameOf(from)));
    if (from != to)
      return context.Mismatch("input {} and output {} differ in type", NameOf(from), NameOf(to));
    return {};
  }
  Result<void> Compute(InvokeContext& context) override {
    return reference::MoveElements(context, {&input_, 1}, dims(), [this](auto from, auto to, size_t width) {
      if (reference::ElementsOf(dims()[0]) == 0) return;
      reference::CopyStrided(from[0] + first_ * static_cast<int64_t>(width), to[0], width, axes_);
    });
  }

  size_t input_;
  int64_t first_ = 0;
  std::vector<CopyAxis> axes_;
};

class Transpose : public Reordering {
 public:
  Transpose() : Reordering(0, 2, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    const std::vector<int64_t> order = context.input(1).ToInt64();
    std::vector<bool> used(input.dims.size(), false);
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    Dims dims;
    axes_.clear();
    for (const int64_t given : order) {
      const int64_t axis = given < 0 ? given + input.rank() : given;
      if (axis < 0 || axis >= input.rank() || used[static_cast<size_t>(axis)]) break;
      used[static_cast<size_t>(axis)] = true;
      dims.push_back(input.dim(static_cast<int>(axis)));
      axes_.push_back({dims.back(), strides[static_cast<size_t>(axis)], 0});
    }
    if (dims.size() != input.dims.size() || order.size() != dims.size()) {
      return context.Mismatch("{} is no order of the {} axes of {}", ToText(order), input.rank(),
                              ToText(input.dims));
    }
    reference::SetDenseTarget(axes_);
    return std::vector<Dims>{dims};
  }
};

class ReverseV2 : public Reordering {
 public:
  ReverseV2() : Reordering(0, 2, {}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{context.input(0).dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    axes_.clear();
    for (size_t i = 0; i < strides.size(); ++i) axes_.push_back({input.dims[i], strides[i], 0});
    reference::SetDenseTarget(axes_);
    first_ = 0;
    for (const int64_t given : context.input(1).ToInt64()) {
      LS_TRY(const int axis, reference::AxisOf(context, given, input.rank()));
      CopyAxis& turned = axes_[static_cast<size_t>(axis)];
      if (turned.from < 0) return context.Mismatch("axis {} is named twice", axis);
      first_ += (turned.count - 1) * turned.from;
      turned.from = -turned.from;
    }
    return Reordering::Compute(context);
  }
};

class Tile : public Reordering {
 public:
  Tile() : Reordering(0, 2, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    const std::vector<int64_t> times = context.input(1).ToInt64();
    if (times.size() != input.dims.size()) {
      return context.Mismatch("{} says how often to repeat {} axes, {} has {}", ToText(times), times.size(),
                              ToText(input.dims), input.rank());
    }
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    Dims dims;
    axes_.clear();
    for (size_t i = 0; i < times.size(); ++i) {
      const auto dim = times[i] < 0 ? std::nullopt : CheckedMul(input.dims[i], times[i]);
      if (!dim)
        return context.Mismatch("axis {} of {} cannot be repeated {} times", i, ToText(input.dims), times[i]);
      dims.push_back(*dim);
      axes_.push_back({times[i], 0, 0});
      axes_.push_back({input.dims[i], strides[i], 0});
    }
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    reference::SetDenseTarget(axes_);
    return std::vector<Dims>{dims};
  }
};

class BroadcastTo : public Reordering {
 public:
  BroadcastTo() : Reordering(0, 2, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView& input = context.input(0);
    const Dims dims = context.input(1).ToInt64();
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    if (dims.size() < strides.size() || !CheckedProduct(dims)) {
      return context.Mismatch("{} does not broadcast to {}", ToText(input.dims), ToText(dims));
    }
    const size_t added = dims.size() - strides.size();
    axes_.clear();
    for (size_t i = 0; i < dims.size(); ++i) {
      const int64_t own = i < added ? 1 : input.dims[i - added];
      if (own != 1 && own != dims[i]) {
        return context.Mismatch("{} does not broadcast to {}", ToText(input.dims), ToText(dims));
      }
      axes_.push_back({dims[i], own == 1 ? 0 : strides[i - added], 0});
    }
    reference::SetDenseTarget(axes_);
    return std::vector<Dims>{dims};
  }
};

class Fill : public Reordering {
 public:
  Fill() : Reordering(1, 2, {0}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims dims = context.input(0).ToInt64();
    const auto elements = CheckedProduct(dims);
    if (context.input(0).rank() != 1 || !elements)
      return context.Mismatch("{} is no shape to fill", ToText(dims));
    if (context.input(1).elements() != 1) {
      return context.Mismatch("it fills with one value, not with {}", ToText(context.input(1).dims));
    }
    axes_ = {{*elements, 0, 1}};
    return std::vector<Dims>{dims};
  }
};

}  // namespace

LS_KERNEL(TRANSPOSE) { return std::make_unique<Transpose>(); }
LS_KERNEL(REVERSE_V2) { return std::make_unique<ReverseV2>(); }
LS_KERNEL(TILE) { return std::make_unique<Tile>(); }
LS_KERNEL(BROADCAST_TO) { return std::make_unique<BroadcastTo>(); }
LS_KERNEL(FILL) { return std::make_unique<Fill>(); }

}  // namespace litesmith
