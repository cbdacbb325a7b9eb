#include "quantization/rounding.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

// The loops run over neighbours with one operation each, so wider vectors change their speed and not their
// results.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define LS_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LS_WIDE
#endif

namespace litesmith::quantization {
namespace {

// Moments are known from some hundred rows only: this part of their mean is added to each.
constexpr double kDamping = 0.01;

LS_WIDE void AddScaled(float* to, const float* from, float factor, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

// How activations are rounded and clipped.
struct Grid {
  float inverse = 1, scale = 1, zero = 0, low = 0, high = 0;
};

Grid GridOf(const Parameters& parameters, Mode mode) {
  const bool wide = mode == Mode::kInt16x8;
  return {1.0f / parameters.scale, parameters.scale, static_cast<float>(parameters.zero_point),
          wide ? -32768.0f : -128.0f, wide ? 32767.0f : 127.0f};
}

// Adds a row, and what quantization makes of it. 1.5 * 2^23 pushes the fraction out of a float: it rounds.
LS_WIDE void AddToSums(const float* row, Grid grid, size_t width, double* given, double* quantized) {
  constexpr float kRounder = 12582912.0f;
  for (size_t i = 0; i < width; ++i) {
    float steps = row[i] * grid.inverse + grid.zero;
    steps = steps < grid.low ? grid.low : steps;
    steps = steps > grid.high ? grid.high : steps;
    steps = (steps + kRounder) - kRounder;
    given[i] += static_cast<double>(row[i]);
    quantized[i] += static_cast<double>((steps - grid.zero) * grid.scale);
  }
}

LS_WIDE void AddFourScaled(float* to, const float* const* from, const float* factors, size_t count) {
  const float *a = from[0], *b = from[1], *c = from[2], *d = from[3];
  const float fa = factors[0], fb = factors[1], fc = factors[2], fd = factors[3];
  for (size_t i = 0; i < count; ++i) to[i] = to[i] + fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i];
}

// The sum of row^T row over the rows: symmetric, width x width, the diagonal and what is right of it. Four
// rows at a time, for the result is larger than they are.
std::vector<float> MomentsOf(const std::vector<float>& rows, size_t width) {
  std::vector<float> moments(width * width, 0.0f);
  const std::vector<float> zeros(width, 0.0f);
  for (size_t row = 0; row < rows.size(); row += 4 * width) {
    const float* x[4];
    for (size_t k = 0; k < 4; ++k)
      x[k] = row + k * width < rows.size() ? rows.data() + row + k * width : zeros.data();
    for (size_t i = 0; i < width; ++i) {
      const float factors[4] = {x[0][i], x[1][i], x[2][i], x[3][i]};
      const float* from[4] = {x[0] + i, x[1] + i, x[2] + i, x[3] + i};
      AddFourScaled(moments.data() + i * width + i, from, factors, width - i);
    }
  }
  return moments;
}

// Fewer rows than inputs make inputs seem to go together that do not, and weights would make good errors that
// they cannot: what is off the diagonal then counts for less (shrinkage; Ledoit and Wolf 2004).
void TrustAsFarAsKnown(std::vector<float>& moments, size_t width, size_t rows) {
  if (rows >= width) return;
  const float trust = static_cast<float>(rows) / static_cast<float>(width);
  for (size_t i = 0; i < width; ++i) {
    for (size_t j = i + 1; j < width; ++j) moments[i * width + j] *= trust;
  }
}

// Numbers one to `width` in the order in which their weights are rounded: strong inputs first, so that weak
// ones carry what is left.
std::vector<size_t> OrderOf(const std::vector<float>& moments, size_t width) {
  std::vector<size_t> order(width);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return moments[a * width + a] > moments[b * width + b]; });
  return order;
}

// H = U D U^T with U unit upper triangular, in the given order of rows and columns; what is left of H on
// return is U right of the diagonal. Eliminates from the last to the first. False if H is not positive.
bool Factor(const std::vector<float>& moments, const std::vector<size_t>& order, size_t width,
            std::vector<float>& factor) {
  double trace = 0;
  for (size_t i = 0; i < width; ++i) trace += static_cast<double>(moments[i * width + i]);
  if (!(trace > 0) || !std::isfinite(trace)) return false;
  const auto damping = static_cast<float>(kDamping * trace / static_cast<double>(width));
  // Stored reversed (index r = width - 1 - position), so that elimination goes forward over rows in memory.
  std::vector<float> h(width * width);
  for (size_t r = 0; r < width; ++r) {
    for (size_t c = r; c < width; ++c) {
      const size_t a = order[width - 1 - r], b = order[width - 1 - c];
      h[r * width + c] = a <= b ? moments[a * width + b] : moments[b * width + a];
    }
    h[r * width + r] += damping;
  }
  for (size_t r = 0; r < width; ++r) {
    float* pivot_row = h.data() + r * width;
    if (!(pivot_row[r] > 0)) return false;
    const float inverse = 1.0f / pivot_row[r];
    for (size_t i = r + 1; i < width; ++i) {
      const float share = pivot_row[i] * inverse;
      if (share != 0) AddScaled(h.data() + i * width + i, pivot_row + i, -share, width - i);
    }
    for (size_t c = r + 1; c < width; ++c) pivot_row[c] *= inverse;
  }
  // Reversed row r holds, at reversed column c > r, how the error at position (width-1-c) feeds the weight at
  // position (width-1-r).
  factor = std::move(h);
  return true;
}

// Weights in the order in which they are rounded: w[i * columns + o] is what output o has for input i.
struct Problem {
  std::vector<float> weights;
  size_t inputs = 0;
  size_t outputs = 1;
  size_t block = 1;           // inputs that share a scale
  std::vector<float> scales;  // of each block, by output
  int most = 127;
};

// The integers, ordered as the weights.
std::vector<int8_t> Solve(const Problem& problem, const std::vector<float>& factor,
                          const std::vector<size_t>& order) {
  const size_t columns = problem.outputs, width = problem.inputs;
  std::vector<int8_t> integers(problem.weights.size());
  std::vector<float> errors(width * columns), line(columns);  // errors by position
  const auto most = static_cast<float>(problem.most);
  for (size_t position = 0; position < width; ++position) {
    const size_t at = order[position] * columns, reversed = width - 1 - position;
    std::copy_n(problem.weights.begin() + static_cast<std::ptrdiff_t>(at), columns, line.begin());
    for (size_t before = 0; before < position; ++before) {
      AddScaled(line.data(), errors.data() + before * columns, factor[reversed * width + width - 1 - before],
                columns);
    }
    const float* scales = problem.scales.data() + order[position] / problem.block * columns;
    for (size_t o = 0; o < columns; ++o) {
      const float q = std::clamp(std::nearbyint(line[o] / scales[o]), -most, most);
      integers[at + o] = static_cast<int8_t>(q);
      errors[position * columns + o] = problem.weights[at + o] - q * scales[o];
    }
  }
  return integers;
}

std::optional<std::vector<int8_t>> RoundProblem(const Problem& problem, const std::vector<float>& rows) {
  std::vector<float> moments = MomentsOf(rows, problem.inputs);
  TrustAsFarAsKnown(moments, problem.inputs, rows.size() / problem.inputs);
  const std::vector<size_t> order = OrderOf(moments, problem.inputs);
  std::vector<float> factor;
  if (!Factor(moments, order, problem.inputs, factor)) return std::nullopt;
  return Solve(problem, factor, order);
}

// Outputs first, [out, inputs...]: CONV_2D and FULLY_CONNECTED.
bool RoundMatrix(const Tensor& weights, const std::vector<float>& rows, Problem problem,
                 std::vector<int8_t>& integers) {
  const auto values = weights.data<float>();
  const size_t outputs = problem.outputs, inputs = problem.inputs;
  problem.weights.resize(values.size());
  for (size_t o = 0; o < outputs; ++o) {
    for (size_t i = 0; i < inputs; ++i) problem.weights[i * outputs + o] = values[o * inputs + i];
  }
  const auto solved = RoundProblem(problem, rows);
  if (!solved) return false;
  for (size_t o = 0; o < outputs; ++o) {
    for (size_t i = 0; i < inputs; ++i) integers[o * inputs + i] = (*solved)[i * outputs + o];
  }
  return true;
}

// [1, height, width, out]: every output has inputs of its own.
bool RoundDepthwise(const Tensor& weights, const std::vector<float>& rows, size_t row_width, int most,
                    const Quantization& quantization, std::vector<int8_t>& integers) {
  const auto values = weights.data<float>();
  const auto outputs = static_cast<size_t>(weights.dims()[3]);
  const size_t taps = values.size() / outputs, channels = row_width / taps;
  if (channels == 0 || outputs % channels != 0) return false;
  for (size_t o = 0; o < outputs; ++o) {
    Problem problem{{}, taps, 1, taps, {quantization.scale_at(o)}, most};
    for (size_t tap = 0; tap < taps; ++tap) problem.weights.push_back(values[tap * outputs + o]);
    std::vector<float> own;
    for (size_t row = 0; row < rows.size(); row += row_width) {
      for (size_t tap = 0; tap < taps; ++tap)
        own.push_back(rows[row + tap * channels + o / (outputs / channels)]);
    }
    const auto solved = RoundProblem(problem, own);
    if (!solved) continue;  // an input that is always zero: any weights will do
    for (size_t tap = 0; tap < taps; ++tap) integers[tap * outputs + o] = (*solved)[tap];
  }
  return true;
}

}  // namespace

std::vector<float> MeanShift(const Tensor& weights, const Patches& patches, const QuantizedConstant& rounded,
                             const Parameters* input, Mode mode) {
  const size_t width = patches.width();
  const auto outputs = static_cast<size_t>(weights.dims()[patches.depthwise() ? 3 : 0]);
  std::vector<float> shift(outputs, 0.0f);
  if (static_cast<size_t>(weights.elements()) % outputs != 0) return shift;
  std::vector<double> given(width, 0.0), quantized(width, 0.0);  // sums, then means
  size_t count = 0;
  patches.ForEachRow([&](const float* row) {
    AddToSums(row, input != nullptr ? GridOf(*input, mode) : Grid{}, width, given.data(), quantized.data());
    ++count;
  });
  if (count == 0) return shift;
  if (input == nullptr) quantized = given;
  for (double& mean : given) mean /= static_cast<double>(count);
  for (double& mean : quantized) mean /= static_cast<double>(count);
  const Tensor real = Dequantize(rounded);
  const auto from = weights.data<float>(), to = real.data<float>();
  const size_t inputs = from.size() / outputs, channels = width / inputs;
  if (patches.depthwise() ? channels == 0 || outputs % channels != 0 : inputs != width) return shift;
  for (size_t o = 0; o < outputs; ++o) {
    double sum = 0;
    for (size_t i = 0; i < inputs; ++i) {
      const size_t at = patches.depthwise() ? i * outputs + o : o * inputs + i;
      const size_t place = patches.depthwise() ? i * channels + o / (outputs / channels) : i;
      sum += static_cast<double>(from[at]) * given[place] - static_cast<double>(to[at]) * quantized[place];
    }
    shift[o] = static_cast<float>(sum);
  }
  return shift;
}

void RoundByMoments(const Tensor& weights, const std::vector<const Patches*>& patches, int bits,
                    QuantizedConstant& rounded) {
  const Patches* one = nullptr;
  std::vector<float> rows;
  for (const Patches* each : patches) {
    if (each == nullptr || !each->tells_moments() || (one != nullptr && each->width() != one->width()))
      continue;
    one = each;
    const std::vector<float> more = each->Rows();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  if (one == nullptr || rows.empty()) return;
  const int most = bits == 8 ? 127 : 7;
  const Quantization& quantization = *rounded.quantization;
  std::vector<int8_t> integers = UnpackIntegers(rounded.values);
  bool done = false;
  if (one->depthwise()) {
    done = RoundDepthwise(weights, rows, one->width(), most, quantization, integers);
  } else {
    const auto outputs = static_cast<size_t>(weights.dims()[0]);
    if (outputs * one->width() != integers.size()) return;
    const size_t width = one->width();
    const bool blockwise = quantization.block_size > 0;
    const size_t block = blockwise ? static_cast<size_t>(quantization.block_size) : width;
    Problem problem{{}, width, outputs, block, {}, most};
    for (size_t b = 0; b < width / block; ++b) {
      for (size_t o = 0; o < outputs; ++o)
        problem.scales.push_back(quantization.scale_at(blockwise ? o * (width / block) + b : o));
    }
    done = RoundMatrix(weights, rows, std::move(problem), integers);
  }
  if (done) rounded.values = PackIntegers(integers, weights.dims(), bits);
}

}  // namespace litesmith::quantization
