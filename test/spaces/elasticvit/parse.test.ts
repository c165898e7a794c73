import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { elasticVit, elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';

const good = elasticVit.networks.S1;

function messageFor(json: unknown): string {
  try {
    elasticVit.parse(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('invalid-architecture');
    return (error as InputError).message;
  }
  throw new Error('It was accepted.');
}

describe('reading an ElasticViT architecture', () => {
  it.each([
    ['a resolution outside the space', { ...good, resolution: 200 },
      'resolution is 200, accepted: 128, 160, 176, 192, 224 or 256'],
    ['a missing resolution', { ...good, resolution: undefined }, 'resolution is missing, accepted: 128'],
    ['a number as text', { ...good, c1: { ...good.c1, kernel: '3' } }, 'c1.kernel is "3", accepted: 3 or 5'],
    ['a width off the grid', { ...good, t2: { ...good.t2, width: 100 } }, 't2.width is 100, accepted: 80, 96, 112'],
    ['a depth of zero', { ...good, t4: { ...good.t4, depth: 0 } }, 't4.depth is 0, accepted: 1, 2, 3, 4, 5 or 6'],
    ['a missing part', { ...good, t3: undefined }, 't3 is missing, accepted: width, depth, mlpRatio, valueRatio'],
    ['a part that is no object', { ...good, c2: 5 }, 'c2 must be a JSON object'],
    ['an unknown field', { ...good, heads: 3 }, 'the architecture has unknown fields (heads)'],
    ['an unknown field of a part', { ...good, stem: { ...good.stem, expandRatio: 1 } },
      'stem has unknown fields (expandRatio), accepted: width, depth, kernel'],
  ])('refuses %s, naming the field and what is accepted', (_what, json, expected) => {
    expect(messageFor(json)).toContain(expected);
  });

  it.each([
    ['the stem wider than C1', { ...good, stem: { ...good.stem, width: 24 }, c1: { ...good.c1, width: 16 } },
      'c1.width is 16, accepted: at least stem.width, which is 24'],
    ['T3 narrower than T2', { ...good, t2: { ...good.t2, width: 160 }, t3: { ...good.t3, width: 144 } },
      't3.width is 144, accepted: at least t2.width, which is 160'],
  ])('refuses decreasing widths: %s', (_what, json, expected) => {
    expect(messageFor(json)).toContain(expected);
  });

  it.each([null, 3, 'S1', [], true])('refuses %s, which is no JSON object', (json) => {
    expect(messageFor(json)).toContain('the architecture must be a JSON object');
  });

  it('keeps the message to one short line however much is wrong', () => {
    const message = messageFor({});
    expect(message).not.toContain('\n');
    expect(message).toContain('and 4 more');
  });

  it('does not take a network of one space for one of the other', () => {
    expect(() => elasticVitMini.parse(good)).toThrow(/elasticvit-mini: resolution is 192/);
  });
});
