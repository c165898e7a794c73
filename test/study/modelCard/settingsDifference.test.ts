import { expect, it } from 'vitest';
import { settingsDifference } from '../../../core/study/modelCard/settingsDifference.ts';

it('names what differs by its place, takes lists whole, and tells what is gone', () => {
  const base = { a: 1, part: { b: 2, c: [1, 2], gone: true }, same: { x: 1 } };
  expect(settingsDifference(base, { a: 1, part: { b: 3, c: [2, 1] }, same: { x: 1 }, extra: { y: { z: 'new' } } }))
    .toEqual({ 'part.b': 3, 'part.c': [2, 1], 'part.gone': null, 'extra.y.z': 'new' });
  expect(settingsDifference(base, base)).toEqual({});
});
