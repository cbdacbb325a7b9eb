// Which attributes an op has, by TensorFlow's registrations (attributes.def).
#pragma once

#include <string_view>

#include "tf/op.h"

namespace litesmith::tf {

// The version number of graphs that the tables know: TF_GRAPH_DEF_VERSION of TensorFlow 2.21
// (core/public/version.h). It grows by one with every change to ops.
inline constexpr int kGraphVersion = 2474;
inline constexpr std::string_view kGraphVersionOf = "2.21";

// Whether the op may carry the attribute. True for ops whose attributes are not listed.
bool HasAttribute(const Op& op, std::string_view attribute);

}  // namespace litesmith::tf
