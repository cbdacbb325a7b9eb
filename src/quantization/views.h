// Other views of sample pictures: what weights were rounded on is no measure of what is lost on new ones.
#pragma once

#include "quantization/samples.h"

namespace litesmith::quantization {

// Each sample of `all` as several: where an input is a picture ([N, height, width, 1 or 3] of float32),
// mirrored, and four crops of four fifths, enlarged; where none is, each once, as it is.
class ViewedSamples final : public SampleSource {
 public:
  // `pictures`: whether an input is one.
  ViewedSamples(const SampleSource& all, bool pictures) : all_(all), views_(pictures ? kViews : 1) {}
  size_t count() const override { return all_.count() * views_; }
  std::string name(size_t index) const override { return all_.name(index / views_); }
  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override;

 private:
  static constexpr size_t kViews = 5;
  const SampleSource& all_;
  const size_t views_;
};

// Whether a tensor of this kind is taken for a picture.
bool IsPicture(DType dtype, const Shape& shape);

}  // namespace litesmith::quantization
