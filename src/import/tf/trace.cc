#include "import/tf/trace.h"

namespace litesmith::import_tf {
namespace {

constexpr int kMaxSteps = 200;        // identities and arguments behind which a value is looked for
constexpr size_t kMaxFrames = 10000;  // calls that are followed
constexpr int kMaxCallDepth = 16;

// The reference of a data input; empty if there are not so many.
std::string_view DataInput(const graphdef::NodeDef& node, size_t index) {
  for (std::string_view input : node.inputs) {
    if (!input.starts_with('^') && index-- == 0) return input;
  }
  return {};
}

bool PassesItsInput(std::string_view op) {
  return op == "Identity" || op == "DisableCopyOnRead" || op == "EnsureShape" || op == "StopGradient";
}

}  // namespace

Producer Tracer::Input(const Frame& start, const graphdef::NodeDef& node, size_t input) const {
  const Frame* frame = &start;
  std::string_view text = DataInput(node, input);
  for (int step = 0; step < kMaxSteps; ++step) {
    const auto ref = ParseRef(text);
    if (!ref) return {};
    const auto argument = frame->body->arguments.find(ref->node);
    if (argument != frame->body->arguments.end()) {
      if (frame->call == nullptr) return {};
      text = DataInput(*frame->call, argument->second);
      frame = frame->caller;
      continue;
    }
    const graphdef::NodeDef* found = frame->body->Find(ref->node);
    if (found == nullptr) return {};
    if (!PassesItsInput(found->op)) return {frame, found, *ref};
    text = DataInput(*found, 0);
  }
  return {};
}

Result<void> Tracer::OpenCall(const Frame& frame, const graphdef::NodeDef& node) {
  std::string called;
  if (source_.HasFunction(node.op)) {
    called = node.op;
  } else if (node.op == "PartitionedCall" || node.op == "StatefulPartitionedCall") {
    LS_TRY(const Attributes attributes, source_.AttributesOf(node));
    called = attributes.Get<FunctionRef>("f").name;
  }
  if (called.empty() || frames_.size() >= kMaxFrames) return {};
  int depth = 0;
  for (const Frame* at = &frame; at != nullptr; at = at->caller) ++depth;
  if (depth > kMaxCallDepth) return {};
  LS_TRY(const LibraryFunction* function, source_.Function(called));
  if (function != nullptr) frames_.push_back({&function->body, &frame, &node});
  return {};
}

Result<void> Tracer::EachNode(
    std::string_view start,
    const std::function<Result<void>(const Frame&, const graphdef::NodeDef&)>& visit) {
  frames_.push_back({&source_.main, nullptr, nullptr});
  size_t next = frames_.size();
  const Frame& main = frames_.back();
  std::vector<const graphdef::NodeDef*> pending;
  std::unordered_map<const graphdef::NodeDef*, bool> seen;
  const auto need = [&](std::string_view text) {
    const auto ref = ParseRef(text);
    const graphdef::NodeDef* node = ref ? source_.main.Find(ref->node) : nullptr;
    if (node != nullptr && seen.emplace(node, true).second) pending.push_back(node);
  };
  need(start);
  while (!pending.empty()) {
    const graphdef::NodeDef& node = *pending.back();
    pending.pop_back();
    LS_RETURN_IF_FAILED(visit(main, node));
    LS_RETURN_IF_FAILED(OpenCall(main, node));
    for (std::string_view input : node.inputs) need(input);
  }
  for (; next < frames_.size(); ++next) {
    const Frame& frame = frames_[next];
    for (const graphdef::NodeDef& node : *frame.body->nodes) {
      LS_RETURN_IF_FAILED(visit(frame, node));
      LS_RETURN_IF_FAILED(OpenCall(frame, node));
    }
  }
  return {};
}

}  // namespace litesmith::import_tf
