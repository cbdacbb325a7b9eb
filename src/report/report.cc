#include "report/report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "findings/json.h"
#include "findings/pages.h"
#include "report/page.h"

namespace litesmith::report {
namespace {

using Json = nlohmann::ordered_json;

Json FunctionsJson(const Graph& graph) {
  Json functions = Json::array();
  for (const Graph::Function& function : graph.functions)
    functions.push_back({{"name", function.name}, {"first", function.first}, {"count", function.count}});
  return functions;
}

Json GraphJson(const char* kind, const Graph& graph) {
  return {{"kind", kind},
          {"too_large", graph.too_large},
          {"functions", FunctionsJson(graph)},
          {"scope_parent", graph.scope_parent},
          {"scope_name", graph.scope_name},
          {"op", graph.op},
          {"name", graph.name},
          {"scope", graph.scope},
          {"attributes", graph.attributes},
          {"layer", graph.layer},
          {"source", graph.source},
          {"input_count", graph.input_count},
          {"output_count", graph.output_count},
          {"bytes", graph.bytes},
          {"multiply_adds", graph.multiply_adds},
          {"version", graph.version},
          {"from", graph.from},
          {"from_count", graph.from_count},
          {"inputs", graph.inputs},
          {"type", graph.type},
          {"tensor_name", graph.tensor_name},
          {"calls", graph.calls}};
}

// What failed before its end did not tell the number of nodes, but the graph does.
Json ModelJson(const Contents& contents, const Graph* source) {
  size_t nodes = contents.model_nodes;
  if (nodes == 0 && source != nullptr) nodes = source->op.size() - source->ends;
  Json model = {{"path", contents.model_path}, {"kind", contents.model_kind}, {"nodes", nodes}};
  if (!contents.tensorflow.empty()) model["tensorflow"] = contents.tensorflow;
  return model;
}

// The pages of the codes that occur, for "what does this mean".
Json PagesJson(const std::vector<Finding>& findings) {
  std::set<std::string> codes;
  for (const Finding& finding : findings) codes.insert(CodeText(finding.code));
  Json pages = Json::object();
  for (const std::string& code : codes) {
    if (const findings::Page* page = findings::FindPage(code))
      pages[code] = {{"title", page->title}, {"meaning", page->meaning}, {"fixes", page->fixes}};
  }
  return pages;
}

Json RecognisedJson(const std::vector<Recognised>& recognised) {
  Json list = Json::array();
  for (const Recognised& one : recognised) list.push_back({{"what", one.what}, {"facts", one.facts}});
  return list;
}

const char* KindText(Table::Kind kind) {
  switch (kind) {
    case Table::Kind::kText:
      return "text";
    case Table::Kind::kNumber:
      return "number";
    case Table::Kind::kBytes:
      return "bytes";
    case Table::Kind::kNode:
      return "node";
  }
  return "text";
}

// [0, node] in the source, [1, node] in the file, null where no graph has the name.
Json PlaceJson(const std::vector<std::string>& names, const std::vector<const Graph*>& graphs) {
  for (const std::string& name : names) {
    for (size_t i = 0; i < graphs.size(); ++i) {
      const int node = graphs[i]->Find(name);
      if (node >= 0) return {i, node};
    }
  }
  return nullptr;
}

Json TableJson(const Table& table, const std::vector<const Graph*>& graphs) {
  Json columns = Json::array(), rows = Json::array();
  for (const Table::Column& column : table.columns)
    columns.push_back({{"title", column.title}, {"kind", KindText(column.kind)}});
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
      const Table::Kind kind = table.columns[i].kind;
      if (kind == Table::Kind::kNode) {
        cells.push_back({row[i].text, PlaceJson({row[i].text}, graphs)});
      } else if (kind == Table::Kind::kText) {
        cells.push_back(row[i].text);
      } else {
        cells.push_back(std::isfinite(row[i].number) ? Json(row[i].number) : Json(nullptr));
      }
    }
    rows.push_back(std::move(cells));
  }
  return {{"title", table.title}, {"explanation", table.explanation}, {"columns", columns}, {"rows", rows}};
}

// Those that block first, as findings::RenderText orders them; each with its place in a graph.
Json FindingsJson(const std::vector<Finding>& findings, const std::vector<const Graph*>& graphs) {
  std::vector<const Finding*> order;
  for (const Finding& finding : findings) order.push_back(&finding);
  std::stable_sort(order.begin(), order.end(),
                   [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
  Json list = Json::array();
  for (const Finding* finding : order) {
    std::vector<std::string> names;
    if (!finding->node.empty()) names.push_back(finding->node);
    for (const auto& tensor : finding->tensors) {
      if (!tensor.name.empty()) names.push_back(tensor.name);
    }
    Json json = findings::ToJson(*finding);
    json["at"] = PlaceJson(names, graphs);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

void Recorder::RecordSource(const ir::Module& module) { source_ = RecordGraph(module, nullptr, strings_); }

void Recorder::RecordFile(const ir::Module& module) {
  file_ = RecordGraph(module, source_ ? &*source_ : nullptr, strings_);
}

std::string Recorder::Html(const Contents& contents) const {
  std::vector<const Graph*> graphs;
  Json graphs_json = Json::array();
  if (source_) {
    graphs.push_back(&*source_);
    graphs_json.push_back(GraphJson("source", *source_));
  }
  if (file_) {
    graphs.push_back(&*file_);
    graphs_json.push_back(GraphJson("file", *file_));
  }
  Json json = {{"command", contents.command},
               {"status", contents.failed ? "failed" : "ok"},
               {"model", ModelJson(contents, source_ ? &*source_ : nullptr)},
               {"output", nullptr},
               {"findings", FindingsJson(contents.findings, graphs)},
               {"pages", PagesJson(contents.findings)},
               {"recognised", RecognisedJson(contents.recognised)},
               {"tables", Json::array()},
               {"strings", strings_.texts()},
               {"graphs", std::move(graphs_json)}};
  if (const auto& file = contents.file) {
    json["output"] = {{"path", file->path},
                      {"bytes", file->bytes},
                      {"ops", file->ops},
                      {"min_runtime_version", file->min_runtime_version}};
  }
  for (const Table& table : contents.tables) json["tables"].push_back(TableJson(table, graphs));
  return PageWith(findings::Dump(json));
}

Result<void> Write(const std::string& path, const std::string& html, Context& context) {
  return WriteFile(context, path, {std::as_bytes(std::span(html))});
}

}  // namespace litesmith::report
