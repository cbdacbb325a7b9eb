// Einsum: "ij,jk->ik", with an ellipsis for axes that broadcast.
#include <map>

#include "tf/shape/common.h"

namespace litesmith::tf::shape {
namespace {

struct Term {
  std::string before, after;  // labels around the ellipsis
  bool ellipsis = false;
};

std::optional<Term> ParseTerm(std::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] == '.') {
      if (term.ellipsis || text.substr(i, 3) != "...") return std::nullopt;
      term.ellipsis = true;
      i += 2;
    } else {
      (term.ellipsis ? term.after : term.before) += text[i];
    }
  }
  return term;
}

// Adds what one operand says of the labels and of the axes under the ellipsis.
Result<void> Learn(ShapeContext& context, const Term& term, const Shape& shape, std::map<char, Dim>& labels,
                   Shape& broadcast) {
  const int named = static_cast<int>(term.before.size() + term.after.size());
  if (!shape.ranked()) {
    if (term.ellipsis) broadcast = Shape::Unknown();
    for (char label : term.before + term.after) labels.try_emplace(label);
    return {};
  }
  if (shape.rank() < named || (!term.ellipsis && shape.rank() != named)) {
    return context.Fail("the equation names {} axes of an operand of shape {}", named, ToText(shape));
  }
  const auto learn = [&](char label, Dim dim) -> Result<void> {
    Dim& known = labels.try_emplace(label).first->second;
    if (dim.known() && dim.value() == 1 && known.known()) return {};  // 1 broadcasts, as TensorFlow allows
    if (known.known() && known.value() == 1) known = dim;
    LS_TRY(known,
           SharedDim(context, known, dim, fmt::format("the dimensions called '{}' in the equation", label)));
    return {};
  };
  const int first_after = shape.rank() - static_cast<int>(term.after.size());
  for (size_t i = 0; i < term.before.size(); ++i) {
    LS_RETURN_IF_FAILED(learn(term.before[i], shape[static_cast<int>(i)]));
  }
  for (size_t i = 0; i < term.after.size(); ++i) {
    LS_RETURN_IF_FAILED(learn(term.after[i], shape[first_after + static_cast<int>(i)]));
  }
  if (term.ellipsis) {
    const Shape middle(DimsOf(shape, static_cast<int>(term.before.size()), first_after));
    LS_TRY(broadcast, Broadcasted(context, broadcast, middle));
  }
  return {};
}

}  // namespace

Result<void> Einsum(ShapeContext& context) {
  const std::string equation = context.attributes().Text("equation");
  const size_t arrow = equation.find("->");
  if (arrow == equation.npos) return {};
  std::map<char, Dim> labels;
  Shape broadcast = Shape::Scalar();
  std::string_view inputs = std::string_view(equation).substr(0, arrow);
  for (size_t operand = 0; operand < context.input_count(); ++operand) {
    const size_t comma = std::min(inputs.find(','), inputs.size());
    const auto term = ParseTerm(inputs.substr(0, comma));
    if (!term) return context.Fail("the equation \"{}\" cannot be read", equation);
    LS_RETURN_IF_FAILED(Learn(context, *term, context.input(operand), labels, broadcast));
    inputs.remove_prefix(std::min(comma + 1, inputs.size()));
  }
  const auto output = ParseTerm(std::string_view(equation).substr(arrow + 2));
  if (!output) return context.Fail("the equation \"{}\" cannot be read", equation);
  if (output->ellipsis && !broadcast.ranked()) return {};
  std::vector<Dim> dims;
  const auto append = [&](const std::string& names) {
    for (char label : names) {
      const auto found = labels.find(label);
      dims.push_back(found != labels.end() ? found->second : Dim::Unknown());
    }
  };
  append(output->before);
  if (output->ellipsis) dims.insert(dims.end(), broadcast.dims().begin(), broadcast.dims().end());
  append(output->after);
  context.set_shape(0, Shape(std::move(dims)));
  return {};
}

}  // namespace litesmith::tf::shape
