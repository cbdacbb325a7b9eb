#include "cli/program.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <new>

#include "cli/session.h"

namespace litesmith::cli {
namespace {

void AddCommonOptions(CLI::App& app, CommonOptions& options) {
  app.add_flag("--json", options.json, "One JSON document on standard output, nothing else there");
  app.add_flag("--quiet", options.quiet, "Only errors on standard error");
  app.add_option("--threads", options.threads, "Threads to use (default: LITESMITH_THREADS, else 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

// Whether the words ask for JSON: needed when they cannot be parsed.
bool AsksForJson(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) return true;
  }
  return false;
}

int ReportWrongUse(Session& session, const CLI::App& app, const std::string& problem,
                   const std::string& command) {
  (void)app;
  session.findings.Report(Finding(Code::kWrongUse)
                              .Headline("wrong use of the command line")
                              .Cause("{}", problem)
                              .Fix("see what there is", command.empty()
                                                            ? "litesmith --help"
                                                            : fmt::format("litesmith {} --help", command)));
  return session.Finish(false);
}

int RunCommand(Session& session, const Command& command) {
  try {
    return command.run(session);
  } catch (const std::bad_alloc&) {
    session.findings.Report(Finding(Code::kOutOfMemory)
                                .Headline("not enough memory")
                                .Cause("the system gave no more memory to this program")
                                .Fix("close other programs, or use a machine with more memory"));
    return session.Finish(false);
  }
}

}  // namespace

int Main(int argc, char** argv) {
  Session session;
  CLI::App app{"Converts TensorFlow models to TensorFlow Lite, runs them, and says why when it cannot.",
               "litesmith"};
  app.set_version_flag("--version", "litesmith " LITESMITH_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Start here:\n  litesmith convert exported_model/saved_model -o model.tflite\n"
      "  litesmith detect model.tflite photo.jpg -o boxes.png");
  const std::vector<Command> commands = {
      AddConvert(app), AddDiagnose(app),  AddRun(app),      AddDetect(app),  AddVerify(app),
      AddInspect(app), AddBenchmark(app), AddQuantize(app), AddExplain(app), AddOps(app)};
  for (const Command& command : commands) {
    AddCommonOptions(*command.app, session.options);
    command.app->set_version_flag("--version", "litesmith " LITESMITH_VERSION);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    session.options.json |= AsksForJson(argc, argv);
    std::string chosen;
    for (const Command& command : commands) {
      if (argc > 1 && command.app->get_name() == argv[1]) chosen = argv[1];
    }
    return ReportWrongUse(session, app, error.what(), chosen);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return RunCommand(session, command);
  }
  return 2;
}

}  // namespace litesmith::cli
