// The whole C++ interface; docs/api.md is the guide.
#pragma once

#include <litesmith/custom_ops.h>
#include <litesmith/detector.h>
#include <litesmith/finding.h>
#include <litesmith/interpreter.h>
#include <litesmith/model.h>
#include <litesmith/quantize.h>
#include <litesmith/tensor.h>
