#include "kernels/reference/harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/checked.h"
#include "base/host.h"
#include "base/limits.h"
#include "kernels/reference/registry.h"

namespace litesmith {
namespace {

const Limits kTestLimits;
SerialThreads serial_threads;

template <class Base>
class HarnessContext : public Base {
 public:
  FindingList* sink = nullptr;
  Failed Report(Code code, std::string cause) override {
    return sink->Report(Finding(code).Op(this->op_name).Cause("{}", cause));
  }
};

// The memory of all tensors of one call; exact sizes, so that a sanitizer sees every step outside.
struct Memory {
  std::vector<std::vector<std::byte>> inputs, outputs, intermediates, scratch;
  std::vector<bool> dynamic;
  std::vector<std::shared_ptr<std::byte[]>> packed;
};

class Preparing : public HarnessContext<PrepareContext> {
 public:
  Memory* memory = nullptr;

  Result<void> SetOutput(size_t index, Dims dims) override {
    const std::optional<int64_t> elements = CheckedProduct(dims);
    const std::optional<size_t> bytes = elements ? BytesOf(outputs[index].dtype, *elements) : std::nullopt;
    if (!bytes || *bytes > static_cast<size_t>(limits->max_tensor_bytes)) {
      return Report(Code::kLimitExceeded, "the output is too large");
    }
    outputs[index].dims = std::move(dims);
    memory->dynamic[index] = false;
    memory->outputs[index].assign(*bytes, std::byte{0xa5});
    return {};
  }
  void SetOutputDynamic(size_t index) override { memory->dynamic[index] = true; }
  int RequestScratch(size_t bytes) override {
    memory->scratch.emplace_back(bytes);
    return static_cast<int>(memory->scratch.size()) - 1;
  }
  void AllowInPlace(size_t, size_t) override {}
  std::shared_ptr<const std::byte> Pack(size_t input, std::string_view, size_t bytes,
                                        const std::function<void(std::byte*)>& make) override {
    EXPECT_TRUE(inputs[input].constant);
    std::shared_ptr<std::byte[]> buffer(new std::byte[bytes]);
    make(buffer.get());
    return {buffer, buffer.get()};
  }
};

class Invoking : public HarnessContext<InvokeContext> {
 public:
  Memory* memory = nullptr;

  Result<void> ResizeOutput(size_t index, Dims dims) override {
    EXPECT_TRUE(memory->dynamic[index]) << "output was not declared dynamic";
    const std::optional<int64_t> elements = CheckedProduct(dims);
    const std::optional<size_t> bytes = elements ? BytesOf(outputs[index].dtype, *elements) : std::nullopt;
    if (!bytes) return Report(Code::kLimitExceeded, "the output is too large");
    Place(index, std::move(dims), *bytes);
    return {};
  }
  Result<void> ResizeStringOutput(size_t index, Dims dims, size_t packed_bytes) override {
    EXPECT_EQ(outputs[index].dtype, DType::kString);
    Place(index, std::move(dims), packed_bytes);
    return {};
  }
  std::byte* scratch(int number) override { return memory->scratch.at(static_cast<size_t>(number)).data(); }

 private:
  void Place(size_t index, Dims dims, size_t bytes) {
    memory->outputs[index].assign(bytes, std::byte{0xa5});
    outputs[index].dims = std::move(dims);
    outputs[index].bytes = bytes;
    outputs[index].data = bytes > 0 ? memory->outputs[index].data() : nullptr;
  }
};

TensorView ViewOf(const KernelInput& input, std::vector<std::byte>& storage) {
  TensorView view;
  view.present = input.tensor.valid();
  if (!view.present) return view;
  const Bytes bytes = input.tensor.bytes();
  storage.assign(bytes.begin(), bytes.end());
  view.dtype = input.tensor.dtype();
  view.dims = input.tensor.dims();
  view.quantization = &input.quantization;
  view.bytes = bytes.size();
  view.constant = input.constant;
  view.state = input.state;
  view.data = storage.empty() ? nullptr : storage.data();
  return view;
}

Tensor Copy(DType dtype, const Dims& dims, const std::vector<std::byte>& bytes) {
  auto owner = std::make_shared<std::vector<std::byte>>(bytes);
  return Tensor(dtype, dims, owner, Bytes(owner->data(), owner->size()));
}

}  // namespace

std::string KernelRun::Findings() const {
  std::string text;
  for (const Finding& finding : findings) text += CodeText(finding.code) + ": " + finding.cause + "\n";
  return text;
}

KernelRun RunKernel(const KernelCall& call) {
  KernelRun run;
  const KernelFactory factory = call.fast != nullptr ? call.fast->make : FindReferenceKernel(call.op);
  if (factory == nullptr) {
    ADD_FAILURE() << "no kernel named " << call.op;
    return run;
  }
  FindingList sink;
  Memory memory;
  memory.inputs.resize(call.inputs.size());
  memory.outputs.resize(call.outputs.size());
  memory.intermediates.resize(call.intermediates.size());
  memory.dynamic.resize(call.outputs.size(), false);
  const std::unique_ptr<Kernel> kernel = factory();

  Preparing preparing;
  preparing.sink = &sink;
  preparing.memory = &memory;
  preparing.attributes = &call.attributes;
  preparing.op_name = call.op;
  preparing.threads = call.threads != nullptr ? call.threads : &serial_threads;
  preparing.limits = &kTestLimits;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    preparing.inputs.push_back(ViewOf(call.inputs[i], memory.inputs[i]));
  }
  const auto add_views = [](const std::vector<KernelOutput>& from, std::vector<TensorView>& to) {
    for (const KernelOutput& output : from) {
      TensorView view;
      view.dtype = output.dtype;
      view.quantization = &output.quantization;
      to.push_back(std::move(view));
    }
  };
  add_views(call.outputs, preparing.outputs);
  add_views(call.intermediates, preparing.intermediates);

  Invoking invoking;
  invoking.sink = &sink;
  invoking.memory = &memory;
  invoking.attributes = &call.attributes;
  invoking.op_name = call.op;
  invoking.threads = preparing.threads;
  invoking.limits = &kTestLimits;
  invoking.inputs = preparing.inputs;
  for (TensorView& view : preparing.inputs) {
    if (!view.constant) view.data = nullptr;
  }

  if (call.fast != nullptr && !call.fast->supports(preparing)) {
    ADD_FAILURE() << call.fast->name << " does not take the call";
    return run;
  }
  run.prepared = kernel->Prepare(preparing).ok();
  run.ok = run.prepared;
  invoking.outputs = preparing.outputs;
  invoking.intermediates = preparing.intermediates;
  for (size_t i = 0; i < call.outputs.size(); ++i) {
    std::vector<std::byte>& storage = memory.outputs[i];
    invoking.outputs[i].bytes = storage.size();
    invoking.outputs[i].data = storage.empty() ? nullptr : storage.data();
  }
  for (int i = 0; i < call.invocations && run.ok; ++i) run.ok = kernel->Invoke(invoking).ok();
  run.findings = sink.Take();
  if (!run.ok) {
    EXPECT_FALSE(run.findings.empty()) << call.op << " failed without a finding";
    return run;
  }
  EXPECT_TRUE(run.findings.empty()) << run.Findings();
  for (size_t i = 0; i < call.outputs.size(); ++i) {
    run.outputs.push_back(Copy(invoking.outputs[i].dtype, invoking.outputs[i].dims, memory.outputs[i]));
  }
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (!call.inputs[i].state) continue;
    run.states.push_back(Copy(call.inputs[i].tensor.dtype(), call.inputs[i].tensor.dims(), memory.inputs[i]));
  }
  return run;
}

KernelRun RunKernel(const std::string& op, std::vector<KernelInput> inputs, Attributes attributes,
                    std::vector<KernelOutput> outputs) {
  return RunKernel({op, std::move(inputs), std::move(attributes), std::move(outputs), {}, 1});
}

Quantization Scaled(float scale, int64_t zero_point) {
  Quantization quantization;
  quantization.scale = {scale};
  quantization.zero_point = {zero_point};
  return quantization;
}

Quantization PerChannel(std::vector<float> scales, int dimension) {
  Quantization quantization;
  quantization.zero_point.assign(scales.size(), 0);
  quantization.scale = std::move(scales);
  quantization.dimension = dimension;
  return quantization;
}

void ExpectNear(const Tensor& got, const std::vector<double>& want, double tolerance) {
  const std::optional<std::vector<double>> values = got.ToDouble();
  ASSERT_TRUE(values.has_value());
  ASSERT_EQ(values->size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    if (std::isnan(want[i]) || std::isinf(want[i])) {
      EXPECT_EQ(std::isnan((*values)[i]), std::isnan(want[i])) << "element " << i;
      if (std::isinf(want[i])) {
        EXPECT_EQ((*values)[i], want[i]) << "element " << i;
      }
      continue;
    }
    EXPECT_NEAR((*values)[i], want[i], tolerance * std::max(1.0, std::abs(want[i]))) << "element " << i;
  }
}

void ExpectEqual(const Tensor& got, const std::vector<double>& want) { ExpectNear(got, want, 0); }

}  // namespace litesmith
