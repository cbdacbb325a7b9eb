// Where a file's custom ops come from in the source model: whoever lacks a kernel on a device looks for the
// layer that asked for it.
#pragma once

#include "ir/module.h"

namespace litesmith::pipeline {

// The metadata entry: JSON, {"output tensor of the op": {"node": ..., "layer": ..., "source":
// "train.py:41"}}, with the keys that are known. Only for custom ops, and only where a layer or a line is
// known.
inline constexpr const char* kLayersEntry = "LITESMITH_LAYERS";

// Adds the entry to a module of TFL ops that comes from TensorFlow's.
void RecordLayers(ir::Module& module);
// Gives the custom ops of a module that was read from a .tflite their origins. An entry that is no such JSON
// is left alone.
void RestoreLayers(ir::Module& module);

}  // namespace litesmith::pipeline
