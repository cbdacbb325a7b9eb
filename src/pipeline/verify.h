// A source graph and the file that it became, evaluated on the same inputs and compared tensor by tensor:
// where do they part, and by how much?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/host.h"
#include "ir/module.h"
#include "pipeline/named_inputs.h"
#include "pipeline/verify_compare.h"
#include "runtime/interpreter.h"

namespace litesmith::pipeline {

struct VerifyOptions {
  std::string signature;            // of both; empty: serving_default, else the source's first
  std::vector<NamedTensor> inputs;  // by the source's names; what is missing is made up (verify_inputs.h)
  std::vector<NamedTensor>
      expected;  // TensorFlow's results by the source's names: they count as the source's
  runtime::Options runtime;
};

struct ComparedTensor {
  std::string source, file;  // names
  bool is_output = false;
  Deviation deviation;
  bool agrees = false;
};

// The first tensor, in the source's order, in which the two differ by more than they may.
struct FirstDifference {
  size_t tensor = 0;               // among Verified::tensors
  std::string op, node, layer;     // what computes it in the source; empty: not known
  std::string file_op;             // and in the file
  std::vector<std::string> nodes;  // "Conv2D 'a/Conv2D'": of the source, behind the last tensors that agree
};

struct Verified {
  std::vector<ComparedTensor> tensors;  // in the source's order, outputs at the end
  std::optional<FirstDifference> first_difference;
  Precision precision = Precision::kFloat32;
  std::vector<std::string> unseen;  // sentences: what could not be compared, and why
};

// `source` is what LoadSource gives, of TF ops or (for a .tflite) of TFL ops; `file` a module of TFL ops, as
// it was read from a file. Tensors of the main graph are matched by name, outputs by the signature's names.
// Fails with findings if one of the two cannot be run; reports kComputesDifferently if they part, and
// kNotVerified (a note; an error if nothing could be compared) for what it cannot see.
Result<Verified> Verify(std::shared_ptr<const ir::Module> source, std::shared_ptr<const ir::Module> file,
                        const VerifyOptions& options, Context& context);

}  // namespace litesmith::pipeline
