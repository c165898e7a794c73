import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { ageMoea2Survival } from '../../../core/search/multiobjective/ageMoea2.ts';
import { evolve } from '../../../core/search/multiobjective/evolve.ts';
import type { EvolveOptions, Variation } from '../../../core/search/multiobjective/evolve.ts';
import { nonDominated } from '../../../core/search/multiobjective/nonDominated.ts';
import { nsga2Survival } from '../../../core/search/multiobjective/nsga2.ts';
import { realVariation } from '../../../core/search/multiobjective/realVariation.ts';
import { zdt1 } from './problems.ts';

/** Words of bits: ones in the first half cost the first objective, zeros in the second half the second. */
const length = 6;
const bits: Variation<string> = {
  sample: (random) => Array.from({ length }, () => (random.chance(0.5) ? '1' : '0')).join(''),
  mutate: (genome, random) => [...genome].map((bit) => (random.chance(1 / length) ? `${1 - Number(bit)}` : bit)).join(''),
  crossover: (a, b, random) => {
    const cut = random.integer(length);
    return a.slice(0, cut) + b.slice(cut);
  },
};
const cost = (genome: string) => {
  const value = parseInt(genome, 2);
  return { objectives: [value, (63 - value) ** 2], violation: value % 2 };
};

function run(changes: Partial<EvolveOptions<string>> = {}) {
  const evaluated: string[] = [];
  const population = evolve({
    variation: bits,
    evaluate: (genomes) => {
      evaluated.push(...genomes);
      return genomes.map(cost);
    },
    survival: nsga2Survival(),
    populationSize: 10,
    generations: 30,
    random: new Random(7),
    keyOf: (genome) => genome,
    ...changes,
  });
  return { population, evaluated };
}

describe('evolve', () => {
  it('never evaluates a key twice, and has each once in a population', () => {
    const { population, evaluated } = run();
    expect(new Set(evaluated).size).toBe(evaluated.length);
    expect(new Set(population.map(({ genome }) => genome)).size).toBe(10);
    for (const { genome, objectives, violation } of population) {
      expect({ objectives, violation }).toEqual(cost(genome));
    }
  });

  it('goes on with smaller generations when a space is exhausted, and has found its whole front', () => {
    const { population, evaluated } = run({ populationSize: 64, generations: 40 });
    expect(new Set(evaluated).size).toBe(64);
    // All even values are feasible, and no two of them dominate each other.
    expect(nonDominated(population).map(({ genome }) => parseInt(genome, 2)).sort((a, b) => a - b))
      .toEqual(Array.from({ length: 32 }, (_, i) => 2 * i));
  });

  it('begins with the genomes given, each once, and fills up by sampling', () => {
    const { evaluated } = run({ initial: ['000000', '111110', '000000'], generations: 0 });
    expect(evaluated.slice(0, 2)).toEqual(['000000', '111110']);
    expect(evaluated).toHaveLength(10);
  });

  it('chooses among more initial genomes than fit', () => {
    const initial = Array.from({ length: 32 }, (_, i) => (2 * i + 1).toString(2).padStart(length, '0'));
    const { population } = run({ initial: [...initial, '000010'], generations: 0 });
    expect(population).toHaveLength(10);
    expect(population[0].genome).toBe('000010');
  });

  it('tells each generation, with the evaluations so far', () => {
    const told: [number, number][] = [];
    const { evaluated } = run({
      generations: 3,
      onGeneration: ({ generation, evaluations }) => told.push([generation, evaluations]),
    });
    expect(told.map(([generation]) => generation)).toEqual([0, 1, 2, 3]);
    expect(told[0][1]).toBe(10);
    expect(told[3][1]).toBe(evaluated.length);
  });

  it('never loses the best value of an objective from one generation to the next', () => {
    const best: number[] = [];
    evolve({
      variation: realVariation(zdt1.lower, zdt1.upper),
      evaluate: (genomes) => genomes.map(zdt1.evaluate),
      survival: nsga2Survival(), populationSize: 20, generations: 30, random: new Random(1),
      onGeneration: ({ population }) => best.push(Math.min(...population.map(({ objectives }) => objectives[1]))),
    });
    expect(best).toEqual([...best].sort((a, b) => b - a));
    expect(best[30]).toBeLessThan(best[0]);
  });

  it.each([nsga2Survival, ageMoea2Survival])('gives the same for the same seed only (%o)', (survival) => {
    const objectives = (seed: number) => evolve({
      variation: realVariation(zdt1.lower, zdt1.upper),
      evaluate: (genomes) => genomes.map(zdt1.evaluate),
      survival: survival(), populationSize: 20, generations: 10, random: new Random(seed),
    }).map((one) => one.objectives);
    expect(objectives(3)).toEqual(objectives(3));
    expect(objectives(3)).not.toEqual(objectives(4));
  });

  it('refuses sizes that are no sizes, and evaluations that answer too little', () => {
    expect(() => run({ populationSize: 0 })).toThrow('populationSize is 0; it must be an integer of at least 1');
    expect(() => run({ generations: 1.5 })).toThrow('generations is 1.5');
    expect(() => run({ evaluate: () => [] })).toThrow('answered 0 candidates for 10 genomes');
    expect(() => run({ evaluate: (genomes) => genomes.map(() => ({ objectives: [NaN], violation: 0 })) }))
      .toThrow('not all finite');
  });
});
