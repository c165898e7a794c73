import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import type { AutoFormerArchitecture } from '../../../core/spaces/autoformer/architecture.ts';
import { autoFormerBase, autoFormerMini, autoFormerSmall, autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';
import { MacsSampler } from '../../../core/spaces/macsSampler.ts';

const spaces = [autoFormerTiny, autoFormerSmall, autoFormerBase, autoFormerMini];
/** As released (tftas.md 7): s_prob 0.4, m_prob 0.2, every redraw uniform. */
const released = { depth: 0.4, choice: 0.2, uniform: 1 };

function expectMember({ choices, parse }: typeof autoFormerTiny, arch: AutoFormerArchitecture) {
  expect(parse(arch)).toEqual(arch);
  expect(Object.keys(arch).sort()).toEqual(['depth', 'embedDim', 'mlpRatios', 'numHeads']);
  expect(choices.embedDim).toContain(arch.embedDim);
  expect(choices.depth).toContain(arch.depth);
  arch.mlpRatios.forEach((ratio) => expect(choices.mlpRatio).toContain(ratio));
  arch.numHeads.forEach((heads) => expect(choices.numHeads).toContain(heads));
}

/** Within five standard deviations of a binomial's mean. */
function expectShare(hits: number, of: number, share: number) {
  expect(Math.abs(hits - of * share)).toBeLessThan(5 * Math.sqrt(of * share * (1 - share)));
}

describe.each(spaces)('architectures of $id', (space) => {
  it('stay in the space when drawn, changed and crossed, also from published networks outside it', () => {
    const random = new Random('variation');
    const known = Object.values(space.networks);
    for (let i = 0; i < 100; i++) {
      const [first, second] = [random.choice(known), space.sample(random)];
      for (const arch of [second, space.mutate(first, random, { depth: 0.3, choice: 0.3, uniform: 0.5 }), space.crossover(first, second, random)]) expectMember(space, arch);
    }
  });

  it('are told apart by their coordinates, which run from the smallest to the largest', () => {
    const random = new Random('dimensions');
    const architectures = Array.from({ length: 200 }, () => space.sample(random));
    const coordinates = architectures.map((arch) => space.coordinates(arch));
    for (const values of coordinates) values.forEach((value, i) => expect(space.dimensions[i].values).toContain(value));
    expect(new Set(coordinates.map(String)).size).toBe(new Set(architectures.map((arch) => space.key(arch))).size);
    expect(space.coordinates(space.smallest)).toEqual(space.dimensions.map(({ values }) => values[0]));
    expect(space.coordinates(space.largest)).toEqual(space.dimensions.map(({ values }) => values.at(-1)));
  });

  it('are counted by their MACs as often as there are', () => {
    expect(new MacsSampler(space).count(0, Infinity) / Number(space.size)).toBeCloseTo(1, 12);
  });
});

describe('sampling', () => {
  it('draws width, depth, ratios and heads uniformly, as TF-TAS does', () => {
    const random = new Random('uniform');
    const draws = Array.from({ length: 3000 }, () => autoFormerTiny.sample(random));
    for (const depth of [12, 13, 14]) expectShare(draws.filter((arch) => arch.depth === depth).length, draws.length, 1 / 3);
    for (const embedDim of [192, 216, 240]) expectShare(draws.filter((arch) => arch.embedDim === embedDim).length, draws.length, 1 / 3);
    const ratios = draws.flatMap(({ mlpRatios }) => mlpRatios);
    expectShare(ratios.filter((ratio) => ratio === 4).length, ratios.length, 1 / 2);
    const heads = draws.flatMap(({ numHeads }) => numHeads);
    expectShare(heads.filter((count) => count === 3).length, heads.length, 1 / 2);
  });

  it('meets windows of MACs', () => {
    const sampler = new MacsSampler(autoFormerTiny, { maxMacs: 1.3e9, windowMacs: 1e8 });
    const random = new Random('window');
    for (let i = 0; i < 50; i++) {
      const arch = sampler.draw(1.2e9, 1.3e9, random)!;
      expectMember(autoFormerTiny, arch);
      const macs = networkMacs(autoFormerTiny.lower(arch));
      expect(macs >= 1.2e9 && macs <= 1.3e9).toBe(true);
    }
  });
});

describe('mutation with the released rates', () => {
  const random = new Random('mutation');
  const parent = autoFormerSmall.networks['autoformer-s'];
  const children = Array.from({ length: 4000 }, () => autoFormerSmall.mutate(parent, random, released));

  it('redraws the width and the depth four times in ten, each among three', () => {
    expectShare(children.filter(({ embedDim }) => embedDim !== parent.embedDim).length, children.length, 0.4 * 2 / 3);
    expectShare(children.filter(({ depth }) => depth !== parent.depth).length, children.length, 0.4 * 2 / 3);
  });

  it('redraws each layer\'s ratio and heads twice in ten', () => {
    for (const layer of [0, 5, 11]) {
      expectShare(children.filter(({ mlpRatios }) => mlpRatios[layer] !== parent.mlpRatios[layer]).length, children.length, 0.2 * 2 / 3);
      expectShare(children.filter(({ numHeads }) => numHeads[layer] !== parent.numHeads[layer]).length, children.length, 0.2 * 2 / 3);
    }
  });

  it('draws new layers uniformly and cuts superfluous ones off', () => {
    const grown = children.filter(({ depth }) => depth === 14);
    for (const heads of [5, 6, 7]) expectShare(grown.filter(({ numHeads }) => numHeads[13] === heads).length, grown.length, 1 / 3);
    for (const { depth, numHeads, mlpRatios } of children) expect([numHeads.length, mlpRatios.length]).toEqual([depth, depth]);
  });
});

describe('crossover', () => {
  it('takes every gene from either parent', () => {
    const random = new Random('crossover');
    const [low, high] = [autoFormerMini.smallest, autoFormerMini.largest];
    const children = Array.from({ length: 2000 }, () => autoFormerMini.crossover(low, high, random));
    for (const layer of [0, 3]) {
      expectShare(children.filter(({ numHeads }) => numHeads[layer] === high.numHeads[layer]).length, children.length, 1 / 2);
      expectShare(children.filter(({ numHeads, mlpRatios }) => numHeads[layer] === high.numHeads[layer] && mlpRatios[layer] === low.mlpRatios[layer]).length, children.length, 1 / 4);
    }
    const deep = children.filter(({ depth }) => depth === high.depth);
    expectShare(deep.length, children.length, 1 / 2);
    // Only the larger parent has these layers.
    deep.forEach(({ numHeads, mlpRatios }) => expect([numHeads[5], mlpRatios[5]]).toEqual([high.numHeads[5], high.mlpRatios[5]]));
  });
});
