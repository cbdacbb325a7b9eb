// What shape functions share. An argument or result Dim that is unknown stays so in all arithmetic; symbols
// combine.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tf/shape_context.h"
#include "tf/shape_functions.h"

namespace litesmith::tf::shape {

// tf::Shape and tf::Merge are ops.
using litesmith::Merge;
using litesmith::Shape;

// Arithmetic in the module's symbol table. Results that would be negative are unknown.
Dim Plus(ShapeContext& context, Dim a, Dim b);
Dim Minus(ShapeContext& context, Dim a, Dim b);
Dim Times(ShapeContext& context, Dim a, Dim b);
Dim DividedBy(ShapeContext& context, Dim a, Dim b);  // rounded down
Dim DividedByRoundedUp(ShapeContext& context, Dim a, Dim b);
Dim Product(ShapeContext& context, std::span<const Dim> dims);

// What remains of numerators / denominators after equal factors cancel.
struct Quotient {
  int64_t numerator = 1, denominator = 1;     // the known factors, without common divisors
  std::vector<Dim> numerators, denominators;  // symbols that are left
  bool unknown = false;                       // a factor is unknown, or too large
  bool zero = false;                          // a numerator is 0
};
Quotient Cancel(ShapeContext& context, std::span<const Dim> numerators, std::span<const Dim> denominators);

// `axis` counted from the front; empty if it is outside [-rank, rank).
std::optional<int> NormalizedAxis(int64_t axis, int rank);
// The same; an axis outside is a finding.
Result<int> CheckedAxis(ShapeContext& context, int64_t axis, int rank);

// Fails unless the operand's rank is `rank` or unknown.
Result<void> NeedRank(ShapeContext& context, size_t operand, int rank, std::string_view what);
Result<void> NeedRankAtLeast(ShapeContext& context, size_t operand, int rank, std::string_view what);

// The dimension two operands must share; a finding if they cannot be equal.
Result<Dim> SharedDim(ShapeContext& context, Dim a, Dim b, std::string_view what);
// The shape two operands must share.
Result<Shape> SharedShape(ShapeContext& context, const Shape& a, const Shape& b);

// The shape of a and b broadcast against each other by numpy's rule; a finding if they do not fit.
Result<Shape> Broadcasted(ShapeContext& context, const Shape& a, const Shape& b);
// The same without a finding.
std::optional<Shape> BroadcastedOrNothing(const Shape& a, const Shape& b);

// The operand's one integer element; unknown if it is not known, or not one.
Dim ScalarAsDim(const ShapeContext& context, size_t operand);

// Dims [first, last) of a ranked shape.
std::vector<Dim> DimsOf(const Shape& shape, int first, int last);
Shape Concatenated(const std::vector<Dim>& a, const std::vector<Dim>& b);

// Where the spatial axes and the channel are in a data_format attribute such as "NHWC", "NCHW", "NDHWC",
// "NCDHW".
struct Layout {
  int spatial = 1;  // the first spatial axis
  int channel = 3;
  bool channels_first() const { return channel == 1; }
};
Layout LayoutOf(const ShapeContext& context, int spatial_rank);

// The size of a window's output along one axis. `before` and `after` are used for padding "EXPLICIT".
// TensorFlow's rule (tensorflow/core/framework/kernel_shape_util): VALID ceil((n - (k-1)d) / s), SAME ceil(n
// / s).
Result<Dim> WindowedSize(ShapeContext& context, Dim size, Dim window, int64_t dilation, int64_t stride,
                         std::string_view padding, int64_t before = 0, int64_t after = 0);

}  // namespace litesmith::tf::shape
