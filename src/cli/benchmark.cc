#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "cli/inputs.h"
#include "cli/session.h"

namespace litesmith::cli {
namespace {

// Ops that the table for people shows.
constexpr size_t kSlowestShown = 15;

struct Arguments {
  ModelArguments model;
  std::string inputs;
  int runs = 50, warmup = 5;
  bool profile = false;
};

struct Measured {
  double load_ms = 0, first_ms = 0;
  std::vector<double> milliseconds;  // sorted
  size_t arena_bytes = 0;
  std::vector<runtime::OpTime> ops;           // of the last inference
  std::vector<std::vector<double>> op_times;  // by op, in milliseconds
};

// Of sorted values, between the two nearest where the place lies between them.
double Percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return Percentile(values, 0.5);
}

// Linux gives kibibytes.
double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

void NoteOpTimes(const runtime::Interpreter& interpreter, Measured& measured) {
  measured.ops = interpreter.profile();
  measured.op_times.resize(measured.ops.size());
  for (size_t i = 0; i < measured.ops.size(); ++i)
    measured.op_times[i].push_back(measured.ops[i].seconds * 1e3);
}

Result<Measured> Measure(Session& session, Arguments& arguments, Context& context) {
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  Measured measured;
  const auto now = [&] { return session.host->Seconds() * 1e3; };
  const double start = now();
  LS_TRY(pipeline::Converted model,
         pipeline::LoadModel(arguments.model.path, arguments.model.options, context));
  const auto& keys = arguments.model.options.signatures;
  runtime::Options options;
  options.threads = session.threads();
  options.profile = arguments.profile;
  options.custom_kernels = arguments.model.custom_kernels;
  LS_TRY(const auto interpreter,
         runtime::Interpreter::Create(model.module, keys.empty() ? "" : keys.front(), options, context));
  measured.load_ms = now() - start;
  if (arguments.inputs.empty()) {
    LS_RETURN_IF_FAILED(MakeUpInputs(*interpreter));
  } else {
    LS_RETURN_IF_FAILED(ReadInputs(arguments.inputs, *interpreter, context));
  }
  // Making inputs is no part of loading; planning for their shapes is.
  const double filled = now();
  LS_RETURN_IF_FAILED(interpreter->Allocate());
  const double ready = now();
  measured.load_ms += ready - filled;
  LS_RETURN_IF_FAILED(interpreter->Invoke());
  measured.first_ms = now() - ready;
  for (int i = 0; i < arguments.warmup; ++i) LS_RETURN_IF_FAILED(interpreter->Invoke());
  for (int i = 0; i < arguments.runs; ++i) {
    const double begin = now();
    LS_RETURN_IF_FAILED(interpreter->Invoke());
    measured.milliseconds.push_back(now() - begin);
    if (arguments.profile) NoteOpTimes(*interpreter, measured);
  }
  std::sort(measured.milliseconds.begin(), measured.milliseconds.end());
  measured.arena_bytes = interpreter->arena_bytes();
  return measured;
}

struct OpRow {
  const runtime::OpTime* op;
  double median_ms, share;
};

std::vector<OpRow> RowsOf(const Measured& measured) {
  std::vector<OpRow> rows;
  double sum = 0;
  for (size_t i = 0; i < measured.ops.size(); ++i) {
    rows.push_back({&measured.ops[i], MedianOf(measured.op_times[i]), 0});
    sum += rows.back().median_ms;
  }
  for (OpRow& row : rows) row.share = sum > 0 ? row.median_ms / sum : 0;
  return rows;
}

std::string TextOf(const Arguments& arguments, int threads, const Measured& measured) {
  const auto& times = measured.milliseconds;
  std::string text = fmt::format("{}: {} runs on {} thread{}\n", arguments.model.path, times.size(), threads,
                                 threads == 1 ? "" : "s");
  const auto line = [&](std::string_view name, double value, std::string_view unit) {
    text += fmt::format("  {:<8}{:>12.3f} {}\n", name, value, unit);
  };
  line("median", Percentile(times, 0.5), "ms");
  line("p10", Percentile(times, 0.1), "ms");
  line("p90", Percentile(times, 0.9), "ms");
  line("fastest", times.front(), "ms");
  line("first", measured.first_ms, "ms");
  line("load", measured.load_ms, "ms");
  line("arena", static_cast<double>(measured.arena_bytes) / 1e6, "MB");
  line("memory", PeakMegabytes(), "MB");
  if (!arguments.profile) return text;
  std::vector<OpRow> rows = RowsOf(measured);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const OpRow& a, const OpRow& b) { return a.median_ms > b.median_ms; });
  const size_t shown = std::min(rows.size(), kSlowestShown);
  text += fmt::format("slowest {} of {} ops\n", shown, rows.size());
  for (size_t i = 0; i < shown; ++i) {
    const OpRow& row = rows[i];
    text += fmt::format("  {:>4} {:<24.24}{:>9.3f} ms {:>5.1f}%  {:<24.24} {:.27}\n", row.op->index,
                        row.op->op, row.median_ms, row.share * 100, row.op->kernel, row.op->name);
  }
  return text;
}

Json JsonOf(const Arguments& arguments, int threads, const Measured& measured) {
  const auto& times = measured.milliseconds;
  Json json = {{"model", arguments.model.path},
               {"threads", threads},
               {"load_ms", measured.load_ms},
               {"first_ms", measured.first_ms},
               {"runs", times.size()},
               {"median_ms", Percentile(times, 0.5)},
               {"p10_ms", Percentile(times, 0.1)},
               {"p90_ms", Percentile(times, 0.9)},
               {"min_ms", times.front()},
               {"peak_rss_mb", PeakMegabytes()},
               {"arena_bytes", measured.arena_bytes}};
  if (!arguments.profile) return json;
  json["ops"] = Json::array();
  for (const OpRow& row : RowsOf(measured)) {
    json["ops"].push_back({{"index", row.op->index},
                           {"op", row.op->op},
                           {"name", row.op->name},
                           {"median_ms", row.median_ms},
                           {"share", row.share}});
  }
  return json;
}

int Benchmark(Session& session, Arguments& arguments) {
  Context context = session.context();
  const auto measured = Measure(session, arguments, context);
  if (!measured) return session.Finish(false, {{"model", arguments.model.path}});
  session.Print(TextOf(arguments, session.threads(), *measured));
  return session.Finish(true, JsonOf(arguments, session.threads(), *measured));
}

}  // namespace

Command AddBenchmark(CLI::App& app) {
  CLI::App* command = app.add_subcommand("benchmark", "Measures latency, load time and memory of a model");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command->add_option("--runs", arguments->runs, "Inferences that are timed")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--warmup", arguments->warmup, "Inferences before them")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--inputs", arguments->inputs, "Arrays to infer on (default: made up)")
      ->type_name("IN.npz");
  command->add_flag("--profile", arguments->profile, "Time every op");
  command->footer("Example:\n  litesmith benchmark model.tflite --threads 4 --profile");
  return {command, [arguments](Session& session) { return Benchmark(session, *arguments); }};
}

}  // namespace litesmith::cli
