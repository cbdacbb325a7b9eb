// A list of tensors whose course is only known at run time, as of a recurrent layer that was not unrolled,
// becomes one tensor with an axis more, where all its elements have one shape: reads gather from it, writes
// scatter into it. Elements that nobody wrote are zeros in both.
#include <algorithm>

#include "passes/identities.h"
#include "passes/list_webs.h"
#include "passes/passes.h"
#include "tf/ops.h"

namespace litesmith::passes {
namespace {

// Where a dimension that is a symbol can be read from: an axis of a value.
struct DimSource {
  ir::Value* value = nullptr;
  int axis = 0;
};
using DimSources = std::unordered_map<int64_t, DimSource>;

void AddSources(ir::Value& value, DimSources& sources) {
  if (value.type.dtype == DType::kVariant || value.type.dtype == DType::kResource) return;
  for (int axis = 0; axis < value.type.shape.rank(); ++axis) {
    const Dim dim = value.type.shape[axis];
    if (dim.is_symbol()) sources.try_emplace(dim.symbol(), DimSource{&value, axis});
  }
}

// What reads and writes lists is about to go.
void AddSources(const ir::Node& node, DimSources& sources) {
  if (ListOperand(node) || ListOutput(node)) return;
  for (size_t i = 0; i < node.output_count(); ++i) AddSources(*node.output(i), sources);
}

DimSources SourcesOfParameters(const ir::Function& function) {
  DimSources sources;
  for (size_t i = 0; i < function.parameter_count(); ++i) AddSources(*function.parameter(i), sources);
  return sources;
}

bool CanMakeElements(const Shape& element, const DimSources& sources) {
  return element.ranked() && std::all_of(element.dims().begin(), element.dims().end(), [&](Dim dim) {
           return dim.known() || (dim.is_symbol() && sources.contains(dim.symbol()));
         });
}

// Whether a node makes elements that nobody has written yet.
bool MakesZeros(const ir::Node& node, const ListWeb& web) {
  const bool writes = node.Is(tf::TensorListSetItem) || node.Is(tf::TensorArrayWriteV3);
  if (writes) return web.grows;
  return node.Is(tf::TensorArrayV3) || node.Is(tf::TensorListReserve) || node.Is(tf::EmptyTensorList) ||
         node.Is(tf::TensorListResize) || node.Is(tf::TensorListScatterV2);
}

// Lists whose elements cannot be made where they would have to be stay lists.
void CheckSources(const Module& module, const ListWebs& webs) {
  for (const auto& function : module.functions()) {
    DimSources sources = SourcesOfParameters(*function);
    for (const ir::Node& node : function->nodes()) {
      ListWeb* web = webs.WebOf(node);
      if (web != nullptr && MakesZeros(node, *web) && !CanMakeElements(web->element, sources))
        web->convertible = false;
      AddSources(node, sources);
    }
  }
  for (const auto& web : webs.all()) web->convertible &= web->element.ranked();
}

// 0, 1, 2...
bool CountsUp(const ir::Value& indices) {
  if (const Tensor* constant = indices.constant()) {
    const auto values = constant->ToInt64();
    for (size_t i = 0; values && i < values->size(); ++i) {
      if ((*values)[i] != static_cast<int64_t>(i)) return false;
    }
    return values.has_value();
  }
  const ir::Node* node = indices.node();
  if (node == nullptr || !node->Is(tf::Range)) return false;
  const auto is = [&](size_t operand, int64_t number) {
    const Tensor* constant = node->constant_operand(operand);
    const auto values = constant != nullptr ? constant->ToInt64() : std::nullopt;
    return values && values->size() == 1 && values->front() == number;
  };
  return is(0, 0) && is(2, 1);
}

// The ops before one node.
class Rewriter {
 public:
  Rewriter(ir::Node& node, const ListWeb& web, const DimSources& sources)
      : node_(node), web_(web), sources_(sources), builder_(node) {}

  // True if the node's outputs have no uses any more.
  bool Rewrite();

 private:
  using Values = std::initializer_list<ir::Value*>;

  Shape ListShape(Dim length) const {
    std::vector<Dim> dims = web_.element.dims();
    dims.insert(dims.begin(), length);
    return Shape(std::move(dims));
  }
  ir::Value* Make(const ir::OpDef& op, Values operands, ir::Type type, Attributes attributes = {}) {
    ir::Value* made = builder_.Make(op, operands, std::move(type), std::move(attributes));
    made->node()->name = node_.name;
    return made;
  }
  ir::Value* Integers(const std::vector<int32_t>& values) {
    return builder_.Constant(Tensor::Of<int32_t>({static_cast<int64_t>(values.size())}, values));
  }
  ir::Value* Integer(int32_t value) { return builder_.Constant(Tensor::Scalar(value)); }
  ir::Value* Vector(ir::Value* scalar) {
    return Make(tf::ExpandDims, {scalar, Integer(0)}, {DType::kInt32, {1}, nullptr});
  }
  ir::Value* Scalar(const ir::OpDef& op, ir::Value* a, ir::Value* b) {
    return Make(op, {a, b}, {DType::kInt32, Shape::Scalar(), nullptr}, {{"T", DType::kInt32}});
  }
  ir::Value* DimOf(ir::Value* value, int axis) {
    const Shape& shape = value->type.shape;
    ir::Value* dims =
        Make(tf::Shape, {value}, {DType::kInt32, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr},
             {{"out_type", DType::kInt32}});
    return Make(tf::StridedSlice, {dims, Integers({axis}), Integers({axis + 1}), Integers({1})},
                {DType::kInt32, Shape::Scalar(), nullptr}, {{"shrink_axis_mask", int64_t{1}}});
  }
  ir::Value* Join(std::span<ir::Value* const> parts, ir::Type type) {
    std::vector<ir::Value*> operands(parts.begin(), parts.end());
    operands.push_back(Integer(0));
    ir::Node* made = builder_.Create(tf::ConcatV2, operands, {std::move(type)},
                                     {{"N", static_cast<int64_t>(parts.size())}});
    made->name = node_.name;
    return made->output();
  }
  // The shape of a list of `length` elements, as a vector.
  ir::Value* DimsWith(ir::Value* length) {
    std::vector<ir::Value*> parts = {Vector(length)};
    for (const Dim dim : web_.element.dims()) {
      if (dim.known()) {
        parts.push_back(Integers({static_cast<int32_t>(dim.value())}));
      } else {
        const DimSource& source = sources_.at(dim.symbol());
        parts.push_back(Vector(DimOf(source.value, source.axis)));
      }
    }
    if (parts.size() == 1) return parts[0];
    return Join(parts, {DType::kInt32, {static_cast<int64_t>(parts.size())}, nullptr});
  }
  ir::Value* Zeros(ir::Value* length) {
    const Tensor zero =
        web_.dtype == DType::kString ? Tensor::OfStrings({}, {""}) : Tensor::Zeros(web_.dtype, {});
    const Tensor* known = length->constant();
    const Dim first = known != nullptr ? Dim(known->ToInt64()->front()) : Dim();
    return Make(tf::Fill, {DimsWith(length), builder_.Constant(zero)},
                {web_.dtype, ListShape(first), nullptr});
  }
  ir::Value* Slice(ir::Value* list, ir::Value* end) {
    return Make(tf::StridedSlice, {list, Integers({0}), end, Integers({1})},
                {web_.dtype, ListShape(Dim()), nullptr}, {{"begin_mask", int64_t{1}}});
  }
  ir::Value* Gathered(ir::Value* list, ir::Value* indices, Shape shape) {
    return Make(tf::GatherV2, {list, indices, Integer(0)}, {web_.dtype, std::move(shape), nullptr});
  }
  ir::Value* Scattered(ir::Value* list, ir::Value* indices, ir::Value* updates) {
    return Make(tf::TensorScatterUpdate, {list, indices, updates}, list->type);
  }
  ir::Value* AsRow(ir::Value* item) {
    return Make(tf::ExpandDims, {item, Integer(0)}, {web_.dtype, ListShape(1), nullptr});
  }
  // Indices of single axes.
  ir::Value* Column(ir::Value* indices) {
    const Shape& shape = indices->type.shape;
    return Make(tf::ExpandDims, {indices, Integer(1)},
                {DType::kInt32, {shape.rank() == 1 ? shape[0] : Dim(), 1}, nullptr});
  }
  // `list` with zeros behind, so that it has `length` elements at least.
  ir::Value* Extended(ir::Value* list, ir::Value* length) {
    ir::Value* missing = Scalar(tf::Maximum, Scalar(tf::Sub, length, DimOf(list, 0)), Integer(0));
    return Join(std::array{list, Zeros(missing)}, {web_.dtype, ListShape(Dim()), nullptr});
  }

  ir::Value* List() const { return node_.operand(*ListOperand(node_)); }
  ir::Value* Made();
  ir::Value* Written();
  bool Read();
  bool Replace(size_t output, ir::Value* value) {
    ReplaceBySame(*node_.output(output), *value);
    return true;
  }

  ir::Node& node_;
  const ListWeb& web_;
  const DimSources& sources_;
  ir::Builder builder_;
};

ir::Value* Rewriter::Made() {
  if (node_.Is(tf::TensorListReserve)) return Zeros(node_.operand(1));
  if (node_.Is(tf::TensorArrayV3)) return Zeros(node_.operand(0));
  if (node_.Is(tf::EmptyTensorList)) return Zeros(Integer(0));
  if (node_.Is(tf::TensorListFromTensor)) return node_.operand(0);
  if (!node_.Is(tf::TensorListScatterV2)) return nullptr;
  // Without a number of its own, the list is as long as its largest index asks for.
  ir::Value *tensor = node_.operand(0), *indices = node_.operand(1), *length = node_.operand(3);
  const Tensor* number = length->constant();
  if (number == nullptr || number->ToInt64()->front() < 0) {
    ir::Value* largest = Make(tf::Max, {indices, Integers({0})}, {DType::kInt32, Shape::Scalar(), nullptr});
    length = Scalar(tf::AddV2, largest, Integer(1));
  }
  return Make(tf::ScatterNd, {Column(indices), tensor, DimsWith(length)},
              {web_.dtype, ListShape(Dim()), nullptr});
}

ir::Value* Rewriter::Written() {
  if (node_.Is(tf::TensorListSetItem) || node_.Is(tf::TensorArrayWriteV3)) {
    ir::Value *list = List(), *index = node_.operand(1);
    if (web_.grows) list = Extended(list, Scalar(tf::AddV2, index, Integer(1)));
    ir::Value* place = Make(tf::ExpandDims, {Vector(index), Integer(0)}, {DType::kInt32, {1, 1}, nullptr});
    return Scattered(list, place, AsRow(node_.operand(2)));
  }
  if (node_.Is(tf::TensorListPushBack)) {
    return Join(std::array{List(), AsRow(node_.operand(1))}, {web_.dtype, ListShape(Dim()), nullptr});
  }
  if (node_.Is(tf::TensorListResize))
    return Slice(Extended(List(), node_.operand(1)), Vector(node_.operand(1)));
  if (node_.Is(tf::TensorListPopBack)) return Slice(List(), Integers({-1}));
  if (node_.Is(tf::TensorListScatterIntoExistingList))
    return Scattered(List(), Column(node_.operand(2)), node_.operand(1));
  if (!node_.Is(tf::TensorArrayScatterV3)) return nullptr;
  ir::Value *indices = node_.operand(1), *values = node_.operand(2);
  if (!CountsUp(*indices)) return Scattered(List(), Column(indices), values);
  // The first elements, one after the other, as unstacking gives them; those behind stay.
  ir::Value* rest = Make(tf::StridedSlice, {List(), Vector(DimOf(values, 0)), Integers({0}), Integers({1})},
                         {web_.dtype, ListShape(Dim()), nullptr}, {{"end_mask", int64_t{1}}});
  return Join(std::array{values, rest}, {web_.dtype, ListShape(Dim()), nullptr});
}

bool Rewriter::Read() {
  if (node_.Is(tf::TensorListGetItem) || node_.Is(tf::TensorArrayReadV3))
    return Replace(0, Gathered(List(), node_.operand(1), web_.element));
  if (node_.Is(tf::TensorListGather) || node_.Is(tf::TensorArrayGatherV3)) {
    const Shape& indices = node_.operand(1)->type.shape;
    return Replace(0,
                   Gathered(List(), node_.operand(1), ListShape(indices.rank() == 1 ? indices[0] : Dim())));
  }
  if (node_.Is(tf::TensorListStack)) return Replace(0, List());
  if (node_.Is(tf::TensorListLength) || node_.Is(tf::TensorArraySizeV3)) return Replace(0, DimOf(List(), 0));
  if (node_.Is(tf::TensorListElementShape)) {
    ir::Value* shape =
        Make(tf::Shape, {List()}, {node_.output()->type.dtype, {web_.element.rank() + 1}, nullptr},
             {{"out_type", node_.output()->type.dtype}});
    return Replace(0, Make(tf::StridedSlice, {shape, Integers({1}), Integers({0}), Integers({1})},
                           {shape->type.dtype, {web_.element.rank()}, nullptr}, {{"end_mask", int64_t{1}}}));
  }
  if (!node_.Is(tf::TensorListConcatV2) && !node_.Is(tf::TensorListConcat) &&
      !node_.Is(tf::TensorArrayConcatV3))
    return false;
  // Elements of one shape are joined by forgetting where one begins; each is as long as the others.
  std::vector<ir::Value*> dims = {Integers({-1})};
  for (int axis = 1; axis < web_.element.rank(); ++axis) {
    const Dim dim = web_.element[axis];
    dims.push_back(dim.known() ? Integers({static_cast<int32_t>(dim.value())})
                               : Vector(DimOf(List(), axis + 1)));
  }
  ir::Value* target =
      dims.size() == 1 ? dims[0] : Join(dims, {DType::kInt32, {static_cast<int64_t>(dims.size())}, nullptr});
  if (node_.output(1)->used()) {
    ir::Value* each = Make(tf::Cast, {DimOf(List(), 1)}, {DType::kInt64, Shape::Scalar(), nullptr},
                           {{"SrcT", DType::kInt32}, {"DstT", DType::kInt64}});
    Replace(1, Make(tf::Fill, {Vector(DimOf(List(), 0)), each}, node_.output(1)->type));
  }
  return Replace(0, Make(tf::Reshape, {List(), target}, node_.output(0)->type));
}

bool Rewriter::Rewrite() {
  ir::Value* list = Made();
  if (list == nullptr) {
    // The last element is read before it goes.
    if (node_.Is(tf::TensorListPopBack)) {
      ir::Value* last = Scalar(tf::Sub, DimOf(List(), 0), Integer(1));
      Replace(1, Gathered(List(), last, web_.element));
    }
    list = Written();
  }
  if (list == nullptr) return Read();
  Replace(*ListOutput(node_), list);
  return !node_.used();  // the handle of an array may be, until its readers have gone
}

// Attributes that tell the dtypes of what control flow carries.
void UpdateDTypes(ir::Node& node) {
  const bool branches =
      node.Is(tf::If) || node.Is(tf::StatelessIf) || node.Is(tf::Case) || node.Is(tf::StatelessCase);
  const size_t first = branches ? 1 : 0;
  std::vector<DType> in, out;
  for (size_t i = first; i < node.operand_count(); ++i) in.push_back(node.operand(i)->type.dtype);
  for (size_t i = 0; i < node.output_count(); ++i) out.push_back(node.output(i)->type.dtype);
  if (node.attributes.Find("T") != nullptr) node.attributes.Set("T", in);
  if (node.attributes.Find("Tin") != nullptr) node.attributes.Set("Tin", in);
  if (node.attributes.Find("Tout") != nullptr) node.attributes.Set("Tout", out);
}

}  // namespace

Result<Changed> ListsAsTensors(Module& module, PassContext&) {
  const ListWebs webs(module);
  CheckSources(module, webs);
  const bool any =
      std::any_of(webs.all().begin(), webs.all().end(), [](const auto& web) { return web->convertible; });
  if (!any) return Changed::kNo;
  for (const auto& web : webs.all()) {
    if (!web->convertible) continue;
    std::vector<Dim> dims = web->element.dims();
    dims.insert(dims.begin(), Dim());
    for (ir::Value* value : web->values) value->type = {web->dtype, Shape(dims), nullptr};
  }
  // Found now, for the values go.
  std::unordered_map<const ir::Node*, const ListWeb*> web_of;
  for (const auto& function : module.functions()) {
    for (const ir::Node& node : function->nodes()) {
      const ListWeb* web = webs.WebOf(node);
      if (web != nullptr && web->convertible) web_of[&node] = web;
    }
  }
  for (const auto& function : module.functions()) {
    DimSources sources = SourcesOfParameters(*function);
    for (ir::Node& node : function->nodes()) {
      if (node.op().Has(ir::kCalls)) {
        UpdateDTypes(node);
      } else {
        const auto web = web_of.find(&node);
        if (web != web_of.end() && Rewriter(node, *web->second, sources).Rewrite()) {
          function->Erase(&node);
          continue;
        }
      }
      AddSources(node, sources);
    }
  }
  return Changed::kYes;
}

}  // namespace litesmith::passes
