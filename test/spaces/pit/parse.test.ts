import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { pitSmall, pitTiny } from '../../../core/spaces/pit/space.ts';

const good = pitTiny.networks['pit-ti'];

function messageFor(json: unknown): string {
  try {
    pitTiny.parse(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('invalid-architecture');
    return (error as InputError).message;
  }
  throw new Error('It was accepted.');
}

describe('reading a PiT architecture', () => {
  it.each([
    ['a head width of another space', { ...good, baseDim: 48 }, 'baseDim is 48, accepted: 16, 24, 32 or 40'],
    ['a missing MLP ratio', { ...good, mlpRatio: undefined }, 'mlpRatio is missing, accepted: 2, 4, 6 or 8'],
    ['a depth that its stage does not have', { ...good, depths: [2, 5, 4] }, 'depths.1 is 5, accepted: 4, 6 or 8'],
    ['two stages', { ...good, depths: [2, 6] }, 'depths'],
    ['one depth for all', { ...good, depths: 2 }, 'depths is 2, accepted: a list of three numbers, one for each stage'],
    ['an unknown field', { ...good, embedDim: 192 }, 'the architecture has unknown fields (embedDim), accepted: baseDim, mlpRatio, depths, numHeads'],
    ['something else', 5, 'the architecture must be a JSON object'],
  ])('refuses %s, naming the field and what is accepted', (_what, json, expected) => {
    expect(messageFor(json)).toContain(expected);
  });

  it('refuses widths that do not divide the next, with those that could follow', () => {
    expect(messageFor({ ...good, numHeads: [4, 2, 8] })).toBe('Not an architecture of pit-ti: numHeads.1 is 2, which makes 64 channels of the 128 of '
      + 'the stage before, but the pooling can only multiply them; accepted after 4 heads: 4 or 8.');
    expect(messageFor({ ...good, numHeads: [2, 8, 4] })).toContain('accepted after 8 heads: 8.');
  });

  it('accepts stages of equal width', () => {
    const arch = { baseDim: 36, mlpRatio: 6, depths: [1, 4, 4], numHeads: [3, 12, 12] };
    expect(pitSmall.parse(arch)).toEqual(arch);
  });
});
