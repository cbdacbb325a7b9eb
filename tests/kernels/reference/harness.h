// Prepares and invokes one kernel on given tensors, without graph or interpreter.
//
//   const KernelRun run = RunKernel("ADD", {{a}, {b}}, {{"fused_activation_function", int64_t{1}}},
//   {DType::kFloat32}); ASSERT_TRUE(run.ok) << run.Findings(); ExpectNear(run.outputs[0], {1, 2, 3});
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "kernels/fast_kernel.h"
#include "tensor/attributes.h"
#include "tensor/tensor.h"

namespace litesmith {

struct KernelInput {
  Tensor tensor;  // an invalid tensor stands for an optional input left out
  Quantization quantization = {};
  bool constant = false;  // Prepare sees the data of constants only
  bool state = false;
};

struct KernelOutput {
  DType dtype;
  Quantization quantization = {};
  KernelOutput(DType dtype, Quantization quantization = {})
      : dtype(dtype), quantization(std::move(quantization)) {}
};

struct KernelRun {
  bool prepared = false;  // Prepare succeeded
  bool ok = false;        // Prepare and all Invokes did
  std::vector<Tensor> outputs;
  std::vector<Tensor> states;  // what the inputs marked `state` hold afterwards
  std::vector<Finding> findings;
  std::string Findings() const;  // their causes, for messages of tests
};

struct KernelCall {
  std::string op;
  std::vector<KernelInput> inputs;
  Attributes attributes;
  std::vector<KernelOutput> outputs;
  std::vector<KernelOutput> intermediates;
  int invocations = 1;
  const FastKernel* fast = nullptr;  // instead of the reference kernel; it must support the call
  Threads* threads = nullptr;        // one if null
};

KernelRun RunKernel(const KernelCall& call);
KernelRun RunKernel(const std::string& op, std::vector<KernelInput> inputs, Attributes attributes,
                    std::vector<KernelOutput> outputs);

// One scale and zero point.
Quantization Scaled(float scale, int64_t zero_point = 0);
Quantization PerChannel(std::vector<float> scales, int dimension);

// Compare the elements (any dtype of numbers) in order: |got - want| <= tolerance * max(1, |want|).
void ExpectNear(const Tensor& got, const std::vector<double>& want, double tolerance = 1e-5);
void ExpectEqual(const Tensor& got, const std::vector<double>& want);

}  // namespace litesmith
