// Options that may be given several times.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace litesmith::cli {

// One value each time: what follows the value is the next word of the command line, not a second value.
inline CLI::Option* AddRepeatable(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                                  const std::string& description, const std::string& type) {
  return app.add_option(name, values, description)
      ->type_name(type)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace litesmith::cli
