import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { advance, createSearch, nextCandidates } from '../../core/search/evolution.ts';
import { hypervolume, igdPlus } from '../../core/search/indicators.ts';
import { valid } from '../../core/search/objective.ts';
import { paretoFront } from '../../core/search/pareto.ts';
import { evaluatedPoints } from '../../core/search/result.ts';
import { plannedEvaluations, searchSettingsSchema } from '../../core/search/settings.ts';
import type { SearchSettingsInput } from '../../core/search/settings.ts';
import {
  allToyPoints, answer, runToySearch, toyAccuracy, toyLatencyMs, toyProblem, toySettings, toySpace,
} from './toySpace.ts';
import type { Toy } from './toySpace.ts';

const phones = ['left', 'right'] as const;
const reference = { latencyMs: toyLatencyMs(toySpace.largest, 'left'), value: 0.1 };
/** 60 + 16 x 28 = 508 evaluations, 0.13 % of the space. */
const small = { generations: 16, initialPopulation: 60, parents: 40, mutations: 14, crossovers: 14 };
const seeds = [1, 2, 3, 4, 5];
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

describe('an evolution on a space whose true fronts are known', () => {
  const truth = phones.map((phone) => paretoFront(allToyPoints(phone)));
  const runs = seeds.map((seed) => runToySearch(toyProblem(), small, seed));
  const share = (points: Parameters<typeof hypervolume>[0], device: number) =>
    hypervolume(points, reference) / hypervolume(truth[device], reference);

  it.each([0, 1])('reaches 95 percent of the true hypervolume of device %i', (device) => {
    expect(median(runs.map((run) => share(evaluatedPoints(run, device), device)))).toBeGreaterThanOrEqual(0.95);
  });

  it.each([0, 1])('is better than as many uniform samples on device %i, for every seed', (device) => {
    for (const [i, run] of runs.entries()) {
      const random = new Random(`random search ${seeds[i]}`);
      const samples = Array.from(run.archive, () => toySpace.sample(random)).map((arch) =>
        ({ latencyMs: toyLatencyMs(arch, phones[device]), value: toyAccuracy(arch) }));
      expect(share(evaluatedPoints(run, device), device)).toBeGreaterThan(share(samples, device));
    }
  });

  it.each([0, 1])('is better than its own initial sampling with as many evaluations on device %i', (device) => {
    const sampling = { ...small, generations: 0, initialPopulation: plannedEvaluations(toySettings(small)) };
    const sampled = seeds.map((seed) => runToySearch(toyProblem(), sampling, seed));
    expect(median(runs.map((run) => share(evaluatedPoints(run, device), device))))
      .toBeGreaterThan(median(sampled.map((run) => share(evaluatedPoints(run, device), device))));
  });

  it.each([0, 1])('comes close to the true front of device %i everywhere (IGD+)', (device) => {
    const scale = { latencyMs: 144, value: 0.8 };
    expect(median(runs.map((run) => igdPlus(paretoFront(evaluatedPoints(run, device)), truth[device], scale))))
      .toBeLessThan(0.03);
  });

  it('serves two phones with one population about as well as one', () => {
    const alone = seeds.map((seed) => runToySearch(toyProblem([{ name: 'left' }]), small, seed));
    const shared = median(runs.map((run) => share(evaluatedPoints(run, 0), 0)));
    expect(shared).toBeGreaterThan(median(alone.map((run) => share(evaluatedPoints(run, 0), 0))) - 0.03);
  });
});

describe('what a search asks for', () => {
  it('is the published amount by default', () => {
    const settings = searchSettingsSchema.parse({});
    expect(settings).toMatchObject({
      generations: 40, initialPopulation: 512, parents: 256, mutations: 128, crossovers: 128, selection: 'pareto',
      mutation: { depth: 0.4, choice: 0.2, uniform: 0.45 },
    });
    expect(plannedEvaluations(settings)).toBe(512 + 40 * 256);
  });

  it('is every architecture once, the initial population and then each generation in full', () => {
    const problem = toyProblem();
    const asked: string[] = [];
    let state = createSearch(problem, toySettings(), new Random(7));
    const batches: number[] = [];
    while (!state.done) {
      const candidates = nextCandidates(state);
      asked.push(...candidates.map(({ key }) => key));
      batches.push(candidates.length);
      state = advance(problem, state, answer(candidates));
    }
    expect(batches).toEqual([60, ...Array.from({ length: 8 }, () => 30)]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(state.archive.map(({ key }) => key)).toEqual(asked);
    expect(nextCandidates(state)).toEqual([]);
  });

  it('begins with the smallest and the largest architecture and covers the range between them evenly', () => {
    const state = createSearch(toyProblem([{ name: 'left' }]), toySettings({ initialPopulation: 160 }), new Random(3));
    expect(state.pending.slice(0, 2).map(({ arch }) => arch)).toEqual([toySpace.smallest, toySpace.largest]);
    const low = Math.log(5);
    const high = Math.log(149);
    const quarters = [0, 0, 0, 0];
    for (const { latencies } of state.pending) {
      quarters[Math.min(3, Math.floor(4 * (Math.log(latencies[0].latencyMs) - low) / (high - low)))]++;
    }
    // Counting all 390,625 architectures gives 28, 1951, 99066 and 289580 in the quarters.
    expect(quarters[0]).toBeGreaterThanOrEqual(14);
    expect(Math.min(...quarters.slice(1))).toBeGreaterThanOrEqual(38);
  });

  it('passes the mutation rates on to the space', () => {
    const seen = new Set<string>();
    const mutate = (...args: Parameters<typeof toySpace.mutate>) => {
      seen.add(JSON.stringify(args[2]));
      return toySpace.mutate(...args);
    };
    const problem = { ...toyProblem(), space: { ...toySpace, mutate } };
    const rates = { depth: 0.7, choice: 0.3, uniform: 0.6 };
    const first = createSearch(problem, toySettings({ mutation: rates }), new Random(1));
    seen.clear();
    advance(problem, first, answer(nextCandidates(first)));
    expect([...seen]).toEqual([JSON.stringify(rates)]);
  });

  it('is only crossovers, or only mutations, when the other is switched off', () => {
    const forbidden = () => { throw new Error('switched off'); };
    const noMutations = { ...toyProblem(), space: { ...toySpace } };
    let state = createSearch(noMutations, toySettings({ mutations: 0, crossovers: 10 }), new Random(1));
    noMutations.space.mutate = forbidden;
    state = advance(noMutations, state, answer(nextCandidates(state)));
    expect(nextCandidates(state)).toHaveLength(10);
    const noCrossovers = { ...toyProblem(), space: { ...toySpace, crossover: forbidden } };
    expect(runToySearch(noCrossovers, { mutations: 10, crossovers: 0 }, 1).archive).toHaveLength(60 + 8 * 10);
  });

  it('descends from the chosen parents only', () => {
    const problem = toyProblem([{ name: 'left' }]);
    let state = createSearch(problem, toySettings({ parents: 1, mutations: 0, crossovers: 5 }), new Random(1));
    // A single parent crossed with itself gives nothing new: the search is exhausted and says so by ending.
    state = advance(problem, state, answer(nextCandidates(state)));
    expect(state.done).toBe(true);
    expect(state.archive).toHaveLength(60);
  });

  it('ends early, with everything evaluated, when the space has no more', () => {
    const tiny = toySpace;
    const frozen = (arch: Toy): Toy => arch.map((value, i) => (i < 6 ? 0 : value));
    const space = {
      ...tiny,
      largest: frozen(tiny.largest),
      sample: (random: Random) => frozen(tiny.sample(random)),
      mutate: (...args: Parameters<typeof tiny.mutate>) => frozen(tiny.mutate(...args)),
    };
    const state = runToySearch({ ...toyProblem(), space }, { initialPopulation: 20, generations: 100 }, 1);
    expect(state.archive).toHaveLength(25);
    expect(state.done).toBe(true);
  });
});

describe('budgets', () => {
  it('keep what exceeds every device from being evaluated, and admit what suits one', () => {
    const problem = toyProblem([{ name: 'left', maxMs: 60 }, { name: 'right', maxMs: 40 }]);
    const state = runToySearch(problem, {}, 1);
    for (const { arch } of state.archive) {
      expect(toyLatencyMs(arch, 'left') <= 60 || toyLatencyMs(arch, 'right') <= 40).toBe(true);
    }
    expect(state.archive.some(({ arch }) => toyLatencyMs(arch, 'left') > 60)).toBe(true);
    expect(state.archive.some(({ arch }) => toyLatencyMs(arch, 'right') > 40)).toBe(true);
  });

  it('can be held against the upper end of the prediction', () => {
    const problem = toyProblem([{ name: 'left', maxMs: 60 }]);
    const state = runToySearch(problem, { constrain: 'highMs' }, 1);
    expect(Math.max(...state.archive.map(({ arch }) => 1.1 * toyLatencyMs(arch, 'left')))).toBeLessThanOrEqual(60);
  });

  it('that nothing can meet are named, with what the space offers', () => {
    const start = (devices: Parameters<typeof toyProblem>[0]) => () =>
      createSearch(toyProblem(devices), toySettings(), new Random(1));
    expect(start([{ name: 'left', maxMs: 4 }])).toThrow(InputError);
    expect(start([{ name: 'left', maxMs: 4 }])).toThrow(
      'No architecture of toy was found within 4 ms on left, where its smallest and largest take 5 and 149 ms.');
    // One phone that can be served does not hide the other.
    expect(start([{ name: 'left', maxMs: 50 }, { name: 'right', maxMs: 3 }])).toThrow(/within 3 ms on right/);
  });
});

describe('selection "budget", the published rule', () => {
  const windows = { selection: 'budget', budgetsMs: { left: [30, 60], right: [45] }, budgetWidthMs: 2 } satisfies SearchSettingsInput;

  it('searches one window after the other and evaluates nothing outside them', () => {
    const problem = toyProblem();
    let state = createSearch(problem, toySettings(windows), new Random(1));
    const order: number[] = [];
    while (!state.done) {
      order.push(state.window);
      for (const { arch } of nextCandidates(state)) {
        const ms = toyLatencyMs(arch, state.window < 2 ? 'left' : 'right');
        const from = [30, 60, 45][state.window];
        expect(ms).toBeGreaterThanOrEqual(from);
        expect(ms).toBeLessThanOrEqual(from + 2);
      }
      state = advance(problem, state, answer(nextCandidates(state)));
    }
    expect(order).toEqual([...order].sort());
    expect(new Set(order)).toEqual(new Set([0, 1, 2]));
    expect(new Set(state.archive.map(({ key }) => key)).size).toBe(state.archive.length);
    expect(state.archive.length).toBeLessThanOrEqual(plannedEvaluations(toySettings(windows)));
  });

  it('finds nearly the best accuracy of a window', () => {
    const best = (from: number) => Math.max(...allToyPoints('left')
      .filter(({ latencyMs }) => latencyMs >= from && latencyMs <= from + 2).map(({ value }) => value));
    for (const from of [30, 60]) {
      const settings = { ...windows, budgetsMs: { left: [from] } };
      const found = seeds.map((seed) => Math.max(...valid(runToySearch(toyProblem(), settings, seed).archive)
        .map(({ value }) => value)));
      expect(median(found)).toBeGreaterThan(0.97 * best(from));
    }
  });

  it('refuses windows that are empty, unknown, above the budget or missing, before anything is evaluated', () => {
    const start = (settings: object, devices?: Parameters<typeof toyProblem>[0]) => () =>
      createSearch(toyProblem(devices), toySettings({ ...windows, ...settings }), new Random(1));
    expect(start({ budgetsMs: { left: [30, 500] } })).toThrow(/found from 500 to 502 ms on left.* take 5 and 149 ms/);
    expect(start({ budgetsMs: { middle: [30] } })).toThrow(/"middle".*devices: left, right/);
    expect(start({}, [{ name: 'left', maxMs: 40 }, { name: 'right' }])).toThrow(/60 ms on left, above its maxMs of 40/);
    expect(start({ budgetsMs: {} })).toThrow(/needs budgetsMs/);
    expect(start({ selection: 'pareto' })).toThrow(/budgetsMs belongs to selection "budget"/);
  });
});

describe('wrong input', () => {
  const problem = toyProblem();
  const state = createSearch(problem, toySettings(), new Random(1));

  it('is refused: accuracies that are none, and architectures that were not asked for', () => {
    const [{ key }] = nextCandidates(state);
    expect(() => advance(problem, state, [{ key, value: Number.NaN }])).toThrow(/must be from 0 to 1/);
    expect(() => advance(problem, state, [{ key, value: 72 }])).toThrow(/must be from 0 to 1/);
    expect(() => advance(problem, state, [{ key: '44444443', value: 0.5 }])).toThrow(/did not ask/);
  });

  it('is refused: devices that are missing, repeated or useless, and predictions that are no latencies', () => {
    const start = (changes: Partial<typeof problem>) => () =>
      createSearch({ ...problem, ...changes }, toySettings(), new Random(1));
    expect(start({ devices: [] })).toThrow(/at least one device/);
    expect(start({ devices: [{ name: 'left' }, { name: 'left' }] })).toThrow(/listed twice/);
    expect(start({ devices: [{ name: 'left', maxMs: 0 }] })).toThrow(/must be above 0/);
    expect(start({ predict: () => [] })).toThrow(/device model "left" predicts undefined ms/);
    expect(start({ predict: () => phones.map(() => ({ latencyMs: 5, lowMs: 6, highMs: 7 })) })).toThrow(InputError);
  });

  it('is refused: settings that breed nothing, and misspelt ones', () => {
    expect(() => createSearch(problem, toySettings({ mutations: 0, crossovers: 0 }), new Random(1))).toThrow(/both 0/);
    expect(() => searchSettingsSchema.parse({ population: 3 })).toThrow(/population/);
  });
});
