#include "detection/box_decoder.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace litesmith::detection {
namespace {

std::optional<int64_t> ElementCount(const ir::Value& value) { return value.type.shape.elements(); }

// The boxes that come out when `numbers` (A * 4) stand at the cut.
std::optional<std::vector<float>> Probe(const ir::Value* cut, ir::Value* boxes, std::vector<float> numbers,
                                        Context& context) {
  Values known;
  known.emplace(cut, Tensor::Of<float>(cut->type.shape.known_dims(), numbers));
  ir::Value* const targets[] = {boxes};
  const auto values = Compute(targets, std::move(known), context);
  if (!values) return std::nullopt;
  const Tensor& result = values->at(boxes);
  if (result.dtype() != DType::kFloat32 || result.elements() != static_cast<int64_t>(numbers.size()))
    return std::nullopt;
  const auto data = result.data<float>();
  return std::vector<float>(data.begin(), data.end());
}

std::vector<float> SameInEachRow(int64_t count, int column, float value) {
  std::vector<float> numbers(static_cast<size_t>(count) * 4, 0.0f);
  for (size_t i = static_cast<size_t>(column); i < numbers.size(); i += 4) numbers[i] = value;
  return numbers;
}

bool Close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

// A number read off a computation in float32 stands for a short one: 5 rather than 4.9999995.
float Rounded(double value) {
  const double digits = std::pow(10.0, 5 - std::ceil(std::log10(std::abs(value))));
  const double rounded = std::round(value * digits) / digits;
  return static_cast<float>(std::abs(rounded - value) < 1e-5 * std::abs(value) ? rounded : value);
}

// The coder's scale for one column, measured on the row where it shows best.
std::optional<float> MeasureScale(const std::vector<float>& anchors, const std::vector<float>& moved,
                                  int column) {
  const bool centre = column < 2;
  const size_t axis = static_cast<size_t>(column % 2);
  double largest = 0, scale = 0;
  for (size_t i = 0; i + 3 < anchors.size(); i += 4) {
    const double size = anchors[i + 2 + axis];
    if (size <= largest) continue;
    const double low = moved[i + axis], high = moved[i + 2 + axis];
    const double change =
        centre ? ((low + high) / 2 - anchors[i + axis]) / size : std::log((high - low) / size);
    largest = size;
    scale = 1.0 / change;
  }
  if (largest <= 0 || !std::isfinite(scale) || scale <= 0) return std::nullopt;
  return Rounded(scale);
}

std::vector<double> Decode(const BoxDecoder& decoder, const std::vector<float>& numbers) {
  std::vector<double> boxes(numbers.size());
  for (size_t i = 0; i + 3 < numbers.size(); i += 4) {
    const float* anchor = &decoder.anchors[i];
    const double y = numbers[i] / decoder.y_scale * anchor[2] + anchor[0];
    const double x = numbers[i + 1] / decoder.x_scale * anchor[3] + anchor[1];
    const double h = std::exp(numbers[i + 2] / decoder.h_scale) * anchor[2];
    const double w = std::exp(numbers[i + 3] / decoder.w_scale) * anchor[3];
    boxes[i] = y - h / 2;
    boxes[i + 1] = x - w / 2;
    boxes[i + 2] = y + h / 2;
    boxes[i + 3] = x + w / 2;
  }
  return boxes;
}

std::optional<BoxDecoder> DecoderAt(ir::Value* cut, ir::Value* boxes, Context& context) {
  const int64_t count = *ElementCount(*cut) / 4;
  const auto at_rest = Probe(cut, boxes, SameInEachRow(count, 0, 0.0f), context);
  if (!at_rest) return std::nullopt;
  BoxDecoder decoder;
  decoder.encodings = cut;
  decoder.anchor_count = count;
  decoder.anchors.resize(at_rest->size());
  for (size_t i = 0; i + 3 < at_rest->size(); i += 4) {
    const float* box = &(*at_rest)[i];
    decoder.anchors[i] = static_cast<float>((static_cast<double>(box[0]) + box[2]) / 2);
    decoder.anchors[i + 1] = static_cast<float>((static_cast<double>(box[1]) + box[3]) / 2);
    decoder.anchors[i + 2] = box[2] - box[0];
    decoder.anchors[i + 3] = box[3] - box[1];
    if (!(decoder.anchors[i + 2] > 0) || !(decoder.anchors[i + 3] > 0))
      return std::nullopt;  // no anchors at all
  }
  float* const scales[] = {&decoder.y_scale, &decoder.x_scale, &decoder.h_scale, &decoder.w_scale};
  for (int column = 0; column < 4; ++column) {
    const auto moved = Probe(cut, boxes, SameInEachRow(count, column, 1.0f), context);
    const auto scale = moved ? MeasureScale(decoder.anchors, *moved, column) : std::nullopt;
    if (!scale) return std::nullopt;
    *scales[column] = *scale;
  }
  // What was measured must hold for any numbers.
  std::mt19937 random(1);
  std::uniform_real_distribution<float> any(-3.0f, 3.0f);
  std::vector<float> numbers(static_cast<size_t>(count) * 4);
  for (float& number : numbers) number = any(random);
  const auto seen = Probe(cut, boxes, numbers, context);
  if (!seen) return std::nullopt;
  const std::vector<double> expected = Decode(decoder, numbers);
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!Close((*seen)[i], expected[i], 1e-4)) return std::nullopt;
  }
  return decoder;
}

}  // namespace

std::optional<BoxDecoder> FindBoxDecoder(ir::Value* boxes, const Order& order, Context& context) {
  const auto elements = ElementCount(*boxes);
  if (!elements || *elements == 0 || *elements % 4 != 0) return std::nullopt;
  ir::Value* const targets[] = {boxes};
  const auto is_candidate = [&](const ir::Value& value) {
    const Shape& shape = value.type.shape;
    return value.type.dtype == DType::kFloat32 && ElementCount(value) == elements && shape.rank() > 0 &&
           shape[shape.rank() - 1].value() == 4;
  };
  // Farther from the boxes than a few steps, the cut is a feature map or the picture.
  size_t others = 0;
  const auto cuts = SingleCuts(targets, order, [&](const ir::Value& value) {
    others = ElementCount(value) == elements ? 0 : others + 1;
    return others > 4;
  });
  std::optional<BoxDecoder> found;
  for (ir::Value* cut : cuts) {
    if (!is_candidate(*cut)) {
      if (found) break;
      continue;
    }
    auto decoder = DecoderAt(cut, boxes, context);
    if (!decoder && found) break;
    if (decoder) found = std::move(decoder);
  }
  return found;
}

}  // namespace litesmith::detection
