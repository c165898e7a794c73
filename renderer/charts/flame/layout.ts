import type { FlameNode } from '../types.ts';

export interface FlameBox {
  readonly node: FlameNode;
  /** The node it lies under; null for the root. */
  readonly parent: string | null;
  /** 0 for the network, 1 for stages, 2 for blocks. */
  readonly depth: number;
  /** Where it begins, in ms from the left. */
  readonly startMs: number;
}

/** The boxes of a flame graph, depth first: children side by side in order under their parent. */
export function flameBoxes(root: FlameNode): FlameBox[] {
  const boxes: FlameBox[] = [];
  const visit = (node: FlameNode, parent: string | null, depth: number, startMs: number): void => {
    boxes.push({ node, parent, depth, startMs });
    let at = startMs;
    for (const child of node.children ?? []) {
      visit(child, node.id, depth + 1, at);
      at += child.latencyMs;
    }
  };
  visit(root, null, 0, 0);
  return boxes;
}

/** The change against the other architecture's part in ms: null for a part that it lacks, undefined without comparison. */
export function changeMs({ latencyMs, otherLatencyMs }: FlameNode): number | null | undefined {
  return otherLatencyMs === undefined || otherLatencyMs === null ? otherLatencyMs : latencyMs - otherLatencyMs;
}

/** The box that a key leads to from `id`: along the row, up to the parent, down to the first child. */
export function neighbour(boxes: readonly FlameBox[], id: string, key: string): string | null {
  const box = boxes.find(({ node }) => node.id === id);
  if (!box) return null;
  const row = boxes.filter(({ depth }) => depth === box.depth);
  const at = row.indexOf(box);
  switch (key) {
    case 'ArrowLeft': return row[at - 1]?.node.id ?? null;
    case 'ArrowRight': return row[at + 1]?.node.id ?? null;
    case 'ArrowUp': return box.parent;
    case 'ArrowDown': return box.node.children?.[0]?.id ?? null;
    case 'Home': return row[0].node.id;
    case 'End': return row[row.length - 1].node.id;
    default: return null;
  }
}
