import { latencyKinds, termNames } from '../features.ts';
import type { LatencyKind, TermName } from '../features.ts';
import type { KindModel } from '../kindModel.ts';

/**
 * What one core of a phone typically needs, in ms per unit of work (features.ts): about 25 thousand million
 * multiply-accumulates a second in dense layers, a quarter of it where weights or activations are used too rarely to stay
 * in registers, 10 GB/s to memory, a few ns for an exponential. Only the proportions count, since a device's speed is
 * fitted first, and these only as far as measurements leave open.
 */
const typicalRates: Readonly<Record<TermName, number>> = {
  constant: 0.02, convMacs: 0.05, depthwiseMacs: 0.15, matmulMacs: 0.04, vectorMacs: 0.15, attentionMacs: 0.06,
  softmaxElements: 3, normElements: 2, activationElements: 0.5, readWriteBytes: 0.1, weightBytes: 0.1,
};

const typicalKind: KindModel = { roofline: Object.fromEntries(termNames.map((name) => [name, typicalRates[name]])) };

/** A device of which nothing is known: every kind of block at the typical rates. */
export const typicalKinds: Readonly<Record<LatencyKind, KindModel>> =
  Object.fromEntries(latencyKinds.map((kind) => [kind, typicalKind])) as Record<LatencyKind, KindModel>;
