import { InputError } from '../../base/errors.ts';
import { layoutOf } from '../../model/weights.ts';
import { blockParameters } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { proxyCatalogue, type ProxyId } from '../../scoring/catalogue.ts';
import type { DefaultInput, ProxyDescription } from '../../scoring/proxy.ts';
import { getSpace, publishedName } from '../../spaces/index.ts';
import type { ScoringImages } from './scoringInputs.ts';

/** Everything that decides scores besides the architectures; plain data, for threads. */
export interface ScoringPlan {
  readonly space: string;
  /** The space's and the architecture's own unless given. */
  readonly classes?: number;
  readonly resolution?: number;
  readonly proxies: readonly ProxyId[];
  /** Scores are means over them. */
  readonly seeds: readonly (number | string)[];
  /** Where weights come from, of proxies that draw none of their own: slices of one supernet for each seed (default), or fresh ones. */
  readonly weights?: 'supernet' | 'fresh';
  /** In place of what proxies are given by default. */
  readonly input?: Partial<DefaultInput>;
  /** In place of any other input. */
  readonly images?: ScoringImages;
}

/** Whether a proxy's networks have weights that are no slices of a supernet's. */
export function hasFreshWeights({ weights }: Pick<ScoringPlan, 'weights'>, { drawsOwnWeights }: Pick<ProxyDescription, 'drawsOwnWeights'>): boolean {
  return weights === 'fresh' || drawsOwnWeights === true;
}

/** The network that weights are slices of; undefined when no proxy takes such. */
export function supernetOf(plan: ScoringPlan): Network | undefined {
  const { proxies, classes, resolution } = plan;
  const isSliced = proxies.map((id): Omit<ProxyDescription, 'id'> => proxyCatalogue[id])
    .some((proxy) => proxy.needs !== 'nothing' && !hasFreshWeights(plan, proxy));
  const space = getSpace(plan.space);
  return isSliced ? space.lower(space.largest, { classes, resolution, supernet: true }) : undefined;
}

/**
 * Checks architectures before any is scored.
 * @throws InputError `outside-supernet` for one that is no part of the supernet, `too-few-classes` for one that tells fewer classes
 * apart than the images are of, and what lowering throws
 */
export function checkScorable(plan: ScoringPlan, archs: readonly unknown[]): void {
  const space = getSpace(plan.space);
  const supernet = supernetOf(plan);
  const missingFrom = supernet && partOf(supernet);
  const { classes, resolution, images } = plan;
  for (const arch of archs) {
    const network = space.lower(arch, { classes, resolution });
    if (images && images.classes > network.classes) {
      throw new InputError('too-few-classes', `The images are of ${images.classes} classes, but the networks tell ${network.classes} apart (--classes).`);
    }
    const missing = missingFrom?.(network);
    if (missing !== undefined) {
      throw new InputError('outside-supernet', `${publishedName(space, arch) ?? space.key(arch)} of ${space.id} is no part of the supernet `
        + `(${missing}); score it with fresh weights (--weights fresh).`);
    }
  }
}

/** Tells the first of a network's parameters that is no part of the supernet's; blocks that came before are not looked at again. */
function partOf(supernet: Network): (network: Network) => string | undefined {
  const { parameters } = layoutOf(supernet);
  const known = new Map<string, string | undefined>();
  const missingOf = (block: Block) => blockParameters(block).map(({ name, shape }) => ({ key: `${block.name}.${name}`, shape })).find(({ key, shape }) => {
    const whole = parameters.get(key)?.shape;
    return whole?.length !== shape.length || shape.some((size, axis) => size > whole[axis]);
  })?.key;
  return ({ blocks }) => {
    for (const block of blocks) {
      const text = JSON.stringify(block);
      if (!known.has(text)) known.set(text, missingOf(block));
      const missing = known.get(text);
      if (missing !== undefined) return missing;
    }
    return undefined;
  };
}
