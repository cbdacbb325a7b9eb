#include "tensor/shape.h"

#include <algorithm>

#include "base/checked.h"

namespace litesmith {

Shape Shape::Of(std::span<const int64_t> dims) { return Shape(std::vector<Dim>(dims.begin(), dims.end())); }

bool Shape::known() const {
  return ranked() && std::all_of(dims_->begin(), dims_->end(), [](Dim dim) { return dim.known(); });
}

Dims Shape::known_dims() const {
  Dims result;
  for (Dim dim : *dims_) result.push_back(dim.value());
  return result;
}

std::optional<int64_t> Shape::elements() const {
  if (!known()) return std::nullopt;
  return CheckedProduct(known_dims());
}

std::vector<int64_t> Shape::with_minus_one() const {
  std::vector<int64_t> result;
  if (ranked()) {
    for (Dim dim : *dims_) result.push_back(dim.value_or(-1));
  }
  return result;
}

bool Shape::Compatible(const Shape& other) const {
  if (!ranked() || !other.ranked()) return true;
  if (rank() != other.rank()) return false;
  for (int i = 0; i < rank(); ++i) {
    if (!(*this)[i].Compatible(other[i])) return false;
  }
  return true;
}

std::string ToText(const Shape& shape) {
  if (!shape.ranked()) return "[*]";
  std::string text = "[";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ',';
    const Dim dim = shape[i];
    text += dim.known()       ? std::to_string(dim.value())
            : dim.is_symbol() ? "s" + std::to_string(dim.symbol())
                              : "?";
  }
  return text + "]";
}

std::string ToText(std::span<const int64_t> dims) { return ToText(Shape::Of(dims)); }

std::optional<Shape> Merge(const Shape& a, const Shape& b) {
  if (!a.ranked()) return b;
  if (!b.ranked()) return a;
  if (!a.Compatible(b)) return std::nullopt;
  Shape merged = a;
  for (int i = 0; i < a.rank(); ++i) {
    if (b[i].known() || (!a[i].known() && !a[i].is_symbol())) merged[i] = b[i];
  }
  return merged;
}

Dim SymbolTable::Fresh() { return Dim::Symbol(next_++); }

Dim SymbolTable::Combine(char op, Dim a, Dim b) {
  const auto code = [](Dim dim) { return dim.known() ? dim.value() : dim.symbol(); };
  if ((!a.known() && !a.is_symbol()) || (!b.known() && !b.is_symbol())) return Fresh();
  if (op == '+' || op == '*') {  // one order for operands that commute
    if (std::make_pair(a.known(), code(a)) > std::make_pair(b.known(), code(b))) std::swap(a, b);
  }
  const auto [entry, inserted] = known_.try_emplace({op, code(a), a.known(), code(b), b.known()}, next_);
  if (inserted) definitions_.emplace(next_++, Expression{op, a, b});
  return Dim::Symbol(entry->second);
}

std::optional<SymbolTable::Expression> SymbolTable::Definition(Dim symbol) const {
  if (!symbol.is_symbol()) return std::nullopt;
  const auto found = definitions_.find(symbol.symbol());
  return found != definitions_.end() ? std::optional(found->second) : std::nullopt;
}

Dim SymbolTable::Add(Dim a, Dim b) {
  if (a.known() && b.known()) {
    const auto sum = CheckedAdd(a.value(), b.value());
    return sum ? Dim(*sum) : Dim();
  }
  if (a.known() && a.value() == 0) return b;
  if (b.known() && b.value() == 0) return a;
  return Combine('+', a, b);
}

Dim SymbolTable::Sub(Dim a, Dim b) {
  if (a.known() && b.known()) return Dim(a.value() - b.value());
  if (b.known() && b.value() == 0) return a;
  if (a.Same(b)) return Dim(0);
  return Combine('-', a, b);
}

Dim SymbolTable::Mul(Dim a, Dim b) {
  if (a.known() && b.known()) {
    const auto product = CheckedMul(a.value(), b.value());
    return product ? Dim(*product) : Dim();
  }
  if ((a.known() && a.value() == 0) || (b.known() && b.value() == 0)) return Dim(0);
  if (a.known() && a.value() == 1) return b;
  if (b.known() && b.value() == 1) return a;
  return Combine('*', a, b);
}

Dim SymbolTable::FloorDiv(Dim a, Dim b) {
  if (a.known() && b.known() && b.value() > 0) return Dim(a.value() / b.value());
  if (b.known() && b.value() == 1) return a;
  if (a.Same(b)) return Dim(1);
  return Combine('/', a, b);
}

Dim SymbolTable::CeilDiv(Dim a, Dim b) {
  if (a.known() && b.known() && b.value() > 0)
    return Dim(a.value() / b.value() + (a.value() % b.value() != 0));
  if (b.known() && b.value() == 1) return a;
  if (a.Same(b)) return Dim(1);
  return Combine('^', a, b);
}

Dim SymbolTable::Product(std::span<const Dim> dims) {
  Dim product(1);
  int64_t known = 1;
  for (Dim dim : dims) {
    if (!dim.known()) {
      product = Mul(product, dim);
    } else if (__builtin_mul_overflow(known, dim.value(), &known)) {
      return Dim();
    }
  }
  return Mul(product, Dim(known));
}

}  // namespace litesmith
