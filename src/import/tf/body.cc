#include "import/tf/body.h"

#include <charconv>

#include "base/finding.h"

namespace litesmith::import_tf {

std::optional<Ref> ParseRef(std::string_view text) {
  Ref ref;
  if (text.starts_with('^')) {
    ref.control = true;
    text.remove_prefix(1);
  }
  const size_t first = text.find(':');
  ref.node = text.substr(0, first);
  if (ref.node.empty()) return std::nullopt;
  if (first == text.npos) return ref;
  std::string_view index = text.substr(first + 1);
  const size_t second = index.find(':');
  if (second != index.npos) {
    ref.output = index.substr(0, second);
    index.remove_prefix(second + 1);
  } else if (!index.empty() && (index[0] < '0' || index[0] > '9')) {  // a single output by its name
    ref.output = index;
    return ref;
  }
  const auto [end, problem] = std::from_chars(index.data(), index.data() + index.size(), ref.index);
  if (problem != std::errc() || end != index.data() + index.size()) return std::nullopt;
  return ref;
}

Result<Body> MakeBody(Context& context, std::string_view function,
                      const std::vector<graphdef::NodeDef>& nodes) {
  Body body;
  body.function = function;
  body.nodes = &nodes;
  body.by_name.reserve(nodes.size());
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (body.by_name.emplace(nodes[i].name, i).second) continue;
    return context.findings.Report(
        Finding(Code::kGraphDamaged)
            .Headline("two nodes have the same name")
            .Node(nodes[i].name)
            .Cause("{} is the name of more than one node of {}", nodes[i].name,
                   function.empty() ? std::string("the graph") : fmt::format("function {}", function))
            .Fix("the file is damaged, or was edited wrongly: export the model again"));
  }
  return body;
}

}  // namespace litesmith::import_tf
