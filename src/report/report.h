// The report: one HTML file that says what became of a model, with its findings, its graphs and its ops. It
// needs no network and no other file, and the same model and options give the same bytes.
//
//   report::Recorder recorder;
//   options.after_import = [&](const ir::Module& module) { recorder.RecordSource(module); };
//   ... convert ...
//   recorder.RecordFile(*converted.module);
//   report::Write(path, recorder.Html(contents), context);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/finding.h"
#include "base/host.h"
#include "ir/module.h"
#include "report/graph.h"
#include "report/strings.h"

namespace litesmith::report {

// A table of the caller's own: damage per layer after quantization, sensitivity. Columns can be sorted, and
// numbers carry a bar.
struct Table {
  enum class Kind : uint8_t { kText, kNumber, kBytes, kNode };  // kNode: a text that leads into the graph
  struct Column {
    std::string title;
    Kind kind = Kind::kText;
  };
  struct Cell {
    std::string text;   // of kText and kNode
    double number = 0;  // of kNumber and kBytes; what is not finite is shown as absent
  };
  std::string title;        // "Quantization: damage per layer"
  std::string explanation;  // a sentence or two above the table, or empty
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // each as long as `columns`
};

// Something that was recognised as more than its ops, with what is known of it, as texts.
struct Recognised {
  std::string what;
  std::vector<std::pair<std::string, std::string>> facts;
};

struct WrittenFile {
  std::string path;
  size_t bytes = 0, ops = 0;
  std::string min_runtime_version;
};

// What the page says beside the graphs. Texts that are not known are empty.
struct Contents {
  std::string command;  // "convert", "diagnose", "quantize"
  bool failed = false;
  std::string model_path, model_kind, tensorflow;
  size_t model_nodes = 0;
  std::optional<WrittenFile> file;
  std::vector<Finding> findings;  // in the order of their arrival; the page sorts them as the text does
  std::vector<Recognised> recognised;
  std::vector<Table> tables;
};

class Recorder {
 public:
  // The model as imported, before any pass. Not for a .tflite.
  void RecordSource(const ir::Module& module);
  // The ops of the file; after RecordSource, from whose module it was made.
  void RecordFile(const ir::Module& module);

  std::string Html(const Contents& contents) const;

 private:
  Strings strings_;
  std::optional<Graph> source_, file_;
};

// Writes the page as every output is written: all of it or nothing. Reports kOutputUnwritable.
Result<void> Write(const std::string& path, const std::string& html, Context& context);

}  // namespace litesmith::report
