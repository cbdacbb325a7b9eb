// The preparation of a picture at the head of a detector: scaling to the network's size and normalization.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "detection/cuts.h"

namespace litesmith::detection {

struct Preprocess {
  ir::Value* parameter = nullptr;  // the function's, which everything comes from
  ir::Value* image = nullptr;    // the picture's pixels: the parameter itself, or what decodes an encoded one
  ir::Value* network = nullptr;  // float32 [1, height, width, 3]: what the network gets
  int64_t height = 0, width = 0;
  std::array<float, 3> mean{}, std{};  // network = (pixel - mean) / std, pixels 0..255
  bool reversed_channels = false;      // the network gets blue, green, red
  bool normalized_known = false;       // mean and std were measured; false: the network is fed as it is
  std::string resize = "bilinear";     // "bilinear", "nearest_neighbor", "bicubic", "area", "none"
  bool half_pixel_centers = false, align_corners = false;
  bool normalize_first = false;  // the graph normalizes before it scales
};

// The picture: of all values that everything behind `heads` passes through, the one nearest to the parameter
// that can be pixels. The network's input: of the cuts between `heads` and the picture the one nearest to the
// heads that still is the picture, scaled and normalized channel by channel (measured on pictures of one
// colour). Empty if there is none.
std::optional<Preprocess> FindPreprocess(ir::Function& function, std::span<ir::Value* const> heads,
                                         const Order& order, Context& context);

// As JSON for the metadata entry LITESMITH_PREPROCESSING.
std::string PreprocessJson(const Preprocess& preprocess);

}  // namespace litesmith::detection
