import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../core/cli/suggest.ts';

describe('The nearest name', () => {
  const names = ['spaces', 'describe', 'sample', 'predict', 'export', 'engines', 'resume', 'report', 'run'];

  it.each([
    ['spaecs', 'spaces'], ['sampel', 'sample'], ['predct', 'predict'], ['EXPORT', 'export'], ['desc', 'describe'], ['rnu', 'run'],
    ['resum', 'resume'],
  ])('of %s is %s', (typed, meant) => expect(nearest(typed, names)).toBe(meant));

  it('is not made up for something else', () => {
    expect(nearest('quantise', names)).toBeUndefined();
    expect(nearest('x', names)).toBeUndefined();
  });

  it('is found by counting edits, a swap of neighbours being one', () => {
    // Textbook values.
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('ab', 'ba')).toBe(1);
  });
});
