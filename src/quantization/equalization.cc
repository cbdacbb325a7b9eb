#include "quantization/equalization.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "ir/copy.h"

namespace litesmith::quantization {
namespace {

// A narrower channel counts as so wide: a few samples do not show all that it can hold.
constexpr float kNarrowest = 0.1f;
// Fully equal ranges would load the weights that read them: theirs then differ by channel, and have one scale
// for all. Between 0.5 and 0.75 is where both lose least (the migration strength of SmoothQuant, Xiao et al.
// 2023, arXiv:2211.10438, section 4).
constexpr float kStrength = 0.7f;

// The largest of n numbers is passed by one in n + 1 of further ones, and a channel that fills its range is
// then clipped: with so many numbers, half of what they say is believed.
constexpr float kHalfBelieved = 256;

float FactorFor(float width) { return std::pow(1.0f / std::clamp(width, kNarrowest, 1.0f), kStrength); }

bool IsOne(const std::vector<float>& factors) {
  return std::all_of(factors.begin(), factors.end(), [](float factor) { return factor == 1; });
}

// Multiplies the slices along `axis`.
void Scale(std::vector<float>& values, const Dims& dims, int axis, const std::vector<float>& factors) {
  size_t inner = 1;
  for (size_t i = static_cast<size_t>(axis) + 1; i < dims.size(); ++i) inner *= static_cast<size_t>(dims[i]);
  for (size_t i = 0; i < values.size(); ++i) values[i] *= factors[i / inner % factors.size()];
}

class Scaler {
 public:
  Scaler(const ChannelClasses& classes, const std::vector<float>& widths) {
    for (const float width : widths) factors_.push_back(FactorFor(width));
    factors_[ChannelClasses::kFixed] = 1;
    constants_ = classes.Constants();
  }

  std::shared_ptr<const ir::Module> Run(const ir::Module& module) {
    const ir::ModuleCopy copy = ir::CopyModule(module);
    bool any = false;
    for (const ChannelClasses::Constant& constant : constants_) {
      std::vector<float> made = FactorsOf(constant.made), read = FactorsOf(constant.read);
      if (IsOne(made) && IsOne(read)) continue;
      for (float& factor : read) factor = 1 / factor;
      ir::Node& node = *copy.nodes.at(constant.node);
      const ir::Value& old = *node.operand(constant.operand);
      node.SetOperand(constant.operand,
                      ir::Builder(node).Constant(Scaled(*old.constant(), constant, made, read), old.name));
      any = true;
    }
    for (const auto& function : copy.module->functions()) function->EraseDeadNodes();
    return any ? copy.module : nullptr;
  }

 private:
  std::vector<float> FactorsOf(const std::vector<size_t>& classes) const {
    std::vector<float> factors;
    factors.reserve(classes.size());
    for (const size_t one : classes) factors.push_back(factors_[one]);
    return factors;
  }

  // What stands once stays one tensor.
  Tensor Scaled(const Tensor& tensor, const ChannelClasses::Constant& constant,
                const std::vector<float>& made, const std::vector<float>& read) {
    Tensor& scaled = scaled_[{tensor.bytes().data(), tensor.dims(), made, read}];
    if (scaled.valid()) return scaled;
    const auto from = tensor.data<float>();
    std::vector<float> values(from.begin(), from.end());
    Scale(values, tensor.dims(), constant.made_axis, made);
    if (!IsOne(read)) {
      // Several results of a depthwise convolution may come from one channel.
      const size_t slices = static_cast<size_t>(tensor.dims()[static_cast<size_t>(constant.read_axis)]);
      std::vector<float> by_slice(slices);
      for (size_t i = 0; i < slices; ++i) by_slice[i] = read[i / (slices / read.size())];
      Scale(values, tensor.dims(), constant.read_axis, by_slice);
    }
    return scaled = Tensor::Of<float>(tensor.dims(), values);
  }

  std::vector<float> factors_;  // by class
  std::vector<ChannelClasses::Constant> constants_;
  // Tensors of other dimensions may share the bytes of a file.
  std::map<std::tuple<const void*, Dims, std::vector<float>, std::vector<float>>, Tensor> scaled_;
};

}  // namespace

void ChannelRanges::Add(const ir::Value& value, const TensorView& view) {
  if (view.dtype != DType::kFloat32 || view.data == nullptr || view.rank() == 0 || view.elements() == 0)
    return;
  const auto channels = static_cast<size_t>(view.dim(-1));
  const auto [found, added] = entries_.try_emplace(&value);
  Entry& entry = found->second;
  if (added) {
    entry.free = classes_->IsFree(value);
    entry.low.assign(channels, 0.0f);
    entry.high.assign(channels, 0.0f);
  }
  if (!entry.free || entry.low.size() != channels) return;
  const auto values = view.as<float>();
  entry.rows += values.size() / channels;
  float *low = entry.low.data(), *high = entry.high.data();
  for (size_t row = 0; row < values.size(); row += channels) {
    const float* from = values.data() + row;
    for (size_t c = 0; c < channels; ++c) {
      low[c] = from[c] < low[c] ? from[c] : low[c];
      high[c] = from[c] > high[c] ? from[c] : high[c];
    }
  }
}

void ChannelRanges::Merge(const ChannelRanges& other) {
  for (const auto& [value, more] : other.entries_) {
    const auto [found, added] = entries_.try_emplace(value, more);
    Entry& into = found->second;
    if (added || into.low.size() != more.low.size()) continue;
    into.rows += more.rows;
    for (size_t c = 0; c < into.low.size(); ++c) {
      into.low[c] = std::min(into.low[c], more.low[c]);
      into.high[c] = std::max(into.high[c], more.high[c]);
    }
  }
}

std::vector<float> ChannelRanges::Widths() const {
  std::vector<float> widths(classes_->count(), 0.0f);
  // Whole numbers, so that their sum does not depend on the order of the entries.
  std::vector<size_t> rows(classes_->count(), 0);
  for (const auto& [value, entry] : entries_) {
    const std::vector<size_t> classes = classes_->Of(*value);
    // A channel that is alone is as wide as its tensor, whatever its factor.
    if (!entry.free || classes.size() != entry.low.size() || classes.size() < 2) continue;
    const float all = *std::max_element(entry.high.begin(), entry.high.end()) -
                      *std::min_element(entry.low.begin(), entry.low.end());
    if (all == 0) continue;
    for (size_t c = 0; c < classes.size(); ++c) {
      const float width = std::isfinite(all) ? (entry.high[c] - entry.low[c]) / all : 1;
      widths[classes[c]] = std::max(widths[classes[c]], width);
      rows[classes[c]] += entry.rows;
    }
  }
  for (size_t i = 0; i < widths.size(); ++i) {
    const auto seen = static_cast<float>(rows[i]);
    widths[i] = (seen * widths[i] + kHalfBelieved) / (seen + kHalfBelieved);
  }
  return widths;
}

std::shared_ptr<const ir::Module> Equalize(const ir::Module& module, const ChannelClasses& classes,
                                           const ChannelRanges& ranges) {
  return Scaler(classes, ranges.Widths()).Run(module);
}

}  // namespace litesmith::quantization
