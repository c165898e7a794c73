import type { Block } from '../network/blocks.ts';
import { geometryOf, latencyKindOf, termsOf } from './features.ts';

/** Smallest and largest value that was measured, by feature. */
export type Ranges = Readonly<Record<string, readonly [min: number, max: number]>>;

/** Amounts of work of which ranges are kept too: they catch shapes whose numbers were each measured, but not together. */
const workTerms = ['matmulMacs', 'depthwiseMacs', 'attentionMacs', 'readWriteBytes', 'weightBytes'] as const;

/** Nearest distance in octaves (doublings) that counts as outside: a kernel size or class count that was not measured. */
export const smallestDistance = 0.5;

export function rangesOf(blocks: readonly Block[]): Ranges {
  const ranges: Record<string, [number, number]> = {};
  for (const block of blocks) {
    for (const [name, value] of Object.entries(rangedFeatures(block))) {
      const range = ranges[name] ??= [value, value];
      range[0] = Math.min(range[0], value);
      range[1] = Math.max(range[1], value);
    }
  }
  return ranges;
}

export interface RangeCheck {
  /** What lies outside, as clauses for people; empty when everything was within what was measured. */
  readonly reasons: readonly string[];
  /** How far outside, in octaves; 0 when inside. */
  readonly distance: number;
}

/**
 * Compares a block with the measured ranges of its kind. The distance is the largest, over features, number of
 * doublings (or halvings) between the block and the nearest measured value. A class count is reported, but its distance
 * shows in the weights and the work it brings.
 */
export function checkRanges(block: Block, ranges: Ranges): RangeCheck {
  const reasons: string[] = [];
  let distance = 0;
  const geometry = geometryOf(block);
  for (const [name, value] of Object.entries(rangedFeatures(block))) {
    const range = ranges[name];
    if (!range) continue;
    const octaves = octavesOutside(value, range);
    if (octaves === 0) continue;
    distance = Math.max(distance, name === 'classes' ? smallestDistance : octaves, smallestDistance);
    // Work far outside follows from the shape; it is worth a sentence only when the shape alone looks measured.
    if (name in geometry || reasons.length === 0) reasons.push(reasonFor(block, name, value, range));
  }
  return { reasons, distance };
}

function rangedFeatures(block: Block): Record<string, number> {
  const terms = termsOf(block);
  return { ...geometryOf(block), ...Object.fromEntries(workTerms.map((name) => [name, terms[name]])) };
}

function octavesOutside(value: number, [min, max]: readonly [number, number]): number {
  // Work terms are sums of floating-point products, so equality needs a little room.
  const room = 1e-9 * Math.abs(max);
  if (value >= min - room && value <= max + room) return 0;
  const nearest = value < min ? min : max;
  return value > 0 && nearest > 0 ? Math.abs(Math.log2(value / nearest)) : 1;
}

const unitOfTerm: Record<string, string> = {
  matmulMacs: ' M multiply-accumulates in linear layers', depthwiseMacs: ' M depthwise multiply-accumulates',
  attentionMacs: ' M multiply-accumulates in attention', readWriteBytes: ' MB of activations moved',
  weightBytes: ' MB of weights',
};

const wordsOfFeature: Record<string, string> = {
  grid: 'grid', inputChannels: 'input channels', outputChannels: 'output channels', channels: 'channels',
  kernelSize: 'kernel size', stride: 'stride', expandRatio: 'expansion ratio', squeezeRatio: 'squeeze ratio',
  heads: 'heads', headDim: 'head width', valueRatio: 'value ratio', mlpRatio: 'MLP ratio',
  features: 'pooled features', classes: 'classes',
};

const wordsOfKind = {
  conv: 'first convolution', mbconv: 'MBConv', transition: 'transition', attention: 'attention', ffn: 'FFN',
  pooledHead: 'head',
} as const;

function reasonFor(block: Block, name: string, value: number, [min, max]: readonly [number, number]): string {
  const unit = unitOfTerm[name];
  const what = unit === undefined ? `${wordsOfFeature[name] ?? name} ${short(value)}` : `${short(value)}${unit}`;
  const measured = min === max ? short(min) : `${short(min)} to ${short(max)}`;
  return `${wordsOfKind[latencyKindOf(block)]}: ${what} (measured: ${measured})`;
}

const short = (value: number) => String(Number(value.toPrecision(3)) === value ? value : Number(value.toPrecision(3)));
