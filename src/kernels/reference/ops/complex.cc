// REAL, IMAG and COMPLEX_ABS.
#include <cmath>
#include <complex>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

enum class Part { kReal, kImaginary, kMagnitude };

class ComplexPart : public ShapedKernel {
 public:
  explicit ComplexPart(Part part) : ShapedKernel(1, 1), part_(part) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType from = context.input(0).dtype, to = context.output().dtype;
    return context.Expect((from == DType::kComplex64 && to == DType::kFloat32) ||
                              (from == DType::kComplex128 && to == DType::kFloat64),
                          "it does not turn {} into {}", NameOf(from), NameOf(to));
  }
  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    return std::vector<Dims>{context.input(0).dims};
  }
  Result<void> Compute(InvokeContext& context) override {
    if (context.output().dtype == DType::kFloat32) {
      Take<float>(context);
    } else {
      Take<double>(context);
    }
    return {};
  }

  template <class T>
  void Take(InvokeContext& context) const {
    T* to = context.output().as_mutable<T>().data();
    for (const std::complex<T> value : context.input(0).as<std::complex<T>>()) {
      *to++ = part_ == Part::kReal        ? value.real()
              : part_ == Part::kImaginary ? value.imag()
                                          : std::abs(value);
    }
  }

  Part part_;
};

}  // namespace

LS_KERNEL(REAL) { return std::make_unique<ComplexPart>(Part::kReal); }
LS_KERNEL(IMAG) { return std::make_unique<ComplexPart>(Part::kImaginary); }
LS_KERNEL(COMPLEX_ABS) { return std::make_unique<ComplexPart>(Part::kMagnitude); }

}  // namespace litesmith
