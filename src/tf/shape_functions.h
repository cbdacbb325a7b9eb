// The shape functions that the tables of ops/ name. Families of ops share them.
#pragma once

#include "tf/op.h"

namespace litesmith::tf::shape {}  // namespace litesmith::tf::shape
