#include "pipeline/samples_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace litesmith::pipeline {
namespace {

// dims[from..] against shape[at..], all of them.
bool TailFits(const Shape& shape, size_t at, const Dims& dims, size_t from) {
  if (shape.dims().size() - at != dims.size() - from) return false;
  for (; at < shape.dims().size(); ++at, ++from) {
    if (!shape.dims()[at].Compatible(dims[from])) return false;
  }
  return true;
}

bool MayCountSamples(const Shape& shape) {
  return shape.rank() >= 1 && (!shape[0].known() || shape[0].value() == 1);
}

// Whether the first dimension rather counts samples than belongs to each. Waveforms [?] and pictures [?,?,3]
// have unknown dimensions of their own.
bool CountsSamples(const Shape& shape) {
  if (!MayCountSamples(shape)) return false;
  if (shape[0].known()) return true;
  const bool picture = shape.rank() == 3 && !shape[1].known() && shape[2].known() && shape[2].value() <= 4;
  return shape.rank() >= 2 && !picture;
}

Dims OneOf(const Dims& dims, size_t from) {
  Dims sample = {1};
  sample.insert(sample.end(), dims.begin() + static_cast<ptrdiff_t>(from), dims.end());
  return sample;
}

}  // namespace

std::vector<SampleFit> SampleFits(const Shape& shape, const Dims& dims) {
  if (!shape.ranked()) return {{1, dims}};
  const size_t rank = shape.dims().size();
  std::vector<SampleFit> fits;
  if (dims.size() == rank) {
    if (TailFits(shape, 0, dims, 0)) fits.push_back({1, dims});
    if (MayCountSamples(shape) && TailFits(shape, 1, dims, 1)) {
      const auto place = CountsSamples(shape) ? fits.begin() : fits.end();
      fits.insert(place, {static_cast<size_t>(dims[0]), OneOf(dims, 1)});
    }
  } else if (dims.size() == rank + 1 && TailFits(shape, 0, dims, 1)) {
    fits.push_back({static_cast<size_t>(dims[0]), Dims(dims.begin() + 1, dims.end())});
  } else if (dims.size() + 1 == rank && MayCountSamples(shape) && TailFits(shape, 1, dims, 0)) {
    fits.push_back({1, OneOf(dims, 0)});
  }
  return fits;
}

std::optional<size_t> CommonCount(const std::vector<std::vector<SampleFit>>& fits) {
  std::vector<size_t> first, further;
  for (const auto& of_input : fits) {
    for (size_t i = 0; i < of_input.size(); ++i) (i == 0 ? first : further).push_back(of_input[i].count);
  }
  std::sort(first.rbegin(), first.rend());
  first.insert(first.end(), further.begin(), further.end());
  std::set<size_t> tried;
  for (const size_t count : first) {
    if (!tried.insert(count).second) continue;
    const auto has = [&](const std::vector<SampleFit>& of_input) {
      return std::any_of(of_input.begin(), of_input.end(),
                         [&](const SampleFit& fit) { return fit.count == count; });
    };
    if (std::all_of(fits.begin(), fits.end(), has)) return count;
  }
  return std::nullopt;
}

std::string AdviceForShape(const runtime::TensorInfo& input, const Dims& dims) {
  std::vector<Dim> wanted = input.shape.dims();
  if (CountsSamples(input.shape)) wanted.erase(wanted.begin());
  std::string text;
  for (const Dim dim : wanted) text += dim.known() ? fmt::format(",{}", dim.value()) : std::string(",?");
  const std::string general =
      fmt::format("give '{}' an array of the shape [N{}], N being the number of samples", input.name, text);
  // The same picture with other channels, or channels at another place.
  if (wanted.size() != 3 || dims.size() < 3) return general;
  const int64_t channels = wanted[2].value_or(0), given = dims.back();
  if (dims.size() == 4 && given > 4 && dims[1] == channels)
    return fmt::format("channels come last here: array.transpose(0, 2, 3, 1); {}", general);
  if (dims.size() == 4 && dims[1] > 4 && given == wanted[0].value_or(0))
    return fmt::format("channels come first here: array.transpose(0, 3, 1, 2); {}", general);
  if (given == 1 && channels == 3)
    return fmt::format("the model wants colours: numpy.repeat(array, 3, axis=-1); {}", general);
  if (given == 4 && channels == 3)
    return fmt::format("leave out the transparency: array[..., :3]; {}", general);
  return general;
}

bool DTypeFits(DType from, DType to) {
  return from == to || (IsFloat(from) && IsFloat(to)) || (IsInteger(from) && IsInteger(to));
}

std::optional<Tensor> ConvertSample(const Tensor& tensor, DType to) {
  if (tensor.dtype() == to) return tensor;
  std::optional<Tensor> result;
  VisitDType(to, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto values = tensor.ToInt64();
      if (!values ||
          !std::all_of(values->begin(), values->end(), [](int64_t value) { return std::in_range<T>(value); }))
        return;
      result = Tensor::Zeros(to, tensor.dims());
      std::transform(values->begin(), values->end(), result->mutable_data<T>().begin(),
                     [](int64_t value) { return static_cast<T>(value); });
    } else {
      const auto values = tensor.ToDouble();
      if (!values) return;
      result = Tensor::Zeros(to, tensor.dims());
      std::transform(values->begin(), values->end(), result->mutable_data<T>().begin(),
                     [](double value) { return static_cast<T>(static_cast<float>(value)); });
    }
  });
  return result;
}

}  // namespace litesmith::pipeline
