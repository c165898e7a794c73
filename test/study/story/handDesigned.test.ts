import { describe, expect, it } from 'vitest';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';
import { matchLatency } from '../../../core/study/story/handDesigned.ts';

const device = loadDevice('pixel4');

describe('a DeiT-like network of a given latency', () => {
  it('is the widest of its family that is not slower', () => {
    const { space, arch, latencyMs } = matchLatency('deit', { device, targetMs: 2, imageSize: 32, classes: 10 });
    const predicted = (width: number) => predictLatency(device, vitNetwork({ width, depth: 6, numHeads: 3, patchSize: 4, resolution: 32, classes: 10, normEpsilon: 1e-5 })).latencyMs;
    const { embedDim } = arch as { embedDim: number };
    // The plain vision transformer, built without the space that the family is written in.
    expect(latencyMs).toBeCloseTo(predicted(embedDim), 9);
    expect(latencyMs).toBeLessThanOrEqual(2);
    expect(predicted(embedDim + 12)).toBeGreaterThan(2);
    expect(space.lower(arch, { classes: 10, resolution: 32 }).blocks).toHaveLength(1 + 2 * 6 + 1);
  });

  it('has twelve layers and patches of 16 pixels for images of published sizes', () => {
    const { space, arch } = matchLatency('deit', { device, targetMs: 40, imageSize: 224, classes: 1000 });
    expect(space.lower(arch).blocks.filter(({ type }) => type === 'encoderMlp')).toHaveLength(12);
    expect(space.lower(arch).blocks[0]).toMatchObject({ type: 'patchEmbed', patchSize: 16 });
  });

  it('can be a MobileNetV2, scaled by its width multiplier', () => {
    for (const [imageSize, id, targetMs] of [[32, 'mobilenetv2-mini', 2], [224, 'mobilenetv2', 15]] as const) {
      const { space, arch, latencyMs } = matchLatency('mobilenetv2', { device, targetMs, imageSize, classes: 10 });
      expect(space.id).toBe(id);
      const others = space.dimensions[0].values.map((widthMultiplier) =>
        predictLatency(device, space.lower({ ...arch as object, widthMultiplier }, { classes: 10, resolution: imageSize })).latencyMs);
      expect(latencyMs).toBe(Math.max(...others.filter((latency) => latency <= targetMs)));
    }
  });

  it('is the narrowest where nothing is fast enough', () => {
    expect(matchLatency('deit', { device, targetMs: 0.01, imageSize: 32, classes: 10 }).arch).toMatchObject({ embedDim: 12 });
  });
});
