// From a TensorFlow model, SavedModel, TF.js graph model or frozen GraphDef, to a module of TF ops.
//
// One function per signature, named after its key, and one per library function that is reached; a graph
// without signatures gives one function "main" and no signature. What no output needs is left out. Nodes
// stand in an order that respects data and control edges; control edges themselves are gone after that. Notes
// for the passes that follow:
// - A loop of TensorFlow 1 (Enter, Merge, Switch, NextIteration, Exit) comes as a cycle: the operand of a
// Merge that
//   is a NextIteration's output is defined further down in the function. No other operand is.
// - The functions that nodes call are FunctionRef attributes, by the functions' names in this module. A node
// whose op
//   was the name of a function has become a PartitionedCall.
// - A call of a function with the attribute `_implements` carries that attribute and the function's others.
// - Variables (VarHandleOp, VariableV2 ...) carry "shared_name", never empty: two nodes with the same
// container and
//   shared_name are one variable. "initial_value" is the value from the checkpoint, where there is one.
// - Lookup tables carry "shared_name" likewise, and their content as the initialiser gives it, from constants
// or from
//   a vocabulary file: tensors "table_keys" and "table_values", of one axis.
// - Constants that hold the name of an asset carry its path as "asset_path".
// - dtypes and shapes of values are what the source says of them; the rest is for the shape pass to find out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"

namespace litesmith::import_tf {

struct Options {
  std::vector<std::string> tags;        // of the meta graph; none: `serve`, else the only one
  std::vector<std::string> signatures;  // keys; none: all
  // Tensors of the graph itself, with or without ":0", instead of signatures; none: placeholders and sinks.
  std::vector<std::string> input_tensors, output_tensors;
  std::map<std::string, std::vector<int64_t>> input_shapes;  // by input or tensor name; -1 for unknown
};

struct Imported {
  std::unique_ptr<ir::Module> module;
  std::string kind;        // "saved_model", "tfjs" or "frozen_graph"
  std::string tensorflow;  // version that wrote the model, or empty
  size_t nodes = 0;        // of all functions
};

// Findings: what savedmodel::Locate, tfjs::ReadGraphModel and the readers report, and kGraphDamaged,
// kFunctionMissing, kRecursion, kNoSignature, kSignatureUnknown, kTensorUnknown, kInputMissing, kWrongUse (an
// input shape that contradicts the model's), kVariablesMissing and kShapeMismatch (a variable's value that
// does not fit the graph).
Result<Imported> ImportModel(const std::string& path, const Options& options, Context& context);

}  // namespace litesmith::import_tf
