import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import { SeedContext } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetworks, type Score } from '../../scoring/score.ts';
import type { Network } from '../../network/network.ts';
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

/** As many as are scored together at most, so that little is lost when a run is stopped. */
const together = 32;

/** Whether one of the proxies needs an engine for one of the networks. */
export function needsEngine(networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[]): boolean {
  const running = proxies.map(getProxy).filter(({ usesEngine }) => usesEngine);
  return running.some((proxy) => networks.some((network) => proxy.runsOnEngine?.(lowered(network)) ?? true));
}

/**
 * Scores networks, each with untrained weights of its own.
 * @throws CancelledError with all scores found so far in the record
 */
export async function scoreMeasured(
  networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[], { engine, seeds, record }: ScoringOptions, hooks: ScoringHooks = {},
): Promise<Scores> {
  const contexts = seeds.map((seed) => new SeedContext({ engine, random: new Random(seed) }));
  const scores = Object.fromEntries(proxies.map((id): [string, ScoreLine[]] => [id, []]));
  const total = networks.length * proxies.length;
  let done = 0;
  const score = async (proxy: ProxyId, some: readonly Lowered[]) => {
    const unknown = some.filter(({ key }) => !record?.get(key, proxy));
    const startMs = performance.now();
    const found = scoreNetworks([getProxy(proxy)], unknown.map(({ network }) => network), contexts);
    const ms = (performance.now() - startMs) / unknown.length;
    const fresh = new Map(unknown.map(({ key }, i) => [key, lineOf(key, proxy, found[i][0], ms)]));
    for (const line of fresh.values()) await record?.add(line);
    for (const { key } of some) scores[proxy].push(fresh.get(key) ?? record!.get(key, proxy)!);
    done += some.length;
    if (unknown.length === 0) return;
    hooks.onProgress?.(done, total, `${some[some.length - 1].name}, ${proxy}`);
    await safePoint({ signal: hooks.signal, gate: hooks.gate });
    if (hooks.signal?.aborted) throw new CancelledError();
  };
  const isTogether = (id: ProxyId) => getProxy(id).scoreTogether !== undefined;
  for (let start = 0; start < networks.length; start += together) {
    const some = networks.slice(start, start + together).map((network) => ({ ...network, network: lowered(network), key: keyOf(network) }));
    for (const id of proxies.filter(isTogether)) await score(id, some);
    // One network after the other, because proxies share what they find out about the last one.
    for (const one of some) for (const id of proxies) if (!isTogether(id)) await score(id, [one]);
  }
  hooks.onProgress?.(total, total, '');
  return scores;
}

interface Lowered {
  readonly name: string;
  readonly key: string;
  readonly network: Network;
}

const lowered = ({ space, arch, classes, resolution }: MeasuredNetwork) => getSpace(space).lower(arch, { classes, resolution });

/** Space, architecture, classes and resolution: what a score depends on but for the seeds. */
function keyOf(measured: MeasuredNetwork): string {
  const { classes, resolution } = lowered(measured);
  return `${measured.space} ${getSpace(measured.space).key(measured.arch)} ${classes} ${resolution}`;
}

const lineOf = (network: string, proxy: ProxyId, { value, spread, invalid, macs }: Score, ms: number): ScoreLine => ({
  network, proxy, value: finite(value), spread: finite(spread), ...(invalid !== undefined && { invalid }), macs, ms: Number(ms.toPrecision(3)),
});

const finite = (value: number | undefined) => value !== undefined && Number.isFinite(value) ? value : null;
