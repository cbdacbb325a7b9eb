// What fills the lookup tables of a TF.js model: a graph of its own, run once before the model.
#pragma once

#include "formats/protobuf/text.h"
#include "formats/savedmodel/savedmodel.h"

namespace litesmith::tfjs {

// A SignatureDef whose tensors may have a number: an input of the model and an output of the initializer of
// one number are the same table.
const protobuf::MessageSchema& NumberedSignatureSchema();

struct Initializer {
  Bytes graph;                      // a GraphDef
  Bytes signature, main_signature;  // of the graph, and of the model: messages of that schema, or empty
};

// Puts the initializer's nodes behind those of the model's graph, with what fills tables in the collection
// "table_initializer". Nodes that both have are the same; inputs of the model that stand for a table become
// that table, and are no inputs any more.
Result<void> AddInitializer(savedmodel::SavedModel& model, Context& context, const Initializer& initializer);

}  // namespace litesmith::tfjs
