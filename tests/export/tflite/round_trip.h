// From text to a module, to a .tflite, and back.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/finding.h"
#include "base/host.h"
#include "export/tflite/export.h"
#include "import/tflite/import.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "tfl/ops.h"

namespace litesmith::testing {

inline const ir::OpDef* LookUp(ir::Dialect dialect, std::string_view name) {
  return dialect == ir::Dialect::kTfl ? tfl::FindOp(name) : nullptr;
}

class RoundTrip {
 public:
  std::unique_ptr<ir::Module> Parse(std::string_view text) {
    auto module = ir::Parse(text, {}, LookUp, findings);
    EXPECT_TRUE(module.ok()) << Said();
    return module.ok() ? *std::move(module) : std::make_unique<ir::Module>();
  }
  export_tflite::Exported Export(const ir::Module& module, export_tflite::ExportOptions options = {}) {
    auto exported = export_tflite::ExportTflite(module, options, context);
    EXPECT_TRUE(exported.ok()) << Said();
    return exported.ok() ? *std::move(exported) : export_tflite::Exported{};
  }
  std::unique_ptr<ir::Module> Import(const std::vector<std::byte>& bytes) {
    auto copy = std::make_shared<std::vector<std::byte>>(bytes);
    const Bytes view(*copy);
    auto module = import_tflite::ImportTflite({std::move(copy), view}, context);
    EXPECT_TRUE(module.ok()) << Said();
    if (!module.ok()) return std::make_unique<ir::Module>();
    const auto problem = ir::Verify(**module);
    EXPECT_FALSE(problem.has_value()) << *problem;
    return *std::move(module);
  }
  std::string Said() const {
    if (findings.findings().empty()) return {};
    return findings.findings().back().headline + ": " + findings.findings().back().cause;
  }

  std::unique_ptr<Host> host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};
};

}  // namespace litesmith::testing
