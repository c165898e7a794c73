import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { findArchitecture, readArchitecture } from '../../../core/spaces/architectureInput.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';

const good = { kernels: [8, 4, 4, 4], splits: [2, 1, 1], mlpRatios: [3, 2, 4, 6], heads: 32 };

function messageFor(json: unknown): string {
  try {
    asVit.parse(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('invalid-architecture');
    return (error as InputError).message;
  }
  throw new Error('It was accepted.');
}

describe('reading an As-ViT architecture', () => {
  it('takes the searched size where no other is given', () => {
    expect(asVit.parse(good)).toEqual({ ...good, depths: [1, 1, 1, 1], width: 32 });
    expect(asVit.key(asVit.parse({ ...good, depths: [1, 1, 1, 1], width: 32, variant: 'released' }))).toBe(asVit.key(asVit.parse(good)));
  });

  it('tells the published variant from the released one', () => {
    const published = asVit.parse({ ...good, variant: 'published' });
    expect(published.variant).toBe('published');
    expect(asVit.key(published)).not.toBe(asVit.key(asVit.parse(good)));
  });

  it('takes any depths and any width that leaves each head a channel', () => {
    expect(asVit.parse({ ...good, depths: [5, 2, 5, 2], width: 180 })).toMatchObject({ depths: [5, 2, 5, 2], width: 180 });
    expect(asVit.parse({ ...good, heads: 64, width: 8 }).width).toBe(8);
    expect(messageFor({ ...good, heads: 64, width: 7 })).toContain('width is 7, accepted: at least 8');
  });

  it.each([
    ['a kernel outside the space', { ...good, kernels: [9, 4, 4, 4] }, 'kernels.0 is 9, accepted: 4, 5, 6, 7 or 8'],
    ['a split of the last stage', { ...good, splits: [2, 1, 1, 2] }, 'splits is [2,1,1,2], accepted: a list of 3 numbers, one for each stage but the last'],
    ['a split outside the space', { ...good, splits: [2, 1, 4] }, 'splits.2 is 4, accepted: 1 or 2'],
    ['a number as text', { ...good, mlpRatios: [3, 2, '4', 6] }, 'mlpRatios.2 is "4", accepted: 2, 3, 4, 5 or 6'],
    ['missing heads', { ...good, heads: undefined }, 'heads is missing, accepted: 16, 32 or 64'],
    ['a stage without layers', { ...good, depths: [1, 0, 1, 1] }, 'depths.1 is 0, accepted: whole numbers from 1 to 64'],
    ['half a channel', { ...good, width: 32.5 }, 'width is 32.5, accepted: whole numbers from 1 to 1024'],
    ['an unknown variant', { ...good, variant: 'paper' }, 'variant is "paper", accepted: "released" or "published"'],
    ['an unknown field', { ...good, stem: 8 }, 'the architecture has unknown fields (stem)'],
  ])('refuses %s, naming the field and what is accepted', (_what, json, expected) => {
    expect(messageFor(json)).toContain(expected);
  });

  it.each([null, 3, 'seed', [], true])('refuses %s, which is no JSON object', (json) => {
    expect(messageFor(json)).toContain('the architecture must be a JSON object');
  });
});

describe('the release\'s notation', () => {
  // The released search's result and its largest network (asvit.md 1).
  const notations = { seed: '8,2,3|4,1,2|4,1,4|4,1,6|32', large: '8,2,3,5|4,1,2,2|4,1,4,5|4,1,6,2|32,180' };

  it.each(Object.entries(notations))('is read as the network that it stands for: %s', async (name, text) => {
    expect(asVit.parse(text)).toEqual(asVit.networks[name]);
    expect(readArchitecture(asVit, text)).toEqual(asVit.networks[name]);
    expect(readArchitecture(asVit, JSON.stringify(text))).toEqual(asVit.networks[name]);
    expect(await findArchitecture(asVit, text)).toEqual(asVit.networks[name]);
  });

  it('gives a message of its own where it says what the space does not have', () => {
    expect(() => readArchitecture(asVit, '8,2,3|4,1,2|4,1,4|4,1,6|31')).toThrow(/heads is 31, accepted/);
    expect(() => readArchitecture(asVit, '8,2,3|4,1,2|4,1,4|4,2,6|32')).toThrow(/splits is \[2,1,1,2\], accepted/);
    expect(() => readArchitecture(asVit, '8,2,3|4,1,2|4,1,4|32')).toThrow(/is no architecture of asvit/);
  });
});
