#include "tf/shape/common.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"

namespace litesmith::tf::shape {
namespace {

bool IsUnknown(Dim dim) { return !dim.known() && !dim.is_symbol(); }

// Factors of products are taken apart at most this often: expressions are as deep as a graph makes them.
constexpr int kMaxFactors = 64;

// Splits `dim` into known factors and symbols; false if it is unknown or too large.
bool Factorize(const SymbolTable& symbols, Dim dim, int64_t& known, std::vector<Dim>& factors) {
  std::vector<Dim> pending = {dim};
  for (int steps = 0; !pending.empty(); ++steps) {
    const Dim factor = pending.back();
    pending.pop_back();
    if (IsUnknown(factor)) return false;
    if (factor.known()) {
      const auto product = CheckedMul(known, factor.value());
      if (!product) return false;
      known = *product;
      continue;
    }
    const auto definition = symbols.Definition(factor);
    if (definition && definition->op == '*' && steps < kMaxFactors) {
      pending.push_back(definition->a);
      pending.push_back(definition->b);
    } else {
      factors.push_back(factor);
    }
  }
  return true;
}

}  // namespace

Dim Plus(ShapeContext& context, Dim a, Dim b) {
  if (IsUnknown(a) || IsUnknown(b)) return {};
  return context.symbols().Add(a, b);
}

Dim Minus(ShapeContext& context, Dim a, Dim b) {
  if (IsUnknown(a) || IsUnknown(b)) return {};
  // (x + y) - y is x.
  if (const auto sum = context.symbols().Definition(a); sum && sum->op == '+') {
    if (sum->b.Same(b)) return sum->a;
    if (sum->a.Same(b)) return sum->b;
  }
  return context.symbols().Sub(a, b);
}

Dim Times(ShapeContext& context, Dim a, Dim b) {
  if (IsUnknown(a) || IsUnknown(b)) return {};
  return context.symbols().Mul(a, b);
}

Dim DividedBy(ShapeContext& context, Dim a, Dim b) {
  if (IsUnknown(a) || IsUnknown(b) || (b.known() && b.value() == 0)) return {};
  const Dim numerators[] = {a}, denominators[] = {b};
  const Quotient quotient = Cancel(context, numerators, denominators);
  if (!quotient.unknown && !quotient.zero && quotient.denominator == 1 && quotient.denominators.empty()) {
    return Times(context, Product(context, quotient.numerators), Dim(quotient.numerator));
  }
  return context.symbols().FloorDiv(a, b);
}

Dim DividedByRoundedUp(ShapeContext& context, Dim a, Dim b) {
  if (IsUnknown(a) || IsUnknown(b) || (b.known() && b.value() == 0)) return {};
  return context.symbols().CeilDiv(a, b);
}

Dim Product(ShapeContext& context, std::span<const Dim> dims) {
  for (Dim dim : dims) {
    if (dim.known() && dim.value() == 0) return Dim(0);
  }
  if (std::any_of(dims.begin(), dims.end(), IsUnknown)) return {};
  return context.symbols().Product(dims);
}

Quotient Cancel(ShapeContext& context, std::span<const Dim> numerators, std::span<const Dim> denominators) {
  Quotient result;
  result.zero = std::any_of(numerators.begin(), numerators.end(), [](Dim dim) { return dim == Dim(0); });
  const SymbolTable& symbols = context.symbols();
  for (Dim dim : numerators) {
    result.unknown |= !Factorize(symbols, dim, result.numerator, result.numerators);
  }
  for (Dim dim : denominators) {
    result.unknown |= !Factorize(symbols, dim, result.denominator, result.denominators);
  }
  std::erase_if(result.denominators, [&](Dim dim) {
    const auto same = std::find(result.numerators.begin(), result.numerators.end(), dim);
    if (same == result.numerators.end()) return false;
    result.numerators.erase(same);
    return true;
  });
  if (const int64_t divisor = std::gcd(result.numerator, result.denominator); divisor > 1) {
    result.numerator /= divisor;
    result.denominator /= divisor;
  }
  return result;
}

std::optional<int> NormalizedAxis(int64_t axis, int rank) {
  if (axis < -int64_t{rank} || axis >= rank) return std::nullopt;
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<int> CheckedAxis(ShapeContext& context, int64_t axis, int rank) {
  if (const auto normalized = NormalizedAxis(axis, rank)) return *normalized;
  return context.Fail("axis {} does not exist: the operand has {} axes", axis, rank);
}

Result<void> NeedRank(ShapeContext& context, size_t operand, int rank, std::string_view what) {
  const Shape& shape = context.input(operand);
  if (!shape.ranked() || shape.rank() == rank) return {};
  return context.Fail("{} has shape {}, but {} axes are expected", what, ToText(shape), rank);
}

Result<void> NeedRankAtLeast(ShapeContext& context, size_t operand, int rank, std::string_view what) {
  const Shape& shape = context.input(operand);
  if (!shape.ranked() || shape.rank() >= rank) return {};
  return context.Fail("{} has shape {}, but at least {} axes are expected", what, ToText(shape), rank);
}

Result<Dim> SharedDim(ShapeContext& context, Dim a, Dim b, std::string_view what) {
  if (a.known() && b.known() && a.value() != b.value()) {
    return context.Fail("{} should be the same, but they are {} and {}", what, a.value(), b.value());
  }
  return a.known() || (a.is_symbol() && !b.known()) ? a : b;
}

Result<Shape> SharedShape(ShapeContext& context, const Shape& a, const Shape& b) {
  if (auto merged = Merge(a, b)) return std::move(*merged);
  return context.Fail("the operands should have the same shape, but they have {} and {}", ToText(a),
                      ToText(b));
}

std::optional<Shape> BroadcastedOrNothing(const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked()) return Shape::Unknown();
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  const int offset = longer.rank() - shorter.rank();
  for (int i = 0; i < shorter.rank(); ++i) {
    const Dim x = longer[i + offset], y = shorter[i];
    Dim& out = result[i + offset];
    if (x.known() && y.known()) {
      if (x.value() != y.value() && x.value() != 1 && y.value() != 1) return std::nullopt;
      out = x.value() == 1 ? y : x;
    } else if (x.known()) {
      out = x.value() == 1 ? y : x;  // what is unknown can only be 1 or the same
    } else if (y.known()) {
      out = y.value() == 1 ? x : y;
    } else {
      out = x.Same(y) ? x : Dim::Unknown();
    }
  }
  return result;
}

Result<Shape> Broadcasted(ShapeContext& context, const Shape& a, const Shape& b) {
  if (auto shape = BroadcastedOrNothing(a, b)) return std::move(*shape);
  return context.Fail("{} and {} do not broadcast: counted from the last axis, dimensions must be equal or 1",
                      ToText(a), ToText(b));
}

Dim ScalarAsDim(const ShapeContext& context, size_t operand) {
  const auto value = context.value(operand);
  return value && value->size() == 1 ? (*value)[0] : Dim::Unknown();
}

std::vector<Dim> DimsOf(const Shape& shape, int first, int last) {
  return {shape.dims().begin() + first, shape.dims().begin() + std::max(first, last)};
}

Shape Concatenated(const std::vector<Dim>& a, const std::vector<Dim>& b) {
  std::vector<Dim> dims = a;
  dims.insert(dims.end(), b.begin(), b.end());
  return Shape(std::move(dims));
}

Layout LayoutOf(const ShapeContext& context, int spatial_rank) {
  const std::string format = context.attributes().Text("data_format");
  if (format.starts_with("NC")) return {2, 1};
  return {1, spatial_rank + 1};
}

Result<Dim> WindowedSize(ShapeContext& context, Dim size, Dim window, int64_t dilation, int64_t stride,
                         std::string_view padding, int64_t before, int64_t after) {
  if (stride <= 0) return context.Fail("a stride of {} makes no sense", stride);
  if (dilation <= 0) return context.Fail("a dilation of {} makes no sense", dilation);
  if (padding == "SAME") return DividedByRoundedUp(context, size, stride);
  if (padding == "EXPLICIT") {
    const auto sum = before >= 0 && after >= 0 ? CheckedAdd(before, after) : std::nullopt;
    if (!sum) return context.Fail("the explicit paddings {} and {} make no sense", before, after);
    size = Plus(context, size, *sum);
  }
  if (!window.known()) return Dim::Unknown();
  const auto reach = window.value() > 0 ? CheckedMul(window.value() - 1, dilation) : std::nullopt;
  if (!reach) return context.Fail("a window of size {} makes no sense", window.value());
  if (size.known() && size.value() <= *reach) {
    // A window that does not fit gives an empty result or an error, depending on the op: nothing can be said
    // here.
    if (size.value() == 0 || size.value() == *reach) return Dim(0);
    return context.Fail("a window of {} (with dilation {}) does not fit into a dimension of {}",
                        window.value(), dilation, size.value());
  }
  return DividedByRoundedUp(context, Minus(context, size, *reach), stride);
}

}  // namespace litesmith::tf::shape
