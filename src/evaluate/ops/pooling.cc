// Pooling in two and three dimensions.
#include <algorithm>
#include <limits>

#include "evaluate/dispatch.h"
#include "evaluate/operands.h"
#include "evaluate/windows.h"

namespace litesmith::evaluate {
namespace {

struct Pool {
  WindowAttributes attributes;
  Windows windows;
  Tensor volume;
  int64_t channels = 0;
  Dims output_dims() const {
    const auto& [d, h, w] = windows.axes;
    return {windows.batch, d.output, h.output, w.output, channels};
  }
};

// ksize and strides come as attributes, or as operands 1 and 2.
Result<Pool> PoolOf(const Call& call, int rank, bool by_operands) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, by_operands ? 3 : 1));
  Pool pool;
  LS_TRY(pool.attributes, WindowAttributesOf(call, rank));
  std::vector<int64_t> ksize = call.attributes().Ints("ksize");
  if (by_operands) {
    LS_TRY(ksize, IntegersOf(call, 1));
    LS_TRY(const auto strides, IntegersOf(call, 2));
    LS_TRY(pool.attributes.strides, SpatialEntries(call, pool.attributes, strides, "strides"));
  }
  LS_TRY(const auto kernel, SpatialEntries(call, pool.attributes, ksize, "ksize"));
  LS_TRY(pool.volume, ToVolume(call, pool.attributes, call.input(0)));
  LS_TRY(pool.windows, PlaceWindows(call, pool.attributes, SpatialOf(pool.volume.dims()), kernel));
  pool.windows.batch = pool.volume.dims()[0];
  pool.channels = pool.volume.dims()[4];
  return pool;
}

// Calls start(output pixel), tap(output pixel, input pixel) for each tap inside, finish(output pixel, number
// of taps).
template <class Start, class Tap, class Finish>
void ForEachWindow(const Windows& windows, Start start, Tap tap, Finish finish) {
  const auto& [d, h, w] = windows.axes;
  int64_t to = 0;
  for (int64_t b = 0; b < windows.batch; ++b) {
    for (int64_t od = 0; od < d.output; ++od) {
      for (int64_t oh = 0; oh < h.output; ++oh) {
        for (int64_t ow = 0; ow < w.output; ++ow, ++to) {
          start(to);
          int64_t count = 0;
          for (int64_t kd = d.first_tap(od); kd < d.last_tap(od); ++kd) {
            for (int64_t kh = h.first_tap(oh); kh < h.last_tap(oh); ++kh) {
              for (int64_t kw = w.first_tap(ow); kw < w.last_tap(ow); ++kw, ++count) {
                tap(to, ((b * d.input + d.at(od, kd)) * h.input + h.at(oh, kh)) * w.input + w.at(ow, kw));
              }
            }
          }
          finish(to, count);
        }
      }
    }
  }
}

// Padding does not count.
Result<Outputs> AverageOf(const Call& call, int rank) {
  LS_TRY(const Pool pool, PoolOf(call, rank, false));
  LS_TRY(Tensor output, Allocate(call, pool.volume.dtype(), pool.output_dims()));
  const int64_t n = pool.channels;
  const bool known = Dispatch(Floats{}, pool.volume.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = pool.volume.data<T>().data();
    T* to = output.mutable_data<T>().data();
    ForEachWindow(
        pool.windows, [](int64_t) {},
        [&](int64_t out, int64_t in) {
          for (int64_t c = 0; c < n; ++c) to[out * n + c] += from[in * n + c];
        },
        [&](int64_t out, int64_t count) {
          for (int64_t c = 0; c < n; ++c) to[out * n + c] /= static_cast<T>(count);
        });
  });
  if (!known) return WrongDType(call, pool.volume.dtype());
  return One(FromVolume(call, pool.attributes, output));
}

template <class T>
constexpr T kLeast = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                          : std::numeric_limits<T>::lowest();

Result<Outputs> MaximumOf(const Call& call, int rank, bool by_operands) {
  LS_TRY(const Pool pool, PoolOf(call, rank, by_operands));
  LS_TRY(Tensor output, Allocate(call, pool.volume.dtype(), pool.output_dims()));
  const int64_t n = pool.channels;
  const bool known = Dispatch(Reals{}, pool.volume.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = pool.volume.data<T>().data();
    T* to = output.mutable_data<T>().data();
    ForEachWindow(
        pool.windows, [&](int64_t out) { std::fill_n(to + out * n, n, kLeast<T>); },
        [&](int64_t out, int64_t in) {
          for (int64_t c = 0; c < n; ++c) to[out * n + c] = std::max(to[out * n + c], from[in * n + c]);
        },
        [](int64_t, int64_t) {});
  });
  if (!known) return WrongDType(call, pool.volume.dtype());
  return One(FromVolume(call, pool.attributes, output));
}

// The places are indices into the flattened tensor, of one batch entry or of all.
Result<Outputs> MaximumWithPlaces(const Call& call) {
  LS_TRY(const Pool pool, PoolOf(call, 4, false));
  const DType place_type = call.attributes().Type("Targmax", DType::kInt64);
  LS_TRY(Tensor output, Allocate(call, pool.volume.dtype(), pool.output_dims()));
  std::vector<int64_t> places(static_cast<size_t>(output.elements()), 0);
  const int64_t n = pool.channels, pixels = pool.windows.axes[1].input * pool.windows.axes[2].input;
  const bool whole = call.attributes().Bool("include_batch_in_index");
  const bool known = Dispatch(Reals{}, pool.volume.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = pool.volume.data<T>().data();
    T* to = output.mutable_data<T>().data();
    bool fresh = true;
    ForEachWindow(
        pool.windows,
        [&](int64_t out) {
          std::fill_n(to + out * n, n, kLeast<T>);
          fresh = true;
        },
        [&](int64_t out, int64_t in) {
          for (int64_t c = 0; c < n; ++c) {
            if (!fresh && !(from[in * n + c] > to[out * n + c])) continue;
            to[out * n + c] = from[in * n + c];
            places[static_cast<size_t>(out * n + c)] = (whole ? in : in % pixels) * n + c;
          }
          fresh = false;
        },
        [](int64_t, int64_t) {});
  });
  if (!known) return WrongDType(call, pool.volume.dtype());
  const Dims dims = {pool.windows.batch, pool.windows.axes[1].output, pool.windows.axes[2].output, n};
  return Outputs{output.Reshaped(dims), IntegerTensor(place_type, dims, places)};
}

}  // namespace

LS_EVALUATE(AvgPool) {
  return InFloat32(call, [](const Call& wide) { return AverageOf(wide, 4); });
}
LS_EVALUATE(AvgPool3D) {
  return InFloat32(call, [](const Call& wide) { return AverageOf(wide, 5); });
}
LS_EVALUATE(MaxPool) {
  return InFloat32(call, [](const Call& wide) { return MaximumOf(wide, 4, false); });
}
LS_EVALUATE(MaxPoolV2) {
  return InFloat32(call, [](const Call& wide) { return MaximumOf(wide, 4, true); });
}
LS_EVALUATE(MaxPool3D) {
  return InFloat32(call, [](const Call& wide) { return MaximumOf(wide, 5, false); });
}
LS_EVALUATE(MaxPoolWithArgmax) { return InFloat32(call, MaximumWithPlaces); }

}  // namespace litesmith::evaluate
