// A module of TF ops as text, its conversion, and what verify says of the two.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/finding.h"
#include "ir/text.h"
#include "pipeline/convert.h"
#include "pipeline/diagnose.h"
#include "pipeline/verify.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::pipeline {

class Verifying {
 public:
  static const ir::OpDef* LookUp(ir::Dialect dialect, std::string_view name) {
    return dialect == ir::Dialect::kTf ? static_cast<const ir::OpDef*>(tf::FindOp(name)) : tfl::FindOp(name);
  }

  std::shared_ptr<ir::Module> Parse(std::string_view text) {
    auto module = ir::Parse(text, {}, LookUp, findings);
    EXPECT_TRUE(module.ok()) << Said();
    if (!module) return nullptr;
    return std::shared_ptr<ir::Module>(std::move(*module));
  }

  std::shared_ptr<ir::Module> Convert(std::string_view text) {
    Converted converted;
    converted.module = Parse(text);
    if (converted.module == nullptr) return nullptr;
    converted.interface = ObserveInterface(*converted.module);
    const bool ok = ConvertSource(converted, {}, context).ok();
    EXPECT_TRUE(ok) << Said();
    return ok ? converted.module : nullptr;
  }

  std::optional<Verified> Compare(std::string_view source, std::shared_ptr<ir::Module> file) {
    const auto parsed = Parse(source);
    if (parsed == nullptr || file == nullptr) return std::nullopt;
    auto verified = Verify(parsed, std::move(file), options, context);
    if (!verified) return std::nullopt;
    return *std::move(verified);
  }

  std::string Said() {
    std::string text;
    for (const Finding& finding : findings.findings())
      text += CodeText(finding.code) + " " + finding.headline + ": " + finding.cause + "\n";
    return text;
  }
  const Finding* Find(Code code) {
    for (const Finding& finding : findings.findings()) {
      if (finding.code == code) return &finding;
    }
    return nullptr;
  }

  VerifyOptions options;
  FindingList findings;
  std::unique_ptr<Host> host = MakeSystemHost();
  Context context{*host, findings};
};

}  // namespace litesmith::pipeline
