// What a file may ask for. One table; docs/limits.md is the page for users.
#pragma once

#include <cstddef>
#include <cstdint>

namespace litesmith {

struct Limits {
  int max_depth = 100;                          // nested messages of a protobuf or JSON file
  size_t max_graph_nodes = 5'000'000;           // nodes of a graph, functions included
  size_t max_tensors = 5'000'000;               // tensors of a .tflite
  int max_rank = 255;                           // dimensions of a tensor in a graph file
  int64_t max_tensor_bytes = int64_t{1} << 36;  // one tensor of a file or of an input
  int64_t max_result_bytes = int64_t{1} << 31;  // one tensor that an op of a .tflite computes
  size_t max_fold_bytes = size_t{64} << 20;  // result of one folded op; results of folding never exceed this
  int64_t max_unrolled_steps = 64;           // steps of a loop that is unrolled
  size_t max_unrolled_nodes = 20'000;        // nodes that unrolling one loop may add
  int64_t max_loop_steps = 10'000'000;       // steps of all WHILEs and calls in one inference
  int64_t free_loop_steps = 10'000;          // so many may take as long as they take; more than that:
  double max_loop_seconds = 60;              // until the last step begins
  int max_call_depth = 64;                   // nested function calls, subgraphs in subgraphs
  int64_t max_image_pixels = 400'000'000;    // width times height of a picture
  size_t max_arena_bytes = size_t{1} << 36;  // memory of an interpreter
};

}  // namespace litesmith
