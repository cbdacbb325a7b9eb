// What there is to know of one node or scope.
import { breakable, button, h } from "./dom.js";
import { amount, bytes, count, plural } from "./format.js";

const most = 12;  // of a list

function section(title, ...content) {
  return h("div", { class: "detail" }, h("h4", {}, title), content);
}

// A list whose end is shown on demand.
function listOf(items, row) {
  const list = h("ul", { class: "plain" }, items.slice(0, most).map(row));
  if (items.length > most) {
    const more = button(`Show all ${count(items.length)}`, () => {
      list.append(...items.slice(most).map(row));
      more.remove();
    }, { class: "quiet" });
    return [list, more];
  }
  return list;
}

export function nodeDetails(model, graph, node, go) {
  const { columns, strings } = graph;
  const link = (other, target, label) =>
    button(breakable(label || other.path(target)), () => go(other, target), { class: "link" });
  const tensor = (value) => h("li", {},
    h("code", { class: "type" }, graph.type(value)), " ",
    link(graph, graph.valueNode[value], graph.tensorName(value)),
    graph.isConstant(graph.valueNode[value]) && graph.valueNode[value] !== node
      ? h("span", { class: "aside" }, ` constant, ${bytes(columns.bytes[graph.valueNode[value]])}`) : null);
  const users = (value) => Array.from(graph.users(value));
  const inputs = Array.from(graph.inputs(node));
  const parts = [
    h("p", { class: "crumbs" }, graph.title),
    h("h3", {}, graph.op(node)),
    h("p", { class: "path" }, breakable(graph.path(node))),
  ];
  const mark = model.marks[graph.index].get(node);
  if (mark !== undefined) {
    const finding = model.data.findings[mark];
    parts.push(h("p", { class: `flag ${finding.severity}` },
      h("a", { href: `#finding-${mark + 1}` }, `${finding.code}: ${finding.headline}`)));
  }
  const facts = [
    ["Layer", strings[columns.layer[node]]],
    ["Made at", strings[columns.source[node]]],
    ["Attributes", strings[columns.attributes[node]]],
    ["Data", columns.bytes[node] ? bytes(columns.bytes[node]) : ""],
    ["Multiply-adds", columns.multiply_adds[node] > 0 ? amount(columns.multiply_adds[node]) : ""],
    ["Version", columns.version[node] ? String(columns.version[node]) : ""],
  ].filter(([, text]) => text);
  if (facts.length) parts.push(h("dl", { class: "facts" }, facts.map(([name, text]) => [h("dt", {}, name), h("dd", {}, breakable(text))])));
  if (inputs.length) {
    parts.push(section("Inputs", listOf(inputs, (value) => (value < 0 ? h("li", { class: "aside" }, "(absent)") : tensor(value)))));
  }
  if (graph.outputs(node).length) {
    parts.push(section("Outputs", listOf(graph.outputs(node), (value) => h("li", {},
      h("code", { class: "type" }, graph.type(value)), " ", h("span", { class: "path" }, breakable(graph.tensorName(value)))))));
    const readers = [...new Set(graph.outputs(node).flatMap(users))];
    if (readers.length) parts.push(section("Read by", listOf(readers, (other) => h("li", {}, h("span", { class: "op-name" }, graph.op(other)), " ", link(graph, other)))));
  }
  for (const called of graph.callsOf.get(node) || []) {
    parts.push(section("Calls", button(graph.scopeName(called), () => go(graph, undefined, called), { class: "link" })));
  }
  if (graph.isFile && model.source && columns.from_count[node]) {
    const sources = Array.from(graph.sources(node));
    parts.push(section(`Made from ${plural(sources.length, "source node")}`,
      listOf(sources, (source) => h("li", {}, h("span", { class: "op-name" }, model.source.op(source)), " ", link(model.source, source)))));
  } else if (!graph.isFile && model.file && graph.isOp(node)) {
    const ops = Array.from(model.becameOf(node));
    parts.push(section("In the .tflite", ops.length
      ? listOf(ops, (op) => h("li", {}, h("span", { class: "op-name" }, model.file.op(op)), " ", link(model.file, op)))
      : h("p", { class: "aside" }, "No op of its own: computed in advance, merged into a constant, or not needed by any output.")));
  }
  return parts;
}

export function scopeDetails(model, graph, scope) {
  const path = graph.scopePath(scope);
  const opCounts = new Map();
  const { scope: scopeOf, scope_parent: parent } = graph.columns;
  const within = new Uint8Array(graph.scopeCount);
  within[scope] = 1;
  for (let i = scope + 1; i < graph.scopeCount; ++i) if (parent[i] >= 0 && within[parent[i]]) within[i] = 1;
  for (let node = 0; node < graph.size; ++node) {
    if (within[scopeOf[node]] && graph.isOp(node) && !graph.isConstant(node)) {
      opCounts.set(graph.op(node), (opCounts.get(graph.op(node)) || 0) + 1);
    }
  }
  const sorted = [...opCounts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    h("p", { class: "crumbs" }, graph.title),
    h("h3", {}, graph.scopeName(scope) || "(no name)"),
    path ? h("p", { class: "path" }, breakable(path)) : null,
    h("dl", { class: "facts" },
      h("dt", {}, "Nodes"), h("dd", {}, count(graph.nodesBelow[scope])),
      !graph.isFile && model.file ? [h("dt", {}, "In the .tflite"), h("dd", {}, plural(model.opsBelow[scope], "op"))] : null),
    section("Ops", listOf(sorted, ([op, n]) => h("li", {}, h("span", { class: "op-name" }, op), h("span", { class: "aside" }, ` ${count(n)}`)))),
  ];
}
