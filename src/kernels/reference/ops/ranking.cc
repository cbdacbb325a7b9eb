// Ops that look for the largest or smallest: TOPK_V2, ARG_MAX, ARG_MIN.
#include <algorithm>
#include <limits>
#include <numeric>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// Calls f with the C++ type of a dtype whose values have an order.
template <class F>
bool VisitOrdered(DType dtype, F&& f) {
  return VisitDType(dtype, [&](auto type) {
    if constexpr (requires(typename decltype(type)::type a) { a < a; }) f(type);
  });
}

// Inputs: values [..., n], k. Outputs: the k best of each row in falling order, and where they stood; of
// equal ones the first comes first.
class TopK : public ShapedKernel {
 public:
  TopK() : ShapedKernel(2, 2, {1}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType values = context.input(0).dtype, indices = context.output(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(!IsComplex(values) && VisitDType(values, [](auto) {}),
                                       "{} values have no order", NameOf(values)));
    LS_RETURN_IF_FAILED(context.Expect(indices == DType::kInt16 || indices == DType::kInt32,
                                       "its indices are int16 or int32, not {}", NameOf(indices)));
    if (context.output(0).dtype != values) return context.Mismatch("values and output differ in type");
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(0).dims;
    LS_TRY(const int64_t k, reference::ScalarOf(context, context.input(1), "k"));
    if (dims.empty() || k < 0 || k > dims.back()) {
      return context.Mismatch("{} has no {} best along its last axis", ToText(dims), k);
    }
    dims.back() = k;
    return std::vector<Dims>{dims, dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const int64_t length = input.dims.back(), k = dims()[0].back();
    if (k == 0 || input.elements() == 0) return {};
    if (context.output(1).dtype == DType::kInt16 && length > std::numeric_limits<int16_t>::max() + 1) {
      return context.Mismatch("rows of {} are too long for int16 indices", length);
    }
    VisitOrdered(input.dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if (context.output(1).dtype == DType::kInt16) {
        Rank<T, int16_t>(context, length, k);
      } else {
        Rank<T, int32_t>(context, length, k);
      }
    });
    return {};
  }

  template <class T, class I>
  static void Rank(InvokeContext& context, int64_t length, int64_t k) {
    const T* row = context.input(0).as<T>().data();
    T* values = context.output(0).template as_mutable<T>().data();
    I* indices = context.output(1).template as_mutable<I>().data();
    std::vector<int64_t> order(static_cast<size_t>(length));
    for (int64_t rows = context.input(0).elements() / length; rows > 0; --rows, row += length) {
      std::iota(order.begin(), order.end(), int64_t{0});
      std::partial_sort(order.begin(), order.begin() + k, order.end(), [row](int64_t a, int64_t b) {
        return row[a] > row[b] || (!(row[b] > row[a]) && a < b);
      });
      for (int64_t i = 0; i < k; ++i) {
        *values++ = row[order[static_cast<size_t>(i)]];
        *indices++ = static_cast<I>(order[static_cast<size_t>(i)]);
      }
    }
  }
};

// Inputs: values, axis. The index of the best along the axis, the first of equals.
template <bool kMax>
class ArgBest : public ShapedKernel {
 public:
  ArgBest() : ShapedKernel(2, 1, {1}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType values = context.input(0).dtype, index = context.output().dtype;
    LS_RETURN_IF_FAILED(context.Expect(!IsComplex(values) && VisitDType(values, [](auto) {}),
                                       "{} values have no order", NameOf(values)));
    return context.Expect(index == DType::kInt32 || index == DType::kInt64,
                          "its output is int32 or int64, not {}", NameOf(index));
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    LS_TRY(const int64_t given, reference::ScalarOf(context, context.input(1), "the axis"));
    LS_TRY(axis_, reference::AxisOf(context, given, context.input(0).rank()));
    Dims dims = context.input(0).dims;
    dims.erase(dims.begin() + axis_);
    if (context.input(0).dim(axis_) == 0 && ElementsOf(dims) > 0) {
      return context.Mismatch("axis {} of {} is empty", axis_, ToText(context.input(0).dims));
    }
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    VisitOrdered(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if (context.output().dtype == DType::kInt32) {
        Find<T, int32_t>(context);
      } else {
        Find<T, int64_t>(context);
      }
    });
    return {};
  }

  template <class T, class I>
  void Find(InvokeContext& context) const {
    const TensorView& input = context.input(0);
    if (input.elements() == 0) return;
    const int64_t length = input.dim(axis_);
    const auto axis = static_cast<size_t>(axis_);
    const int64_t inner = ElementsOf({input.dims.data() + axis + 1, input.dims.size() - axis - 1});
    const int64_t outer = input.elements() / length / inner;
    const T* values = input.as<T>().data();
    I* result = context.output().template as_mutable<I>().data();
    for (int64_t i = 0; i < outer; ++i) {
      for (int64_t j = 0; j < inner; ++j) {
        const T* column = values + i * length * inner + j;
        int64_t best = 0;
        for (int64_t k = 1; k < length; ++k) {
          const T value = column[k * inner], other = column[best * inner];
          if (kMax ? value > other : value < other) best = k;
        }
        *result++ = static_cast<I>(best);
      }
    }
  }

  int axis_ = 0;
};

}  // namespace

LS_KERNEL(TOPK_V2) { return std::make_unique<TopK>(); }
LS_KERNEL(ARG_MAX) { return std::make_unique<ArgBest<true>>(); }
LS_KERNEL(ARG_MIN) { return std::make_unique<ArgBest<false>>(); }

}  // namespace litesmith
