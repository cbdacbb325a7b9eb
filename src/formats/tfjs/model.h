// A TF.js graph model: model.json, which describes a GraphDef without the values of its constants, and the
// files beside it that hold those.
#pragma once

#include <string>

#include "base/host.h"
#include "formats/savedmodel/savedmodel.h"
#include "formats/tfjs/weights.h"

namespace litesmith::tfjs {

struct GraphModel {
  // As a SavedModel would hold it: the graph, the one signature where model.json has one ("serving_default"),
  // and what fills the lookup tables (the collection "table_initializer"), whose nodes stand behind the
  // graph's own. The document is the wire form of what is decoded of model.json.
  savedmodel::SavedModel model;
  Weights weights;  // values of Const nodes, by the nodes' names
};

// Reads model.json and its weights. Reports damage, kNotAModel for what is TF.js' but no graph (a layers
// model, weights only), what ReadWeights() reports, and notes weights that no node uses (kDropped).
Result<GraphModel> ReadGraphModel(Context& context, const std::string& file);

}  // namespace litesmith::tfjs
