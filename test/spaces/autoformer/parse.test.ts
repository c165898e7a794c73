import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { autoFormerMini, autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';

const layers = <T>(value: T) => Array<T>(12).fill(value);
const good = { embedDim: 192, depth: 12, mlpRatios: layers(4), numHeads: layers(3) };

function messageFor(json: unknown): string {
  try {
    autoFormerTiny.parse(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('invalid-architecture');
    return (error as InputError).message;
  }
  throw new Error('It was accepted.');
}

describe('reading an AutoFormer architecture', () => {
  it.each([
    ['a missing width', { ...good, embedDim: undefined }, "embedDim is missing, accepted: whole numbers from 8 to 2048 (the space's own: 192, 216, 240)"],
    ['a broken width', { ...good, embedDim: 192.5 }, 'embedDim is 192.5, accepted: whole numbers'],
    ['no layers', { ...good, depth: 0, mlpRatios: [], numHeads: [] }, 'depth is 0, accepted: whole numbers from 1 to 64'],
    ['a ratio too few', { ...good, mlpRatios: [4] }, 'mlpRatios has 1 value, accepted: one for each of the 12 layers'],
    ['heads as one number', { ...good, numHeads: 3 }, 'numHeads is 3, accepted: a list with one value for each layer'],
    ['a negative ratio', { ...good, mlpRatios: [-1, ...layers(4).slice(1)] }, "mlpRatios.0 is -1, accepted: numbers from 0.25 to 16 (the space's own: 3.5, 4)"],
    ['half a head', { ...good, numHeads: [2.5, ...layers(3).slice(1)] }, 'numHeads.0 is 2.5, accepted: whole numbers from 1 to 64'],
    ['a head width in words', { ...good, headDim: 'wide' }, 'headDim is "wide", accepted: whole numbers from 1 to 256, or "shared"'],
    ['heads that cannot share the width', { ...good, headDim: 'shared', numHeads: [5, ...layers(3).slice(1)] }, '5 heads cannot share a width of 192'],
    ['a wish for relative positions', { ...good, relativePosition: 'yes' }, 'relativePosition is "yes", accepted: true or false'],
    ['another way to pool', { ...good, pool: 'max' }, 'pool is "max", accepted: "mean" or "classToken"'],
    ['an unknown field', { ...good, resolution: 224 }, 'the architecture has unknown fields (resolution), accepted: embedDim, depth'],
    ['no JSON object', [], 'the architecture must be a JSON object'],
  ])('refuses %s, naming the field and what is accepted', (_what, json, expected) => {
    expect(messageFor(json)).toContain(expected);
  });

  it('accepts relatives outside the space: ratios of AutoFormer-T, heads that share the width', () => {
    const relative = { ...good, mlpRatios: layers(3), numHeads: layers(4).with(0, 3), headDim: 'shared', relativePosition: false, pool: 'classToken' };
    const arch = autoFormerTiny.parse(relative);
    expect(arch).toEqual(relative);
    expect(autoFormerTiny.lower(arch).blocks.flatMap((block) => block.type === 'encoderAttention' ? [block.headDim] : []))
      .toEqual([64, ...layers(48).slice(1)]);
  });

  it('writes an architecture in one way only, whatever is said that goes without saying', () => {
    const spelled = { ...good, headDim: 64, relativePosition: true, pool: 'mean' };
    expect(autoFormerTiny.parse(spelled)).toEqual(good);
    expect(autoFormerTiny.parse({ ...good, headDim: 'shared' })).toEqual(good);
    expect(autoFormerTiny.parse({ ...good, numHeads: layers(4), headDim: 'shared' })).toEqual({ ...good, numHeads: layers(4), headDim: 48 });
    expect(autoFormerMini.parse({ ...good, headDim: 16 })).toEqual(good);
  });

  it('gives different architectures different keys, and equal ones equal keys', () => {
    const different = [
      good, { ...good, embedDim: 216 }, { ...good, depth: 13, mlpRatios: layers(4).concat(4), numHeads: layers(3).concat(3) },
      { ...good, mlpRatios: layers(3.5) }, { ...good, mlpRatios: layers(4).with(0, 3.5) }, { ...good, mlpRatios: layers(4).with(11, 3.5) }, { ...good, numHeads: layers(4) },
      { ...good, headDim: 32 }, { ...good, headDim: 'shared', numHeads: layers(4).with(3, 3) }, { ...good, numHeads: layers(4).with(3, 3) },
      { ...good, relativePosition: false }, { ...good, pool: 'classToken' }, { ...good, relativePosition: false, pool: 'classToken' },
    ];
    const keys = different.map((json) => autoFormerTiny.key(autoFormerTiny.parse(json)));
    expect(new Set(keys).size).toBe(different.length);
    expect(keys.every((key) => /^[\w.-]+$/.test(key))).toBe(true);
    const again = different.map((json) => autoFormerTiny.key(autoFormerTiny.parse(JSON.parse(JSON.stringify(autoFormerTiny.parse(json))))));
    expect(again).toEqual(keys);
  });

  it('lowers at other resolutions, in whole patches', () => {
    const arch = autoFormerTiny.parse(good);
    expect(networkMacs(autoFormerTiny.lower(arch, { resolution: 384 }))).toBeGreaterThan(networkMacs(autoFormerTiny.lower(arch)));
    expect(() => autoFormerTiny.lower(arch, { resolution: 200 })).toThrow(/200; autoformer-tiny accepts multiples of 16 pixels/);
    expect(() => autoFormerTiny.lower(arch, { classes: 0 })).toThrow(InputError);
  });
});
