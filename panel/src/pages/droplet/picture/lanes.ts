import type { HistoryNode } from "@/api/types";

/** A line of the picture: a point, the column it stands in, and the columns that lines run through it in. */
export interface Line {
  node: HistoryNode;
  lane: number;
  /** Columns whose line goes straight past. */
  past: readonly number[];
  /** Columns above that end in this point: what grew from it. */
  from: readonly number[];
  /** Whether it goes on below to what it grew from. */
  on: boolean;
}

/** Newest above; a point never stands above what grew from it, even where clocks were set back. */
export function inOrder(nodes: readonly HistoryNode[]): HistoryNode[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const time = (node: HistoryNode) => (node.current ? "9" : node.created_at);
  const sorted: HistoryNode[] = [];
  const waiting = new Map<string, number>();
  for (const node of nodes) if (node.parent !== null) waiting.set(node.parent, (waiting.get(node.parent) ?? 0) + 1);
  const free = nodes.filter((node) => !waiting.get(node.key));
  while (free.length) {
    free.sort((a, b) => time(b).localeCompare(time(a)) || b.id - a.id);
    const node = free.shift();
    if (!node) break;
    sorted.push(node);
    const parent = node.parent === null ? undefined : byKey.get(node.parent);
    if (!parent) continue;
    const left = (waiting.get(parent.key) ?? 1) - 1;
    waiting.set(parent.key, left);
    if (left === 0) free.push(parent);
  }
  return sorted;
}

/** Give each point a column, as few as there are branches beside each other at any place. */
export function laid(nodes: readonly HistoryNode[]): Line[] {
  const known = new Set(nodes.map((node) => node.key));
  const lanes: (string | null)[] = []; // of each column, the key of the point that its line runs to
  return inOrder(nodes).map((node) => {
    const from = lanes.flatMap((key, lane) => (key === node.key ? [lane] : []));
    const free = lanes.indexOf(null);
    const lane = from[0] ?? (free === -1 ? lanes.length : free);
    for (const ending of from) lanes[ending] = null;
    const past = lanes.flatMap((key, other) => (key === null ? [] : [other]));
    const parent = node.parent !== null && known.has(node.parent) ? node.parent : null;
    lanes[lane] = parent;
    return { node, lane, past, from, on: parent !== null };
  });
}

/** How many columns a picture takes. */
export const width = (lines: readonly Line[]): number => Math.max(0, ...lines.flatMap(({ lane, past }) => [lane, ...past])) + 1;
