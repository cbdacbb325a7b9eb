#include "import/tf/layers.h"

#include <algorithm>
#include <vector>

namespace litesmith::import_tf {
namespace {

// Names that Keras and TensorFlow give for their own bookkeeping, beside the model's own attribute names.
bool IsBookkeeping(std::string_view name) {
  return name.starts_with('_') || name.starts_with("layer-") || name.starts_with("layer_with_weights-") ||
         name == "keras_api" || name == "signatures" || name == "layers" || name == "variables" ||
         name == "trainable_variables" || name == "non_trainable_variables" ||
         name == "regularization_losses" || name == "optimizer";
}

std::string_view ScopeOf(std::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == name.npos ? std::string_view() : name.substr(0, slash);
}

}  // namespace

Layers::Layers(const savedmodel::ObjectGraph& graph) {
  if (graph.objects.empty()) return;
  // Shortest paths first; where there is a choice, the model's own names.
  constexpr uint32_t kNone = UINT32_MAX;
  struct Reached {
    uint32_t object, parent;  // places in graph.objects and in `order`
    std::string_view name;
  };
  std::vector<bool> seen(graph.objects.size());
  std::vector<Reached> order = {{0, kNone, {}}};
  seen[0] = true;
  for (const bool bookkeeping : {false, true}) {
    for (uint32_t at = 0; at < order.size(); ++at) {
      for (const auto& [child, name] : graph.objects[order[at].object].children) {
        if (seen[static_cast<size_t>(child)] || (!bookkeeping && IsBookkeeping(name))) continue;
        seen[static_cast<size_t>(child)] = true;
        order.push_back({static_cast<uint32_t>(child), at, name});
      }
    }
  }
  for (const Reached& variable : order) {
    const std::string_view scope = ScopeOf(graph.objects[variable.object].variable);
    if (scope.empty() || variable.parent == kNone) continue;
    std::string path;
    int length = 0;
    bool own = true;
    for (uint32_t at = variable.parent; order[at].parent != kNone && length < 64;
         at = order[at].parent, ++length) {
      own = own && !IsBookkeeping(order[at].name);
      path = path.empty() ? std::string(order[at].name) : std::string(order[at].name) + "." + path;
    }
    if (!path.empty()) paths_.emplace(scope, own ? std::move(path) : std::string(scope));
  }
}

const std::string& Layers::LayerOf(std::string_view node) {
  static const std::string kNoLayer;
  const std::string_view scope = ScopeOf(node);
  if (paths_.empty() || scope.empty()) return kNoLayer;
  const auto [entry, added] = known_.emplace(scope, std::string());
  if (!added) return entry->second;
  // The longest run of whole parts that is an object's scope; of equally long ones the innermost.
  std::vector<size_t> starts = {0};
  for (size_t i = 0; i < scope.size(); ++i) {
    if (scope[i] == '/') starts.push_back(i + 1);
  }
  starts.push_back(scope.size() + 1);
  const size_t parts = std::min<size_t>(starts.size() - 1, 32);
  for (size_t length = parts; length > 0; --length) {
    for (size_t first = parts - length + 1; first-- > 0;) {
      const size_t end = starts[first + length] - 1;
      const auto found = paths_.find(std::string(scope.substr(starts[first], end - starts[first])));
      if (found == paths_.end()) continue;
      entry->second = found->second;
      return entry->second;
    }
  }
  return entry->second;
}

}  // namespace litesmith::import_tf
