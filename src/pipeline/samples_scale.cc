#include "pipeline/samples_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tfl/ops.h"

namespace litesmith::pipeline {
namespace {

// A preamble is short; what stands further behind is the network.
constexpr int kMostOps = 16;
// So many filters say something in the mean.
constexpr int64_t kFewestFilters = 8;

// x * factor + offset, channel by channel.
struct Affine {
  std::array<double, 3> factor{1, 1, 1}, offset{0, 0, 0};
  bool identity = true;
  const ir::Node* reader = nullptr;  // of the result, if there is just one
};

// One value for each of three channels; empty unless `tensor` is one number or one for each channel.
std::optional<std::array<double, 3>> PerChannel(const Tensor& tensor) {
  if (tensor.elements() != 1 && tensor.elements() != 3) return std::nullopt;
  if (tensor.elements() == 3 && (tensor.rank() == 0 || tensor.dims().back() != 3)) return std::nullopt;
  const auto values = tensor.ToDouble();
  if (!values) return std::nullopt;
  std::array<double, 3> channels;
  for (size_t c = 0; c < 3; ++c) channels[c] = (*values)[values->size() == 1 ? 0 : c];
  return channels;
}

// Moves, selects, repeats or mixes the numbers of its first operand, so that their range stays.
bool KeepsRange(const ir::Node& node) {
  const ir::OpDef* const ops[] = {&tfl::CAST,          &tfl::RESHAPE,         &tfl::EXPAND_DIMS,
                                  &tfl::SQUEEZE,       &tfl::REVERSE_V2,      &tfl::GATHER,
                                  &tfl::STRIDED_SLICE, &tfl::SLICE,           &tfl::TRANSPOSE,
                                  &tfl::PAD,           &tfl::RESIZE_BILINEAR, &tfl::RESIZE_NEAREST_NEIGHBOR};
  return std::any_of(std::begin(ops), std::end(ops), [&](const ir::OpDef* op) { return node.Is(*op); });
}

// Appends what `node` does to `value`; false if that is something else.
bool Append(const ir::Node& node, const ir::Value* value, Affine& affine) {
  if (KeepsRange(node)) return node.operand(0) == value;
  const bool add = node.Is(tfl::ADD), subtract = node.Is(tfl::SUB), multiply = node.Is(tfl::MUL),
             divide = node.Is(tfl::DIV);
  if ((!add && !subtract && !multiply && !divide) || node.operand_count() != 2) return false;
  const bool first = node.operand(0) == value;
  const Tensor* constant = node.constant_operand(first ? 1 : 0);
  const auto by = constant != nullptr ? PerChannel(*constant) : std::nullopt;
  if (!by || (divide && !first) || node.attributes.Int("fused_activation_function") != 0) return false;
  affine.identity = false;
  for (size_t c = 0; c < 3; ++c) {
    const double number = (*by)[c];
    if (divide && number == 0) return false;
    const double factor = multiply ? number : divide ? 1 / number : subtract && !first ? -1 : 1;
    affine.factor[c] *= factor;
    affine.offset[c] *= factor;
    if (add || subtract) affine.offset[c] += subtract && first ? -number : number;
  }
  return true;
}

// The only reader of `value` that computes with it, or null.
const ir::Node* ReaderOf(const ir::Value* value) {
  const ir::Node* reader = nullptr;
  for (const ir::Use& use : value->uses()) {
    if (use.user->Is(tfl::SHAPE) || use.user == reader) continue;
    if (reader != nullptr) return nullptr;
    reader = use.user;
  }
  return reader;
}

Affine AffineOf(const ir::Value* value) {
  Affine affine;
  for (int i = 0; i < kMostOps; ++i) {
    affine.reader = ReaderOf(value);
    if (affine.reader == nullptr || affine.reader->output_count() != 1 ||
        !Append(*affine.reader, value, affine))
      break;
    value = affine.reader->output();
  }
  return affine;
}

struct Line {
  double slope = 0, correlation = 0;
};

// y as a line of x, by least squares; as long as each other.
Line LineThrough(const std::vector<double>& x, const std::vector<double>& y) {
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / static_cast<double>(x.size());
    mean_y += y[i] / static_cast<double>(x.size());
  }
  for (size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? Line{xy / xx, xy / std::sqrt(xx * yy)} : Line();
}

}  // namespace

// Networks want numbers around zero. So the input's number that becomes zero, or the factor, tells the scale
// of the input: means of pictures lie near the middle of their range, deviations near a quarter of it.
std::optional<ValueRange> RangeByOps(const ir::Value& input) {
  const Affine affine = AffineOf(&input);
  bool pixels = true, unit = true, symmetric = true;
  for (size_t c = 0; c < 3; ++c) {
    const double factor = std::abs(affine.factor[c]);
    if (factor == 0 || !std::isfinite(factor)) return std::nullopt;
    const double zero = -affine.offset[c] / affine.factor[c];
    pixels = pixels && ((zero > 20 && zero < 235) || factor < 0.03);
    unit = unit && ((zero > 0.2 && zero < 0.8 && factor >= 1) || (zero == 0 && factor > 100 && factor < 300));
    symmetric = symmetric && std::abs(zero + 1) < 0.02;
  }
  if (pixels) return ValueRange{0, 255};
  if (unit) return ValueRange{0, 1};
  if (symmetric) return ValueRange{-1, 1};
  return std::nullopt;
}

// The normalization of what follows is folded into the weights, so that numbers of about 1 leave the
// convolution: the size of a filter is the inverse of its input's deviation. And biases take away what the
// input's mean adds: they are the sums of the filters times -mean, plus something of their own. In trained
// networks (thirteen of detection, pose, faces and classes) pixels gave deviations of 35 to 52 and smaller
// numbers 0.2 to 3; means of 0..1 and 0..255 gave correlations of -0.39 to -0.95, those of inputs around zero
// more than -0.2.
std::optional<ValueRange> RangeByWeights(const ir::Value& input) {
  constexpr double kLeastOfPixels = 8, kTellingCorrelation = -0.3;
  const Affine affine = AffineOf(&input);
  if (!affine.identity || affine.reader == nullptr || !affine.reader->Is(tfl::CONV_2D)) return std::nullopt;
  const Tensor* weights = affine.reader->constant_operand(1);
  if (weights == nullptr || weights->dtype() != DType::kFloat32 || weights->rank() != 4 ||
      weights->elements() == 0 || weights->dims()[0] < kFewestFilters)
    return std::nullopt;
  const auto data = weights->data<float>();
  const auto filters = static_cast<size_t>(weights->dims()[0]);
  std::vector<double> sums(filters), squares(filters);
  for (size_t i = 0; i < data.size(); ++i) {
    const size_t filter = i / (data.size() / filters);
    sums[filter] += static_cast<double>(data[i]);
    squares[filter] += static_cast<double>(data[i]) * static_cast<double>(data[i]);
  }
  std::nth_element(squares.begin(), squares.begin() + static_cast<ptrdiff_t>(filters / 2), squares.end());
  const double deviation = 1 / std::sqrt(squares[filters / 2]);
  if (!std::isfinite(deviation)) return std::nullopt;
  const ir::Value* bias = affine.reader->operand_or_null(2);
  const auto biases =
      bias != nullptr && bias->constant() != nullptr ? bias->constant()->ToDouble() : std::nullopt;
  const bool has_biases = biases && biases->size() == filters;
  const Line line = has_biases ? LineThrough(sums, *biases) : Line();
  const bool positive = line.correlation < kTellingCorrelation;
  if (deviation > kLeastOfPixels)
    return has_biases && !positive ? ValueRange{-128, 127, true} : ValueRange{0, 255, true};
  return positive && -line.slope > 0.2 ? ValueRange{0, 1, true} : ValueRange{-1, 1, true};
}

}  // namespace litesmith::pipeline
