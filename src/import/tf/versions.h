// What a model says of the TensorFlow that it needs, against the one that the tables know.
#pragma once

#include <string_view>

#include "import/tf/source.h"
#include "tf/op.h"

namespace litesmith::import_tf {

// Reports kConsumerTooOld and fails if the graph itself forbids readers of our version; notes
// (kProducerTooNew) a producer that is newer than the tables. `tensorflow` is the release that wrote it, or
// empty.
Result<void> CheckVersions(const graphdef::GraphDef& graph, std::string_view tensorflow, Context& context);

// Attributes of a node that its op does not have in the TensorFlow known here. At the default that the
// model's own list of ops states, or zero and empty where it states none, one is harmless: it means that the
// op does what it always did. Anything else is reported (kUnknownAttribute) and fails.
Result<void> CheckAttributes(Source& source, const graphdef::NodeDef& node, std::string_view function,
                             const tf::Op& op, const Attributes& attributes);

}  // namespace litesmith::import_tf
