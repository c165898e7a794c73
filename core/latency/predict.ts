import { tokensOf, type Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import type { DeviceModel } from './deviceModel.ts';
import { extrapolationHalfWidth } from './extrapolation.ts';
import { latencyKindOf } from './features.ts';
import { kindMs, rooflineMs } from './kindModel.ts';
import { checkRanges, describeViolations } from './ranges.ts';
import type { Violation } from './ranges.ts';

export interface LatencyPrediction {
  readonly latencyMs: number;
  /** Ends of the model's interval (its `interval.coverage`), wider where blocks lie outside what was measured. */
  readonly lowMs: number;
  readonly highMs: number;
  /** The network's blocks in order; they add up to `latencyMs` but for the model's network scale and bias. */
  readonly blocks: readonly { readonly name: string; readonly latencyMs: number }[];
  /** What about the blocks was never measured, a line per kind and feature; empty when all was. */
  readonly outOfRange: readonly string[];
}

interface BlockEstimate {
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
 * A network's latency in ms on the model's device: bias + scale x the sum over blocks of roofline x correction.
 *
 * The interval: for networks inside what was measured, latency x exp(+-h), where h is the split-conformal quantile of
 * |log(predicted / measured)| over held-out networks (the model's `interval`). A block outside the measured ranges
 * contributes exp(+-w) of its own latency instead, with w growing with the distance (extrapolation.ts) and never below
 * h. These blocks' errors are added as if they all pointed the same way, because a wrong slope errs alike in each.
 *
 * Estimates are remembered by the block's shape, so a search pays for each shape once.
 */
export function predictLatency(model: DeviceModel, network: Network): LatencyPrediction {
  const { scale, biasMs } = model.network;
  const within = model.interval.logHalfWidth;
  let inside = biasMs;
  let outside = 0;
  let outsideLow = 0;
  let outsideHigh = 0;
  const violations: Violation[] = [];
  const unmeasured = new Set<string>();
  const blocks = network.blocks.map((block) => {
    const estimate = estimateOf(model, block);
    const latencyMs = estimate.latencyMs;
    if (estimate.logHalfWidth === 0) {
      inside += scale * latencyMs;
    } else {
      const width = Math.max(within, estimate.logHalfWidth);
      outside += scale * latencyMs;
      outsideLow += scale * latencyMs * Math.exp(-width);
      outsideHigh += scale * latencyMs * Math.exp(width);
      violations.push(...estimate.violations);
      if (estimate.unmeasured) unmeasured.add(`${latencyKindOf(block)}: no block of this kind was measured`);
    }
    return { name: block.name, latencyMs };
  });
  return {
    latencyMs: inside + outside,
    lowMs: inside * Math.exp(-within) + outsideLow,
    highMs: inside * Math.exp(within) + outsideHigh,
    blocks,
    outOfRange: [...unmeasured, ...describeViolations(violations)],
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
    latencyMs: kind.extrapolation.keepsCorrection ? kindMs(kind, block) : rooflineMs(kind.roofline, block),
    violations,
    unmeasured: false,
    logHalfWidth: extrapolationHalfWidth(kind.extrapolation, distance),
  };
}

/** Everything about a block that a latency may depend on, as one string; cheap, because search asks for it often. */
function shapeOf(block: Block): string {
  const { input, output } = block;
  const shape = `${input.channels},${input.height},${input.width},${output.channels},${output.height},${output.width}`;
  switch (block.type) {
    case 'conv':
      return `c${shape},${block.kernelSize},${block.stride}`;
    case 'mbconv':
      return `${block.role}${shape},${block.kernelSize},${block.stride},${block.hiddenChannels},` +
        `${block.squeezeChannels}`;
    case 'attention':
      return `a${shape},${block.numHeads},${block.headDim},${block.valueRatio}`;
    case 'ffn':
      return `f${shape},${block.hiddenChannels}`;
    case 'pooledHead':
      return `h${shape},${block.hiddenChannels},${block.features},${block.classes}`;
    case 'patchEmbed':
      return `p${shape},${block.patchSize},${block.classToken},${block.positions}`;
    case 'encoderAttention':
      return `ea${shape},${tokensOf(input)},${block.numHeads},${block.headDim}`;
    case 'encoderMlp':
      return `em${shape},${tokensOf(input)},${block.hiddenChannels}`;
    case 'tokenHead':
      return `t${shape},${tokensOf(input)},${block.pool},${block.norm}`;
  }
}
