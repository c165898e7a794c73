import { z } from 'zod';

const probability = z.number().min(0).max(1);
const count = z.number().int().min(1);
const size = z.number().positive();

/**
 * The numbers of an evolution. The defaults are those of ElasticViT's released search (Tang et al., ICCV 2023):
 * 512 first architectures, then 40 generations of 128 mutations and 128 crossovers among 256 parents.
 */
export const searchSettingsSchema = z.strictObject({
  /**
   * `evolution` evaluates everything it breeds, `random` everything it draws (TF-TAS, section 3.4). The others are optimisers that
   * work on predicted values and spend true evaluations on a chosen few.
   */
  algorithm: z.enum(['evolution', 'nsga2', 'age-moea-ii', 'random']).default('evolution')
    .describe('what looks for architectures: evolution by true values, nsga2 or age-moea-ii (for many devices) inside a '
      + 'predictor of values, made for few evaluations (an initialPopulation of 100 is usual), or random, which draws uniformly'),
  evaluations: count.default(8000).describe('with random: architectures drawn, all different'),
  rounds: z.number().int().min(0).default(30)
    .describe('inside a predictor: how often it is learned anew after the initial population'),
  evaluationsPerRound: count.default(8).describe('inside a predictor: architectures evaluated per round'),
  predictorGenerations: count.default(60).describe('inside a predictor: generations bred by predicted values per round'),
  predictorPopulation: z.number().int().min(2).default(100)
    .describe('inside a predictor: architectures per generation'),
  generations: z.number().int().min(0).default(40)
    .describe('rounds of breeding after the initial population; 0 is a search by (spread) sampling alone'),
  initialPopulation: count.default(512).describe('architectures evaluated before the first generation'),
  parents: count.default(256).describe('best architectures that each generation is bred from'),
  mutations: z.number().int().min(0).default(128).describe('architectures per generation that come from one changed parent'),
  crossovers: z.number().int().min(0).default(128).describe('architectures per generation that come from two parents'),
  mutation: z.strictObject({
    depth: probability.default(0.4).describe('probability that the depths of a mutated architecture change'),
    choice: probability.default(0.2).describe('probability, for each other choice, that it changes'),
    uniform: probability.default(0.45)
      .describe('when a choice changes: probability of a uniform draw; otherwise it takes its minimum'),
  }).prefault({}).describe('how much a mutation changes'),
  /**
   * `pareto` serves all devices and the whole latency range with one population. `budget` is the published way: one
   * latency window after the other, each with its own generations, and the best architectures inside the window as
   * parents. `accuracy` is AutoFormer's way: those of highest accuracy, or score, are the parents, whatever their latency.
   */
  selection: z.enum(['pareto', 'budget', 'accuracy']).default('pareto')
    .describe('how parents are chosen: over all latencies and devices at once (pareto), one latency after the other (budget), '
      + 'or by accuracy or score alone (accuracy), for searches that limit parameters'),
  paramsMin: size.optional().describe('only architectures with so many parameters at least'),
  paramsMax: size.optional().describe('only architectures with so many parameters at most'),
  macsMin: size.optional().describe('only architectures with so many multiply-accumulates at least'),
  macsMax: size.optional().describe('only architectures with so many multiply-accumulates at most'),
  /** For `budget`: by device, the windows' lower ends in milliseconds. */
  budgetsMs: z.record(z.string(), z.array(z.number().positive()).min(1)).default({}),
  budgetWidthMs: z.number().positive().default(1.5)
    .describe('for the selection "budget": each latency window reaches from its lower end this many ms up'),
  constrain: z.enum(['latencyMs', 'highMs']).default('latencyMs')
    .describe('what must stay within a budget: the predicted latency, or, to be on the safe side, the upper end of its interval'),
});

export type SearchSettings = z.output<typeof searchSettingsSchema>;
/** Settings as a person writes them: everything left out takes its default. */
export type SearchSettingsInput = z.input<typeof searchSettingsSchema>;

const randomBatches = 32;
const leastRandomBatch = 64;

/** Architectures that a random search draws at once. */
export function randomBatch(evaluations: number): number {
  return Math.max(leastRandomBatch, Math.ceil(evaluations / randomBatches));
}

/** The most generations, or rounds, after the initial population. Drawing goes on until there are enough. */
export function plannedGenerations({ algorithm, generations, rounds }: SearchSettings): number {
  switch (algorithm) {
    case 'evolution': return generations;
    case 'random': return Infinity;
    default: return rounds;
  }
}

/** The most evaluations that these settings can ask for; a small space can run out earlier. */
export function plannedEvaluations(settings: SearchSettings): number {
  if (settings.algorithm === 'random') return settings.evaluations;
  if (settings.algorithm !== 'evolution') return settings.initialPopulation + settings.rounds * settings.evaluationsPerRound;
  const windows = settings.selection !== 'budget' ? 1
    : Object.values(settings.budgetsMs).reduce((sum, budgets) => sum + budgets.length, 0);
  return windows * (settings.initialPopulation + settings.generations * (settings.mutations + settings.crossovers));
}
