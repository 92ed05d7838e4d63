/// A directed graph in rows: the targets of node i are `targets[starts[i] … starts[i + 1] - 1]`.
export interface DirectedGraph {
  readonly starts: Int32Array;
  readonly targets: Int32Array;
}

export interface Components {
  /// Node → its strongly connected component. An edge between two components leads to the lower
  /// number, so ascending numbers visit targets before sources.
  readonly of: Int32Array;
  readonly count: number;
  /// Component → whether a path leads from a node of it back to that node.
  readonly isCyclic: Uint8Array;
}

/// Strongly connected components: Tarjan's algorithm with an explicit stack.
export function components(graph: DirectedGraph): Components {
  const { starts, targets } = graph;
  const n = starts.length - 1;
  const of = new Int32Array(n).fill(-1);
  const order = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const nextEdge = new Int32Array(n);
  const path: number[] = [];
  const open: number[] = [];
  const cyclic: number[] = [];
  let visited = 0;
  let count = 0;
  for (let first = 0; first < n; first++) {
    if (order[first] !== -1) continue;
    path.push(first);
    while (path.length > 0) {
      const v = path.at(-1)!;
      if (order[v] === -1) {
        order[v] = low[v] = visited++;
        nextEdge[v] = starts[v]!;
        open.push(v);
      }
      let deeper = -1;
      while (nextEdge[v]! < starts[v + 1]!) {
        const w = targets[nextEdge[v]!]!;
        nextEdge[v]!++;
        if (order[w] === -1) {
          deeper = w;
          break;
        }
        if (of[w] === -1) low[v] = Math.min(low[v]!, order[w]!);
      }
      if (deeper !== -1) {
        path.push(deeper);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[v]!);
      if (low[v] !== order[v]) continue;
      let size = 0;
      for (;;) {
        const w = open.pop()!;
        of[w] = count;
        size++;
        if (w === v) break;
      }
      cyclic.push(size > 1 || hasEdge(graph, v, v) ? 1 : 0);
      count++;
    }
  }
  return { of, count, isCyclic: Uint8Array.from(cyclic) };
}

function hasEdge(graph: DirectedGraph, from: number, to: number): boolean {
  for (let i = graph.starts[from]!; i < graph.starts[from + 1]!; i++)
    if (graph.targets[i] === to) return true;
  return false;
}

/// Nodes sorted by component, lowest first.
export function nodesByComponent({ of, count }: Components): Int32Array {
  const ends = new Int32Array(count + 1);
  for (const c of of) ends[c + 1]!++;
  for (let c = 0; c < count; c++) ends[c + 1]! += ends[c]!;
  const out = new Int32Array(of.length);
  for (let v = 0; v < of.length; v++) out[ends[of[v]!]!++] = v;
  return out;
}

/// The same edges backwards.
export function reversed({ starts, targets }: DirectedGraph): DirectedGraph {
  const n = starts.length - 1;
  const backStarts = new Int32Array(n + 1);
  for (const t of targets) backStarts[t + 1]!++;
  for (let v = 0; v < n; v++) backStarts[v + 1]! += backStarts[v]!;
  const at = backStarts.slice();
  const backTargets = new Int32Array(targets.length);
  for (let v = 0; v < n; v++)
    for (let i = starts[v]!; i < starts[v + 1]!; i++) backTargets[at[targets[i]!]!++] = v;
  return { starts: backStarts, targets: backTargets };
}
