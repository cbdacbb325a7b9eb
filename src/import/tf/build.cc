#include "import/tf/build.h"

#include "base/finding.h"
#include "import/tf/versions.h"
#include "tf/operands.h"

namespace litesmith::import_tf {
namespace {

class BodyBuilder {
 public:
  BodyBuilder(Source& source, Resources& resources, const BodyToBuild& work)
      : source_(source),
        resources_(resources),
        work_(work),
        body_(*work.body),
        order_(source, body_, work.feeds),
        builder_(*work.function),
        made_(body_.nodes->size()) {}

  Result<size_t> Build();

 private:
  struct Made {
    ir::Node* node = nullptr;
    OutputLayout layout;
  };
  // An operand whose definition had not been made yet.
  struct Missing {
    uint32_t node;
    size_t operand;
    Edge edge;
  };

  Result<void> MakeNode(uint32_t index);
  Result<ir::Node*> MakeConstant(const graphdef::NodeDef& definition, Attributes& attributes);
  Result<const ir::OpDef*> TurnCallIntoOp(const graphdef::NodeDef& definition, const NodeOp& op,
                                          Attributes& attributes);
  Result<void> RequestFunctions(const graphdef::NodeDef& definition, Attributes& attributes);
  Result<void> CopyImplementation(std::string_view function, Attributes& attributes);
  std::vector<ir::Type> TypesOf(const OutputLayout& layout, Attributes& attributes) const;
  Result<ir::Value*> ValueOf(const Edge& edge, const graphdef::NodeDef* reader);
  Result<void> CheckOperands(const graphdef::NodeDef& definition, const tf::Op& op,
                             const Attributes& attributes, const std::vector<ir::Value*>& operands) const;
  ir::Origin OriginOf(const graphdef::NodeDef& definition);
  void Name(ir::Node* node, const graphdef::NodeDef& definition);

  Source& source_;
  Resources& resources_;
  const BodyToBuild& work_;
  const Body& body_;
  Order order_;
  ir::Builder builder_;
  std::vector<Made> made_;
  std::vector<Missing> missing_;
};

Result<size_t> BodyBuilder::Build() {
  std::vector<Edge> results;
  for (std::string_view ref : work_.results) {
    LS_TRY(const Edge edge, order_.Need(ref));
    results.push_back(edge);
  }
  for (std::string_view ref : work_.controls) LS_RETURN_IF_FAILED(order_.Need(ref));
  for (uint32_t node : order_.nodes()) {
    if (source_.context.is_cancelled()) return kFailed;
    LS_RETURN_IF_FAILED(MakeNode(node));
  }
  for (const Missing& missing : missing_) {
    LS_TRY(ir::Value * value, ValueOf(missing.edge, &(*body_.nodes)[missing.node]));
    made_[missing.node].node->SetOperand(missing.operand, value);
  }
  std::vector<ir::Value*> values;
  for (const Edge& edge : results) {
    LS_TRY(ir::Value * value, ValueOf(edge, nullptr));
    values.push_back(value);
  }
  work_.function->SetResults(values);
  return order_.nodes().size();
}

Result<ir::Value*> BodyBuilder::ValueOf(const Edge& edge, const graphdef::NodeDef* reader) {
  if (edge.from == Edge::From::kParameter) return work_.function->parameter(edge.node);
  const Made& made = made_[edge.node];
  const graphdef::NodeDef& definition = (*body_.nodes)[edge.node];
  std::optional<size_t> index;
  if (made.node != nullptr)
    index = made.layout.Index(order_.OpOf(edge.node), made.node->attributes, edge.ref);
  if (index && *index < made.node->output_count()) return made.node->output(*index);
  return source_.context.findings.Report(
      FindingAt(Code::kGraphDamaged, definition, body_.function)
          .Headline("a node reads an output that does not exist")
          .Cause("{} reads output {}{}{} of {}, a {} with {} outputs",
                 reader != nullptr ? reader->name : std::string_view("a result"), edge.ref.output,
                 edge.ref.output.empty() ? "" : ":", edge.ref.index, definition.name, definition.op,
                 made.layout.types().size())
          .Fix("the file is damaged, or was edited wrongly: export the model again"));
}

Result<void> BodyBuilder::MakeNode(uint32_t index) {
  const graphdef::NodeDef& definition = (*body_.nodes)[index];
  const NodeOp& op = order_.OpOf(index);
  LS_TRY(Attributes attributes, source_.AttributesOf(definition));
  if (op.op != nullptr && !op.is_call) {
    LS_RETURN_IF_FAILED(CheckAttributes(source_, definition, body_.function, *op.op, attributes));
  }
  Made& made = made_[index];
  builder_.origin = source_.module.origins.Add(OriginOf(definition));
  if (IsPlaceholder(definition.op)) {
    return source_.context.findings.Report(
        FindingAt(Code::kInputMissing, definition, body_.function)
            .Headline("the graph needs an input that is not among the inputs")
            .Cause("an output depends on the placeholder {}, for which no value is given", definition.name)
            .Fix(fmt::format("name it as an input as well: --input-tensors {},...", definition.name)));
  }
  made.layout = OutputLayout::Of(op, attributes, order_.MentionsOf(index));
  if (definition.op == "Const") {
    LS_TRY(made.node, MakeConstant(definition, attributes));
    if (made.node != nullptr) {
      Name(made.node, definition);
      return {};
    }
  }
  const std::span<const Edge> edges = order_.EdgesOf(index);
  std::vector<ir::Value*> operands;
  operands.reserve(edges.size());
  for (size_t i = 0; i < edges.size(); ++i) {
    if (edges[i].from == Edge::From::kNode && made_[edges[i].node].node == nullptr) {
      missing_.push_back({index, i, edges[i]});  // a loop's back edge: the order allows no other
      operands.push_back(nullptr);
    } else {
      LS_TRY(ir::Value * value, ValueOf(edges[i], &definition));
      operands.push_back(value);
    }
  }
  if (op.op != nullptr && !op.is_call)
    LS_RETURN_IF_FAILED(CheckOperands(definition, *op.op, attributes, operands));
  LS_TRY(const ir::OpDef* op_def, TurnCallIntoOp(definition, op, attributes));
  LS_RETURN_IF_FAILED(RequestFunctions(definition, attributes));
  LS_RETURN_IF_FAILED(resources_.Complete(definition, body_.function, attributes));
  std::vector<ir::Type> types = TypesOf(made.layout, attributes);
  made.node = builder_.Create(*op_def, operands, std::move(types), std::move(attributes));
  Name(made.node, definition);
  return {};
}

// TensorFlow would not load a graph whose nodes contradict their ops' registrations.
Result<void> BodyBuilder::CheckOperands(const graphdef::NodeDef& definition, const tf::Op& op,
                                        const Attributes& attributes,
                                        const std::vector<ir::Value*>& operands) const {
  Finding finding = FindingAt(Code::kGraphDamaged, definition, body_.function);
  finding.Fix("the file is damaged, or was edited wrongly: export the model again");
  const auto report = [&] { return source_.context.findings.Report(std::move(finding)); };
  const auto wanted = tf::OperandTypes(op, attributes);
  const size_t least = tf::LeastOperands(op);
  // A fused twin ("_FusedConv2D") has further operands.
  const bool too_many = wanted && operands.size() > wanted->size() && definition.op == op.name;
  if (operands.size() < least || too_many) {
    finding.Headline("{}", too_many ? "an op with too many inputs" : "an op without all of its inputs")
        .Cause("{} is of op {}, which takes {} inputs, and has {}", definition.name, definition.op,
               too_many ? wanted->size() : least, operands.size());
    return report();
  }
  for (size_t i = 0; wanted && i < operands.size() && i < wanted->size(); ++i) {
    const DType given = operands[i] != nullptr ? operands[i]->type.dtype : DType::kInvalid;
    const DType expected = (*wanted)[i];
    if (given == expected || given == DType::kInvalid || expected == DType::kInvalid) continue;
    finding.Headline("an op whose inputs are of another type than it says")
        .Cause("{} is of op {} and says that its input {} is {}; it is given {}", definition.name,
               definition.op, i, NameOf(expected), NameOf(given));
    return report();
  }
  return {};
}

ir::Origin BodyBuilder::OriginOf(const graphdef::NodeDef& definition) {
  ir::Origin origin;
  origin.node = definition.name;
  origin.op = definition.op;
  origin.function = body_.function;
  origin.layer = source_.layers.LayerOf(definition.name);
  if (source_.debug_info != nullptr)
    origin.source = source_.debug_info->SourceOf(definition.name, body_.function);
  return origin;
}

void BodyBuilder::Name(ir::Node* node, const graphdef::NodeDef& definition) {
  node->name = definition.name;
  if (!body_.function.empty()) return;
  for (size_t i = 0; i < node->output_count(); ++i)
    node->output(i)->name = fmt::format("{}:{}", definition.name, i);
}

// Null for a constant of a resource or variant, which stays an op.
Result<ir::Node*> BodyBuilder::MakeConstant(const graphdef::NodeDef& definition, Attributes& attributes) {
  const auto* value = attributes.FindAs<Tensor>("value");
  if (value == nullptr) {
    return source_.context.findings.Report(
        FindingAt(Code::kGraphDamaged, definition, body_.function)
            .Headline("a constant without a value")
            .Cause("{} is a Const whose attribute 'value' is missing", definition.name)
            .Fix("the file is damaged: export the model again"));
  }
  if (!value->valid()) return nullptr;
  ir::Type type{value->dtype(), Shape::Of(value->dims()), nullptr};
  Attributes kept{{"value", *value}};
  if (body_.function.empty()) {
    const std::string path = resources_.AssetOf(definition.name);
    if (!path.empty()) kept.Set("asset_path", path);
  }
  return builder_.Create(ir::kConstant, {}, {std::move(type)}, std::move(kept));
}

Result<const ir::OpDef*> BodyBuilder::TurnCallIntoOp(const graphdef::NodeDef& definition, const NodeOp& op,
                                                     Attributes& attributes) {
  if (op.is_call) {
    std::vector<DType> inputs, outputs;
    for (const graphdef::ArgDef& argument : op.definition->inputs) inputs.push_back(argument.type);
    for (const graphdef::ArgDef& argument : op.definition->outputs) outputs.push_back(argument.type);
    attributes.Set("f", FunctionRef{std::string(definition.op)});
    attributes.Set("Tin", std::move(inputs));
    attributes.Set("Tout", std::move(outputs));
    if (op.op == nullptr) return &source_.module.UnknownOp(ir::Dialect::kTf, "PartitionedCall");
  }
  if (op.op != nullptr) return op.op;
  return &source_.module.UnknownOp(ir::Dialect::kTf, definition.op);
}

// Renames the functions that the attributes refer to as the module calls them, and has them imported.
Result<void> BodyBuilder::RequestFunctions(const graphdef::NodeDef& definition, Attributes& attributes) {
  std::vector<Attributes::Entry> renamed;
  std::string called;
  for (const auto& [name, value] : attributes) {
    if (const auto* one = std::get_if<FunctionRef>(&value); one != nullptr && !one->name.empty()) {
      LS_TRY(ir::Function * function, source_.Request(one->name, definition, body_.function));
      if (name == "f") called = one->name;
      renamed.emplace_back(name, FunctionRef{function->name});
    } else if (const auto* list = std::get_if<std::vector<FunctionRef>>(&value)) {
      std::vector<FunctionRef> names;
      for (const FunctionRef& ref : *list) {
        LS_TRY(ir::Function * function, source_.Request(ref.name, definition, body_.function));
        names.push_back({function->name});
      }
      renamed.emplace_back(name, std::move(names));
    }
  }
  for (auto& [name, value] : renamed) attributes.Set(name, std::move(value));
  if (called.empty()) return {};
  return CopyImplementation(called, attributes);
}

// What a function says that it implements belongs to the call, where passes look for it.
Result<void> BodyBuilder::CopyImplementation(std::string_view function, Attributes& attributes) {
  LS_TRY(const LibraryFunction* called, source_.Function(function));
  const Attributes& own = called->definition.attributes;
  if (own.Find("_implements") == nullptr && own.Find("api_implements") == nullptr &&
      own.Find("tfl_fusable_op") == nullptr) {
    return {};
  }
  for (const auto& [name, value] : own) {
    if (attributes.Find(name) == nullptr) attributes.Set(name, value);
  }
  return {};
}

// dtypes from the op, shapes from the hint that TensorFlow leaves on some nodes, which is used up.
std::vector<ir::Type> BodyBuilder::TypesOf(const OutputLayout& layout, Attributes& attributes) const {
  std::vector<ir::Type> types(layout.types().size());
  for (size_t i = 0; i < types.size(); ++i) types[i].dtype = layout.types()[i];
  if (const auto* shapes = attributes.FindAs<std::vector<Shape>>("_output_shapes")) {
    for (size_t i = 0; i < types.size() && i < shapes->size(); ++i) types[i].shape = (*shapes)[i];
  }
  attributes.Erase("_output_shapes");
  return types;
}

}  // namespace

Result<size_t> BuildBody(Source& source, Resources& resources, const BodyToBuild& work) {
  return BodyBuilder(source, resources, work).Build();
}

}  // namespace litesmith::import_tf
