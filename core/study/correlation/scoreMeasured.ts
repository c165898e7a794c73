import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import { SeedContext } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetwork } from '../../scoring/score.ts';
import { getSpace } from '../../spaces/index.ts';
import { safePoint, type RunHooks } from '../run/hooks.ts';
import type { MeasuredNetwork } from './measuredSet.ts';
import type { ScoreLine, ScoreRecord } from './scoreRecord.ts';

export interface ScoringOptions {
  /** Needed when one of the proxies runs networks. */
  readonly engine?: Engine;
  /** Each draws weights and inputs; scores are means over them. */
  readonly seeds: readonly string[];
  /** Where scores are kept and looked up. */
  readonly record?: ScoreRecord;
}

export interface ScoringHooks extends Pick<RunHooks, 'signal' | 'gate'> {
  /** Scores known, of those of all networks and proxies. */
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

/** A proxy's scores in the order of the networks. */
export type Scores = Readonly<Record<string, readonly ScoreLine[]>>;

/**
 * Scores networks one after the other, each with untrained weights of its own.
 * @throws CancelledError with all scores found so far in the record
 */
export async function scoreMeasured(
  networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[], { engine, seeds, record }: ScoringOptions, hooks: ScoringHooks = {},
): Promise<Scores> {
  const contexts = seeds.map((seed) => new SeedContext({ engine, random: new Random(seed) }));
  const scores = Object.fromEntries(proxies.map((id): [string, ScoreLine[]] => [id, []]));
  const total = networks.length * proxies.length;
  for (const [i, { name, space: id, arch, classes, resolution }] of networks.entries()) {
    const space = getSpace(id);
    const network = space.lower(arch, { classes, resolution });
    const key = `${id} ${space.key(arch)} ${network.classes} ${network.resolution}`;
    for (const [j, proxy] of proxies.entries()) {
      let line = record?.get(key, proxy);
      if (!line) {
        const startMs = performance.now();
        const [{ value, spread, invalid, macs }] = scoreNetwork([getProxy(proxy)], network, contexts);
        line = {
          network: key, proxy, value: finite(value), spread: finite(spread), ...(invalid !== undefined && { invalid }), macs,
          ms: Number((performance.now() - startMs).toPrecision(3)),
        };
        await record?.add(line);
        hooks.onProgress?.(i * proxies.length + j + 1, total, `${name}, ${proxy}`);
        await safePoint({ signal: hooks.signal, gate: hooks.gate });
        if (hooks.signal?.aborted) throw new CancelledError();
      }
      scores[proxy].push(line);
    }
  }
  hooks.onProgress?.(total, total, '');
  return scores;
}

const finite = (value: number | undefined) => value !== undefined && Number.isFinite(value) ? value : null;
