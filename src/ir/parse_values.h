// What stands behind names in the text form: types, tensors and attributes.
#pragma once

#include <vector>

#include "ir/module.h"
#include "ir/text_reader.h"

namespace litesmith::ir {

class ValueParser : public TextReader {
 public:
  // `tensors`: what #n refers to. Symbols of dimensions become those of `symbols`.
  ValueParser(std::string_view text, const std::vector<Tensor>& tensors, SymbolTable& symbols,
              FindingSink& findings)
      : TextReader(text, findings), tensors_(tensors), table_(symbols) {}

 protected:
  Result<Type> ParseType();
  Result<Tensor> ParseTensor();
  Result<Attribute> ParseItem();

 private:
  Result<DType> ParseDType();
  Result<Shape> ParseShape();
  template <class T>
  Result<std::vector<T>> Numbers() {
    LS_RETURN_IF_FAILED(Need("["));
    std::vector<T> values;
    while (!Try("]")) {
      if (!values.empty()) LS_RETURN_IF_FAILED(Need(","));
      LS_TRY(const double value, Number());
      values.push_back(static_cast<T>(value));
    }
    return values;
  }
  Result<Tensor> ParseStrings(Dims dims, int64_t elements);
  Result<void> ParseElements(DType dtype, int64_t count, std::vector<double>& values);
  Result<double> Scalar();
  template <class T>
  Result<Attribute> Gather(const std::vector<Attribute>& items) {
    std::vector<T> values;
    for (const Attribute& item : items) {
      if (!std::holds_alternative<T>(item)) return Fail("a list of one kind of items expected");
      values.push_back(std::get<T>(item));
    }
    return Attribute(std::move(values));
  }
  Result<Attribute> ParseList();

  const std::vector<Tensor>& tensors_;
  SymbolTable& table_;
  std::vector<Dim> symbols_;  // by the number in the text
};

}  // namespace litesmith::ir
