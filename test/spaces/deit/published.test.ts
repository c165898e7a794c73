import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { deit, deitMini } from '../../../core/spaces/deit/space.ts';

describe('DeiT', () => {
  // timm's deit_tiny_patch16_224, deit_small_patch16_224 and deit_base_patch16_224.
  it.each([['deit-ti', 5_717_416], ['deit-s', 22_050_664], ['deit-b', 86_567_656]])('has the published parameters: %s', (name, params) => {
    expect(networkParams(deit.lower(deit.networks[name]))).toBe(params);
  });

  it('has 64 channels for each head, 16 for small images', () => {
    const width = (space: typeof deit, numHeads: number) => space.lower({ ...space.smallest, numHeads }).blocks[0].output.channels;
    expect([width(deit, 5), width(deitMini, 5)]).toEqual([320, 80]);
  });
});
