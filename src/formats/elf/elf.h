// What a file of compiled code is, and which names a shared library exports, without running any of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace litesmith::elf {

enum class Kind : uint8_t {
  kSharedLibrary,   // that this machine can load, as far as its header tells
  kOtherProcessor,  // an ELF file for another processor
  kObjectFile,      // not linked yet (.o)
  kArchive,         // a static library (.a)
  kOtherSystem,     // of Windows or macOS
  kDamaged,         // an ELF file that contradicts itself
  kOther,           // no compiled code at all
};

Kind KindOf(Bytes file);

// Names of the functions that a shared library defines and exports, in its own order. Empty where the
// library's tables do not fit into the file.
std::optional<std::vector<std::string>> ExportedFunctions(Bytes file);

}  // namespace litesmith::elf
