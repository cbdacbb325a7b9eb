#include "pipeline/layers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace litesmith::pipeline {
namespace {

using Json = nlohmann::json;

// Far more than any model has; what is larger is not ours.
constexpr size_t kMostBytes = 1 << 20;

// The detection op belongs to TensorFlow Lite; runtimes have it.
bool IsCustomOp(const ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTfl && node.op().Has(ir::kUnknownOp) && node.output_count() > 0 &&
         node.op_name() != "TFLite_Detection_PostProcess";
}

std::string TextAt(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void RecordLayers(ir::Module& module) {
  Json entries = Json::object();
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (!IsCustomOp(node) || node.output()->name.empty()) continue;
      const ir::Origin& origin = module.origins.Leading(node.origin);
      if (origin.layer.empty() && origin.source.empty()) continue;
      Json entry = {{"node", origin.node}};
      if (!origin.layer.empty()) entry["layer"] = origin.layer;
      if (!origin.source.empty()) entry["source"] = origin.source;
      entries[node.output()->name] = std::move(entry);
    }
  }
  if (entries.empty()) return;
  // Names of a graph may be no UTF-8.
  const std::string text = entries.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMostBytes) return;
  module.metadata.emplace_back(
      kLayersEntry, Tensor::Of<uint8_t>({static_cast<int64_t>(text.size())},
                                        {reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
}

void RestoreLayers(ir::Module& module) {
  const auto found = std::find_if(module.metadata.begin(), module.metadata.end(),
                                  [](const auto& entry) { return entry.first == kLayersEntry; });
  if (found == module.metadata.end() || found->second.bytes().size() > kMostBytes) return;
  const Json entries = Json::parse(AsText(found->second.bytes()), nullptr, false);
  if (!entries.is_object()) return;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (!IsCustomOp(node)) continue;
      const auto entry = entries.find(node.output()->name);
      if (entry == entries.end() || !entry->is_object()) continue;
      ir::Origin origin;
      origin.node = TextAt(*entry, "node");
      origin.op = node.op_name();
      origin.layer = TextAt(*entry, "layer");
      origin.source = TextAt(*entry, "source");
      node.origin = module.origins.Add(std::move(origin));
    }
  }
}

}  // namespace litesmith::pipeline
