// Pictures: decoding, resizing, cropping, colours.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AdjustContrast, "output", "float32", ir::kNone, shape::SameShape)
LS_TF_OP(AdjustContrastv2, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(AdjustHue, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(AdjustSaturation, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(CropAndResize, "crops", "float32", ir::kNone, shape::CropAndResize)
LS_TF_OP(DecodeAndCropJpeg, "image", "uint8", ir::kNone, shape::DecodePicture)
LS_TF_OP(DecodeBmp, "image", "uint8", ir::kNone, shape::DecodePicture)
LS_TF_OP(DecodeGif, "image", "uint8", ir::kNone, shape::DecodeGif)
LS_TF_OP(DecodeImage, "image", "dtype=uint8", ir::kNone, shape::DecodeAnyPicture)
LS_TF_OP(DecodeJpeg, "image", "uint8", ir::kNone, shape::DecodePicture)
LS_TF_OP(DecodePng, "image", "dtype=uint8", ir::kNone, shape::DecodePicture)
LS_TF_OP(DecodeWebP, "image", "dtype=uint8", ir::kNone, nullptr)
LS_TF_OP(DrawBoundingBoxes, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(DrawBoundingBoxesV2, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(EncodeJpeg, "contents", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(EncodeJpegVariableQuality, "contents", "string", ir::kNone, shape::SameShape)
LS_TF_OP(EncodePng, "contents", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(ExtractGlimpse, "glimpse", "float32", ir::kNone, shape::ExtractGlimpse)
LS_TF_OP(ExtractGlimpseV2, "glimpse", "float32", ir::kNone, shape::ExtractGlimpse)
LS_TF_OP(ExtractJpegShape, "image_shape", "output_type=int32", ir::kNone, shape::ExtractJpegShape)
LS_TF_OP(HSVToRGB, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(ImageProjectiveTransformV2, "transformed_images", "dtype", ir::kNone, shape::ProjectiveTransform)
LS_TF_OP(ImageProjectiveTransformV3, "transformed_images", "dtype", ir::kNone, shape::ProjectiveTransform)
LS_TF_OP(RGBToHSV, "output", "T=float32", ir::kNone, shape::SameShape)
LS_TF_OP(ResizeArea, "resized_images", "float32", ir::kNone, shape::Resize)
LS_TF_OP(ResizeBicubic, "resized_images", "float32", ir::kNone, shape::Resize)
LS_TF_OP(ResizeBilinear, "resized_images", "float32", ir::kNone, shape::Resize)
LS_TF_OP(ResizeBilinearGrad, "output", "T", ir::kNone, shape::ResizeGrad)
LS_TF_OP(ResizeNearestNeighbor, "resized_images", "T", ir::kNone, shape::Resize)
LS_TF_OP(ResizeNearestNeighborGrad, "output", "T", ir::kNone, shape::Resize)
LS_TF_OP(SampleDistortedBoundingBox, "begin size bboxes", "T T float32", ir::kNotPure,
         shape::DistortedBoundingBox)
LS_TF_OP(SampleDistortedBoundingBoxV2, "begin size bboxes", "T T float32", ir::kNotPure,
         shape::DistortedBoundingBox)
LS_TF_OP(ScaleAndTranslate, "resized_images", "float32", ir::kNone, shape::Resize)
LS_TF_OP(StatelessSampleDistortedBoundingBox, "begin size bboxes", "T T float32", ir::kNone,
         shape::DistortedBoundingBox)

}  // namespace litesmith::tf
