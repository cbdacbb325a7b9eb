// Parts of a tensor by indices, and orders.
#include <algorithm>
#include <map>

#include "lowering/broadcast.h"
#include "lowering/indices.h"

namespace litesmith::lowering {
namespace {

Result<void> GatherAlong(Lowering& lower, int64_t axis, int64_t batch_dims) {
  LS_TRY(const int64_t along, ConstantAxis(lower, axis, lower.shape(0)));
  LS_TRY(const int64_t batch,
         batch_dims == 0 ? Result<int64_t>(0) : ConstantAxis(lower, batch_dims, lower.shape(1)));
  return lower.Replace(lower.Make(tfl::GATHER, {lower.operand(0), lower.operand(1)},
                                  {{"axis", along}, {"batch_dims", batch}}));
}

// A tensor of the operand's shape with the updates where the indices say, zero elsewhere; those of one place
// are added up.
ir::Value* Scattered(Lowering& lower, ir::Value* indices, ir::Value* updates) {
  const Shape& shape = lower.shape(0);
  const ir::Type vector{DType::kInt32, {shape.ranked() ? Dim(shape.rank()) : Dim()}, nullptr};
  ir::Value* dims = shape.known() ? lower.Int32s(shape.known_dims())
                                  : lower.Make(tfl::SHAPE, {lower.operand(0)}, vector,
                                               {{"out_type", SchemaType(DType::kInt32)}});
  return lower.Make(tfl::SCATTER_ND, {indices, updates, dims}, {updates->type.dtype, shape, nullptr});
}

// Of the rows of `indices` that are equal the last one, by its number.
std::vector<int64_t> LastOfEach(const std::vector<int64_t>& indices, size_t width) {
  std::map<std::vector<int64_t>, int64_t> last;
  for (size_t row = 0; row * width < indices.size(); ++row) {
    const auto begin = indices.begin() + static_cast<ptrdiff_t>(row * width);
    last[std::vector<int64_t>(begin, begin + static_cast<ptrdiff_t>(width))] = static_cast<int64_t>(row);
  }
  std::vector<int64_t> rows;
  for (const auto& [index, row] : last) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

// `value` with `update` in place of what is at one index: `width` numbers, for the first axes.
Result<ir::Value*> UpdatedSlice(Lowering& lower, ir::Value* value, ir::Value* index, int64_t width,
                                ir::Value* update) {
  const Shape& shape = lower.shape(0);
  LS_TRY(ir::Value * begin, ReshapeTo(lower, index, {DType::kInt32, {width}, nullptr}));
  if (width < shape.rank()) {
    const std::vector<int64_t> rest(static_cast<size_t>(shape.rank() - width), 0);
    begin =
        lower.Make(tfl::CONCATENATION, {begin, lower.Int32s(rest)}, {DType::kInt32, {shape.rank()}, nullptr},
                   {{"axis", int64_t{0}}, {"fused_activation_function", int64_t{0}}});
  }
  Shape part = shape;
  for (int64_t axis = 0; axis < width; ++axis) part[static_cast<int>(axis)] = Dim(1);
  if (update->type.shape.rank() != part.rank()) {
    LS_TRY(update, ReshapeTo(lower, update, {update->type.dtype, part, nullptr}));
  }
  return lower.Make(tfl::DYNAMIC_UPDATE_SLICE, {value, update, begin});
}

// One op for each update.
constexpr int64_t kMostInTurn = 64;

// Updates one after the other, so that the last one for a place stays.
Result<void> ReplaceInTurn(Lowering& lower, ir::Value* indices, int64_t rows, int64_t width) {
  ir::Value* value = lower.operand(0);
  const auto row_of = [&](ir::Value* from, int64_t row) {
    Shape shape = from->type.shape;
    shape = Shape(std::vector<Dim>(shape.dims().begin() + 1, shape.dims().end()));
    return lower.Make(tfl::GATHER, {from, lower.Int32(row)}, {from->type.dtype, shape, nullptr},
                      {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
  };
  for (int64_t row = 0; row < rows; ++row) {
    LS_TRY(value, UpdatedSlice(lower, value, row_of(indices, row), width, row_of(lower.operand(2), row)));
  }
  return lower.Replace(value);
}

// Of several updates for one place TensorFlow takes the last; added up, they would be another number. So the
// indices have to be known, or there has to be one.
Result<void> ReplaceWhereScattered(Lowering& lower) {
  const Shape& where = lower.shape(1);
  const int64_t one = where.known() && where.rank() >= 1 ? where[where.rank() - 1].value() : 0;
  if (one > 0 && where.elements() == one && lower.shape(0).rank() >= one) {
    LS_TRY(ir::Value * updated,
           UpdatedSlice(lower, lower.operand(0), AsInt32(lower, 1), one, lower.operand(2)));
    return lower.Replace(updated);
  }
  if (!lower.shape(2).known() || !where.known() || where.rank() < 1)
    return lower.Report(Code::kShapeUnknown, "the shape of its indices or updates is not known");
  ir::Value *indices = AsInt32(lower, 1), *updates = lower.operand(2);
  const Dims dims = where.known_dims();
  const int64_t width = dims.back(), rows = width > 0 ? *where.elements() / width : 0;
  if (const auto known = ConstantInts(lower, 1); known && rows > 1 && where.rank() == 2) {
    const std::vector<int64_t> last = LastOfEach(*known, static_cast<size_t>(width));
    if (static_cast<int64_t>(last.size()) < rows) {
      ir::Value* rows_left = lower.Int32s(last);
      const auto left = [&](ir::Value* value) {
        Shape shape = value->type.shape;
        shape[0] = Dim(static_cast<int64_t>(last.size()));
        return lower.Make(tfl::GATHER, {value, rows_left}, {value->type.dtype, shape, nullptr},
                          {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
      };
      indices = left(indices);
      updates = left(updates);
    }
  } else if (rows > 1 && rows <= kMostInTurn && where.rank() == 2 && lower.shape(0).rank() >= width) {
    return ReplaceInTurn(lower, indices, rows, width);
  } else if (rows > 1) {
    return lower.Refuse(
        "its {} indices are computed at run time: of two for one place TensorFlow takes the last update, "
        "which "
        "TensorFlow Lite's SCATTER_ND adds up",
        rows);
  }
  ir::Value* ones = lower.Make(tfl::FILL, {lower.Int32s(updates->type.shape.known_dims()), lower.Int32(1)},
                               {DType::kInt32, updates->type.shape, nullptr});
  ir::Value* hits = Scattered(lower, indices, ones);
  ir::Value* hit = lower.Make(tfl::GREATER, {hits, lower.Int32(0)}, {DType::kBool, lower.shape(0), nullptr});
  return lower.Replace(lower.Make(tfl::SELECT, {hit, Scattered(lower, indices, updates), lower.operand(0)}));
}

}  // namespace

LS_LOWER(TensorScatterUpdate) { return ReplaceWhereScattered(lower); }
LS_LOWER(TensorScatterAdd) {
  return lower.Replace(lower.Make(
      tfl::ADD, {lower.operand(0), Scattered(lower, AsInt32(lower, 1), lower.operand(2))}, NoActivation()));
}
LS_LOWER(TensorScatterSub) {
  return lower.Replace(lower.Make(
      tfl::SUB, {lower.operand(0), Scattered(lower, AsInt32(lower, 1), lower.operand(2))}, NoActivation()));
}

LS_LOWER(Gather) { return GatherAlong(lower, 0, 0); }

LS_LOWER(GatherV2) {
  const auto axis = ConstantInts(lower, 2);
  if (!axis || axis->size() != 1) {
    return lower.Report(Code::kLoweringRefused,
                        "its axis is computed at run time; TensorFlow Lite wants it in the file");
  }
  return GatherAlong(lower, axis->front(), lower.attributes().Int("batch_dims"));
}

LS_LOWER(GatherNd) { return lower.Rename(tfl::GATHER_ND); }
LS_LOWER(Where) { return lower.Rename(tfl::WHERE); }

// One GATHER for each part, of the rows that belong to it.
LS_LOWER(DynamicPartition) {
  const Shape& data = lower.shape(0);
  if (lower.shape(1).rank() != 1 || !data.ranked()) return lower.Refuse("it does not part single rows");
  std::vector<ir::Value*> parts;
  for (size_t i = 0; i < lower.node().output_count(); ++i) {
    ir::Value* number = lower.Int32(static_cast<int64_t>(i));
    ir::Value* belongs =
        lower.Make(tfl::EQUAL, {AsInt32(lower, 1), number}, {DType::kBool, lower.shape(1), nullptr});
    ir::Value* rows = lower.Make(tfl::WHERE, {belongs}, {DType::kInt64, {Dim(), 1}, nullptr});
    ir::Value* places =
        lower.Make(tfl::RESHAPE, {rows, lower.Int32s({-1})}, {DType::kInt64, {Dim()}, nullptr},
                   {{"new_shape", std::vector<int64_t>{-1}}});
    Shape part = data;
    part[0] = Dim();
    parts.push_back(lower.Make(tfl::GATHER, {lower.operand(0), places}, {lower.dtype(0), part, nullptr},
                               {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}}));
  }
  return lower.Replace(parts);
}

LS_LOWER(TopKV2) {
  if (lower.result_type(1).dtype != DType::kInt32) return lower.Refuse("its indices are not int32");
  return lower.Rename(tfl::TOPK_V2);
}

}  // namespace litesmith::lowering
