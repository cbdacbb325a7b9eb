// What every call through the C++ interface needs inside: a host, a sink, and a way back to public values.
#pragma once

#include <litesmith/finding.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "base/finding.h"
#include "base/host.h"

namespace litesmith::api {

Finding ToPublic(const litesmith::Finding& finding);

// Lives as long as what refers to its context.
struct Session {
  std::unique_ptr<Host> host = MakeSystemHost();
  FindingList findings;
  Context context{*host, findings};

  std::vector<Finding> Take();

  // Runs `work`, a function that gives a Result<T>, and makes an Outcome<T> of it. No exception leaves:
  // memory that could not be had becomes a finding.
  template <class Work>
  auto Run(const Work& work) {
    using T = std::remove_cvref_t<decltype(*work())>;
    Result<T> result = kFailed;
    try {
      result = work();
    } catch (const std::bad_alloc&) {
      ReportNoMemory();
    } catch (const std::length_error&) {
      ReportNoMemory();
    }
    return result ? Outcome<T>(*std::move(result), Take()) : Outcome<T>(Take());
  }
  template <class Work>
  Outcome<void> RunVoid(const Work& work) {
    const auto outcome = Run([&]() -> Result<bool> {
      LS_RETURN_IF_FAILED(work());
      return true;
    });
    return {outcome.ok(), outcome.findings()};
  }

 private:
  void ReportNoMemory();
};

}  // namespace litesmith::api
