import type { Random } from '../../base/random.ts';

/** Probabilities of the choices of one dimension. */
export type Probabilities = readonly number[];

/**
 * Independent categorical distributions, one for each dimension, by their logits: the policy of As-ViT's search
 * (section 3.3, "a joint categorical distribution over the choices"). There is no network behind it.
 */
export type PolicyLogits = readonly (readonly number[])[];

/** Logits of almost uniform distributions: normal numbers of deviation 1e-3, as in the release. @param counts choices of each dimension */
export function initialLogits(counts: readonly number[], random: Random): number[][] {
  return counts.map((count) => Array.from({ length: count }, () => 1e-3 * random.normal()));
}

export function probabilitiesOf(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** One choice for each dimension, as indices. */
export function samplePolicy(policy: PolicyLogits, random: Random): number[] {
  return policy.map((logits) => random.weighted(probabilitiesOf(logits)));
}

/** Entropy of the joint distribution in nats: ln of the number of architectures when all are equally likely. */
export function policyEntropy(policy: PolicyLogits): number {
  return policy.reduce((sum, logits) => sum - probabilitiesOf(logits).reduce((own, p) => own + (p > 0 ? p * Math.log(p) : 0), 0), 0);
}

/** Gradient of the log-probability of some choices at the logits: one-hot minus probabilities. */
export function logProbabilityGradient(policy: PolicyLogits, choices: readonly number[]): number[][] {
  return policy.map((logits, dimension) => probabilitiesOf(logits).map((p, i) => (i === choices[dimension] ? 1 : 0) - p));
}

/**
 * The most probable choices that are accepted: of each dimension the most probable, or, where that combination is
 * refused, the next in order of probability.
 * @returns undefined when none of the first `tries` combinations is accepted
 */
export function mostProbable(policy: PolicyLogits, accepts: (choices: readonly number[]) => boolean, tries = 10_000): number[] | undefined {
  const logProbabilities = policy.map((logits) => probabilitiesOf(logits).map(Math.log));
  const order = logProbabilities.map((own) => [...own.keys()].sort((a, b) => own[b] - own[a] || a - b));
  const scoreOf = (ranks: readonly number[]) => ranks.reduce((sum, rank, d) => sum + logProbabilities[d][order[d][rank]], 0);
  const start = policy.map(() => 0);
  const open: { ranks: number[]; score: number }[] = [{ ranks: start, score: scoreOf(start) }];
  const seen = new Set([start.join()]);
  for (let i = 0; i < tries && open.length > 0; i++) {
    const best = open.reduce((found, { score }, at) => (score > open[found].score ? at : found), 0);
    const [{ ranks }] = open.splice(best, 1);
    const choices = ranks.map((rank, d) => order[d][rank]);
    if (accepts(choices)) return choices;
    for (let d = 0; d < ranks.length; d++) {
      if (ranks[d] + 1 === order[d].length) continue;
      const next = ranks.with(d, ranks[d] + 1);
      if (seen.has(next.join())) continue;
      seen.add(next.join());
      open.push({ ranks: next, score: scoreOf(next) });
    }
  }
  return undefined;
}
