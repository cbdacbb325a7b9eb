// VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE.
#include <cstring>

#include "runtime/runtime_kernels.h"

namespace litesmith::runtime {
namespace {

// The handle in a resource tensor, 0 if there is none.
Handle HandleIn(const TensorView& view) {
  Handle handle = 0;
  if (view.dtype == DType::kResource && view.data != nullptr && view.bytes >= kHandleBytes) {
    std::memcpy(&handle, view.data, kHandleBytes);
  }
  return handle;
}

class VarHandle final : public Kernel {
 public:
  explicit VarHandle(Handle handle) : handle_(handle) {}
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(
        context.Expect(context.output_count() == 1 && context.output().dtype == DType::kResource,
                       "its result is not a resource"));
    return context.SetOutput(0, {});
  }
  Result<void> Invoke(InvokeContext& context) override {
    std::memcpy(context.output().data, &handle_, kHandleBytes);
    return {};
  }

 private:
  const Handle handle_;
};

class ReadVariable final : public Kernel {
 public:
  ReadVariable(Session& session, const Shape& declared) : session_(session), declared_(declared) {}
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(context.Expect(context.input_count() == 1 && context.output_count() == 1,
                                       "it takes a variable and gives its value"));
    if (declared_.known()) return context.SetOutput(0, declared_.known_dims());
    context.SetOutputDynamic(0);
    return {};
  }
  Result<void> Invoke(InvokeContext& context) override {
    const Variable* variable = session_.FindVariable(HandleIn(context.input(0)));
    if (variable == nullptr || !variable->assigned) {
      return context.Report(Code::kVariableWithoutValue,
                            "the variable is read before the model assigns a value");
    }
    if (variable->dtype != context.output().dtype) {
      return context.Report(Code::kDtypeMismatch,
                            fmt::format("the variable holds {}, it is read as {}", NameOf(variable->dtype),
                                        NameOf(context.output().dtype)));
    }
    if (variable->dtype == DType::kString) {
      LS_RETURN_IF_FAILED(context.ResizeStringOutput(0, variable->dims, variable->bytes));
    } else {
      LS_RETURN_IF_FAILED(context.ResizeOutput(0, variable->dims));
    }
    if (variable->bytes > 0) std::memcpy(context.output().data, variable->block.data(), variable->bytes);
    return {};
  }

 private:
  Session& session_;
  const Shape declared_;
};

class AssignVariable final : public Kernel {
 public:
  explicit AssignVariable(Session& session) : session_(session) {}
  Result<void> Prepare(PrepareContext& context) override {
    return context.Expect(context.input_count() == 2 && context.has_input(0) && context.has_input(1) &&
                              context.input(1).dtype != DType::kResource,
                          "it takes a variable and a value");
  }
  Result<void> Invoke(InvokeContext& context) override {
    Variable* variable = session_.FindVariable(HandleIn(context.input(0)));
    if (variable == nullptr) return context.Report(Code::kGraphDamaged, "its first input is not a variable");
    const TensorView& value = context.input(1);
    if (!variable->block || variable->block.capacity() < value.bytes) {
      LS_TRY(variable->block, session_.memory.Take(value.bytes, "a variable"));
    }
    if (value.bytes > 0) std::memcpy(variable->block.data(), value.data, value.bytes);
    variable->assigned = true;
    variable->dtype = value.dtype;
    variable->dims = value.dims;
    variable->bytes = value.bytes;
    return {};
  }

 private:
  Session& session_;
};

}  // namespace

std::unique_ptr<Kernel> MakeVariableKernel(Session& session, const ir::Node& node) {
  if (node.op_name() == "VAR_HANDLE") {
    const Attributes& attributes = node.attributes;
    return std::make_unique<VarHandle>(
        session.VariableHandle(attributes.Text("container") + "/" + attributes.Text("shared_name")));
  }
  if (node.op_name() == "ASSIGN_VARIABLE") return std::make_unique<AssignVariable>(session);
  const Shape declared = node.output_count() > 0 ? node.output()->type.shape : Shape();
  return std::make_unique<ReadVariable>(session, declared);
}

}  // namespace litesmith::runtime
