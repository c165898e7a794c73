import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { elasticVit, elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

describe.each([elasticVit, elasticVitMini])('the dimensions of $id', (space) => {
  it('are named once each, with ascending values', () => {
    expect(new Set(space.dimensions.map(({ name }) => name)).size).toBe(space.dimensions.length);
    expect(new Set(space.dimensions.map(({ title }) => title)).size).toBe(space.dimensions.length);
    for (const { values } of space.dimensions) {
      expect(values.length).toBeGreaterThan(1);
      expect([...values].sort((a, b) => a - b)).toEqual([...values]);
    }
  });

  it('hold every architecture, which they tell apart', () => {
    const random = new Random('dimensions');
    const architectures = Array.from({ length: 200 }, () => space.sample(random));
    const coordinates = architectures.map((arch) => space.coordinates(arch));
    for (const values of coordinates) {
      expect(values).toHaveLength(space.dimensions.length);
      values.forEach((value, i) => expect(space.dimensions[i].values).toContain(value));
    }
    expect(new Set(coordinates.map(String)).size).toBe(new Set(architectures.map((arch) => space.key(arch))).size);
  });

  it('run from the smallest architecture to the largest', () => {
    expect(space.coordinates(space.smallest)).toEqual(space.dimensions.map(({ values }) => values[0]));
    expect(space.coordinates(space.largest)).toEqual(space.dimensions.map(({ values }) => values.at(-1)));
  });
});

describe('a coordinate', () => {
  it('is the gene that its name says', () => {
    const names = elasticVit.dimensions.map(({ name }) => name);
    const arch = elasticVit.sample(new Random('a coordinate'));
    const coordinates = elasticVit.coordinates(arch);
    expect(coordinates[names.indexOf('resolution')]).toBe(arch.resolution);
    expect(coordinates[names.indexOf('stem.kernel')]).toBe(arch.stem.kernel);
    expect(coordinates[names.indexOf('c2.expandRatio')]).toBe(arch.c2.expandRatio);
    expect(coordinates[names.indexOf('t3.mlpRatio')]).toBe(arch.t3.mlpRatio);
  });
});
