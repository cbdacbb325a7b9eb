// One run of the program: what all commands share. Results go to standard output, everything else to standard
// error.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "findings/text.h"
#include "pipeline/convert.h"
#include "runtime/interpreter.h"

namespace litesmith::cli {

using Json = nlohmann::ordered_json;

// Options of every command.
struct CommonOptions {
  bool json = false, quiet = false;
  int threads = 0;  // 0: LITESMITH_THREADS, else one
};

class Session {
 public:
  Session();

  CommonOptions options;
  FindingList findings;
  std::unique_ptr<Host> host;

  Context context() { return {*host, findings, {}, nullptr}; }
  int threads() const;
  // Text for people on standard output; nothing under --json.
  void Print(const std::string& text) const;
  // A word on what is happening, to standard error; nothing under --json or --quiet.
  void Say(const std::string& text) const;

  // Reports kOutputUnwritable, once, if standard output is closed or full: asked before files are written and
  // at the end.
  Result<void> CheckStandardOutput();
  // Ends a command: prints the findings (to standard error, or to standard output where they are what the
  // command was run for, or as part of `document` under --json) and gives the exit status. `document` gets
  // "status" first and "findings" last.
  int Finish(bool ok, Json document = Json::object(), bool findings_are_result = false);
  // The same for a command whose document under --json is a list: findings go to standard error.
  int FinishWithList(const std::vector<Json>& entries);

  // How text looks on this stream: coloured and as wide as the terminal, if it is one.
  findings::TextStyle StyleOf(int descriptor) const;

 private:
  bool output_failed_ = false;  // has been reported
};

// A command: its options are added once, `run` is called when it was chosen.
using Run = std::function<int(Session&)>;
struct Command {
  CLI::App* app;
  Run run;
};

struct QuantizeArguments {
  std::string mode = "none", input_type = "float32", output_type = "float32", data, sensitivity;
  bool no_float_fallback = false;
  std::vector<std::string> keep_float;
  double max_accuracy_drop = -1;
};

// Options of convert that every command has that takes a model in any form; they fill in `options`.
struct ModelArguments {
  std::string path;
  pipeline::ConvertOptions options;
  std::vector<std::string> raw_shapes;            // NAME=1,2,3
  std::vector<std::string> raw_custom_op_shapes;  // NAME=1,2,3;4,5
  std::string detection = "auto", labels;
  std::vector<std::string> custom_op_libraries;  // FILE.so[:NAME=SYMBOL]
  runtime::CustomKernels custom_kernels;         // of these, once they are loaded
  QuantizeArguments quantize;
};
void AddModelOptions(CLI::App& app, ModelArguments& arguments);
// Of these, --custom-op-library.
void AddCustomOpLibraries(CLI::App& app, ModelArguments& arguments);
// Of these, the ones from --quantize to --sensitivity.
void AddQuantizeOptions(CLI::App& app, QuantizeArguments& arguments);
Result<void> ReadQuantizeArguments(Session& session, QuantizeArguments& arguments,
                                   pipeline::QuantizeOptions& options, Context& context);
// Checks and translates what stands in `arguments`, and loads libraries; reports kWrongUse and what
// AddLibrary does.
Result<void> ReadModelArguments(Session& session, ModelArguments& arguments, Context& context);

Command AddConvert(CLI::App& app);
Command AddRun(CLI::App& app);
Command AddExplain(CLI::App& app);
Command AddOps(CLI::App& app);
Command AddInspect(CLI::App& app);
Command AddBenchmark(CLI::App& app);
Command AddDetect(CLI::App& app);
Command AddDiagnose(CLI::App& app);
Command AddVerify(CLI::App& app);
Command AddQuantize(CLI::App& app);

}  // namespace litesmith::cli
