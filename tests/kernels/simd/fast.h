// Fast kernels for tests: found by name, run beside the reference kernel, on numbers that are the same in
// every run.
#pragma once

#include <random>
#include <string_view>

#include "kernels/reference/harness.h"
#include "kernels/simd/cpu.h"
#include "kernels/simd/registry.h"

namespace litesmith {

inline const FastKernel* FindFast(std::string_view op, std::string_view name) {
  for (const FastKernel& kernel : FastKernelsFor(op)) {
    if (kernel.name == name) return &kernel;
  }
  ADD_FAILURE() << "no fast kernel named " << name;
  return nullptr;
}

// Skips a test of a kernel that this processor cannot run.
#define LS_SKIP_WITHOUT(isa) \
  if (BestIsa() < (isa)) GTEST_SKIP() << "this processor lacks " << NameOf(isa)

class Numbers {
 public:
  Tensor Floats(Dims dims, float low = -2, float high = 2) {
    Tensor tensor = Tensor::Zeros(DType::kFloat32, std::move(dims));
    std::uniform_real_distribution<float> values(low, high);
    for (float& value : tensor.mutable_data<float>()) value = values(engine_);
    return tensor;
  }
  template <class T>
  Tensor Integers(Dims dims, int low, int high) {
    Tensor tensor = Tensor::Zeros(kDTypeOf<T>, std::move(dims));
    std::uniform_int_distribution<int> values(low, high);
    for (T& value : tensor.mutable_data<T>()) value = static_cast<T>(values(engine_));
    return tensor;
  }
  std::vector<float> Scales(int64_t count) {
    std::vector<float> scales(static_cast<size_t>(count));
    std::uniform_real_distribution<float> values(0.001f, 0.02f);
    for (float& scale : scales) scale = values(engine_);
    return scales;
  }

 private:
  std::mt19937 engine_{2026};
};

}  // namespace litesmith
