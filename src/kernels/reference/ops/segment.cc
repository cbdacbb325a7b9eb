// SEGMENT_SUM and UNSORTED_SEGMENT_MAX, _MIN, _PROD, _SUM: rows of data combined by the number of their
// segment.
#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

enum class Combine { kSum, kProd, kMax, kMin };

// Integers wrap around.
template <class T>
T Combined(Combine how, T a, T b) {
  using Wide = std::conditional_t<std::is_integral_v<T>, uint32_t, T>;
  switch (how) {
    case Combine::kSum:
      return static_cast<T>(static_cast<Wide>(a) + static_cast<Wide>(b));
    case Combine::kProd:
      return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(b));
    case Combine::kMax:
      return std::max(a, b);
    case Combine::kMin:
      return std::min(a, b);
  }
  return a;
}

template <class T>
T Initial(Combine how) {
  switch (how) {
    case Combine::kSum:
      return T(0);
    case Combine::kProd:
      return T(1);
    case Combine::kMax:
      return std::numeric_limits<T>::lowest();
    case Combine::kMin:
      return std::numeric_limits<T>::max();
  }
  return T(0);
}

class SegmentKernel : public ShapedKernel {
 protected:
  SegmentKernel(Combine how, size_t inputs, std::vector<size_t> deciding)
      : ShapedKernel(inputs, 1, std::move(deciding)), how_(how) {}

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(
        (dtype == DType::kFloat32 || dtype == DType::kInt32) && dtype == context.output().dtype,
        "it combines float32 or int32, not {} into {}", NameOf(dtype), NameOf(context.output().dtype)));
    const DType ids = context.input(1).dtype;
    return context.Expect(ids == DType::kInt32 || ids == DType::kInt64,
                          "its segments are int32 or int64, not {}", NameOf(ids));
  }

  // Rows of negative segments are left out; those of segments beyond the output have been refused.
  Result<void> Compute(InvokeContext& context) override {
    if (context.input(0).dtype == DType::kFloat32) {
      Add<float>(context);
    } else {
      Add<int32_t>(context);
    }
    return {};
  }

  template <class T>
  void Add(InvokeContext& context) const {
    const std::span<T> output = context.output().as_mutable<T>();
    std::fill(output.begin(), output.end(), Initial<T>(how_));
    const std::vector<int64_t> segments = context.input(1).ToInt64();
    const Dims& dims = context.output().dims;
    const int64_t row = ElementsOf({dims.data() + 1, dims.size() - 1});
    const T* data = context.input(0).as<T>().data();
    if (output.empty()) return;
    for (const int64_t segment : segments) {
      T* target = output.data() + std::max<int64_t>(segment, 0) * row;
      for (int64_t i = 0; segment >= 0 && i < row; ++i) target[i] = Combined(how_, target[i], data[i]);
      data += row;
    }
  }

  Combine how_;
};

// Segments rise from row to row; one that no row has gives zeros.
class SegmentSum : public SegmentKernel {
 public:
  SegmentSum() : SegmentKernel(Combine::kSum, 2, {1}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &data = context.input(0), &ids = context.input(1);
    const std::vector<int64_t> segments = ids.ToInt64();
    if (ids.rank() != 1 || data.rank() < 1 || ids.dims[0] != data.dims[0]) {
      return context.Mismatch("{} segments do not fit data {}", ToText(ids.dims), ToText(data.dims));
    }
    if (!std::is_sorted(segments.begin(), segments.end()) || (!segments.empty() && segments[0] < 0)) {
      return context.Mismatch("the numbers of its segments do not rise from 0 on");
    }
    const auto count = segments.empty() ? std::optional<int64_t>(0) : CheckedAdd<int64_t>(segments.back(), 1);
    Dims dims = data.dims;
    dims[0] = count.value_or(-1);
    if (!CheckedProduct(dims))
      return context.Mismatch("segment {} makes the output too large", segments.back());
    return std::vector<Dims>{dims};
  }
};

class UnsortedSegment : public SegmentKernel {
 public:
  explicit UnsortedSegment(Combine how) : SegmentKernel(how, 3, {1, 2}) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const TensorView &data = context.input(0), &ids = context.input(1);
    LS_TRY(const int64_t count, reference::ScalarOf(context, context.input(2), "the number of segments"));
    if (ids.rank() > data.rank() || !std::equal(ids.dims.begin(), ids.dims.end(), data.dims.begin())) {
      return context.Mismatch("segments {} do not fit data {}", ToText(ids.dims), ToText(data.dims));
    }
    for (const int64_t segment : ids.ToInt64()) {
      if (segment >= count) return context.Mismatch("there is no segment {} among {}", segment, count);
    }
    Dims dims = {count};
    dims.insert(dims.end(), data.dims.begin() + ids.rank(), data.dims.end());
    if (!CheckedProduct(dims)) return context.Mismatch("{} segments are no shape {}", count, ToText(dims));
    return std::vector<Dims>{dims};
  }
};

}  // namespace

LS_KERNEL(SEGMENT_SUM) { return std::make_unique<SegmentSum>(); }
LS_KERNEL(UNSORTED_SEGMENT_SUM) { return std::make_unique<UnsortedSegment>(Combine::kSum); }
LS_KERNEL(UNSORTED_SEGMENT_PROD) { return std::make_unique<UnsortedSegment>(Combine::kProd); }
LS_KERNEL(UNSORTED_SEGMENT_MAX) { return std::make_unique<UnsortedSegment>(Combine::kMax); }
LS_KERNEL(UNSORTED_SEGMENT_MIN) { return std::make_unique<UnsortedSegment>(Combine::kMin); }

}  // namespace litesmith
