// SUM, MEAN, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_ANY, REDUCE_ALL over the axes of input 1.
#include <cmath>

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

enum class Kind { kSum, kMean, kProd, kMax, kMin, kAny, kAll };

// The input's dimensions with neighbours of one kind (kept or reduced) merged.
struct ReducePlan {
  Dims output;  // the result's shape
  Dims merged;  // alternately kept and reduced
  bool first_reduced = false;
  int64_t reduced_count = 1;  // elements that go into one element of the result

  // Calls row(out, count, step): the next `count` elements of the input belong to out, out + step, ...
  template <class F>
  void ForEachRow(F&& row) const {
    const size_t rank = merged.size();
    std::vector<int64_t> strides(rank, 0), index(rank, 0);
    int64_t stride = 1;
    for (size_t axis = rank; axis-- > 0;) {
      if ((axis % 2 == 0) == first_reduced) continue;
      strides[axis] = stride;
      stride *= merged[axis];
    }
    int64_t out = 0;
    while (true) {
      row(out, merged[rank - 1], strides[rank - 1]);
      size_t axis = rank - 1;
      while (axis-- > 0) {
        out += strides[axis];
        if (++index[axis] < merged[axis]) break;
        out -= strides[axis] * merged[axis];
        index[axis] = 0;
      }
      if (axis == static_cast<size_t>(-1)) return;
    }
  }
};

Result<ReducePlan> PlanOf(KernelContext& context, bool keep_dims) {
  const TensorView& input = context.input(0);
  std::vector<bool> reduced(static_cast<size_t>(input.rank()), false);
  for (int64_t axis : context.input(1).ToInt64()) {
    const int64_t rank = input.rank();
    if (axis < -rank || axis >= rank)
      return context.Mismatch("axis {} of an input of {} dimensions", axis, rank);
    reduced[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  ReducePlan plan;
  bool last = false;
  for (size_t axis = 0; axis < reduced.size(); ++axis) {
    const int64_t dim = input.dims[axis];
    if (!reduced[axis] || keep_dims) plan.output.push_back(reduced[axis] ? 1 : dim);
    if (reduced[axis]) plan.reduced_count = WrappingMul(plan.reduced_count, dim);  // beside a 0 anything
    if (plan.merged.empty() || last != reduced[axis]) {
      if (plan.merged.empty()) plan.first_reduced = reduced[axis];
      plan.merged.push_back(dim);
    } else {
      plan.merged.back() = WrappingMul(plan.merged.back(), dim);
    }
    last = reduced[axis];
  }
  if (plan.merged.empty()) plan.merged.push_back(1);
  return plan;
}

class Reduce : public Kernel {
 public:
  explicit Reduce(Kind kind) : kind_(kind) {}

  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &input = context.input(0), &axes = context.input(1);
    LS_RETURN_IF_FAILED(ExpectSameDType(context, input, context.output()));
    LS_RETURN_IF_FAILED(ExpectDType(context, axes, {DType::kInt32}, "list of axes"));
    LS_RETURN_IF_FAILED(ExpectRank(context, axes, 0, 1, "list of axes"));
    LS_RETURN_IF_FAILED(ExpectInput(context));
    keep_dims_ = context.attributes->Bool("keep_dims");
    dynamic_ = !axes.constant;
    if (dynamic_) {
      context.SetOutputDynamic(0);
      return {};
    }
    LS_TRY(plan_, PlanOf(context, keep_dims_));
    return context.SetOutput(0, plan_.output);
  }

  Result<void> Invoke(InvokeContext& context) override {
    if (dynamic_) {
      LS_TRY(plan_, PlanOf(context, keep_dims_));
      LS_RETURN_IF_FAILED(context.ResizeOutput(0, plan_.output));
    }
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Numbers<float>(context);
        break;
      case DType::kInt32:
        Numbers<int32_t>(context);
        break;
      case DType::kInt64:
        Numbers<int64_t>(context);
        break;
      case DType::kInt8:
        Small<int8_t>(context);
        break;
      case DType::kUInt8:
        Small<uint8_t>(context);
        break;
      case DType::kInt16:
        Small<int16_t>(context);
        break;
      default:
        Logic(context);
        break;
    }
    return {};
  }

 private:
  Result<void> ExpectInput(PrepareContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    if (kind_ == Kind::kAny || kind_ == Kind::kAll)
      return ExpectDType(context, input, {DType::kBool}, "input");
    LS_RETURN_IF_FAILED(ExpectDType(
        context, input,
        {DType::kFloat32, DType::kInt32, DType::kInt64, DType::kInt8, DType::kUInt8, DType::kInt16},
        "input"));
    if (BitsOf(input.dtype) > 16) return {};
    if (kind_ == Kind::kMax || kind_ == Kind::kMin) {
      const bool same = input.quantized() == output.quantized() &&
                        (!input.quantized() ||
                         (input.scale() == output.scale() && input.zero_point() == output.zero_point()));
      if (same) return {};
      return context.Report(Code::kQuantizationInvalid,
                            "input and output have different scales; this op needs the same");
    }
    // MEAN of integers that stand for themselves: some files have it on pictures.
    plain_ = !input.quantized() && !output.quantized();
    if (plain_) return {};
    LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
    return ExpectQuantized(context, output, "output");
  }

  // Folds the input into one accumulator an output element.
  template <class T, class Acc, class F>
  std::vector<Acc> Fold(InvokeContext& context, Acc start, F&& fold) {
    std::vector<Acc> sums(static_cast<size_t>(context.output().elements()), start);
    const T* in = context.input(0).as<T>().data();
    if (context.input(0).elements() == 0) return sums;
    plan_.ForEachRow([&](int64_t out, int64_t count, int64_t step) {
      Acc* sum = sums.data() + out;
      for (int64_t i = 0; i < count; ++i) sum[i * step] = fold(sum[i * step], static_cast<Acc>(in[i]));
      in += count;
    });
    return sums;
  }
  template <class T, class Acc>
  void Store(InvokeContext& context, const std::vector<Acc>& sums) {
    T* out = context.output().as_mutable<T>().data();
    for (size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<T>(sums[i]);
  }

  template <class T>
  void Extreme(InvokeContext& context) {
    const Range<T> all;
    if (kind_ == Kind::kMax) {  // NaN is never larger
      return Store<T>(context, Fold<T, T>(context, all.low, [](T a, T b) { return b > a ? b : a; }));
    }
    Store<T>(context, Fold<T, T>(context, all.high, [](T a, T b) { return b < a ? b : a; }));
  }

  template <class T>
  void Numbers(InvokeContext& context) {
    // Floats are added in float64: neither order nor length of the sum shows in the result.
    using Sum = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
    switch (kind_) {
      case Kind::kMax:
      case Kind::kMin:
        return Extreme<T>(context);
      case Kind::kProd:
        return Store<T>(context, Fold<T, T>(context, T{1}, WrappingMul<T>));
      default:
        break;
    }
    std::vector<Sum> sums = Fold<T, Sum>(context, Sum{0}, WrappingAdd<Sum>);
    if (kind_ == Kind::kMean) {
      for (Sum& sum : sums) sum = Mean(sum);
    }
    Store<T>(context, sums);
  }
  template <class Sum>
  Sum Mean(Sum sum) const {
    if constexpr (std::is_floating_point_v<Sum>) return sum / static_cast<Sum>(plan_.reduced_count);
    return plan_.reduced_count == 0 ? Sum{0} : static_cast<Sum>(sum / static_cast<Sum>(plan_.reduced_count));
  }

  template <class T>
  void Small(InvokeContext& context) {
    if (kind_ == Kind::kMax || kind_ == Kind::kMin) return Extreme<T>(context);
    if (plain_) {
      if (kind_ == Kind::kProd) return Store<T>(context, Fold<T, T>(context, T{1}, WrappingMul<T>));
      std::vector<int64_t> sums = Fold<T, int64_t>(context, int64_t{0}, WrappingAdd<int64_t>);
      if (kind_ == Kind::kMean) {
        for (int64_t& sum : sums) sum = Mean(sum);
      }
      return Store<T>(context, sums);
    }
    const TensorView &input = context.input(0), &output = context.output();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    T* out = output.as_mutable<T>().data();
    if (kind_ == Kind::kProd) return QuantizedProduct<T>(context);
    const std::vector<int64_t> sums = Fold<T, int64_t>(context, int64_t{0}, WrappingAdd<int64_t>);
    if (kind_ == Kind::kSum) {
      // round(sum * s_in / s_out - z_in * n * s_in / s_out) + z_out in float32, as LiteRT's optimized kernel;
      // its reference kernel is off by orders of magnitude.
      const float scale = input.scale() / output.scale();
      const float bias =
          static_cast<float>(-input.zero_point()) * scale * static_cast<float>(plan_.reduced_count);
      for (size_t i = 0; i < sums.size(); ++i) {
        const int64_t q =
            int64_t{RoundToInt32(static_cast<float>(sums[i]) * scale + bias)} + output.zero_point();
        out[i] = static_cast<T>(std::clamp<int64_t>(q, limits.low, limits.high));
      }
      return;
    }
    const FixedMultiplier factor = MeanFactor(ToFixed(static_cast<double>(input.scale()) / output.scale()));
    const int64_t offset = input.zero_point() * plan_.reduced_count;
    for (size_t i = 0; i < sums.size(); ++i) {
      const int32_t scaled = Scale(static_cast<int32_t>(sums[i] - offset), factor);
      out[i] = static_cast<T>(limits.Cut(WrappingAdd(scaled, output.zero_point())));
    }
  }

  // The factor divided by the number of elements, with as many bits as the number has won back from the
  // shift.
  FixedMultiplier MeanFactor(FixedMultiplier factor) const {
    if (plan_.reduced_count <= 0) return {};
    int shift = 63 - std::countl_zero(static_cast<uint64_t>(plan_.reduced_count));
    shift = std::max(0, std::min({shift, 32, 31 + factor.shift}));
    const int64_t value = (static_cast<int64_t>(factor.value) << shift) / plan_.reduced_count;
    return {static_cast<int32_t>(std::min<int64_t>(value, std::numeric_limits<int32_t>::max())),
            factor.shift - shift};
  }

  // round(product of (q - z_in) * s_in, divided by s_out) + z_out; s_out is spread over the factors, so that
  // the product stays in range when scales are tiny.
  template <class T>
  void QuantizedProduct(InvokeContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    const double n = static_cast<double>(std::max<int64_t>(plan_.reduced_count, 1));
    const double step = input.scale() * std::pow(static_cast<double>(output.scale()), -1.0 / n);
    const std::vector<double> products = Fold<T, double>(
        context, 1.0, [&](double product, double q) { return product * ((q - input.zero_point()) * step); });
    T* out = output.as_mutable<T>().data();
    for (size_t i = 0; i < products.size(); ++i) {
      out[i] = static_cast<T>(limits.Cut(RoundToInt32(products[i] + output.zero_point())));
    }
  }

  void Logic(InvokeContext& context) {
    const bool any = kind_ == Kind::kAny;
    const std::vector<uint8_t> values = Fold<bool, uint8_t>(
        context, any ? 0 : 1, [any](uint8_t a, uint8_t b) -> uint8_t { return any ? (a | b) : (a & b); });
    Store<bool>(context, values);
  }

  Kind kind_;
  bool keep_dims_ = false, dynamic_ = false, plain_ = false;
  ReducePlan plan_;
};

}  // namespace

LS_KERNEL(SUM) { return std::make_unique<Reduce>(Kind::kSum); }
LS_KERNEL(MEAN) { return std::make_unique<Reduce>(Kind::kMean); }
LS_KERNEL(REDUCE_PROD) { return std::make_unique<Reduce>(Kind::kProd); }
LS_KERNEL(REDUCE_MAX) { return std::make_unique<Reduce>(Kind::kMax); }
LS_KERNEL(REDUCE_MIN) { return std::make_unique<Reduce>(Kind::kMin); }
LS_KERNEL(REDUCE_ANY) { return std::make_unique<Reduce>(Kind::kAny); }
LS_KERNEL(REDUCE_ALL) { return std::make_unique<Reduce>(Kind::kAll); }

}  // namespace litesmith
