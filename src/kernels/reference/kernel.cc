#include "kernels/kernel.h"

#include "base/checked.h"

namespace litesmith {

int64_t TensorView::elements() const { return CheckedProduct(dims).value_or(0); }

std::vector<int64_t> TensorView::ToInt64() const {
  std::vector<int64_t> values;
  if (data == nullptr) return values;
  VisitDType(dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_integral_v<T>) {
      const std::span<const T> elements = as<T>();
      values.assign(elements.begin(), elements.end());
    }
  });
  return values;
}

const TensorView& KernelContext::input(size_t index) const {
  static const TensorView absent = [] {
    TensorView view;
    view.present = false;
    return view;
  }();
  return index < inputs.size() ? inputs[index] : absent;
}

}  // namespace litesmith
