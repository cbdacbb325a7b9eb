#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "ir/signature.h"
#include "passes/infer_shapes.h"
#include "passes/passes.h"
#include "passes/preamble.h"
#include "tf/glob.h"
#include "tf/ops.h"
#include "tf/shape_context.h"

namespace litesmith::passes {
namespace {

// What apps do with the three kinds of preamble.
struct Words {
  std::string_view ops, does, instead;
};
constexpr Words kWords[] = {
    {"Decode*Jpeg DecodePng DecodeBmp DecodeGif DecodeImage DecodeWebP", "it decodes pictures",
     "decode the picture in the app, and give the file its pixels"},
    {"DecodeWav", "it decodes sound", "decode the sound in the app, and give the file its samples"},
    {"Parse*Example*", "it parses serialized examples",
     "give the file the parsed feature tensors (as a raw serving input would)"},
    {"*", "it makes tensors of encoded text", "do that in the app, and give the file the tensors"},
};

const Words& WordsFor(const ir::Node& op) {
  return *std::find_if(std::begin(kWords), std::end(kWords),
                       [&](const Words& words) { return tf::MatchesAny(words.ops, op.op_name()); });
}

bool HasPreamble(const Module& module) {
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      if (IsPreambleOp(node)) return true;
    }
  }
  return false;
}

std::string NameOfInput(const ir::Function& function, const ir::Value& parameter) {
  const size_t index = parameter.index();
  return index < function.parameter_names.size() ? function.parameter_names[index] : parameter.name;
}

std::string TypeText(const ir::Type& type) {
  std::vector<std::string> dims;
  for (const int64_t dim : type.shape.with_minus_one())
    dims.push_back(dim < 0 ? "?" : fmt::format("{}", dim));
  return fmt::format("{}[{}]", NameOf(type.dtype),
                     type.shape.ranked() ? fmt::format("{}", fmt::join(dims, ",")) : "*");
}

class Cutter {
 public:
  Cutter(ir::Function& function, Context& context) : function_(function), context_(context) {}

  bool Cut() {
    const Preamble preamble = FindPreamble(function_);
    if (preamble.ends.empty()) return false;
    std::set<ir::Value*> olds;
    for (const PreambleEnd& end : preamble.ends) olds.insert(function_.parameter(end.input->index()));
    for (const PreambleEnd& end : preamble.ends) Replace(end);
    for (auto node = preamble.nodes.rbegin(); node != preamble.nodes.rend(); ++node) {
      if (!(*node)->used()) function_.Erase(*node);
    }
    function_.EraseDeadNodes();
    for (ir::Value* old : olds) TakeLengthFromOthers(*old);
    NameAll();
    for (Group& group : groups_) Tell(group);
    for (ir::Value* old : olds) {
      if (!old->used()) ir::EraseInput(function_, old->index());
    }
    return true;
  }

 private:
  // What one op gave of one input.
  struct Group {
    const ir::Value* old;
    const Words* words;
    bool in_loop;  // the op stands in a function of its own
    Finding finding;
    std::vector<std::string> tensors;
  };
  struct NewInput {
    ir::Value* value;
    const ir::Value* old;
    std::string feature;
    size_t group;
  };

  void Replace(const PreambleEnd& end) {
    ir::Value* input = function_.AddParameter(end.type, std::exchange(end.value->name, {}));
    end.value->ReplaceAllUsesWith(input);
    const auto [group, added] = group_of_.try_emplace({end.input, end.op}, groups_.size());
    if (added) {
      groups_.push_back({end.input,
                         &WordsFor(*end.op),
                         end.op->function() != &function_,
                         tf::FindingAt(Code::kNoLowering, *end.op),
                         {}});
    }
    made_.push_back({input, end.input, end.feature, group->second});
  }

  // The input's name goes to what takes its place, if that is one tensor; parsed features have names of their
  // own.
  void NameAll() {
    std::map<const ir::Value*, int> count, numbered;
    for (const NewInput& input : made_) ++count[input.old];
    std::unordered_set<std::string> taken;
    std::unordered_map<std::string, int> suffixes;  // the last one that was tried
    for (size_t i = 0; i < function_.parameter_names.size(); ++i) {
      const ir::Value* old = function_.parameter(i);
      if (old->used() || !count.contains(old)) taken.insert(function_.parameter_names[i]);
    }
    for (const NewInput& input : made_) {
      std::string wanted = input.feature.empty() ? NameOfInput(function_, *input.old) : input.feature;
      if (input.feature.empty() && count[input.old] > 1) wanted += fmt::format("_{}", ++numbered[input.old]);
      std::string name = wanted;
      for (int& last = suffixes[wanted]; !taken.insert(name).second;)
        name = fmt::format("{}_{}", wanted, ++last);
      ir::NameInputLike(function_, input.value->index(), input.old->index(), name);
      groups_[input.group].tensors.push_back(fmt::format("'{}' {}", name, TypeText(input.value->type)));
    }
  }

  void Tell(Group& group) {
    constexpr size_t kMost = 12;  // that a headline names
    const size_t more = group.tensors.size() - std::min(group.tensors.size(), kMost);
    group.tensors.resize(group.tensors.size() - more);
    const std::string others = more > 0 ? fmt::format(" and {} more", more) : "";
    const std::string loop = group.in_loop ? "; the loop or branch around it is cut off whole, with "
                                             "whatever else it does to each example"
                                           : "";
    group.finding.As(Severity::kWarning)
        .Headline("{} is cut off: the file takes {}{} instead of the text '{}'", group.finding.op,
                  fmt::join(group.tensors, ", "), others, NameOfInput(function_, *group.old))
        .Cause(
            "{}, which has no form in TensorFlow Lite, and all that depends on the input passes through it{}",
            group.words->does, loop)
        .Fix(std::string(group.words->instead))
        .Fix("to keep it in the graph (as a custom op, for example)", "--keep-preamble");
    context_.findings.Report(std::move(group.finding));
  }

  // What is left of a text input [n] is often its length only, the number of examples: a new input that has
  // as many rows tells it as well.
  void TakeLengthFromOthers(ir::Value& old) {
    const Shape& shape = old.type.shape;
    if (shape.rank() != 1) return;
    const auto same = std::find_if(made_.begin(), made_.end(), [&](const NewInput& input) {
      const Shape& other = input.value->type.shape;
      return other.rank() >= 1 && other[0].Same(shape[0]);
    });
    if (same == made_.end()) return;
    const std::vector<ir::Use> uses(old.uses().begin(), old.uses().end());
    for (const ir::Use& use : uses) {
      if (!use.user->Is(tf::Shape)) continue;
      ir::Builder builder(*use.user);
      const ir::Type& type = use.user->output()->type;
      ir::Value* all =
          builder.Make(tf::Shape, {same->value}, {type.dtype, {same->value->type.shape.rank()}, nullptr},
                       use.user->attributes);
      const auto number = [&](int32_t value) { return builder.Constant(Tensor::Of<int32_t>({1}, {value})); };
      ir::Value* first = builder.Make(tf::Slice, {all, number(0), number(1)}, {type.dtype, {1}, nullptr},
                                      {{"T", type.dtype}, {"Index", DType::kInt32}});
      first->name = use.user->output()->name;
      use.user->output()->ReplaceAllUsesWith(first);
      function_.Erase(use.user);
    }
  }

  ir::Function& function_;
  Context& context_;
  std::vector<NewInput> made_;
  std::vector<Group> groups_;
  std::map<std::pair<const ir::Value*, const ir::Node*>, size_t> group_of_;  // by input and op
};

}  // namespace

Result<Changed> CutPreamble(Module& module, PassContext& context) {
  if (!HasPreamble(module)) return Changed::kNo;
  // The new inputs' shapes; what contradicts is told when all shapes are inferred.
  NullSink nobody;
  Context quiet{context.context.host, nobody, context.context.limits, context.context.cancelled};
  (void)InferShapes(module, quiet);
  Changed changed = Changed::kNo;
  for (ir::Function* function : ir::EntryFunctions(module)) {
    if (Cutter(*function, context.context).Cut()) changed = Changed::kYes;
  }
  return changed;
}

}  // namespace litesmith::passes
