#include <litesmith/quantize.h>

#include <algorithm>

#include "api/custom_ops.h"
#include "api/model.h"
#include "api/session.h"
#include "api/tensor.h"
#include "pipeline/quantize.h"

namespace litesmith::api {
namespace {

quantization::Mode ToInternal(QuantizeMode mode) {
  switch (mode) {
    case QuantizeMode::kDynamic:
      return quantization::Mode::kDynamic;
    case QuantizeMode::kFloat16:
      return quantization::Mode::kFloat16;
    case QuantizeMode::kInt16x8:
      return quantization::Mode::kInt16x8;
    case QuantizeMode::kWeight8:
      return quantization::Mode::kWeight8;
    case QuantizeMode::kWeight4:
      return quantization::Mode::kWeight4;
    case QuantizeMode::kInt8:
      break;
  }
  return quantization::Mode::kInt8;
}

pipeline::GivenSamples ToInternal(const Samples& samples) {
  pipeline::GivenSamples given{samples.signature, samples.count, nullptr};
  if (samples.get == nullptr) return given;
  given.get = [get = samples.get](size_t index) {
    std::vector<pipeline::NamedTensor> tensors;
    for (const NamedTensor& one : get(index)) tensors.push_back({one.name, ToInternal(one.tensor)});
    return tensors;
  };
  return given;
}

Damage ToPublic(const quantization::Damage& measured) {
  Damage damage;
  damage.samples = measured.samples;
  damage.drop = measured.drop();
  for (const quantization::OutputError& output : measured.outputs)
    damage.outputs.push_back({output.name, output.relative_rms});
  for (const quantization::LayerError& layer : measured.layers)
    damage.layers.push_back({layer.op, layer.name, layer.snr_db});
  if (measured.boxes) {
    const quantization::BoxAgreement& boxes = *measured.boxes;
    damage.boxes = {boxes.boxes, boxes.lost, boxes.moved, boxes.extra, boxes.at50, boxes.at75, boxes.at90};
  }
  return damage;
}

}  // namespace

Outcome<Quantized> Model::Quantize(const QuantizeOptions& options) const {
  Session session;
  return session.Run([&]() -> Result<Quantized> {
    pipeline::QuantizeOptions own;
    own.how.mode = ToInternal(options.mode);
    own.how.input_type = api::ToInternal(options.input_type);
    own.how.output_type = api::ToInternal(options.output_type);
    own.how.float_fallback = options.float_fallback;
    own.how.keep_float = options.keep_float;
    own.how.max_accuracy_drop = options.max_accuracy_drop;
    own.how.measure_sensitivity = options.measure_sensitivity;
    own.how.threads = std::max(options.threads, 1);
    own.data = options.data;
    for (const Samples& samples : options.samples) own.samples.push_back(ToInternal(samples));
    own.progress = options.progress;
    LS_TRY(own.custom_kernels, KernelsOf(options.custom_ops, data_->custom_kernels, session.context));
    LS_RETURN_IF_FAILED(pipeline::CheckQuantizeOptions(own, session.context));
    std::shared_ptr<ir::Module> module = data_->module;
    LS_TRY(quantization::Quantized made, pipeline::QuantizeModel(module, own, session.context));
    Quantized quantized{ModelOf(std::move(module), own.custom_kernels),
                        made.tensors,
                        made.integer_share,
                        made.hybrid_share,
                        {},
                        {},
                        {}};
    for (const quantization::FloatOp& op : made.float_ops)
      quantized.float_ops.push_back({op.op, op.name, op.why});
    if (made.damage) quantized.damage = ToPublic(*made.damage);
    for (const quantization::Sensitivity& layer : made.sensitivity) {
      quantized.sensitivity.push_back(
          {layer.op, layer.name, layer.error, layer.multiply_adds, layer.kept_float});
    }
    return quantized;
  });
}

}  // namespace litesmith::api
