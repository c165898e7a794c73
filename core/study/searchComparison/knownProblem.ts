import { Random } from '../../base/random.ts';
import { loadDevice } from '../../latency/devices.ts';
import { LatencyTable } from '../../latency/latencyTable.ts';
import { accuracyObjective } from '../../search/objective.ts';
import { paretoFront } from '../../search/pareto.ts';
import type { ParetoPoint } from '../../search/pareto.ts';
import type { SearchProblem } from '../../search/problem.ts';
import { elasticVitMini } from '../../spaces/elasticvit/space.ts';
import { subspace } from './subspace.ts';

/** A search problem of which everything is known. */
export interface KnownProblem {
  readonly problem: SearchProblem<unknown>;
  readonly architectures: number;
  /** Synthetic: a formula, not a network that was trained. */
  trueAccuracy(arch: unknown): number;
  /** As if counted on so many images, always the same for one architecture and seed. */
  measuredAccuracy(arch: unknown, images: number, seed: number): number;
  /** Of each device, among all architectures. */
  readonly fronts: readonly (readonly ParetoPoint[])[];
}

const free = ['resolution', 'c2.depth', 't2.depth', 't2.mlpRatio', 't3.depth', 't3.mlpRatio', 't4.width', 't4.depth', 't4.mlpRatio'];
/** Widths never decrease, and T4 is the only one that is free. */
const fixed = { 't1.width': 16, 't2.width': 32, 't3.width': 48 };

/**
 * 36,450 architectures of elasticvit-mini with predicted latencies of real phones, and accuracies of a formula: with
 * x from 0 to 1 along each dimension, gain = sum(weight sqrt(x)) + depth x MLP ratio of T3 and T4 + resolution x width
 * of T4 - resolution x (1 - depth of C2), and accuracy = 0.35 + 0.5 (1 - exp(-gain)).
 */
export function knownProblem(deviceNames: readonly string[]): KnownProblem {
  const space = subspace(elasticVitMini, free, fixed);
  const models = deviceNames.map(loadDevice);
  const table = new LatencyTable(elasticVitMini, models, elasticVitMini.defaultClasses);
  type Arch = typeof space.smallest;
  const problem: SearchProblem<Arch> = {
    space, objective: accuracyObjective, classes: elasticVitMini.defaultClasses, devices: models.map(({ name }) => ({ name })), predict: (arch) => table.predict(arch),
  };
  const trueAccuracy = (arch: Arch) => {
    const x = space.coordinates(arch).map((value, i) => {
      const { values } = space.dimensions[i];
      return values.indexOf(value) / (values.length - 1);
    });
    const [resolution, depthC2, , , depthT3, ratioT3, widthT4, depthT4, ratioT4] = x;
    const gain = weights.reduce((sum, weight, i) => sum + weight * Math.sqrt(x[i]), 0)
      + 0.15 * depthT3 * ratioT3 + 0.1 * depthT4 * ratioT4 + 0.2 * resolution * widthT4 - 0.15 * resolution * (1 - depthC2);
    return 0.35 + 0.5 * (1 - Math.exp(-gain));
  };
  const points = space.all().map((arch) => ({ value: trueAccuracy(arch), latencies: problem.predict(arch) }));
  return {
    problem: problem as SearchProblem<unknown>,
    architectures: points.length,
    trueAccuracy: (arch) => trueAccuracy(arch as Arch),
    measuredAccuracy(arch, images, seed) {
      const random = new Random(`${seed}/${space.key(arch as Arch)}`);
      const accuracy = trueAccuracy(arch as Arch);
      let right = 0;
      for (let i = 0; i < images; i++) if (random.chance(accuracy)) right++;
      return right / images;
    },
    fronts: models.map((_, device) =>
      paretoFront(points.map(({ value, latencies }) => ({ value, latencyMs: latencies[device].latencyMs })))),
  };
}

/** In the order of `free`. */
const weights = [0.35, 0.12, 0.15, 0.1, 0.25, 0.1, 0.3, 0.2, 0.1];
