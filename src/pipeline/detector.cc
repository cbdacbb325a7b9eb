#include "pipeline/detector.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/finding.h"
#include "detection/op_options.h"
#include "formats/tflite/metadata.h"
#include "runtime/interpreter.h"
#include "vision/draw.h"

namespace litesmith::pipeline {
namespace {

struct Roles {
  int boxes = -1, classes = -1, scores = -1, count = -1;
  int64_t first_class = 0;
  bool complete() const { return boxes >= 0 && classes >= 0 && scores >= 0; }
};

const ir::Function* EntryFunction(const ir::Module& module) {
  for (const ir::Signature& signature : module.signatures) {
    if (signature.key == "serving_default") return module.FindFunction(signature.function);
  }
  if (!module.signatures.empty()) return module.FindFunction(module.signatures[0].function);
  return module.functions().empty() ? nullptr : module.functions()[0].get();
}

// The detection op knows which of its outputs is which; files list them in any order.
Roles RolesByOp(const ir::Function& function, const std::vector<int>& place_of_result) {
  Roles roles;
  int* const by_output[] = {&roles.boxes, &roles.classes, &roles.scores, &roles.count};
  for (size_t i = 0; i < function.result_count(); ++i) {
    const ir::Value* result = function.result(i);
    if (result->node() == nullptr || result->node()->op_name() != detection::kOpName || result->index() > 3)
      continue;
    *by_output[result->index()] = place_of_result[i];
  }
  return roles;
}

Roles RolesByName(const std::vector<runtime::TensorInfo>& outputs) {
  Roles roles;
  roles.first_class = 1;  // as the Object Detection API counts
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string name = outputs[i].name;
    if (name.ends_with(":0")) name.resize(name.size() - 2);
    if (name == "detection_boxes") roles.boxes = static_cast<int>(i);
    if (name == "detection_classes") roles.classes = static_cast<int>(i);
    if (name == "detection_scores") roles.scores = static_cast<int>(i);
    if (name == "num_detections") roles.count = static_cast<int>(i);
  }
  return roles;
}

// Written by detection/metadata.cc.
constexpr std::string_view kPreprocessingEntry = "LITESMITH_PREPROCESSING";

const Tensor* MetadataEntry(const ir::Module& module, std::string_view name) {
  for (const auto& [key, value] : module.metadata) {
    if (key == name) return &value;
  }
  return nullptr;
}

void ReadPreprocessing(std::string_view text, vision::Preparation& preparation) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  const auto flag = [&](const char* key) {
    return json.contains(key) && json[key].is_boolean() && json[key].get<bool>();
  };
  const auto word = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  preparation.half_pixel_centers = flag("half_pixel_centers");
  preparation.align_corners = flag("align_corners");
  preparation.reversed_channels = word("channels") == "BGR";
  if (word("resize") == "nearest_neighbor") preparation.method = vision::Method::kNearest;
  for (const auto& [key, target] :
       {std::pair("mean", &preparation.mean), std::pair("std", &preparation.std)}) {
    if (!json.contains(key) || !json[key].is_array() || json[key].size() != 3) continue;
    for (size_t c = 0; c < 3; ++c) {
      if (json[key][c].is_number()) (*target)[c] = json[key][c].get<float>();
    }
  }
}

void ReadNormalization(const tflite::TensorMetadata& input, vision::Preparation& preparation) {
  for (const auto& [values, target] :
       {std::pair(&input.mean, &preparation.mean), std::pair(&input.std, &preparation.std)}) {
    if (values->size() != 1 && values->size() != 3) continue;
    for (size_t c = 0; c < 3; ++c) (*target)[c] = (*values)[values->size() == 1 ? 0 : c];
  }
}

class ModelDetector : public Detector {
 public:
  ModelDetector(std::shared_ptr<ir::Module> module, std::unique_ptr<runtime::Interpreter> interpreter,
                Roles roles)
      : module_(std::move(module)),
        interpreter_(std::move(interpreter)),
        roles_(roles),
        preparation_(PreparationOf(*module_)) {
    const runtime::TensorInfo& input = interpreter_->inputs()[0];
    if (input.shape.known() && input.shape.rank() == 4) {
      preparation_.height = input.shape[1].value();
      preparation_.width = input.shape[2].value();
    }
    ReadLabels();
  }

  vision::Preparation& preparation() override { return preparation_; }
  void set_labels(std::vector<std::string> labels) override { labels_ = std::move(labels); }

  Result<std::vector<Detected>> Detect(const Picture& picture, float score_threshold, size_t most) override {
    LS_RETURN_IF_FAILED(interpreter_->SetInput(0, InputOf(picture)));
    LS_RETURN_IF_FAILED(interpreter_->Invoke());
    const auto boxes = Numbers(roles_.boxes), scores = Numbers(roles_.scores),
               classes = Numbers(roles_.classes);
    size_t count = std::min({boxes.size() / 4, scores.size(), classes.size()});
    if (roles_.count >= 0) {
      const auto found = Numbers(roles_.count);
      if (!found.empty() && found[0] >= 0) count = std::min(count, static_cast<size_t>(found[0] + 0.5));
    }
    std::vector<Detected> detections;
    for (size_t i = 0; i < count; ++i) {
      if (!(scores[i] >= score_threshold)) continue;
      Detected one;
      one.class_index = static_cast<int64_t>(std::lround(classes[i])) - roles_.first_class;
      if (one.class_index >= 0 && static_cast<size_t>(one.class_index) < labels_.size()) {
        one.label = labels_[static_cast<size_t>(one.class_index)];
      }
      one.score = static_cast<float>(scores[i]);
      const auto clip = [](double value, int64_t size) {
        return static_cast<float>(std::clamp(value, 0.0, 1.0) * static_cast<double>(size));
      };
      one.ymin = clip(boxes[4 * i], picture.height);
      one.xmin = clip(boxes[4 * i + 1], picture.width);
      one.ymax = clip(boxes[4 * i + 2], picture.height);
      one.xmax = clip(boxes[4 * i + 3], picture.width);
      // A box that lies outside of the picture shows nothing.
      if (one.ymin < one.ymax && one.xmin < one.xmax) detections.push_back(std::move(one));
    }
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Detected& a, const Detected& b) { return a.score > b.score; });
    if (detections.size() > most) detections.resize(most);
    return detections;
  }

 private:
  void ReadLabels() {
    if (const Tensor* entry = MetadataEntry(*module_, tflite::kMetadataEntry)) {
      if (const auto metadata = tflite::UnpackMetadata(entry->bytes())) {
        for (const auto& [name, content] : module_->files) {
          for (const tflite::TensorMetadata& output : metadata->outputs) {
            for (const tflite::AssociatedFile& file : output.files) {
              if (file.name == name && labels_.empty()) labels_ = tflite::LinesOf(content.bytes());
            }
          }
        }
      }
    }
  }

  Tensor InputOf(const Picture& picture) const {
    const runtime::TensorInfo& input = interpreter_->inputs()[0];
    if (preparation_.height == 0 && (input.dtype == DType::kUInt8 || input.dtype == DType::kFloat32)) {
      // The model scales pictures itself.
      Tensor raw = Tensor::Of<uint8_t>({1, picture.height, picture.width, 3}, picture.pixels);
      if (input.dtype == DType::kUInt8) return raw;
      Tensor floats = Tensor::Zeros(DType::kFloat32, raw.dims());
      std::copy(picture.pixels.begin(), picture.pixels.end(), floats.mutable_data<float>().begin());
      return floats;
    }
    const Tensor prepared = vision::Prepare(picture, preparation_);
    if (input.dtype == DType::kFloat32) return prepared;
    const bool is_quantized = input.quantization != nullptr && !input.quantization->scale.empty();
    const float scale = is_quantized ? input.quantization->scale[0] : 1.0f;
    const int64_t zero = is_quantized ? input.quantization->zero_point_at(0) : 0;
    const auto quantize = [&]<class T>(T) {
      Tensor result = Tensor::Zeros(kDTypeOf<T>, prepared.dims());
      const auto from = prepared.data<float>();
      const auto to = result.mutable_data<T>();
      for (size_t i = 0; i < from.size(); ++i) {
        const float level = std::round(from[i] / scale) + static_cast<float>(zero);
        to[i] = static_cast<T>(
            std::clamp<float>(level, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
      }
      return result;
    };
    return input.dtype == DType::kInt8    ? quantize(int8_t{})
           : input.dtype == DType::kInt16 ? quantize(int16_t{})
                                          : quantize(uint8_t{});
  }

  std::vector<double> Numbers(int output) const {
    const Tensor tensor = interpreter_->output(static_cast<size_t>(output));
    std::vector<double> values = tensor.ToDouble().value_or(std::vector<double>{});
    const auto& quantization = interpreter_->outputs()[static_cast<size_t>(output)].quantization;
    if (quantization != nullptr && !quantization->scale.empty()) {
      for (double& value : values)
        value = (value - static_cast<double>(quantization->zero_point_at(0))) * quantization->scale[0];
    }
    return values;
  }

  std::shared_ptr<ir::Module> module_;
  std::unique_ptr<runtime::Interpreter> interpreter_;
  Roles roles_;
  vision::Preparation preparation_;
  std::vector<std::string> labels_;
};

std::string ListOf(const std::vector<runtime::TensorInfo>& infos) {
  std::string text;
  for (const auto& info : infos)
    text +=
        fmt::format("{}{} {}{}", text.empty() ? "" : ", ", info.name, NameOf(info.dtype), ToText(info.shape));
  return text;
}

}  // namespace

Result<std::unique_ptr<Detector>> Detector::Create(std::shared_ptr<ir::Module> module,
                                                   const runtime::Options& options, Context& context) {
  LS_TRY(auto interpreter, runtime::Interpreter::Create(module, "", options, context));
  const ir::Function* function = EntryFunction(*module);
  Roles roles;
  if (function != nullptr) {
    // The interpreter lists outputs as the function does.
    std::vector<int> places;
    for (size_t i = 0; i < function->result_count(); ++i) places.push_back(static_cast<int>(i));
    roles = RolesByOp(*function, places);
  }
  if (!roles.complete()) roles = RolesByName(interpreter->outputs());
  const auto& inputs = interpreter->inputs();
  const bool takes_a_picture = inputs.size() == 1 && inputs[0].shape.ranked() &&
                               inputs[0].shape.rank() == 4 && inputs[0].shape[3].value_or(3) == 3;
  if (!roles.complete() || !takes_a_picture) {
    return context.findings.Report(
        Finding(Code::kNotADetector)
            .Headline("this model is no detector that `detect` understands")
            .Cause("detect wants one picture in and boxes, classes and scores out; the model has inputs {} "
                   "and outputs {}",
                   ListOf(inputs), ListOf(interpreter->outputs()))
            .Fix("run it on arrays instead", "litesmith run MODEL --inputs in.npz --outputs out.npz")
            .Fix("convert the detector's own SavedModel: its post-processing is recognised there"));
  }
  return std::unique_ptr<Detector>(
      std::make_unique<ModelDetector>(std::move(module), std::move(interpreter), roles));
}

vision::Preparation PreparationOf(const ir::Module& module) {
  vision::Preparation preparation;
  if (const Tensor* entry = MetadataEntry(module, tflite::kMetadataEntry)) {
    const auto metadata = tflite::UnpackMetadata(entry->bytes());
    if (metadata && !metadata->inputs.empty()) ReadNormalization(metadata->inputs[0], preparation);
  }
  if (const Tensor* entry = MetadataEntry(module, kPreprocessingEntry)) {
    ReadPreprocessing(AsText(entry->bytes()), preparation);
  }
  return preparation;
}

void DrawDetections(Picture& picture, const std::vector<Detected>& detections) {
  std::vector<vision::LabelledBox> boxes;
  for (const Detected& one : detections) {
    const std::string label = one.label.empty() ? fmt::format("class {}", one.class_index) : one.label;
    boxes.push_back({one.ymin, one.xmin, one.ymax, one.xmax,
                     fmt::format("{} {:.0f}%", label, one.score * 100), one.class_index});
  }
  vision::DrawBoxes(picture, boxes);
}

}  // namespace litesmith::pipeline
