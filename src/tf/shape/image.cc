// Pictures and sound.
#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

Shape SizedImage(ShapeContext& context, const Shape& images, size_t size_operand) {
  const auto size = context.value(size_operand);
  Shape output = Shape::OfRank(4);
  if (images.rank() == 4) {
    output[0] = images[0];
    output[3] = images[3];
  }
  if (size && size->size() == 2) {
    output[1] = (*size)[0];
    output[2] = (*size)[1];
  }
  return output;
}

}  // namespace

// Resize*(images [n, h, w, c], size [2]).
Result<void> Resize(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the images"));
  context.set_shape(0, SizedImage(context, context.input(0), 1));
  return {};
}

// ImageProjectiveTransform*(images, transforms, output_shape).
Result<void> ProjectiveTransform(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the images"));
  context.set_shape(0, SizedImage(context, context.input(0), 2));
  return {};
}

// CropAndResize(image, boxes [n, 4], box_ind, crop_size): the batch is that of the boxes.
Result<void> CropAndResize(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the images"));
  LS_RETURN_IF_FAILED(NeedRank(context, 1, 2, "the boxes"));
  Shape output = SizedImage(context, context.input(0), 3);
  output[0] = context.input(1).ranked() ? context.input(1)[0] : Dim::Unknown();
  context.set_shape(0, std::move(output));
  return {};
}

// ExtractGlimpse(input, size, offsets).
Result<void> ExtractGlimpse(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 4, "the images"));
  context.set_shape(0, SizedImage(context, context.input(0), 1));
  return {};
}

// Decode*: height and width are in the bytes, the channels too unless asked for.
Result<void> DecodePicture(ShapeContext& context) {
  const int64_t channels = context.attributes().Int("channels");
  context.set_shape(0, {Dim::Unknown(), Dim::Unknown(), channels > 0 ? Dim(channels) : Dim::Unknown()});
  return {};
}

Result<void> DecodeAnyPicture(ShapeContext& context) {
  if (context.attributes().Bool("expand_animations", true)) return {};  // of rank 4 if it turns out to move
  return DecodePicture(context);
}

Result<void> DecodeGif(ShapeContext& context) {
  context.set_shape(0, {Dim::Unknown(), Dim::Unknown(), Dim::Unknown(), 3});
  return {};
}

Result<void> ExtractJpegShape(ShapeContext& context) {
  context.set_shape(0, {3});
  return {};
}

Result<void> DistortedBoundingBox(ShapeContext& context) {
  context.set_shape(0, {3});
  context.set_shape(1, {3});
  context.set_shape(2, {1, 1, 4});
  return {};
}

// DecodeWav -> audio [samples, channels], sample_rate.
Result<void> DecodeWav(ShapeContext& context) {
  const int64_t channels = context.attributes().Int("desired_channels", -1);
  const int64_t samples = context.attributes().Int("desired_samples", -1);
  context.set_shape(0, {Dim(samples), Dim(channels)});
  context.set_shape(1, Shape::Scalar());
  return {};
}

// AudioSpectrogram(input [samples, channels]) -> [channels, windows, 1 + fft length / 2]; the FFT's length is
// the next power of two of the window (core/ops/audio_ops.cc).
Result<void> AudioSpectrogram(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 2, "the sound"));
  const int64_t window = context.attributes().Int("window_size"), stride = context.attributes().Int("stride");
  if (window <= 0 || stride <= 0 || window > (int64_t{1} << 40)) {
    return context.Fail("a window of {} with stride {} makes no sense", window, stride);
  }
  const Shape input = context.input(0).ranked() ? context.input(0) : Shape::OfRank(2);
  int64_t fft = 1;
  while (fft < window) fft *= 2;
  Dim windows;
  if (input[0].known()) windows = input[0].value() < window ? 0 : 1 + (input[0].value() - window) / stride;
  context.set_shape(0, {input[1], windows, 1 + fft / 2});
  return {};
}

Result<void> Mfcc(ShapeContext& context) {
  LS_RETURN_IF_FAILED(NeedRank(context, 0, 3, "the spectrogram"));
  const Shape input = context.input(0).ranked() ? context.input(0) : Shape::OfRank(3);
  context.set_shape(0, {input[0], input[1], Dim(context.attributes().Int("dct_coefficient_count", 13))});
  return {};
}

namespace {

// RFFT*(input, fft_length): real to complex keeps n/2 + 1 of the last axis; back, fft_length itself.
Result<void> RealTransform(ShapeContext& context, int rank, bool inverse) {
  LS_RETURN_IF_FAILED(NeedRankAtLeast(context, 0, rank, "the operand"));
  const Shape& input = context.input(0);
  if (!input.ranked()) return {};
  Shape output = input;
  const auto lengths = context.value(1);
  for (int i = 0; i < rank; ++i) {
    Dim& dim = output[input.rank() - rank + i];
    dim = lengths && lengths->size() == static_cast<size_t>(rank) ? (*lengths)[static_cast<size_t>(i)]
                                                                  : Dim::Unknown();
    if (inverse || i + 1 < rank) continue;
    // An empty transform stays empty.
    if (dim != Dim(0)) dim = Plus(context, DividedBy(context, dim, 2), 1);
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace

Result<void> Rfft(ShapeContext& context) { return RealTransform(context, 1, false); }
Result<void> Rfft2D(ShapeContext& context) { return RealTransform(context, 2, false); }
Result<void> Rfft3D(ShapeContext& context) { return RealTransform(context, 3, false); }
Result<void> InverseRfft(ShapeContext& context) { return RealTransform(context, 1, true); }
Result<void> InverseRfft2D(ShapeContext& context) { return RealTransform(context, 2, true); }
Result<void> InverseRfft3D(ShapeContext& context) { return RealTransform(context, 3, true); }

}  // namespace litesmith::tf::shape
