#include "api/model.h"

#include "api/custom_ops.h"
#include "api/session.h"
#include "api/tensor.h"
#include "import/tflite/import.h"
#include "pipeline/convert.h"

namespace litesmith::api {
namespace {

SignatureInfo InfoOf(const ir::Function& function, const ir::Signature* signature) {
  SignatureInfo info;
  if (signature != nullptr) info.key = signature->key;
  const auto add = [](std::vector<TensorInfo>& infos, const std::vector<ir::SignatureEntry>& entries) {
    for (const ir::SignatureEntry& entry : entries) {
      infos.push_back(
          ToPublic(entry.name, entry.value->name, entry.value->type.dtype, entry.value->type.shape));
    }
  };
  add(info.inputs, ir::InputsOf(function, signature));
  add(info.outputs, ir::OutputsOf(function, signature));
  return info;
}

detection::Mode ToInternal(Detection detection) {
  switch (detection) {
    case Detection::kExact:
      return detection::Mode::kExact;
    case Detection::kRaw:
      return detection::Mode::kRaw;
    case Detection::kKeep:
      return detection::Mode::kKeep;
    case Detection::kAuto:
      break;
  }
  return detection::Mode::kAuto;
}

}  // namespace

Model ModelOf(std::shared_ptr<ir::Module> module, runtime::CustomKernels custom_kernels) {
  const auto data = std::make_shared<Model::Data>();
  for (const ir::Signature& signature : module->signatures) {
    const ir::Function* function = module->FindFunction(signature.function);
    if (function != nullptr) data->signatures.push_back(InfoOf(*function, &signature));
  }
  if (module->signatures.empty() && !module->functions().empty())
    data->signatures.push_back(InfoOf(*module->functions()[0], nullptr));
  data->module = std::move(module);
  data->custom_kernels = std::move(custom_kernels);
  return Model(data);
}

Model::Model(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

const std::vector<SignatureInfo>& Model::signatures() const { return data_->signatures; }

Outcome<Model> Model::Load(const std::string& path, const ConvertOptions& options) {
  Session session;
  return session.Run([&]() -> Result<Model> {
    pipeline::ConvertOptions own;
    own.tags = options.tags;
    own.signatures = options.signatures;
    own.input_tensors = options.input_tensors;
    own.output_tensors = options.output_tensors;
    own.input_shapes = options.input_shapes;
    own.detection = ToInternal(options.detection);
    own.allow_custom_ops = options.allow_custom_ops;
    own.custom_ops = options.custom_ops;
    own.custom_op_shapes = options.custom_op_shapes;
    LS_TRY(own.custom_kernels, KernelsOf(options.custom_kernels, {}, session.context));
    own.keep_preamble = options.keep_preamble;
    own.target_runtime = options.target_runtime;
    LS_RETURN_IF_FAILED(pipeline::CheckRuntimeName(own.target_runtime, session.context));
    own.labels = options.labels;
    LS_TRY(pipeline::Converted converted, pipeline::LoadModel(path, own, session.context));
    return ModelOf(std::move(converted.module), std::move(own.custom_kernels));
  });
}

Outcome<Model> Model::LoadTflite(std::span<const std::byte> file) {
  Session session;
  return session.Run([&]() -> Result<Model> {
    const auto copy = std::make_shared<std::vector<std::byte>>(file.begin(), file.end());
    LS_TRY(std::unique_ptr<ir::Module> module, import_tflite::ImportTflite({copy, *copy}, session.context));
    return ModelOf(std::move(module), {});
  });
}

Outcome<std::vector<std::byte>> Model::Write() const {
  Session session;
  return session.Run([&]() -> Result<std::vector<std::byte>> {
    LS_TRY(pipeline::WrittenModel written, pipeline::WriteModel(*data_->module, session.context));
    return std::move(written.bytes);
  });
}

Outcome<void> Model::Save(const std::string& path) const {
  Session session;
  return session.RunVoid([&]() -> Result<void> {
    LS_TRY(const pipeline::WrittenModel written, pipeline::WriteModel(*data_->module, session.context));
    return WriteFile(session.context, path, {written.bytes});
  });
}

}  // namespace litesmith::api
