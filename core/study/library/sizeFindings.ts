import { blockParams } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import { blockMacs } from '../../network/counts.ts';
import { CostBounds, type CostWindow } from '../../spaces/costBounds.ts';
import type { SearchSpace } from '../../spaces/space.ts';

/** A search's limits of size. */
export interface SizeLimits {
  readonly paramsMin?: number;
  readonly paramsMax?: number;
  readonly macsMin?: number;
  readonly macsMax?: number;
}

export interface SizeFinding {
  readonly path: ['search', keyof SizeLimits];
  readonly text: string;
}

const sizes = [
  { what: 'parameters', from: 'paramsMin', to: 'paramsMax' }, { what: 'multiply-accumulates', from: 'macsMin', to: 'macsMax' },
] as const;
type Size = (typeof sizes)[number];

const sumOf = (blocks: readonly Block[], count: (block: Block) => number) => blocks.reduce((sum, block) => sum + count(block), 0);

/**
 * Limits of size that no architecture of the space keeps, with what there is instead; none where that cannot be told in a
 * moment.
 */
export function sizeFindings<A>(space: SearchSpace<A>, classes: number, limits: SizeLimits): SizeFinding[] {
  const limited = sizes.filter(({ from, to }) => limits[from] !== undefined || limits[to] !== undefined);
  const ends = [space.smallest, space.largest].map((arch) => space.lower(arch, { classes }).blocks);
  const offered = sizes.map(({ what }): CostWindow => {
    const [least, most] = ends.map((blocks) => sumOf(blocks, what === 'parameters' ? blockParams : blockMacs));
    return [least, most];
  });
  const alone = limited.flatMap((size) => [...outside(space.id, size, limits, offered[sizes.indexOf(size)])]);
  // One limit that the space reaches is kept by one of its ends.
  const given = limited.flatMap(({ from, to }) => [limits[from], limits[to]]).filter((limit) => limit !== undefined);
  if (alone.length > 0 || given.length < 2) return alone;
  return between(space, classes, limits, offered);
}

function* outside(space: string, { what, from, to }: Size, limits: SizeLimits, [least, most]: CostWindow): Generator<SizeFinding> {
  const [min, max] = [limits[from], limits[to]];
  const there = `architectures of ${space} have ${count(least)} to ${count(most)}`;
  if (min !== undefined && max !== undefined && min > max) yield { path: ['search', from], text: `${from} is ${count(min)}, above ${to}, which is ${count(max)}` };
  else if (min !== undefined && min > most) yield { path: ['search', from], text: `no architecture has ${count(min)} ${what}: ${there}` };
  else if (max !== undefined && max < least) yield { path: ['search', to], text: `no architecture has as few ${what} as ${count(max)}: ${there}` };
}

/** What lies between two limits may be empty, too, and two sizes that are there one by one may not be there together. */
function between<A>(space: SearchSpace<A>, classes: number, limits: SizeLimits, offered: readonly CostWindow[]): SizeFinding[] {
  const windows = sizes.map(({ from, to }, i): CostWindow => [limits[from] ?? offered[i][0], limits[to] ?? offered[i][1]]);
  const [[leastParams, mostParams], [leastMacs, mostMacs]] = offered;
  // MACs grow with parameters; what is left over after so many for each tells that two sizes do not go together.
  const perParam = Math.round((mostMacs - leastMacs) / (mostParams - leastParams));
  const bounds = boundsOf(space, classes, perParam);
  const [least, most] = bounds.range(2);
  const [params, macs] = windows;
  if (bounds.holds([params, macs, [macs[0] - perParam * params[1], macs[1] - perParam * params[0]]]) !== false) return [];
  const possible: CostWindow = [Math.max(leastMacs, perParam * params[0] + least), Math.min(mostMacs, perParam * params[1] + most)];
  const limited = sizes.flatMap((size, i) => (limits[size.from] === undefined && limits[size.to] === undefined ? [] : [{ size, i }]));
  const [{ size, i }] = limited;
  return [{
    path: ['search', limits[size.from] === undefined ? size.to : size.from],
    text: limited.length === 1
      ? `no architecture of ${space.id} has ${span(windows[i])} ${size.what}, though they reach from ${span(offered[i])}: widen these limits`
      : `no architecture has ${span(params)} parameters and ${span(macs)} multiply-accumulates at once: with so many parameters there is none outside of `
        + `${span(possible)} multiply-accumulates`,
  }];
}

const known = new WeakMap<object, Map<number, CostBounds<unknown>>>();

/** Of parameters, MACs, and MACs less so many for each parameter; made once for a space and its classes. */
function boundsOf<A>(space: SearchSpace<A>, classes: number, perParam: number): CostBounds<unknown> {
  let ofSpace = known.get(space);
  if (!ofSpace) known.set(space, ofSpace = new Map());
  let bounds = ofSpace.get(classes);
  if (!bounds) {
    ofSpace.set(classes, bounds = new CostBounds<unknown>(space as SearchSpace<unknown>, classes, (blocks) => {
      const [params, macs] = [sumOf(blocks, blockParams), sumOf(blocks, blockMacs)];
      return [params, macs, macs - perParam * params];
    }));
  }
  return bounds;
}

/** "5.867 M", with all digits where these few would hide a difference from another limit. */
const count = (value: number) => (value >= 1e9 ? `${short(value / 1e9)} G` : value >= 1e6 ? `${short(value / 1e6)} M` : String(value));
const short = (value: number) => Number(value.toPrecision(6));
const span = ([from, to]: CostWindow) => `${count(from)} to ${count(to)}`;
