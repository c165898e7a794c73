import { expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { canonicalJson, exactJson, parseExactJson } from '../../../core/study/queue/exactJson.ts';

it('brings every double back to the last bit, also those that JSON has no word for', () => {
  const words = new BigUint64Array(2000);
  const random = new Random('doubles');
  const halves = new Uint32Array(words.buffer);
  for (let i = 0; i < halves.length; i++) halves[i] = random.uint32();
  const doubles = [...new Float64Array(words.buffer).map((value) => (Number.isNaN(value) ? NaN : value)), NaN, Infinity, -Infinity, -0, 0, 5e-324, 0.1 + 0.2];
  const back = parseExactJson(exactJson({ doubles })) as { doubles: number[] };
  expect(back.doubles.every((value, i) => Object.is(value, doubles[i]))).toBe(true);
});

it('writes equal data equally, however they were put together', () => {
  expect(canonicalJson({ b: 1, a: [{ d: NaN, c: undefined }] })).toBe(canonicalJson({ a: [{ d: NaN }], b: 1 }));
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});
