// What is drawn: a part of a graph as boxes and arrows, small enough to lay out and to look at.
//   {boxes: [{key, node | scope, outside}], edges: [[from, to, tensors]], note}

export const mostBoxes = 300;
const mostOutside = 24;
// What one node reads or feeds at most in a drawing, so that a hub does not fill it alone.
const mostArms = 60;

// The nodes nearest to `center`, whichever way the edges go; what only holds weights is drawn only as the centre.
export function neighbourhood(graph, center, limit) {
  const distance = new Map([[center, 0]]);
  const order = [center];
  let more = false;
  for (let i = 0; i < order.length; ++i) {
    const node = order[i];
    const arms = [...new Set([...graph.producers(node), ...graph.consumers(node)])].filter(
      (other) => !graph.isData(other) && !distance.has(other)
    );
    more = more || arms.length > mostArms;
    for (const other of arms.slice(0, mostArms)) {
      if (order.length >= limit) {
        more = true;
        break;
      }
      distance.set(other, distance.get(node) + 1);
      order.push(other);
    }
  }
  order.sort((a, b) => a - b);
  const boxes = order.map((node) => ({ key: node, node, hidden: hiddenArms(graph, node, distance) }));
  const edges = [];
  for (const node of order) {
    for (const value of graph.inputs(node)) {
      if (value < 0 || !distance.has(graph.valueNode[value])) continue;
      edges.push([graph.valueNode[value], node, [value]]);
    }
  }
  const note = more ? `The ${order.length} nodes nearest to the chosen one.` : "";
  return { boxes, edges: merged(edges), note };
}

function hiddenArms(graph, node, shown) {
  const arms = new Set([...graph.producers(node), ...graph.consumers(node)]);
  let hidden = 0;
  for (const other of arms) if (!shown.has(other) && !graph.isData(other)) ++hidden;
  return hidden;
}

function merged(edges) {
  const pairs = new Map();
  for (const [from, to, values] of edges) {
    if (from === to) continue;
    const key = `${from}>${to}`;
    const known = pairs.get(key);
    if (known) known[2].push(...values);
    else pairs.set(key, [from, to, [...values]]);
  }
  return [...pairs.values()];
}

// A scope from inside: its scopes as one box each, its own nodes, and what lies outside as far as it is linked to them.
// Of large ones one page of `mostBoxes` in the order of execution.
export function inside(graph, scope, page) {
  const { scope: scopeOf, scope_parent: parent } = graph.columns;
  const ancestors = new Set(graph.scopeChain(scope));
  // The box that stands for a node: the outermost scope around it that does not hold `scope`.
  const boxOfScope = new Map();
  const boxOf = (node) => {
    const own = scopeOf[node];
    if (ancestors.has(own)) return node;
    let box = boxOfScope.get(own);
    if (box === undefined) {
      let at = own;
      while (parent[at] >= 0 && !ancestors.has(parent[at])) at = parent[at];
      box = -1 - at;  // scopes are negative, nodes are not
      boxOfScope.set(own, box);
    }
    return box;
  };
  const isInside = (box) => (box >= 0 ? scopeOf[box] : parent[-1 - box]) === scope;

  const members = [];
  const seen = new Set();
  for (let node = 0; node < graph.size; ++node) {
    const box = boxOf(node);
    if (graph.isData(node) || seen.has(box) || !isInside(box)) continue;
    seen.add(box);
    members.push(box);
  }
  const pages = Math.max(1, Math.ceil(members.length / mostBoxes));
  const current = Math.min(page, pages - 1);
  const shown = new Set(members.slice(current * mostBoxes, (current + 1) * mostBoxes));
  const outside = new Set();
  const edges = [];
  for (let node = 0; node < graph.size; ++node) {
    const to = boxOf(node);
    for (const value of graph.inputs(node)) {
      if (value < 0) continue;
      const maker = graph.valueNode[value];
      if (graph.isData(maker)) continue;
      const from = boxOf(maker);
      if (from === to || (!shown.has(from) && !shown.has(to))) continue;
      let drawn = true;
      for (const box of [from, to]) {
        if (shown.has(box) || outside.has(box)) continue;
        if (outside.size < mostOutside) outside.add(box);
        else drawn = false;
      }
      if (drawn) edges.push([from, to, [value]]);
    }
  }
  const describe = (box) => (box >= 0 ? { key: box, node: box } : { key: box, scope: -1 - box });
  const boxes = [...[...shown].map(describe), ...[...outside].map((box) => ({ ...describe(box), outside: true }))];
  return { boxes, edges: merged(edges), note: "", page: current, pages, total: members.length };
}
