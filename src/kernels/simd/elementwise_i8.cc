// ADD, SUB, MUL, LEAKY_RELU, LOGISTIC, TANH, QUANTIZE and DEQUANTIZE in int8. They take what XNNPACK's
// delegate takes (VisitBinaryNode and VisitUnaryNode in the official runtime's xnnpack_delegate.cc); the
// official runtime computes the rest with its builtin kernels, which the reference kernels equal.
#include "kernels/simd/elementwise_i8.h"

#include <algorithm>
#include <cmath>

#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/simd/kernels.h"

namespace litesmith::simd {

SumI8 SumI8::Of(float a_over_out, int32_t zero_a, float b_over_out, int32_t zero_b, int sign) {
  SumI8 sum;
  sum.shift = 20 - std::ilogb(std::max(a_over_out, b_over_out));
  sum.factor_a = static_cast<int32_t>(std::lrint(std::ldexp(a_over_out, sum.shift)));
  sum.factor_b = sign * static_cast<int32_t>(std::lrint(std::ldexp(b_over_out, sum.shift)));
  sum.bias = (1 << (sum.shift - 1)) - sum.factor_a * zero_a - sum.factor_b * zero_b;
  return sum;
}

void LookUpI8(const std::array<int8_t, 256>& table, const int8_t* in, int64_t count, int8_t* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = table[static_cast<uint8_t>(in[i])];
}

namespace {

// Elements that are worth a thread's while.
constexpr int64_t kGrain = 16384;

bool OneScale(const TensorView& tensor, DType dtype) {
  if (tensor.dtype != dtype || !tensor.quantized() || tensor.quantization->per_channel()) return false;
  return std::isnormal(tensor.scale()) && tensor.scale() > 0 && tensor.quantization->zero_point.size() <= 1 &&
         tensor.zero_point() >= -128 && tensor.zero_point() <= 127;
}
bool Int8(const TensorView& tensor) { return OneScale(tensor, DType::kInt8); }
bool OneToOne(const KernelContext& context) {
  return context.input_count() == 1 && context.output_count() == 1 && context.input(0).present;
}

// ---- two inputs

enum class Kind { kAdd, kSub, kMul };

template <Kind kKind>
class BinaryI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &a = context.input(0), &b = context.input(1), &out = context.output();
    LS_TRY(const Activation activation, FusedActivation(context));
    LS_TRY(Dims dims, BroadcastDims(context, a.dims, b.dims));
    broadcast_ = Broadcast::Of(a.dims, b.dims);
    const Range<int32_t> range = QuantizedRangeOf(activation, out);
    if constexpr (kKind == Kind::kMul) {
      product_ = {a.zero_point(),   b.zero_point(), a.scale() * b.scale() / out.scale(),
                  out.zero_point(), range.low,      range.high};
    } else {
      sum_ = SumI8::Of(a.scale() / out.scale(), a.zero_point(), b.scale() / out.scale(), b.zero_point(),
                       kKind == Kind::kSub ? -1 : 1);
      sum_.zero_point = out.zero_point();
      sum_.low = range.low;
      sum_.high = range.high;
    }
    if (a.dims == dims) context.AllowInPlace(0, 0);
    if (b.dims == dims) context.AllowInPlace(1, 0);
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const int8_t* a = context.input(0).as<int8_t>().data();
    const int8_t* b = context.input(1).as<int8_t>().data();
    int8_t* out = context.output().as_mutable<int8_t>().data();
    // Rows of which one side is a single number are few and short in practice; others are split.
    broadcast_.ForEachRow([&](int64_t out_offset, int64_t a_offset, int64_t b_offset) {
      context.threads->ParallelFor(broadcast_.count, kGrain, [&](int64_t begin, int64_t end, int) {
        Row(a + a_offset + begin * broadcast_.a_step, b + b_offset + begin * broadcast_.b_step, end - begin,
            out + out_offset + begin);
      });
    });
    return {};
  }

 private:
  void Row(const int8_t* a, const int8_t* b, int64_t count, int8_t* out) const {
    const bool swapped = broadcast_.a_step == 0;  // the loops want the single number as the second
    const int64_t b_step = swapped ? 0 : broadcast_.b_step;
    if (swapped && broadcast_.b_step == 0) count = std::min<int64_t>(count, 1);
    if (swapped) std::swap(a, b);
    if constexpr (kKind == Kind::kMul) {
      ProductI8 product = product_;
      if (swapped) std::swap(product.zero_a, product.zero_b);
      MultiplyI8Avx2(product, a, b, b_step, count, out);
    } else {
      SumI8 sum = sum_;
      if (swapped) std::swap(sum.factor_a, sum.factor_b);
      AddI8Avx2(sum, a, b, b_step, count, out);
    }
  }

  Broadcast broadcast_;
  SumI8 sum_{};
  ProductI8 product_{};
};

bool SupportsBinary(const KernelContext& context) {
  return context.input_count() == 2 && context.output_count() == 1 && Int8(context.input(0)) &&
         Int8(context.input(1)) && Int8(context.output());
}
bool SupportsSum(const KernelContext& context) {
  if (!SupportsBinary(context)) return false;
  for (size_t i = 0; i < 2; ++i) {
    const float ratio = context.input(i).scale() / context.output().scale();
    if (!(ratio >= 1.0f / 1024 && ratio < 256)) return false;
  }
  return true;
}
bool SupportsProduct(const KernelContext& context) {
  if (!SupportsBinary(context)) return false;
  const float ratio = context.input(0).scale() * context.input(1).scale() / context.output().scale();
  return ratio >= 1.0f / 65536 && ratio < 256;
}

// ---- one input: a table of 256 results

using Table = std::array<int8_t, 256>;

template <class MakeTable>
class TableI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    for (int q = -128; q <= 127; ++q) {
      table_[static_cast<uint8_t>(q)] =
          static_cast<int8_t>(std::clamp(MakeTable::Level(context, q), -128, 127));
    }
    context.AllowInPlace(0, 0);
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const int8_t* in = context.input(0).as<int8_t>().data();
    int8_t* out = context.output().as_mutable<int8_t>().data();
    context.threads->ParallelFor(context.input(0).elements(), kGrain, [&](int64_t begin, int64_t end, int) {
      LookUpI8(table_, in + begin, end - begin, out + begin);
    });
    return {};
  }

 private:
  Table table_{};
};

bool SupportsTable(const KernelContext& context) {
  return OneToOne(context) && Int8(context.input(0)) && Int8(context.output());
}

// What XNNPACK computes with its plain kernels and keeps as a table: the zero point is added before rounding,
// halves to even (quantize() in reference-utils.h).
int32_t LevelOf(float value, const TensorView& out) {
  const float level = value * (1.0f / out.scale()) + static_cast<float>(out.zero_point());
  return static_cast<int32_t>(std::lrint(std::clamp(level, -128.0f, 127.0f)));
}
float RealOf(int q, const TensorView& in) { return static_cast<float>(q - in.zero_point()) * in.scale(); }

struct LogisticTable {
  static int32_t Level(const KernelContext& context, int q) {
    const double x = RealOf(q, context.input(0));
    return LevelOf(static_cast<float>(1 / (1 + std::exp(-x))), context.output());
  }
};
struct TanhTable {
  static int32_t Level(const KernelContext& context, int q) {
    return LevelOf(std::tanh(RealOf(q, context.input(0))), context.output());
  }
};

// ((q - zero_in) * multiplier + 128) / 256 + zero_out with the ratio of the scales as multiplier in units of
// 1/256 (xnn_init_qs8_cvt_scalar_params, xnn_init_qs8_lrelu_scalar_params).
int32_t Requantized(int32_t moved, float ratio, int32_t zero_out) {
  return ((moved * static_cast<int32_t>(std::lrint(256.0f * ratio)) + 128) >> 8) + zero_out;
}

struct LeakyReluTable {
  static int32_t Level(const KernelContext& context, int q) {
    const TensorView &in = context.input(0), &out = context.output();
    const float positive = in.scale() / out.scale();
    const int32_t moved = q - in.zero_point();
    return Requantized(moved, moved >= 0 ? positive : positive * context.attributes->Float("alpha"),
                       out.zero_point());
  }
};
bool SupportsLeakyRelu(const KernelContext& context) {
  if (!SupportsTable(context)) return false;
  const float positive = context.input(0).scale() / context.output().scale();
  const float alpha = context.attributes->Float("alpha"), negative = positive * alpha;
  return std::isnormal(alpha) && positive >= 1.0f / 256 && positive <= 128 && negative >= -127.99609375f &&
         negative <= 128 && std::abs(negative) >= 1.0f / 256;
}

struct RequantizeTable {
  static int32_t Level(const KernelContext& context, int q) {
    const TensorView &in = context.input(0), &out = context.output();
    return Requantized(q - in.zero_point(), in.scale() / out.scale(), out.zero_point());
  }
};
bool SupportsRequantize(const KernelContext& context) {
  if (!SupportsTable(context)) return false;
  const float ratio = context.input(0).scale() / context.output().scale();
  return ratio >= 1.0f / 256 && ratio <= 128;
}

// ---- to and from float32

class QuantizeI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& out = context.output();
    const float* in = context.input(0).as<float>().data();
    int8_t* to = out.as_mutable<int8_t>().data();
    context.threads->ParallelFor(out.elements(), kGrain, [&](int64_t begin, int64_t end, int) {
      QuantizeI8Avx2(in + begin, 1.0f / out.scale(), out.zero_point(), end - begin, to + begin);
    });
    return {};
  }
};
bool SupportsQuantize(const KernelContext& context) {
  return OneToOne(context) && context.input(0).dtype == DType::kFloat32 && Int8(context.output());
}

class DequantizeI8 : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 1, 1));
    return context.SetOutput(0, context.input(0).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const TensorView& in = context.input(0);
    const int8_t* from = in.as<int8_t>().data();
    float* out = context.output().as_mutable<float>().data();
    context.threads->ParallelFor(in.elements(), kGrain, [&](int64_t begin, int64_t end, int) {
      DequantizeI8Avx2(from + begin, in.scale(), in.zero_point(), end - begin, out + begin);
    });
    return {};
  }
};
bool SupportsDequantize(const KernelContext& context) {
  return OneToOne(context) && Int8(context.input(0)) && context.output().dtype == DType::kFloat32;
}

template <class K>
std::unique_ptr<Kernel> Make() {
  return std::make_unique<K>();
}

}  // namespace

const std::array<FastKernel, 9> kElementwiseI8 = {{
    {"ADD", "add_i8_avx2", Isa::kAvx2, SupportsSum, Make<BinaryI8<Kind::kAdd>>},
    {"SUB", "sub_i8_avx2", Isa::kAvx2, SupportsSum, Make<BinaryI8<Kind::kSub>>},
    {"MUL", "mul_i8_avx2", Isa::kAvx2, SupportsProduct, Make<BinaryI8<Kind::kMul>>},
    {"LOGISTIC", "logistic_i8", Isa::kPortable, SupportsTable, Make<TableI8<LogisticTable>>},
    {"TANH", "tanh_i8", Isa::kPortable, SupportsTable, Make<TableI8<TanhTable>>},
    {"LEAKY_RELU", "leaky_relu_i8", Isa::kPortable, SupportsLeakyRelu, Make<TableI8<LeakyReluTable>>},
    {"QUANTIZE", "requantize_i8", Isa::kPortable, SupportsRequantize, Make<TableI8<RequantizeTable>>},
    {"QUANTIZE", "quantize_f32_i8_avx2", Isa::kAvx2, SupportsQuantize, Make<QuantizeI8>},
    {"DEQUANTIZE", "dequantize_i8_avx2", Isa::kAvx2, SupportsDequantize, Make<DequantizeI8>},
}};

}  // namespace litesmith::simd
