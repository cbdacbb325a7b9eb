// The numbers of a sample: of the input's type, and all of them numbers.
#include <algorithm>
#include <cmath>

#include "pipeline/samples_shapes.h"
#include "pipeline/samples_sources.h"

namespace litesmith::pipeline {
namespace {

// The first NaN or infinity of `tensor`, if there is one.
std::optional<size_t> FirstNotFinite(const Tensor& tensor) {
  std::optional<size_t> place;
  VisitDType(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      const auto data = tensor.data<T>();
      const auto found = std::find_if(data.begin(), data.end(),
                                      [](T value) { return !std::isfinite(static_cast<float>(value)); });
      if (found != data.end()) place = static_cast<size_t>(found - data.begin());
    }
  });
  return place;
}

Dims IndicesOf(size_t place, const Dims& dims) {
  Dims indices(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    indices[axis] = static_cast<int64_t>(place) % dims[axis];
    place /= static_cast<size_t>(dims[axis]);
  }
  return indices;
}

}  // namespace

Result<Tensor> CheckedSample(const Tensor& tensor, const std::string& sample,
                             const runtime::TensorInfo& input, Context& context) {
  const auto converted = ConvertSample(tensor, input.dtype);
  if (!converted) {
    return context.findings.Report(
        Finding(Code::kSamplesUnfit)
            .Headline("sample '{}' holds numbers in '{}' that {} cannot hold", sample, input.name,
                      NameOf(input.dtype))
            .Cause("the array is {}", NameOf(tensor.dtype()))
            .Fix("convert it to the input's type: array.astype('" + std::string(NameOf(input.dtype)) + "')"));
  }
  if (const auto place = FirstNotFinite(*converted)) {
    return context.findings.Report(
        Finding(Code::kSampleNotFinite)
            .Headline("sample '{}' holds {} in '{}'", sample,
                      std::isnan((*converted->ToDouble())[*place]) ? "NaN" : "infinity", input.name)
            .Cause("at {} of {}{}: a range that holds it says nothing",
                   ToText(IndicesOf(*place, converted->dims())), NameOf(input.dtype),
                   ToText(converted->dims()))
            .Fix("repair or remove the sample; numpy.isfinite(array).all() tells where all is well"));
  }
  return *converted;
}

}  // namespace litesmith::pipeline
