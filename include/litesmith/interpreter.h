// Runs a model.
#pragma once

#include <litesmith/custom_ops.h>
#include <litesmith/model.h>

namespace litesmith::api {

struct RunOptions {
  std::string signature;  // key; empty: serving_default, else the first, else the main graph
  int threads = 1;        // of an interpreter's own
  CustomOps custom_ops;   // kernels that neither the program nor the model has
};

// For one thread at a time; any number of interpreters may run one model at once, and share its weights.
class Interpreter {
 public:
  // Finds out whether the model can be run: findings name every op that stands in the way.
  static Outcome<Interpreter> Create(const Model& model, const RunOptions& options = {});
  Interpreter(Interpreter&&) noexcept;
  Interpreter& operator=(Interpreter&&) noexcept;
  ~Interpreter();

  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;

  // Gives input `index` a value; memory is planned anew when its shape differs from the last one's. Inputs of
  // known shape that were never set are zeros.
  Outcome<void> SetInput(size_t index, const Tensor& value);
  // One inference.
  Outcome<void> Invoke();
  // Output `index` of the last inference, a copy; not valid() before the first.
  Tensor Output(size_t index) const;

  // All of it at once, inputs and outputs by the names of the signature, inputs in any order.
  Outcome<std::vector<NamedTensor>> Run(const std::vector<NamedTensor>& inputs);

 private:
  struct Data;
  explicit Interpreter(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

}  // namespace litesmith::api
