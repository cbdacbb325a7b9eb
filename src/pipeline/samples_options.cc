// What a model tells of its inputs: its metadata, and what its first ops do to a picture.
#include <algorithm>
#include <array>
#include <cmath>

#include "formats/tflite/metadata.h"
#include "ir/signature.h"
#include "pipeline/detector.h"
#include "pipeline/samples_sources.h"
#include "tfl/ops.h"

namespace litesmith::pipeline {
namespace {

constexpr float kMostPixel = 255;
// A preamble is short; what stands further behind is the network.
constexpr int kMostOps = 16;

// x * factor + offset, channel by channel.
struct Affine {
  std::array<double, 3> factor{1, 1, 1}, offset{0, 0, 0};
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

// Moves, selects or mixes the numbers of its first operand, so that their range stays.
bool KeepsRange(const ir::Node& node) {
  const ir::OpDef* const ops[] = {&tfl::CAST,
                                  &tfl::RESHAPE,
                                  &tfl::EXPAND_DIMS,
                                  &tfl::SQUEEZE,
                                  &tfl::REVERSE_V2,
                                  &tfl::GATHER,
                                  &tfl::STRIDED_SLICE,
                                  &tfl::SLICE,
                                  &tfl::TRANSPOSE,
                                  &tfl::RESIZE_BILINEAR,
                                  &tfl::RESIZE_NEAREST_NEIGHBOR};
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

Affine AffineOf(const ir::Value* value) {
  Affine affine;
  for (int i = 0; i < kMostOps; ++i) {
    const ir::Node* user = nullptr;
    int users = 0;
    for (const ir::Use& use : value->uses()) {
      if (use.user->Is(tfl::SHAPE) || use.user == user) continue;
      user = use.user;
      ++users;
    }
    if (users != 1 || user->output_count() != 1 || !Append(*user, value, affine)) break;
    value = user->output();
  }
  return affine;
}

// Networks want numbers around zero. So the input's number that becomes zero, or the factor, tells the scale
// of the input: means of pictures lie near the middle of their range, deviations near a quarter of it.
std::optional<ValueRange> PictureRange(const Affine& affine) {
  bool pixels = true, unit = true, symmetric = true;
  for (size_t c = 0; c < 3; ++c) {
    const double factor = std::abs(affine.factor[c]);
    if (factor == 0 || !std::isfinite(factor)) return std::nullopt;
    const double zero = -affine.offset[c] / affine.factor[c];
    pixels = pixels && ((zero > 20 && zero < 235) || factor < 0.03);
    unit = unit && ((zero > 0.2 && zero < 0.8 && factor >= 1) || (zero == 0 && factor > 100 && factor < 300));
    symmetric = symmetric && std::abs(zero + 1) < 0.02;
  }
  if (pixels) return ValueRange{0, kMostPixel};
  if (unit) return ValueRange{0, 1};
  if (symmetric) return ValueRange{-1, 1};
  return std::nullopt;
}

std::optional<ValueRange> RangeOf(const tflite::TensorMetadata& metadata, bool picture) {
  if (picture && !metadata.mean.empty() && !metadata.std.empty()) {
    ValueRange range{INFINITY, -INFINITY};
    for (size_t c = 0; c < std::max(metadata.mean.size(), metadata.std.size()); ++c) {
      const float mean = metadata.mean[std::min(c, metadata.mean.size() - 1)];
      const float std = metadata.std[std::min(c, metadata.std.size() - 1)];
      range.low = std::min({range.low, -mean / std, (kMostPixel - mean) / std});
      range.high = std::max({range.high, -mean / std, (kMostPixel - mean) / std});
    }
    if (std::isfinite(range.low) && range.low < range.high) return range;
  }
  if (metadata.min.empty() || metadata.max.empty()) return std::nullopt;
  const ValueRange range{*std::min_element(metadata.min.begin(), metadata.min.end()),
                         *std::max_element(metadata.max.begin(), metadata.max.end())};
  return range.low < range.high && std::isfinite(range.high - range.low) ? std::optional(range)
                                                                         : std::nullopt;
}

const ir::Signature* ChosenSignature(const ir::Module& module, const std::string& key) {
  for (const ir::Signature& signature : module.signatures) {
    if (signature.key == (key.empty() ? "serving_default" : key)) return &signature;
  }
  return module.signatures.empty() ? nullptr : &module.signatures[0];
}

void AddOthers(const ir::Module& module, const ir::Signature* chosen, SampleOptions& options) {
  for (const ir::Signature& signature : module.signatures) {
    const ir::Function* function = module.FindFunction(signature.function);
    if (&signature == chosen || function == nullptr) continue;
    const auto entries = ir::InputsOf(*function, &signature);
    if (entries.size() == 1 && IsPictureInput(entries[0].value->type.dtype, entries[0].value->type.shape))
      options.others_take_pictures = true;
    for (const ir::SignatureEntry& entry : entries) {
      auto& names = options.other_names;
      names.insert(names.end(), {entry.name, entry.value->name, signature.key + "/" + entry.name,
                                 signature.key + "/" + entry.value->name});
    }
  }
}

void SetScale(const ValueRange& range, vision::Preparation& preparation) {
  preparation.std.fill(kMostPixel / (range.high - range.low));
  preparation.mean.fill(-range.low * preparation.std[0]);
}

void AddInput(const ir::Value& value, const tflite::TensorMetadata* metadata, SampleOptions& options) {
  const bool picture = IsPictureInput(value.type.dtype, value.type.shape);
  auto range = metadata != nullptr ? RangeOf(*metadata, picture) : std::nullopt;
  const bool told = range && picture && !metadata->mean.empty();
  if (told) options.normalization = SampleOptions::Source::kMetadata;
  if (picture && value.type.dtype == DType::kUInt8) {
    range = ValueRange{0, kMostPixel};
  } else if (picture && !told) {
    if (const auto by_ops = PictureRange(AffineOf(&value))) {
      options.normalization = SampleOptions::Source::kFirstOps;
      SetScale(*by_ops, options.preparation);
      range = by_ops;
    }
  }
  options.ranges.push_back(range);
}

}  // namespace

SampleOptions SampleOptionsOf(const ir::Module& module, const std::string& signature) {
  SampleOptions options;
  options.preparation = PreparationOf(module);
  const ir::Signature* chosen = ChosenSignature(module, signature);
  if (chosen != nullptr) options.signature = chosen->key;
  AddOthers(module, chosen, options);
  const ir::Function* function = chosen != nullptr            ? module.FindFunction(chosen->function)
                                 : module.functions().empty() ? nullptr
                                                              : module.functions()[0].get();
  if (function == nullptr) return options;
  std::optional<tflite::ModelMetadata> metadata;
  for (const auto& [name, entry] : module.metadata) {
    // It tells of the first subgraph.
    if (name == tflite::kMetadataEntry && function == module.functions()[0].get())
      metadata = tflite::UnpackMetadata(entry.bytes());
  }
  for (const ir::SignatureEntry& entry : ir::InputsOf(*function, chosen)) {
    const bool known = metadata && entry.index < metadata->inputs.size();
    AddInput(*entry.value, known ? &metadata->inputs[entry.index] : nullptr, options);
  }
  return options;
}

}  // namespace litesmith::pipeline
