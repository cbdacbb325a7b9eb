// SOFTMAX and LOG_SOFTMAX along the last axis.
#include <cmath>

#include "kernels/reference/checks.h"
#include "kernels/reference/quantized_arithmetic.h"

namespace litesmith {
namespace {

class SoftmaxBase : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectRank(context, input, 1, 255, "input"));
    LS_RETURN_IF_FAILED(PrepareForms(context));
    if (!IsFloat(input.dtype)) {
      LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    }
    return context.SetOutput(0, input.dims);
  }

 protected:
  virtual Result<void> PrepareForms(PrepareContext& context) = 0;
  // body(in, out, depth) for each row.
  template <class In, class Out, class F>
  static void ForEachRow(InvokeContext& context, F&& body) {
    const TensorView& input = context.input(0);
    const int64_t depth = input.dim(-1);
    if (depth == 0) return;
    const In* in = input.as<In>().data();
    Out* out = context.output().as_mutable<Out>().data();
    for (int64_t row = 0; row < input.elements() / depth; ++row)
      body(in + row * depth, out + row * depth, depth);
  }
};

class Softmax : public SoftmaxBase {
 public:
  Result<void> Invoke(InvokeContext& context) override {
    const DType in = context.input(0).dtype, out = context.output().dtype;
    if (in == DType::kFloat32) {
      Floats<float>(context);
    } else if (in == DType::kFloat16) {
      Floats<Half>(context);
    } else if (in == DType::kInt16) {
      Int16(context);
    } else if (in == DType::kInt8) {
      out == DType::kInt8 ? Small<int8_t, int8_t>(context) : Small<int8_t, int16_t>(context);
    } else {
      out == DType::kUInt8 ? Small<uint8_t, uint8_t>(context) : Small<uint8_t, int16_t>(context);
    }
    return {};
  }

 protected:
  Result<void> PrepareForms(PrepareContext& context) override {
    const TensorView &input = context.input(0), &output = context.output();
    LS_RETURN_IF_FAILED(
        ExpectDType(context, input,
                    {DType::kFloat32, DType::kFloat16, DType::kInt8, DType::kUInt8, DType::kInt16}, "input"));
    const bool widens =
        output.dtype == DType::kInt16 && (input.dtype == DType::kInt8 || input.dtype == DType::kUInt8);
    if (!widens) {
      LS_RETURN_IF_FAILED(ExpectSameDType(context, input, output));
    }
    // FlatBuffers leave out fields at their default of 0, but a beta of 0 makes no sense: it is a missing
    // one.
    beta_ = context.attributes->Float("beta", 1.0f);
    if (input.dtype != DType::kInt16) return {};
    LS_RETURN_IF_FAILED(ExpectQuantized(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, input, "input"));
    LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, output, "output"));
    // e^x for x in [-10, 0] and 1 / (1 + x) for x in [0, 1], both with 15 bits of fraction.
    exp_ = Table16::Of(10.0 / 65535, 32767, 2.0 / 65535, 0, [](double x) { return std::exp(x); });
    reciprocal_ = Table16::Of(1.0 / 65535, -32768, 2.0 / 65535, 0, [](double x) { return 1 / (1 + x); });
    factor_ = ToFixedSigned(static_cast<double>(input.scale() * beta_) / (10.0 / 65535.0));
    return {};
  }

 private:
  template <class T>
  void Floats(InvokeContext& context) {
    std::vector<float> powers;
    ForEachRow<T, T>(context, [&](const T* in, T* out, int64_t depth) {
      float highest = -std::numeric_limits<float>::infinity();
      for (int64_t i = 0; i < depth; ++i) highest = std::max(highest, static_cast<float>(in[i]));
      powers.resize(static_cast<size_t>(depth));
      float sum = 0;
      for (int64_t i = 0; i < depth; ++i) {
        const float power = std::exp((static_cast<float>(in[i]) - highest) * beta_);
        powers[static_cast<size_t>(i)] = power;
        sum += power;
      }
      for (int64_t i = 0; i < depth; ++i) out[i] = static_cast<T>(powers[static_cast<size_t>(i)] / sum);
    });
  }

  // The 256 powers that differences to the row's highest element can have, added and scaled in float32, as
  // LiteRT's optimized kernel does (its reference kernel, in fixed point, is at most one step away).
  template <class In, class Out>
  void Small(InvokeContext& context) {
    std::array<float, 256> powers;
    const float scale = -context.input(0).scale() * beta_;
    for (size_t i = 0; i < powers.size(); ++i) powers[i] = std::exp(scale * static_cast<float>(i));
    const TensorView& output = context.output();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    ForEachRow<In, Out>(context, [&](const In* in, Out* out, int64_t depth) {
      const int highest = *std::max_element(in, in + depth);
      float sum = 0;
      for (int64_t i = 0; i < depth; ++i) sum += powers[static_cast<size_t>(highest - in[i])];
      const float inverse = 1.0f / (sum * output.scale());
      for (int64_t i = 0; i < depth; ++i) {
        const float real = powers[static_cast<size_t>(highest - in[i])] * inverse;
        out[i] = static_cast<Out>(limits.Cut(RoundToInt32(static_cast<double>(real) + output.zero_point())));
      }
    });
  }

  void Int16(InvokeContext& context) {
    ForEachRow<int16_t, int16_t>(context, [&](const int16_t* in, int16_t* out, int64_t depth) {
      const int32_t highest = *std::max_element(in, in + depth);
      const Range<int32_t> limits{-32768, 32767};
      int64_t sum = 0;
      for (int64_t i = 0; i < depth; ++i) {
        const int64_t scaled = int64_t{Scale(in[i] - highest, factor_)} + 32767;
        out[i] = exp_[static_cast<int16_t>(std::clamp<int64_t>(scaled, limits.low, limits.high))];
        sum += out[i];
      }
      // 1 / sum = 1 / (1 + x) with the sum shifted until it lies in [1, 2).
      const auto word =
          static_cast<uint32_t>(std::clamp<int64_t>(sum, 1, std::numeric_limits<int32_t>::max()));
      const int leading = std::countl_zero(word);
      const int64_t shifted = ((static_cast<int64_t>(word) << (leading - 1)) + (1 << 13)) >> 14;
      const int64_t x = std::clamp<int64_t>(shifted - (1 << 15) - (1 << 16), limits.low, limits.high);
      const int64_t reciprocal = reciprocal_[static_cast<int16_t>(x)];
      const int right = 31 - leading;
      const int64_t half = right > 0 ? int64_t{1} << (right - 1) : 0;
      for (int64_t i = 0; i < depth; ++i) {
        out[i] = static_cast<int16_t>(std::clamp<int64_t>((out[i] * reciprocal + half) >> right, 0, 32767));
      }
    });
  }

  float beta_ = 1;
  Table16 exp_, reciprocal_;
  FixedMultiplier factor_;
};

class LogSoftmax : public SoftmaxBase {
 public:
  Result<void> Invoke(InvokeContext& context) override {
    switch (context.input(0).dtype) {
      case DType::kFloat32:
        Floats(context);
        break;
      case DType::kInt8:
        Small<int8_t>(context);
        break;
      default:
        Small<uint8_t>(context);
        break;
    }
    return {};
  }

 protected:
  Result<void> PrepareForms(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectSameDType(context, context.input(0), context.output()));
    return ExpectDType(context, context.input(0), {DType::kFloat32, DType::kInt8, DType::kUInt8}, "input");
  }

 private:
  static void Floats(InvokeContext& context) {
    ForEachRow<float, float>(context, [](const float* in, float* out, int64_t depth) {
      float highest = -std::numeric_limits<float>::infinity();
      for (int64_t i = 0; i < depth; ++i) highest = std::max(highest, in[i]);
      float sum = 0;
      for (int64_t i = 0; i < depth; ++i) sum += std::exp(in[i] - highest);
      const float log_sum = std::log(sum);
      for (int64_t i = 0; i < depth; ++i) out[i] = in[i] - highest - log_sum;
    });
  }
  template <class T>
  static void Small(InvokeContext& context) {
    const TensorView &input = context.input(0), &output = context.output();
    const Range<int32_t> limits = LimitsOf(output.dtype);
    ForEachRow<T, T>(context, [&](const T* in, T* out, int64_t depth) {
      const int highest = *std::max_element(in, in + depth);
      float sum = 0;
      for (int64_t i = 0; i < depth; ++i)
        sum += std::exp(-input.scale() * static_cast<float>(highest - in[i]));
      const float scale = input.scale() / output.scale();
      const float offset = (input.scale() * static_cast<float>(highest) + std::log(sum)) / output.scale();
      for (int64_t i = 0; i < depth; ++i) {
        const double real = std::rint(scale * static_cast<float>(in[i]) - offset);
        out[i] = static_cast<T>(limits.Cut(RoundToInt32(real + output.zero_point())));
      }
    });
  }
};

}  // namespace

LS_KERNEL(SOFTMAX) { return std::make_unique<Softmax>(); }
LS_KERNEL(LOG_SOFTMAX) { return std::make_unique<LogSoftmax>(); }

}  // namespace litesmith
