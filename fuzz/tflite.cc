// .tflite files: read, imported, planned, and, where that is little work, run.
#include "base/checked.h"
#include "fuzz/target.h"
#include "import/tflite/import.h"
#include "ir/verify.h"
#include "runtime/interpreter.h"
#include "tfl/work.h"

namespace litesmith::fuzz {
namespace {

constexpr int64_t kMostMultiplyAdds = 1'000'000;
constexpr int64_t kMostElements = 1 << 16;  // of an input that is made up

bool IsLittleWork(const ir::Module& module) {
  int64_t sum = 0;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const auto work = tfl::MultiplyAdds(node);
      const auto added = work ? CheckedAdd(sum, *work) : std::nullopt;
      if (!added || *added > kMostMultiplyAdds) return false;
      sum = *added;
    }
  }
  return true;
}

// Open dimensions are 2; false where an input cannot be made up.
bool SetInputs(runtime::Interpreter& interpreter) {
  for (size_t i = 0; i < interpreter.inputs().size(); ++i) {
    const runtime::TensorInfo& info = interpreter.inputs()[i];
    if (!info.shape.ranked()) return false;
    if (info.shape.known()) continue;  // zeros
    Dims dims;
    for (const Dim dim : info.shape.dims()) dims.push_back(dim.value_or(2));
    const auto elements = CheckedProduct(dims);
    if (!elements || *elements > kMostElements || !HasFixedSize(info.dtype)) return false;
    if (!interpreter.SetInput(i, Tensor::Zeros(info.dtype, dims))) return false;
  }
  return true;
}

}  // namespace

void RunTflite(Bytes bytes) {
  Bench bench;
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  auto module = import_tflite::ImportTflite({copy, *copy}, bench.context);
  bench.Check(module.ok());
  if (!module) return;
  const std::shared_ptr<ir::Module> shared = *std::move(module);
  if (const auto problem = ir::Verify(*shared)) __builtin_trap();
  auto interpreter = runtime::Interpreter::Create(shared, "", {}, bench.context);
  bench.Check(interpreter.ok());
  if (!interpreter || !SetInputs(**interpreter)) return;
  const bool allocated = (*interpreter)->Allocate().ok();
  bench.Check(allocated);
  if (allocated && IsLittleWork(*shared)) bench.Check((*interpreter)->Invoke().ok());
}

}  // namespace litesmith::fuzz
