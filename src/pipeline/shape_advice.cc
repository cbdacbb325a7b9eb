#include "pipeline/shape_advice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "ir/signature.h"
#include "pipeline/diagnose.h"
#include "pipeline/shape_explanation.h"
#include "pipeline/shape_tries.h"
#include "tf/shape_context.h"

namespace litesmith::pipeline {
namespace {

bool IsOfShapes(Code code) { return code == Code::kShapeUnknown || code == Code::kShapeMismatch; }

// An op on the lists that loops carry.
bool IsOfLists(const Finding& finding) {
  return finding.code == Code::kNoLowering &&
         (finding.op.starts_with("TensorList") || finding.op.starts_with("TensorArray"));
}

// Errors of control flow and of ops without a form often come from a loop that would be unrolled, or an op
// that would be computed while converting, if only a shape were known.
bool MayNeedAShape(const Finding& finding) {
  if (finding.severity != Severity::kError || finding.node.empty()) return false;
  return IsOfShapes(finding.code) || finding.code == Code::kControlFlow ||
         finding.code == Code::kLoweringRefused || finding.code == Code::kNoLowering;
}

using Place = std::pair<Code, std::string>;
Place PlaceOf(const Finding& finding) { return {finding.code, finding.node}; }

std::string NameFor(const ir::Node& node) { return tf::FindingAt(Code::kShapeUnknown, node).node; }

// Looks at the module as it is just before the lowering.
class Tracing : public RootCauses {
 public:
  Tracing(FindingSink& to, const std::vector<Finding>& findings)
      : RootCauses(to), findings_(findings), explanations_(findings.size()) {}

  void Follow(const ir::Module& module) override {
    RootCauses::Follow(module);
    std::map<std::string, std::vector<size_t>> wanted;  // findings by node
    for (size_t i = 0; i < findings_.size(); ++i) wanted[findings_[i].node].push_back(i);
    for (const auto& function : module.functions()) {
      for (const ir::Node& node : function->nodes()) {
        if (wanted.empty()) return;
        const auto found = wanted.find(NameFor(node));
        if (found == wanted.end()) continue;
        std::vector<size_t>& left = found->second;
        for (size_t& i : left) {
          if (findings_[i].op != node.op_name()) continue;
          explanations_[i] = ExplainUnknownShape(module, node);
          i = findings_.size();
        }
        std::erase(left, findings_.size());
        if (left.empty()) wanted.erase(found);
      }
    }
  }
  std::vector<ShapeExplanation> Take() { return std::move(explanations_); }

 private:
  const std::vector<Finding>& findings_;
  std::vector<ShapeExplanation> explanations_;
};

// What a conversion with other shapes came to.
struct Outcome {
  InputShapes shapes;         // none: without the options that were given
  std::vector<Finding> left;  // errors
};

class Adviser {
 public:
  Adviser(const std::string& path, const ConvertOptions& options, std::vector<Finding> findings,
          Context& context)
      : path_(path), options_(options), findings_(std::move(findings)), context_(context) {
    options_.dump = nullptr;
    options_.dump_after.clear();
    options_.after_import = nullptr;
    end_ = context.host.Seconds() + ShapeFindings::kMostSeconds;
  }

  std::vector<Finding> Explain() {
    FindingList list;
    Tracing tracing(list, findings_);
    for (const Finding& problem : Convert(options_, tracing, list)) known_.insert(PlaceOf(problem));
    explanations_ = tracing.Take();
    outcomes_.resize(findings_.size());
    if (!options_.input_shapes.empty()) TryOthersThanGiven();
    TryOpenDimensions();
    std::vector<Finding> told;
    for (size_t i = 0; i < findings_.size(); ++i) {
      if (IsPartOfALoop(i)) continue;
      Extend(i);
      told.push_back(std::move(findings_[i]));
    }
    return told;
  }

 private:
  // The errors of a whole conversion; `list` is where `causes` passes them.
  std::vector<Finding> Convert(ConvertOptions options, RootCauses& causes, FindingList& list) {
    ++tries_;
    options.root_causes = &causes;
    Context quiet{context_.host, causes, context_.limits, context_.cancelled};
    auto model = LoadSource(path_, options, quiet);
    if (model) (void)ConvertSource(*model, options, quiet);
    std::vector<Finding> problems = list.Take();
    std::erase_if(problems, [](const Finding& one) { return one.severity != Severity::kError; });
    return problems;
  }

  bool Done() const {
    return tries_ >= ShapeFindings::kMostTries || context_.host.Seconds() > end_ || context_.is_cancelled();
  }
  // Whether shapes are likely to be what is missing.
  bool IsThorough() const {
    return std::any_of(findings_.begin(), findings_.end(), [](const Finding& one) {
      return IsOfShapes(one.code) || one.code == Code::kControlFlow || IsOfLists(one);
    });
  }

  // Converts with `shapes` and notes which findings are gone. False if it made new trouble with shapes, or
  // solved nothing.
  bool Try(const ConvertOptions& options, const InputShapes& shapes) {
    FindingList list;
    RootCauses causes(list);
    std::vector<Finding> left = Convert(options, causes, list);
    std::set<Place> places;
    for (const Finding& problem : left) {
      const bool of_option = InfoOf(problem.code).category == Category::kOption;
      if ((of_option || IsOfShapes(problem.code)) && !known_.contains(PlaceOf(problem))) return false;
      places.insert(PlaceOf(problem));
    }
    bool solved = false;
    for (size_t i = 0; i < findings_.size(); ++i) {
      if (places.contains(PlaceOf(findings_[i]))) continue;
      solved = true;
      const bool again = std::any_of(outcomes_[i].begin(), outcomes_[i].end(), [&](const Outcome& one) {
        return one.shapes.empty() == shapes.empty();
      });
      if (!again) outcomes_[i].push_back({shapes, left});
    }
    return solved;
  }

  bool AllSolvedByShapes() const {
    return std::all_of(outcomes_.begin(), outcomes_.end(), [](const std::vector<Outcome>& outcomes) {
      return !outcomes.empty() && !outcomes.back().shapes.empty();
    });
  }

  // An --input-shape that was given may be what contradicts the model.
  void TryOthersThanGiven() {
    ConvertOptions options = options_;
    options.input_shapes.clear();
    std::vector<OpenInput> inputs;
    options.after_import = [&](const ir::Module& module) {
      for (const ir::Signature& signature : module.signatures) {
        const ir::Function* function = module.FindFunction(signature.function);
        if (function != nullptr) AddGiven(ir::InputsOf(*function, &signature), inputs);
      }
      if (module.signatures.empty() && !module.functions().empty())
        AddGiven(ir::InputsOf(*module.functions()[0], nullptr), inputs);
    };
    if (!Try(options, {})) return;
    options.after_import = nullptr;
    TryAll(options, SizesToTry(inputs));
  }

  // The open dimensions of an input that a given shape fixed.
  void AddGiven(const std::vector<ir::SignatureEntry>& entries, std::vector<OpenInput>& inputs) const {
    for (const ir::SignatureEntry& entry : entries) {
      const auto given = options_.input_shapes.find(entry.name);
      if (given == options_.input_shapes.end()) continue;
      OpenInput input{entry.name, entry.value->type.shape, {}};
      for (int axis = 0; axis < input.shape.rank(); ++axis) {
        const auto place = static_cast<size_t>(axis);
        if (!input.shape[axis].known() && place < given->second.size() && given->second[place] >= 0)
          input.axes.push_back(axis);
      }
      inputs.push_back(std::move(input));
    }
  }

  void TryOpenDimensions() {
    std::vector<OpenInput> inputs;
    for (const ShapeExplanation& explanation : explanations_) {
      for (const OpenInput& input : explanation.inputs) {
        const auto known = std::find_if(inputs.begin(), inputs.end(),
                                        [&](const OpenInput& one) { return one.name == input.name; });
        if (known == inputs.end()) {
          inputs.push_back(input);
        } else {
          std::vector<int> axes;
          std::set_union(known->axes.begin(), known->axes.end(), input.axes.begin(), input.axes.end(),
                         std::back_inserter(axes));
          known->axes = std::move(axes);
        }
      }
    }
    if (inputs.empty()) return;
    if (!IsThorough()) return TryAll(options_, {WholeShapes(inputs)});
    TryAll(options_, SinglesToTry(inputs));
    TryAll(options_, SizesToTry(inputs));
  }

  void TryAll(ConvertOptions options, const std::vector<InputShapes>& tries) {
    const InputShapes given = options.input_shapes;
    for (const InputShapes& shapes : tries) {
      if (Done() || AllSolvedByShapes()) return;
      options.input_shapes = given;
      for (const auto& [name, dims] : shapes) options.input_shapes[name] = dims;
      (void)Try(options, shapes);
      tried_ = shapes;
    }
  }

  // Lists that a loop carries have no form as long as the loop is not unrolled; the loop is told.
  bool IsPartOfALoop(size_t index) const {
    const auto is_solved = [&](size_t i) { return !outcomes_[i].empty(); };
    if (!IsOfLists(findings_[index]) || !is_solved(index)) return false;
    for (size_t i = 0; i < findings_.size(); ++i) {
      if (findings_[i].code == Code::kControlFlow && is_solved(i)) return true;
    }
    return false;
  }

  static std::string Came(const Outcome& outcome) {
    if (outcome.left.empty()) return "the model converts";
    const size_t more = outcome.left.size() - 1;
    return fmt::format("it gets past this, and {} is left: {}{}", CodeText(outcome.left[0].code),
                       outcome.left[0].headline, more > 0 ? fmt::format(" (and {} more)", more) : "");
  }

  void Extend(size_t index) {
    Finding& finding = findings_[index];
    const ShapeExplanation& explanation = explanations_[index];
    std::vector<Finding::FixNote> fixes;
    const InputShapes* solved = nullptr;
    for (const Outcome& outcome : outcomes_[index]) {
      if (outcome.shapes.empty()) {
        fixes.push_back(
            {fmt::format("leave out {}: tried, {}", OptionText(options_.input_shapes), Came(outcome)), {}});
      } else {
        solved = &outcome.shapes;
        fixes.push_back(
            {fmt::format("this was tried: with it {} (put the sizes that you use in place of these)",
                         Came(outcome)),
             OptionText(outcome.shapes)});
      }
    }
    if (fixes.empty() && !IsOfShapes(finding.code)) return;
    const std::string from = solved != nullptr || explanation.from_op.empty() ? explanation.FromInputs(solved)
                                                                              : explanation.from_op;
    if (!from.empty()) finding.cause += "; " + from;
    if (fixes.empty() && !explanation.from_op.empty()) fixes.push_back(explanation.at_op);
    if (fixes.empty() && !explanation.inputs.empty()) fixes.push_back(Untried(explanation));
    if (fixes.empty() && finding.fixes.empty()) {
      fixes.push_back(
          {"export the model with inputs of fixed shape, for example with "
           "input_signature=[tf.TensorSpec([1, 320, 320, 3], tf.float32)]",
           {}});
    }
    if (!fixes.empty())
      std::erase_if(finding.fixes, [](const Finding::FixNote& fix) { return fix.option == kAnyShape; });
    finding.fixes.insert(finding.fixes.begin(), fixes.begin(), fixes.end());
  }

  Finding::FixNote Untried(const ShapeExplanation& explanation) const {
    std::vector<std::string> options;
    for (const OpenInput& input : explanation.inputs)
      options.push_back(fmt::format("--input-shape {}=DIMS", input.name));
    std::string text = "give the sizes that the model was trained with";
    if (!tried_.empty())
      text += fmt::format("; common ones were tried and are not enough ({})", OptionText(tried_));
    return {std::move(text), fmt::format("{}", fmt::join(options, " "))};
  }

  static constexpr std::string_view kAnyShape = "--input-shape NAME=DIMS";

  const std::string path_;
  ConvertOptions options_;
  std::vector<Finding> findings_;
  Context& context_;
  double end_ = 0;
  int tries_ = 0;
  std::set<Place> known_;  // what goes wrong as things are
  std::vector<ShapeExplanation> explanations_;
  std::vector<std::vector<Outcome>> outcomes_;
  InputShapes tried_;
};

}  // namespace

Failed ShapeFindings::Report(Finding finding) {
  const std::lock_guard lock(mutex_);
  if (MayNeedAShape(finding)) {
    kept_.push_back(std::move(finding));
  } else if (!kept_.empty()) {
    behind_.push_back(std::move(finding));
  } else {
    (void)to_.Report(std::move(finding));
  }
  return kFailed;
}

void ShapeFindings::Explain(const std::string& path, const ConvertOptions& options, Context& context) {
  if (kept_.empty()) return;
  for (Finding& finding : Adviser(path, options, Grouped(std::move(kept_)), context).Explain())
    (void)to_.Report(std::move(finding));
  for (Finding& finding : behind_) (void)to_.Report(std::move(finding));
}

}  // namespace litesmith::pipeline
