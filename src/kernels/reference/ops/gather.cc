// GATHER and GATHER_ND.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// Copies blocks of `block_` elements from the places that `Places` finds.
class Gathering : public ShapedKernel {
 protected:
  Gathering() : ShapedKernel(2, 1) {}

  Result<void> Check(PrepareContext& context) override {
    const DType from = context.input(0).dtype, indices = context.input(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(from), "{} cannot be moved", NameOf(from)));
    LS_RETURN_IF_FAILED(
        context.Expect(indices == DType::kInt16 || indices == DType::kInt32 || indices == DType::kInt64,
                       "its indices are integers, not {}", NameOf(indices)));
    if (context.output().dtype != from) {
      return context.Mismatch("input {} and output {} differ in type", NameOf(from),
                              NameOf(context.output().dtype));
    }
    return {};
  }

  // The first element of each block, in the order of the output.
  virtual Result<std::vector<int64_t>> Places(InvokeContext& context) = 0;

  Result<void> Compute(InvokeContext& context) override {
    LS_TRY(const std::vector<int64_t> places, Places(context));
    const size_t input = 0;
    return reference::MoveElements(context, {&input, 1}, dims(), [&](auto from, auto to, size_t width) {
      const size_t bytes = width * static_cast<size_t>(block_);
      if (bytes == 0) return;
      std::byte* target = to[0];
      for (const int64_t place : places) {
        std::memcpy(target, from[0] + place * static_cast<int64_t>(width), bytes);
        target += bytes;
      }
    });
  }

  int64_t block_ = 0;
};

class Gather : public Gathering {
 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &input = context.input(0), &indices = context.input(1);
    LS_TRY(const int axis, reference::AxisOf(context, context.attributes->Int("axis"), input.rank()));
    int64_t batches = context.attributes->Int("batch_dims");
    if (batches < 0) batches += indices.rank();
    if (batches < 0 || batches > axis || batches > indices.rank()) {
      return context.Mismatch("{} batch axes do not fit axis {} and indices {}", batches, axis,
                              ToText(indices.dims));
    }
    axis_ = static_cast<size_t>(axis);
    batches_ = static_cast<size_t>(batches);
    if (!std::equal(input.dims.begin(), input.dims.begin() + batches, indices.dims.begin())) {
      return context.Mismatch("{} and {} differ in their first {} axes", ToText(input.dims),
                              ToText(indices.dims), batches);
    }
    Dims dims(input.dims.begin(), input.dims.begin() + axis);
    dims.insert(dims.end(), indices.dims.begin() + batches, indices.dims.end());
    dims.insert(dims.end(), input.dims.begin() + axis + 1, input.dims.end());
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    block_ = ElementsOf({input.dims.data() + axis_ + 1, input.dims.size() - axis_ - 1});
    return std::vector<Dims>{dims};
  }

  Result<std::vector<int64_t>> Places(InvokeContext& context) override {
    const Dims& from = context.input(0).dims;
    const std::vector<int64_t> indices = context.input(1).ToInt64();
    const int64_t length = from[axis_];
    for (const int64_t index : indices) {
      if (index < 0 || index >= length) {
        return context.Mismatch("index {} is outside of an axis of {} elements", index, length);
      }
    }
    const int64_t batch = ElementsOf({from.data(), batches_});
    const int64_t outer = ElementsOf({from.data() + batches_, axis_ - batches_});
    const int64_t each = batch == 0 ? 0 : static_cast<int64_t>(indices.size()) / batch;
    std::vector<int64_t> places;
    if (ElementsOf(dims()[0]) == 0) return places;
    places.reserve(static_cast<size_t>(batch * outer * each));
    for (int64_t i = 0; i < batch * outer; ++i) {
      const int64_t* own = indices.data() + i / outer * each;
      for (int64_t j = 0; j < each; ++j) places.push_back((i * length + own[j]) * block_);
    }
    return places;
  }

  size_t axis_ = 0, batches_ = 0;
};

// The last axis of the indices holds coordinates of the input's first axes.
class GatherNd : public Gathering {
 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &input = context.input(0), &indices = context.input(1);
    if (indices.rank() < 1 || input.rank() < 1 || indices.dims.back() > input.rank()) {
      return context.Mismatch("indices {} are no coordinates in {}", ToText(indices.dims),
                              ToText(input.dims));
    }
    depth_ = static_cast<size_t>(indices.dims.back());
    Dims dims(indices.dims.begin(), indices.dims.end() - 1);
    dims.insert(dims.end(), input.dims.begin() + static_cast<int64_t>(depth_), input.dims.end());
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    block_ = ElementsOf({input.dims.data() + depth_, input.dims.size() - depth_});
    return std::vector<Dims>{dims};
  }

  Result<std::vector<int64_t>> Places(InvokeContext& context) override {
    const TensorView &input = context.input(0), &given = context.input(1);
    const std::vector<int64_t> indices = given.ToInt64();
    const std::vector<int64_t> strides = reference::Strides(input.dims);
    const int64_t count = ElementsOf({given.dims.data(), given.dims.size() - 1});
    std::vector<int64_t> places;
    if (ElementsOf(dims()[0]) == 0) return places;
    places.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
      int64_t place = 0;
      for (size_t axis = 0; axis < depth_; ++axis) {
        const int64_t index = indices[static_cast<size_t>(i) * depth_ + axis];
        if (index < 0 || index >= input.dims[axis]) {
          return context.Mismatch("index {} is outside of axis {} of {}", index, axis, ToText(input.dims));
        }
        place += index * strides[axis];
      }
      places.push_back(place);
    }
    return places;
  }

  size_t depth_ = 0;
};

}  // namespace

LS_KERNEL(GATHER) { return std::make_unique<Gather>(); }
LS_KERNEL(GATHER_ND) { return std::make_unique<GatherNd>(); }

}  // namespace litesmith
