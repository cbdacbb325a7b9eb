#include "cli/conversion.h"

#include <fmt/format.h>

namespace litesmith::cli {

Json RecognisedJson(const std::vector<detection::Recognised>& recognised) {
  Json list = Json::array();
  for (const detection::Recognised& one : recognised) {
    Json entry = {{"what", one.what}};
    for (const auto& [key, value] : one.numbers) {
      if (value == static_cast<double>(static_cast<int64_t>(value))) {
        entry[key] = static_cast<int64_t>(value);
      } else {
        entry[key] = value;
      }
    }
    for (const auto& [key, value] : one.texts) entry[key] = value;
    list.push_back(std::move(entry));
  }
  return list;
}

Json ModelJson(const pipeline::ModelInfo& info) {
  Json json;
  if (!info.kind.empty()) json["kind"] = info.kind;
  json["path"] = info.path;
  if (!info.tensorflow.empty()) json["tensorflow"] = info.tensorflow;
  if (!info.kind.empty()) json["nodes"] = info.nodes;
  return json;
}

Json SecondsJson(const std::map<std::string, double>& seconds) {
  Json json = Json::object();
  for (const char* key : {"import", "passes", "lowering", "write"}) {
    const auto found = seconds.find(key);
    json[key] = found != seconds.end() ? found->second : 0.0;
  }
  if (const auto found = seconds.find("quantize"); found != seconds.end()) json["quantize"] = found->second;
  return json;
}

Json QuantizationJson(const pipeline::ConvertOptions& options, const quantization::Quantized& quantized) {
  Json json = {{"mode", NameOf(options.quantize.how.mode)}, {"tensors", quantized.tensors}};
  json["float_ops"] = Json::array();
  for (const quantization::FloatOp& op : quantized.float_ops)
    json["float_ops"].push_back({{"op", op.op}, {"node", op.name}, {"why", op.why}});
  if (IsInteger(options.quantize.how.mode)) {
    json["integer_multiply_adds"] = quantized.integer_share;
    if (quantized.hybrid_share > 0) json["hybrid_multiply_adds"] = quantized.hybrid_share;
  }
  if (!quantized.damage) return json;
  const quantization::Damage& damage = *quantized.damage;
  json["damage"] = {{"samples", damage.samples}, {"drop", damage.drop()}};
  for (const quantization::OutputError& output : damage.outputs)
    json["damage"]["outputs"].push_back({{"name", output.name}, {"relative_rms", output.relative_rms}});
  for (const quantization::LayerError& layer : damage.layers)
    json["damage"]["layers"].push_back({{"op", layer.op}, {"node", layer.name}, {"snr_db", layer.snr_db}});
  if (damage.boxes) {
    const quantization::BoxAgreement& boxes = *damage.boxes;
    json["damage"]["detections"] = {{"boxes", boxes.boxes}, {"lost", boxes.lost}, {"moved", boxes.moved},
                                    {"extra", boxes.extra}, {"ap50", boxes.at50}, {"ap75", boxes.at75},
                                    {"ap90", boxes.at90}};
  }
  return json;
}

std::string Number(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string Brief(double number) {
  constexpr std::pair<double, const char*> kUnits[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
  for (const auto& [size, unit] : kUnits) {
    if (number >= size) return fmt::format("{:.1f}{}", number / size, unit);
  }
  return fmt::format("{:.0f} ", number);
}

std::vector<report::Table> QuantizationTables(const quantization::Quantized& quantized) {
  using Kind = report::Table::Kind;
  std::vector<report::Table> tables;
  if (!quantized.sensitivity.empty()) {
    report::Table table;
    table.title = "Quantization: what each layer costs";
    table.explanation =
        "The relative error at the outputs if this layer alone is quantized, worst first. Layers that were "
        "kept "
        "in float for it are marked.";
    table.columns = {{"layer", Kind::kNode},
                     {"op"},
                     {"error, %", Kind::kNumber},
                     {"share of multiply-adds, %", Kind::kNumber},
                     {"kept in float"}};
    for (const quantization::Sensitivity& layer : quantized.sensitivity) {
      table.rows.push_back({{layer.name},
                            {layer.op},
                            {"", layer.error * 100},
                            {"", layer.multiply_adds * 100},
                            {layer.kept_float ? "yes" : ""}});
    }
    tables.push_back(std::move(table));
  }
  if (quantized.damage && !quantized.damage->layers.empty()) {
    report::Table table;
    table.title = "Quantization: signal to noise by layer";
    table.explanation =
        "Each tensor of the quantized model against the float model's, on samples, in order of execution. 40 "
        "dB "
        "is an error of 1%, 20 dB of 10%.";
    table.columns = {{"tensor", Kind::kNode}, {"op"}, {"signal to noise, dB", Kind::kNumber}};
    for (const quantization::LayerError& layer : quantized.damage->layers)
      table.rows.push_back({{layer.name}, {layer.op}, {"", layer.snr_db}});
    tables.push_back(std::move(table));
  }
  return tables;
}

std::string Summary(const std::string& subject, const pipeline::Converted& converted,
                    const pipeline::WrittenModel& written, double seconds) {
  std::string text =
      fmt::format("{}: {} became {}, {}B, for TensorFlow Lite {} and later, in {:.2f} s\n", subject,
                  Number(converted.info.nodes, "node"), Number(written.ops, "op"),
                  Brief(static_cast<double>(written.bytes.size())), written.min_runtime_version, seconds);
  for (const detection::Recognised& one : converted.recognised) {
    if (const auto outputs = one.texts.find("outputs"); outputs != one.texts.end()) {
      text += fmt::format("a detector: outputs {}\n", outputs->second);
    }
  }
  return text;
}

}  // namespace litesmith::cli
