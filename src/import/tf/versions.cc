#include "import/tf/versions.h"

#include <algorithm>

#include "tf/attribute_names.h"

namespace litesmith::import_tf {
namespace {

template <class T>
bool SameValue(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return a.dtype() == b.dtype() && a.dims() == b.dims() &&
           std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
  } else {
    return a == b;
  }
}

bool SameAttribute(const Attribute& a, const Attribute& b) {
  return a.index() == b.index() &&
         std::visit(
             [&](const auto& value) { return SameValue(value, std::get<std::decay_t<decltype(value)>>(b)); },
             a);
}

// What a field of a message is when it is not written.
bool IsZeroOrEmpty(const Attribute& attribute) {
  return std::visit(
      [](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Tensor>)
          return !value.valid();
        else
          return SameValue(value, T{});
      },
      attribute);
}

std::string TextOf(const Attribute& attribute) {
  if (const auto* number = std::get_if<int64_t>(&attribute)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<float>(&attribute)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&attribute)) return *flag ? "true" : "false";
  if (const auto* words = std::get_if<std::string>(&attribute)) return fmt::format("'{}'", *words);
  if (const auto* dtype = std::get_if<DType>(&attribute)) return std::string(NameOf(*dtype));
  return "another value than its default";
}

}  // namespace

Result<void> CheckVersions(const graphdef::GraphDef& graph, std::string_view tensorflow, Context& context) {
  const std::string by = tensorflow.empty() ? "" : fmt::format(", by TensorFlow {}", tensorflow);
  const auto& bad = graph.bad_consumers;
  const bool refused = std::find(bad.begin(), bad.end(), tf::kGraphVersion) != bad.end();
  if (refused || graph.min_consumer > tf::kGraphVersion) {
    Finding finding(Code::kConsumerTooOld);
    if (refused) {
      finding.Headline("the graph forbids readers of version {}", tf::kGraphVersion);
    } else {
      finding.Headline("the graph needs readers of version {} or later", graph.min_consumer);
    }
    return context.findings.Report(
        finding
            .Cause("it was written in version {} of TensorFlow's graphs{}, and says that programs which know "
                   "only version {} (TensorFlow {}) would misread it",
                   graph.producer, by, tf::kGraphVersion, tf::kGraphVersionOf)
            .Fix("update Litesmith to a release that knows the newer TensorFlow")
            .Fix(fmt::format("or export the model again with TensorFlow {} or older", tf::kGraphVersionOf)));
  }
  if (graph.producer > tf::kGraphVersion) {
    (void)context.findings.Report(
        Finding(Code::kProducerTooNew)
            .Headline("the model comes from a TensorFlow newer than this program knows")
            .Cause("its graph has version {}{}; this program knows {} (TensorFlow {}). Nothing new was found "
                   "in it so far: what is new and used is told for each op",
                   graph.producer, by, tf::kGraphVersion, tf::kGraphVersionOf)
            .Fix("nothing, if the results agree with TensorFlow's; else update Litesmith"));
  }
  return {};
}

Result<void> CheckAttributes(Source& source, const graphdef::NodeDef& node, std::string_view function,
                             const tf::Op& op, const Attributes& attributes) {
  bool failed = false;
  for (const auto& [name, value] : attributes) {
    if (name.starts_with('_') || tf::HasAttribute(op, name)) continue;
    LS_TRY(const graphdef::OpDef* definition, source.OpDefOf(node.op));
    const Attribute* usual = definition != nullptr ? definition->defaults.Find(name) : nullptr;
    if (usual != nullptr ? SameAttribute(value, *usual) : IsZeroOrEmpty(value)) continue;
    failed = true;
    (void)source.context.findings.Report(
        FindingAt(Code::kUnknownAttribute, node, function)
            .Headline("{} has an attribute that came later: {}", node.op, name)
            .Cause("{} is {} here, which is not its default: the op then computes something else than the {} "
                   "of TensorFlow {}, the newest that this program knows",
                   name, TextOf(value), node.op, tf::kGraphVersionOf)
            .Fix(
                fmt::format("export the model with TensorFlow {} or older, or without {} in the model's code",
                            tf::kGraphVersionOf, name))
            .Fix("or update Litesmith to a release that knows the newer TensorFlow"));
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::import_tf
