#include "cli/inputs.h"

#include <random>

#include "base/checked.h"
#include "formats/npz/npz.h"
#include "pipeline/named_inputs.h"

namespace litesmith::cli {
namespace {

// A string input larger than this stays unset: nobody measures with so many empty strings.
constexpr int64_t kMaxMadeUpStrings = 1'000'000;

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

Result<void> ReadInputs(const std::string& path, runtime::Interpreter& interpreter, Context& context) {
  LS_TRY(const FileBytes file, ReadFile(context, path, "arrays of NumPy (.npz or .npy)"));
  LS_TRY(std::vector<npz::Entry> entries, npz::Read(file, path, context));
  std::vector<pipeline::NamedTensor> given;
  for (npz::Entry& entry : entries) given.push_back({std::move(entry.name), std::move(entry.tensor)});
  return pipeline::SetInputs(interpreter, given, context);
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
