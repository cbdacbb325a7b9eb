#pragma once

#include "formats/protobuf/text.h"

namespace litesmith::tfjs {

// Numbers of our own: model.json is no protobuf as a whole, but read as if it were one.
enum ModelField : uint32_t {
  kFormat = 1,
  kGeneratedBy,
  kTopology,
  kManifest,
  kSignature,
  kUserMetadata,
  kInitializer,
  kInitializerSignature,
};
// In the topology, beside the fields of GraphDef: what only a layers model has.
inline constexpr uint32_t kLayersField = 1000;

const protobuf::MessageSchema& ModelSchema();

}  // namespace litesmith::tfjs
