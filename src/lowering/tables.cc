#include "lowering/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lowering/indices.h"
#include "lowering/lowering.h"
#include "tf/shape_context.h"

namespace litesmith::lowering {
namespace {

// An array over the range of keys may be this long whatever the number of keys, or this many times longer
// than that.
constexpr uint64_t kShortRange = 1 << 16, kRangePerKey = 16;
// Comparing costs a product with the number of keys.
constexpr int64_t kMostCompared = 4096;

bool IsStaticTable(const ir::Node& node) { return node.Is(tf::HashTableV2) || node.Is(tf::HashTable); }
bool IsFind(const ir::Node& node) { return node.Is(tf::LookupTableFindV2) || node.Is(tf::LookupTableFind); }
bool IsSize(const ir::Node& node) { return node.Is(tf::LookupTableSizeV2) || node.Is(tf::LookupTableSize); }

// What fills a table; the importer has read from it what it fills in.
bool Fills(const ir::Node& node) {
  return node.Is(tf::LookupTableImportV2) || node.Is(tf::LookupTableImport) ||
         node.Is(tf::InitializeTableV2) || node.Is(tf::InitializeTable) ||
         node.Is(tf::InitializeTableFromTextFileV2) || node.Is(tf::InitializeTableFromTextFile);
}

bool IsNative(DType key, DType value) {
  return (key == DType::kInt64 && value == DType::kString) ||
         (key == DType::kString && value == DType::kInt64);
}

ir::Type TypeOf(DType dtype, Dims dims) { return {dtype, Shape::Of(dims), nullptr}; }

// The tables of TensorFlow Lite that this module holds so far, each filled by a function of its own.
class NativeTables {
 public:
  explicit NativeTables(ir::Module& module) : module_(module) {}

  // Makes the nodes before `lower`'s that give the handle of the table with this content. Tables of one name
  // are one.
  ir::Value* Handle(Lowering& lower, const std::string& name, const Tensor& keys, const Tensor& values) {
    auto [entry, added] = tables_.try_emplace(name);
    if (added) entry->second = Fill(name, keys, values);
    lower.builder().Create(tfl::CALL_ONCE, {}, {},
                           {{"init_subgraph_index", FunctionRef{entry->second.function}}});
    return lower.builder().Make(tfl::HASHTABLE, {}, TypeOf(DType::kResource, {1}), entry->second.options);
  }

 private:
  struct Table {
    std::string function;
    Attributes options;
  };

  Table Fill(const std::string& name, const Tensor& keys, const Tensor& values) {
    Table table{module_.FreeFunctionName("fill_" + name),
                {{"table_id", static_cast<int64_t>(tables_.size()) - 1},
                 {"key_dtype", SchemaType(keys.dtype())},
                 {"value_dtype", SchemaType(values.dtype())}}};
    ir::Builder builder(*module_.AddFunction(table.function));
    ir::Value* handle = builder.Make(tfl::HASHTABLE, {}, TypeOf(DType::kResource, {1}), table.options);
    builder.Create(tfl::HASHTABLE_IMPORT, {handle, builder.Constant(keys), builder.Constant(values)}, {});
    return table;
  }

  ir::Module& module_;
  std::map<std::string, Table> tables_;
};

// One table, and the ops on it.
class TableLowering {
 public:
  TableLowering(ir::Node& table, NativeTables& native, Context& context)
      : name_(table.attributes.Text("shared_name")),
        keys_(table.attributes.Get<Tensor>("table_keys")),
        values_(table.attributes.Get<Tensor>("table_values")),
        native_(native),
        context_(context) {}

  bool has_content() const {
    return keys_.valid() && values_.valid() && keys_.elements() == values_.elements();
  }

  Result<void> Find(ir::Node& node) {
    Lowering lower(node, context_);
    const DType key = keys_.dtype();
    if (IsNative(key, values_.dtype())) {
      ir::Value* handle = native_.Handle(lower, name_, keys_, values_);
      return lower.Replace(lower.Make(tfl::HASHTABLE_FIND, {handle, lower.operand(1), lower.operand(2)}));
    }
    const Tensor* otherwise = lower.constant(2);
    if (otherwise == nullptr || otherwise->elements() != 1) {
      return Refuse(lower, "its default is computed while the model runs",
                    "make the table's default a constant");
    }
    if (key == DType::kString) return GatherRow(lower, RowOfString(lower), *otherwise);
    if (key != DType::kInt64 && key != DType::kInt32) {
      return Refuse(lower, fmt::format("its keys are {}", NameOf(key)), "use int64 or string keys");
    }
    LS_TRY(ir::Value * row, RowOfInteger(lower));
    return GatherRow(lower, row, *otherwise);
  }

  Result<void> Size(ir::Node& node) {
    Lowering lower(node, context_);
    return lower.Replace(lower.Constant(Tensor::Scalar<int64_t>(keys_.elements())));
  }

 private:
  Failed Refuse(Lowering& lower, std::string cause, std::string fix) {
    return lower.Report(
        Code::kTableUnsupported,
        fmt::format("TensorFlow Lite has no table from {} to {}, and it cannot be a gather here: {}",
                    NameOf(keys_.dtype()), NameOf(values_.dtype()), cause),
        std::move(fix));
  }

  ir::Type RowType(Lowering& lower) const { return {DType::kInt32, lower.shape(1), nullptr}; }

  // int32 of the keys' shape: the row of each string, or the number of rows.
  ir::Value* RowOfString(Lowering& lower) {
    std::vector<int64_t> rows(static_cast<size_t>(keys_.elements()));
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
    ir::Value* handle =
        native_.Handle(lower, name_ + "_row", keys_, Tensor::Of<int64_t>({keys_.elements()}, rows));
    ir::Value* none = lower.Constant(Tensor::Scalar<int64_t>(keys_.elements()));
    ir::Value* found = lower.Make(tfl::HASHTABLE_FIND, {handle, lower.operand(1), none},
                                  {DType::kInt64, lower.shape(1), nullptr});
    return lower.Make(tfl::CAST, {found}, RowType(lower));
  }

  Result<ir::Value*> RowOfInteger(Lowering& lower) {
    const std::vector<int64_t> keys = *keys_.ToInt64();
    if (keys.empty())
      return Refuse(lower, "it is empty", "leave the table out: every lookup gives the default");
    const auto [low, high] = std::minmax_element(keys.begin(), keys.end());
    const uint64_t range = static_cast<uint64_t>(*high) - static_cast<uint64_t>(*low);
    const bool room = *low > INT32_MIN && *high < INT32_MAX;
    if (room && range < std::max(kShortRange, kRangePerKey * keys.size()))
      return RowByRange(lower, keys, *low, *high);
    if (keys_.elements() <= kMostCompared) return RowByComparing(lower);
    return Refuse(lower, fmt::format("its {} keys are spread over {} numbers", keys.size(), range),
                  "number the keys without gaps, or look them up in the app");
  }

  // Whatever lies outside of the range of keys is moved to the places beside it, which hold the number of
  // rows.
  Result<ir::Value*> RowByRange(Lowering& lower, const std::vector<int64_t>& keys, int64_t low,
                                int64_t high) {
    std::vector<int32_t> rows(static_cast<size_t>(high - low) + 3, static_cast<int32_t>(keys.size()));
    for (size_t i = 0; i < keys.size(); ++i)
      rows[static_cast<size_t>(keys[i] - low) + 1] = static_cast<int32_t>(i);
    const auto scalar = [&](int64_t value) {
      return lower.Constant(keys_.dtype() == DType::kInt64 ? Tensor::Scalar<int64_t>(value)
                                                           : Tensor::Scalar(static_cast<int32_t>(value)));
    };
    const ir::Type wide{keys_.dtype(), lower.shape(1), nullptr};
    ir::Value* at = lower.Make(tfl::MAXIMUM, {lower.operand(1), scalar(low - 1)}, wide);
    at = lower.Make(tfl::MINIMUM, {at, scalar(high + 1)}, wide);
    at = lower.Make(tfl::SUB, {at, scalar(low - 1)}, wide, {{"fused_activation_function", int64_t{0}}});
    at = lower.Make(tfl::CAST, {at}, RowType(lower));
    ir::Value* table = lower.Constant(Tensor::Of<int32_t>({static_cast<int64_t>(rows.size())}, rows));
    return Gather(lower, table, at, RowType(lower));
  }

  // [M, 1] against [1, N]: the place of the one that is equal, or N.
  Result<ir::Value*> RowByComparing(Lowering& lower) {
    const int64_t count = keys_.elements();
    const std::optional<int64_t> elements = lower.shape(1).elements();
    const Dim many = elements ? Dim(*elements) : Dim::Unknown();
    const auto type = [&](DType dtype, std::initializer_list<Dim> dims) {
      return ir::Type{dtype, Shape(std::vector<Dim>(dims)), nullptr};
    };
    LS_TRY(ir::Value * column, ReshapeTo(lower, lower.operand(1), type(keys_.dtype(), {many, Dim(1)})));
    Tensor row = keys_.Reshaped({1, count});
    ir::Value* equal = lower.Make(tfl::EQUAL, {column, lower.Constant(std::move(row))},
                                  type(DType::kBool, {many, Dim(count)}));
    ir::Value* number = lower.Make(tfl::CAST, {equal}, type(DType::kInt32, {many, Dim(count)}));
    ir::Value* place = lower.Make(tfl::ARG_MAX, {number, lower.Int32(1)}, type(DType::kInt32, {many}),
                                  {{"output_type", int64_t{2}}});
    ir::Value* found = lower.Make(tfl::REDUCE_ANY, {equal, lower.Int32s({1})}, type(DType::kBool, {many}),
                                  {{"keep_dims", false}});
    ir::Value* rows =
        lower.Make(tfl::SELECT_V2, {found, place, lower.Int32(count)}, type(DType::kInt32, {many}));
    ir::Value* computed = nullptr;
    if (!elements) {
      const Dim rank = lower.shape(1).ranked() ? Dim(lower.shape(1).rank()) : Dim::Unknown();
      computed =
          lower.Make(tfl::SHAPE, {lower.operand(1)}, type(DType::kInt32, {rank}), {{"out_type", int64_t{2}}});
    }
    return ReshapeTo(lower, rows, RowType(lower), computed);
  }

  ir::Value* Gather(Lowering& lower, ir::Value* table, ir::Value* at, ir::Type type) {
    return lower.Make(tfl::GATHER, {table, at}, std::move(type),
                      {{"axis", int64_t{0}}, {"batch_dims", int64_t{0}}});
  }

  // The row's value; the row after the last is the default.
  Result<void> GatherRow(Lowering& lower, ir::Value* row, const Tensor& otherwise) {
    ir::Value* table = lower.Constant(WithDefault(otherwise));
    return lower.Replace(Gather(lower, table, row, {values_.dtype(), lower.shape(1), nullptr}));
  }

  Tensor WithDefault(const Tensor& otherwise) const {
    const Dims dims{values_.elements() + 1};
    if (values_.dtype() == DType::kString) {
      std::vector<std::string_view> texts = values_.strings();
      texts.push_back(otherwise.strings()[0]);
      return Tensor::OfStrings(dims, texts);
    }
    Tensor all = Tensor::Zeros(values_.dtype(), dims);
    const auto to = all.mutable_bytes();
    std::copy(values_.bytes().begin(), values_.bytes().end(), to.begin());
    std::copy(otherwise.bytes().begin(), otherwise.bytes().end(), to.begin() + values_.bytes().size());
    return all;
  }

  std::string name_;
  Tensor keys_, values_;
  NativeTables& native_;
  Context& context_;
};

Failed ReportNoContent(const ir::Node& table, FindingSink& findings) {
  return findings.Report(
      tf::FindingAt(Code::kTableUnsupported, table)
          .Headline("lookup table '{}' has no content", table.attributes.Text("shared_name"))
          .Cause("nothing in the model fills the table with constants or from a vocabulary file before it is "
                 "used")
          .Fix(
              "fill it with a tf.lookup.KeyValueTensorInitializer or TextFileInitializer, and export again"));
}

}  // namespace

Result<void> LowerTables(ir::Module& module, Context& context) {
  NativeTables native(module);
  std::vector<ir::Node*> tables;
  for (const auto& function : module.functions()) {
    for (ir::Node& node : function->nodes()) {
      if (IsStaticTable(node) && node.used()) tables.push_back(&node);
    }
  }
  bool failed = false;
  for (ir::Node* table : tables) {
    TableLowering lowering(*table, native, context);
    if (!lowering.has_content()) {
      ReportNoContent(*table, context.findings);
      failed = true;
      continue;
    }
    std::vector<ir::Node*> users;
    for (const ir::Use& use : table->output()->uses()) users.push_back(use.user);
    for (ir::Node* user : users) {
      if (IsFind(*user)) failed |= !lowering.Find(*user).ok();
      if (IsSize(*user)) failed |= !lowering.Size(*user).ok();
      if (Fills(*user)) user->function()->Erase(user);
    }
    if (!table->used()) table->function()->Erase(table);
  }
  if (failed) return kFailed;
  return {};
}

}  // namespace litesmith::lowering
