// BATCH_MATMUL: x [..., m, k] times y [..., k, n], each perhaps transposed (adj_x, adj_y), batches broadcast.
#include "kernels/reference/broadcast.h"
#include "kernels/reference/checks.h"
#include "kernels/reference/hybrid.h"
#include "kernels/reference/quantized_arithmetic.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {
namespace {

class BatchMatMul : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &x = context.input(0), &y = context.input(1);
    LS_RETURN_IF_FAILED(ExpectRank(context, x, 2, 255, "left side"));
    LS_RETURN_IF_FAILED(ExpectRank(context, y, 2, 255, "right side"));
    adj_x_ = context.attributes->Bool("adj_x");
    adj_y_ = context.attributes->Bool("adj_y");
    m_ = x.dim(adj_x_ ? -1 : -2);
    k_ = x.dim(adj_x_ ? -2 : -1);
    n_ = y.dim(adj_y_ ? -2 : -1);
    LS_RETURN_IF_FAILED(PrepareForm(context));
    if (y.dim(adj_y_ ? -1 : -2) != k_) {
      return context.Mismatch("matrices of shapes {} and {} (transposed: {}, {})", ToText(x.dims),
                              ToText(y.dims), adj_x_, adj_y_);
    }
    const Dims x_batch(x.dims.begin(), x.dims.end() - 2), y_batch(y.dims.begin(), y.dims.end() - 2);
    LS_TRY(Dims dims, BroadcastDims(context, x_batch, y_batch));
    batches_ = Broadcast::Of(x_batch, y_batch);
    if (form_ == Form::kHybrid) {
      // Scales along the columns of the right side, wherever they stand.
      const int columns = y.rank() - (adj_y_ ? 2 : 1);
      LS_RETURN_IF_FAILED(ExpectQuantized(context, y, "right side", n_, columns));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, y, "right side"));
      scratch_ = context.RequestScratch(static_cast<size_t>(x.elements()));
    }
    dims.push_back(m_);
    dims.push_back(n_);
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &x = context.input(0), &y = context.input(1), &output = context.output();
    if (output.elements() == 0) return {};
    const auto integers = [&]<class Acc, class X, class Y, class Out>(Acc, X, Y, Out, auto emit) {
      Multiply<Acc>(
          x.as<X>().data(), y.as<Y>().data(), output.as_mutable<Out>().data(),
          [zero = static_cast<Acc>(x_zero_)](int64_t) { return zero; }, static_cast<Acc>(y_zero_),
          [&](int64_t, int64_t j, Acc acc) { return static_cast<Out>(emit(acc, j)); });
    };
    const Range<int32_t> limits = LimitsOf(output.dtype);
    const auto narrow = [&](int32_t acc, int64_t) {
      return limits.Cut(WrappingAdd(Scale(acc, factors_[0]), out_zero_));
    };
    const auto wide = [&](int64_t acc, int64_t j) {
      return limits.Cut(ScaleWide(acc, factors_[factors_.size() == 1 ? 0 : static_cast<size_t>(j)]));
    };
    switch (form_) {
      case Form::kFloat:
        Multiply<float>(
            x.as<float>().data(), y.as<float>().data(), output.as_mutable<float>().data(),
            [](int64_t) { return 0.0f; }, 0.0f, [](int64_t, int64_t, float acc) { return acc; });
        break;
      case Form::kHybrid:
        Hybrid(context);
        break;
      case Form::kInt8:
        integers(int32_t{}, int8_t{}, int8_t{}, int8_t{}, narrow);
        break;
      case Form::kInt8To32:
        integers(int32_t{}, int8_t{}, int8_t{}, int32_t{}, [](int32_t acc, int64_t) { return acc; });
        break;
      case Form::kInt16:
        integers(int64_t{}, int16_t{}, int16_t{}, int16_t{}, wide);
        break;
      case Form::kInt16By8:
        integers(int64_t{}, int16_t{}, int8_t{}, int16_t{}, wide);
        break;
    }
    return {};
  }

 private:
  enum class Form { kFloat, kHybrid, kInt8, kInt8To32, kInt16, kInt16By8 };

  Result<void> PrepareForm(PrepareContext& context) {
    const TensorView &x = context.input(0), &y = context.input(1), &output = context.output();
    x_zero_ = y_zero_ = out_zero_ = 0;
    if (x.dtype == DType::kFloat32 && y.dtype == DType::kFloat32 && output.dtype == DType::kFloat32) {
      form_ = Form::kFloat;
      return {};
    }
    if (x.dtype == DType::kFloat32 && y.dtype == DType::kInt8 && output.dtype == DType::kFloat32) {
      form_ = Form::kHybrid;
      return {};
    }
    if (x.dtype == DType::kInt8 && y.dtype == DType::kInt8 && output.dtype == DType::kInt32) {
      form_ = Form::kInt8To32;  // plain numbers
      return {};
    }
    if (x.dtype == DType::kInt8 && y.dtype == DType::kInt8 && output.dtype == DType::kInt8) {
      form_ = Form::kInt8;
    } else if (x.dtype == DType::kInt16 && y.dtype == DType::kInt16 && output.dtype == DType::kInt16) {
      form_ = Form::kInt16;
    } else if (x.dtype == DType::kInt16 && y.dtype == DType::kInt8 && output.dtype == DType::kInt16) {
      form_ = Form::kInt16By8;
    } else {
      return context.Refuse("{} times {} giving {}", NameOf(x.dtype), NameOf(y.dtype), NameOf(output.dtype));
    }
    LS_RETURN_IF_FAILED(ExpectQuantized(context, x, "left side"));
    // Scales along the columns of the right side, wherever they stand, where its numbers are weights.
    const int columns = y.rank() - (adj_y_ ? 2 : 1);
    LS_RETURN_IF_FAILED(
        ExpectQuantized(context, y, "right side", form_ == Form::kInt16By8 ? n_ : 0, columns));
    LS_RETURN_IF_FAILED(ExpectQuantized(context, output, "output"));
    if (form_ != Form::kInt8) {
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, x, "left side"));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, y, "right side"));
      LS_RETURN_IF_FAILED(ExpectZeroPointZero(context, output, "output"));
    }
    x_zero_ = x.zero_point();
    y_zero_ = y.zero_point();
    out_zero_ = output.zero_point();
    factors_.clear();
    for (float scale : y.quantization->scale) {
      factors_.push_back(ToFixed(static_cast<double>(x.scale() * scale) / output.scale()));
    }
    return {};
  }

  // emit(row over all batches of the left side, column, acc) for every element. Rows of the right side are
  // walked along memory: sums of a whole row of the output are under way at once unless the right side is
  // transposed.
  template <class Acc, class X, class Y, class Out, class ZeroOf, class Emit>
  void Multiply(const X* x, const Y* y, Out* out, ZeroOf zero_of, Acc y_zero, Emit emit) const {
    std::vector<Acc> sums(static_cast<size_t>(n_));
    const auto product = [](Acc a, Acc b) { return static_cast<Acc>(a * b); };
    const auto matrix = [&](int64_t x_batch, const Y* right) {
      const X* left = x + x_batch * m_ * k_;
      for (int64_t i = 0; i < m_; ++i) {
        const Acc x_zero = static_cast<Acc>(zero_of(x_batch * m_ + i));
        std::fill(sums.begin(), sums.end(), Acc{0});
        for (int64_t j = 0; adj_y_ && j < n_; ++j) {
          Acc& sum = sums[static_cast<size_t>(j)];
          for (int64_t k = 0; k < k_; ++k) {
            const Acc value = static_cast<Acc>(adj_x_ ? left[k * m_ + i] : left[i * k_ + k]) - x_zero;
            sum = WrappingAdd(sum, product(value, static_cast<Acc>(right[j * k_ + k]) - y_zero));
          }
        }
        for (int64_t k = 0; !adj_y_ && k < k_; ++k) {
          const Acc value = static_cast<Acc>(adj_x_ ? left[k * m_ + i] : left[i * k_ + k]) - x_zero;
          for (int64_t j = 0; j < n_; ++j) {
            Acc& sum = sums[static_cast<size_t>(j)];
            sum = WrappingAdd(sum, product(value, static_cast<Acc>(right[k * n_ + j]) - y_zero));
          }
        }
        for (int64_t j = 0; j < n_; ++j) *out++ = emit(x_batch * m_ + i, j, sums[static_cast<size_t>(j)]);
      }
    };
    batches_.ForEachRow([&](int64_t, int64_t x_batch, int64_t y_batch) {
      for (int64_t i = 0; i < batches_.count; ++i) {
        matrix(x_batch + i * batches_.a_step, y + (y_batch + i * batches_.b_step) * k_ * n_);
      }
    });
  }

  // Each row of the (untransposed) left side gets a scale of its own.
  void Hybrid(InvokeContext& context) {
    const TensorView &x = context.input(0), &y = context.input(1);
    const bool asymmetric = context.attributes->Bool("asymmetric_quantize_inputs");
    const int64_t rows = k_ == 0 ? 0 : x.elements() / k_;
    auto* quantized = reinterpret_cast<int8_t*>(context.scratch(scratch_));
    std::vector<RowScale> scales(static_cast<size_t>(rows));
    std::vector<float> row(static_cast<size_t>(k_));
    std::vector<int8_t> narrow(static_cast<size_t>(k_));
    const float* values = x.as<float>().data();
    for (int64_t r = 0; r < rows; ++r) {
      // Element c of row r stands at r * k + c, or transposed within its matrix.
      const int64_t matrix = r / m_ * m_ * k_, i = r % m_;
      const auto place = [&](int64_t c) { return matrix + (adj_x_ ? c * m_ + i : i * k_ + c); };
      for (int64_t c = 0; c < k_; ++c) row[static_cast<size_t>(c)] = values[place(c)];
      scales[static_cast<size_t>(r)] =
          asymmetric ? QuantizeRowAsymmetric(row, narrow.data()) : QuantizeRowSymmetric(row, narrow.data());
      for (int64_t c = 0; c < k_; ++c) quantized[place(c)] = narrow[static_cast<size_t>(c)];
    }
    Multiply<int32_t>(
        quantized, y.as<int8_t>().data(), context.output().as_mutable<float>().data(),
        [&](int64_t r) { return scales.empty() ? 0 : scales[static_cast<size_t>(r)].zero_point; }, 0,
        [&](int64_t r, int64_t j, int32_t acc) {
          const float scale = scales.empty() ? 0.0f : scales[static_cast<size_t>(r)].scale;
          return static_cast<float>(acc) * scale * y.quantization->scale_at(static_cast<size_t>(j));
        });
  }

  Form form_ = Form::kFloat;
  bool adj_x_ = false, adj_y_ = false;
  int64_t m_ = 0, k_ = 0, n_ = 0;
  Broadcast batches_;
  int32_t x_zero_ = 0, y_zero_ = 0, out_zero_ = 0;
  std::vector<FixedMultiplier> factors_;  // one, or one a column
  int scratch_ = -1;
};

}  // namespace

LS_KERNEL(BATCH_MATMUL) { return std::make_unique<BatchMatMul>(); }

}  // namespace litesmith
