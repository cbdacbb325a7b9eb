#include "cli/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

#include "base/checked.h"

namespace litesmith::cli {
namespace {

// A string input larger than this stays unset: nobody measures with so many empty strings.
constexpr int64_t kMaxMadeUpStrings = 1'000'000;

std::string Names(const std::vector<runtime::TensorInfo>& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos)
    names.push_back(fmt::format("{} {}{}", info.name, NameOf(info.dtype), ToText(info.shape)));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string WithoutIndex(const std::string& name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

// Sixteen million steps in 0..1; std::uniform_real_distribution differs between libraries.
float Uniform(std::mt19937& random) { return static_cast<float>(random() >> 8) * (1.0f / 16777216.0f); }

bool FillFloats(Tensor& tensor, std::mt19937& random) {
  const auto fill = [&]<class T>(std::type_identity<T>) {
    for (T& value : tensor.mutable_data<T>()) value = static_cast<T>(Uniform(random));
  };
  switch (tensor.dtype()) {
    case DType::kFloat32:
      fill(std::type_identity<float>{});
      return true;
    case DType::kFloat64:
      fill(std::type_identity<double>{});
      return true;
    case DType::kFloat16:
      fill(std::type_identity<Half>{});
      return true;
    case DType::kBFloat16:
      fill(std::type_identity<BFloat16>{});
      return true;
    default:
      return false;
  }
}

bool IsQuantized(const runtime::TensorInfo& info) {
  const int bits = BitsOf(info.dtype);
  return info.quantization != nullptr && !info.quantization->scale.empty() && (bits == 8 || bits == 16);
}

Tensor MadeUp(const runtime::TensorInfo& info, Dims dims, std::mt19937& random) {
  if (info.dtype == DType::kString) {
    int64_t count = 1;
    for (const int64_t dim : dims) count *= dim;
    return Tensor::OfStrings(std::move(dims), std::vector<std::string_view>(static_cast<size_t>(count)));
  }
  Tensor tensor = Tensor::Zeros(info.dtype, std::move(dims));
  if (!FillFloats(tensor, random) && IsQuantized(info)) {
    for (std::byte& byte : tensor.mutable_bytes()) byte = static_cast<std::byte>(random() >> 24);
  }
  return tensor;
}

}  // namespace

Result<void> SetInputs(runtime::Interpreter& interpreter, const std::vector<npz::Entry>& given,
                       Context& context) {
  const auto& infos = interpreter.inputs();
  std::vector<bool> set(infos.size(), false);
  bool failed = false;
  for (const npz::Entry& entry : given) {
    const auto matches = [&](const runtime::TensorInfo& info) {
      return info.name == entry.name || info.tensor == entry.name ||
             WithoutIndex(info.name) == WithoutIndex(entry.name);
    };
    auto found = std::find_if(infos.begin(), infos.end(), matches);
    if (entry.name.empty() && infos.size() == 1) found = infos.begin();  // an .npy file
    if (found == infos.end()) {
      failed = true;
      context.findings.Report(Finding(Code::kInputUnknown)
                                  .Headline("the model has no input '{}'", entry.name)
                                  .Cause("it has {}", Names(infos))
                                  .Fix("rename the array in the .npz file to the input's name"));
      continue;
    }
    const size_t index = static_cast<size_t>(found - infos.begin());
    set[index] = true;
    failed |= !interpreter.SetInput(index, entry.tensor).ok();
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    if (set[i]) continue;
    failed = true;
    context.findings.Report(Finding(Code::kInputMissing)
                                .Headline("input '{}' is missing", infos[i].name)
                                .Cause("the model wants {}", Names(infos))
                                .Fix("add an array of that name to the .npz file"));
  }
  if (failed) return kFailed;
  return {};
}

Result<void> MakeUpInputs(runtime::Interpreter& interpreter) {
  std::mt19937 random(1);
  const auto& infos = interpreter.inputs();
  for (size_t i = 0; i < infos.size(); ++i) {
    if (!infos[i].shape.ranked()) continue;
    Dims dims;
    for (const Dim dim : infos[i].shape.dims()) dims.push_back(dim.value_or(1));
    const auto elements = CheckedProduct(dims);
    const bool fixed = HasFixedSize(infos[i].dtype);
    if (!elements || (fixed ? !BytesOf(infos[i].dtype, *elements) : *elements > kMaxMadeUpStrings)) continue;
    LS_RETURN_IF_FAILED(interpreter.SetInput(i, MadeUp(infos[i], std::move(dims), random)));
  }
  return {};
}

}  // namespace litesmith::cli
