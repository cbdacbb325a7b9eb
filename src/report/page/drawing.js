// Boxes and arrows of a view, laid out by dagre into an SVG inside a scrolling box: scrolling, touch and keys work as
// everywhere, zooming changes the size of the picture.
import dagre from "dagre";

import { button, h, s } from "./dom.js";
import { plural } from "./format.js";

const width = 178;
const height = 46;
// Below this, a wide graph is a line of dots: it scrolls instead.
const leastFit = 0.35;
// Characters that fit into a box, of its bold line and the other.
const titleLength = 21;
const lineLength = 25;

const short = (text, most) => (text.length <= most ? text : `${text.slice(0, 9)}…${text.slice(10 - most)}`);

// What an op does, by which its box is coloured; op names of both kinds, in capitals without underscores.
const kinds = [
  ["control", /^(STATELESS)?(IF|WHILE|CASE)$|^(SWITCH|MERGE|ENTER|EXIT|NEXTITERATION|LOOPCOND|CALLONCE)$|PARTITIONEDCALL$/],
  ["control", /TENSORLIST|TENSORARRAY/],
  ["heavy", /CONV|MATMUL|FULLYCONNECTED|LSTM|RNN|EINSUM|POSTPROCESS/],
  ["movement", /SHAPE|TRANSPOSE|SLICE|CONCAT|PACK|GATHER|PAD|SQUEEZE|EXPANDDIMS|SPLIT|IDENTITY|CAST|QUANTIZE|FILL|RANGE|TILE/],
];

export function kindOf(graph, node) {
  if (graph.isEnd(node)) return "end";
  if (graph.isConstant(node)) return "constant";
  const name = graph.op(node).toUpperCase().replace(/_/g, "");
  const known = kinds.find(([, names]) => names.test(name));
  return known ? known[0] : "plain";
}

export class Drawing {
  // `choose` and `enter` get a box of the view: one click, and a double click or Enter.
  constructor(model, choose, enter) {
    this.model = model;
    this.choose = choose;
    this.enter = enter;
    this.zoom = 1;
    this.box = h("div", { class: "canvas", tabindex: "0", role: "group", "aria-label": "Drawing of the graph" });
    this.element = h("div", { class: "canvas-frame" }, this.box,
      h("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
        button("−", () => this.scale(1 / 1.25), { "aria-label": "Smaller" }),
        button("Fit", () => this.fit(leastFit, this.chosen), {}),
        button("+", () => this.scale(1.25), { "aria-label": "Larger" })));
    this.box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.scale(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }, { passive: false });
    this.drag();
  }

  // A mouse drags the picture; fingers scroll anyway.
  drag() {
    let start = null;
    this.box.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".node")) return;
      start = { x: event.clientX + this.box.scrollLeft, y: event.clientY + this.box.scrollTop };
      this.box.setPointerCapture(event.pointerId);
    });
    this.box.addEventListener("pointermove", (event) => {
      if (start) this.box.scrollTo(start.x - event.clientX, start.y - event.clientY);
    });
    for (const end of ["pointerup", "pointercancel"]) this.box.addEventListener(end, () => (start = null));
  }

  show(graph, view, focus) {
    this.graph = graph;
    const layout = new dagre.graphlib.Graph();
    layout.setGraph({ ranksep: 34, nodesep: 18, edgesep: 8, marginx: 16, marginy: 16, ranker: "tight-tree" });
    layout.setDefaultEdgeLabel(() => ({}));
    for (const { key } of view.boxes) layout.setNode(String(key), { width, height });
    for (const [from, to] of view.edges) layout.setEdge(String(from), String(to));
    dagre.layout(layout);
    this.places = new Map(view.boxes.map(({ key }) => [key, layout.node(String(key))]));
    this.size = { width: layout.graph().width || 1, height: layout.graph().height || 1 };
    this.groups = new Map(view.boxes.map((box) => [box.key, this.drawBox(box)]));
    this.picture = s("svg", {
      viewBox: `0 0 ${this.size.width} ${this.size.height}`, role: "group",
      "aria-label": `${plural(view.boxes.length, "box", "boxes")}, ${plural(view.edges.length, "arrow")}`,
    },
      s("defs", {}, s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9,
        markerUnits: "userSpaceOnUse", orient: "auto" },
        s("path", { d: "M0 0 8 4 0 8z" }))),
      view.edges.map(([from, to, values]) => this.drawEdge(layout.edge(String(from), String(to)), from, to, values)),
      [...this.groups.values()]);
    this.box.replaceChildren(this.picture);
    this.select(focus);
    this.fit(focus === undefined ? 0.45 : 0.75, focus);
  }

  drawEdge(edge, from, to, values) {
    const [first, ...rest] = edge.points;
    // A smooth line through the middles of the points that dagre gives.
    let d = `M${first.x.toFixed(1)} ${first.y.toFixed(1)}`;
    rest.forEach((point, i) => {
      const next = rest[i + 1];
      const end = next && i + 1 < rest.length ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : point;
      d += `Q${point.x.toFixed(1)} ${point.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
    });
    const told = values.slice(0, 8).map((value) => `${this.graph.tensorName(value)}  ${this.graph.type(value)}`);
    if (values.length > told.length) told.push(`and ${values.length - told.length} more`);
    return s("path", { class: "edge", d, "marker-end": "url(#arrow)", "data-from": from, "data-to": to },
      s("title", {}, told.join("\n")));
  }

  drawBox(box) {
    const graph = this.graph;
    const { x, y } = this.places.get(box.key);
    const isScope = box.scope !== undefined;
    const title = isScope ? graph.scopeName(box.scope) || "(no name)" : graph.op(box.node);
    const output = isScope ? undefined : graph.outputs(box.node)[0];
    const line = isScope ? plural(graph.nodesBelow[box.scope], "node") : graph.leaf(box.node);
    const mark = isScope ? undefined : this.model.marks[graph.index].get(box.node);
    const severity = mark === undefined ? "" : this.model.data.findings[mark].severity;
    const kind = isScope ? "scope" : kindOf(graph, box.node);
    const told = isScope ? `${graph.scopePath(box.scope)}, ${line}`
      : [graph.path(box.node), graph.op(box.node), output === undefined ? "" : graph.type(output)].filter(Boolean).join("\n");
    const group = s("g", {
      class: `node kind-${kind}${box.outside ? " outside" : ""}${severity ? ` has-${severity}` : ""}`,
      transform: `translate(${(x - width / 2).toFixed(1)} ${(y - height / 2).toFixed(1)})`,
      tabindex: "0", role: "button", "aria-label": told.replace(/\n/g, ", "),
      onclick: () => this.choose(box), ondblclick: () => this.enter(box),
      onkeydown: (event) => {
        if (event.key === " ") this.choose(box);
        else if (event.key === "Enter") this.enter(box);
        else return;
        event.preventDefault();
      },
    },
      s("title", {}, told),
      isScope ? s("rect", { class: "stack", x: 4, y: 4, width, height, rx: 7 }) : null,
      s("rect", { class: "face", width, height, rx: 7 }),
      s("rect", { class: "strip", width: 5, height, rx: 2.5 }),
      s("text", { class: "title", x: 15, y: 19 }, short(title, titleLength)),
      s("text", { class: "line", x: 15, y: 36 }, short(line, lineLength)),
      box.hidden ? s("text", { class: "hidden-arms", x: width - 8, y: 19, "text-anchor": "end" }, `+${box.hidden}`) : null,
      severity ? s("circle", { class: "dot", cx: width - 2, cy: 2, r: 7 }) : null);
    return group;
  }

  select(key) {
    this.chosen = key;
    for (const [other, group] of this.groups || []) group.classList.toggle("chosen", other === key);
    for (const edge of this.box.querySelectorAll(".edge")) {
      edge.classList.toggle("chosen", edge.dataset.from === String(key) || edge.dataset.to === String(key));
    }
  }

  resize() {
    this.picture.setAttribute("width", this.size.width * this.zoom);
    this.picture.setAttribute("height", this.size.height * this.zoom);
  }

  scale(factor) {
    const { box } = this;
    const before = this.zoom;
    this.zoom = Math.max(0.1, Math.min(3, this.zoom * factor));
    const ratio = this.zoom / before;
    const x = (box.scrollLeft + box.clientWidth / 2) * ratio - box.clientWidth / 2;
    const y = (box.scrollTop + box.clientHeight / 2) * ratio - box.clientHeight / 2;
    this.resize();
    box.scrollTo(x, y);
  }

  // All of it, as long as it is drawn no smaller than `least`; what does not fit begins at `focus` or in the middle.
  fit(least, focus) {
    const { box } = this;
    const whole = Math.min(box.clientWidth / this.size.width, box.clientHeight / this.size.height, 1);
    this.zoom = Math.max(whole, least);
    this.resize();
    const place = this.places.get(focus);
    if (place) {
      box.scrollTo(place.x * this.zoom - box.clientWidth / 2, place.y * this.zoom - box.clientHeight / 2);
    } else {
      box.scrollTo((this.size.width * this.zoom - box.clientWidth) / 2, 0);
    }
  }
}
