import { CancelledError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import { getProxy, needEngine } from '../../scoring/proxies.ts';
import type { Score } from '../../scoring/score.ts';
import { getSpace } from '../../spaces/index.ts';
import { safePoint, type RunHooks } from '../run/hooks.ts';
import { architectureScorer } from '../scoring/architectureScorer.ts';
import { checkScorable, type ScoringPlan } from '../scoring/plan.ts';
import type { MeasuredNetwork } from './measuredSet.ts';
import type { ScoreLine, ScoreRecord } from './scoreRecord.ts';

/** What decides the scores besides networks and proxies. */
export interface ScoringInputs extends Pick<ScoringPlan, 'weights' | 'input' | 'images'> {
  readonly seeds: readonly number[];
}

export interface ScoringOptions extends Omit<ScoringInputs, 'weights'>, Partial<Pick<ScoringInputs, 'weights'>> {
  /** Needed when one of the proxies runs networks. */
  readonly engine?: Engine;
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
  return running.length > 0
    && networks.some(({ space, arch, classes, resolution }) => needEngine(running, getSpace(space).lower(arch, { classes, resolution })));
}

/**
 * Scores networks, group by group of those of one space, number of classes and resolution. Weights are drawn for each network
 * unless slices of each group's supernet are asked for: files often hold relatives that are no part of one.
 * @throws InputError as checkScorable; CancelledError with all scores found so far in the record
 */
export async function scoreMeasured(
  networks: readonly MeasuredNetwork[], proxies: readonly ProxyId[], { engine, record, ...inputs }: ScoringOptions, hooks: ScoringHooks = {},
): Promise<Scores> {
  const scores = Object.fromEntries(proxies.map((id): [string, ScoreLine[]] => [id, []]));
  const total = networks.length * proxies.length;
  let done = 0;
  for (const group of groupsOf(networks)) {
    const { space, classes, resolution } = group[0];
    const plan: ScoringPlan = { weights: 'fresh', ...inputs, space, classes, resolution, proxies };
    checkScorable(plan, group.map(({ arch }) => arch));
    const scorer = architectureScorer(plan, engine);
    const score = async (proxy: ProxyId, some: readonly Placed[]) => {
      const unknown = some.filter(({ key }) => !record?.get(key, proxy));
      const startMs = performance.now();
      const startCpu = process.cpuUsage();
      const found = unknown.length > 0 ? scorer(unknown.map(({ arch }) => arch), [proxy]) : [];
      const { user, system } = process.cpuUsage(startCpu);
      const times = { ms: (performance.now() - startMs) / unknown.length, processorMs: (user + system) / 1e3 / unknown.length };
      const fresh = new Map(unknown.map(({ key }, i) => [key, lineOf(key, proxy, found[i][0], times)]));
      for (const line of fresh.values()) await record?.add(line);
      for (const { key, place } of some) scores[proxy][place] = fresh.get(key) ?? record!.get(key, proxy)!;
      done += some.length;
      if (unknown.length === 0) return;
      hooks.onProgress?.(done, total, `${some[some.length - 1].name}, ${proxy}`);
      await safePoint({ signal: hooks.signal, gate: hooks.gate });
      if (hooks.signal?.aborted) throw new CancelledError();
    };
    const isTogether = (id: ProxyId) => getProxy(id).scoreTogether !== undefined;
    for (let start = 0; start < group.length; start += together) {
      const some = group.slice(start, start + together);
      for (const id of proxies.filter(isTogether)) await score(id, some);
      // One network after the other, because proxies share what they find out about the last one.
      for (const one of some) for (const id of proxies) if (!isTogether(id)) await score(id, [one]);
    }
  }
  hooks.onProgress?.(total, total, '');
  return scores;
}

/** A network with its place in the file, and what its scores depend on but for the inputs. */
interface Placed extends MeasuredNetwork {
  readonly place: number;
  readonly key: string;
}

function groupsOf(networks: readonly MeasuredNetwork[]): Placed[][] {
  const groups = new Map<string, Placed[]>();
  for (const [place, network] of networks.entries()) {
    const { space: id, arch } = network;
    const space = getSpace(id);
    const { classes, resolution } = space.lower(arch, network);
    const group = `${id} ${network.classes} ${network.resolution}`;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group)!.push({ ...network, place, key: `${id} ${space.key(arch)} ${classes} ${resolution}` });
  }
  return [...groups.values()];
}

const lineOf = (network: string, proxy: ProxyId, { value, spread, invalid, macs }: Score, times: Required<Pick<ScoreLine, 'ms' | 'processorMs'>>): ScoreLine => ({
  network, proxy, value: finite(value), spread: finite(spread), ...(invalid !== undefined && { invalid }), macs,
  ms: rounded(times.ms), processorMs: rounded(times.processorMs),
});

const rounded = (ms: number) => Number(ms.toPrecision(3));

const finite = (value: number | undefined) => value !== undefined && Number.isFinite(value) ? value : null;
