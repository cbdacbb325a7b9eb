// Whether this program knows the versions of a model's ops: for whoever is about to run it. Reading and
// inspecting need no such check.
#pragma once

#include "base/finding.h"
#include "base/result.h"
#include "ir/module.h"

namespace litesmith::tfl {

// Reports kOpVersionTooNew for each kind of op whose attribute "version" (int64; the importer sets it) is
// higher than the table's highest, naming op, version and the runtime that is needed.
Result<void> CheckOpVersions(const ir::Module& module, FindingSink& findings);

}  // namespace litesmith::tfl
