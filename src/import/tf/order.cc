#include "import/tf/order.h"

#include "base/finding.h"

namespace litesmith::import_tf {
namespace {

uint64_t FeedKey(uint32_t node, uint32_t output) { return uint64_t{node} << 32 | output; }

}  // namespace

bool IsMerge(std::string_view op) { return op == "Merge" || op == "RefMerge"; }
bool IsNextIteration(std::string_view op) { return op == "NextIteration" || op == "RefNextIteration"; }
bool IsPlaceholder(std::string_view op) { return op == "Placeholder" || op == "PlaceholderV2"; }

Order::Order(Source& source, const Body& body, std::span<const Feed> feeds)
    : source_(source), body_(body), states_(body.nodes->size()) {
  for (const Feed& feed : feeds) feeds_.emplace(FeedKey(feed.node, feed.output), feed.parameter);
}

std::span<const Edge> Order::EdgesOf(uint32_t node) const {
  const State& state = states_[node];
  return {edges_.data() + state.first_edge, state.data_edges};
}

Result<Edge> Order::Resolve(const graphdef::NodeDef* reader, std::string_view text) {
  const auto ref = ParseRef(text);
  Edge edge;
  if (ref) {
    edge.ref = *ref;
    const auto argument = body_.arguments.find(ref->node);
    if (argument != body_.arguments.end() && ref->index == 0) {
      edge.from = Edge::From::kParameter;
      edge.node = argument->second;
      return edge;
    }
    const auto node = body_.by_name.find(ref->node);
    if (node != body_.by_name.end()) {
      edge.node = node->second;
      const auto feed = feeds_.find(FeedKey(edge.node, ref->index));
      if (feed != feeds_.end() && (!ref->control || IsPlaceholder((*body_.nodes)[edge.node].op))) {
        edge.from = Edge::From::kParameter;
        edge.node = static_cast<uint32_t>(feed->second);
        return edge;
      }
      State& state = states_[edge.node];
      if (state.visit == State::Visit::kNone) {
        LS_TRY(state.op, FindNodeOp(source_, (*body_.nodes)[edge.node].op));
        state.visit = State::Visit::kKnown;
      }
      if (!state.op.known() && !ref->control) mentioned_[edge.node].Mention(ref->output, ref->index);
      return edge;
    }
  }
  Finding finding(Code::kGraphDamaged);
  if (reader != nullptr) finding = FindingAt(Code::kGraphDamaged, *reader, body_.function);
  return source_.context.findings.Report(
      finding.Headline("a node reads something that is not there")
          .Cause(
              "{} reads '{}', and {} has no such node",
              reader != nullptr ? reader->name : std::string_view("an output"), text,
              body_.function.empty() ? std::string("the graph") : fmt::format("function {}", body_.function))
          .Fix("the file is damaged, or was edited wrongly: export the model again"));
}

Result<Edge> Order::Need(std::string_view text) {
  LS_TRY(const Edge edge, Resolve(nullptr, text));
  if (edge.from == Edge::From::kNode) LS_RETURN_IF_FAILED(Visit(edge.node));
  return edge;
}

// Puts the node on the stack, with all its inputs resolved; control inputs behind the data inputs.
Result<void> Order::OpenNode(uint32_t node) {
  const graphdef::NodeDef& definition = (*body_.nodes)[node];
  if (states_[node].visit == State::Visit::kNone) {
    LS_TRY(states_[node].op, FindNodeOp(source_, definition.op));
  }
  const auto first = static_cast<uint32_t>(edges_.size());
  for (const bool control : {false, true}) {
    for (std::string_view input : definition.inputs) {
      if (input.starts_with('^') != control) continue;
      LS_TRY(const Edge edge, Resolve(&definition, input));
      edges_.push_back(edge);
    }
    if (!control) states_[node].data_edges = static_cast<uint32_t>(edges_.size()) - first;
  }
  State& state = states_[node];
  state.first_edge = first;
  state.all_edges = static_cast<uint32_t>(edges_.size()) - first;
  state.visit = State::Visit::kOpen;
  stack_.emplace_back(node, 0);
  return {};
}

Result<void> Order::Visit(uint32_t start) {
  postponed_.push_back(start);
  while (!postponed_.empty()) {
    const uint32_t root = postponed_.back();
    postponed_.pop_back();
    if (states_[root].visit == State::Visit::kDone) continue;
    LS_RETURN_IF_FAILED(OpenNode(root));
    while (!stack_.empty()) {
      auto& [node, next] = stack_.back();
      State& state = states_[node];
      if (next == state.all_edges) {
        state.visit = State::Visit::kDone;
        order_.push_back(node);
        stack_.pop_back();
        continue;
      }
      const Edge edge = edges_[state.first_edge + next++];
      if (edge.from != Edge::From::kNode) continue;
      const auto visit = states_[edge.node].visit;
      if (visit == State::Visit::kDone) continue;
      if (IsMerge((*body_.nodes)[node].op) && IsNextIteration((*body_.nodes)[edge.node].op)) {
        postponed_.push_back(edge.node);
        continue;
      }
      if (visit == State::Visit::kOpen) return Cycle(edge.node);
      LS_RETURN_IF_FAILED(OpenNode(edge.node));
    }
  }
  return {};
}

Failed Order::Cycle(uint32_t node) const {
  std::string names;
  bool inside = false;
  size_t count = 0;
  for (const auto& [open, next] : stack_) {
    inside = inside || open == node;
    if (!inside || ++count > 6) continue;
    names += (names.empty() ? "" : " <- ") + std::string((*body_.nodes)[open].name);
  }
  if (count > 6) names += fmt::format(" <- ... ({} nodes)", count);
  return source_.context.findings.Report(
      FindingAt(Code::kGraphDamaged, (*body_.nodes)[node], body_.function)
          .Headline("the graph goes round in a circle")
          .Cause("{} depends on itself: {}; only a loop's NextIteration may close a circle",
                 (*body_.nodes)[node].name, names)
          .Fix("the file is damaged, or was edited wrongly: export the model again"));
}

}  // namespace litesmith::import_tf
