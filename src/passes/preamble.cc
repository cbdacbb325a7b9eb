#include "passes/preamble.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "tf/glob.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// What is known of a value on its way from the inputs.
enum class Kind : uint8_t {
  kConstant,  // depends on no input
  kText,      // follows from text inputs, and nothing has been parsed or decoded
  kParsed,    // text that was parsed out of text
  kCarried,   // a list of what was parsed or decoded
  kNumbers,   // anything else
};

// What a value comes from.
struct Source {
  Kind kind = Kind::kConstant;
  const ir::Node* op = nullptr;
  const ir::Value* input = nullptr;
};

// A list, or a TensorArray's flow: a number that stands for its state, the last operand of its ops.
bool IsList(const ir::Value& value) {
  if (value.type.dtype == DType::kVariant || value.type.dtype == DType::kResource) return true;
  return std::any_of(value.uses().begin(), value.uses().end(), [](const ir::Use& use) {
    return use.user->op_name().starts_with("TensorArray") && use.operand + 1 == use.user->operand_count();
  });
}

std::vector<const ir::Function*> FunctionsOf(const ir::Node& node) {
  const ir::Module& module = *node.function()->module();
  std::vector<const ir::Function*> functions;
  const auto add = [&](const FunctionRef& reference) {
    if (const ir::Function* function = module.FindFunction(reference.name)) functions.push_back(function);
  };
  for (const auto& [name, value] : node.attributes) {
    if (const auto* one = std::get_if<FunctionRef>(&value)) add(*one);
    if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
      for (const FunctionRef& reference : *many) add(reference);
    }
  }
  return functions;
}

// What a function holds, and those that it calls.
struct Inside {
  const ir::Node* op = nullptr;  // that parses or decodes; the last one: pictures stand in examples
  bool pure = true;              // nothing has an effect of its own
};

Inside InsideOf(const ir::Function& start) {
  Inside inside;
  std::unordered_set<const ir::Function*> seen = {&start};
  std::vector<const ir::Function*> waiting = {&start};
  while (!waiting.empty()) {
    const ir::Function* function = waiting.back();
    waiting.pop_back();
    for (const ir::Node& node : function->nodes()) {
      if (IsPreambleOp(node)) inside.op = &node;
      if (node.op().Has(ir::kCalls)) {
        for (const ir::Function* called : FunctionsOf(node)) {
          if (seen.insert(called).second) waiting.push_back(called);
        }
      } else if (node.op().Has(ir::kSideEffect) && !node.Is(ir::kReturn)) {
        inside.pure = false;
      }
    }
  }
  return inside;
}

std::string TextOf(const Tensor* tensor) {
  if (tensor == nullptr || tensor->dtype() != DType::kString || tensor->elements() != 1) return {};
  return std::string(tensor->strings()[0]);
}

// The keys of one kind ("dense", "sparse", "ragged") of an op of the ParseExample family.
std::vector<std::string> KeysOf(const ir::Node& node, std::string_view kind) {
  const auto all_of = [](const Tensor* tensor) {
    std::vector<std::string> keys;
    if (tensor != nullptr && tensor->dtype() == DType::kString) {
      for (const std::string_view key : tensor->strings()) keys.emplace_back(key);
    }
    return keys;
  };
  if (node.op_name() == "ParseExampleV2") {
    // serialized, names, sparse_keys, dense_keys, ragged_keys, dense_defaults
    return all_of(node.operand_count() < 5 ? nullptr
                                           : node.constant_operand(kind == "sparse"  ? 2
                                                                   : kind == "dense" ? 3
                                                                                     : 4));
  }
  if (node.op_name() == "ParseExample") {
    // serialized, names, sparse_keys * Nsparse, dense_keys * Ndense, dense_defaults
    const auto sparse = static_cast<size_t>(std::max<int64_t>(node.attributes.Int("Nsparse"), 0));
    const auto dense = static_cast<size_t>(std::max<int64_t>(node.attributes.Int("Ndense"), 0));
    const size_t first = kind == "sparse" ? 2 : 2 + sparse, count = kind == "sparse" ? sparse : dense;
    std::vector<std::string> keys;
    for (size_t i = first; kind != "ragged" && i < first + count && i < node.operand_count(); ++i)
      keys.push_back(TextOf(node.constant_operand(i)));
    return keys;
  }
  return node.attributes.Get<std::vector<std::string>>(std::string(kind) + "_keys");
}

// The names of the features that the outputs of an op hold, "age", "words_indices"; none for other ops.
class Features {
 public:
  explicit Features(const ir::Node& node) {
    const tf::Op* op = tf::OpOf(node);
    if (op == nullptr || !tf::MatchesAny("ParseExample* ParseSingleExample", node.op_name())) return;
    struct Argument {
      std::string_view name, kind, suffix;
    };
    constexpr Argument kArguments[] = {
        {"sparse_indices", "sparse", "_indices"}, {"sparse_values", "sparse", "_values"},
        {"sparse_shapes", "sparse", "_shape"},    {"dense_values", "dense", ""},
        {"ragged_values", "ragged", "_values"},   {"ragged_row_splits", "ragged", "_row_splits"}};
    names_.resize(node.output_count());
    for (const Argument& argument : kArguments) {
      const auto range = tf::FindOutput(*op, node.attributes, argument.name);
      const std::vector<std::string> keys = KeysOf(node, argument.kind);
      for (size_t i = 0; range && i < range->count && i < keys.size() && range->first + i < names_.size();
           ++i) {
        if (!keys[i].empty()) names_[range->first + i] = keys[i] + std::string(argument.suffix);
      }
    }
  }
  // Empty if unknown.
  std::string NameOf(size_t output) const { return output < names_.size() ? names_[output] : std::string(); }

 private:
  std::vector<std::string> names_;
};

// Whether `value` is the number of elements of `input`, a vector: Shape, and perhaps the one element taken
// out.
bool IsLengthOf(const ir::Value* value, const ir::Value* input) {
  const ir::Node* node = value != nullptr ? value->node() : nullptr;
  if (node != nullptr && (node->Is(tf::StridedSlice) || node->Is(tf::Squeeze) || node->Is(tf::Reshape)) &&
      node->operand(0) != nullptr)
    node = node->operand(0)->node();
  return node != nullptr && (node->Is(tf::Shape) || node->Is(tf::Size)) && node->operand(0) == input;
}

// The loop that filled the list of which `stack` makes a tensor; null if there is none.
const ir::Node* LoopBehind(const ir::Node& stack) {
  for (const ir::Value* operand : stack.operands()) {
    const ir::Node* node = operand != nullptr ? operand->node() : nullptr;
    if (node != nullptr && (node->Is(tf::While) || node->Is(tf::StatelessWhile))) return node;
  }
  return nullptr;
}

// Whether a loop's list has one place for each element of `input`: its size was reserved so.
bool HasOneForEach(const ir::Node& stack, const ir::Value& input) {
  if (stack.Is(tf::TensorArrayGatherV3)) {
    const ir::Value* array = stack.operand_or_null(0);
    const ir::Node* made = array != nullptr ? array->node() : nullptr;
    return made != nullptr && made->Is(tf::TensorArrayV3) && IsLengthOf(made->operand_or_null(0), &input);
  }
  const ir::Node* loop = LoopBehind(stack);
  const ir::Value* list = stack.operand_or_null(0);
  if (loop == nullptr || list == nullptr || list->node() != loop) return false;
  const ir::Value* before = loop->operand_or_null(list->index());
  const ir::Node* reserve = before != nullptr ? before->node() : nullptr;
  return reserve != nullptr && reserve->Is(tf::TensorListReserve) &&
         IsLengthOf(reserve->operand_or_null(1), &input);
}

// What a loop of TensorFlow 1 writes into its only array, as far as it is known.
Shape ElementOf(const ir::Node& loop) {
  const auto* body = loop.attributes.FindAs<FunctionRef>("body");
  const ir::Function* function =
      body != nullptr ? loop.function()->module()->FindFunction(body->name) : nullptr;
  const ir::Value* written = nullptr;
  for (const ir::Node* node = function != nullptr ? function->first() : nullptr; node != nullptr;
       node = node->next()) {
    if (!node->Is(tf::TensorArrayWriteV3)) continue;
    if (written != nullptr) return {};
    written = node->operand_or_null(2);
  }
  return written != nullptr ? written->type.shape : Shape();
}

// The type of the tensor that takes the place of `value`.
ir::Type TypeOfEnd(const ir::Value& value, const ir::Node& op, const ir::Value& input) {
  ir::Type type = value.type;
  const ir::Node& node = *value.node();
  if (!type.shape.ranked() && node.Is(tf::DecodeImage)) {
    // A picture that may move has four dimensions, others three: what a network takes is one that does not.
    const int64_t channels = op.attributes.Int("channels");
    type.shape = {Dim(), Dim(), channels > 0 ? Dim(channels) : Dim()};
  }
  if (!node.Is(tf::TensorListStack) && !node.Is(tf::TensorArrayGatherV3)) return type;
  const ir::Node* loop = LoopBehind(node);
  if (!type.shape.ranked() && loop != nullptr) {
    const Shape element = ElementOf(*loop);
    if (element.ranked()) {
      std::vector<Dim> dims = element.dims();
      dims.insert(dims.begin(), Dim());
      type.shape = Shape(std::move(dims));
    }
  }
  if (type.shape.rank() > 0 && input.type.shape.rank() == 1 && HasOneForEach(node, input))
    type.shape[0] = input.type.shape[0];
  return type;
}

class Finder {
 public:
  explicit Finder(ir::Function& function) : function_(function) {}

  Preamble Find() {
    for (size_t i = 0; i < function_.parameter_count(); ++i) {
      ir::Value* parameter = function_.parameter(i);
      const bool text = parameter->type.dtype == DType::kString;
      sources_[parameter] = {text ? Kind::kText : Kind::kNumbers, nullptr, parameter};
    }
    for (ir::Node& node : function_.nodes()) {
      if (!node.Is(ir::kConstant) && !Visit(node)) return {};
    }
    if (!known_ranks_) return {};  // an input of unknown rank is none that a device could be given
    return std::move(found_);
  }

 private:
  // False if the preamble cannot be cut off.
  bool Visit(ir::Node& node) {
    Source source;
    bool numbers = false, lists = false;
    for (const ir::Value* operand : node.operands()) {
      const auto known = operand != nullptr ? sources_.find(operand) : sources_.end();
      if (known == sources_.end()) continue;
      numbers |= known->second.kind == Kind::kNumbers;
      lists |= known->second.kind == Kind::kCarried;
      if (known->second.kind > source.kind) source = known->second;
    }
    if (source.kind == Kind::kConstant && !node.Is(ir::kReturn)) return true;
    if (numbers || node.Is(ir::kReturn)) {
      for (ir::Value* operand : node.operands()) Reach(operand);
      Spread(node, {Kind::kNumbers, nullptr, source.input});
      return !lists;
    }
    const ir::Node* op = lists ? source.op : PreambleOpIn(node);
    if (op != nullptr) return Parse(node, {source.kind, op, source.input}, lists);
    if (source.kind == Kind::kParsed && !GivesText(node)) {
      for (ir::Value* operand : node.operands()) Reach(operand);
      source = {Kind::kNumbers, nullptr, source.input};
    } else if (source.kind == Kind::kParsed) {
      found_.nodes.push_back(&node);
    }
    Spread(node, source);
    return true;
  }

  // The op that parses or decodes: the node itself, or one in the functions that it calls, if they do nothing
  // else that counts. Null if there is none.
  const ir::Node* PreambleOpIn(const ir::Node& node) {
    if (IsPreambleOp(node)) return &node;
    const ir::Node* op = nullptr;
    if (!node.op().Has(ir::kCalls)) return op;
    for (const ir::Function* function : FunctionsOf(node)) {
      const auto [known, added] = insides_.try_emplace(function);
      if (added) known->second = InsideOf(*function);
      if (!known->second.pure) return nullptr;
      if (known->second.op != nullptr) op = known->second.op;
    }
    return op;
  }

  static bool GivesText(const ir::Node& node) {
    for (size_t i = 0; i < node.output_count(); ++i) {
      if (node.output(i)->type.dtype != DType::kString) return false;
    }
    return true;
  }

  void Spread(const ir::Node& node, const Source& source) {
    for (size_t i = 0; i < node.output_count(); ++i) sources_[node.output(i)] = source;
  }

  bool Parse(ir::Node& node, const Source& source, bool of_lists) {
    const bool counts =
        of_lists && tf::MatchesAny("TensorListLength TensorArraySizeV3 Range", node.op_name());
    // Whatever else is asked of a list has no form without it.
    if (of_lists && !counts &&
        !tf::MatchesAny("TensorListStack TensorListConcat* TensorListGather TensorListGetItem "
                        "TensorArrayGatherV3 TensorArrayConcatV3 TensorArrayReadV3 Identity*",
                        node.op_name()))
      return false;
    found_.nodes.push_back(&node);
    for (size_t i = 0; i < node.output_count(); ++i) {
      ir::Value* output = node.output(i);
      const DType dtype = output->type.dtype;
      Source given = source;
      given.kind = counts || IsList(*output) ? Kind::kCarried
                   : dtype == DType::kString ? Kind::kParsed
                                             : Kind::kNumbers;
      sources_[output] = given;
      if (given.kind == Kind::kNumbers && output->used()) End(output);
    }
    return true;
  }

  // Something beyond the preamble takes this value.
  void Reach(ir::Value* value) {
    const auto known = value != nullptr ? sources_.find(value) : sources_.end();
    if (known != sources_.end() && known->second.kind == Kind::kParsed) End(value);
  }

  void End(ir::Value* value) {
    if (!ended_.insert(value).second) return;
    const Source& source = sources_.at(value);
    ir::Type type = TypeOfEnd(*value, *source.op, *source.input);
    known_ranks_ &= type.shape.ranked();
    const ir::Node* node = value->node();
    const Features& features = features_.try_emplace(node, *node).first->second;
    found_.ends.push_back({value, std::move(type), source.op, source.input, features.NameOf(value->index())});
  }

  ir::Function& function_;
  std::unordered_map<const ir::Value*, Source> sources_;
  std::unordered_set<const ir::Value*> ended_;
  std::unordered_map<const ir::Node*, Features> features_;
  std::unordered_map<const ir::Function*, Inside> insides_;  // of functions that nodes call
  bool known_ranks_ = true;
  Preamble found_;
};

}  // namespace

bool IsPreambleOp(const ir::Node& node) {
  return node.op().dialect == ir::Dialect::kTf &&
         tf::MatchesAny(
             "ParseExample ParseExampleV2 ParseSingleExample ParseSequenceExample ParseSequenceExampleV2 "
             "ParseSingleSequenceExample ParseTensor DecodeJpeg DecodePng DecodeBmp DecodeGif DecodeImage "
             "DecodeWebP DecodeAndCropJpeg DecodeWav DecodeRaw DecodePaddedRaw DecodeCSV DecodeProtoV2 "
             "DecodeJSONExample DecodeCompressed DecodeBase64",
             node.op_name());
}

Preamble FindPreamble(ir::Function& function) { return Finder(function).Find(); }

}  // namespace litesmith::passes
