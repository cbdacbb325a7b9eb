#pragma once

#include <string>

#include "base/finding.h"
#include "import/tf/import.h"
#include "import/tf/memory_host.h"
#include "import/tf/model_writer.h"

namespace litesmith::testing {

struct Outcome {
  Result<import_tf::Imported> imported = kFailed;
  std::vector<Finding> findings;

  bool ok() const { return imported.ok(); }
  ir::Function* function(std::string_view name) const { return imported->module->FindFunction(name); }
  // The first finding's code; kCodeUnknown for none.
  Code code() const { return findings.empty() ? Code::kCodeUnknown : findings[0].code; }
  std::string cause() const { return findings.empty() ? std::string() : findings[0].cause; }
};

inline Outcome Import(MemoryHost& host, const std::string& path, const import_tf::Options& options = {}) {
  FindingList findings;
  Context context{host, findings};
  Outcome run;
  run.imported = import_tf::ImportModel(path, options, context);
  run.findings = findings.Take();
  return run;
}

inline Outcome ImportGraph(const std::string& graph, const import_tf::Options& options = {}) {
  MemoryHost host;
  host.files["graph.pb"] = graph;
  return Import(host, "graph.pb", options);
}

inline ir::Node* FindNode(const ir::Function& function, std::string_view name) {
  for (ir::Node& node : function.nodes()) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

// Names of a function's nodes in order.
inline std::vector<std::string> NodeNames(const ir::Function& function) {
  std::vector<std::string> names;
  for (ir::Node& node : function.nodes()) {
    if (&node != function.return_node()) names.push_back(node.name);
  }
  return names;
}

}  // namespace litesmith::testing
