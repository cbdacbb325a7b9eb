// UNIQUE and BUCKETIZE.
#include <algorithm>
#include <unordered_map>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

// Outputs: the different values of a vector in order of appearance, and for each element which of them it is.
class Unique : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    if (!context.has_input(0) || context.output_count() != 2)
      return context.Mismatch("it has one input and two outputs");
    const DType values = context.input(0).dtype, index = context.output(1).dtype;
    LS_RETURN_IF_FAILED(context.Expect(
        values == DType::kFloat32 || values == DType::kBool || (IsInteger(values) && BitsOf(values) >= 8),
        "it does not compare {}", NameOf(values)));
    LS_RETURN_IF_FAILED(context.Expect(index == DType::kInt32 || index == DType::kInt64,
                                       "its indices are int32 or int64, not {}", NameOf(index)));
    if (context.input(0).rank() != 1 || context.output(0).dtype != values) {
      return context.Mismatch("it takes a vector of the output's type, not {} {}", NameOf(values),
                              ToText(context.input(0).dims));
    }
    context.SetOutputDynamic(0);
    return context.SetOutput(1, context.input(0).dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    Result<void> result = kFailed;
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (std::is_integral_v<T> || std::is_same_v<T, float>) {
        result =
            context.output(1).dtype == DType::kInt32 ? Find<T, int32_t>(context) : Find<T, int64_t>(context);
      }
    });
    return result;
  }

  template <class T, class I>
  static Result<void> Find(InvokeContext& context) {
    std::unordered_map<T, I> known;
    std::vector<T> values;
    I* index = context.output(1).template as_mutable<I>().data();
    for (const T value : context.input(0).as<T>()) {
      if (value != value) {  // equal to nothing, so no use in the map
        *index++ = static_cast<I>(values.size());
        values.push_back(value);
        continue;
      }
      const auto [place, fresh] = known.try_emplace(value, static_cast<I>(values.size()));
      if (fresh) values.push_back(value);
      *index++ = place->second;
    }
    LS_RETURN_IF_FAILED(context.ResizeOutput(0, {static_cast<int64_t>(values.size())}));
    std::copy(values.begin(), values.end(), context.output(0).template as_mutable<T>().begin());
    return {};
  }
};

// How many boundaries are not above each element.
class Bucketize : public ShapedKernel {
 public:
  Bucketize() : ShapedKernel(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(dtype == DType::kFloat32 || dtype == DType::kFloat64 ||
                                           dtype == DType::kInt32 || dtype == DType::kInt64,
                                       "it does not sort {}", NameOf(dtype)));
    LS_RETURN_IF_FAILED(context.Expect(context.output().dtype == DType::kInt32, "its output is int32, not {}",
                                       NameOf(context.output().dtype)));
    boundaries_ = context.attributes->Get<std::vector<float>>("boundaries");
    if (!std::is_sorted(boundaries_.begin(), boundaries_.end())) {
      return context.Mismatch("its boundaries do not rise");
    }
    return {};
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{context.input(0).dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (requires(T value, float boundary) { value < boundary; }) {
        int32_t* bucket = context.output().as_mutable<int32_t>().data();
        for (const T value : context.input(0).as<T>()) {
          const auto above = std::upper_bound(boundaries_.begin(), boundaries_.end(), value,
                                              [](T a, float b) { return a < b; });
          *bucket++ = static_cast<int32_t>(above - boundaries_.begin());
        }
      }
    });
    return {};
  }

  std::vector<float> boundaries_;
};

}  // namespace

LS_KERNEL(UNIQUE) { return std::make_unique<Unique>(); }
LS_KERNEL(BUCKETIZE) { return std::make_unique<Bucketize>(); }

}  // namespace litesmith
