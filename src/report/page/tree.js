// The whole graph as a tree of scopes, of which only the rows in sight exist. One tab stop; arrows move.
import { Rows, h } from "./dom.js";
import { count } from "./format.js";

export class Tree {
  // `choose` gets {scope} or {node}.
  constructor(model, choose) {
    this.model = model;
    this.choose = choose;
    this.active = 0;
    this.box = h("div", {
      class: "tree rows", role: "tree", tabindex: "0", "aria-label": "Scopes and nodes",
      onkeydown: (event) => this.key(event),
    });
    this.rows = new Rows(this.box, (i) => this.row(i));
  }

  setGraph(graph) {
    this.graph = graph;
    this.open = new Set();
    const functions = graph.columns.functions.map((_, i) => i);
    // A chain of scopes with nothing beside them is opened as far as it goes.
    for (let scope of functions.length === 1 ? functions : []) {
      this.open.add(scope);
      while (graph.childScopes(scope).length === 1 && graph.scopeNodes(scope).length === 0) {
        scope = graph.childScopes(scope)[0];
        this.open.add(scope);
      }
    }
    this.active = 0;
    this.list();
  }

  // Entries in sight, in order: scopes of a scope stand where their first node does not matter, so first.
  list() {
    const graph = this.graph;
    const waiting = graph.columns.functions.map((_, scope) => ({ scope, level: 1 })).reverse();
    this.entries = [];
    while (waiting.length) {
      const entry = waiting.pop();
      this.entries.push(entry);
      if (entry.scope === undefined || !this.open.has(entry.scope)) continue;
      const nodes = graph.scopeNodes(entry.scope);
      for (let i = nodes.length - 1; i >= 0; --i) waiting.push({ node: nodes[i], level: entry.level + 1 });
      const scopes = graph.childScopes(entry.scope);
      for (let i = scopes.length - 1; i >= 0; --i) waiting.push({ scope: scopes[i], level: entry.level + 1 });
    }
    this.active = Math.min(this.active, this.entries.length - 1);
    this.rows.show(this.entries.length);
    this.tellActive();
  }

  row(i) {
    const { scope, node, level } = this.entries[i];
    const graph = this.graph;
    const isScope = scope !== undefined;
    const mark = isScope ? undefined : this.model.marks[graph.index].get(node);
    const severity = mark === undefined ? "" : ` marked ${this.model.data.findings[mark].severity}`;
    return h("div", {
      id: `row-${i}`, class: `row ${isScope ? "scope" : "leaf"}${severity}`, role: "treeitem",
      "aria-level": level, "aria-selected": String(i === this.active),
      "aria-expanded": isScope ? String(this.open.has(scope)) : undefined,
      onclick: () => this.click(i),
    },
      h("span", { class: "indent", "data-level": Math.min(level - 1, 12) }),
      h("span", { class: "twist", "aria-hidden": "true" }, isScope ? (this.open.has(scope) ? "▾" : "▸") : ""),
      h("span", { class: "label" }, isScope ? graph.scopeName(scope) || "(no name)" : graph.leaf(node) || graph.op(node)),
      h("span", { class: "aside" }, isScope ? this.sizeOf(scope) : graph.op(node)));
  }

  // "312 → 14": so many nodes, which so many of the file's ops are made of.
  sizeOf(scope) {
    const nodes = count(this.graph.nodesBelow[scope]);
    return this.graph.isFile || !this.model.file ? nodes : `${nodes} → ${count(this.model.opsBelow[scope])}`;
  }

  click(i) {
    const entry = this.entries[i];
    this.active = i;
    if (entry.scope !== undefined) this.toggle(entry.scope);
    this.list();
    this.choose(entry);
  }

  toggle(scope) {
    if (!this.open.delete(scope)) this.open.add(scope);
  }

  tellActive() {
    this.box.setAttribute("aria-activedescendant", `row-${this.active}`);
  }

  move(i) {
    this.active = Math.max(0, Math.min(i, this.entries.length - 1));
    this.rows.reveal(this.active);
    this.tellActive();
  }

  key(event) {
    const entry = this.entries[this.active];
    const open = entry.scope !== undefined && this.open.has(entry.scope);
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.rows.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 };
    if (event.key in steps) {
      this.move(this.active + steps[event.key]);
    } else if (event.key === "ArrowRight" && entry.scope !== undefined) {
      if (open) this.move(this.active + 1);
      else this.toggle(entry.scope), this.list();
    } else if (event.key === "ArrowLeft") {
      if (open) {
        this.toggle(entry.scope);
        this.list();
      } else {
        let i = this.active;
        while (i > 0 && this.entries[i].level >= entry.level) --i;
        this.move(i);
      }
    } else if (event.key === "Enter" || event.key === " ") {
      this.click(this.active);
    } else {
      return;
    }
    event.preventDefault();
  }

  // Opens the way to a node or a scope and shows it as the chosen one.
  reveal({ node, scope }) {
    const graph = this.graph;
    const chain = graph.scopeChain(node === undefined ? scope : graph.columns.scope[node]);
    if (node === undefined) chain.pop();
    for (const at of chain) this.open.add(at);
    this.list();
    const i = this.entries.findIndex((entry) => (node === undefined ? entry.scope === scope : entry.node === node));
    if (i >= 0) this.move(i);
  }
}
