// Rules that say which version of an op a node needs. Each rule of a file in ops/ lists its conditions from
// the highest version down; the first that holds wins, and 1 is what remains. The conditions are those by
// which official converters choose (tflite/converter/tools/versioning/op_version.cc of LiteRT).
#pragma once

#include <initializer_list>

#include "tfl/op.h"

namespace litesmith::tfl {

// kInvalid where the operand or output is absent.
DType InputType(const ir::Node& node, size_t index = 0);
DType OutputType(const ir::Node& node, size_t index = 0);
// 0 where the operand is absent or its rank unknown.
int InputRank(const ir::Node& node, size_t index = 0);
bool InputIs(const ir::Node& node, std::initializer_list<DType> types, size_t index = 0);
// float8 of either kind.
bool IsFloat8(DType dtype);
// The operand has quantization parameters.
bool InputQuantized(const ir::Node& node, size_t index = 0);
// Its scales are as many as dimension `axis` is long.
bool ScalePerSlice(const ir::Value* value, int axis);
// Activations and result of one type, weights (operand `weights`) of another.
bool Mixes(const ir::Node& node, DType activations, DType weights_type, size_t weights = 1);
// Operands 0 and 1 differ in shape and one has more than four dimensions.
bool BroadcastsBeyondRank4(const ir::Node& node);

// Rules that several ops share; each name says what asks for the versions from 2 up.
int VersionOne(const ir::Node& node);
int VersionInt8(const ir::Node& node);         // 2 int8
int VersionInt8Int16(const ir::Node& node);    // 2 int8, 3 int16
int VersionInt8OrInt16(const ir::Node& node);  // 2 either
int VersionFloat16(const ir::Node& node);      // 2 float16
int VersionHybridRnn(const ir::Node& node);    // 2, 3 int8 weights with float activations

}  // namespace litesmith::tfl
