// Where a command may write: nothing that is read in the same run is written over.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "cli/session.h"

namespace litesmith::cli {

struct OutputPath {
  std::string option;  // "-o", for words to the user
  std::string path;    // empty: not given
  bool required = false;
};

// Checks outputs before any work is done. `inputs` are files and folders that the run reads; empty paths are
// skipped. Refused with kWrongUse: an empty path of a required output, a path that is one of the inputs or
// another output (whatever its spelling, and through links), an existing file within an input folder that is
// of another kind than what is written there. Refused with kOutputUnwritable: a folder, or a path in a folder
// that does not exist.
Result<void> CheckOutputs(const std::vector<std::string>& inputs, const std::vector<OutputPath>& outputs,
                          Context& context);

// Files and folders that are read for a model and its conversion.
std::vector<std::string> PathsRead(const ModelArguments& arguments);

}  // namespace litesmith::cli
