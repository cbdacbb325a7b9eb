// The search box: all words must occur in a node's path, op or tensors; shorter paths first.
import { breakable, h } from "./dom.js";
import { count } from "./format.js";

const most = 50;

export function find(graph, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return { hits: [], total: 0 };
  const hits = [];
  graph.searchText.forEach((text, node) => {
    if (words.every((word) => text.includes(word))) hits.push(node);
  });
  const total = hits.length;
  const rank = (node) => (graph.isConstant(node) ? 1e6 : 0) + graph.searchText[node].length;
  const ranks = new Map(hits.map((node) => [node, rank(node)]));
  hits.sort((a, b) => ranks.get(a) - ranks.get(b) || a - b);
  return { hits: hits.slice(0, most), total };
}

// A combobox as the ARIA practices describe it. `choose(node)` is called with what was picked.
export function searchBox(currentGraph, choose) {
  const list = h("ul", { id: "hits", role: "listbox", "aria-label": "Nodes found", hidden: true });
  const status = h("p", { class: "visually-hidden", role: "status" });
  const input = h("input", {
    id: "search", type: "search", role: "combobox", autocomplete: "off", spellcheck: "false",
    placeholder: "Search nodes, ops, tensors", "aria-label": "Search nodes, ops and tensors",
    "aria-controls": "hits", "aria-expanded": "false", "aria-autocomplete": "list",
  });
  let hits = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (node) => {
    close();
    choose(node);
  };
  const activate = (index) => {
    active = index;
    Array.from(list.querySelectorAll("[role=option]")).forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === index));
      if (i === index) option.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) input.setAttribute("aria-activedescendant", `hit-${index}`);
  };
  const search = () => {
    const graph = currentGraph();
    const found = find(graph, input.value);
    hits = found.hits;
    active = -1;
    list.replaceChildren(
      ...hits.map((node, i) =>
        h("li", { id: `hit-${i}`, role: "option", "aria-selected": "false",
                  onpointerdown: (event) => event.preventDefault(), onclick: () => pick(node) },
          h("span", { class: "op-name" }, graph.op(node)), h("span", { class: "path" }, breakable(graph.path(node))))
      ),
      ...(found.total > hits.length
        ? [h("li", { class: "more", role: "presentation" }, `and ${count(found.total - hits.length)} more: add a word`)]
        : []),
      ...(input.value.trim() && !hits.length
        ? [h("li", { class: "more", role: "presentation" }, "Nothing here has all of these words")]
        : [])
    );
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = list.hidden ? "" : `${count(found.total)} found`;
  };
  input.addEventListener("input", search);
  input.addEventListener("focus", () => input.value.trim() && search());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) search();
      if (hits.length) activate((active + (event.key === "ArrowDown" ? 1 : hits.length - (active < 0 ? 0 : 1))) % hits.length);
    } else if (event.key === "Enter" && hits.length && !list.hidden) {
      pick(hits[Math.max(active, 0)]);
    } else if (event.key === "Escape") {
      close();
    }
  });
  return h("div", { class: "search" }, input, list, status);
}
