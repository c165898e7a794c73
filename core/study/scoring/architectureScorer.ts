import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import { SeedContext } from '../../scoring/context.ts';
import { getProxy } from '../../scoring/proxies.ts';
import { scoreNetworks, type Score } from '../../scoring/score.ts';
import { getSpace } from '../../spaces/index.ts';
import { hasFreshWeights, supernetOf, type ScoringPlan } from './plan.ts';
import { imageSource } from './scoringInputs.ts';

/** Scores architectures of the plan's space by the plan's proxies, or by some of them; for each, its scores in the proxies' order. */
export type ArchitectureScorer = (archs: readonly unknown[], some?: readonly ProxyId[]) => Score[][];

/**
 * The same plan gives the same scores, whatever was scored before.
 * @param engine needed by proxies that run networks
 * @param supernets what each seed's architectures are slices of, where that was drawn before
 * @throws InputError as getSpace; what it returns throws RangeError for architectures that `checkScorable` refuses
 */
export function architectureScorer(plan: ScoringPlan, engine: Engine | undefined, supernets?: readonly Weights[]): ArchitectureScorer {
  const space = getSpace(plan.space);
  const { classes, resolution } = plan;
  const supernet = supernetOf(plan);
  const { images } = plan;
  const contexts = [true, false].map((fresh) => plan.seeds.map((seed, i) => new SeedContext({
    engine, random: new Random(seed), input: plan.input, ...(!fresh && supernet && { supernet: supernets?.[i] ?? supernet }),
    ...(images && { images: imageSource(images, plan.seeds[0]) }),
  })));
  let last: { readonly arch: unknown; readonly network: Network } | undefined;
  /** The last architecture's network stays the same object, because proxies keep what they share by it. */
  const lower = (arch: unknown) => {
    if (!last || last.arch !== arch) last = { arch, network: space.lower(arch, { classes, resolution }) };
    return last.network;
  };
  return (archs, some = plan.proxies) => {
    const proxies = some.map(getProxy);
    const networks = archs.map(lower);
    const scores = networks.map(() => new Map<string, Score>());
    for (const [i, fresh] of [true, false].entries()) {
      const own = proxies.filter((proxy) => hasFreshWeights(plan, proxy) === fresh);
      if (own.length === 0) continue;
      scoreNetworks(own, networks, contexts[i]).forEach((found, n) => own.forEach(({ id }, p) => scores[n].set(id, found[p])));
    }
    return scores.map((found) => proxies.map(({ id }) => found.get(id)!));
  };
}
