import { InputError } from '../../core/base/errors.ts';
import type { Block } from '../../core/network/blocks.ts';
import { Random } from '../../core/base/random.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import type { ParetoPoint } from '../../core/search/pareto.ts';
import type { LatencyInterval, SearchProblem, TargetDevice } from '../../core/search/problem.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import { searchSettingsSchema } from '../../core/search/settings.ts';
import type { SearchSettingsInput } from '../../core/search/settings.ts';
import type { SearchState } from '../../core/search/state.ts';
import type { SearchSpace } from '../../core/spaces/space.ts';

/** Eight choices of 0 to 4 each: 390,625 architectures, few enough to know the true front by looking at all of them. */
export type Toy = readonly number[];
const choices = 8;
const levels = 5;

const key = (arch: Toy) => arch.join('');
const everyChoice = (make: (index: number) => number): Toy => Array.from({ length: choices }, (_, i) => make(i));

const toyHead = (sum: number, classes: number): Block => ({
  type: 'pooledHead', name: 'head', input: { channels: 1 + sum, height: 1, width: 1 },
  output: { channels: classes, height: 1, width: 1 }, hiddenChannels: 1, features: 1, classes,
});

export const toySpace: SearchSpace<Toy> = {
  id: 'toy',
  title: 'A space for tests',
  size: BigInt(levels) ** BigInt(choices),
  defaultClasses: 10,
  resolutions: [32],
  networks: { min: everyChoice(() => 0), max: everyChoice(() => levels - 1) },
  smallest: everyChoice(() => 0),
  largest: everyChoice(() => levels - 1),
  dimensions: Array.from({ length: choices }, (_, i) => (
    {
      name: `choice${i}`, title: `Choice ${i}`, values: Array.from({ length: levels }, (_, level) => level),
      kind: i === 0 ? 'depth' : 'width', isTransformer: true,
    })),
  coordinates: (arch) => [...arch],
  fromCoordinates: (values) => values,
  chain: () => ({
    start: { key: '0' },
    stages: Array.from({ length: choices }, (_, i) => ({
      dimensions: [i],
      options: ({ key: sum }) => Array.from({ length: levels }, (_, level) => {
        const total = Number(sum) + level;
        return { choices: [level], next: { key: String(total) }, blocks: i === choices - 1 ? [toyHead(total, 10)] : [] };
      }),
    })),
  }),
  parse(json) {
    const valid = Array.isArray(json) && json.length === choices
      && json.every((value) => Number.isInteger(value) && value >= 0 && value < levels);
    if (!valid) throw new InputError('invalid-architecture', 'A toy architecture is eight integers from 0 to 4.');
    return json;
  },
  key,
  sample: (random) => everyChoice(() => random.integer(levels)),
  mutate: (arch, random, rates) => arch.map((value, i) => {
    if (!random.chance(i === 0 ? rates.depth : rates.choice)) return value;
    return random.chance(rates.uniform) ? random.integer(levels) : 0;
  }),
  crossover: (first, second, random) => first.map((value, i) => (random.chance(0.5) ? value : second[i])),
  lower: (arch, { classes = 10 } = {}) => {
    const sum = arch.reduce((total, value) => total + value, 0);
    return { space: 'toy', resolution: 32, classes, blocks: [toyHead(sum, classes)] };
  },
  publishedCounters: {},
};

/** Milliseconds that a level of each choice costs: the two phones disagree about what is cheap. */
const costs = { left: [1, 2, 3, 4, 5, 6, 7, 8], right: [8, 7, 6, 5, 4, 3, 2, 1] } as const;
const gains = [0.10, 0.08, 0.12, 0.05, 0.09, 0.11, 0.06, 0.10];

export function toyLatencyMs(arch: Toy, phone: keyof typeof costs): number {
  return arch.reduce((sum, value, i) => sum + costs[phone][i] * value, 5);
}

/** Saturating in the choices, and uneven neighbours hurt, so that choices do not add up independently. */
export function toyAccuracy(arch: Toy): number {
  const gain = arch.reduce((sum, value, i) => sum + gains[i] * value, 0);
  const unevenness = arch.slice(1).reduce((sum, value, i) => sum + Math.abs(value - arch[i]), 0);
  return 0.1 + 0.8 * (1 - Math.exp(-gain)) * Math.exp(-0.01 * unevenness);
}

export const toyInterval = (latencyMs: number): LatencyInterval =>
  ({ latencyMs, lowMs: 0.9 * latencyMs, highMs: 1.1 * latencyMs });

export function toyProblem(devices: readonly TargetDevice[] = [{ name: 'left' }, { name: 'right' }]): SearchProblem<Toy> {
  return {
    space: toySpace,
    devices,
    classes: 10,
    objective: accuracyObjective,
    predict: (arch) => devices.map(({ name }) => toyInterval(toyLatencyMs(arch, name === 'left' ? 'left' : 'right'))),
  };
}

/** Every architecture of the space as a point for one phone. */
export function allToyPoints(phone: keyof typeof costs): ParetoPoint[] {
  return Array.from({ length: levels ** choices }, (_, number) => {
    const arch = everyChoice((i) => Math.floor(number / levels ** i) % levels);
    return { latencyMs: toyLatencyMs(arch, phone), value: toyAccuracy(arch) };
  });
}

export const toySettings = (settings: SearchSettingsInput = {}) => searchSettingsSchema.parse({
  generations: 8, initialPopulation: 60, parents: 30, mutations: 15, crossovers: 15, ...settings,
});

export const answer = (candidates: readonly { key: string; arch: Toy }[]) =>
  candidates.map(({ key, arch }) => ({ key, value: toyAccuracy(arch) }));

/** Runs a search to its end without disturbance. */
export function runToySearch(
  problem: SearchProblem<Toy>,
  settings: SearchSettingsInput,
  seed: number | string,
): SearchState<Toy> {
  let state = createSearch(problem, toySettings(settings), new Random(seed));
  while (!state.done) state = advance(problem, state, answer(nextCandidates(state)));
  return state;
}
