// Direct convolution in two dimensions, channels last.
#pragma once

#include "base/host.h"
#include "kernels/reference/window.h"
#include "kernels/reference/wrapping.h"

namespace litesmith {

struct ConvShape {
  int64_t batches = 1;
  Window y, x;
  int64_t in_channels = 1, out_channels = 1;
  int64_t group_in = 1,
          group_out = 1;  // channels of one group; weights are [out_channels, y.size, x.size, group_in]
};

// acc = sum over the taps inside the picture of (input - zero_of(batch)) * (weight - weight_zero), in the
// order of the weights in memory; stores emit(batch, channel, acc). Four output channels at a time, so that
// four sums are under way.
template <class In, class Weight, class Acc, class Out, class ZeroOf, class Emit>
void Convolve(Threads& threads, const ConvShape& shape, const In* input, const Weight* weights,
              Acc weight_zero, Out* output, ZeroOf zero_of, Emit emit) {
  constexpr int kBlock = 4;
  const int64_t filter = shape.y.size * shape.x.size * shape.group_in;
  const auto pixel = [&](int64_t batch, int64_t oy, int64_t ox, Out* out) {
    const Acc zero = static_cast<Acc>(zero_of(batch));
    const int64_t y0 = shape.y.origin(oy), x0 = shape.x.origin(ox);
    const int64_t fy_first = shape.y.first_tap(oy), fy_last = shape.y.last_tap(oy);
    const int64_t fx_first = shape.x.first_tap(ox), fx_last = shape.x.last_tap(ox);
    for (int64_t channel = 0; channel < shape.out_channels;) {
      const int64_t group = channel / shape.group_out;
      const int64_t count = std::min<int64_t>(kBlock, (group + 1) * shape.group_out - channel);
      // A block at the end of a group computes its last channel more than once rather than branch in the
      // inner loop.
      const Weight* rows[kBlock];
      for (int64_t i = 0; i < kBlock; ++i) rows[i] = weights + (channel + std::min(i, count - 1)) * filter;
      Acc sums[kBlock] = {};
      for (int64_t fy = fy_first; fy < fy_last; ++fy) {
        for (int64_t fx = fx_first; fx < fx_last; ++fx) {
          const int64_t row = batch * shape.y.input + y0 + fy * shape.y.dilation;
          const In* in = input + (row * shape.x.input + x0 + fx * shape.x.dilation) * shape.in_channels +
                         group * shape.group_in;
          const int64_t tap = (fy * shape.x.size + fx) * shape.group_in;
          const Weight *w0 = rows[0] + tap, *w1 = rows[1] + tap, *w2 = rows[2] + tap, *w3 = rows[3] + tap;
          Acc s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
          for (int64_t c = 0; c < shape.group_in; ++c) {
            const Acc value = static_cast<Acc>(in[c]) - zero;
            s0 = WrappingAdd(s0, static_cast<Acc>(value * (static_cast<Acc>(w0[c]) - weight_zero)));
            s1 = WrappingAdd(s1, static_cast<Acc>(value * (static_cast<Acc>(w1[c]) - weight_zero)));
            s2 = WrappingAdd(s2, static_cast<Acc>(value * (static_cast<Acc>(w2[c]) - weight_zero)));
            s3 = WrappingAdd(s3, static_cast<Acc>(value * (static_cast<Acc>(w3[c]) - weight_zero)));
          }
          sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
        }
      }
      for (int64_t i = 0; i < count; ++i) out[channel + i] = emit(batch, channel + i, sums[i]);
      channel += count;
    }
  };
  threads.ParallelFor(shape.batches * shape.y.output, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t ox = 0; ox < shape.x.output; ++ox) {
        pixel(row / shape.y.output, row % shape.y.output, ox,
              output + (row * shape.x.output + ox) * shape.out_channels);
      }
    }
  });
}

}  // namespace litesmith
