// An immutable sorted table of keys and values (LevelDB's block format), as a checkpoint's index is stored.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/host.h"

namespace litesmith::checkpoint {

// Key and value of every entry, in the table's order; values are views into `bytes`.
using TableEntries = std::vector<std::pair<std::string, Bytes>>;

// Reads the whole table `file`, whose content `bytes` is. Checks every block's checksum, offset and length,
// and that keys ascend. Reports kFileTruncated, kFileDamaged, kChecksumMismatch or, for compressed blocks,
// kNotAModel.
Result<TableEntries> ReadSortedTable(Context& context, const std::string& file, Bytes bytes);

}  // namespace litesmith::checkpoint
