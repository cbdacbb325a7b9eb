// What `convert` and `diagnose` tell of a conversion alike.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/session.h"

namespace litesmith::cli {

Json ModelJson(const pipeline::ModelInfo& info);
Json RecognisedJson(const std::vector<detection::Recognised>& recognised);
Json SecondsJson(const std::map<std::string, double>& seconds);
// What a conversion gave, in a line, and a second one for a detector. `subject`: what the file is called.
std::string Summary(const std::string& subject, const pipeline::Converted& converted,
                    const pipeline::WrittenModel& written, double seconds);

}  // namespace litesmith::cli
