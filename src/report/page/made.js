// The file beside the source: what each op was made from.
import { Rows, h } from "./dom.js";
import { count, percent, plural } from "./format.js";

function coverage(model) {
  const { source, file } = model;
  let ops = 0;
  let kept = 0;
  for (let node = 0; node < source.size; ++node) {
    if (!source.isOp(node) || source.isConstant(node)) continue;
    ++ops;
    if (model.becameOf(node).length) ++kept;
  }
  let made = 0;
  for (let op = 0; op < file.size; ++op) if (file.isOp(op)) ++made;
  return h("p", {}, `${count(kept)} of ${plural(ops, "source op")} (${percent(ops ? kept / ops : 0)}) live on in ${plural(made, "op")} of the file. `,
    "The others were computed in advance, merged with equal ones, or are needed by no output. The tree above tells the same by scope: nodes → ops.");
}

export function madeSection(model, visit) {
  const { source, file } = model;
  const all = [];
  for (let op = 0; op < file.size; ++op) if (file.isOp(op)) all.push(op);
  const number = new Map(all.map((op, i) => [op, i]));
  let kept = all;
  const sourcesText = (op) => {
    const from = file.sources(op);
    if (!from.length) return "made by Litesmith";
    const parts = source.path(from[0]).split("/");
    const first = parts.length > 4 ? `…/${parts.slice(-4).join("/")}` : parts.join("/");
    return from.length > 1 ? `${first} and ${count(from.length - 1)} more` : first;
  };
  const box = h("div", { class: "rows made", tabindex: "0", role: "list", "aria-label": "Ops of the file and what they were made from" });
  const rows = new Rows(box, (i) => {
    const op = kept[i];
    return h("div", { class: "row", role: "listitem", "aria-setsize": kept.length, "aria-posinset": i + 1 },
      h("span", { class: "number" }, count(number.get(op))),
      h("button", { type: "button", class: "link op-name", title: file.path(op), onclick: () => visit(file, op) }, file.op(op)),
      h("span", { class: "arrow", "aria-label": "from" }, "←"),
      file.sources(op).length
        ? h("button", { type: "button", class: "link path", title: source.path(file.sources(op)[0]), onclick: () => visit(source, file.sources(op)[0]) }, sourcesText(op))
        : h("span", { class: "aside" }, sourcesText(op)));
  });
  const status = h("span", { class: "aside", role: "status" });
  const filter = h("input", { type: "search", id: "made-filter", placeholder: "Filter by op or name", "aria-label": "Filter by op or source name", spellcheck: "false", autocomplete: "off" });
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    kept = words.length === 0 ? all : all.filter((op) => {
      const text = [file.searchText[op], ...Array.from(file.sources(op)).slice(0, 200).map((node) => source.path(node).toLowerCase())].join("\n");
      return words.every((word) => text.includes(word));
    });
    box.scrollTop = 0;
    rows.show(kept.length);
    status.textContent = words.length ? `${count(kept.length)} of ${count(all.length)}` : "";
  };
  filter.addEventListener("input", apply);
  rows.show(all.length);
  return h("section", { class: "panel", id: "made", "aria-labelledby": "made-title" },
    h("h2", { id: "made-title" }, "Source to file"), coverage(model), h("div", { class: "toolbar" }, filter, status), box);
}
