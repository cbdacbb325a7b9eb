#include "cli/program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstring>
#include <new>

#include "base/near_name.h"
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

// A word that looks like an option and is none of the command, or "".
std::string UnknownOption(const CLI::App& command, int argc, char** argv) {
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--") || word.size() < 3) continue;
    const std::string name = word.substr(0, word.find('='));
    if (command.get_option_no_throw(name) == nullptr) return name;
  }
  return {};
}

std::string DidYouMean(const std::string& wanted, const std::vector<std::string>& names) {
  const std::string near = NearName(wanted, std::vector<std::string_view>(names.begin(), names.end()));
  return near.empty() ? near : fmt::format("; did you mean {}?", near);
}

// In the user's words what CLI11 says in its own.
std::string WrongUseText(const std::vector<Command>& commands, const CLI::ParseError& error, int argc,
                         char** argv, std::string& chosen) {
  std::vector<std::string> names;
  const CLI::App* command = nullptr;
  for (const Command& one : commands) {
    names.push_back(one.app->get_name());
    if (argc > 1 && names.back() == argv[1]) command = one.app;
  }
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  if (argc < 2) return "it wants a command: " + all;
  if (command == nullptr) {
    return fmt::format("there is no command '{}'{}; there are {}", argv[1], DidYouMean(argv[1], names), all);
  }
  chosen = argv[1];
  const std::string option = UnknownOption(*command, argc, argv);
  if (option.empty()) return error.what();
  std::vector<std::string> options;
  for (const CLI::Option* one : command->get_options()) {
    for (const std::string& name : one->get_lnames()) options.push_back("--" + name);
  }
  return fmt::format("{} has no option {}{}", chosen, option, DidYouMean(option, options));
}

int ReportWrongUse(Session& session, const std::string& problem, const std::string& command) {
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
    const std::string problem = WrongUseText(commands, error, argc, argv, chosen);
    return ReportWrongUse(session, problem, chosen);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return RunCommand(session, command);
  }
  return 2;
}

}  // namespace litesmith::cli
