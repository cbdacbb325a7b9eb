// REDUCE_WINDOW and STABLEHLO_REDUCE_WINDOW: the elements under a moving window combined, beginning with a
// given value.
#include <algorithm>

#include "base/checked.h"
#include "kernels/reference/combiner.h"
#include "kernels/reference/movement.h"
#include "kernels/reference/spread.h"

namespace litesmith {
namespace {

using reference::Combiner;
using reference::ElementsOf;
using reference::ShapedKernel;

// Inputs: tensor, first value, and what a derived class reads.
class WindowReduction : public ShapedKernel {
 protected:
  using ShapedKernel::ShapedKernel;

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(VisitDType(dtype, [](auto) {}) && !IsComplex(dtype),
                                       "it does not combine {}", NameOf(dtype)));
    if (context.input(1).dtype != dtype || context.output().dtype != dtype ||
        context.input(1).elements() != 1) {
      return context.Mismatch("its first value must be one {}, as its output is", NameOf(dtype));
    }
    return {};
  }

  // Needs window_, strides_, dilations_ and what the tensor becomes before windows move over it.
  Result<std::vector<Dims>> WindowShape(KernelContext& context, const Dims& dims) {
    const size_t rank = dims.size();
    bool fits = window_.size() == rank && strides_.size() == rank && dilations_.size() == rank;
    Dims result;
    for (size_t i = 0; fits && i < rank; ++i) {
      const auto reach = window_[i] < 1 ? std::nullopt : CheckedMul(window_[i] - 1, dilations_[i]);
      fits = reach && strides_[i] >= 1 && dilations_[i] >= 1;
      if (fits) result.push_back(dims[i] > *reach ? (dims[i] - *reach - 1) / strides_[i] + 1 : 0);
    }
    if (!fits) {
      return context.Mismatch("windows of {} with strides {} and dilations {} do not fit {}", ToText(window_),
                              ToText(strides_), ToText(dilations_), ToText(dims));
    }
    whole_ = dims;
    return std::vector<Dims>{result};
  }

  Result<void> Reduce(InvokeContext& context, const std::byte* data) const {
    if (context.output().elements() == 0) return {};
    VisitDType(context.input(0).dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (requires(T a) { a < a; }) {
        ReduceAs<T>(reinterpret_cast<const T*>(data), context.input(1).as<T>()[0],
                    context.output().as_mutable<T>());
      }
    });
    return {};
  }

  // Offsets of all combinations of places, `counts` of them along each axis, `steps` apart; first axis
  // outermost.
  static std::vector<int64_t> Offsets(std::span<const int64_t> counts, std::span<const int64_t> steps) {
    std::vector<int64_t> offsets = {0};
    for (size_t axis = 0; axis < counts.size(); ++axis) {
      std::vector<int64_t> next;
      next.reserve(offsets.size() * static_cast<size_t>(counts[axis]));
      for (const int64_t offset : offsets) {
        for (int64_t i = 0; i < counts[axis]; ++i) next.push_back(offset + i * steps[axis]);
      }
      offsets = std::move(next);
    }
    return offsets;
  }

  template <class T>
  void ReduceAs(const T* data, T first, std::span<T> output) const {
    std::vector<int64_t> inner = reference::Strides(whole_), outer = inner;
    for (size_t i = 0; i < whole_.size(); ++i) {
      // Steps that are never taken may be too long for a product.
      inner[i] = window_[i] > 1 ? inner[i] * dilations_[i] : 0;
      outer[i] = dims()[0][i] > 1 ? outer[i] * strides_[i] : 0;
    }
    // Both lists are at most as long as the tensor and the output.
    const std::vector<int64_t> window = Offsets(window_, inner), places = Offsets(dims()[0], outer);
    for (size_t i = 0; i < output.size(); ++i) {
      T value = first;
      for (const int64_t offset : window)
        value = reference::Combine<T>(how_, value, data[places[i] + offset]);
      output[i] = value;
    }
  }

  Combiner how_ = Combiner::kAdd;
  std::vector<int64_t> window_, strides_, dilations_;
  Dims whole_;
};

// Further inputs: window, strides and dilations [rank] each.
class ReduceWindow : public WindowReduction {
 public:
  ReduceWindow() : WindowReduction(5, 1, {2, 3, 4}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    // ReduceWindowFunction of the schema.
    constexpr Combiner kFunctions[] = {Combiner::kReplace, Combiner::kAdd,     Combiner::kMultiply,
                                       Combiner::kMinimum, Combiner::kMaximum, Combiner::kAnd,
                                       Combiner::kOr};
    const int64_t function = context.attributes->Int("reduce_function");
    LS_RETURN_IF_FAILED(context.Expect(function >= 1 && function <= 6, "there is no function {}", function));
    how_ = kFunctions[function];
    return WindowReduction::Check(context);
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    window_ = context.input(2).ToInt64();
    strides_ = context.input(3).ToInt64();
    dilations_ = context.input(4).ToInt64();
    return WindowShape(context, context.input(0).dims);
  }
  Result<void> Compute(InvokeContext& context) override { return Reduce(context, context.input(0).data); }
};

// An attribute names the op that combines, which stands in another subgraph of the file.
class StablehloReduceWindow : public WindowReduction {
 public:
  StablehloReduceWindow() : WindowReduction(2, 1, {}) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const std::string op = context.attributes->Text("body_subgraph_index_op", "?");
    const auto combiner = reference::CombinerOfOp(op);
    LS_RETURN_IF_FAILED(context.Expect(combiner && *combiner != Combiner::kReplace,
                                       "it does not combine elements by '{}'", op));
    how_ = *combiner;
    return WindowReduction::Check(context);
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& dims = context.input(0).dims;
    const auto list = [&](std::string_view name, int64_t otherwise, size_t size) {
      std::vector<int64_t> values = context.attributes->Ints(name);
      if (values.empty()) values.assign(size, otherwise);
      return values;
    };
    window_ = list("window_dimensions", 1, dims.size());
    strides_ = list("window_strides", 1, dims.size());
    dilations_ = list("window_dilations", 1, dims.size());
    const std::vector<int64_t> padding = list("padding", 0, 2 * dims.size());
    spread_ = {};
    spread_.steps = list("base_dilations", 1, dims.size());
    for (size_t i = 0; i + 1 < padding.size(); i += 2) {
      spread_.low.push_back(padding[i]);
      spread_.high.push_back(padding[i + 1]);
    }
    const auto spread = spread_.Apply(dims);
    if (!spread) return context.Mismatch("{} cannot be padded by {}", ToText(dims), ToText(padding));
    return WindowShape(context, *spread);
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    const auto width = static_cast<size_t>(BitsOf(input.dtype)) / 8;
    const auto bytes = BytesOf(input.dtype, ElementsOf(whole_));
    if (!bytes || *bytes > static_cast<size_t>(context.limits->max_tensor_bytes)) {
      return context.Report(Code::kLimitExceeded, fmt::format("{} is too large", ToText(whole_)));
    }
    std::vector<std::byte> whole(*bytes);
    spread_.Copy(input.dims, input.data, context.input(1).data, whole.data(), width);
    return Reduce(context, whole.data());
  }

  reference::Spread spread_;
};

}  // namespace

LS_KERNEL(REDUCE_WINDOW) { return std::make_unique<ReduceWindow>(); }
LS_KERNEL(STABLEHLO_REDUCE_WINDOW) { return std::make_unique<StablehloReduceWindow>(); }

}  // namespace litesmith
