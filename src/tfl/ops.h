// Declares every op that the files of ops/ define: tfl::CONV_2D and so on.
#pragma once

#include "tfl/op.h"

namespace litesmith::tfl {

#define LS_TFL_OP_ENTRY(name) extern const Op name;
#include "tfl/ls_tfl_op.inc"
#undef LS_TFL_OP_ENTRY

// A tensor that keeps its value from one inference to the next and starts as zeros (is_variable in the
// schema). It is no op of the file: importing makes such a node for each variable tensor, exporting turns it
// back.
extern const ir::OpDef kStateTensor;

// A sparse constant as the file stores it (tfl/sparse.h).
extern const ir::OpDef kSparseConstant;

}  // namespace litesmith::tfl
