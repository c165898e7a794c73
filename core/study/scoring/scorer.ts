import { Random } from '../../base/random.ts';
import { resizeBatch } from '../../data/resize.ts';
import { startEngine } from '../../engine/engines.ts';
import { SeedContext } from '../../scoring/context.ts';
import type { ImageSource } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetwork } from '../../scoring/score.ts';
import type { ScoringSettings } from '../../scoring/settings.ts';
import { getSpace } from '../../spaces/index.ts';

/** Everything that decides a score besides the architecture; plain data, for threads. */
export interface ScorerOptions {
  readonly space: string;
  readonly classes: number;
  readonly scoring: ScoringSettings;
  /** The study's. */
  readonly seed: number;
  /** Of proxies that run networks. */
  readonly engine: { readonly id: string; readonly threads: number | undefined; readonly memoryBytes: number | undefined };
  /** In place of the proxy's own inputs; square images of one size, [count, 3, size, size]. */
  readonly images?: { readonly pixels: Float32Array; readonly labels: Int32Array; readonly size: number };
}

/** Scores architectures of a space, in their order; NaN for a score that is not valid. */
export type Scorer = (archs: readonly unknown[]) => number[];

/** The same options give the same scores, in whichever thread and order. @throws as `getSpace`, `getProxy` and `startEngine` */
export async function makeScorer({ space: id, classes, scoring, seed, engine: wanted, images }: ScorerOptions): Promise<Scorer> {
  const space = getSpace(id);
  const proxy = getProxy(scoring.proxy);
  const engine = proxy.usesEngine
    ? await startEngine(wanted.id, { threads: wanted.threads, memoryBytes: wanted.memoryBytes }) : undefined;
  const supernet = scoring.weights === 'shared' && proxy.needs !== 'nothing'
    ? space.lower(space.largest, { classes, supernet: true }) : undefined;
  const contexts = Array.from({ length: scoring.seeds }, (_, i) => new SeedContext({
    engine, supernet, random: new Random(seed + i), images: images && sourceOf(images),
  }));
  return (archs) => archs.map((arch) => scoreNetwork([proxy], space.lower(arch, { classes }), contexts)[0].value);
}

function sourceOf({ pixels, labels, size }: NonNullable<ScorerOptions['images']>): ImageSource {
  const count = labels.length;
  return { batch: (resolution) => ({ count, size: resolution, labels, pixels: resizeBatch(pixels, count, size, resolution) }) };
}
