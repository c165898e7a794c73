import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { fitsDevice, isCandidate, predictLatencies } from './problem.ts';
import type { BudgetWindow, LatencyInterval, SearchProblem } from './problem.ts';
import type { SearchSettings } from './settings.ts';
import { sizeText, sizeViolation } from './sizeLimits.ts';

/** An architecture that a constraint has let through. */
export interface Draft<A> {
  readonly key: string;
  readonly arch: A;
  readonly latencies: readonly LatencyInterval[];
}

/** Tries for each wanted architecture before the makers count as exhausted, but never fewer than `fewestDraws` in all. */
const drawsPerPlace = 100;
const fewestDraws = 5000;
/** Tries for each wanted architecture while the latency range is filled evenly. */
const spreadDrawsPerPlace = 20;
const mostBins = 16;

/**
 * Makes architectures one at a time and keeps those that satisfy the constraint and are not `known`. Known keys grow
 * with every draft, so that no architecture is drafted twice.
 */
export class Drafter<A> {
  readonly #problem: SearchProblem<A>;
  readonly #settings: SearchSettings;
  readonly #window: BudgetWindow | undefined;
  readonly #known: Set<string>;
  readonly #random: Random;

  constructor(
    problem: SearchProblem<A>,
    settings: SearchSettings,
    window: BudgetWindow | undefined,
    known: Iterable<string>,
    random: Random,
  ) {
    this.#problem = problem;
    this.#settings = settings;
    this.#window = window;
    this.#known = new Set(known);
    this.#random = random;
  }

  /**
   * Architectures for an initial population: the problem's first candidates, then others spread over the latency range,
   * which are the space's smallest and largest and draws by rejection that fill equal shares of the range. Uniform sampling alone would hardly ever visit the two
   * ends (in the ElasticViT space 0.03 % of samples have at most 100 M MACs), and evolution rarely gets to where its
   * first population has nothing. May return fewer than `count` when the space or the constraint has no more.
   */
  initial(count: number): Draft<A>[] {
    const { smallest, largest } = this.#problem.space;
    const drafts = this.#first(count);
    drafts.push(...[smallest, largest].slice(0, count - drafts.length).flatMap((arch) => this.#draft(arch, () => true) ?? []));
    const bins = this.#window ? 1 : Math.min(mostBins, count);
    const quota = Math.ceil(count / bins);
    const filled = new Array<number>(bins).fill(0);
    const scale = this.#latencyScale();
    const bin = (latencies: readonly LatencyInterval[]) =>
      Math.max(0, Math.min(bins - 1, Math.floor(scale(latencies) * bins)));
    for (const { latencies } of drafts) filled[bin(latencies)]++;

    for (let tries = spreadDrawsPerPlace * count; tries > 0 && drafts.length < count; tries--) {
      const draft = this.#draft(this.#propose(), (latencies) => filled[bin(latencies)] < quota);
      if (!draft) continue;
      filled[bin(draft.latencies)]++;
      drafts.push(draft);
    }
    drafts.push(...this.fill(count - drafts.length, () => this.#propose()));
    return drafts;
  }

  /** Of every source of first candidates the best ones that the constraint lets through, up to half of the places left. */
  #first(count: number): Draft<A>[] {
    const drafts: Draft<A>[] = [];
    for (const source of this.#problem.firstCandidates ?? []) {
      let places = Math.floor((count - drafts.length) / 2);
      for (const arch of source) {
        if (places === 0) break;
        const draft = this.#draft(arch, () => true);
        if (!draft) continue;
        drafts.push(draft);
        places--;
      }
    }
    return drafts;
  }

  /** Up to `count` new architectures from `make`; fewer when the makers keep repeating or breaking the constraint. */
  fill(count: number, make: () => A): Draft<A>[] {
    const drafts: Draft<A>[] = [];
    for (let tries = Math.max(drawsPerPlace * count, fewestDraws); tries > 0 && drafts.length < count; tries--) {
      const draft = this.#draft(make(), () => true);
      if (draft) drafts.push(draft);
    }
    return drafts;
  }

  /**
   * A uniform sample, or one of the space's ends with a random share of its choices redrawn: together they reach every
   * size, whichever sizes the space's own distribution prefers.
   */
  #propose(): A {
    const { space } = this.#problem;
    const kind = this.#random.integer(3);
    if (kind === 0) return space.sample(this.#random);
    const share = this.#random.uniform();
    const anchor = kind === 1 ? space.smallest : space.largest;
    return space.mutate(anchor, this.#random, { depth: share, choice: share, uniform: 1 });
  }

  #draft(arch: A, wanted: (latencies: readonly LatencyInterval[]) => boolean): Draft<A> | undefined {
    const key = this.#problem.space.key(arch);
    if (this.#known.has(key) || sizeViolation(this.#problem, this.#settings, arch) > 0) return undefined;
    const latencies = predictLatencies(this.#problem, arch);
    if (!isCandidate(this.#problem.devices, this.#settings, latencies, this.#window) || !wanted(latencies)) {
      return undefined;
    }
    this.#known.add(key);
    return { key, arch, latencies };
  }

  /**
   * Where latencies lie between the smallest architecture (0) and the limit (1: the budget, or the largest
   * architecture) of the device that is most generous to them. Logarithmic, because accuracies grow roughly with the
   * logarithm of latency: equal steps along this scale are roughly equal steps along a front.
   */
  #latencyScale(): (latencies: readonly LatencyInterval[]) => number {
    const { space, devices } = this.#problem;
    const smallest = predictLatencies(this.#problem, space.smallest);
    const largest = predictLatencies(this.#problem, space.largest);
    const limits = devices.map(({ maxMs }, device) => maxMs ?? largest[device].latencyMs);
    const share = (latencies: readonly LatencyInterval[]) =>
      Math.min(...limits.map((limit, device) => latencies[device].latencyMs / limit));
    const low = Math.log(share(smallest));
    return (latencies) => (low < 0 ? 1 - Math.log(share(latencies)) / low : 0);
  }
}

/** @throws InputError `infeasible-budget` when nothing, not even the smallest architecture, suits one of the devices. */
export function rejectInfeasible<A>(
  problem: SearchProblem<A>,
  settings: SearchSettings,
  window: BudgetWindow | undefined,
  drafts: readonly Draft<A>[],
): void {
  const devices = window ? [window.device] : [...problem.devices.keys()];
  const unserved = devices.filter((device) =>
    !drafts.some(({ latencies }) => fitsDevice(problem.devices, settings, latencies, device)));
  if (unserved.length > 0) throwInfeasible(problem, settings, window, unserved);
}

/**
 * @param unserved indices of the devices that nothing suits.
 * @throws InputError `infeasible-budget`, always: says what was allowed and what the space spans.
 */
function throwInfeasible<A>(
  problem: SearchProblem<A>,
  settings: SearchSettings,
  window: BudgetWindow | undefined,
  unserved: readonly number[],
): never {
  const { space, devices } = problem;
  const ends = [space.smallest, space.largest].map((arch) => predictLatencies(problem, arch));
  const complaints = unserved.map((device) => {
    const { name, maxMs } = devices[device];
    const time = window ? `from ${window.fromMs} to ${window.toMs} ms on ` : maxMs === undefined ? 'for ' : `within ${maxMs} ms on `;
    const [low, high] = ends.map((latencies) => Number(latencies[device][settings.constrain].toPrecision(3)));
    return `${time}${name}, where its smallest and largest take ${low} and ${high} ms`;
  });
  throw new InputError('infeasible-budget', `No architecture of ${space.id}${sizeText(settings)} was found ${complaints.join('; nor ')}.`);
}
