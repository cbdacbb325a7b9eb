// Findings: what a user has to know. Whoever notices a problem that a user can act on puts a Finding into the
// sink and returns an empty Result; callers do not reword it. Several findings in one run are normal.
//
//   return findings.Report(Finding(Code::kUnknownOp).At(node...)
//       .Headline("op {} is unknown", name).Cause("no table of this release knows it")
//       .Fix("keep it and supply a kernel at run time", "--custom-op " + name));
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace litesmith {

enum class Severity : uint8_t { kNote, kWarning, kError };

// In the order of their two digits in the codes, from 01.
enum class Category : uint8_t {
  kCustomOp = 1,
  kUnsupportedOp,
  kExternalLibrary,
  kQuantization,
  kVersion,
  kShape,
  kDtype,
  kControlFlow,
  kVariable,
  kDamagedInput,
  kWrongInput,
  kOption,
  kApproximation,
  kSilentChange,
  kResourceLimit,
};

enum class Code : uint16_t {
#define LS_FINDING(name, number, severity, category, status, title) name = number,
#include "base/codes.def"
#undef LS_FINDING
};

struct CodeInfo {
  Code code;
  Severity severity;
  Category category;
  int exit_status;
  std::string_view title;
};

const std::vector<CodeInfo>& AllCodes();
const CodeInfo& InfoOf(Code code);
std::string CodeText(Code code);                   // "LS0101"
std::string_view SeverityText(Severity severity);  // "error"
std::string_view CategoryText(Category category);  // "custom-op"

struct Finding {
  struct TensorNote {
    std::string name;
    std::string dtype;           // "float32"; empty if not known
    std::vector<int64_t> shape;  // -1 where not known
    bool ranked = true;
  };
  struct FixNote {
    std::string text;
    std::string option;  // what to add to the command line, or empty
  };

  explicit Finding(Code code) : code(code), severity(InfoOf(code).severity) {}

  Code code;
  Severity severity;
  std::string headline, op, node, layer, source, cause;  // empty: not known
  int count = 1;                                         // how many places this finding stands for
  std::vector<TensorNote> tensors;
  std::vector<FixNote> fixes;

  // Builder calls. Texts take fmt arguments.
  template <class... A>
  Finding& Headline(fmt::format_string<A...> text, A&&... arguments) {
    headline = fmt::format(text, std::forward<A>(arguments)...);
    return *this;
  }
  template <class... A>
  Finding& Cause(fmt::format_string<A...> text, A&&... arguments) {
    cause = fmt::format(text, std::forward<A>(arguments)...);
    return *this;
  }
  Finding& Fix(std::string text, std::string option = {});
  Finding& Op(std::string_view name) {
    op = name;
    return *this;
  }
  Finding& Node(std::string_view name) {
    node = name;
    return *this;
  }
  Finding& As(Severity other) {
    severity = other;
    return *this;
  }
  Finding& Tensor(TensorNote note);
};

// Where findings go. Safe to call from several threads.
class FindingSink {
 public:
  virtual ~FindingSink() = default;
  // Takes the finding; the value converts to any failed Result, so that `return sink.Report(...)` reads well.
  virtual Failed Report(Finding finding) = 0;
};

// Keeps all findings in the order of their arrival; equal ones (code, op, headline, cause) are counted, not
// repeated.
class FindingList : public FindingSink {
 public:
  Failed Report(Finding finding) override;
  std::vector<Finding> Take();
  const std::vector<Finding>& findings() const { return findings_; }
  bool has_errors() const;
  // 0 without errors, else the status of the first error (contract.md, "Exit status").
  int exit_status() const;

 private:
  std::mutex mutex_;
  std::vector<Finding> findings_;
};

// Drops everything: for questions such as "could this be read as a ...?".
class NullSink : public FindingSink {
 public:
  Failed Report(Finding) override { return kFailed; }
};

}  // namespace litesmith
