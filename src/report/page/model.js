// The graphs of the data, with what follows from their columns; whatever takes long is made when first asked for.

function offsets(counts) {
  const starts = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; ++i) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

function lazy(object, name, make) {
  Object.defineProperty(object, name, {
    configurable: true,
    get() {
      const value = make();
      Object.defineProperty(object, name, { value });
      return value;
    },
  });
}

// Lists of small numbers, one for each of `size` owners, from pairs (owner, member).
function lists(size, pairs) {
  const counts = new Int32Array(size);
  pairs((owner) => ++counts[owner]);
  const starts = offsets(counts);
  const members = new Int32Array(starts[size]);
  const next = starts.slice(0, size);
  pairs((owner, member) => (members[next[owner]++] = member));
  return (owner) => members.subarray(starts[owner], starts[owner + 1]);
}

const wide = new Set(["bytes", "multiply_adds"]);

export class Graph {
  constructor(columns, strings, index) {
    this.index = index;
    // Columns of numbers as arrays of numbers: smaller, faster, and their parts are views.
    this.columns = Object.fromEntries(Object.entries(columns).map(([name, column]) => [
      name,
      Array.isArray(column) && name !== "functions" && name !== "calls" ? new (wide.has(name) ? Float64Array : Int32Array)(column) : column,
    ]));
    columns = this.columns;
    this.strings = strings;
    this.isFile = columns.kind === "file";
    this.title = this.isFile ? "The .tflite" : "The source model";
    this.size = columns.op.length;
    this.inputStart = offsets(columns.input_count);
    this.outputStart = offsets(columns.output_count);
    const values = columns.type.length;
    lazy(this, "valueNode", () => {
      const nodes = new Int32Array(values);
      for (let i = 0; i < this.size; ++i) nodes.fill(i, this.outputStart[i], this.outputStart[i + 1]);
      return nodes;
    });
    lazy(this, "users", () =>
      lists(values, (pair) => {
        for (let i = 0; i < this.size; ++i) for (const value of this.inputs(i)) if (value >= 0) pair(value, i);
      })
    );
    this.scopeCount = columns.scope_parent.length;
    this.constantOp = strings.indexOf("Const");
    this.endOps = [strings.indexOf("Input"), strings.indexOf("Output")];
    // Scopes follow their parents; a function's own scope has no path.
    lazy(this, "scopePaths", () => {
      const paths = [];
      for (let scope = 0; scope < this.scopeCount; ++scope) {
        const parent = columns.scope_parent[scope];
        paths.push(parent < 0 ? "" : paths[parent] ? `${paths[parent]}/${this.scopeName(scope)}` : this.scopeName(scope));
      }
      return paths;
    });
    lazy(this, "childScopes", () =>
      lists(this.scopeCount, (pair) => {
        columns.scope_parent.forEach((parent, scope) => parent >= 0 && pair(parent, scope));
      })
    );
    lazy(this, "scopeNodes", () =>
      lists(this.scopeCount, (pair) => columns.scope.forEach((scope, node) => pair(scope, node)))
    );
    lazy(this, "nodesBelow", () => this.sumBelow(() => 1));
    // What only holds or reads weights: constants, variables, and what follows from nothing else. Drawings leave it out,
    // each op has some; the details list it.
    lazy(this, "dataNodes", () => {
      const data = new Uint8Array(this.size);
      for (let node = 0; node < this.size; ++node) {
        if (columns.op[node] === this.endOps[0]) data[node] = this.type(this.outputStart[node]).startsWith("resource") ? 1 : 0;
        else if (columns.op[node] !== this.endOps[1])
          data[node] = this.inputs(node).every((value) => value < 0 || data[this.valueNode[value]]) ? 1 : 0;
      }
      return data;
    });
    lazy(this, "fromStart", () => offsets(columns.from_count));
    lazy(this, "callsOf", () => {
      const calls = new Map();
      for (const [node, called] of columns.calls) calls.set(node, [...(calls.get(node) || []), called]);
      return calls;
    });
    lazy(this, "searchText", () =>
      Array.from({ length: this.size }, (_, i) => {
        const tensors = this.outputs(i).map((value) => strings[columns.tensor_name[value]]);
        return [this.path(i), this.op(i), ...tensors].join("\n").toLowerCase();
      })
    );
  }

  op(node) {
    return this.strings[this.columns.op[node]];
  }
  isConstant(node) {
    return this.columns.op[node] === this.constantOp;
  }
  isData(node) {
    return this.dataNodes[node] === 1;
  }
  isEnd(node) {
    return this.endOps.includes(this.columns.op[node]);
  }
  // An op of the model, other than what only holds data or a name.
  isOp(node) {
    return !this.isEnd(node) && !(this.isFile && this.isConstant(node));
  }
  leaf(node) {
    return this.strings[this.columns.name[node]];
  }
  inputs(node) {
    return this.columns.inputs.subarray(this.inputStart[node], this.inputStart[node + 1]);
  }
  outputs(node) {
    const first = this.outputStart[node];
    return Array.from({ length: this.outputStart[node + 1] - first }, (_, i) => first + i);
  }
  type(value) {
    return this.strings[this.columns.type[value]];
  }
  tensorName(value) {
    const own = this.strings[this.columns.tensor_name[value]];
    if (own) return own;
    const node = this.valueNode[value];
    return `${this.path(node)}:${value - this.outputStart[node]}`;
  }
  scopeName(scope) {
    return this.strings[this.columns.scope_name[scope]];
  }
  // From the function's scope down.
  scopeChain(scope) {
    const chain = [];
    for (let at = scope; at >= 0; at = this.columns.scope_parent[at]) chain.unshift(at);
    return chain;
  }
  scopePath(scope) {
    return this.scopePaths[scope];
  }
  path(node) {
    const scope = this.scopePath(this.columns.scope[node]);
    return scope ? `${scope}/${this.leaf(node)}` : this.leaf(node) || `${this.op(node)} ${node}`;
  }
  // For each scope the sum of `value(node)` over all nodes in and below it. Scopes follow their parents.
  sumBelow(value) {
    const sums = new Float64Array(this.scopeCount);
    for (let node = 0; node < this.size; ++node) sums[this.columns.scope[node]] += value(node);
    for (let scope = this.scopeCount - 1; scope >= 0; --scope) {
      const parent = this.columns.scope_parent[scope];
      if (parent >= 0) sums[parent] += sums[scope];
    }
    return sums;
  }
  // Bytes of the constants that a node reads.
  weightBytes(node) {
    let sum = 0;
    for (const value of this.inputs(node)) {
      if (value >= 0 && this.isConstant(this.valueNode[value])) sum += this.columns.bytes[this.valueNode[value]];
    }
    return sum;
  }
  sources(node) {
    return this.columns.from.subarray(this.fromStart[node], this.fromStart[node + 1]);
  }
  producers(node) {
    return Array.from(this.inputs(node).filter((value) => value >= 0), (value) => this.valueNode[value]);
  }
  consumers(node) {
    return this.outputs(node).flatMap((value) => Array.from(this.users(value)));
  }
}

export class Model {
  constructor(data) {
    this.data = data;
    this.graphs = data.graphs.map((columns, index) => new Graph(columns, data.strings, index));
    this.source = this.graphs.find((graph) => !graph.isFile);
    this.file = this.graphs.find((graph) => graph.isFile);
    // For each node of the source, the file's ops made from it.
    lazy(this, "becameOf", () =>
      lists(this.source.size, (pair) => {
        for (let op = 0; op < this.file.size; ++op) {
          if (this.file.isOp(op)) for (const node of this.file.sources(op)) pair(node, op);
        }
      })
    );
    // For each scope of the source, how many ops of the file are made from something in or below it.
    lazy(this, "opsBelow", () => {
      const { scope, scope_parent: parent } = this.source.columns;
      const counts = new Int32Array(this.source.scopeCount);
      const last = new Int32Array(this.source.scopeCount).fill(-1);
      for (let op = 0; op < this.file.size; ++op) {
        if (!this.file.isOp(op)) continue;
        for (const node of this.file.sources(op)) {
          for (let at = scope[node]; at >= 0 && last[at] !== op; at = parent[at]) {
            last[at] = op;
            ++counts[at];
          }
        }
      }
      return counts;
    });
    // The gravest finding at a node.
    this.marks = this.graphs.map(() => new Map());
    data.findings.forEach((finding, i) => {
      if (finding.at && !this.marks[finding.at[0]].has(finding.at[1])) this.marks[finding.at[0]].set(finding.at[1], i);
    });
  }
}
