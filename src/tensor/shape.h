// Shapes, whose dimensions may be known, unknown, or a symbol that arithmetic can combine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace litesmith {

using Dims = std::vector<int64_t>;  // a known shape

// One dimension. Two unknown dimensions are never known to be equal; two uses of one symbol are.
class Dim {
 public:
  constexpr Dim() : code_(-1) {}
  constexpr Dim(int64_t value) : code_(value < 0 ? -1 : value) {}
  static constexpr Dim Unknown() { return Dim(); }
  static constexpr Dim Symbol(int64_t id) {
    Dim dim;
    dim.code_ = -2 - id;
    return dim;
  }

  constexpr bool known() const { return code_ >= 0; }
  constexpr int64_t value() const { return code_; }  // only if known()
  constexpr int64_t value_or(int64_t other) const { return known() ? code_ : other; }
  constexpr bool is_symbol() const { return code_ < -1; }
  constexpr int64_t symbol() const { return -2 - code_; }
  // Surely equal, whatever the unknown turns out to be.
  constexpr bool Same(Dim other) const { return code_ == other.code_ && code_ != -1; }
  // May be equal.
  constexpr bool Compatible(Dim other) const { return !known() || !other.known() || code_ == other.code_; }
  // The same entry, unknowns included: for tests and printing.
  friend constexpr bool operator==(Dim, Dim) = default;

 private:
  int64_t code_;
};

// Rank unknown, or one Dim per axis.
class Shape {
 public:
  Shape() = default;  // unknown rank
  Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}
  Shape(std::initializer_list<Dim> dims) : dims_(std::vector<Dim>(dims)) {}
  static Shape Unknown() { return Shape(); }
  static Shape Scalar() { return Shape(std::vector<Dim>{}); }
  static Shape Of(std::span<const int64_t> dims);
  static Shape OfRank(int rank) { return Shape(std::vector<Dim>(static_cast<size_t>(rank))); }

  bool ranked() const { return dims_.has_value(); }
  int rank() const { return ranked() ? static_cast<int>(dims_->size()) : -1; }
  Dim operator[](int axis) const { return (*dims_)[static_cast<size_t>(axis)]; }
  Dim& operator[](int axis) { return (*dims_)[static_cast<size_t>(axis)]; }
  const std::vector<Dim>& dims() const { return *dims_; }  // only if ranked()
  // Every dimension is known.
  bool known() const;
  Dims known_dims() const;                      // only if known()
  std::optional<int64_t> elements() const;      // if known and no overflow
  std::vector<int64_t> with_minus_one() const;  // unknown as -1; empty if the rank is unknown
  bool Compatible(const Shape& other) const;
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::optional<std::vector<Dim>> dims_;
};

// "[1,?,3]", "[s0,4]", "[*]" for an unknown rank.
std::string ToText(const Shape& shape);
std::string ToText(std::span<const int64_t> dims);

// What is known from two views of one shape: known wins over a symbol, a symbol over unknown; empty if they
// contradict.
std::optional<Shape> Merge(const Shape& a, const Shape& b);

// Makes symbols, and remembers what they stand for, so that the same expression gives the same symbol.
class SymbolTable {
 public:
  Dim Fresh();
  Dim Add(Dim a, Dim b);
  Dim Sub(Dim a, Dim b);
  Dim Mul(Dim a, Dim b);
  Dim FloorDiv(Dim a, Dim b);
  Dim CeilDiv(Dim a, Dim b);
  // Product of all; 1 for none.
  Dim Product(std::span<const Dim> dims);

  // What a symbol was made as: a op b, with op one of + - * / (rounded down) ^ (rounded up). Empty for
  // Fresh() ones and for whatever is no symbol.
  struct Expression {
    char op;
    Dim a, b;
  };
  std::optional<Expression> Definition(Dim symbol) const;

 private:
  Dim Combine(char op, Dim a, Dim b);
  int64_t next_ = 0;
  std::map<std::tuple<char, int64_t, bool, int64_t, bool>, int64_t> known_;
  std::map<int64_t, Expression> definitions_;
};

}  // namespace litesmith
