// Colour spaces; both in [0, 1], float32 or narrower.
#include <algorithm>
#include <cmath>

#include "evaluate/operands.h"

namespace litesmith::evaluate {

LS_EVALUATE(RGBToHSV) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor input = Widen(call.input(0));
  if (input.dtype() != DType::kFloat32) return WrongDType(call, input.dtype());
  if (input.rank() < 1 || input.dims().back() != 3) return call.Fail("the last dimension must be 3");
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, input.dims()));
  for (size_t i = 0; i + 3 <= static_cast<size_t>(input.elements()); i += 3) {
    const float* rgb = input.data<float>().data() + i;
    float* hsv = output.mutable_data<float>().data() + i;
    const float value = std::max({rgb[0], rgb[1], rgb[2]}),
                range = value - std::min({rgb[0], rgb[1], rgb[2]});
    float hue = 0;
    if (range > 0) {
      if (rgb[0] == value)
        hue = (rgb[1] - rgb[2]) / (6 * range);
      else if (rgb[1] == value)
        hue = (rgb[2] - rgb[0]) / (6 * range) + 2.0f / 6;
      else
        hue = (rgb[0] - rgb[1]) / (6 * range) + 4.0f / 6;
      if (hue < 0) hue += 1;
    }
    hsv[0] = hue;
    hsv[1] = value > 0 ? range / value : 0;
    hsv[2] = value;
  }
  return One(Narrow(output, call.input(0).dtype()));
}

LS_EVALUATE(HSVToRGB) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor input = Widen(call.input(0));
  if (input.dtype() != DType::kFloat32) return WrongDType(call, input.dtype());
  if (input.rank() < 1 || input.dims().back() != 3) return call.Fail("the last dimension must be 3");
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, input.dims()));
  for (size_t i = 0; i + 3 <= static_cast<size_t>(input.elements()); i += 3) {
    const float* hsv = input.data<float>().data() + i;
    float* rgb = output.mutable_data<float>().data() + i;
    const float sixth = hsv[0] * 6;
    const float part[] = {std::abs(sixth - 3) - 1, 2 - std::abs(sixth - 2), 2 - std::abs(sixth - 4)};
    for (size_t c = 0; c < 3; ++c) rgb[c] = hsv[2] * (1 - hsv[1] + hsv[1] * std::clamp(part[c], 0.0f, 1.0f));
  }
  return One(Narrow(output, call.input(0).dtype()));
}

}  // namespace litesmith::evaluate
