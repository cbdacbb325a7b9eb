// What became of the model, at a glance.
import { breakable, h } from "./dom.js";
import { amount, bytes, count, plural } from "./format.js";

const kinds = { saved_model: "SavedModel", frozen_graph: "frozen GraphDef", tfjs: "TensorFlow.js model", tflite: ".tflite" };

function verdict(data) {
  const errors = data.findings.filter((finding) => finding.severity === "error").length;
  if (data.status === "ok") return ["ok", data.command === "diagnose" ? "Converts" : data.command === "quantize" ? "Quantized" : "Converted"];
  return ["failed", `${data.command === "quantize" ? "Not quantized" : data.command === "diagnose" ? "Does not convert" : "Not converted"}: ${plural(errors, "problem")}`];
}

// `sections`: [id, title] of what the page has.
export function header(model, sections) {
  const { data } = model;
  const [state, text] = verdict(data);
  const name = data.model.path.replace(/\/+$/, "");
  document.title = `${name.slice(name.lastIndexOf("/") + 1)} · Litesmith report`;
  return h("div", { class: "top-inner" },
    h("div", { class: "title-line" },
      h("p", { class: "brand" }, "Litesmith", h("span", {}, data.command)),
      h("p", { class: `verdict ${state}` }, text)),
    h("h1", {}, breakable(data.model.path)),
    h("nav", { "aria-label": "Sections" }, h("ul", {}, sections.map(([id, title]) => h("li", {}, h("a", { href: `#${id}` }, title))))));
}

function tile(value, name, aside) {
  return h("div", { class: "tile" }, h("dt", {}, name), h("dd", { class: "value" }, value),
    aside ? h("dd", { class: "more" }, breakable(aside)) : null);
}

function tiles({ data, file }) {
  const list = [tile(count(data.model.nodes), data.model.kind === "tflite" ? "ops read" : "nodes in the source",
    [kinds[data.model.kind] || data.model.kind, data.model.tensorflow ? ` of TensorFlow ${data.model.tensorflow}` : ""].join(""))];
  if (data.output) {
    list.push(tile(count(data.output.ops), "ops in the .tflite", `for TensorFlow Lite ${data.output.min_runtime_version} and later`));
    list.push(tile(bytes(data.output.bytes), "file size", data.output.path));
  }
  if (file) {
    let macs = 0;
    let unknown = false;
    for (const n of file.columns.multiply_adds) n < 0 ? (unknown = true) : (macs += n);
    list.push(tile(`${unknown ? "at least " : ""}${amount(macs)}`, "multiply-adds", "in one inference, subgraphs once"));
  }
  return h("dl", { class: "tiles" }, list);
}

// Inputs and outputs of the file, else of the source: those of the functions that come first.
function interfaces(model, visit) {
  const graph = model.file || model.source;
  if (!graph || !graph.size) return null;
  const called = new Set(graph.columns.calls.map(([, target]) => target));
  const rows = [];
  graph.columns.functions.forEach(({ first, count: n }, i) => {
    if (called.has(i)) return;
    for (let node = first; node < first + n; ++node) {
      if (!graph.isEnd(node)) continue;
      const value = graph.op(node) === "Input" ? graph.outputs(node)[0] : graph.inputs(node)[0];
      rows.push(h("tr", {}, h("td", {}, graph.op(node)), h("td", {},
        h("button", { type: "button", class: "link", onclick: () => visit(graph, node) }, breakable(graph.path(node)))),
        h("td", {}, h("code", { class: "type" }, graph.type(value))), h("td", { class: "wide-only" }, graph.scopeName(i))));
    }
  });
  if (!rows.length) return null;
  return [h("h3", {}, "Inputs and outputs"), h("div", { class: "table-frame" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Kind", "Name", "Type"].map((title) => h("th", { scope: "col" }, title)), h("th", { scope: "col", class: "wide-only" }, "Function"))),
    h("tbody", {}, rows)))];
}

export function summarySection(model, visit) {
  const { data } = model;
  return h("section", { class: "panel", id: "summary", "aria-labelledby": "summary-title" },
    h("h2", { id: "summary-title" }, "Summary"), tiles(model),
    data.recognised.map((one) => h("div", { class: "recognised" },
      h("h3", {}, "Recognised: ", one.what),
      h("dl", { class: "facts" }, one.facts.map(([name, text]) => [h("dt", {}, name.replace(/_/g, " ")), h("dd", {}, breakable(text))])))),
    interfaces(model, visit),
    model.graphs.some((graph) => graph.columns.too_large)
      ? h("p", { class: "notice" }, "A graph is too large for a page and is left out; the findings are complete.") : null);
}
