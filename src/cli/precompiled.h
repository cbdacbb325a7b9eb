// See cmake/precompiled.h; the command line's library takes five seconds to parse.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "../../cmake/precompiled.h"
