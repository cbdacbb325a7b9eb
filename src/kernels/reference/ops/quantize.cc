// QUANTIZE (float to integer, and from one scale to another) and DEQUANTIZE.
#include "kernels/reference/checks.h"
#include "kernels/reference/integer_weights.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

// How elements belong to the scales along a dimension: `inner` elements each, `channels` of them, again and
// again.
struct ChannelLayout {
  int64_t channels = 1, inner = 1;

  static Result<ChannelLayout> Of(PrepareContext& context, const TensorView& tensor, std::string_view what) {
    ChannelLayout layout;
    if (!tensor.quantized() || !tensor.quantization->per_channel()) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, tensor, what));
      return layout;
    }
    const int dimension = tensor.quantization->dimension;
    LS_RETURN_IF_FAILED(NormalizeAxis(context, dimension < 0 ? tensor.rank() : dimension, tensor.rank()));
    layout.channels = tensor.dim(dimension);
    for (int axis = dimension + 1; axis < tensor.rank(); ++axis)
      layout.inner = WrappingMul(layout.inner, tensor.dim(axis));  // beside a 0 anything
    LS_RETURN_IF_FAILED(ExpectQuantized(context, tensor, what, layout.channels, dimension));
    return layout;
  }
  // function(first, last, channel) for runs of elements of one channel.
  template <class F>
  void ForEachRun(int64_t elements, F&& function) const {
    if (channels == 1) return function(int64_t{0}, elements, size_t{0});
    for (int64_t first = 0, run = 0; first < elements; first += inner, ++run) {
      function(first, first + inner, static_cast<size_t>(run % channels));
    }
  }
};

void PackNibble(std::byte* packed, int64_t index, int32_t value) {
  const auto nibble = static_cast<std::byte>(value & 0xf);
  std::byte& byte = packed[index / 2];
  byte = index % 2 == 0 ? nibble : (byte | (nibble << 4));
}

class Quantize : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    TensorView shaped = output;
    shaped.dims = input.dims;
    LS_TRY(layout_, ChannelLayout::Of(context, shaped, "output"));
    if (input.dtype == DType::kFloat32) {
      LS_RETURN_IF_FAILED(
          ExpectDType(context, output,
                      {DType::kInt8, DType::kUInt8, DType::kInt16, DType::kInt4, DType::kUInt4}, "output"));
    } else {
      LS_RETURN_IF_FAILED(
          ExpectDType(context, input, {DType::kInt8, DType::kUInt8, DType::kInt16, DType::kInt32}, "input"));
      LS_RETURN_IF_FAILED(ExpectDType(context, output,
                                      {DType::kInt8, DType::kUInt8, DType::kInt16, DType::kInt32}, "output"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(
          context.Expect(layout_.channels == 1, "from one integer type to another with several scales"));
      factor_ = ToFixed(static_cast<double>(input.scale()) / output.scale());
    }
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        FromFloat(context);
        break;
      case DType::kInt8:
        FromInteger<int8_t>(context);
        break;
      case DType::kUInt8:
        FromInteger<uint8_t>(context);
        break;
      case DType::kInt16:
        FromInteger<int16_t>(context);
        break;
      default:
        FromInteger<int32_t>(context);
        break;
    }
    return {};
  }

 private:
  void FromFloat(InvokeContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    const float* in = input.as<float>().data();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    layout_.ForEachRun(input.elements(), [&](int64_t first, int64_t last, size_t channel) {
      const float scale = output.quantization->scale_at(channel);
      const int64_t zero = output.quantization->zero_point_at(channel);
      for (int64_t i = first; i < last; ++i) {
        const int64_t q = RoundToInt32(in[i] / scale) + zero;
        Store(output, i, static_cast<int32_t>(std::clamp<int64_t>(q, limits.low, limits.high)));
      }
    });
  }
  template <class In>
  void FromInteger(InvokeContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    const In* in = input.as<In>().data();
    const int32_t zero = input.zero_point();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    for (int64_t i = 0; i < input.elements(); ++i) {
      const int32_t scaled = Scale(WrappingSub(static_cast<int32_t>(in[i]), zero), factor_);
      Store(output, i, limits.Cut(WrappingAdd(scaled, output.zero_point())));
    }
  }
  static void Store(const TensorView& output, int64_t index, int32_t value) {
    switch (output.dtype) {
      case DType::kInt8:
        reinterpret_cast<int8_t*>(output.data)[index] = static_cast<int8_t>(value);
        break;
      case DType::kUInt8:
        reinterpret_cast<uint8_t*>(output.data)[index] = static_cast<uint8_t>(value);
        break;
      case DType::kInt16:
        reinterpret_cast<int16_t*>(output.data)[index] = static_cast<int16_t>(value);
        break;
      case DType::kInt32:
        reinterpret_cast<int32_t*>(output.data)[index] = value;
        break;
      default:
        PackNibble(output.data, index, value);
        break;
    }
  }

  ChannelLayout layout_;
  FixedMultiplier factor_;
};

class Dequantize : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView& input = context.input(0);
    SetOutputType(context, DType::kFloat32);
    LS_RETURN_IF_FAILED(ExpectDType(context, input,
                                    {DType::kFloat16, DType::kBFloat16, DType::kInt8, DType::kUInt8,
                                     DType::kInt16, DType::kInt32, DType::kInt4, DType::kUInt4, DType::kInt2},
                                    "input"));
    if (!IsFloat(input.dtype)) {
      LS_TRY(layout_, ChannelLayout::Of(context, input, "input"));
    }
    return context.SetOutput(0, input.dims);
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& input = context.input(0);
    switch (input.dtype) {
      case DType::kFloat16:
        Widen<Half>(context);
        break;
      case DType::kBFloat16:
        Widen<BFloat16>(context);
        break;
      case DType::kInt8:
        FromInteger(context, [&](int64_t i) -> int32_t { return At<int8_t>(input, i); });
        break;
      case DType::kUInt8:
        FromInteger(context, [&](int64_t i) -> int32_t { return At<uint8_t>(input, i); });
        break;
      case DType::kInt16:
        FromInteger(context, [&](int64_t i) -> int32_t { return At<int16_t>(input, i); });
        break;
      case DType::kInt32:
        FromInteger(context, [&](int64_t i) -> int32_t { return At<int32_t>(input, i); });
        break;
      default:
        FromNarrow(context);
        break;
    }
    return {};
  }

 private:
  template <class T>
  static T At(const TensorView& input, int64_t i) {
    return reinterpret_cast<const T*>(input.data)[i];
  }
  template <class T>
  void Widen(InvokeContext& context) {
    const std::span<const T> in = context.input(0).as<T>();
    float* out = context.output().as_mutable<float>().data();
    for (size_t i = 0; i < in.size(); ++i) out[i] = static_cast<float>(in[i]);
  }
  void FromNarrow(InvokeContext& context) {
    const TensorView& input = context.input(0);
    const int bits = BitsOf(input.dtype);
    const unsigned mask = (1u << bits) - 1;
    const auto per_byte = 8 / bits;
    const int32_t sign = IsSigned(input.dtype) ? 1 << (bits - 1) : 0;
    FromInteger(context, [&](int64_t i) {
      const auto byte = static_cast<unsigned>(input.data[i / per_byte]);
      const auto field = static_cast<int32_t>((byte >> (static_cast<int>(i % per_byte) * bits)) & mask);
      return (field ^ sign) - sign;
    });
  }
  // scale * (q - zero_point) in float32.
  template <class Read>
  void FromInteger(InvokeContext& context, Read&& read) {
    const Quantization& quantization = *context.input(0).quantization;
    float* out = context.output().as_mutable<float>().data();
    layout_.ForEachRun(context.input(0).elements(), [&](int64_t first, int64_t last, size_t channel) {
      const float scale = quantization.scale_at(channel);
      const int64_t zero = quantization.zero_point_at(channel);
      for (int64_t i = first; i < last; ++i) out[i] = scale * static_cast<float>(read(i) - zero);
    });
  }

  ChannelLayout layout_;
};

}  // namespace

LS_KERNEL(QUANTIZE) { return std::make_unique<Quantize>(); }
LS_KERNEL(DEQUANTIZE) { return std::make_unique<Dequantize>(); }

}  // namespace litesmith
