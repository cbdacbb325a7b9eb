// Normalization over neighbours.
#include "tfl/versions.h"

namespace litesmith::tfl {
namespace {

int L2NormalizationVersion(const ir::Node& node) { return OutputType(node) == DType::kInt8 ? 2 : 1; }

}  // namespace

LS_TFL_OP(L2_NORMALIZATION, 11, "L2NormOptions", "1.5 1.14", ir::kNone, L2NormalizationVersion)
LS_TFL_OP(LOCAL_RESPONSE_NORMALIZATION, 13, "LocalResponseNormalizationOptions", "1.5", ir::kNone, VersionOne)

}  // namespace litesmith::tfl
