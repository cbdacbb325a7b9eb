#include "tfl/intermediates.h"

namespace litesmith::tfl {
namespace {

template <class T>
T At(const std::vector<T>& list, size_t index, T otherwise = {}) {
  return index < list.size() ? list[index] : std::move(otherwise);
}

}  // namespace

std::vector<Intermediate> IntermediatesOf(const ir::Node& node) {
  const auto dtypes = node.attributes.Get<std::vector<DType>>("intermediate_dtypes");
  const auto shapes = node.attributes.Get<std::vector<Shape>>("intermediate_shapes");
  const auto scales = node.attributes.Get<std::vector<float>>("intermediate_scales");
  const auto zero_points = node.attributes.Ints("intermediate_zero_points");
  const auto names = node.attributes.Get<std::vector<std::string>>("intermediate_names");
  std::vector<Intermediate> intermediates;
  for (size_t i = 0; i < dtypes.size(); ++i) {
    Intermediate entry{At(names, i), {dtypes[i], At(shapes, i), nullptr}};
    if (const float scale = At(scales, i); scale != 0) {
      auto quantization = std::make_shared<Quantization>();
      quantization->scale = {scale};
      quantization->zero_point = {At(zero_points, i)};
      entry.type.quantization = std::move(quantization);
    }
    intermediates.push_back(std::move(entry));
  }
  return intermediates;
}

void SetIntermediates(ir::Node& node, const std::vector<Intermediate>& intermediates) {
  std::vector<DType> dtypes;
  std::vector<Shape> shapes;
  std::vector<float> scales;
  std::vector<int64_t> zero_points;
  std::vector<std::string> names;
  for (const Intermediate& entry : intermediates) {
    const Quantization* quantization = entry.type.quantization.get();
    const bool quantized = quantization != nullptr && !quantization->scale.empty();
    dtypes.push_back(entry.type.dtype);
    shapes.push_back(entry.type.shape);
    scales.push_back(quantized ? quantization->scale[0] : 0.0f);
    zero_points.push_back(quantized ? quantization->zero_point_at(0) : 0);
    names.push_back(entry.name);
  }
  node.attributes.Set("intermediate_dtypes", std::move(dtypes));
  node.attributes.Set("intermediate_shapes", std::move(shapes));
  node.attributes.Set("intermediate_scales", std::move(scales));
  node.attributes.Set("intermediate_zero_points", std::move(zero_points));
  node.attributes.Set("intermediate_names", std::move(names));
}

bool IsIntermediatesAttribute(std::string_view name) { return name.starts_with("intermediate_"); }

}  // namespace litesmith::tfl
