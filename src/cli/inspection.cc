#include "cli/inspection.h"

#include <fmt/format.h>

#include <set>

#include "base/checked.h"
#include "detection/op_options.h"
#include "formats/tflite/metadata.h"
#include "kernels/reference/registry.h"
#include "kernels/simd/registry.h"
#include "runtime/runtime_kernels.h"
#include "tfl/ops.h"
#include "tfl/work.h"

namespace litesmith::cli {
namespace {

constexpr int kMaxMetadataDepth = 16;

// Nodes that are no ops of the file.
bool IsStored(const ir::Node& node) {
  return node.Is(ir::kConstant) || node.Is(ir::kReturn) || node.Is(tfl::kStateTensor) ||
         node.Is(tfl::kSparseConstant);
}

std::string KernelOf(const ir::Node& node) {
  if (runtime::IsRuntimeOp(node.op_name())) return "runtime";
  if (!FastKernelsFor(node.op_name()).empty()) return "fast";
  return FindReferenceKernel(node.op_name()) != nullptr ? "reference" : "none";
}

int64_t VersionOf(const ir::Node& node) {
  if (const auto* stated = node.attributes.FindAs<int64_t>("version")) return *stated;
  const tfl::Op* op = tfl::OpOf(node);
  return op != nullptr ? op->version(node) : 1;
}

std::optional<size_t> BytesOfValue(const ir::Value& value) {
  if (!value.type.shape.known()) return std::nullopt;
  const auto elements = value.type.shape.elements();
  return elements ? BytesOf(value.type.dtype, *elements) : std::nullopt;
}

// What is stored of a constant, dense or sparse; null if the value is none.
const Tensor* StoredOf(const ir::Value& value) {
  if (value.node() != nullptr && value.node()->Is(tfl::kSparseConstant))
    return value.node()->attributes.FindAs<Tensor>("values");
  return value.constant();
}

class FunctionInspector {
 public:
  explicit FunctionInspector(const ir::Function& function) { inspected_.function = &function; }

  InspectedFunction Run() {
    const ir::Function& function = *inspected_.function;
    for (size_t i = 0; i < function.parameter_count(); ++i) {
      const bool open = !function.parameter(i)->type.shape.known();
      Add(*function.parameter(i), open ? "the input's own shape is open" : "");
    }
    for (const ir::Node& node : function.nodes()) {
      if (node.Is(ir::kReturn)) continue;
      const std::string because = WhyDynamic(node);
      for (size_t i = 0; i < node.output_count(); ++i)
        Add(*node.output(i), node.output(i)->type.shape.known() ? "" : because);
      if (!IsStored(node)) AddOp(node);
    }
    for (size_t i = 0; i < function.parameter_count(); ++i)
      inspected_.inputs.push_back(PlaceOf(function.parameter(i)));
    for (size_t i = 0; i < function.result_count(); ++i)
      inspected_.outputs.push_back(PlaceOf(function.result(i)));
    return std::move(inspected_);
  }

 private:
  void Add(const ir::Value& value, std::string because) {
    inspected_.places[&value] = static_cast<int>(inspected_.tensors.size());
    const Tensor* stored = StoredOf(value);
    InspectedTensor tensor{&value, stored != nullptr, BytesOfValue(value), std::move(because)};
    if (stored != nullptr) tensor.bytes = stored->bytes().size();
    inspected_.tensors.push_back(std::move(tensor));
  }

  int PlaceOf(const ir::Value* value) const {
    const auto found = inspected_.places.find(value);
    return found == inspected_.places.end() ? -1 : found->second;
  }

  // What an operand hands down, or else the op itself.
  std::string WhyDynamic(const ir::Node& node) const {
    for (size_t i = 0; i < node.operand_count(); ++i) {
      const int place = PlaceOf(node.operand(i));
      if (place < 0) continue;
      const std::string& because = inspected_.tensors[static_cast<size_t>(place)].dynamic_because;
      if (!because.empty()) return because;
    }
    return fmt::format("{} (op {})", node.op_name(), inspected_.ops.size());
  }

  void AddOp(const ir::Node& node) {
    InspectedOp op;
    op.node = &node;
    op.version = VersionOf(node);
    op.kernel = KernelOf(node);
    op.multiply_adds = tfl::MultiplyAdds(node);
    for (size_t i = 0; i < node.operand_count(); ++i) op.inputs.push_back(PlaceOf(node.operand(i)));
    for (size_t i = 0; i < node.output_count(); ++i) op.outputs.push_back(PlaceOf(node.output(i)));
    inspected_.ops.push_back(std::move(op));
  }

  InspectedFunction inspected_;
};

const Tensor* EntryOf(const ir::Module& module, std::string_view name) {
  for (const auto& [key, value] : module.metadata) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string_view TextOf(tflite::TensorMetadata::Content content) {
  using Content = tflite::TensorMetadata::Content;
  switch (content) {
    case Content::kRgbImage:
      return "rgb image";
    case Content::kGrayImage:
      return "gray image";
    case Content::kBoxes:
      return "boxes";
    case Content::kFeature:
      return "feature";
    case Content::kNone:
      return "";
  }
  return "";
}

Json TensorsJson(const std::vector<tflite::TensorMetadata>& tensors) {
  Json list = Json::array();
  for (const tflite::TensorMetadata& tensor : tensors) {
    Json one = {{"name", tensor.name}};
    if (!tensor.description.empty()) one["description"] = tensor.description;
    if (const auto content = TextOf(tensor.content); !content.empty()) one["content"] = content;
    for (const auto& [key, numbers] : {std::pair("mean", &tensor.mean), std::pair("std", &tensor.std),
                                       std::pair("min", &tensor.min), std::pair("max", &tensor.max)}) {
      if (!numbers->empty()) one[key] = *numbers;
    }
    for (const tflite::AssociatedFile& file : tensor.files) one["files"].push_back(file.name);
    list.push_back(std::move(one));
  }
  return list;
}

std::vector<std::string> LabelsOf(const tflite::ModelMetadata& metadata, const ir::Module& module) {
  for (const tflite::TensorMetadata& output : metadata.outputs) {
    for (const tflite::AssociatedFile& file : output.files) {
      for (const auto& [name, content] : module.files) {
        if (name == file.name) return tflite::LinesOf(content.bytes());
      }
    }
  }
  return {};
}

}  // namespace

Inspection InspectModule(const ir::Module& module) {
  Inspection inspection;
  inspection.multiply_adds = 0;
  std::set<const std::byte*> buffers;
  for (const auto& function : module.functions()) {
    inspection.functions.push_back(FunctionInspector(*function).Run());
    for (const InspectedTensor& tensor : inspection.functions.back().tensors) {
      if (!tensor.constant) continue;
      const Bytes bytes = StoredOf(*tensor.value)->bytes();
      if (!bytes.empty() && buffers.insert(bytes.data()).second) inspection.constant_bytes += bytes.size();
    }
    for (const InspectedOp& op : inspection.functions.back().ops) {
      if (inspection.multiply_adds) {
        inspection.multiply_adds =
            op.multiply_adds ? CheckedAdd(*inspection.multiply_adds, *op.multiply_adds) : std::nullopt;
      }
      const tfl::Arithmetic arithmetic = tfl::ArithmeticOf(*op.node);
      if (op.multiply_adds && arithmetic != tfl::Arithmetic::kFloat) {
        int64_t& part = arithmetic == tfl::Arithmetic::kInteger ? inspection.integer_multiply_adds
                                                                : inspection.hybrid_multiply_adds;
        // No more than the sum of all, where that is known.
        part = CheckedAdd(part, *op.multiply_adds).value_or(0);
      }
      const tfl::Op* known = tfl::OpOf(*op.node);
      if (known == nullptr || !CheckedCast<int>(op.version)) continue;
      const std::string runtime = tfl::RuntimeOf(*known, static_cast<int>(op.version));
      if (runtime.empty()) continue;
      if (inspection.min_runtime_version.empty() ||
          tfl::OlderRuntime(inspection.min_runtime_version, runtime))
        inspection.min_runtime_version = runtime;
    }
  }
  return inspection;
}

std::string_view RoleOf(const ir::Value* output, std::string_view name) {
  constexpr std::string_view kRoles[] = {"boxes", "classes", "scores", "count"};
  constexpr std::string_view kNames[] = {"detection_boxes", "detection_classes", "detection_scores",
                                         "num_detections"};
  if (output != nullptr && output->node() != nullptr && output->node()->op_name() == detection::kOpName &&
      output->index() < std::size(kRoles))
    return kRoles[output->index()];
  if (name.ends_with(":0")) name.remove_suffix(2);
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (name == kNames[i]) return kRoles[i];
  }
  return {};
}

Json MetadataJson(const ir::Module& module) {
  Json json = Json::object();
  if (!module.description.empty()) json["description"] = module.description;
  json["entries"] = Json::array();
  for (const auto& [name, content] : module.metadata)
    json["entries"].push_back({{"name", name}, {"bytes", content.bytes().size()}});
  if (const Tensor* entry = EntryOf(module, tflite::kMetadataEntry)) {
    if (const auto metadata = tflite::UnpackMetadata(entry->bytes())) {
      if (!metadata->name.empty()) json["name"] = metadata->name;
      json["inputs"] = TensorsJson(metadata->inputs);
      json["outputs"] = TensorsJson(metadata->outputs);
      if (auto labels = LabelsOf(*metadata, module); !labels.empty()) json["labels"] = std::move(labels);
    }
  }
  if (const Tensor* entry = EntryOf(module, "LITESMITH_PREPROCESSING")) {
    // Printing nests as deeply as the text does, which comes from a file.
    const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth < kMaxMetadataDepth; };
    Json parsed = Json::parse(AsText(entry->bytes()), shallow, false);
    if (!parsed.is_discarded()) json["preprocessing"] = std::move(parsed);
  }
  return json;
}

std::string QuantizationText(const Quantization* quantization) {
  if (quantization == nullptr || quantization->scale.empty()) return {};
  if (quantization->block_size > 0)
    return fmt::format("{} scales, one for {} elements", quantization->scale.size(),
                       quantization->block_size);
  if (quantization->per_channel())
    return fmt::format("{} scales along dimension {}", quantization->scale.size(), quantization->dimension);
  return fmt::format("scale {:g}, zero point {}", quantization->scale[0], quantization->zero_point_at(0));
}

}  // namespace litesmith::cli
