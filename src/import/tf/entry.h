// A way into the main graph: a signature, or the tensors that the caller names.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "import/tf/import.h"
#include "import/tf/source.h"

namespace litesmith::import_tf {

struct Entry {
  struct Tensor {
    std::string name;         // in the signature
    std::string_view tensor;  // "serving_default_x:0"
    DType dtype = DType::kInvalid;
    Shape shape;
  };
  std::string function;  // the name wanted: a signature's key
  std::string built;     // the name of the function that was made of it
  std::vector<Tensor> inputs, outputs;
};

// The signatures that are asked for, all by default, serving_default first. Reports kSignatureUnknown,
// kNoSignature.
Result<std::vector<Entry>> EntriesOfSignatures(Source& source, const savedmodel::SavedModel& model,
                                               const Options& options);

// One entry "main" from the tensors that are asked for; by default placeholders and sinks. `names` keeps
// names that the entry refers to. Reports kTensorUnknown.
Result<Entry> EntryOfTensors(Source& source, const Options& options, std::deque<std::string>& names);

// What a TF.js model's signature leaves open: without inputs or outputs it has placeholders or sinks, and
// inputs without a dtype have what the graph says.
Result<void> CompleteEntry(Source& source, Entry& entry, std::deque<std::string>& names);

// Puts the asked shapes in place. `fixed` tells whether dimensions that the model itself knows must stay, as
// in a SavedModel. Reports kTensorUnknown for a name that no entry has and kWrongUse for a shape that
// contradicts.
Result<void> ApplyInputShapes(Context& context, const Options& options, bool fixed,
                              std::vector<Entry>& entries);

}  // namespace litesmith::import_tf
