// Declares every op that the files of ops/ define: tf::Conv2D and so on.
#pragma once

#include "tf/op.h"

namespace litesmith::tf {

#define LS_TF_OP_ENTRY(name) extern const Op name;
#include "tf/ls_tf_op.inc"
#undef LS_TF_OP_ENTRY

}  // namespace litesmith::tf
