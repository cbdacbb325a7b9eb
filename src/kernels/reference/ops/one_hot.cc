// ONE_HOT and RANGE.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Inputs: indices, depth, on, off. A new axis of `depth` places, `on` where the index points, `off`
// elsewhere; an index outside points nowhere.
class OneHot : public ShapedKernel {
 public:
  OneHot() : ShapedKernel(4, 1, {1}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(2).dtype, indices = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(BitsOf(dtype) >= 8, "it does not write {}", NameOf(dtype)));
    LS_RETURN_IF_FAILED(context.Expect(IsInteger(indices) && BitsOf(indices) >= 8,
                                       "its indices are integers, not {}", NameOf(indices)));
    if (context.input(3).dtype != dtype || context.output().dtype != dtype ||
        context.input(2).elements() != 1 || context.input(3).elements() != 1) {
      return context.Mismatch("on and off must be one value each, of the output's type {}",
                              NameOf(context.output().dtype));
    }
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(depth_, reference::ScalarOf(context, context.input(1), "the depth"));
    Dims dims = context.input(0).dims;
    LS_TRY(const int axis,
           reference::AxisOf(context, context.attributes->Int("axis"), context.input(0).rank() + 1));
    const auto elements = depth_ < 0 ? std::nullopt : CheckedMul(context.input(0).elements(), depth_);
    if (!elements) return context.Mismatch("a depth of {} cannot be", depth_);
    inner_ = reference::ElementsOf({dims.data() + axis, dims.size() - static_cast<size_t>(axis)});
    dims.insert(dims.begin() + axis, depth_);
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& output = context.output();
    if (output.elements() == 0) return {};
    const auto width = static_cast<int64_t>(BitsOf(output.dtype) / 8);
    reference::CopyStrided(context.input(3).data, output.data, static_cast<size_t>(width),
                           {{output.elements(), 0, 1}});
    const std::vector<int64_t> indices = context.input(0).ToInt64();
    for (size_t i = 0; i < indices.size(); ++i) {
      if (indices[i] < 0 || indices[i] >= depth_) continue;
      const int64_t outer = static_cast<int64_t>(i) / inner_, inner = static_cast<int64_t>(i) % inner_;
      std::memcpy(output.data + ((outer * depth_ + indices[i]) * inner_ + inner) * width,
                  context.input(2).data, static_cast<size_t>(width));
    }
    return {};
  }

  int64_t depth_ = 0, inner_ = 1;
};

// Inputs: start, limit, delta; each value is the one before plus delta.
class Range : public ShapedKernel {
 public:
  Range() : ShapedKernel(3, 1, {0, 1, 2}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.output().dtype;
    LS_RETURN_IF_FAILED(
        context.Expect(dtype == DType::kFloat32 || dtype == DType::kInt32 || dtype == DType::kInt64,
                       "it counts in float32, int32 or int64, not in {}", NameOf(dtype)));
    for (size_t i = 0; i < 3; ++i) {
      if (context.input(i).dtype != dtype || context.input(i).elements() != 1) {
        return context.Mismatch("start, limit and delta must be one {} each", NameOf(dtype));
      }
    }
    return {};
  }

  template <class T>
  Result<int64_t> Count(KernelContext& context) const {
    const T start = context.input(0).as<T>()[0], limit = context.input(1).as<T>()[0];
    const T delta = context.input(2).as<T>()[0];
    if (!(delta > T(0) ? start <= limit : delta < T(0) && start >= limit)) {
      return context.Mismatch("no steps of {} lead from {} to {}", delta, start, limit);
    }
    if constexpr (std::is_integral_v<T>) {
      // Differences of two int64 fit in uint64.
      const auto far = start < limit ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(start)
                                     : static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
      const auto step = delta > 0 ? static_cast<uint64_t>(delta) : uint64_t{0} - static_cast<uint64_t>(delta);
      const uint64_t count = far / step + (far % step != 0 ? 1 : 0);
      if (count <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        return static_cast<int64_t>(count);
    } else {
      const T count = std::ceil(std::abs((limit - start) / delta));
      if (count < static_cast<T>(std::numeric_limits<int32_t>::max())) return static_cast<int64_t>(count);
    }
    return context.Mismatch("too many steps of {} lead from {} to {}", delta, start, limit);
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const DType dtype = context.output().dtype;
    const Result<int64_t> count = dtype == DType::kFloat32 ? Count<float>(context)
                                  : dtype == DType::kInt32 ? Count<int32_t>(context)
                                                           : Count<int64_t>(context);
    if (!count) return kFailed;
    return std::vector<Dims>{{*count}};
  }

  template <class T, class Step>
  static void Fill(InvokeContext& context) {
    auto value = static_cast<Step>(context.input(0).as<T>()[0]);
    const auto delta = static_cast<Step>(context.input(2).as<T>()[0]);
    for (T& element : context.output().as_mutable<T>()) {
      element = static_cast<T>(value);
      value += delta;
    }
  }

  Result<void> Compute(InvokeContext& context) override {
    // The step after the last may leave the type's range: unsigned arithmetic wraps.
    switch (context.output().dtype) {
      case DType::kFloat32:
        Fill<float, float>(context);
        break;
      case DType::kInt32:
        Fill<int32_t, uint32_t>(context);
        break;
      default:
        Fill<int64_t, uint64_t>(context);
    }
    return {};
  }
};

}  // namespace

LS_KERNEL(ONE_HOT) { return std::make_unique<OneHot>(); }
LS_KERNEL(RANGE) { return std::make_unique<Range>(); }

}  // namespace litesmith
