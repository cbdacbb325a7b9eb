// What kernels that only move elements share: a strided copy, to which slicing, padding, transposing,
// broadcasting and the like all come down, and a frame for ops whose output shape may depend on values.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/kernel.h"

namespace litesmith::reference {

// One loop of a strided copy: `count` steps, each `from` elements further in the source and `to` in the
// target. Steps may be zero or negative.
struct CopyAxis {
  int64_t count;
  int64_t from;
  int64_t to;
};

// Copies the elements that the axes span, outermost first; both pointers stand at the first element, each
// `width` bytes wide. Source and target must not overlap.
void CopyStrided(const std::byte* from, std::byte* to, size_t width, std::vector<CopyAxis> axes);

// Fills in the steps within the target, a dense tensor of the loops' counts.
void SetDenseTarget(std::vector<CopyAxis>& axes);

// The distance in elements between neighbours along each axis of a dense row-major tensor.
std::vector<int64_t> Strides(std::span<const int64_t> dims);
// The product of dims that are known to fit.
int64_t ElementsOf(std::span<const int64_t> dims);

// `axis` counted from the front, in [0, rank); negative ones count from the back. Reports kShapeMismatch
// otherwise.
Result<int> AxisOf(KernelContext& context, int64_t axis, int rank);

// The single element of an integer tensor.
Result<int64_t> ScalarOf(KernelContext& context, const TensorView& tensor, std::string_view what);

// Strings and every type of fixed size can be moved without looking at values.
bool Movable(DType dtype);

// Moves whole elements from inputs to outputs: `from` and `to` are the data of the inputs and of all outputs,
// with elements `width` bytes wide. Strings are moved as numbers of strings and packed afterwards, elements
// of less than a byte are widened before and packed again, so that `move` needs to know nothing of either.
// Strings take their output dims from `dims`; other outputs have theirs already.
using Move =
    std::function<void(std::span<const std::byte* const> from, std::span<std::byte* const> to, size_t width)>;
Result<void> MoveElements(InvokeContext& context, std::span<const size_t> inputs,
                          const std::vector<Dims>& dims, const Move& move);

// The strings of a tensor; reports kShapeMismatch when it does not hold as many as its shape says.
Result<std::vector<std::string_view>> StringsOf(KernelContext& context, const TensorView& tensor);
// Gives output `index` its shape and strings; they may be those of an input.
Result<void> WriteStrings(InvokeContext& context, size_t index, const Dims& dims,
                          const std::vector<std::string_view>& strings);

// A kernel whose output shapes follow from the shapes of its inputs and from the values of some of them. When
// those are constant the shapes are set in Prepare, else in Invoke.
class ShapedKernel : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) final;
  Result<void> Invoke(InvokeContext& context) final;

 protected:
  // The op has at least `inputs` inputs, none of them left out, and at least `outputs` outputs. Inputs
  // numbered in `deciding` give the shape by their values.
  ShapedKernel(size_t inputs, size_t outputs, std::vector<size_t> deciding = {})
      : least_inputs_(inputs), least_outputs_(outputs), deciding_(std::move(deciding)) {}

  // Checks what does not depend on values: dtypes, ranks, attributes.
  virtual Result<void> Check(PrepareContext&) { return {}; }
  // Reads parameters and computes the dims of every output; the deciding inputs have their data.
  virtual Result<std::vector<Dims>> Shape(KernelContext& context) = 0;
  // The work itself; every output that is not of strings has its shape and memory.
  virtual Result<void> Compute(InvokeContext& context) = 0;

  const std::vector<Dims>& dims() const { return dims_; }  // of the outputs, in Compute

 private:
  bool KnownInPrepare(const PrepareContext& context) const;
  Result<void> FindDims(KernelContext& context);

  size_t least_inputs_, least_outputs_;
  std::vector<size_t> deciding_;
  std::vector<Dims> dims_;
  bool shaped_ = false;        // dims_ were computed in Prepare
  std::vector<bool> resized_;  // outputs that Invoke has to give their size
};

}  // namespace litesmith::reference
