import type { Random } from '../../core/base/random.ts';
import type { Engine } from '../../core/engine/engine.ts';
import { flatParameters, type FlatParameters } from '../../core/engine/flatParameters.ts';
import { backpropagate } from '../../core/model/backpropagate.ts';
import { SubnetView } from '../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../core/model/weights.ts';
import { networkMacs } from '../../core/network/counts.ts';
import type { Network } from '../../core/network/network.ts';
import { asVit } from '../../core/spaces/asvit/space.ts';
import { autoFormerMini } from '../../core/spaces/autoformer/space.ts';
import type { ElasticVitArchitecture } from '../../core/spaces/elasticvit/architecture.ts';
import { elasticVit, elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import type { SearchSpace } from '../../core/spaces/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';
import { normal, relativeDifference } from '../engine/compare.ts';

/** A network that reads its weights through slices of a larger one's, and how many images to run it on. */
export interface NetworkCase {
  readonly label: string;
  readonly supernet: Network;
  readonly network: Network;
  readonly batch: number;
}

/** Classes of all cases: few, so that the logits' gradients are no sums of many small terms. */
const classes = 7;

/** Random networks of every space, each small enough for the reference engine to run it in a second or few. */
export function networkCases(random: Random): NetworkCase[] {
  const mini = elasticVitMini.lower(elasticVitMini.largest, { classes, supernet: true });
  const full = elasticVit.lower(elasticVit.largest, { classes, supernet: true });
  const autoFormer = autoFormerMini.lower(autoFormerMini.largest, { classes, resolution: 20, supernet: true });
  const smallOf = (space: SearchSpace<ElasticVitArchitecture>, draws: number, resolution: number) =>
    Array.from({ length: draws }, () => space.lower(space.sample(random), { classes, resolution })).sort((a, b) => networkMacs(a) - networkMacs(b))[0];
  return [
    { label: 'elasticvit-mini on 1 image', supernet: mini, network: smallOf(elasticVitMini, 2, 40), batch: 1 },
    { label: 'elasticvit-mini on 3 images', supernet: mini, network: smallOf(elasticVitMini, 1, 32), batch: 3 },
    { label: 'elasticvit-mini on 9 images', supernet: mini, network: smallOf(elasticVitMini, 20, 32), batch: 9 },
    { label: 'autoformer-mini on 2 images', supernet: autoFormer, network: autoFormerMini.lower(autoFormerMini.mutate(autoFormerMini.smallest, random, { depth: 1, choice: 1, uniform: 1 }), { classes, resolution: 20 }), batch: 2 },
    // At 96 px the last maps are 2x2: batch norms over one or two numbers would amplify nothing but rounding.
    { label: 'elasticvit on 1 image', supernet: full, network: smallOf(elasticVit, 40, 96), batch: 1 },
    // The supernet's kernels are larger, and shared by their centres.
    {
      label: 'asvit on 3 images', supernet: asVit.lower(asVit.parse('8,2,6,1|4,1,6,1|4,1,6,1|4,1,6,1|64,8'), { classes, resolution: 32 }),
      network: asVit.lower(asVit.parse('5,4,2,1|3,2,2,1|3,2,2,1|2,1,3,1|32,8'), { classes, resolution: 32 }), batch: 3,
    },
    ...plainTransformers().map(({ label, network, batch }) => ({ label: `a plain transformer ${label}, on ${batch} images`, supernet: network, network, batch })),
  ];
}

/** A network that only engines faster than the reference can run on a batch that several threads share. */
export function largeNetworkCase(random: Random): NetworkCase {
  const full = elasticVit.lower(elasticVit.largest, { classes, supernet: true });
  const network = elasticVit.lower(elasticVit.sample(random), { classes, resolution: 64 });
  return { label: 'elasticvit on 13 images', supernet: full, network, batch: 13 };
}

function plainTransformers(): { label: string; network: Network; batch: number }[] {
  const shared = { patchSize: 4, classes, normEpsilon: 1e-5 };
  return [
    { label: 'with a class token', network: vitNetwork({ ...shared, resolution: 16, width: 24, depth: 3, numHeads: 3 }), batch: 1 },
    { label: 'on the mean of its tokens', network: vitNetwork({ ...shared, resolution: 20, width: 21, depth: 2, numHeads: 3, classToken: false }), batch: 9 },
    { label: 'with narrow heads and no norm at its end', network: vitNetwork({ ...shared, resolution: 12, width: 20, depth: 2, numHeads: 2, headDim: 3, mlpRatio: 2.5, finalNorm: false }), batch: 13 },
    // Large enough that kernels work on the images in several blocks.
    { label: 'of 65 tokens without positions', network: vitNetwork({ ...shared, resolution: 32, width: 48, depth: 1, numHeads: 4, positions: false }), batch: 17 },
  ];
}

export interface NetworkRun {
  readonly logits: Float32Array;
  /** By parameter key: the subnet's share. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Largest gradient of a number outside the subnet's share. */
  readonly elsewhere: number;
}

/** A case with weights, images and a gradient at the logits; each run gets fresh copies. */
export class PreparedNetwork {
  readonly #view: SubnetView;
  readonly #flat: Required<FlatParameters>;
  readonly #network: Network;
  readonly #images: { shape: readonly number[]; data: Float32Array };
  readonly #upstream: Float32Array;

  constructor({ supernet, network, batch }: NetworkCase, random: Random) {
    this.#flat = flatParameters(layoutOf(supernet).trainableLength);
    const weights = Weights.initialise(supernet, random, this.#flat.values);
    // Norms that start at zero would hide what is behind them, and biases at zero would hide themselves.
    for (const { key, init } of weights.parameters.values()) {
      const values = weights.view(key);
      if (init === 'ones' || init === 'zeros') values.forEach((_, i) => { values[i] = Number(key.endsWith('.scale')) + 0.3 * random.normal(); });
    }
    this.#view = new SubnetView(weights, network);
    this.#network = network;
    this.#images = { shape: [batch, 3, network.resolution, network.resolution], data: normal(random, [batch, 3, network.resolution, network.resolution], 0.2).data as Float32Array };
    this.#upstream = normal(random, [batch, network.classes]).data as Float32Array;
  }

  run(engine: Engine): NetworkRun {
    const { gradient } = this.#flat;
    gradient.fill(0);
    let logits: Float32Array | undefined;
    backpropagate(engine, this.#network, (key) => this.#view.shareOf(key), this.#images, this.#flat, (found) => {
      logits = found.slice();
      return this.#upstream.slice();
    });
    const rest = gradient.slice();
    const gradients = new Map<string, Float32Array>();
    for (const key of layoutOf(this.#network).parameters.keys()) {
      const { shape, offset, slice } = this.#view.shareOf(key);
      if (!this.#isTrained(key)) continue;
      const own = new Float32Array(shape.reduce((size, dim) => size * dim, 1));
      slice.starts.forEach((start, run) => {
        const [from, to] = [offset + start, offset + start + slice.runLength];
        own.set(gradient.subarray(from, to), run * slice.runLength);
        rest.fill(0, from, to);
      });
      gradients.set(key, own);
    }
    return { logits: logits!, gradients, elsewhere: rest.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
  }

  #isTrained(key: string): boolean {
    return layoutOf(this.#network).parameters.get(key)!.trainable !== false;
  }
}

/**
 * The largest difference between two runs' logits or gradients of one parameter. It is relative to the larger of that
 * parameter's gradient and a hundredth of the largest of all: some gradients are zero but for rounding, that of a bias in
 * front of a norm, say.
 */
export function worstOf(found: NetworkRun, expected: NetworkRun): { readonly logits: number; readonly gradient: number; readonly key: string } {
  const floor = 1e-2 * Math.max(...[...expected.gradients.values()].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  let worst = { gradient: 0, key: '' };
  for (const [key, values] of expected.gradients) {
    const gradient = relativeDifference(found.gradients.get(key) ?? [], values, floor);
    if (gradient > worst.gradient) worst = { gradient, key };
  }
  return { logits: relativeDifference(found.logits, expected.logits), ...worst };
}
