import type { DrawnItem } from './layout.ts';

/** The item that an arrow key leads to: along the data flow with up and down, to the nearest of the next stage with left and right. */
export function itemByKey(items: readonly DrawnItem[], from: string, key: string): string | null {
  const at = items.findIndex(({ id }) => id === from);
  if (at < 0) return null;
  const item = items[at];
  switch (key) {
    case 'ArrowDown': return items[at + 1]?.id ?? null;
    case 'ArrowUp': return items[at - 1]?.id ?? null;
    case 'ArrowRight': return nearest(items.slice(at + 1).filter(({ stage }) => stage !== item.stage), item);
    case 'ArrowLeft': return nearest(items.slice(0, at).filter(({ stage }) => stage !== item.stage).reverse(), item);
    case 'Home': return items[0].id;
    case 'End': return items[items.length - 1].id;
    default: return null;
  }
}

/** Of the stage that the first candidate belongs to, the one at about the same height. */
function nearest(candidates: readonly DrawnItem[], from: DrawnItem): string | null {
  const stage = candidates.filter((candidate) => candidate.stage === candidates[0].stage);
  if (stage.length === 0) return null;
  return stage.reduce((best, candidate) => (Math.abs(candidate.y - from.y) < Math.abs(best.y - from.y) ? candidate : best)).id;
}
