// Runs one signature (or subgraph) of a module of TFL ops: plans kernels and memory once, then infers as
// often as wanted. Not thread-safe; several interpreters of one module may run at once and share packed
// weights.
//
//   LS_TRY(auto interpreter, Interpreter::Create(module, "", options, context));
//   LS_RETURN_IF_FAILED(interpreter->SetInput(0, image));
//   LS_RETURN_IF_FAILED(interpreter->Invoke());
//   Tensor boxes = interpreter->output(0);
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "kernels/kernel.h"

namespace litesmith::runtime {

class Session;

// Makes the kernel of one node. Both arguments live longer than the kernel.
using CustomKernelFactory = std::function<std::unique_ptr<Kernel>(Session& session, const ir::Node& node)>;
// By the name of the op.
using CustomKernels = std::map<std::string, CustomKernelFactory>;

struct Options {
  int threads = 1;
  bool preserve_all = false;  // every tensor stays readable after Invoke: nothing fused, nothing in place
  bool reference_kernels = false;  // plain kernels only
  bool profile = false;            // take the time of every op
  // Inputs may differ from the file's shapes in known dimensions, too, as far as the kernels go along.
  bool resize_known = false;
  // Kernels for custom ops by name; they come before the program's own.
  CustomKernels custom_kernels;
  // Called with every tensor as soon as it has been computed, and with the inputs of every function that
  // runs.
  std::function<void(const ir::Value& value, const TensorView& view)> observer;
};

struct TensorInfo {
  std::string name;    // the signature's name for it, or the tensor's where there is no signature
  std::string tensor;  // the tensor's own name
  DType dtype;
  Shape shape;  // as the file has it, unknown dimensions and all
  std::shared_ptr<const Quantization> quantization;
};

struct OpTime {
  size_t index;          // in order of execution, in the main graph
  std::string op, name;  // "CONV_2D", the name of its first output
  std::string kernel;    // which variant ran: "reference", "conv2d_f32_avx2"
  double seconds;        // of the last inference
};

class Interpreter {
 public:
  // `signature`: a key; empty means serving_default, else the first signature, else the main graph. Reports
  // what cannot be run (kNoKernel, kKernelRefused, kOpVersionTooNew, kCustomKernelMissing) for all ops before
  // it fails; what depends on shapes is found here if the file gives those of the inputs, else in Allocate.
  // `context` must outlive the interpreter.
  static Result<std::unique_ptr<Interpreter>> Create(std::shared_ptr<const ir::Module> module,
                                                     std::string_view signature, const Options& options,
                                                     Context& context);
  virtual ~Interpreter() = default;

  virtual const std::vector<TensorInfo>& inputs() const = 0;
  virtual const std::vector<TensorInfo>& outputs() const = 0;

  // Gives input `index` a value; its shape may differ from the last one's where the model allows that, and
  // everything is planned again then. Reports kInputShape or kInputDtype with what was expected and what was
  // given.
  virtual Result<void> SetInput(size_t index, const Tensor& value) = 0;
  // The input's memory, for filling in place; null bytes until the shape is known.
  virtual TensorView input_view(size_t index) = 0;
  // Plans memory for the present input shapes, if that has not happened; Invoke does it too. Reports
  // kInputMissing for an input whose shape the file leaves open while SetInput has not given one. Inputs
  // never set are zeros.
  virtual Result<void> Allocate() = 0;
  virtual Result<void> Invoke() = 0;
  // A copy of output `index` of the last inference.
  virtual Tensor output(size_t index) const = 0;
  virtual TensorView output_view(size_t index) const = 0;
  // Any tensor of the main graph after Invoke, by its value in the module; only with preserve_all.
  virtual Tensor Inspect(const ir::Value& value) const = 0;
  // Sets variables and state tensors back to their first values.
  virtual void ResetState() = 0;

  virtual size_t arena_bytes() const = 0;  // activations and scratch, without weights
  virtual const std::vector<OpTime>& profile() const = 0;
};

}  // namespace litesmith::runtime
