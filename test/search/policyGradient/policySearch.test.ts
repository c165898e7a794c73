import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Measure } from '../../../core/search/measure.ts';
import {
  logProbabilityGradient, mostProbable, policyEntropy, probabilitiesOf, samplePolicy,
} from '../../../core/search/policyGradient/categoricalPolicy.ts';
import { adamStep, initialAdam } from '../../../core/search/policyGradient/policyOptimizer.ts';
import {
  beginPolicySearch, isFinished, learn, nextTopology, policyStatistics, restorePolicySearch, searchedTopology, type PolicySearchProblem,
  type PolicySearchState,
} from '../../../core/search/policyGradient/policySearch.ts';
import { rewardOf } from '../../../core/search/policyGradient/rewards.ts';
import { policySearchSettingsSchema } from '../../../core/search/policyGradient/settings.ts';

const settings = (given: object = {}) => policySearchSettingsSchema.parse(given);
const higher: Measure = { name: 'length', better: 'higher' };
const lower: Measure = { name: 'ntk', better: 'lower' };

/** As-ViT's Table 1: K1; K2 to K4; S1, S2; S3; E1 to E4; heads. */
const asvitChoices = [5, 3, 3, 3, 3, 3, 2, 5, 5, 5, 5, 3];

describe('a policy of independent categoricals', () => {
  it('has the entropy of the logarithm of the space while nothing is learned: 15.3 nats for As-ViT (section 3.3)', () => {
    const policy = asvitChoices.map((count) => new Array<number>(count).fill(0));
    expect(policyEntropy(policy)).toBeCloseTo(Math.log(4_556_250), 10);
    expect(policyEntropy(policy)).toBeCloseTo(15.332, 3);
  });

  it('has the gradient of its log-probability that finite differences give', () => {
    const policy = [[0.3, -1.2, 0.8], [2, 0.1]];
    const choices = [1, 0];
    const logProbability = (logits: readonly (readonly number[])[]) =>
      logits.reduce((sum, own, d) => sum + Math.log(probabilitiesOf(own)[choices[d]]), 0);
    const gradient = logProbabilityGradient(policy, choices);
    policy.forEach((own, d) => own.forEach((logit, i) => {
      const moved = (by: number) => logProbability(policy.with(d, own.with(i, logit + by)));
      expect(gradient[d][i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 8);
    }));
  });

  it('is sampled in proportion to its probabilities', () => {
    const random = new Random(3);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[samplePolicy([[Math.log(5), Math.log(3), Math.log(2)]], random)[0]]++;
    // Three standard errors of a share of a half.
    [0.5, 0.3, 0.2].forEach((share, i) => expect(Math.abs(counts[i] / 30_000 - share)).toBeLessThan(3 * 0.5 / Math.sqrt(30_000)));
  });

  it('finds the most probable choices that are accepted, as trying all of them does', () => {
    const random = new Random(5);
    const policy = [3, 4, 2, 3].map((count) => Array.from({ length: count }, () => random.normal()));
    const all = policy.reduce<number[][]>((found, own) => found.flatMap((one) => own.map((_, i) => [...one, i])), [[]]);
    const probability = (choices: readonly number[]) => choices.reduce((product, i, d) => product * probabilitiesOf(policy[d])[i], 1);
    for (let modulus = 1; modulus < 9; modulus++) {
      const accepts = (choices: readonly number[]) => choices.reduce((sum, i, d) => sum + i * (d + 1), 0) % modulus === modulus - 1;
      const best = all.filter(accepts).sort((a, b) => probability(b) - probability(a))[0];
      expect(mostProbable(policy, accepts)).toEqual(best);
    }
    expect(mostProbable(policy, () => false)).toBeUndefined();
  });
});

describe('the optimizer of the policy', () => {
  it('moves as the formulas of its paper say, with the decays 0.9 and 0.999', () => {
    let values: number[][] = [[0.1, 0.2]];
    let state = initialAdam(values);
    ({ values, state } = adamStep(values, [[1, -2]], state, 0.08));
    // The first step has the length of the learning rate, whatever the gradient's.
    expect(values[0][0]).toBeCloseTo(0.02, 7);
    expect(values[0][1]).toBeCloseTo(0.28, 7);
    ({ values } = adamStep(values, [[0.5, 1]], state, 0.08));
    // By hand: m = 0.14 / 0.19, v = 0.001249 / 0.001999 for the first; m = -0.08 / 0.19, v = 0.004996 / 0.001999 for the second.
    expect(values[0][0]).toBeCloseTo(0.02 - 0.08 * (0.14 / 0.19) / Math.sqrt(0.001249 / 0.001999), 7);
    expect(values[0][1]).toBeCloseTo(0.28 - 0.08 * (-0.08 / 0.19) / Math.sqrt(0.004996 / 0.001999), 7);
  });
});

describe('the reward of a topology (Algorithm 1)', () => {
  it('is the change of each measure over its range so far, with the sign of the direction', () => {
    // Length rises by 3 of a range of 4, the condition number by 2 of a range of 8.
    expect(rewardOf([[1, 10], [2, 4], [5, 12], [2, 10], [5, 12]], [higher, lower], 'all')).toBeCloseTo(3 / 4 - 2 / 8, 12);
  });

  it('is 0 for the first topology, and where a measure never changed', () => {
    expect(rewardOf([[1, 2]], [higher, lower], 'all')).toBe(0);
    expect(rewardOf([[1, 2], [1, 2]], [higher, lower], 'all')).toBe(0);
  });

  it('can look at the last 20 samples only, as the release does', () => {
    const history = [[100], ...Array.from({ length: 18 }, () => [0]), [1], [3]];
    expect(rewardOf(history, [higher], 'all')).toBeCloseTo(2 / 100, 12);
    expect(rewardOf(history, [higher], 'last-20')).toBeCloseTo(2 / (3 + 1e-6), 12);
  });
});

/** The first two dimensions raise the first measure, the third lowers the second; the fourth is without effect. */
const problem = (accepts: PolicySearchProblem['accepts'] = () => true): PolicySearchProblem => ({ choices: [4, 4, 3, 5], measures: [higher, lower], accepts });
const measuresOf = ([a, b, c]: readonly number[]) => [a + b, 5 - c];

function run(start: PolicySearchState, of: PolicySearchProblem, steps = Infinity) {
  let state = start;
  const told = [];
  for (let i = 0; i < steps && !isFinished(state); i++) {
    const learned = learn(of, state, measuresOf(nextTopology(of, state)));
    state = learned.state;
    told.push(learned.step);
  }
  return { state, told };
}

describe('a search by policy gradient', () => {
  it('finds the topology that is best by both measures, and loses entropy where a choice matters', () => {
    const { state, told } = run(beginPolicySearch(problem(), settings(), 1), problem());
    expect(searchedTopology(problem(), state)!.slice(0, 3)).toEqual([3, 3, 2]);
    expect(told).toHaveLength(500);
    expect(told.at(-1)!.entropy).toBeLessThan(told[0].entropy / 2);
    const statistics = policyStatistics(state, [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2], [0, 1, 2, 3, 4]]);
    expect(statistics[0].mean).toBeGreaterThan(2.9);
    expect(statistics[0].deviation).toBeLessThan(0.5);
  });

  it('goes on from a stored state exactly as if it had not stopped', () => {
    const whole = run(beginPolicySearch(problem(), settings({ steps: 60 }), 7), problem());
    const half = run(beginPolicySearch(problem(), settings({ steps: 60 }), 7), problem(), 25);
    const rest = run(restorePolicySearch(problem(), JSON.parse(JSON.stringify(half.state))), problem());
    expect([...half.told, ...rest.told]).toEqual(whole.told);
    expect(rest.state).toEqual(whole.state);
  });

  it('measures nothing and ends with nothing that the limits refuse', () => {
    const limited = problem((choices) => choices[0] + choices[1] <= 4);
    const { state, told } = run(beginPolicySearch(limited, settings(), 2), limited);
    expect(told.every(({ choices }) => choices[0] + choices[1] <= 4)).toBe(true);
    const [a, b, c] = searchedTopology(limited, state)!;
    expect([a + b, c]).toEqual([4, 2]);
    const impossible = problem(() => false);
    expect(() => nextTopology(impossible, beginPolicySearch(impossible, settings(), 1))).toThrow(/within the limits/);
  });

  it('forgets a topology whose measures fail and never likes it, but likes it where the release is followed', () => {
    const failing = ([a]: readonly number[]) => (a === 0 ? [1, null] : [1, 3]);
    const shareOfFailing = (invalid: 'skip' | 'released') => {
      let state = beginPolicySearch(problem(), settings({ invalid, range: 'last-20' }), 4);
      while (!isFinished(state)) ({ state } = learn(problem(), state, failing(nextTopology(problem(), state))));
      return probabilitiesOf(state.logits[0])[0];
    };
    expect(shareOfFailing('skip')).toBeLessThan(0.02);
    expect(shareOfFailing('released')).toBeGreaterThan(0.98);
  });

  it('refuses a state of another space', () => {
    const state = beginPolicySearch(problem(), settings(), 1);
    expect(() => restorePolicySearch({ ...problem(), choices: [4, 4] }, state)).toThrow(/another space/);
    expect(() => restorePolicySearch(problem(), { step: 3 })).toThrow(/cannot be read/);
  });
});
