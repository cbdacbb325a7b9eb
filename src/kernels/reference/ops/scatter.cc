// Ops that write at given places: SCATTER_ND, SPARSE_TO_DENSE, DYNAMIC_UPDATE_SLICE.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

bool IsIndex(DType dtype) { return dtype == DType::kInt32 || dtype == DType::kInt64; }

// The element that coordinates of the first axes of `dims` name.
Result<int64_t> PlaceOf(KernelContext& context, std::span<const int64_t> coordinates, const Dims& dims,
                        std::span<const int64_t> strides) {
  int64_t place = 0;
  for (size_t i = 0; i < coordinates.size(); ++i) {
    if (coordinates[i] < 0 || coordinates[i] >= dims[i]) {
      return context.Mismatch("index {} is outside of axis {} of {}", coordinates[i], i, ToText(dims));
    }
    place += coordinates[i] * strides[i];
  }
  return place;
}

// Integers wrap around instead of overflowing.
template <class T>
T Sum(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a || b;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else {
    return T(a + b);
  }
}

// Inputs: indices [..., depth], updates, shape. Updates of one place add up.
class ScatterNd : public ShapedKernel {
 public:
  ScatterNd() : ShapedKernel(3, 1, {2}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(
        BitsOf(dtype) >= 8 && dtype == context.output().dtype && VisitDType(dtype, [](auto) {}),
        "it does not add up {} into {}", NameOf(dtype), NameOf(context.output().dtype)));
    return context.Expect(IsIndex(context.input(0).dtype) && IsIndex(context.input(2).dtype),
                          "its indices and shape are int32 or int64");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &indices = context.input(0), &updates = context.input(1);
    const Dims dims = context.input(2).ToInt64();
    const bool vector = context.input(2).rank() == 1 && CheckedProduct(dims).has_value();
    const int64_t depth = indices.rank() > 0 ? indices.dims.back() : 0;
    if (!vector || indices.rank() < 1 || depth > static_cast<int64_t>(dims.size())) {
      return context.Mismatch("indices {} are no coordinates in {}", ToText(indices.dims), ToText(dims));
    }
    depth_ = static_cast<size_t>(depth);
    Dims expected(indices.dims.begin(), indices.dims.end() - 1);
    expected.insert(expected.end(), dims.begin() + depth, dims.end());
    if (updates.dims != expected) {
      return context.Mismatch("updates {} should be {} for indices {} into {}", ToText(updates.dims),
                              ToText(expected), ToText(indices.dims), ToText(dims));
    }
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& output = context.output();
    const std::vector<int64_t> indices = context.input(0).ToInt64();
    const std::vector<int64_t> strides = reference::Strides(output.dims);
    const Dims& from = context.input(0).dims;
    const int64_t count = ElementsOf({from.data(), from.size() - 1});
    const int64_t block = ElementsOf({output.dims.data() + depth_, output.dims.size() - depth_});
    if (output.bytes > 0) std::memset(output.data, 0, output.bytes);
    if (output.elements() == 0 || context.input(1).elements() == 0) return {};
    for (int64_t i = 0; i < count; ++i) {
      const std::span<const int64_t> place{indices.data() + static_cast<size_t>(i) * depth_, depth_};
      LS_TRY(const int64_t first, PlaceOf(context, place, output.dims, strides));
      VisitDType(output.dtype, [&](auto type) {
        using T = typename decltype(type)::type;
        const T* update = context.input(1).as<T>().data() + i * block;
        T* target = output.as_mutable<T>().data() + first;
        for (int64_t j = 0; j < block; ++j) target[j] = Sum<T>(target[j], update[j]);
      });
    }
    return {};
  }

  size_t depth_ = 0;
};

// Inputs: indices (one, a vector, or rows of coordinates), shape, values (one or as many as indices), default
// value.
class SparseToDense : public ShapedKernel {
 public:
  SparseToDense() : ShapedKernel(4, 1, {1}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(2).dtype;
    LS_RETURN_IF_FAILED(context.Expect(BitsOf(dtype) >= 8, "it does not spread {}", NameOf(dtype)));
    if (context.input(3).dtype != dtype || context.output().dtype != dtype ||
        context.input(3).elements() != 1) {
      return context.Mismatch("values, default and output must have one type, and the default one element");
    }
    return context.Expect(IsIndex(context.input(0).dtype) && IsIndex(context.input(1).dtype),
                          "its indices and shape are int32 or int64");
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &indices = context.input(0), &values = context.input(2);
    const Dims dims = context.input(1).ToInt64();
    const int64_t depth = indices.rank() == 2 ? indices.dims[1] : 1;
    count_ = indices.rank() == 0 ? 1 : indices.dims[0];
    if (indices.rank() > 2 || context.input(1).rank() != 1 || depth != static_cast<int64_t>(dims.size()) ||
        depth == 0 || !CheckedProduct(dims)) {
      return context.Mismatch("indices {} are no coordinates in {}", ToText(indices.dims), ToText(dims));
    }
    if (values.rank() > 1 || (values.rank() == 1 && values.dims[0] != count_)) {
      return context.Mismatch("{} indices and values {} do not fit together", count_, ToText(values.dims));
    }
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView &output = context.output(), &values = context.input(2);
    const size_t width = static_cast<size_t>(BitsOf(output.dtype)) / 8;
    const std::vector<int64_t> indices = context.input(0).ToInt64();
    const std::vector<int64_t> strides = reference::Strides(output.dims);
    const size_t depth = output.dims.size();
    reference::CopyStrided(context.input(3).data, output.data, width, {{output.elements(), 0, 1}});
    for (int64_t i = 0; i < count_; ++i) {
      const std::span<const int64_t> coordinates{indices.data() + static_cast<size_t>(i) * depth, depth};
      LS_TRY(const int64_t place, PlaceOf(context, coordinates, output.dims, strides));
      const std::byte* value = values.data + (values.rank() == 0 ? 0 : i) * static_cast<int64_t>(width);
      std::memcpy(output.data + place * static_cast<int64_t>(width), value, width);
    }
    return {};
  }

  int64_t count_ = 0;
};

// Inputs: operand, update, start of the update; a start that leaves no room is moved back until there is.
class DynamicUpdateSlice : public ShapedKernel {
 public:
  DynamicUpdateSlice() : ShapedKernel(3, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype), "{} cannot be moved", NameOf(dtype)));
    LS_RETURN_IF_FAILED(context.Expect(IsIndex(context.input(2).dtype), "its start is int32 or int64"));
    if (context.input(1).dtype != dtype || context.output().dtype != dtype) {
      return context.Mismatch("operand, update and output differ in type");
    }
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims &operand = context.input(0).dims, &update = context.input(1).dims;
    bool fits = update.size() == operand.size() && context.input(2).rank() == 1 &&
                context.input(2).elements() == static_cast<int64_t>(operand.size());
    for (size_t i = 0; fits && i < operand.size(); ++i) fits = update[i] <= operand[i];
    if (!fits) {
      return context.Mismatch("an update {} at {} coordinates does not fit into {}", ToText(update),
                              context.input(2).elements(), ToText(operand));
    }
    return std::vector<Dims>{operand};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims &operand = context.input(0).dims, &update = context.input(1).dims;
    const std::vector<int64_t> start = context.input(2).ToInt64();
    const std::vector<int64_t> from = reference::Strides(update), to = reference::Strides(operand);
    std::vector<reference::CopyAxis> axes;
    int64_t first = 0;
    for (size_t i = 0; i < operand.size(); ++i) {
      first += std::clamp<int64_t>(start[i], 0, operand[i] - update[i]) * to[i];
      axes.push_back({update[i], from[i], to[i]});
    }
    const size_t inputs[] = {0, 1};
    return reference::MoveElements(context, inputs, dims(), [&](auto source, auto target, size_t width) {
      const int64_t elements = ElementsOf(operand);
      reference::CopyStrided(source[0], target[0], width, {{elements, 1, 1}});
      if (ElementsOf(update) == 0) return;
      reference::CopyStrided(source[1], target[0] + first * static_cast<int64_t>(width), width, axes);
    });
  }
};

}  // namespace

LS_KERNEL(SCATTER_ND) { return std::make_unique<ScatterNd>(); }
LS_KERNEL(SPARSE_TO_DENSE) { return std::make_unique<SparseToDense>(); }
LS_KERNEL(DYNAMIC_UPDATE_SLICE) { return std::make_unique<DynamicUpdateSlice>(); }

}  // namespace litesmith
