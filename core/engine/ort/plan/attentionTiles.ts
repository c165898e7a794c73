/** Bytes of attention weights at a time: within a core's share of the last cache, beyond which products gain nothing. */
const tileBytes = 2 ** 21;

/** What decides how attention is cut into pieces. */
interface AttentionShape {
  /** 1, or one plus the order of the derivatives. */
  readonly components: number;
  /** Parts of an image that attend apart, such as windows. */
  readonly parts: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
  readonly withGradient: boolean;
}

export interface AttentionSizes extends AttentionShape {
  /** Queries at a time. */
  readonly rows: number;
  /** Heads, of all parts, at a time; more than one only where all of their queries are. */
  readonly together: number;
}

/** Pieces of about equal size whose attention weights stay in the cache. */
export function tileSizes(shape: AttentionShape): AttentionSizes {
  const { components, parts, heads, queries, keys } = shape;
  const most = Math.max(1, Math.floor(tileBytes / 4 / (components * keys)));
  const evenly = (count: number, atMost: number) => Math.ceil(count / Math.ceil(count / atMost));
  const rows = evenly(queries, most);
  return { ...shape, rows, together: rows < queries ? 1 : evenly(parts * heads, Math.max(1, Math.floor(most / queries))) };
}

/** Where each piece of scratch memory begins, and its length for one head; in floats. */
export interface Scratch {
  readonly at: Readonly<Record<ScratchName, number>>;
  readonly lengths: Readonly<Record<ScratchName, number>>;
  readonly length: number;
}

type ScratchName = 'queries' | 'keys' | 'values' | 'weights' | 'products' | 'upstream' | 'slopes' | 'ofKeys' | 'ofValues' | 'share';

export function layoutOf({ components, rows, together, keys, width, valueWidth, withGradient }: AttentionSizes): Scratch {
  const squared = components * components;
  const wider = Math.max(width, valueWidth);
  const lengths: Record<ScratchName, number> = {
    queries: rows * squared * width, keys: keys * components * width, values: keys * components * valueWidth,
    // Values alone are mixed in one step, which keeps its weights to itself.
    weights: components > 1 || withGradient ? rows * components * keys : 0, products: rows * squared * wider,
    ...(withGradient
      ? { upstream: rows * valueWidth, slopes: rows * keys, ofKeys: keys * width, ofValues: keys * valueWidth, share: keys * wider }
      : { upstream: 0, slopes: 0, ofKeys: 0, ofValues: 0, share: 0 }),
  };
  let length = 0;
  const at = {} as Record<ScratchName, number>;
  for (const [name, each] of Object.entries(lengths) as [ScratchName, number][]) {
    at[name] = length;
    // On cache lines.
    length += Math.ceil(together * each / 16) * 16;
  }
  return { at, lengths, length };
}
