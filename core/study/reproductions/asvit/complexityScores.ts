import { Random } from '../../../base/random.ts';
import type { ProxyId } from '../../../scoring/catalogue.ts';
import { asVit } from '../../../spaces/asvit/space.ts';
import type { AsVitArchitecture } from '../../../spaces/asvit/architecture.ts';
import { scoreMeasured, type Scores } from '../../correlation/scoreMeasured.ts';
import { ScoreRecord } from '../../correlation/scoreRecord.ts';
import type { ReproductionMeans } from '../reproduction.ts';

/**
 * Alone at first, and then those that need second derivatives, which come with the first ones: so that a length takes the
 * time that it takes whoever wants nothing else.
 */
const rounds: readonly (readonly ProxyId[])[] = [
  ['length'], ['curvature', 'curvature-length', 'curvature-length-released', 'ntk', 'length-closed-form', 'params', 'macs'],
];
export const complexityProxies: readonly ProxyId[] = rounds.flat();

const seed = 1;

/** Topologies of the space, drawn evenly; more of them begin with the same ones. */
export function drawTopologies(count: number): AsVitArchitecture[] {
  const random = new Random(seed).fork('complexity');
  return Array.from({ length: count }, () => asVit.sample(random));
}

/**
 * As-ViT's measures of topologies, one seed each.
 * @param out folder where they are kept as they are taken; those that it holds are not taken again
 * @throws InputError `other-correlation`, `damaged-scores`; CancelledError
 */
export async function complexityScores(topologies: readonly AsVitArchitecture[], out: string | undefined, means: ReproductionMeans): Promise<Scores> {
  const networks = topologies.map((arch, i) => ({ name: `topology ${i + 1}`, space: asVit.id, arch, accuracies: [] }));
  const record = out === undefined ? undefined : await ScoreRecord.open(out, { seeds: [seed] });
  const engine = await means.engine();
  const total = networks.length * complexityProxies.length;
  let before = 0;
  const found: Record<string, Scores[string]> = {};
  for (const proxies of rounds) {
    const done = before;
    Object.assign(found, await scoreMeasured(networks, proxies, { seeds: [seed], engine, record }, {
      signal: means.signal, onProgress: (own, _, note) => means.onProgress?.(done + own, total, note),
    }));
    before += networks.length * proxies.length;
  }
  return found;
}
