import { z } from 'zod';

const probability = z.number().min(0).max(1);
const count = z.number().int().min(1);

/**
 * The numbers of an evolution. The defaults are those of ElasticViT's released search (Tang et al., ICCV 2023):
 * 512 first architectures, then 40 generations of 128 mutations and 128 crossovers among 256 parents.
 */
export const searchSettingsSchema = z.strictObject({
  /** Rounds of breeding after the initial population. 0 is a search by (spread) sampling alone. */
  generations: z.number().int().min(0).default(40),
  initialPopulation: count.default(512),
  parents: count.default(256),
  mutations: z.number().int().min(0).default(128),
  crossovers: z.number().int().min(0).default(128),
  mutation: z.strictObject({
    /** Probability that the depths of a mutated architecture change. */
    depth: probability.default(0.4),
    /** Probability, for each other choice, that it changes. */
    choice: probability.default(0.2),
    /** When a choice changes: probability of a uniform draw; otherwise it takes its minimum. */
    uniform: probability.default(0.45),
  }).prefault({}),
  /**
   * How parents are chosen. `pareto` (the default) serves all devices and the whole latency range with one population.
   * `budget` is the published way: one latency window after the other, each with its own generations, and the most
   * accurate architectures inside the window as parents.
   */
  selection: z.enum(['pareto', 'budget']).default('pareto'),
  /** For `budget`: by device, the windows' lower ends in milliseconds. */
  budgetsMs: z.record(z.string(), z.array(z.number().positive()).min(1)).default({}),
  /** For `budget`: each window reaches from its lower end this many milliseconds up. */
  budgetWidthMs: z.number().positive().default(1.5),
  /** What must stay within a budget: the predicted latency, or the upper end of its interval, to be on the safe side. */
  constrain: z.enum(['latencyMs', 'highMs']).default('latencyMs'),
});

export type SearchSettings = z.output<typeof searchSettingsSchema>;
/** Settings as a person writes them: everything left out takes its default. */
export type SearchSettingsInput = z.input<typeof searchSettingsSchema>;

/** The most accuracy evaluations that these settings can ask for; a small space can run out earlier. */
export function plannedEvaluations(settings: SearchSettings): number {
  const windows = settings.selection === 'pareto' ? 1
    : Object.values(settings.budgetsMs).reduce((sum, budgets) => sum + budgets.length, 0);
  return windows * (settings.initialPopulation + settings.generations * (settings.mutations + settings.crossovers));
}
