// Tables that can be sorted: of ops, and those that a command brings along.
import { breakable, h } from "./dom.js";
import { amount, bytes, count, number, percent } from "./format.js";

// columns: [{title, numeric, cell(row) -> content, key(row) -> what to sort by, bar(row) -> 0..1}]
// sortedBy: a column, or -1 for the rows as they come.
export function sortable(caption, columns, rows, sortedBy) {
  const body = h("tbody");
  const heads = columns.map((column, i) =>
    h("th", { scope: "col", class: column.numeric ? "numeric" : "" },
      h("button", { type: "button", onclick: () => sort(i) }, column.title, h("span", { class: "order", "aria-hidden": "true" }))));
  let current = -1;
  let down = true;
  const sort = (i) => {
    down = i === current ? !down : Boolean(columns[i].numeric);
    current = i;
    const { key } = columns[i];
    const sorted = rows.map((row) => [key(row), row]).sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);  // what is not known stays at the end
      return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    });
    fill(sorted.map(([, row]) => row));
    heads.forEach((head, at) => head.setAttribute("aria-sort", at === i ? (down ? "descending" : "ascending") : "none"));
  };
  const fill = (ordered) => {
    body.replaceChildren(...ordered.map((row) => h("tr", {}, columns.map((column) => {
      const cell = h("td", { class: column.numeric ? "numeric" : "" }, column.cell(row));
      if (column.bar && column.bar(row) > 0) {
        const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("span"));
        bar.firstChild.style.width = `${column.bar(row) * 100}%`;
        cell.append(bar);
      }
      return cell;
    }))));
  };
  if (sortedBy < 0) fill(rows);
  else sort(sortedBy);
  return h("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": caption },
    h("table", { class: "sortable" }, h("caption", { class: "visually-hidden" }, caption), h("thead", {}, h("tr", {}, heads)), h("tbody"), body));
}

// One row for each op and the dtypes that it computes with.
function opRows(graph) {
  const rows = new Map();
  for (let node = 0; node < graph.size; ++node) {
    if (!graph.isOp(node) || graph.isConstant(node)) continue;
    const dtypes = [...new Set([...graph.inputs(node), ...graph.outputs(node)].filter((value) => value >= 0)
      .map((value) => graph.type(value).split("[")[0]))].sort().join(", ");
    const version = graph.columns.version[node];
    const key = [graph.op(node), version, dtypes].join("\n");
    const row = rows.get(key) || { op: graph.op(node), version, dtypes, count: 0, macs: 0, bytes: 0, unknown: false };
    row.count += 1;
    row.bytes += graph.weightBytes(node);
    const macs = graph.columns.multiply_adds[node];
    if (macs < 0) row.unknown = true;
    else row.macs += macs;
    rows.set(key, row);
  }
  return [...rows.values()];
}

function opTable(graph) {
  const rows = opRows(graph);
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  const most = rows.reduce((most, row) => Math.max(most, row.macs), 0) || 1;
  const columns = [
    { title: "Op", cell: (row) => h("span", { class: "op-name" }, breakable(row.op)), key: (row) => row.op },
    { title: "Count", numeric: true, cell: (row) => count(row.count), key: (row) => row.count },
    { title: "Dtypes", cell: (row) => row.dtypes, key: (row) => row.dtypes },
    { title: "Constants read", numeric: true, cell: (row) => (row.bytes ? bytes(row.bytes) : "–"), key: (row) => row.bytes },
  ];
  if (graph.isFile) {
    columns.splice(1, 0, { title: "Version", numeric: true, cell: (row) => row.version, key: (row) => row.version });
    columns.push({
      title: "Multiply-adds", numeric: true, key: (row) => (row.unknown ? null : row.macs),
      cell: (row) => (row.unknown ? "unknown" : row.macs ? `${amount(row.macs)} · ${percent(row.macs / macs)}` : "–"),
      bar: (row) => row.macs / most,
    });
  }
  return sortable(`Ops of ${graph.title.toLowerCase()}`, columns, rows, graph.isFile ? columns.length - 1 : 1);
}

export function opsSection(model) {
  const frame = h("div");
  const show = (graph) => {
    frame.replaceChildren(opTable(graph));
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.graph === String(graph.index)));
  };
  const tabs = h("div", { class: "tabs", role: "group", "aria-label": "Ops of which graph" },
    model.graphs.map((graph) => h("button", { type: "button", "data-graph": graph.index, onclick: () => show(graph) }, graph.title)));
  show(model.file || model.source);
  return h("section", { class: "panel", id: "ops", "aria-labelledby": "ops-title" },
    h("h2", { id: "ops-title" }, "Ops"), model.graphs.length > 1 ? tabs : null, frame);
}

// A table of the command's own (report::Table).
export function tableSection(model, table, index, visit) {
  const columns = table.columns.map(({ title, kind }, i) => {
    if (kind === "node") {
      return { title, key: (row) => row[i][0], cell: (row) => (row[i][1]
        ? h("button", { type: "button", class: "link", onclick: () => visit(model.graphs[row[i][1][0]], row[i][1][1]) }, breakable(row[i][0]))
        : breakable(row[i][0])) };
    }
    if (kind === "text") return { title, key: (row) => row[i], cell: (row) => breakable(row[i]) };
    const most = table.rows.reduce((most, row) => Math.max(most, Math.abs(row[i] || 0)), 0) || 1;
    return { title, numeric: true, key: (row) => row[i], bar: (row) => Math.abs(row[i] || 0) / most,
             cell: (row) => (row[i] === null ? "–" : kind === "bytes" ? bytes(row[i]) : number(row[i])) };
  });
  return h("section", { class: "panel", id: `table-${index + 1}`, "aria-labelledby": `table-${index + 1}-title` },
    h("h2", { id: `table-${index + 1}-title` }, table.title),
    table.explanation ? h("p", {}, table.explanation) : null,
    sortable(table.title, columns, table.rows, -1));
}
