#include "detection/preprocess.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tf/ops.h"

namespace litesmith::detection {
namespace {

bool IsPictures(const Shape& shape) {
  return shape.known() && shape.rank() == 4 && shape[0] == Dim(1) && shape[3] == Dim(3) &&
         shape[1].value() > 1 && shape[2].value() > 1;
}

// One picture of any size, in values of 0..255.
bool CanBePixels(const ir::Type& type) {
  const Shape& shape = type.shape;
  return (type.dtype == DType::kUInt8 || type.dtype == DType::kFloat32) && shape.ranked() &&
         shape.rank() == 4 && shape[0] == Dim(1) && shape[3].value_or(3) == 3;
}

Tensor OneColour(const ir::Value& image, int64_t height, int64_t width, const std::array<int, 3>& colour) {
  const auto fill = [&]<class T>(T) {
    std::vector<T> pixels;
    pixels.reserve(static_cast<size_t>(height * width * 3));
    for (int64_t i = 0; i < height * width; ++i) {
      for (const int value : colour) pixels.push_back(static_cast<T>(value));
    }
    return Tensor::Of<T>({1, height, width, 3}, pixels);
  };
  return image.type.dtype == DType::kUInt8 ? fill(uint8_t{}) : fill(float{});
}

// The colour that arrives when a picture of one colour goes in; empty if it is not of one colour any more
// (padding).
std::optional<std::array<double, 3>> Arriving(const ir::Value* image, ir::Value* network,
                                              const std::array<int, 3>& colour, Context& context) {
  const Shape& shape = network->type.shape;
  Values known;
  known.emplace(image, OneColour(*image, shape[1].value(), shape[2].value(), colour));
  ir::Value* const targets[] = {network};
  const auto values = Compute(targets, std::move(known), context);
  if (!values) return std::nullopt;
  const Tensor& result = values->at(network);
  if (result.dtype() != DType::kFloat32 || result.elements() < 3) return std::nullopt;
  const auto data = result.data<float>();
  for (size_t i = 3; i < data.size(); ++i) {
    if (std::abs(data[i] - data[i - 3]) > 1e-4f * std::max(1.0f, std::abs(data[i]))) return std::nullopt;
  }
  return std::array<double, 3>{data[0], data[1], data[2]};
}

// network_c = factor_c * pixel_c + offset_c, perhaps with the channels reversed.
bool MeasureNormalization(Preprocess& found, Context& context) {
  const auto black = Arriving(found.image, found.network, {0, 0, 0}, context);
  const auto mixed = Arriving(found.image, found.network, {50, 100, 200}, context);
  const auto check = Arriving(found.image, found.network, {201, 30, 77}, context);
  if (!black || !mixed || !check) return false;
  for (const bool reversed : {false, true}) {
    const std::array<int, 3> first = reversed ? std::array{200, 100, 50} : std::array{50, 100, 200};
    const std::array<int, 3> second = reversed ? std::array{77, 30, 201} : std::array{201, 30, 77};
    bool same = true;
    for (size_t c = 0; c < 3; ++c) {
      const double factor = ((*mixed)[c] - (*black)[c]) / first[c];
      if (factor == 0) return false;
      same &= std::abs(factor * second[c] + (*black)[c] - (*check)[c]) <
              1e-3 * std::max(1.0, std::abs((*check)[c]));
      const size_t channel = reversed ? 2 - c : c;
      // Numbers read off float arithmetic, to six digits: 127.5 rather than 127.49999.
      const auto tidy = [](double value) { return static_cast<float>(std::round(value * 1e4) / 1e4); };
      found.mean[channel] = tidy(-(*black)[c] / factor);
      found.std[channel] = std::abs(1 / factor) >= 0.1 ? tidy(1 / factor) : static_cast<float>(1 / factor);
    }
    if (same) {
      found.reversed_channels = reversed;
      return true;
    }
  }
  return false;
}

void DescribeScaling(Preprocess& found) {
  ir::Value* const sources[] = {found.image};
  ir::Value* const targets[] = {found.network};
  found.resize = "none";
  for (const ir::Node* node : Between(sources, targets)) {
    const char* kind = node->Is(tf::ResizeBilinear)          ? "bilinear"
                       : node->Is(tf::ResizeNearestNeighbor) ? "nearest_neighbor"
                       : node->Is(tf::ResizeBicubic)         ? "bicubic"
                       : node->Is(tf::ResizeArea)            ? "area"
                                                             : nullptr;
    if (kind == nullptr) continue;
    found.resize = kind;
    found.half_pixel_centers = node->attributes.Bool("half_pixel_centers");
    found.align_corners = node->attributes.Bool("align_corners");
    ir::Value* const before[] = {node->operand(0)};
    for (const ir::Node* earlier : Between(sources, before)) {
      found.normalize_first |= earlier->Is(tf::Mul) || earlier->Is(tf::Sub) || earlier->Is(tf::RealDiv);
    }
  }
}

}  // namespace

std::optional<Preprocess> FindPreprocess(ir::Function& function, std::span<ir::Value* const> heads,
                                         const Order& order, Context& context) {
  const auto cuts = SingleCuts(heads, order, [](const ir::Value&) { return false; });
  if (cuts.empty() || !cuts.back()->is_parameter() || cuts.back()->function() != &function)
    return std::nullopt;
  const auto first =
      std::find_if(cuts.rbegin(), cuts.rend(), [](const ir::Value* cut) { return CanBePixels(cut->type); });
  if (first == cuts.rend()) return std::nullopt;
  ir::Value* image = *first;
  for (ir::Value* cut : cuts) {
    if (cut == image || cut->type.dtype != DType::kFloat32 || !IsPictures(cut->type.shape)) continue;
    Preprocess found;
    found.parameter = cuts.back();
    found.image = image;
    found.network = cut;
    found.height = cut->type.shape[1].value();
    found.width = cut->type.shape[2].value();
    if (!MeasureNormalization(found, context)) continue;  // a padded picture, or features with three channels
    found.normalized_known = true;
    DescribeScaling(found);
    return found;
  }
  if (image->type.dtype != DType::kFloat32 || !IsPictures(image->type.shape)) return std::nullopt;
  Preprocess plain;  // the network is fed directly
  plain.parameter = cuts.back();
  plain.image = plain.network = image;
  plain.height = image->type.shape[1].value();
  plain.width = image->type.shape[2].value();
  return plain;
}

std::string PreprocessJson(const Preprocess& preprocess) {
  nlohmann::ordered_json json;
  json["height"] = preprocess.height;
  json["width"] = preprocess.width;
  json["resize"] = preprocess.resize;
  json["half_pixel_centers"] = preprocess.half_pixel_centers;
  json["align_corners"] = preprocess.align_corners;
  json["keep_aspect_ratio"] = false;
  json["order"] = preprocess.normalize_first ? "normalize,resize" : "resize,normalize";
  json["channels"] = preprocess.reversed_channels ? "BGR" : "RGB";
  if (preprocess.normalized_known) {
    json["mean"] = preprocess.mean;
    json["std"] = preprocess.std;
  }
  return json.dump();
}

}  // namespace litesmith::detection
