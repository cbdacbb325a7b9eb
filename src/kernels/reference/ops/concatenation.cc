// Ops that put tensors together along an axis: CONCATENATION, PACK.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// Puts tensors beside each other; each input takes `parts_[i]` neighbouring elements in each of `outer_`
// places.
class Joining : public ShapedKernel {
 protected:
  using ShapedKernel::ShapedKernel;

  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.output().dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype), "{} cannot be moved", NameOf(dtype)));
    for (size_t i = 0; i < context.input_count(); ++i) {
      if (!context.has_input(i) || context.input(i).dtype != dtype) {
        return context.Mismatch("input {} is missing or not of the output's type {}", i, NameOf(dtype));
      }
    }
    return {};
  }

  Result<void> Compute(InvokeContext& context) override {
    std::vector<size_t> inputs(context.input_count());
    std::iota(inputs.begin(), inputs.end(), size_t{0});
    return reference::MoveElements(context, inputs, dims(), [this](auto from, auto to, size_t width) {
      const int64_t row = std::accumulate(parts_.begin(), parts_.end(), int64_t{0});
      int64_t offset = 0;
      for (size_t i = 0; i < from.size(); ++i) {
        reference::CopyStrided(from[i], to[0] + offset * static_cast<int64_t>(width), width,
                               {{outer_, parts_[i], row}, {parts_[i], 1, 1}});
        offset += parts_[i];
      }
    });
  }

  int64_t outer_ = 0;
  std::vector<int64_t> parts_;
};

// Rounds to nearest, halves away from zero, as TensorFlow Lite's kernel does, and keeps to the type's range.
template <class T>
void Requantize(const TensorView& input, const TensorView& output, int64_t outer, int64_t part, T* to,
                int64_t row) {
  const float scale = input.scale() * (1.0f / output.scale());
  const float bias = -static_cast<float>(input.zero_point()) * scale;
  const T* from = input.as<T>().data();
  for (int64_t i = 0; i < outer; ++i, to += row) {
    for (int64_t j = 0; j < part; ++j) {
      const float value =
          std::round(static_cast<float>(*from++) * scale + bias) + static_cast<float>(output.zero_point());
      to[j] = static_cast<T>(std::clamp(value, static_cast<float>(std::numeric_limits<T>::min()),
                                        static_cast<float>(std::numeric_limits<T>::max())));
    }
  }
}

class Concatenation : public Joining {
 public:
  Concatenation() : Joining(1, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(Joining::Check(context));
    LS_RETURN_IF_FAILED(context.Expect(context.attributes->Int("fused_activation_function") == 0,
                                       "it takes no fused activation"));
    const TensorView& output = context.output();
    rescale_ = std::any_of(context.inputs.begin(), context.inputs.end(),
                           [&](const TensorView& input) { return Rescaled(input, output); });
    for (const TensorView& input : context.inputs) {
      const bool sound = !Rescaled(input, output) || (IsScale(input.scale()) && IsScale(output.scale()));
      if (!sound) return context.Mismatch("scales {} and {} cannot be", input.scale(), output.scale());
    }
    return context.Expect(!rescale_ || output.dtype == DType::kUInt8 || output.dtype == DType::kInt8,
                          "inputs of {} must have the output's scale and zero point", NameOf(output.dtype));
  }

  static bool IsScale(float scale) {
    return scale > 0 && std::isfinite(scale) && std::isfinite(1.0f / scale);
  }

  static bool Rescaled(const TensorView& input, const TensorView& output) {
    if (!input.quantized() || !output.quantized()) return false;
    return input.scale() != output.scale() || input.zero_point() != output.zero_point();
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(0).dims;
    if (dims.empty()) return Vector(context);
    LS_TRY(const int given,
           reference::AxisOf(context, context.attributes->Int("axis"), context.input(0).rank()));
    const auto axis = static_cast<size_t>(given);
    outer_ = ElementsOf({dims.data(), axis});
    parts_.clear();
    int64_t total = 0;
    for (size_t i = 0; i < context.input_count(); ++i) {
      Dims other = context.input(i).dims;
      const Dims shown = other;
      const int64_t length = axis < other.size() ? other[axis] : -1;
      if (axis < other.size()) other[axis] = dims[axis];
      const auto sum = CheckedAdd(total, length);
      if (other != dims || !sum) {
        return context.Mismatch("{} and {} cannot stand beside each other along axis {}",
                                ToText(context.input(0).dims), ToText(shown), axis);
      }
      total = *sum;
      parts_.push_back(ElementsOf({shown.data() + axis, shown.size() - axis}));
    }
    dims[axis] = total;
    return std::vector<Dims>{dims};
  }

  // Scalars become a vector.
  Result<std::vector<Dims>> Vector(KernelContext& context) {
    for (const TensorView& input : context.inputs) {
      if (input.rank() != 0) return context.Mismatch("a scalar cannot stand beside {}", ToText(input.dims));
    }
    outer_ = 1;
    parts_.assign(context.input_count(), 1);
    return std::vector<Dims>{{static_cast<int64_t>(context.input_count())}};
  }

  Result<void> Compute(InvokeContext& context) override {
    if (!rescale_) return Joining::Compute(context);
    return context.output().dtype == DType::kUInt8 ? Rescale<uint8_t>(context) : Rescale<int8_t>(context);
  }

  template <class T>
  Result<void> Rescale(InvokeContext& context) {
    const TensorView& output = context.output();
    const int64_t row = std::accumulate(parts_.begin(), parts_.end(), int64_t{0});
    T* to = output.as_mutable<T>().data();
    for (size_t i = 0; i < context.input_count(); ++i) {
      const TensorView& input = context.input(i);
      if (Rescaled(input, output)) {
        Requantize<T>(input, output, outer_, parts_[i], to, row);
      } else {
        reference::CopyStrided(input.data, reinterpret_cast<std::byte*>(to), 1,
                               {{outer_, parts_[i], row}, {parts_[i], 1, 1}});
      }
      to += parts_[i];
    }
    return {};
  }

  bool rescale_ = false;
};

class Pack : public Joining {
 public:
  Pack() : Joining(1, 1) {}

 private:
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& first = context.input(0).dims;
    LS_TRY(const int axis,
           reference::AxisOf(context, context.attributes->Int("axis"), context.input(0).rank() + 1));
    for (const TensorView& input : context.inputs) {
      if (input.dims != first) {
        return context.Mismatch("{} and {} cannot be packed together", ToText(first), ToText(input.dims));
      }
    }
    const auto place = static_cast<size_t>(axis);
    outer_ = ElementsOf({first.data(), place});
    parts_.assign(context.input_count(), ElementsOf({first.data() + place, first.size() - place}));
    Dims dims = first;
    dims.insert(dims.begin() + axis, static_cast<int64_t>(context.input_count()));
    return std::vector<Dims>{dims};
  }
};

}  // namespace

LS_KERNEL(CONCATENATION) { return std::make_unique<Concatenation>(); }
LS_KERNEL(PACK) { return std::make_unique<Pack>(); }

}  // namespace litesmith
