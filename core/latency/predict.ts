import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import { shapeOf } from './blockShape.ts';
import type { DeviceModel } from './deviceModel.ts';
import { extrapolationHalfWidth } from './extrapolation.ts';
import { latencyKindOf } from './features.ts';
import { kindMs, rooflineMs, uncorrectedMs } from './kindModel.ts';
import { checkRanges, describeViolations } from './ranges.ts';
import type { Violation } from './ranges.ts';

export interface LatencyPrediction {
  readonly latencyMs: number;
  /** Ends of the model's interval (its `interval.coverage`), wider where blocks lie outside what was measured. */
  readonly lowMs: number;
  readonly highMs: number;
  /** The network's blocks in order; they add up to `latencyMs` but for the model's network scale and bias. */
  readonly blocks: readonly {
    readonly name: string;
    readonly latencyMs: number;
    /** It lies outside what was measured. */
    readonly isOutside: boolean;
  }[];
  /** What about the blocks was never measured, a line per kind and feature; empty when all was. */
  readonly outOfRange: readonly string[];
}

export interface BlockEstimate {
  readonly latencyMs: number;
  readonly violations: readonly Violation[];
  /** The kind itself was not measured. */
  readonly unmeasured: boolean;
  /** Half-width of the interval for the block's log latency; 0 when inside what was measured. */
  readonly logHalfWidth: number;
}

/** Kinds that were not measured at all: a factor of 3 either way. */
const unmeasuredHalfWidth = Math.log(3);

const cacheLimit = 200_000;
const caches = new WeakMap<DeviceModel, Map<string, BlockEstimate>>();

/**
 * A network's latency in ms on the model's device: bias + scale x the sum over blocks of what their kinds' models say (kindModel.ts).
 *
 * The interval: for networks inside what was measured, latency x exp(+-h), where h is the split-conformal quantile of
 * |log(predicted / measured)| over held-out networks (the model's `interval`). A block outside the measured ranges
 * contributes exp(+-w) of its own latency instead, with w growing with the distance (extrapolation.ts) and never below
 * h. These blocks' errors are added as if they all pointed the same way, because a wrong slope errs alike in each.
 *
 * Estimates are remembered by the block's shape, so a search pays for each shape once.
 */
export function predictLatency(model: DeviceModel, network: Network): LatencyPrediction {
  const violations: Violation[] = [];
  const unmeasured = new Set<string>();
  const parts = latencyParts(model, network.blocks, (block, estimate) => {
    violations.push(...estimate.violations);
    if (estimate.unmeasured) unmeasured.add(`${latencyKindOf(block)}: no block of this kind was measured`);
  });
  return {
    ...intervalOf(model, parts),
    blocks: network.blocks.map((block) => {
      const { latencyMs, logHalfWidth } = estimateOf(model, block);
      return { name: block.name, latencyMs, isOutside: logHalfWidth > 0 };
    }),
    outOfRange: [...unmeasured, ...describeViolations(violations)],
  };
}

/** What a prediction is made of: numbers that add up over blocks, in ms on the device. */
export interface LatencyParts {
  /** Of blocks inside what was measured. */
  readonly insideMs: number;
  /** Of the others, with the ends of their intervals. */
  readonly outsideMs: number;
  readonly outsideLowMs: number;
  readonly outsideHighMs: number;
}

/** @param onOutside told every block that lies outside what was measured */
export function latencyParts(
  model: DeviceModel, blocks: readonly Block[], onOutside?: (block: Block, estimate: BlockEstimate) => void,
): LatencyParts {
  const { scale } = model.network;
  let [insideMs, outsideMs, outsideLowMs, outsideHighMs] = [0, 0, 0, 0];
  for (const block of blocks) {
    const estimate = estimateOf(model, block);
    const latencyMs = scale * estimate.latencyMs;
    if (estimate.logHalfWidth === 0) {
      insideMs += latencyMs;
    } else {
      const width = Math.max(model.interval.logHalfWidth, estimate.logHalfWidth);
      outsideMs += latencyMs;
      outsideLowMs += latencyMs * Math.exp(-width);
      outsideHighMs += latencyMs * Math.exp(width);
      onOutside?.(block, estimate);
    }
  }
  return { insideMs, outsideMs, outsideLowMs, outsideHighMs };
}

/** The prediction for a network whose blocks have these parts together. */
export function intervalOf(model: DeviceModel, parts: LatencyParts): Pick<LatencyPrediction, 'latencyMs' | 'lowMs' | 'highMs'> {
  const inside = model.network.biasMs + parts.insideMs;
  const within = model.interval.logHalfWidth;
  return {
    latencyMs: inside + parts.outsideMs,
    lowMs: inside * Math.exp(-within) + parts.outsideLowMs,
    highMs: inside * Math.exp(within) + parts.outsideHighMs,
  };
}

function estimateOf(model: DeviceModel, block: Block): BlockEstimate {
  let cache = caches.get(model);
  if (!cache) caches.set(model, cache = new Map());
  const shape = shapeOf(block);
  let estimate = cache.get(shape);
  if (!estimate) {
    estimate = estimateBlock(model, block);
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(shape, estimate);
  }
  return estimate;
}

function estimateBlock(model: DeviceModel, block: Block): BlockEstimate {
  const kind = model.kinds[latencyKindOf(block)];
  if (!kind) {
    return {
      latencyMs: rooflineMs(model.fallback, block),
      violations: [],
      unmeasured: true,
      logHalfWidth: unmeasuredHalfWidth,
    };
  }
  const { violations, distance } = checkRanges(block, kind.ranges);
  if (distance === 0) return { latencyMs: kindMs(kind, block), violations, unmeasured: false, logHalfWidth: 0 };
  return {
    latencyMs: kind.extrapolation.keepsCorrection ? kindMs(kind, block) : uncorrectedMs(kind, block),
    violations,
    unmeasured: false,
    logHalfWidth: extrapolationHalfWidth(kind.extrapolation, distance),
  };
}
