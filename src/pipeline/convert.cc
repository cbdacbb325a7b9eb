#include "pipeline/convert.h"

#include <array>

#include "detection/recognise.h"
#include "export/tflite/export.h"
#include "formats/tflite/archive.h"
#include "import/tf/import.h"
#include "import/tflite/import.h"
#include "ir/pass.h"
#include "lowering/lowering.h"
#include "passes/passes.h"
#include "pipeline/checks.h"
#include "pipeline/diagnose.h"
#include "pipeline/layers.h"
#include "pipeline/shape_advice.h"
#include "tfl/op.h"

namespace litesmith::pipeline {
namespace {

using ir::Pass;

// From calls and variables to one graph of pure ops per signature.
constexpr std::array kFreeze = {
    Pass{"inline", passes::InlineCalls},
    Pass{"identities", passes::RemoveIdentities},
    Pass{"split-fused-ops", passes::SplitFusedOps},
    Pass{"merge-equal", passes::MergeEqualNodes},
    Pass{"raise-control-flow", passes::RaiseControlFlow},
    Pass{"sink-invariants", passes::SinkInvariants},
    Pass{"freeze", passes::FreezeVariables},
    Pass{"prune", passes::Prune},
    Pass{"type-unknown-ops", passes::TypeUnknownOps},
    Pass{"name-values", passes::NameValues},
};

// From the text that a model is served with to the tensors that a device has.
constexpr std::array kEntry = {Pass{"cut-preamble", passes::CutPreamble}, Pass{"prune", passes::Prune}};

// What is known while converting is computed while converting.
constexpr std::array kSimplify = {
    Pass{"simplify", passes::Simplify},
    Pass{"fold-batch-norm", passes::FoldBatchNorm},
    Pass{"prune", passes::Prune},
};

// What is left of lists has a course that is only known at run time.
constexpr std::array kLists = {Pass{"lists-as-tensors", passes::ListsAsTensors},
                               Pass{"drop-unused-invariants", passes::DropUnusedInvariants}};
// One list's shape may tell the next one's; nesting is shallow.
constexpr int kMostRoundsOfLists = 8;

// After folding, which resolves cases whose index it finds and computes in the model's own dtypes.
constexpr std::array kNarrow = {
    Pass{"nest-cases", passes::NestCases}, Pass{"resize-by-products", passes::ResizeByProducts},
    Pass{"float32", passes::ComputeInFloat32}, Pass{"fuse-piecewise", passes::FusePiecewise}};

// Where the oldest runtime that must run the file has the op.
constexpr std::array kFuseGelu = {Pass{"fuse-gelu", passes::FuseGelu}};

// On TFL ops.
constexpr std::array kOptimize = {
    Pass{"merge-equal", passes::MergeEqualNodes},
    Pass{"fuse-bias", passes::FuseBias},
    Pass{"fuse-padding", passes::FusePadding},
    Pass{"fuse-activation", passes::FuseActivation},
    Pass{"legalise-dtypes", passes::LegaliseDtypes},
    Pass{"merge-equal", passes::MergeEqualNodes},
    Pass{"prune", passes::Prune},
};

// What the oldest runtime that must run the file lacks.
Result<void> FitRuntime(ir::Module& module, const std::string& target, Context& context) {
  if (target.empty()) return {};
  LS_RETURN_IF_FAILED(passes::UseOlderOps(module, target));
  return CheckTargetRuntime(module, target, context);
}

class StopWatch {
 public:
  StopWatch(Converted& converted, Host& host) : converted_(converted), host_(host), start_(host.Seconds()) {}
  void Lap(const char* name) {
    const double now = host_.Seconds();
    converted_.seconds[name] += now - start_;
    start_ = now;
  }

 private:
  Converted& converted_;
  Host& host_;
  double start_;
};

Result<Converted> LoadTflite(const std::string& path, Context& context) {
  Converted converted;
  StopWatch watch(converted, context.host);
  LS_TRY(const FileBytes file, ReadFile(context, path, "a .tflite model"));
  LS_TRY(std::unique_ptr<ir::Module> module, import_tflite::ImportTflite(file, context));
  converted.info = {"tflite", path, "", 0};
  for (const auto& function : module->functions()) converted.info.nodes += function->node_count();
  RestoreLayers(*module);
  converted.module = std::move(module);
  watch.Lap("import");
  return converted;
}

}  // namespace

Result<Converted> LoadSource(const std::string& path, const ConvertOptions& options, Context& context) {
  if (Extension(path) == ".tflite") return LoadTflite(path, context);
  Converted source;
  StopWatch watch(source, context.host);
  const import_tf::Options import_options{options.tags, options.signatures, options.input_tensors,
                                          options.output_tensors, options.input_shapes};
  LS_TRY(import_tf::Imported imported, import_tf::ImportModel(path, import_options, context));
  source.info = {imported.kind, path, imported.tensorflow, imported.nodes};
  source.module = std::move(imported.module);
  if (options.after_import) options.after_import(*source.module);
  LS_RETURN_IF_FAILED(SetCustomOpShapes(*source.module, options.custom_op_shapes, context));
  watch.Lap("import");
  ir::PassContext passes{context, options.dump_after, options.dump, options.root_causes != nullptr};
  source.incomplete = !ir::RunPasses(*source.module, kFreeze, passes);
  source.interface = ObserveInterface(*source.module);
  if (!options.keep_preamble && !source.incomplete)
    LS_RETURN_IF_FAILED(ir::RunPasses(*source.module, kEntry, passes));
  watch.Lap("passes");
  if (source.incomplete && !passes.keep_going) return kFailed;
  return source;
}

Result<void> ConvertSource(Converted& source, const ConvertOptions& options, Context& context) {
  if (source.info.kind == "tflite") return FitRuntime(*source.module, options.target_runtime, context);
  StopWatch watch(source, context.host);
  ir::Module& module = *source.module;
  const bool keep_going = options.root_causes != nullptr;
  ir::PassContext passes{context, options.dump_after, options.dump, keep_going};
  if (!options.custom_kernels.empty()) {
    passes.infer_unknown_op = [&](ir::Node& node) { InferByKernel(node, options.custom_kernels, context); };
  }
  const detection::Options detection_options{options.detection, options.labels};
  const auto simplify = [&]() -> Result<void> {
    LS_RETURN_IF_FAILED(detection::FixBatch(module, detection_options, context));
    LS_RETURN_IF_FAILED(ir::RunPasses(module, kSimplify, passes));
    if (source.incomplete) return {};  // what detection would find in half a graph says nothing
    LS_TRY(source.recognised, detection::Recognise(module, detection_options, context));
    for (int round = 0; round < kMostRoundsOfLists; ++round) {
      LS_TRY(const ir::Changed changed, ir::RunPasses(module, kLists, passes));
      if (changed == ir::Changed::kNo) break;
      LS_RETURN_IF_FAILED(ir::RunPasses(module, kSimplify, passes));
    }
    LS_RETURN_IF_FAILED(ir::RunPasses(module, kNarrow, passes));
    LS_RETURN_IF_FAILED(ir::RunPasses(module, kSimplify, passes));
    if (options.target_runtime.empty() || !tfl::OlderRuntime(options.target_runtime, "2.9"))
      LS_RETURN_IF_FAILED(ir::RunPasses(module, kFuseGelu, passes));
    return {};
  };
  source.incomplete |= !simplify().ok();
  watch.Lap("passes");
  if (source.incomplete && !keep_going) return kFailed;

  if (keep_going) options.root_causes->Follow(module);
  lowering::Options lowering_options{options.allow_custom_ops, options.custom_ops, {}};
  for (const auto& [name, kernel] : options.custom_kernels) lowering_options.kernels.push_back(name);
  LS_RETURN_IF_FAILED(lowering::LowerModule(module, lowering_options, context));
  watch.Lap("lowering");
  if (source.incomplete) return kFailed;
  LS_RETURN_IF_FAILED(ir::RunPasses(module, kOptimize, passes));
  LS_RETURN_IF_FAILED(FitRuntime(module, options.target_runtime, context));
  LS_RETURN_IF_FAILED(CheckInterface(module, source.interface, context));
  RecordLayers(module);
  watch.Lap("passes");
  return {};
}

Result<Converted> LoadModel(const std::string& path, const ConvertOptions& options, Context& context) {
  LS_RETURN_IF_FAILED(CheckQuantizeOptions(options.quantize, context));
  ShapeFindings shapes(context.findings);
  Context watched{context.host, shapes, context.limits, context.cancelled};
  Result<Converted> model = LoadSource(path, options, watched);
  const bool converted = model && ConvertSource(*model, options, watched).ok();
  shapes.Explain(path, options, context);
  if (!converted) return kFailed;
  LS_RETURN_IF_FAILED(QuantizeConverted(*model, options, context));
  return model;
}

Result<void> QuantizeConverted(Converted& model, const ConvertOptions& options, Context& context) {
  if (options.quantize.how.mode == quantization::Mode::kNone) return {};
  StopWatch watch(model, context.host);
  LS_TRY(model.quantized, QuantizeModel(model.module, options.quantize, context));
  watch.Lap("quantize");
  return {};
}

Result<WrittenModel> WriteModel(const ir::Module& module, Context& context) {
  LS_TRY(export_tflite::Exported exported, export_tflite::ExportTflite(module, {}, context));
  std::vector<tflite::ArchiveFile> files;
  for (const auto& [name, content] : module.files) files.push_back({name, content.bytes()});
  const std::vector<std::byte> archive = tflite::MakeArchive(files, exported.bytes.size());
  exported.bytes.insert(exported.bytes.end(), archive.begin(), archive.end());
  return WrittenModel{std::move(exported.bytes), exported.ops, std::move(exported.min_runtime_version)};
}

}  // namespace litesmith::pipeline
