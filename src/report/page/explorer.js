// The section of the graph: tree, drawing and details of one graph at a time.
import { nodeDetails, scopeDetails } from "./details.js";
import { button, h } from "./dom.js";
import { Drawing } from "./drawing.js";
import { count } from "./format.js";
import { searchBox } from "./search.js";
import { Tree } from "./tree.js";
import { inside, mostBoxes, neighbourhood } from "./views.js";

export class Explorer {
  constructor(model) {
    this.model = model;
    this.limit = 40;
    this.page = 0;
    this.tree = new Tree(model, (entry) => this.show(entry));
    this.drawing = new Drawing(model, (box) => this.choose(box), (box) => this.show(box));
    this.note = h("p", { class: "note", role: "status" });
    this.bar = h("div", { class: "canvas-bar" });
    this.details = h("section", { class: "details", "aria-label": "Details", tabindex: "-1" });
    this.tabs = h("div", { class: "tabs", role: "group", "aria-label": "Which graph" },
      model.graphs.map((graph) => button(graph.title, () => this.setGraph(graph), { "data-graph": graph.index })));
    const side = h("details", { class: "side", open: !matchMedia("(max-width: 860px)").matches },
      h("summary", {}, "Scopes and nodes"), this.tree.box);
    this.element = h("section", { class: "panel wide", id: "graph", "aria-labelledby": "graph-title" },
      h("h2", { id: "graph-title" }, "Graph"),
      h("div", { class: "toolbar" }, model.graphs.length > 1 ? this.tabs : null, searchBox(() => this.graph, (node) => this.show({ node }))),
      h("div", { class: "explorer" }, side, h("div", { class: "stage" }, this.bar, this.drawing.element, this.note), this.details));
  }

  // Drawn when it first comes into sight: the page is there at once, whatever the size of the graph.
  start() {
    const first = this.model.graphs.find((graph) => this.model.marks[graph.index].size) || this.model.source || this.model.file;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      if (!this.graph) this.setGraph(first);
    }, { rootMargin: "300px" });
    seen.observe(this.element);
  }

  useGraph(graph) {
    if (this.graph === graph) return;
    this.graph = graph;
    for (const tab of this.tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.graph === String(graph.index)));
    this.tree.setGraph(graph);
  }

  // Starts with the first finding's place, else in the largest function with the outermost scope that has more than one
  // thing in it.
  setGraph(graph) {
    this.useGraph(graph);
    const [marked] = this.model.marks[graph.index].keys();
    if (marked !== undefined) return this.show({ node: marked });
    const { functions } = graph.columns;
    let scope = functions.reduce((best, { count: n }, i) => (n > functions[best].count ? i : best), 0);
    while (graph.childScopes(scope).length === 1 && graph.scopeNodes(scope).every((node) => graph.isEnd(node))) {
      scope = graph.childScopes(scope)[0];
    }
    if (graph.size) this.show({ scope });
  }

  go(graph, node, scope) {
    this.useGraph(graph);
    this.show(node === undefined ? { scope } : { node });
  }

  // From elsewhere on the page.
  visit(graph, node) {
    this.go(graph, node);
    this.element.scrollIntoView({ block: "start" });
    this.details.focus({ preventScroll: true });
  }

  show({ node, scope }) {
    this.shown = { node, scope };
    this.page = 0;
    this.tree.reveal({ node, scope });
    this.draw();
  }

  draw() {
    const { node, scope } = this.shown;
    const graph = this.graph;
    const view = node === undefined ? inside(graph, scope, this.page) : neighbourhood(graph, node, this.limit);
    this.drawing.show(graph, view, node);
    this.drawBar(view);
    this.note.textContent = view.boxes.length === 0 ? "There is nothing in here but weights and constants." : view.note;
    this.detail(node === undefined ? { scope } : { node });
  }

  drawBar(view) {
    const { node, scope } = this.shown;
    const graph = this.graph;
    const chain = graph.scopeChain(node === undefined ? scope : graph.columns.scope[node]);
    const crumbs = h("nav", { class: "path-bar", "aria-label": "Where this is" },
      chain.map((at, i) => [
        i ? h("span", { "aria-hidden": "true" }, "/") : null,
        at === scope ? h("span", { "aria-current": "true" }, graph.scopeName(at) || "(no name)")
          : button(graph.scopeName(at) || "(no name)", () => this.show({ scope: at }), { class: "link" }),
      ]),
      node === undefined ? null : [h("span", { "aria-hidden": "true" }, "/"), h("span", { "aria-current": "true" }, graph.leaf(node))]);
    const controls = node === undefined ? this.pager(view) : this.sizes();
    this.bar.replaceChildren(crumbs, controls);
  }

  // How many nodes a neighbourhood shows.
  sizes() {
    const select = h("select", { id: "limit", onchange: () => {
      this.limit = Number(select.value);
      this.draw();
    } }, [15, 40, 100, mostBoxes].map((n) => h("option", { value: n, selected: n === this.limit }, `${n} nodes`)));
    return h("label", { class: "sizes", for: "limit" }, "Around it ", select);
  }

  pager(view) {
    if (view.pages < 2) return h("span", { class: "aside" }, `${count(view.total)} inside`);
    const turn = (by) => () => {
      this.page += by;
      this.draw();
    };
    return h("span", { class: "pager" },
      button("‹", turn(-1), { "aria-label": "Earlier part", disabled: view.page === 0 }),
      `part ${count(view.page + 1)} of ${count(view.pages)}`,
      button("›", turn(1), { "aria-label": "Later part", disabled: view.page + 1 >= view.pages }));
  }

  choose(box) {
    this.drawing.select(box.key);
    this.detail(box);
  }

  detail({ node, scope }) {
    const go = (graph, other, at) => this.go(graph, other, at);
    const isShown = node === this.shown.node && scope === this.shown.scope;
    this.details.replaceChildren(
      ...(node === undefined ? scopeDetails(this.model, this.graph, scope) : nodeDetails(this.model, this.graph, node, go)).filter(Boolean),
      ...(isShown ? [] : [button(node === undefined ? "Look inside" : "Draw around this one", () => this.show({ node, scope }), { class: "primary" })]));
  }
}
