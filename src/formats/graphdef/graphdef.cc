#include "formats/graphdef/graphdef.h"

#include "base/finding.h"

namespace litesmith::graphdef {
namespace {

using protobuf::Reader;

ArgDef DecodeArg(Reader reader, bool& ok) {
  ArgDef arg;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        arg.name = reader.Text();
        break;
      case 3:
        arg.type = DTypeOfNumber(reader.Varint());
        break;
      case 4:
        arg.type_attr = reader.Text();
        break;
      case 5:
        arg.number_attr = reader.Text();
        break;
      case 6:
        arg.type_list_attr = reader.Text();
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  return arg;
}

// An AttrDef: its name, and its default as a field of the same name.
void DecodeAttrDef(Reader reader, Attributes& defaults, bool& ok) {
  std::string_view name;
  std::optional<Attribute> value;
  while (reader.Next()) {
    if (reader.field() == 1) name = reader.Text();
    if (reader.field() == 3) value = DecodeAttribute(reader.Message("AttrValue"), ok);
  }
  ok = ok && reader.ok();
  if (value) defaults.Set(name, *std::move(value));
}

OpDef DecodeOpDef(Reader reader, bool& ok) {
  OpDef op;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        op.name = reader.Text();
        break;
      case 2:
        op.inputs.push_back(DecodeArg(reader.Message("OpDef.ArgDef"), ok));
        break;
      case 3:
        op.outputs.push_back(DecodeArg(reader.Message("OpDef.ArgDef"), ok));
        break;
      case 4:
        DecodeAttrDef(reader.Message("OpDef.AttrDef"), op.defaults, ok);
        break;
      case 17:
        op.stateful = reader.Bool();
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  return op;
}

NodeDef DecodeNode(Reader reader, bool& ok) {
  NodeDef node;
  node.message = reader.whole();
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        node.name = reader.Text();
        break;
      case 2:
        node.op = reader.Text();
        break;
      case 3:
        node.inputs.push_back(reader.Text());
        break;
      default:
        break;
    }
  }
  if (reader.ok() && (node.name.empty() || node.op.empty())) reader.Fail("a node without name or op");
  ok = ok && reader.ok();
  return node;
}

// The name of a FunctionDef, without decoding its body: the signature stands first in files that TensorFlow
// writes.
std::string_view NameOfFunction(Reader reader, bool& ok) {
  std::string_view name;
  while (name.empty() && reader.Next()) {
    if (reader.field() != 1) continue;
    Reader signature = reader.Message("OpDef");
    while (name.empty() && signature.Next()) {
      if (signature.field() == 1) name = signature.Text();
    }
    ok = ok && signature.ok();
  }
  if (ok && reader.ok() && name.empty()) reader.Fail("a function without a name");
  ok = ok && reader.ok();
  return name;
}

void DecodeLibrary(Reader reader, GraphDef& graph, bool& ok) {
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    const Bytes message = reader.Raw();
    const Reader function(reader.document(), reader.context(), message, "FunctionDef", reader.depth() + 1);
    graph.functions.emplace(NameOfFunction(function, ok), message);
    if (!ok) reader.Abandon();
  }
  ok = ok && reader.ok();
}

void DecodeVersions(Reader reader, GraphDef& graph, bool& ok) {
  while (reader.Next()) {
    if (reader.field() == 1) graph.producer = static_cast<int32_t>(reader.Int());
    if (reader.field() == 2) graph.min_consumer = static_cast<int32_t>(reader.Int());
    if (reader.field() == 3) reader.AppendVarints(graph.bad_consumers);
  }
  ok = ok && reader.ok();
}

Failed TooManyNodes(const protobuf::Document& document, Context& context) {
  return context.findings.Report(
      Finding(Code::kLimitExceeded)
          .Headline("a graph of more than {} nodes", context.limits.max_graph_nodes)
          .Cause("{} holds more nodes than this program takes", document.file)
          .Fix("export the model for inference, without what only training needs"));
}

// Attributes of one argument: an entry of FunctionDef.arg_attr.
void DecodeArgumentAttributes(Reader& field, std::vector<Attributes>& all) {
  const protobuf::MapEntry entry = protobuf::ReadMapEntry(field);
  if (!field.ok()) return;
  Reader reader(field.document(), field.context(), entry.value, "FunctionDef.ArgAttrs", field.depth() + 1);
  Attributes attributes;
  while (reader.Next()) {
    if (reader.field() == 1) DecodeAttributeEntry(reader, attributes);
  }
  if (!reader.ok()) return field.Abandon();
  // Text readers number arguments as they like; a number beyond the arguments is dropped by the caller.
  if (entry.number_key < all.size()) all[entry.number_key] = std::move(attributes);
}

}  // namespace

Result<GraphDef> DecodeGraph(const protobuf::Document& document, Context& context, Bytes message, int depth) {
  GraphDef graph;
  bool ok = true;
  Reader reader(document, context, message, "GraphDef", depth);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        graph.nodes.push_back(DecodeNode(reader.Message("NodeDef"), ok));
        if (graph.nodes.size() > context.limits.max_graph_nodes) return TooManyNodes(document, context);
        break;
      case 2:
        DecodeLibrary(reader.Message("FunctionDefLibrary"), graph, ok);
        break;
      case 3:
        graph.producer = static_cast<int32_t>(reader.Int());
        break;  // before VersionDef came
      case 4:
        DecodeVersions(reader.Message("VersionDef"), graph, ok);
        break;
      default:
        break;
    }
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return graph;
}

Result<FunctionDef> DecodeFunction(const protobuf::Document& document, Context& context, Bytes message) {
  FunctionDef function;
  bool ok = true;
  Reader reader(document, context, message, "FunctionDef", 1);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        function.signature = DecodeOpDef(reader.Message("OpDef"), ok);
        function.argument_attributes.resize(function.signature.inputs.size());
        break;
      case 3:
        function.nodes.push_back(DecodeNode(reader.Message("NodeDef"), ok));
        if (function.nodes.size() > context.limits.max_graph_nodes) return TooManyNodes(document, context);
        break;
      case 4: {
        const protobuf::MapEntry entry = protobuf::ReadMapEntry(reader);
        function.results.emplace_back(entry.text_key, AsText(entry.value));
        break;
      }
      case 5:
        DecodeAttributeEntry(reader, function.attributes);
        break;
      case 6:
        function.control_results.push_back(AsText(protobuf::ReadMapEntry(reader).value));
        break;
      case 7:
        DecodeArgumentAttributes(reader, function.argument_attributes);
        break;
      default:
        break;
    }
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return function;
}

Result<OpDef> DecodeOpDef(const protobuf::Document& document, Context& context, Bytes message) {
  bool ok = true;
  OpDef op = DecodeOpDef(Reader(document, context, message, "OpDef", 3), ok);
  if (!ok) return kFailed;
  return op;
}

Result<Attributes> DecodeNodeAttributes(const protobuf::Document& document, Context& context,
                                        const NodeDef& node, std::string_view without) {
  Attributes attributes;
  Reader reader(document, context, node.message, "NodeDef", 2);
  while (reader.Next()) {
    if (reader.field() == 5) DecodeAttributeEntry(reader, attributes, without);
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return attributes;
}

}  // namespace litesmith::graphdef
