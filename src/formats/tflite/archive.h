// The ZIP archive behind a model that holds its label files. Only stored (uncompressed) files, which is how
// metadata tools write them; sizes and offsets below 4 GB.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace litesmith::tflite {

struct ArchiveFile {
  std::string name;
  Bytes content;
};

// What to append to a file of `size` bytes. Dates are 1980-01-01, so that the same files give the same bytes.
// Empty if there are no files, or if they would reach past 4 GB.
std::vector<std::byte> MakeArchive(const std::vector<ArchiveFile>& files, size_t size);

// The files of the archive at the end of `file`, views into it. Empty if there is none, or if it is damaged;
// files that are compressed or damaged are left out.
std::vector<ArchiveFile> ReadArchive(Bytes file);
std::optional<Bytes> FindInArchive(Bytes file, std::string_view name);

}  // namespace litesmith::tflite
