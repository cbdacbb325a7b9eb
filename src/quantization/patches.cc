#include "quantization/patches.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// Of one op 16 MB, and of all ops of a model 512 MB.
constexpr size_t kMostNumbers = size_t{1} << 22;
constexpr double kMostInAll = double{1u << 27};

// Rows for an op whose outputs are sums of `width` numbers: twice as many tell their second moments well.
size_t RowsFor(size_t width, bool depthwise) {
  const size_t wanted = depthwise ? 512 : width <= Patches::kWidest ? std::max<size_t>(2 * width, 256) : 256;
  return std::clamp<size_t>(kMostNumbers / width, 1, wanted);
}

// A number that follows no pattern (SplitMix64, by Steele, Lea and Flood).
uint64_t Mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::unique_ptr<Patches> Patches::Of(const ir::Node& node) {
  const Tensor* weights = node.constant_operand(1);
  const bool convolves = node.Is(tfl::CONV_2D), depthwise = node.Is(tfl::DEPTHWISE_CONV_2D);
  if (weights == nullptr || weights->elements() == 0 || node.operand(0)->constant() != nullptr ||
      (!convolves && !depthwise && !node.Is(tfl::FULLY_CONNECTED)))
    return nullptr;
  std::unique_ptr<Patches> patches(new Patches);
  patches->depthwise_ = depthwise;
  patches->matrix_ = !convolves && !depthwise;
  const Dims& dims = weights->dims();
  if (patches->matrix_) {
    if (dims.size() != 2) return nullptr;
    patches->channels_ = dims[1];
  } else {
    const Shape& input = node.operand(0)->type.shape;
    if (dims.size() != 4 || input.rank() != 4 || !input[3].known()) return nullptr;
    patches->height_ = dims[1];
    patches->wide_ = dims[2];
    patches->channels_ = input[3].value();
    if (convolves && dims[3] != patches->channels_) return nullptr;  // in groups
    patches->stride_h_ = node.attributes.Int("stride_h", 1);
    patches->stride_w_ = node.attributes.Int("stride_w", 1);
    patches->dilation_h_ = node.attributes.Int("dilation_h_factor", 1);
    patches->dilation_w_ = node.attributes.Int("dilation_w_factor", 1);
    patches->same_ = node.attributes.Int("padding") == static_cast<int64_t>(tfl::Padding::kSame);
    if (patches->stride_h_ < 1 || patches->stride_w_ < 1) return nullptr;
  }
  patches->width_ = static_cast<size_t>(patches->height_ * patches->wide_ * patches->channels_);
  if (patches->width_ == 0 || patches->width_ > kMostNumbers) return nullptr;
  return patches;
}

size_t Patches::wanted_rows() const { return RowsFor(width_, depthwise_); }

void Patches::Allocate(size_t samples, size_t rows) {
  sample_step_ = std::max<size_t>(1, samples / rows);
  const size_t used = (samples + sample_step_ - 1) / sample_step_;
  rows_per_sample_ = std::max<size_t>(1, rows / used);
  rows_.resize(used * rows_per_sample_ * width_);
  filled_.resize(used * rows_per_sample_);
}

size_t Patches::OutputPixels(const TensorView& input) const {
  if (matrix_) return static_cast<size_t>(input.elements() / channels_);
  const auto outputs = [&](int64_t size, int64_t filter, int64_t stride, int64_t dilation) {
    const int64_t extent = (filter - 1) * dilation + 1;
    const int64_t count = same_ ? (size + stride - 1) / stride : (size - extent + stride) / stride;
    return std::max<int64_t>(count, 0);
  };
  return static_cast<size_t>(input.dim(0) * outputs(input.dim(1), height_, stride_h_, dilation_h_) *
                             outputs(input.dim(2), wide_, stride_w_, dilation_w_));
}

// What the filter covers at output `pixel`, zero beyond the borders.
void Patches::TakePixel(const TensorView& input, size_t pixel, float* row) const {
  const float* data = reinterpret_cast<const float*>(input.data);
  const auto channels = static_cast<size_t>(channels_);
  if (matrix_) {
    std::memcpy(row, data + pixel * channels, channels * sizeof(float));
    return;
  }
  const int64_t high = input.dim(1), wide = input.dim(2);
  const auto start = [&](int64_t size, int64_t filter, int64_t stride, int64_t dilation, int64_t& count) {
    const int64_t extent = (filter - 1) * dilation + 1;
    count = same_ ? (size + stride - 1) / stride : (size - extent + stride) / stride;
    return same_ ? std::max<int64_t>(0, (count - 1) * stride + extent - size) / 2 : 0;
  };
  int64_t out_high = 0, out_wide = 0;
  const int64_t top = start(high, height_, stride_h_, dilation_h_, out_high);
  const int64_t left = start(wide, wide_, stride_w_, dilation_w_, out_wide);
  const auto at = static_cast<int64_t>(pixel);
  const int64_t batch = at / (out_high * out_wide), y0 = at / out_wide % out_high * stride_h_ - top,
                x0 = at % out_wide * stride_w_ - left;
  for (int64_t fy = 0; fy < height_; ++fy) {
    for (int64_t fx = 0; fx < wide_; ++fx, row += channels) {
      const int64_t y = y0 + fy * dilation_h_, x = x0 + fx * dilation_w_;
      if (y < 0 || y >= high || x < 0 || x >= wide) {
        std::fill_n(row, channels, 0.0f);
      } else {
        std::memcpy(row, data + ((batch * high + y) * wide + x) * channels_, channels * sizeof(float));
      }
    }
  }
}

void Patches::Add(const TensorView& input, size_t sample) {
  if (sample % sample_step_ != 0 || input.dtype != DType::kFloat32 || input.data == nullptr) return;
  if (!matrix_ && (input.rank() != 4 || input.dim(3) != channels_)) return;
  if (matrix_ && input.elements() % channels_ != 0) return;
  const size_t pixels = OutputPixels(input);
  if (pixels == 0) return;
  const size_t first = sample / sample_step_ * rows_per_sample_;
  for (size_t i = 0; i < std::min(rows_per_sample_, pixels) && first + i < filled_.size(); ++i) {
    float* row = rows_.data() + (first + i) * width_;
    TakePixel(input, Mixed(sample * 1000003 + i) % pixels, row);
    filled_[first + i] = std::all_of(row, row + width_, [](float value) { return std::isfinite(value); });
  }
}

std::vector<float> Patches::Rows() const {
  std::vector<float> rows;
  ForEachRow([&](const float* row) { rows.insert(rows.end(), row, row + width_); });
  return rows;
}

PatchCollection::PatchCollection(const ir::Module& module, size_t samples) {
  double all = 0;  // numbers
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      std::unique_ptr<Patches> patches = samples > 0 ? Patches::Of(node) : nullptr;
      if (patches == nullptr) continue;
      all += static_cast<double>(patches->wanted_rows() * patches->width());
      by_value_[node.operand(0)].push_back(patches.get());
      by_node_[&node] = std::move(patches);
    }
  }
  const double part = std::min(1.0, kMostInAll / std::max(all, 1.0));
  for (const auto& [node, patches] : by_node_) {
    const double rows = static_cast<double>(patches->wanted_rows()) * part;
    patches->Allocate(samples, std::max<size_t>(1, static_cast<size_t>(rows)));
  }
}

void PatchCollection::Add(const ir::Value& value, const TensorView& view, size_t sample) {
  const auto found = by_value_.find(&value);
  if (found == by_value_.end()) return;
  for (Patches* patches : found->second) patches->Add(view, sample);
}

const Patches* PatchCollection::Find(const ir::Node& node) const {
  const auto found = by_node_.find(&node);
  return found != by_node_.end() ? found->second.get() : nullptr;
}

}  // namespace litesmith::quantization
