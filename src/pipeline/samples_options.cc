// What a model tells of its inputs: its metadata, and what its first ops do to a picture.
#include <algorithm>
#include <cmath>

#include "formats/tflite/metadata.h"
#include "ir/signature.h"
#include "pipeline/detector.h"
#include "pipeline/samples_scale.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

constexpr float kMostPixel = 255;
// Half of the models want 0..1, half this. Ranges of the wider one hold what the other one needs.
constexpr ValueRange kGuess{-1, 1};

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
    if (entries.size() == 1 && AxesOfPicture(entries[0].value->type.dtype, entries[0].value->type.shape))
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
  preparation.mean.fill((0 - range.low) * preparation.std[0]);
}

void AddInput(const ir::Value& value, const tflite::TensorMetadata* metadata, SampleOptions& options) {
  using Source = SampleOptions::Source;
  const bool picture = AxesOfPicture(value.type.dtype, value.type.shape).has_value();
  auto range = metadata != nullptr ? RangeOf(*metadata, picture) : std::nullopt;
  const bool told = range && picture && !metadata->mean.empty();
  if (told) options.normalization = Source::kMetadata;
  if (picture && value.type.dtype == DType::kUInt8) {
    range = ValueRange{0, kMostPixel};
  } else if (picture && !told) {
    auto found = RangeByOps(value);
    options.normalization = found ? Source::kFirstOps : Source::kNone;
    if (!found && IsFloat(value.type.dtype)) {
      found = RangeByWeights(value);
      if (found) options.normalization = Source::kFirstWeights;
    }
    SetScale(found.value_or(kGuess), options.preparation);
    if (!range) range = found;
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
