// HASHTABLE, HASHTABLE_IMPORT, HASHTABLE_FIND, HASHTABLE_SIZE: tables from int64 to string and the other way
// round.
#include <cstring>

#include "runtime/runtime_kernels.h"
#include "tensor/strings.h"

namespace litesmith::runtime {
namespace {

LookupTable* TableIn(Session& session, const TensorView& view) {
  Handle handle = 0;
  if (view.dtype != DType::kResource || view.data == nullptr || view.bytes < kHandleBytes) return nullptr;
  std::memcpy(&handle, view.data, kHandleBytes);
  return session.FindTable(handle);
}

Failed NoTable(InvokeContext& context) {
  return context.Report(Code::kGraphDamaged, "its first input is not a lookup table");
}

// The elements as bytes; empty if a string tensor is damaged.
std::optional<std::vector<std::string_view>> ElementsOf(const TensorView& view) {
  if (view.dtype == DType::kString) {
    if (view.elements() == 0) return std::vector<std::string_view>();
    auto strings = UnpackStrings({view.data, view.bytes});
    if (!strings || static_cast<int64_t>(strings->size()) != view.elements()) return std::nullopt;
    return strings;
  }
  std::vector<std::string_view> elements;
  for (const int64_t& number : view.as<int64_t>()) {
    elements.emplace_back(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  return elements;
}

bool IsPair(DType key, DType value) {
  return (key == DType::kInt64 && value == DType::kString) ||
         (key == DType::kString && value == DType::kInt64);
}

class Hashtable final : public Kernel {
 public:
  explicit Hashtable(Handle handle) : handle_(handle) {}
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(
        context.Expect(context.output_count() == 1 && context.output().dtype == DType::kResource,
                       "its result is not a resource"));
    return context.SetOutput(0, {1});
  }
  Result<void> Invoke(InvokeContext& context) override {
    std::memcpy(context.output().data, &handle_, kHandleBytes);
    return {};
  }

 private:
  const Handle handle_;
};

class HashtableImport final : public Kernel {
 public:
  explicit HashtableImport(Session& session) : session_(session) {}
  Result<void> Prepare(PrepareContext& context) override {
    const TensorView &keys = context.input(1), &values = context.input(2);
    LS_RETURN_IF_FAILED(context.Expect(context.input_count() == 3 && IsPair(keys.dtype, values.dtype),
                                       "it takes tables from int64 to string and from string to int64"));
    if (keys.elements() == values.elements()) return {};
    return context.Mismatch("it has {} keys and {} values", keys.elements(), values.elements());
  }
  // A table is filled once; a later import leaves it as it is, as in TensorFlow Lite.
  Result<void> Invoke(InvokeContext& context) override {
    LookupTable* table = TableIn(session_, context.input(0));
    if (table == nullptr) return NoTable(context);
    if (table->filled) return {};
    const auto keys = ElementsOf(context.input(1)), values = ElementsOf(context.input(2));
    if (!keys || !values || keys->size() != values->size()) {
      return context.Report(Code::kGraphDamaged, "its strings do not fit their shape");
    }
    for (size_t i = 0; i < keys->size(); ++i) table->entries.emplace((*keys)[i], (*values)[i]);
    table->key_dtype = context.input(1).dtype;
    table->value_dtype = context.input(2).dtype;
    table->filled = true;
    return {};
  }

 private:
  Session& session_;
};

class HashtableFind final : public Kernel {
 public:
  explicit HashtableFind(Session& session) : session_(session) {}
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(context.Expect(context.input_count() == 3 && context.output_count() == 1 &&
                                           IsPair(context.input(1).dtype, context.output().dtype) &&
                                           context.input(2).dtype == context.output().dtype,
                                       "it takes tables from int64 to string and from string to int64"));
    if (context.input(2).elements() != 1) {
      return context.Mismatch("the value for missing keys has the shape {}", ToText(context.input(2).dims));
    }
    return context.SetOutput(0, context.input(1).dims);
  }
  Result<void> Invoke(InvokeContext& context) override {
    const LookupTable* table = TableIn(session_, context.input(0));
    if (table == nullptr) return NoTable(context);
    if (table->filled &&
        (table->key_dtype != context.input(1).dtype || table->value_dtype != context.output().dtype)) {
      return context.Report(Code::kDtypeMismatch, "the table holds keys or values of another type");
    }
    const auto keys = ElementsOf(context.input(1)), otherwise = ElementsOf(context.input(2));
    if (!keys || !otherwise || otherwise->size() != 1) {
      return context.Report(Code::kGraphDamaged, "its strings do not fit their shape");
    }
    std::vector<std::string_view> found;
    for (std::string_view key : *keys) {
      const auto entry = table->entries.find(std::string(key));
      found.push_back(entry != table->entries.end() ? std::string_view(entry->second) : (*otherwise)[0]);
    }
    if (context.output().dtype == DType::kString) {
      const std::vector<std::byte> packed = PackStrings(found);
      LS_RETURN_IF_FAILED(context.ResizeStringOutput(0, context.input(1).dims, packed.size()));
      std::memcpy(context.output().data, packed.data(), packed.size());
      return {};
    }
    std::byte* next = context.output().data;
    for (std::string_view value : found) {
      std::memcpy(next, value.data(), sizeof(int64_t));
      next += sizeof(int64_t);
    }
    return {};
  }

 private:
  Session& session_;
};

class HashtableSize final : public Kernel {
 public:
  explicit HashtableSize(Session& session) : session_(session) {}
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(context.Expect(
        context.input_count() == 1 && context.output_count() == 1 && context.output().dtype == DType::kInt64,
        "its result is not int64"));
    return context.SetOutput(0, {1});
  }
  Result<void> Invoke(InvokeContext& context) override {
    const LookupTable* table = TableIn(session_, context.input(0));
    if (table == nullptr) return NoTable(context);
    context.output().as_mutable<int64_t>()[0] = static_cast<int64_t>(table->entries.size());
    return {};
  }

 private:
  Session& session_;
};

}  // namespace

std::unique_ptr<Kernel> MakeTableKernel(Session& session, const ir::Node& node) {
  const std::string_view op = node.op_name();
  if (op == "HASHTABLE") {
    return std::make_unique<Hashtable>(session.TableHandle(std::to_string(node.attributes.Int("table_id"))));
  }
  if (op == "HASHTABLE_IMPORT") return std::make_unique<HashtableImport>(session);
  if (op == "HASHTABLE_FIND") return std::make_unique<HashtableFind>(session);
  return std::make_unique<HashtableSize>(session);
}

}  // namespace litesmith::runtime
