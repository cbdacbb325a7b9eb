#include "import/tf/weights.h"

#include <algorithm>
#include <type_traits>

#include "base/checked.h"
#include "import/tf/source.h"

namespace litesmith::import_tf {
namespace {

// The integers as `dtype`, an integer dtype or bool; an invalid tensor if one does not fit.
Tensor Whole(const std::vector<int64_t>& values, const Tensor& tensor, DType dtype) {
  Tensor result = Tensor::Zeros(dtype, tensor.dims());
  bool fits = true;
  VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_same_v<T, bool>) {
      fits =
          std::all_of(values.begin(), values.end(), [](int64_t value) { return value == 0 || value == 1; });
      if (fits) std::copy(values.begin(), values.end(), result.mutable_data<bool>().begin());
    } else if constexpr (std::is_integral_v<T>) {
      const auto to = result.mutable_data<T>();
      for (size_t i = 0; i < values.size() && fits; ++i) {
        const auto value = CheckedCast<T>(values[i]);
        fits = value.has_value();
        if (fits) to[i] = *value;
      }
    }
  });
  return fits ? result : Tensor();
}

Tensor Real(const std::vector<double>& values, const Tensor& tensor, DType dtype) {
  Tensor result = Tensor::Zeros(dtype, tensor.dims());
  VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_same_v<T, double>) {
      std::copy(values.begin(), values.end(), result.mutable_data<double>().begin());
    } else if constexpr (std::is_constructible_v<T, float>) {
      const auto to = result.mutable_data<T>();
      for (size_t i = 0; i < values.size(); ++i) to[i] = T(static_cast<float>(values[i]));
    }
  });
  return result;
}

bool IsWhole(DType dtype) { return dtype == DType::kBool || (IsInteger(dtype) && BitsOf(dtype) >= 8); }

Tensor Converted(const Tensor& weight, DType dtype) {
  if (IsWhole(weight.dtype()) && IsWhole(dtype)) return Whole(*weight.ToInt64(), weight, dtype);
  if (IsFloat(weight.dtype()) && IsFloat(dtype)) return Real(*weight.ToDouble(), weight, dtype);
  return Tensor();
}

// Whether the graph itself holds values of the constant. The converter takes them out and leaves dtype and
// shape, which a reader of protobufs would take for a tensor of zeros.
bool HasContent(const protobuf::Document& document, Context& context, const graphdef::NodeDef& node) {
  constexpr uint32_t kTensorInAttrValue = 8, kLastFieldAboutTheType = 3;  // dtype, shape, version
  protobuf::Reader reader(document, context, node.message, "NodeDef", 2);
  while (reader.Next()) {
    if (reader.field() != 5) continue;
    const protobuf::MapEntry entry = protobuf::ReadMapEntry(reader);
    if (entry.text_key != "value") continue;
    protobuf::Reader attribute(document, context, entry.value, "AttrValue", reader.depth() + 2);
    while (attribute.Next()) {
      if (attribute.field() != kTensorInAttrValue) continue;
      protobuf::Reader tensor = attribute.Message("TensorProto");
      while (tensor.Next()) {
        if (tensor.field() > kLastFieldAboutTheType) return true;
      }
    }
  }
  return false;
}

}  // namespace

Tensor WeightedConstants::As(std::string_view name, const Tensor& weight, DType dtype) {
  if (weight.dtype() == dtype || dtype == DType::kInvalid) return weight;
  const auto [entry, added] = converted_.try_emplace({name, dtype});
  if (added) entry->second = Converted(weight, dtype);
  return entry->second;
}

Result<Attributes> WeightedConstants::AttributesOf(const protobuf::Document& document, Context& context,
                                                   const graphdef::NodeDef& node) {
  const auto weight = weights_.find(node.name);
  if (weight == weights_.end()) {
    LS_TRY(Attributes attributes, graphdef::DecodeNodeAttributes(document, context, node));
    const auto* value = attributes.FindAs<Tensor>("value");
    const bool empty = value != nullptr && (!value->valid() || value->elements() == 0);
    if (empty || HasContent(document, context, node)) return attributes;
    return context.findings.Report(
        FindingAt(Code::kGraphDamaged, node, "")
            .Headline("a constant without a value")
            .Cause("{} is a Const for which {} describes no weight (it describes {} of other names)",
                   node.name, document.file, weights_.size())
            .Fix("graph and weights do not belong together: copy or download both again, or export the model "
                 "again"));
  }
  LS_TRY(Attributes attributes, graphdef::DecodeNodeAttributes(document, context, node, "value"));
  const DType dtype = attributes.Type("dtype");
  Tensor value = As(weight->first, weight->second, dtype);
  if (!value.valid()) {
    return context.findings.Report(
        FindingAt(Code::kDtypeMismatch, node, "")
            .Headline("the weight of {} does not fit the graph", node.name)
            .Cause("{}: the graph declares {} as {}, its weight is {}{}{}", document.file, node.name,
                   NameOf(dtype), NameOf(weight->second.dtype()), ToText(weight->second.dims()),
                   IsWhole(dtype) && IsWhole(weight->second.dtype()) ? " with values out of that range" : "")
            .Fix("graph and weights do not belong together: copy or download both again, or export the model "
                 "again"));
  }
  attributes.Set("value", std::move(value));
  return attributes;
}

}  // namespace litesmith::import_tf
