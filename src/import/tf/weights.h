// Constants of a TF.js model, whose values lie outside of the graph.
#pragma once

#include <map>
#include <string_view>
#include <utility>

#include "formats/graphdef/graphdef.h"
#include "formats/tfjs/weights.h"

namespace litesmith::import_tf {

class WeightedConstants {
 public:
  explicit WeightedConstants(const tfjs::Weights& weights) : weights_(weights) {}

  // The attributes of a Const node with its weight as "value", in the dtype that the node has: TF.js keeps
  // int64 as int32 and every float as float32. Reports kGraphDamaged for a node that has a value neither
  // among the weights nor in the graph, kDtypeMismatch for one whose dtype cannot hold it.
  Result<Attributes> AttributesOf(const protobuf::Document& document, Context& context,
                                  const graphdef::NodeDef& node);

 private:
  // The weight as `dtype` where that keeps its meaning; else an invalid tensor.
  Tensor As(std::string_view name, const Tensor& weight, DType dtype);

  const tfjs::Weights& weights_;
  // Nodes of one name, in several functions, share what had to be converted.
  std::map<std::pair<std::string_view, DType>, Tensor> converted_;
};

}  // namespace litesmith::import_tf
