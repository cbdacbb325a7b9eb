// What `convert` and `diagnose` tell of a conversion alike.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/report.h"
#include "cli/session.h"

namespace litesmith::cli {

// `convert` and `quantize`: a model in, a .tflite out.
struct ConvertArguments {
  explicit ConvertArguments(std::string command) : report(std::move(command)) {}
  ModelArguments model;
  std::string output, dump_after;
  ReportFile report;
};
int Convert(Session& session, ConvertArguments& arguments);

Json ModelJson(const pipeline::ModelInfo& info);
Json RecognisedJson(const std::vector<detection::Recognised>& recognised);
Json SecondsJson(const std::map<std::string, double>& seconds);
Json QuantizationJson(const pipeline::ConvertOptions& options, const quantization::Quantized& quantized);
// What the report shows of a quantization: layers by what they cost, tensors by their noise.
std::vector<report::Table> QuantizationTables(const quantization::Quantized& quantized);
// "1 op", "2 ops".
std::string Number(size_t count, std::string_view what);
// "1.2 M" for 1,234,567.
std::string Brief(double number);
// What a conversion gave, in a line, and a second one for a detector. `subject`: what the file is called.
std::string Summary(const std::string& subject, const pipeline::Converted& converted,
                    const pipeline::WrittenModel& written, double seconds);

}  // namespace litesmith::cli
