#include "runtime/custom/library.h"

#include <algorithm>

#include "base/list_some.h"
#include "formats/elf/elf.h"
#include "runtime/custom/registered_kernel.h"

namespace litesmith::custom {
namespace {

constexpr std::string_view kRegister = "Register_";
using RegisterFunction = const TfLiteRegistration* (*)();
using ListFunction = const LitesmithCustomOps* (*)();

// "FILE", or "FILE:NAME=SYMBOL".
struct Request {
  std::string file, name, symbol;
};

// Names may hold colons and files both colons and equals signs; a file that is there decides.
Request ParseRequest(const std::string& text, Host& host) {
  if (host.Kind(text) != PathKind::kMissing) return {text, {}, {}};
  std::optional<Request> last;
  for (size_t colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    const size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals <= colon + 1 || equals + 1 == text.size()) continue;
    last =
        Request{text.substr(0, colon), text.substr(colon + 1, equals - colon - 1), text.substr(equals + 1)};
    if (host.Kind(last->file) != PathKind::kMissing) break;
  }
  return last ? *last : Request{text, {}, {}};
}

// The last part of a C++ name "_Z<length>name..." or "_ZN<length>name<length>name...Ev" (Itanium C++
// ABI, 5.1.2) of a function without parameters; the name itself if it is none of these.
std::string_view PlainName(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return symbol;
  std::string_view rest = symbol.substr(2);
  const bool nested = rest.starts_with("N");
  if (nested) rest.remove_prefix(1);
  std::string_view last;
  while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
    size_t length = 0;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9' && length < symbol.size()) {
      length = length * 10 + static_cast<size_t>(rest[0] - '0');
      rest.remove_prefix(1);
    }
    if (length > rest.size()) return symbol;
    last = rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return !last.empty() && rest == (nested ? "Ev" : "v") ? last : symbol;
}

std::string_view KindText(elf::Kind kind) {
  switch (kind) {
    case elf::Kind::kSharedLibrary:
      return "it is a shared library";
    case elf::Kind::kOtherProcessor:
      return "it is compiled for another kind of processor";
    case elf::Kind::kObjectFile:
      return "it is an object file, which is not linked yet";
    case elf::Kind::kArchive:
      return "it is a static library";
    case elf::Kind::kOtherSystem:
      return "it is compiled for another operating system";
    case elf::Kind::kDamaged:
      return "it is damaged, or not whole";
    case elf::Kind::kOther:
      return "it is no shared library";
  }
  return "it is no shared library";
}

Failed NoKernels(const std::string& from, const std::string& cause, const std::string& fix,
                 Context& context) {
  return context.findings.Report(Finding(Code::kCustomLibrary)
                                     .Headline("{} gives no kernels for custom ops", from)
                                     .Cause("{}", cause)
                                     .Fix(fix));
}

class Loader {
 public:
  Loader(Request request, runtime::CustomKernels& kernels, Context& context)
      : request_(std::move(request)), kernels_(kernels), context_(context) {
    // Without a slash the system would look in its own folders.
    path_ = request_.file.find('/') == std::string::npos ? "./" + request_.file : request_.file;
  }

  Result<void> Load() {
    LS_TRY(const FileBytes file,
           ReadFile(context_, request_.file, "a shared library with kernels for custom ops"));
    const elf::Kind kind = elf::KindOf(file.bytes);
    if (kind != elf::Kind::kSharedLibrary) {
      return Refuse(fmt::format("{}", KindText(kind)),
                    "compile and link it for this machine: cc -shared -fPIC kernel.c -o libkernel.so");
    }
    const auto functions = elf::ExportedFunctions(file.bytes);
    functions_ = functions ? *functions : std::vector<std::string>();
    if (!request_.symbol.empty()) return AddNamed();
    const bool lists = !functions || functions->empty() || Exports("litesmith_custom_ops");
    return lists ? AddListed() : AddExported();
  }

 private:
  bool Exports(std::string_view name) const {
    return std::find(functions_.begin(), functions_.end(), name) != functions_.end();
  }

  Failed Refuse(const std::string& cause, const std::string& fix) {
    return NoKernels(fmt::format("'{}'", request_.file), cause, fix, context_);
  }

  // Loads the library, which runs code of it.
  Result<void*> Find(const std::string& symbol) {
    std::string problem;
    void* address = context_.host.LibrarySymbol(path_, symbol, &problem);
    if (address != nullptr) return address;
    std::string fix = "see that it exports the function, without C++ name mangling (extern \"C\")";
    if (problem.find("undefined symbol") != std::string::npos && !Exports(symbol) && !functions_.empty()) {
      fix = fmt::format("it exports {}", ListSome(functions_, kShownNames));
    } else if (problem.find("undefined symbol") != std::string::npos) {
      fix =
          "link what the kernel calls into the library; this program offers the functions of "
          "litesmith/custom_op.h";
    } else if (problem.find("cannot open shared object") != std::string::npos) {
      fix = "install the library that it needs, or put its folder into LD_LIBRARY_PATH";
    }
    return Refuse("the system says: " + problem, fix);
  }

  Result<void> AddNamed() {
    std::string symbol = request_.symbol;
    for (const std::string& function : functions_) {
      if (!Exports(request_.symbol) && PlainName(function) == request_.symbol) symbol = function;
    }
    return AddFrom(request_.name, symbol);
  }

  Result<void> AddListed() {
    LS_TRY(void* address, Find("litesmith_custom_ops"));
    const LitesmithCustomOps* all = reinterpret_cast<ListFunction>(address)();
    if (all == nullptr || all->version != LITESMITH_CUSTOM_OPS_VERSION ||
        (all->count > 0 && all->ops == nullptr)) {
      return Refuse(
          "what its litesmith_custom_ops() gives is not the table that litesmith/custom_op.h describes",
          "compile it with the header of this release, and let LITESMITH_CUSTOM_OPS define the function");
    }
    if (all->count == 0)
      return Refuse("its LITESMITH_CUSTOM_OPS lists no op", "list the op's name and its kernel there");
    for (uint32_t i = 0; i < all->count; ++i) {
      const LitesmithCustomOp& op = all->ops[i];
      LS_RETURN_IF_FAILED(Add(op.name != nullptr ? op.name : "", op.registration));
    }
    return {};
  }

  Result<void> AddExported() {
    bool any = false;
    for (const std::string& function : functions_) {
      const std::string_view name = PlainName(function);
      if (!name.starts_with(kRegister) || name.size() == kRegister.size()) continue;
      any = true;
      LS_RETURN_IF_FAILED(AddFrom(std::string(name.substr(kRegister.size())), function));
    }
    if (any) return {};
    return Refuse(fmt::format("it exports neither litesmith_custom_ops nor a function Register_NAME; {}",
                              functions_.empty() ? "it exports no function at all"
                                                 : "it exports " + ListSome(functions_, kShownNames)),
                  fmt::format("register the kernel with LITESMITH_CUSTOM_OPS, or say which function does it: "
                              "--custom-op-library {}:NAME=FUNCTION",
                              request_.file));
  }

  Result<void> AddFrom(const std::string& name, const std::string& symbol) {
    LS_TRY(void* address, Find(symbol));
    return Add(name, reinterpret_cast<RegisterFunction>(address)());
  }

  Result<void> Add(const std::string& name, const TfLiteRegistration* registration) {
    return AddRegistration(name, registration, fmt::format("'{}'", request_.file), kernels_, context_);
  }

  const Request request_;
  std::string path_;
  runtime::CustomKernels& kernels_;
  Context& context_;
  std::vector<std::string> functions_;
};

}  // namespace

runtime::CustomKernelFactory FactoryOf(const TfLiteRegistration& registration) {
  return [registration](runtime::Session& session, const ir::Node& node) {
    return std::make_unique<RegisteredKernel>(session, node, registration);
  };
}

Result<void> AddRegistration(const std::string& name, const TfLiteRegistration* registration,
                             const std::string& from, runtime::CustomKernels& kernels, Context& context) {
  if (name.empty() || registration == nullptr) {
    return NoKernels(
        from,
        name.empty() ? "it lists a kernel without a name" : fmt::format("it registers nothing for {}", name),
        "give each op its name and its TfLiteRegistration", context);
  }
  if (registration->invoke == nullptr) {
    const bool other = registration->registration_external != nullptr;
    return NoKernels(from,
                     fmt::format("the kernel of {} has no invoke function{}", name,
                                 other ? " but a TfLiteOperator, which this program does not run" : ""),
                     "set the field `invoke` of its TfLiteRegistration", context);
  }
  if (kernels.emplace(name, FactoryOf(*registration)).second) return {};
  return context.findings.Report(Finding(Code::kWrongUse)
                                     .Headline("{} has two kernels", name)
                                     .Cause("{} has one, and so has what was loaded before it", from)
                                     .Fix("give only one of the libraries, or pick kernels by name",
                                          "--custom-op-library FILE.so:NAME=FUNCTION"));
}

Result<void> AddLibrary(const std::string& text, runtime::CustomKernels& kernels, Context& context) {
  return Loader(ParseRequest(text, context.host), kernels, context).Load();
}

}  // namespace litesmith::custom
