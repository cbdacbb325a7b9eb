#include "detection/recognise.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "detection/metadata.h"
#include "detection/op_options.h"
#include "detection/rewrite.h"
#include "ir/signature.h"
#include "tf/ops.h"

namespace litesmith::detection {
namespace {

void ReportKept(const std::string& reason, FindingSink& findings) {
  findings.Report(
      Finding(Code::kDetectorKept)
          .Op("NonMaxSuppression")
          .Headline("this detector keeps its own post-processing")
          .Cause("TFLite_Detection_PostProcess cannot stand for it: {}. The graph is converted with builtin "
                 "ops instead, all inputs and outputs as they are (as with --detection exact)",
                 reason)
          .Fix("nothing needs to be done; for the plain heads of a detector use --detection raw where it "
               "is recognised"));
}

std::string NameOfResult(const ir::Function& function, size_t index) {
  return index < function.result_names.size() ? function.result_names[index] : function.result(index)->name;
}

void ReportRewritten(const ir::Function& function, const Postprocess& post, Mode mode,
                     FindingSink& findings) {
  std::vector<std::string> dropped;
  const OutputRoles& roles = post.outputs;
  for (size_t i = 0; i < function.result_count(); ++i) {
    const int place = static_cast<int>(i);
    if (place != roles.boxes && place != roles.classes && place != roles.scores && place != roles.count) {
      dropped.push_back(NameOfResult(function, i));
    }
  }
  if (!dropped.empty()) {
    findings.Report(
        Finding(Code::kDetectorOutputsDropped)
            .Op(kOpName)
            .Headline("{} outputs of the model are not in the file", dropped.size())
            .Cause("a detector's file has boxes, classes, scores and their number; not these: {}",
                   fmt::join(dropped, ", "))
            .Fix("to keep all outputs of the source, as TensorFlow computes them", "--detection exact"));
  }
  if (mode != Mode::kAuto) return;
  findings.Report(
      Finding(Code::kDetectorDiffers)
          .Op(kOpName)
          .Headline("the post-processing became one op, TFLite_Detection_PostProcess")
          .Cause("it gives what the graph gives, but for details: boxes are not clipped to the picture, "
                 "boxes that lie "
                 "outside of it are kept, and classes count from 0 (here they counted from {})",
                 roles.first_class)
          .Fix("to keep the graph's own post-processing, with builtin ops only", "--detection exact")
          .Fix("for runtimes without that op (GPU delegates, OpenVINO, microcontrollers)",
               "--detection raw"));
}

Recognised DescribePostprocess(const Attributes& options, size_t nodes, Mode mode) {
  Recognised seen;
  seen.what = "detection-postprocess";
  seen.numbers["classes"] = static_cast<double>(options.Int(option::kNumClasses));
  seen.numbers["max_detections"] = static_cast<double>(options.Int(option::kMaxDetections));
  seen.numbers["detections_per_class"] = static_cast<double>(options.Int(option::kDetectionsPerClass, 100));
  // A float that stands for a short decimal is told as that decimal.
  const auto decimal = [&](std::string_view key) { return std::stod(fmt::format("{}", options.Float(key))); };
  seen.numbers["score_threshold"] = decimal(option::kScoreThreshold);
  seen.numbers["iou_threshold"] = decimal(option::kIouThreshold);
  seen.numbers["y_scale"] = decimal(option::kYScale);
  seen.numbers["x_scale"] = decimal(option::kXScale);
  seen.numbers["h_scale"] = decimal(option::kHScale);
  seen.numbers["w_scale"] = decimal(option::kWScale);
  seen.numbers["nodes"] = static_cast<double>(nodes);
  seen.texts["suppression"] = options.Bool(option::kUseRegularNms) ? "per class" : "over all classes";
  if (mode == Mode::kRaw) {
    seen.texts["outputs"] =
        "box_encodings [1,A,4] ty,tx,th,tw; class_scores [1,A,C]; anchors [A,4] as cy,cx,h,w";
  } else {
    seen.texts["outputs"] =
        "detection_boxes [1,N,4] ymin,xmin,ymax,xmax; detection_classes [1,N] from 0; "
        "detection_scores [1,N]; num_detections [1]";
  }
  return seen;
}

Recognised DescribePreprocess(const Preprocess& preprocess) {
  Recognised seen;
  seen.what = "detection-preprocess";
  seen.numbers["height"] = static_cast<double>(preprocess.height);
  seen.numbers["width"] = static_cast<double>(preprocess.width);
  if (preprocess.normalized_known) {
    seen.texts["mean"] = fmt::format("{}", fmt::join(preprocess.mean, ","));
    seen.texts["std"] = fmt::format("{}", fmt::join(preprocess.std, ","));
  }
  seen.texts["resize"] = preprocess.resize;
  return seen;
}

// Results and input are replaced; what the file should know of the picture's preparation goes into the
// module.
std::vector<Recognised> Rewrite(ir::Function& function, const OpInputs& inputs, const Preprocess& preprocess,
                                Mode mode, const std::vector<std::string>& labels) {
  const size_t before = function.node_count();
  if (mode == Mode::kRaw) {
    ReplaceResultsByHeads(function, inputs);
  } else {
    ReplaceResults(function, inputs);
  }
  ReplaceInput(function, preprocess);
  const size_t nodes = before - std::min(before, function.node_count());
  AddMetadata(function, preprocess, mode == Mode::kAuto, labels);
  return {DescribePostprocess(inputs.options, nodes, mode), DescribePreprocess(preprocess)};
}

// The export of the official detour.
std::optional<std::vector<Recognised>> RewriteImplements(ir::Function& function, const Options& options,
                                                         Context& context) {
  const auto call = FindImplementsCall(function);
  if (!call) return std::nullopt;
  const OpInputs inputs = InputsOf(*call);
  if (options.mode == Mode::kAuto || options.mode == Mode::kRaw) {
    ir::Value* const heads[] = {inputs.encodings, inputs.scores};
    const auto preprocess = FindPreprocess(function, heads, Order(function), context);
    if (preprocess) return Rewrite(function, inputs, *preprocess, options.mode, options.labels);
  }
  ir::Node* op = MakeOp(*call->node, inputs);
  for (size_t i = 0; i < 4; ++i) call->node->output(i)->ReplaceAllUsesWith(op->output(i));
  function.Erase(call->node);
  return std::vector<Recognised>{DescribePostprocess(call->options, 0, options.mode)};
}

std::vector<Recognised> RecogniseIn(ir::Function& function, const Options& options, Context& context) {
  if (auto seen = RewriteImplements(function, options, context)) return *std::move(seen);
  if (options.mode == Mode::kExact || options.mode == Mode::kKeep || !HasSuppression(function)) return {};
  auto found = FindPostprocess(function, context);
  if (const auto* reason = std::get_if<std::string>(&found)) {
    ReportKept(*reason, context.findings);
    return {};
  }
  const Postprocess& post = std::get<Postprocess>(found);
  ir::Value* const heads[] = {post.decoder.encodings, post.scores.scores};
  const auto preprocess = FindPreprocess(function, heads, Order(function), context);
  if (!preprocess) {
    ReportKept("its network does not start from one picture of a fixed size", context.findings);
    return {};
  }
  ReportRewritten(function, post, options.mode, context.findings);
  return Rewrite(function, InputsOf(function, post), *preprocess, options.mode, options.labels);
}

// One dimension of a batch: pictures [n, h, w, c], or pictures still encoded, strings [n].
bool IsBatch(const ir::Type& type) {
  if (!type.shape.ranked()) return false;
  return type.shape.rank() == 4 || (type.dtype == DType::kString && type.shape.rank() == 1);
}

}  // namespace

Result<void> FixBatch(ir::Module& module, const Options& options, Context& context) {
  if (options.mode == Mode::kKeep) return {};
  for (ir::Function* function : ir::EntryFunctions(module)) {
    if (!ReachesSuppression(*function)) continue;
    for (size_t i = 0; i < function->parameter_count(); ++i) {
      ir::Value* value = function->parameter(i);
      Shape& shape = value->type.shape;
      if (!IsBatch(value->type) || shape[0].known()) continue;
      shape[0] = Dim(1);
      context.findings.Report(
          Finding(Code::kShapeAssumed)
              .Headline("the number of pictures is fixed to 1")
              .Cause("input '{}' leaves it open; a detector's post-processing takes one picture at a time",
                     i < function->parameter_names.size() ? function->parameter_names[i] : value->name)
              .Fix("to fix other dimensions too, name the input and its whole shape",
                   "--input-shape NAME=1,320,320,3"));
    }
  }
  return {};
}

Result<std::vector<Recognised>> Recognise(ir::Module& module, const Options& options, Context& context) {
  std::vector<Recognised> all;
  for (ir::Function* function : ir::EntryFunctions(module)) {
    for (Recognised& seen : RecogniseIn(*function, options, context)) all.push_back(std::move(seen));
  }
  return all;
}

}  // namespace litesmith::detection
