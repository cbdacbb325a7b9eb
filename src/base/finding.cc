#include "base/finding.h"

#include <algorithm>

#include "base/check.h"

namespace litesmith {

const std::vector<CodeInfo>& AllCodes() {
  static const std::vector<CodeInfo> codes = {
#define LS_FINDING(name, number, severity, category, status, title) \
  {Code::name, Severity::severity, Category::category, status, title},
#include "base/codes.def"
#undef LS_FINDING
  };
  return codes;
}

const CodeInfo& InfoOf(Code code) {
  const auto& codes = AllCodes();
  auto found =
      std::find_if(codes.begin(), codes.end(), [&](const CodeInfo& info) { return info.code == code; });
  LS_CHECK(found != codes.end());
  return *found;
}

std::string CodeText(Code code) { return fmt::format("LS{:04}", static_cast<int>(code)); }

std::string_view SeverityText(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

std::string_view CategoryText(Category category) {
  switch (category) {
    case Category::kCustomOp:
      return "custom-op";
    case Category::kUnsupportedOp:
      return "unsupported-op";
    case Category::kExternalLibrary:
      return "external-library";
    case Category::kQuantization:
      return "quantization";
    case Category::kVersion:
      return "version";
    case Category::kShape:
      return "shape";
    case Category::kDtype:
      return "dtype";
    case Category::kControlFlow:
      return "control-flow";
    case Category::kVariable:
      return "variable";
    case Category::kDamagedInput:
      return "damaged-input";
    case Category::kWrongInput:
      return "wrong-input";
    case Category::kOption:
      return "option";
    case Category::kApproximation:
      return "approximation";
    case Category::kSilentChange:
      return "silent-change";
    case Category::kResourceLimit:
      return "resource-limit";
  }
  return "";
}

Finding& Finding::Fix(std::string text, std::string option) {
  fixes.push_back({std::move(text), std::move(option)});
  return *this;
}

Finding& Finding::Tensor(TensorNote note) {
  tensors.push_back(std::move(note));
  return *this;
}

Failed FindingList::Report(Finding finding) {
  std::lock_guard lock(mutex_);
  for (Finding& known : findings_) {
    if (known.code == finding.code && known.severity == finding.severity && known.op == finding.op &&
        known.headline == finding.headline && known.cause == finding.cause) {
      known.count += finding.count;
      return kFailed;
    }
  }
  findings_.push_back(std::move(finding));
  return kFailed;
}

std::vector<Finding> FindingList::Take() {
  std::lock_guard lock(mutex_);
  return std::exchange(findings_, {});
}

bool FindingList::has_errors() const { return exit_status() != 0; }

int FindingList::exit_status() const {
  for (const Finding& finding : findings_) {
    if (finding.severity == Severity::kError) {
      const int status = InfoOf(finding.code).exit_status;
      return status != 0 ? status : 1;
    }
  }
  return 0;
}

}  // namespace litesmith
