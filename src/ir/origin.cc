#include "ir/origin.h"

namespace litesmith::ir {
namespace {

uint64_t Key(OriginId a, OriginId b) { return static_cast<uint64_t>(a) << 32 | b; }

}  // namespace

OriginId OriginTable::Join(OriginId a, OriginId b) {
  if (a == b || b == kNoOrigin) return a;
  if (a == kNoOrigin) return b;
  const auto [entry, inserted] = joined_.try_emplace(Key(a, b), kNoOrigin);
  if (inserted) {
    Origin origin;
    origin.parents = {a, b};
    entry->second = Add(std::move(origin));
  }
  return entry->second;
}

OriginId OriginTable::Inlined(OriginId body, OriginId call) {
  if (body == kNoOrigin || call == kNoOrigin) return body == kNoOrigin ? call : body;
  if (const auto known = inlined_.find(Key(body, call)); known != inlined_.end()) return known->second;
  Origin origin = entries_[body];
  // A body that was inlined into the inlined function already keeps its own innermost call and gets this one
  // above.
  origin.call = origin.call == kNoOrigin ? call : Inlined(origin.call, call);
  return inlined_[Key(body, call)] = Add(std::move(origin));
}

const Origin& OriginTable::Leading(OriginId id) const {
  while (entries_[id].node.empty() && !entries_[id].parents.empty()) id = entries_[id].parents.front();
  return entries_[id];
}

}  // namespace litesmith::ir
