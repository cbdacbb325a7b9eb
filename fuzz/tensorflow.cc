// TensorFlow's models: imported, and converted whole.
#include "formats/checkpoint/checkpoint.h"
#include "fuzz/target.h"
#include "import/tf/import.h"
#include "pipeline/convert.h"

namespace litesmith::fuzz {
namespace {

void Import(const std::string& path, const std::string& file, Bytes bytes) {
  Bench bench;
  bench.host.files[file] = AsText(bytes);
  bench.Check(import_tf::ImportModel(path, {}, bench.context).ok());
}

}  // namespace

void RunGraphDef(Bytes bytes) { Import("graph.pb", "graph.pb", bytes); }
void RunGraphDefText(Bytes bytes) { Import("graph.pbtxt", "graph.pbtxt", bytes); }
void RunTfjs(Bytes bytes) {
  Bench bench;
  bench.host.files["model.json"] = AsText(bytes);
  bench.host.files["w.bin"] = std::string(kTfjsWeightBytes, '\0');
  bench.Check(import_tf::ImportModel("model.json", {}, bench.context).ok());
}

void RunSavedModel(Bytes bytes) { Import("model", "model/saved_model.pb", bytes); }

void RunConvert(Bytes bytes) {
  Bench bench;
  bench.host.files["graph.pb"] = AsText(bytes);
  pipeline::ConvertOptions options;
  options.allow_custom_ops = true;
  const auto converted = pipeline::LoadModel("graph.pb", options, bench.context);
  bench.Check(converted.ok());
  if (converted) bench.Check(pipeline::WriteModel(*converted->module, bench.context).ok());
}

void RunCheckpoint(Bytes bytes) {
  Bench bench;
  bench.host.files["variables.index"] = AsText(bytes);
  bench.host.files["variables.data-00000-of-00001"] = std::string(64, '\x01');
  const auto checkpoint = checkpoint::Checkpoint::Open(bench.context, "variables");
  bench.Check(checkpoint.ok());
  if (!checkpoint) return;
  for (const std::string_view key : (*checkpoint)->Keys()) {
    bench.findings.Take();
    bench.Check((*checkpoint)->Read(bench.context, key).ok());
  }
}

}  // namespace litesmith::fuzz
