#include <litesmith/interpreter.h>

#include "api/custom_ops.h"
#include "api/model.h"
#include "api/session.h"
#include "api/tensor.h"
#include "pipeline/named_inputs.h"
#include "runtime/interpreter.h"

namespace litesmith::api {
namespace {

std::vector<TensorInfo> InfosOf(const std::vector<runtime::TensorInfo>& infos) {
  std::vector<TensorInfo> made;
  for (const runtime::TensorInfo& info : infos)
    made.push_back(ToPublic(info.name, info.tensor, info.dtype, info.shape));
  return made;
}

}  // namespace

struct Interpreter::Data {
  Session session;  // before the interpreter, which refers to it
  std::unique_ptr<runtime::Interpreter> interpreter;
  std::vector<TensorInfo> inputs, outputs;
};

Interpreter::Interpreter(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Interpreter::Interpreter(Interpreter&&) noexcept = default;
Interpreter& Interpreter::operator=(Interpreter&&) noexcept = default;
Interpreter::~Interpreter() = default;

Outcome<Interpreter> Interpreter::Create(const Model& model, const RunOptions& options) {
  auto data = std::make_unique<Data>();
  const auto made = data->session.RunVoid([&]() -> Result<void> {
    LS_TRY(const runtime::Options own, OwnOptions(options.threads, options.custom_ops,
                                                  model.data().custom_kernels, data->session.context));
    LS_TRY(data->interpreter,
           runtime::Interpreter::Create(model.data().module, options.signature, own, data->session.context));
    data->inputs = InfosOf(data->interpreter->inputs());
    data->outputs = InfosOf(data->interpreter->outputs());
    return {};
  });
  if (!made) return Outcome<Interpreter>(made.findings());
  return {Interpreter(std::move(data)), made.findings()};
}

const std::vector<TensorInfo>& Interpreter::inputs() const { return data_->inputs; }
const std::vector<TensorInfo>& Interpreter::outputs() const { return data_->outputs; }

Outcome<void> Interpreter::SetInput(size_t index, const Tensor& value) {
  return data_->session.RunVoid([&]() -> Result<void> {
    if (index >= data_->inputs.size()) {
      return data_->session.findings.Report(
          litesmith::Finding(Code::kInputUnknown)
              .Headline("the model has no input of index {}", index)
              .Cause("it has {} inputs, counted from 0", data_->inputs.size()));
    }
    return data_->interpreter->SetInput(index, ToInternal(value));
  });
}

Outcome<void> Interpreter::Invoke() {
  return data_->session.RunVoid([&] { return data_->interpreter->Invoke(); });
}

Tensor Interpreter::Output(size_t index) const {
  return index < data_->outputs.size() ? ToPublic(data_->interpreter->output(index)) : Tensor();
}

Outcome<std::vector<NamedTensor>> Interpreter::Run(const std::vector<NamedTensor>& inputs) {
  return data_->session.Run([&]() -> Result<std::vector<NamedTensor>> {
    std::vector<pipeline::NamedTensor> given;
    for (const NamedTensor& one : inputs) given.push_back({one.name, ToInternal(one.tensor)});
    LS_RETURN_IF_FAILED(pipeline::SetInputs(*data_->interpreter, given, data_->session.context));
    LS_RETURN_IF_FAILED(data_->interpreter->Invoke());
    std::vector<NamedTensor> outputs;
    for (size_t i = 0; i < data_->outputs.size(); ++i)
      outputs.push_back({data_->outputs[i].name, ToPublic(data_->interpreter->output(i))});
    return outputs;
  });
}

}  // namespace litesmith::api
