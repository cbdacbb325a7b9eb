// Constants of a TF.js model, whose values lie outside of the graph.
#pragma once

#include "formats/graphdef/graphdef.h"
#include "formats/tfjs/weights.h"

namespace litesmith::import_tf {

// The attributes of a Const node with "value" from `weights`, in the dtype that the node has: TF.js keeps
// int64 as int32 and every float as float32. Reports kGraphDamaged for a node that has a value neither there
// nor in the graph, kDtypeMismatch for one whose dtype cannot hold it.
Result<Attributes> ConstantAttributes(const protobuf::Document& document, Context& context,
                                      const graphdef::NodeDef& node, const tfjs::Weights& weights);

}  // namespace litesmith::import_tf
