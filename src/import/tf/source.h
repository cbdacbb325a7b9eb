// What one import works on: the decoded model, its functions as far as they were reached, the module that
// grows.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/finding.h"
#include "formats/savedmodel/debug_info.h"
#include "formats/savedmodel/savedmodel.h"
#include "import/tf/body.h"
#include "import/tf/layers.h"
#include "import/tf/weights.h"
#include "ir/module.h"

namespace litesmith::import_tf {

struct LibraryFunction {
  graphdef::FunctionDef definition;
  Body body;
};

class Source {
 public:
  // `meta` is null for a frozen graph. All must outlive the source.
  Source(Context& context, const protobuf::Document& document, const graphdef::GraphDef& graph,
         const savedmodel::MetaGraph* meta, ir::Module& module)
      : context(context), document(document), graph(graph), meta(meta), module(module) {}

  Context& context;
  const protobuf::Document& document;
  const graphdef::GraphDef& graph;
  const savedmodel::MetaGraph* meta;
  ir::Module& module;
  Body main;
  Layers layers;
  std::unique_ptr<savedmodel::DebugInfo> debug_info;  // null where the model ships none
  std::unique_ptr<WeightedConstants> constants;       // of a TF.js model; else null

  bool HasFunction(std::string_view name) const { return graph.functions.contains(name); }
  // A library function, decoded once; null inside if there is none of the name.
  Result<const LibraryFunction*> Function(std::string_view name);
  // What the model itself says of an op; null inside if it says nothing.
  Result<const graphdef::OpDef*> OpDefOf(std::string_view op);
  Result<Attributes> AttributesOf(const graphdef::NodeDef& node) const;

  // The function of the module that a library function becomes. The first call adds it, without nodes, and
  // notes it in `requested`.
  Result<ir::Function*> Request(std::string_view name, const graphdef::NodeDef& caller,
                                std::string_view in_function);
  std::deque<std::pair<std::string_view, ir::Function*>> requested;

 private:
  std::unordered_map<std::string_view, std::unique_ptr<LibraryFunction>> functions_;
  std::unordered_map<std::string_view, graphdef::OpDef> ops_;
  std::unordered_map<std::string_view, ir::Function*> imported_;
};

// A finding at a node of the source.
Finding FindingAt(Code code, const graphdef::NodeDef& node, std::string_view function);

}  // namespace litesmith::import_tf
