// Small modules of TFL ops for the runtime's tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "ir/module.h"
#include "runtime/interpreter.h"
#include "tfl/ops.h"

namespace litesmith::runtime {

inline ir::Type Floats(Shape shape) { return {DType::kFloat32, std::move(shape), nullptr}; }
inline ir::Type Ints(Shape shape) { return {DType::kInt32, std::move(shape), nullptr}; }
inline ir::Type Bools(Shape shape) { return {DType::kBool, std::move(shape), nullptr}; }
inline ir::Type Resource() { return {DType::kResource, Shape::Scalar(), nullptr}; }

inline Tensor FloatTensor(Dims dims, std::vector<float> values) {
  return Tensor::Of<float>(std::move(dims), values);
}
inline Tensor IntTensor(Dims dims, std::vector<int32_t> values) {
  return Tensor::Of<int32_t>(std::move(dims), values);
}

inline std::vector<float> FloatsOf(const Tensor& tensor) {
  if (tensor.dtype() != DType::kFloat32) return {};
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

class RuntimeTest : public testing::Test {
 protected:
  std::unique_ptr<Interpreter> Make(const Options& options = {}, std::string_view signature = "") {
    auto interpreter = Interpreter::Create(module_, signature, options, context_);
    return interpreter ? *std::move(interpreter) : nullptr;
  }
  std::string Causes() const {
    std::string text;
    for (const Finding& finding : findings_.findings()) {
      text += CodeText(finding.code) + " " + finding.headline + ": " + finding.cause + "\n";
    }
    return text;
  }
  bool Reported(Code code) const {
    for (const Finding& finding : findings_.findings()) {
      if (finding.code == code) return true;
    }
    return false;
  }

  std::unique_ptr<Host> host_ = MakeSystemHost();
  FindingList findings_;
  Context context_{*host_, findings_};
  std::shared_ptr<ir::Module> module_ = std::make_shared<ir::Module>();
};

}  // namespace litesmith::runtime
