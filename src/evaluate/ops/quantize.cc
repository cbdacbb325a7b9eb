// Fake quantization and quantization in floats.
#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// The grid of fake quantization: the range moved so that 0 is on it.
struct Grid {
  float min = 0, max = 0, scale = 0;
  bool degenerate = false;  // min and max are both 0: everything becomes 0

  float Snap(float x) const {
    if (degenerate) return 0;
    const float clamped = std::max(std::min(x, max), min);
    // Halves go up, unlike in most of TensorFlow.
    return std::floor((clamped - min) * (1 / scale) + 0.5f) * scale + min;
  }
};

Result<Grid> GridOf(const Call& call, float min, float max) {
  const int64_t bits = call.attributes().Int("num_bits", 8);
  if (bits < 2 || bits > 16) return call.Fail(fmt::format("{} bits make no grid", bits));
  Grid grid;
  if (min == 0 && max == 0) {
    grid.degenerate = true;
    return grid;
  }
  if (!(min < max) || std::isinf(min) || std::isinf(max))
    return call.Fail(fmt::format("a range from {} to {} makes no grid", min, max));
  const float low = call.attributes().Bool("narrow_range") ? 1 : 0;
  const auto high = static_cast<float>((int64_t{1} << bits) - 1);
  grid.scale = (max - min) / (high - low);
  const float zero = low - min / grid.scale;
  const float nudged = zero < low ? low : zero > high ? high : std::round(zero);
  grid.min = (low - nudged) * grid.scale;
  grid.max = (high - nudged) * grid.scale;
  return grid;
}

Result<Outputs> Fake(const Call& call, float min, float max) {
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  LS_TRY(const Grid grid, GridOf(call, min, max));
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, call.input(0).dims()));
  std::ranges::transform(call.input(0).data<float>(), output.mutable_data<float>().begin(),
                         [&](float x) { return grid.Snap(x); });
  return One(output);
}

}  // namespace

LS_EVALUATE(FakeQuantWithMinMaxArgs) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const float min = call.attributes().Float("min", -6), max = call.attributes().Float("max", 6);
  return Fake(call, min, max);
}
LS_EVALUATE(FakeQuantWithMinMaxVars) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const double min, RealOf(call, 1));
  LS_TRY(const double max, RealOf(call, 2));
  return Fake(call, static_cast<float>(min), static_cast<float>(max));
}
LS_EVALUATE(FakeQuantWithMinMaxVarsPerChannel) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  for (size_t i = 0; i < 3; ++i) LS_RETURN_IF_FAILED(ExpectDType(call, i, DType::kFloat32));
  const Tensor& input = call.input(0);
  const auto min = call.input(1).data<float>(), max = call.input(2).data<float>();
  if (input.rank() < 1 || input.dims().back() != static_cast<int64_t>(min.size()) ||
      min.size() != max.size()) {
    return call.Fail(fmt::format("{} ranges for shape {}", min.size(), ToText(input.dims())));
  }
  std::vector<Grid> grids;
  for (size_t c = 0; c < min.size(); ++c) {
    LS_TRY(grids.emplace_back(), GridOf(call, min[c], max[c]));
  }
  LS_TRY(Tensor output, Allocate(call, DType::kFloat32, input.dims()));
  const auto from = input.data<float>();
  const auto to = output.mutable_data<float>();
  for (size_t i = 0; i < from.size(); ++i) to[i] = grids[i % grids.size()].Snap(from[i]);
  return One(output);
}

namespace {

struct Settings {
  int64_t bits = 8;
  bool is_signed = true, narrow = false, half_up = false;
};

// The symmetric grid: whichever end of the range needs the larger step sets it, and the other end gives way.
template <class T>
void SnapSymmetric(std::span<const T> from, std::span<T> to, T min, T max, const Settings& settings) {
  const int64_t low = settings.is_signed ? -(int64_t{1} << (settings.bits - 1)) + settings.narrow : 0;
  const int64_t high =
      settings.is_signed ? (int64_t{1} << (settings.bits - 1)) - 1 : (int64_t{1} << settings.bits) - 1;
  const T from_min =
      static_cast<T>(low) * min > 0 ? static_cast<T>(low) / min : std::numeric_limits<T>::max();
  const T from_max =
      static_cast<T>(high) * max > 0 ? static_cast<T>(high) / max : std::numeric_limits<T>::max();
  T scale, inverse;  // steps in one, one over that
  if (from_min < from_max) {
    scale = from_min;
    inverse = min / static_cast<T>(low);
    max = static_cast<T>(high) * inverse;
  } else {
    scale = from_max;
    inverse = max / static_cast<T>(high);
    min = static_cast<T>(low) * inverse;
  }
  for (size_t i = 0; i < from.size(); ++i) {
    const T scaled = std::max(min, std::min(from[i], max)) * scale;
    to[i] = (settings.half_up ? std::floor(scaled + T{0.5}) : std::nearbyint(scaled)) * inverse;
  }
}

// Ranges come as operands 1 and 2 (one number, or one per slice of `axis`), or from the data if the op is
// told so.
Result<Outputs> RoundTrip(const Call& call, int64_t bits, bool range_given) {
  const Attributes& attributes = call.attributes();
  Settings settings{bits, attributes.Bool("signed_input", true), attributes.Bool("narrow_range"),
                    attributes.Text("round_mode", "HALF_TO_EVEN") == "HALF_UP"};
  if (bits < 1 || bits > 62 || (settings.is_signed && bits < 2))
    return call.Fail(fmt::format("{} bits make no grid", bits));
  const Tensor input = Widen(call.input(0)), low = Widen(call.input(1)), high = Widen(call.input(2));
  const int64_t wanted = attributes.Int("axis", -1);
  if (wanted < -1 || wanted >= input.rank()) return call.Fail(fmt::format("axis {} does not exist", wanted));
  const auto axis = static_cast<size_t>(wanted);
  const int64_t slices = wanted < 0 ? 1 : input.dims()[axis];
  if (range_given && (low.elements() != slices || high.elements() != slices || low.dtype() != input.dtype() ||
                      high.dtype() != input.dtype())) {
    return call.Fail("ranges and tensor do not fit together");
  }
  LS_TRY(Tensor output, Allocate(call, input.dtype(), input.dims()));
  bool empty = false;
  const bool known = Dispatch(Floats{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = input.data<T>();
    const auto to = output.mutable_data<T>();
    const int64_t inner =
        wanted < 0 ? input.elements() : ProductOf(input.dims(), static_cast<int>(wanted) + 1, input.rank());
    for (int64_t slice = 0; slice < slices; ++slice) {
      std::vector<T> part, snapped;
      std::vector<size_t> places;
      for (int64_t first = slice * inner; first + inner <= input.elements() && inner > 0;
           first += slices * inner) {
        for (int64_t i = first; i < first + inner; ++i) {
          part.push_back(from[static_cast<size_t>(i)]);
          places.push_back(static_cast<size_t>(i));
        }
      }
      T min = 0, max = 0;
      if (range_given) {
        min = low.data<T>()[static_cast<size_t>(slice)];
        max = high.data<T>()[static_cast<size_t>(slice)];
      } else if (!part.empty()) {
        min = *std::ranges::min_element(part);
        max = *std::ranges::max_element(part);
      }
      empty |= min > max;
      snapped.resize(part.size());
      SnapSymmetric<T>(part, snapped, min, max, settings);
      for (size_t i = 0; i < places.size(); ++i) to[places[i]] = snapped[i];
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  if (empty) return call.Fail("the lower end of a range is above the upper one");
  return One(Narrow(output, call.input(0).dtype()));
}

}  // namespace

LS_EVALUATE(QuantizeAndDequantizeV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  return RoundTrip(call, call.attributes().Int("num_bits", 8), call.attributes().Bool("range_given"));
}
LS_EVALUATE(QuantizeAndDequantizeV4) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  return RoundTrip(call, call.attributes().Int("num_bits", 8), call.attributes().Bool("range_given"));
}
LS_EVALUATE(QuantizeAndDequantizeV3) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 4));
  LS_TRY(const int64_t bits, IntegerOf(call, 3));
  return RoundTrip(call, bits, call.attributes().Bool("range_given", true));
}

}  // namespace litesmith::evaluate
