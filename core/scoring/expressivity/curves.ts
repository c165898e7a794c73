import type { Random } from '../../base/random.ts';
import type { ChainInput, Engine } from '../../engine/engine.ts';
import { graphMacs } from '../../graph/macs.ts';
import type { Order } from '../../graph/tangent.ts';
import { jetGraph, stackedDerivatives } from '../../model/stackedJets.ts';
import type { Weights } from '../../model/weights.ts';
import { blockSizes } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { asVitWeights } from '../asVitWeights.ts';
import { circleImages, evenPoints, randomPlane, randomPoints, type CirclePoint } from './circle.ts';
import { motionsOf, type Motion } from './curveSums.ts';
import type { CurveSettings } from './settings.ts';

/** How the features of one network with fresh weights move while its input goes round a circle. */
export interface Curve {
  readonly points: readonly CirclePoint[];
  readonly motions: readonly Motion[];
}

/**
 * Features with their derivatives along the curve that the images are on.
 * @param images [points, 1 + order, 3, size, size]
 * @returns [points, 1 + order, features], the value being of no interest
 */
export type FeatureDerivatives = (engine: Engine, network: Network, weights: Weights, images: ChainInput, order: Order) => Float32Array;

/** Forward mode: all points, and all derivatives, in one pass. */
export const forwardDerivatives: FeatureDerivatives = (engine, network, weights, images, order) =>
  stackedDerivatives(engine, network.blocks, weights, images, order);

/**
 * Follows the features of several networks round circles in the space of images (Chen et al. 2022, section 3.2).
 * @param network whose outputs are features
 * @param order of the highest derivative that is wanted
 * @param random forked by purpose, so that networks of the same resolution see the same circles
 */
export function featureCurves(
  engine: Engine, network: Network, random: Random, settings: CurveSettings, order: Order, derivatives: FeatureDerivatives = forwardDerivatives,
): Curve[] {
  const inputs = 3 * network.resolution ** 2;
  const radius = settings.radius === 'one' ? 1 : Math.sqrt(inputs);
  return Array.from({ length: settings.networks }, (_, i): Curve => {
    const plane = randomPlane(inputs, random.fork(`plane ${i}`));
    const points = settings.points === 'even' ? evenPoints(settings.pointCount) : randomPoints(settings.pointCount, random.fork(`points ${i}`));
    const others = random.fork(`weights ${i}`);
    const stem = settings.sharesStem ? random.fork('stem') : others;
    const weights = asVitWeights(network, { stem, others });
    const features = derivatives(engine, network, weights, circleImages(plane, points, radius, network.resolution, order), order);
    return { points, motions: motionsOf(features, points.length, 1 + order) };
  });
}

/** Multiply-accumulates of one point's pass in forward mode. */
export function forwardMacs(blocks: readonly Block[], order: Order): number {
  return blocks.reduce((sum, block) => sum + graphMacs(jetGraph(block, order), blockSizes(block).set('B', 1)), 0);
}
