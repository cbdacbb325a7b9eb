// Ops that look at nothing but shapes: SHAPE, RANK, BROADCAST_ARGS, ZEROS_LIKE.
#include <algorithm>
#include <cstring>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Writes integers into an int32 or int64 output.
void Write(const TensorView& output, std::span<const int64_t> values) {
  if (output.dtype == DType::kInt64) {
    std::copy(values.begin(), values.end(), output.as_mutable<int64_t>().begin());
  } else {
    std::transform(values.begin(), values.end(), output.as_mutable<int32_t>().begin(),
                   [](int64_t value) { return static_cast<int32_t>(value); });
  }
}

Result<void> ExpectIntegerOutput(KernelContext& context) {
  const DType dtype = context.output().dtype;
  return context.Expect(dtype == DType::kInt32 || dtype == DType::kInt64,
                        "its output is int32 or int64, not {}", NameOf(dtype));
}

class ShapeOp : public ShapedKernel {
 public:
  ShapeOp() : ShapedKernel(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override { return ExpectIntegerOutput(context); }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{{context.input(0).rank()}};
  }
  Result<void> Compute(InvokeContext& context) override {
    Write(context.output(), context.input(0).dims);
    return {};
  }
};

class Rank : public ShapedKernel {
 public:
  Rank() : ShapedKernel(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override { return ExpectIntegerOutput(context); }
  Result<std::vector<Dims>> Shape(KernelContext&) override { return std::vector<Dims>{{}}; }
  Result<void> Compute(InvokeContext& context) override {
    const int64_t rank = context.input(0).rank();
    Write(context.output(), {&rank, 1});
    return {};
  }
};

// The shape to which two shapes, given as vectors, broadcast.
class BroadcastArgs : public ShapedKernel {
 public:
  BroadcastArgs() : ShapedKernel(2, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    for (size_t i = 0; i < 2; ++i) {
      const TensorView& shape = context.input(i);
      LS_RETURN_IF_FAILED(context.Expect(shape.rank() == 1 && shape.dtype == context.output().dtype,
                                         "it takes vectors of its output's type"));
    }
    return ExpectIntegerOutput(context);
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{{std::max(context.input(0).dim(0), context.input(1).dim(0))}};
  }
  Result<void> Compute(InvokeContext& context) override {
    Dims a = context.input(0).ToInt64(), b = context.input(1).ToInt64();
    const Dims first = a, second = b;
    if (a.size() < b.size()) a.insert(a.begin(), b.size() - a.size(), 1);
    if (b.size() < a.size()) b.insert(b.begin(), a.size() - b.size(), 1);
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i] && a[i] != 1 && b[i] != 1) {
        return context.Mismatch("{} and {} do not broadcast", ToText(first), ToText(second));
      }
      if (a[i] == 1) a[i] = b[i];
    }
    Write(context.output(), a);
    return {};
  }
};

class ZerosLike : public ShapedKernel {
 public:
  ZerosLike() : ShapedKernel(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    return context.Expect(
        HasFixedSize(context.input(0).dtype) && context.input(0).dtype == context.output().dtype,
        "there are no zeros of type {} for {}", NameOf(context.output().dtype),
        NameOf(context.input(0).dtype));
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{context.input(0).dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    if (context.output().bytes > 0) std::memset(context.output().data, 0, context.output().bytes);
    return {};
  }
};

}  // namespace

LS_KERNEL(SHAPE) { return std::make_unique<ShapeOp>(); }
LS_KERNEL(RANK) { return std::make_unique<Rank>(); }
LS_KERNEL(BROADCAST_ARGS) { return std::make_unique<BroadcastArgs>(); }
LS_KERNEL(ZEROS_LIKE) { return std::make_unique<ZerosLike>(); }

}  // namespace litesmith
