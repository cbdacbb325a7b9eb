// Fourier transforms and sound.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AudioMicrofrontend, "filterbanks", "out_type=uint16", ir::kNone, nullptr)
LS_TF_OP(AudioSpectrogram, "spectrogram", "float32", ir::kNone, shape::AudioSpectrogram)
LS_TF_OP(BatchFFT, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(BatchFFT2D, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(BatchFFT3D, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(BatchIFFT, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(BatchIFFT2D, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(BatchIFFT3D, "output", "complex64", ir::kNone, shape::SameShape)
LS_TF_OP(DecodeWav, "audio sample_rate", "float32 int32", ir::kNone, shape::DecodeWav)
LS_TF_OP(EncodeWav, "contents", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(FFT, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(FFT2D, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(FFT3D, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(FFTND, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(IFFT, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(IFFT2D, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(IFFT3D, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(IFFTND, "output", "Tcomplex=complex64", ir::kNone, shape::SameShape)
LS_TF_OP(IRFFT, "output", "Treal=float32", ir::kNone, shape::InverseRfft)
LS_TF_OP(IRFFT2D, "output", "Treal=float32", ir::kNone, shape::InverseRfft2D)
LS_TF_OP(IRFFT3D, "output", "Treal=float32", ir::kNone, shape::InverseRfft3D)
LS_TF_OP(IRFFTND, "output", "Treal=float32", ir::kNone, nullptr)
LS_TF_OP(Mfcc, "output", "float32", ir::kNone, shape::Mfcc)
LS_TF_OP(RFFT, "output", "Tcomplex=complex64", ir::kNone, shape::Rfft)
LS_TF_OP(RFFT2D, "output", "Tcomplex=complex64", ir::kNone, shape::Rfft2D)
LS_TF_OP(RFFT3D, "output", "Tcomplex=complex64", ir::kNone, shape::Rfft3D)
LS_TF_OP(RFFTND, "output", "Tcomplex=complex64", ir::kNone, nullptr)

}  // namespace litesmith::tf
