#include "cli/conversion.h"

namespace litesmith::cli {

Command AddQuantize(CLI::App& app) {
  CLI::App* command = app.add_subcommand("quantize", "Makes a float .tflite smaller and faster");
  auto arguments = std::make_shared<ConvertArguments>("quantize");
  command->add_option("IN.tflite", arguments->model.path, "The float model")->required();
  command->add_option("-o,--output", arguments->output, "The .tflite to write")
      ->type_name("OUT.tflite")
      ->required();
  AddQuantizeOptions(*command, arguments->model.quantize);
  command->get_option("--quantize")->required();
  command
      ->add_option("--target-runtime", arguments->model.options.target_runtime,
                   "Oldest TensorFlow Lite that must run the file")
      ->type_name("2.x");
  AddCustomOpLibraries(*command, arguments->model);
  arguments->report.AddOption(*command);
  command->footer(
      "Example:\n  litesmith quantize model.tflite -o small.tflite --quantize int8 --data photos/");
  return {command, [arguments](Session& session) { return Convert(session, *arguments); }};
}

}  // namespace litesmith::cli
