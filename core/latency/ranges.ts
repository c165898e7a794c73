import type { Block } from '../network/blocks.ts';
import { geometryOf, hasRelu6, latencyKindOf, termsOf } from './features.ts';
import type { LatencyKind } from './features.ts';

/** Smallest and largest value that was measured, by feature. */
export type Ranges = Readonly<Record<string, readonly [min: number, max: number]>>;

/** Work of which ranges are kept too: it catches shapes whose numbers were each measured, but not together. */
const workTerms = ['matmulMacs', 'depthwiseMacs', 'attentionMacs', 'readWriteBytes', 'weightBytes'] as const;

/** The least distance, in octaves (doublings), that anything outside counts as. */
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

/** One feature of a block that lies outside what was measured. */
export interface Violation {
  readonly kind: LatencyKind;
  readonly feature: string;
  readonly value: number;
  readonly range: readonly [min: number, max: number];
}

export interface RangeCheck {
  /** Empty when everything lies within what was measured. */
  readonly violations: readonly Violation[];
  /** How far outside, in octaves; 0 when inside. */
  readonly distance: number;
}

/**
 * Compares a block with the measured ranges of its kind. The distance is the largest, over features, number of
 * doublings (or halvings) between the block and the nearest measured value. A class count is reported, but its distance
 * shows in the weights and the work it brings.
 */
export function checkRanges(block: Block, ranges: Ranges): RangeCheck {
  const violations: Violation[] = [];
  let distance = 0;
  const kind = latencyKindOf(block);
  for (const [feature, value] of Object.entries(rangedFeatures(block))) {
    const range = ranges[feature] ?? unmeasured[feature];
    if (!range) continue;
    const octaves = octavesOutside(value, range);
    if (octaves === 0) continue;
    distance = Math.max(distance, feature === 'classes' ? 0 : octaves, smallestDistance);
    // Amounts of work follow from the shape; they are worth a mention only when each number of the shape was measured.
    const isWork = feature in unitOfWork;
    if (!isWork || violations.length === 0) violations.push({ kind, feature, value, range });
  }
  return { violations, distance };
}

/** What only some blocks of a kind have; where nothing was measured with it, nothing is known of it. */
const unmeasured: Ranges = { relu6: [0, 0] };

function rangedFeatures(block: Block): Record<string, number> {
  const terms = termsOf(block);
  return { ...geometryOf(block), ...(hasRelu6(block) ? { relu6: 1 } : {}), ...Object.fromEntries(workTerms.map((name) => [name, terms[name]])) };
}

function octavesOutside(value: number, [min, max]: readonly [number, number]): number {
  // Work terms are sums of floating-point products, so equality needs a little room.
  const room = 1e-9 * Math.abs(max);
  if (value >= min - room && value <= max + room) return 0;
  const nearest = value < min ? min : max;
  return value > 0 && nearest > 0 ? Math.abs(Math.log2(value / nearest)) : 1;
}

const unitOfWork: Readonly<Record<(typeof workTerms)[number], string>> = {
  matmulMacs: 'M multiply-accumulates in linear layers', depthwiseMacs: 'M depthwise multiply-accumulates',
  attentionMacs: 'M multiply-accumulates in attention', readWriteBytes: 'MB of activations moved',
  weightBytes: 'MB of weights',
};

const wordsOfFeature: Readonly<Record<string, string>> = {
  inputChannels: 'input channels', outputChannels: 'output channels', kernelSize: 'kernel size',
  expandRatio: 'expansion ratio', squeezeRatio: 'squeeze ratio', headDim: 'head width', valueRatio: 'value ratio',
  maxDistance: 'longest distance', mlpRatio: 'MLP ratio', patchSize: 'patch size', windowTokens: 'tokens of a window', features: 'pooled features',
};

const wordsOfKind: Readonly<Record<LatencyKind, string>> = {
  conv: 'first convolution', mbconv: 'MBConv', transition: 'transition', attention: 'attention', ffn: 'FFN',
  pooledHead: 'head', patchEmbed: 'patch embedding', overlappingPatchEmbed: 'overlapping patch embedding',
  depthwisePool: 'pooling', encoderAttention: 'encoder attention', relativeAttention: 'relative attention', encoderMlp: 'encoder MLP', patchMerging: 'patch merging',
  tokenHead: 'head', tokenPool: 'token pooling',
};

/** One line for people per kind and feature, e.g. "FFN: channels 16 to 32 (measured: 48 to 320)". */
export function describeViolations(violations: Iterable<Violation>): string[] {
  const merged = new Map<string, { violation: Violation; low: number; high: number }>();
  for (const violation of violations) {
    const { kind, feature, value } = violation;
    const known = merged.get(`${kind}.${feature}`);
    merged.set(`${kind}.${feature}`, {
      violation, low: Math.min(value, known?.low ?? value), high: Math.max(value, known?.high ?? value),
    });
  }
  return [...merged.values()].map(({ violation: { kind, feature, range }, low, high }) => {
    if (feature === 'relu6') return `${wordsOfKind[kind]}: no block with ReLU6 was measured`;
    const unit = feature in unitOfWork ? unitOfWork[feature as keyof typeof unitOfWork] : undefined;
    const what = unit === undefined
      ? `${wordsOfFeature[feature] ?? feature} ${span(low, high)}`
      : `${span(low, high)} ${unit}`;
    return `${wordsOfKind[kind]}: ${what} (measured: ${span(...range)})`;
  });
}

const short = (value: number) => String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
const span = (low: number, high: number) => (low === high ? short(low) : `${short(low)} to ${short(high)}`);
