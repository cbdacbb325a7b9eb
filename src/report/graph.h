// A module as the page draws it: columns of numbers, one entry a node or a value, texts by their number in
// Strings. Taken as a copy, because passes change the module.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "report/strings.h"

namespace litesmith::report {

struct Graph {
  struct Function {
    int name = 0;
    int first = 0, count = 0;  // its nodes
  };
  std::vector<Function> functions;
  // Scopes: those of the functions come first (parent -1, in their order), the others after their parents.
  std::vector<int> scope_parent, scope_name;

  // One entry a node: the ops and constants of a function in their order; before them an "Input" for each
  // parameter, after them an "Output" for each result.
  std::vector<int> op, name, scope, attributes, layer, source;
  std::vector<int> input_count, output_count;
  std::vector<int64_t> bytes;          // of a constant's or a variable's data; else 0
  std::vector<int64_t> multiply_adds;  // -1: not known. Only of TFL ops
  std::vector<int> version;            // of TFL ops
  // The source's nodes that each node was made from, `from_count` of them for each. Only of TFL ops.
  std::vector<int> from, from_count;

  std::vector<int> inputs;  // values, all nodes' one after the other; -1: absent
  // One entry a value, in the order of the nodes that give them.
  std::vector<int> type, tensor_name;
  std::vector<std::array<int, 2>> calls;  // node, function

  // The first node of a full name, or that gives a tensor of this name; not part of the page.
  std::unordered_map<std::string, int> node_of_name, node_of_tensor;
  // The node by "function\nname", as an ir::Origin tells it; not part of the page.
  std::unordered_map<std::string, int> node_of_origin;
  size_t ends = 0;         // how many nodes are inputs and outputs; not part of the page
  bool too_large = false;  // of more nodes than a page can show; then everything is empty

  // -1 if there is none. `name` is a node's or a tensor's, with or without its ":0".
  int Find(const std::string& name) const;
};

// `source`: the graph that the module was made from, for `from`; null if there is none.
Graph RecordGraph(const ir::Module& module, const Graph* source, Strings& strings);

}  // namespace litesmith::report
